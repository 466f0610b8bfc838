"""The house rules as tests: imports point down, files stay readable, nothing can lock, clear or re-date a terminal."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from zk import ZK

from device_sync.wire import CHANGING as CHANGING_COMMANDS

ROOT = Path(__file__).parents[2]
PRODUCT = ("attendance", "device_sync", "reports", "api")
OTHER = ("tests", "bench")
LIMIT = 400
PACKAGES = sorted(path for room in PRODUCT for path in (ROOT / room).rglob("__init__.py"))
BLOCKING = Path("device_sync/zk/session.py")
"""The one place that may name them: the list of what is never offered."""
DOOR = "device_sync/zk/clock_setting.py"
"""The one place that may change a terminal: its clock, asked for by a person."""
CHANGING = re.compile(r"get_attendance|clear_\w+|disable_device|enable_device|set_time|live_capture|poweroff|restart")


def sources(*endings: str, rooms: tuple[str, ...] = PRODUCT) -> list[Path]:
    found = [path for room in rooms for path in (ROOT / room).rglob("*") if path.suffix in endings]
    return sorted(path for path in found if not {"vendor", "__pycache__", "node_modules"} & set(path.parts))


def test_the_import_contracts_hold(tmp_path: Path) -> None:
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--cache-dir", tmp_path],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    kept = re.search(r"Contracts: (\d+) kept, 0 broken", run.stdout)
    assert kept is not None
    assert int(kept[1]) >= 6


def test_no_source_file_is_longer_than_one_can_read() -> None:
    found = [*sources(".py", ".html", ".css", ".js", rooms=(*PRODUCT, *OTHER)), ROOT / "hatch_build.py"]
    assert len(found) > 100
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in found}
    assert {name: lines for name, lines in lengths.items() if lines > LIMIT} == {}


def test_no_product_code_can_change_a_terminal() -> None:
    """No name in code (comments and texts aside) is one of the calls that read by guess, lock, clear or re-date."""
    named = {
        (str(path.relative_to(ROOT)), name)
        for path in sources(".py")
        if path.relative_to(ROOT) != BLOCKING
        for name in _said(path).names
        if hasattr(ZK, name) and CHANGING.fullmatch(name)
    }
    assert named == set()


def test_those_words_stand_nowhere_else_in_product_code() -> None:
    found = {
        f"{path.relative_to(ROOT)}:{number}"
        for path in sources(".py")
        if path.relative_to(ROOT) != BLOCKING
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if re.search(r"get_attendance|clear_attendance|clear_data|disable_device", line)
    }
    assert found == set()


def test_a_clock_is_set_behind_one_door_that_nothing_on_a_routine_path_can_reach() -> None:
    """Of the commands that change a terminal two are named, in one place, and one command of a person leads to it."""
    changing = {command.name for command in CHANGING_COMMANDS}
    named = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in sources(".py")
        if path.relative_to(ROOT).parts[:2] != ("device_sync", "simulator")
        for name in _said(path).members & changing
    }
    assert named == {
        *(("device_sync/wire.py", name) for name in _said(ROOT / "device_sync/wire.py").members & changing),
        (DOOR, "SET_TIME"),
        (DOOR, "REFRESH"),
    }
    assert _importers("device_sync.zk.clock_setting") == {"device_sync/clock_setting.py"}
    assert _importers("device_sync.clock_setting") == {"api/cli/terminals/clock.py"}
    assert _importers("api.cli.terminals.clock") == {"api/cli/terminals/__init__.py"}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: str(path.parent.relative_to(ROOT)))
def test_every_package_says_in_one_sentence_what_it_is(package: Path) -> None:
    docstring = ast.get_docstring(ast.parse(package.read_text("utf-8")))
    assert docstring, f"{package.relative_to(ROOT)} has no docstring"
    first = docstring.split("\n\n")[0]
    assert first.endswith(".")
    assert len(first) > 20
    assert not re.search(r"\.\s+[A-Z]", first), "one sentence"


def test_only_the_known_package_roots_exist() -> None:
    roots = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert roots == set(PRODUCT)


def test_no_module_has_a_name_that_says_nothing() -> None:
    said = {path.stem for path in sources(".py", rooms=(*PRODUCT, *OTHER))}
    assert not said & {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc"}


@dataclass(frozen=True)
class Said:
    """What the code of a file names: `members` of the enumeration Command, `modules` it imports, or names of them."""

    names: frozenset[str]
    members: frozenset[str]
    modules: frozenset[str]


@cache
def _said(path: Path) -> Said:
    names: set[str] = set()
    members: set[str] = set()
    modules: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute):
            names.add(node.attr)
            if isinstance(node.value, ast.Name) and node.value.id == "Command":
                members.add(node.attr)
        elif isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return Said(*map(frozenset, (names, members, modules)))


def _importers(module: str) -> set[str]:
    """Product files that import a module, or a name of it."""
    return {path.relative_to(ROOT).as_posix() for path in sources(".py") if module in _said(path).modules}
