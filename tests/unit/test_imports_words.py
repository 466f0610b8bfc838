"""Every sentence and word of imports is asked for by something, and everything asked for is there in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.pages.i18n import LANGUAGES, Translator, catalogue
from attendance.sheets import KINDS
from attendance.store.import_pen import TABLES

ROOT = Path(__file__).parents[2]
SOURCES = (
    *ROOT.glob("attendance/services/imports/*.py"),
    *ROOT.glob("api/pages/importing/*.py"),
    *ROOT.glob("api/pages/templates/import*.html"),
    ROOT / "attendance/store/import_undoing.py",
)
STATES = ("new", "changed", "unchanged", "wrong", "left_out")
FAULTS = ("overlap", "gap", "outside_parent", "cycle", "successor")
FOUND = tuple(f"{why}_{kind}" for why in ("unknown", "ambiguous") for kind in ("unit", "schedule", "terminal"))
HEADS = ("when", "what", "file", "author", "counts", "state")
ANSWERS = {
    "dates": ("dmy", "mdy"),
    "stored": ("as_stored", "swapped"),
    "legacy": ("tcvn3", "vni", "none"),
    "verdict": ("missing", "wrong", "ready", "same"),
}


def said() -> set[str]:
    """Every string constant of the sources that could be a key or the end of one."""
    text = "".join(path.read_text("utf-8") for path in SOURCES)
    return set(re.findall(r"""["']([a-z_.]+)["']""", text))


def built() -> set[str]:
    """Keys that are put together of a group and a code."""
    words = said()
    found = {f"imports.error.{word}" for word in words} | {f"imports.undo.{word}" for word in words}
    found |= {f"imports.error.tree_{fault}" for fault in FAULTS} | {f"imports.error.{code}" for code in FOUND}
    found |= {f"imports.column.{target}" for kind in KINDS.values() for target in kind.targets}
    found |= {f"imports.kind.{kind}" for kind in KINDS} | {f"imports.state.{state}" for state in STATES}
    found |= {f"imports.head.{head}" for head in HEADS}
    return found | {f"imports.{group}.{code}" for group, codes in ANSWERS.items() for code in codes} | words


def keys(lang: str) -> set[str]:
    listed = (message.id if isinstance(message.id, str) else message.id[0] for message in catalogue(lang) if message.id)
    return {key for key in listed if key.startswith("imports.")}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_sentence_is_left_that_nothing_says(lang: str) -> None:
    things = {key for key in keys(lang) if key.startswith("imports.thing.")}  # names of tables, see below
    assert keys(lang) - things - built() == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_reason_to_refuse_a_cell_has_its_sentence(lang: str) -> None:
    text = "".join(path.read_text("utf-8") for path in ROOT.glob("attendance/services/imports/*.py"))
    codes = set(re.findall(r'refuse\(\s*\w+,\s*(?:"\w+"(?: if [^,]+ else "\w+")?|target),\s*"(\w+)"', text))
    assert len(codes) > 40
    wanted = {f"imports.error.{code}" for code in codes | {f"tree_{fault}" for fault in FAULTS} | set(FOUND)}
    assert wanted - keys(lang) == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_columns_kinds_and_what_may_stand_in_the_way_have_names(lang: str) -> None:
    t = Translator(lang)
    columns = {target for kind in KINDS.values() for target in kind.targets}
    assert [column for column in columns if not t.knows(f"imports.column.{column}")] == []
    assert [kind for kind in KINDS if not t.knows(f"imports.kind.{kind}")] == []
    assert [table for table in TABLES if not t.knows(f"imports.thing.{table}")] == []
