"""The documents are true: commands, settings, links and targets they name exist, and both languages say as much."""

from __future__ import annotations

import importlib
import re
import shlex
import struct
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from pkgutil import iter_modules
from typing import Any
from urllib.parse import unquote

import pytest
import typer
import typer.main

from api.cli.main import app
from api.reporting import catalogue
from api.settings import Settings
from attendance.services.access import ROLES
from attendance.services.terminal_health import STATES
from device_sync.zk.failures import OUTCOMES
from reports import registers
from reports.register_table import Column

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
DOCUMENTS = sorted([README, ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
COLUMNS = ROOT / "docs" / "developers" / "register-columns.md"
GUIDES = sorted(path.name for path in (ROOT / "docs" / "vi").glob("*.md"))
IMAGES = sorted((ROOT / "docs" / "images").rglob("*.png"))
HEADINGS_OF_A_DECISION = ["Context", "Decision", "Consequences", "Alternatives"]
MOST_LINES, MOST_BYTES = 40, 150_000
OF_THE_TESTS = {"ATTENDANCE_PICTURES"}  # no setting of an installation

FENCE = re.compile(r"^[ ]*```(\w*)\n(.*?)^[ ]*```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`]+)`")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
ASSIGNED = re.compile(r"^(?:[A-Z_]+=\S* +)+")
REDIRECTED = re.compile(r" > \S+$")
PATH = re.compile(r"(?:attendance|device_sync|reports|api|tests|bench|docs)/[\w./*-]*")

FORBIDDEN = {
    "the address of a registry": re.compile(
        r"https?://[^\s\"'<>)]*(?:pypi\.|pythonhosted|npmjs|/simple\b|artifactory|nexus\.|/registry)"
        r"|--(?:extra-)?index-url|^\s*registry\s*=|\"resolved\":",
        re.MULTILINE,
    ),
    "a path of one machine": re.compile(r"(?<![\w.$}])/(?:work|home|root|Users)/\w|[A-Z]:\\\\?Users\\"),
}


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(path: Path) -> list[str]:
    """The commands of a document's shell blocks, without comments, assignments and line ends."""
    found = []
    for language, content in FENCE.findall(path.read_text("utf-8")):
        if language == "sh":
            lines = (REDIRECTED.sub("", ASSIGNED.sub("", line.split(" #")[0].strip())) for line in content.splitlines())
            found += [" ".join(line.split()) for line in lines if line and not line.startswith(("#", "export "))]
    return found


def spans(path: Path) -> list[str]:
    """What stands between backticks in a document, outside of blocks."""
    prose = FENCE.sub("", path.read_text("utf-8"))
    return [ASSIGNED.sub("", " ".join(span.split())) for span in SPAN.findall(prose)]


@cache
def root_command() -> Any:
    return typer.main.get_command(app)


def is_ours(command: str) -> bool:
    return command.removeprefix(".venv/bin/").split(" ")[0] == "attendance"


def walk(command: str) -> tuple[Any, list[str]]:
    """The command that a text names, and the words after it. Fails where there is no such command."""
    words = shlex.split(command.replace("[", " ").replace("]", " ").replace("...", ""))[1:]
    at = root_command()
    while words and hasattr(at, "commands") and not words[0].startswith("-"):
        below = below_of(at)
        assert words[0] in below, f"{command!r}: there is no command {words[0]!r}"
        at = below[words.pop(0)]
    return at, words


@cache
def below_of(group: Any) -> dict[str, Any]:
    """The commands of a group, those too that are made when they are asked for."""
    context = typer.Context(group)
    return {name: group.get_command(context, name) for name in group.list_commands(context)}


def options_of(command: Any) -> set[str]:
    listed = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    return listed | {"--help", "-h"}


def leaves(command: Any, name: str) -> Iterator[str]:
    for part, below in (below_of(command) if hasattr(command, "commands") else {}).items():
        yield from leaves(below, f"{name} {part}")
    if not hasattr(command, "commands"):
        yield name


@pytest.mark.parametrize("path", DOCUMENTS, ids=shown)
def test_every_command_named_exists_with_its_options(path: Path) -> None:
    for command in filter(is_ours, [*blocks(path), *spans(path)]):
        found, words = walk(command)
        unknown = [word for word in words if word.startswith("-") and word.split("=")[0] not in options_of(found)]
        assert not unknown, f"{command!r}: no option {unknown}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=shown)
def test_every_command_to_be_typed_can_be_typed(path: Path) -> None:
    for command in filter(is_ours, blocks(path)):
        found, words = walk(command)
        if "--help" not in words:
            assert not hasattr(found, "commands"), f"{command!r} is no whole command"
            found.make_context("attendance", list(words)).close()


def test_readme_names_every_command() -> None:
    named = [command for command in spans(README) if is_ours(command)]
    for leaf in leaves(root_command(), "attendance"):
        assert any(f"{command} ".startswith(f"{leaf} ") for command in named), leaf


def test_readme_describes_every_setting_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(ATTENDANCE_\w+)` \| ([^|]+) \|", README.read_text("utf-8"), re.MULTILINE))
    assert set(rows) == {f"ATTENDANCE_{name.upper()}" for name in Settings.model_fields}
    for name in ("data_dir", "timezone", "language"):
        assert f"`{Settings.model_fields[name].default}`" in rows[f"ATTENDANCE_{name.upper()}"]


@pytest.mark.parametrize("path", DOCUMENTS, ids=shown)
def test_every_setting_named_exists(path: Path) -> None:
    named = set(re.findall(r"ATTENDANCE_[A-Z_]*[A-Z]", path.read_text("utf-8")))
    assert named - OF_THE_TESTS <= {f"ATTENDANCE_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("path", DOCUMENTS, ids=shown)
def test_every_link_picture_and_path_leads_somewhere(path: Path) -> None:
    for target in LINK.findall(FENCE.sub("", path.read_text("utf-8"))):
        if not target.startswith(("http://", "https://", "#")):
            assert (path.parent / unquote(target.split("#")[0])).exists(), target
    for named in spans(path):
        if PATH.fullmatch(named):
            assert any(ROOT.glob(named.rstrip("/"))), named


@pytest.mark.parametrize("path", DOCUMENTS, ids=shown)
def test_every_make_target_named_exists(path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8").replace("$(VENV)", ".venv")
    targets = set(re.findall(r"^([\w./-]+):(?!=)", makefile, re.MULTILINE))
    for command in [*blocks(path), *spans(path)]:
        if command.split(" ")[0] == "make":
            words = [word for word in command.split()[1:] if "=" not in word]
            assert set(words) <= targets, command


def test_both_languages_have_the_same_guides() -> None:
    assert sorted(path.name for path in (ROOT / "docs" / "en").glob("*.md")) == GUIDES
    assert GUIDES == [
        "administrator.md", "auditor.md", "commitments.md", "hr.md", "inspector.md", "leader.md", "official.md",
        "operation.md", "terminals.md", "visits.md",
    ]  # fmt: skip


@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_says_as_much_in_both_languages(name: str) -> None:
    vietnamese, english = (ROOT / "docs" / language / name for language in ("vi", "en"))
    texts = [path.read_text("utf-8") for path in (vietnamese, english)]
    levels = [[len(marks) for marks, _ in HEADING.findall(FENCE.sub("", text))] for text in texts]
    assert levels[0] == levels[1]
    for pattern in (r"^\|.*\|$", r"^!\[", r"^\d\. ", r"^- "):
        counts = [len(re.findall(pattern, text, re.MULTILINE)) for text in texts]
        assert counts[0] == counts[1], pattern
    assert blocks(vietnamese) == blocks(english)
    pictures = [re.findall(r"\]\((\.\./images/[^)]+)\)", text) for text in texts]
    assert [name.replace("-vi.png", "-en.png") for name in pictures[0]] == pictures[1]
    assert not [name for name in pictures[0] if name.endswith("-en.png")], "a picture in the other language"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_administrators_are_told_of_every_outcome_state_and_role(language: str) -> None:
    guides = ROOT / "docs" / language
    rows = {
        name: set(re.findall(r"^\| (?:[^|`]*\()?`(\w+)`", (guides / name).read_text("utf-8"), re.MULTILINE))
        for name in ("administrator.md", "terminals.md")
    }
    assert set(ROLES) <= rows["administrator.md"]
    assert {"ok", *OUTCOMES, *STATES} <= rows["terminals.md"]


def test_every_column_of_a_register_is_described() -> None:
    described = dict(re.findall(r"^\| `([a-z-]+)` (.+) \|$", COLUMNS.read_text("utf-8"), re.MULTILINE))
    drawn_as_rows = {entry.key for entry in catalogue.entries() if entry.preview is not None}
    assert set(described) >= drawn_as_rows - {"timesheet"}
    told = {name for columns in described.values() for name in re.findall(r"`(\w+)`", columns)}
    modules = [importlib.import_module(f"reports.registers.{each.name}") for each in iter_modules(registers.__path__)]
    tables = [value for module in modules for value in vars(module).values() if isinstance(value, tuple)]
    written = {each.name for table in tables for each in table if isinstance(each, Column)}
    assert written == told


@pytest.mark.parametrize("path", DECISIONS, ids=shown)
def test_a_decision_is_short_and_has_its_four_parts(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    headings = HEADING.findall(text)
    assert headings[0][0] == "#"
    assert headings[0][1].startswith(f"{path.name[:4]} ")
    assert [title for marks, title in headings if marks == "##"] == HEADINGS_OF_A_DECISION


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [path.name[:4] for path in DECISIONS] == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("path", IMAGES, ids=shown)
def test_pictures_are_small_and_as_wide_as_a_screen_or_a_phone(path: Path) -> None:
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG")
    assert len(data) < MOST_BYTES
    assert struct.unpack(">I", data[16:20])[0] == (360 if re.search(r"-phone(-vi|-en)?$", path.stem) else 1280)


def kept_files() -> list[Path]:
    """Files that are, or would be, in the repository."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not a checkout: which files are kept is not known here")
    return [path for name in done.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def test_no_kept_file_names_a_registry_or_a_path_of_one_machine() -> None:
    found = []
    for path in kept_files():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        for what, pattern in FORBIDDEN.items():
            found += [f"{shown(path)}: {what}: {match[0]}" for match in pattern.finditer(text)]
    assert found == []


@pytest.mark.parametrize(
    "text",
    ["https://py|pi.example/x", "--index|-url y", '"reso|lved": "z"', "open(/ho|me/lan/a)", "C:\\Us|ers\\lan"],
)
def test_what_must_not_be_kept_is_recognised(text: str) -> None:
    assert any(pattern.search(text.replace("|", "")) for pattern in FORBIDDEN.values())
