"""The sheet as a value: its canonical text is one and the same, and its totals are halves of days."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import orjson
import pytest

from api.pages.i18n import Translator
from api.pages.names import name_key
from attendance.engine.period import MonthLine
from attendance.engine.timesheet import NO_DAY, NOT_JUDGED, Cell, Line, Timesheet, canonical, marks_of, read_canonical
from attendance.services.timesheet.standing import masked
from reports.timesheet import Head, as_csv, as_json, cell_text, lay_out

MAY = date(2026, 5, 1)
WORKED = Cell("workday", (("am", "+"), ("pm", "+")))
SICK = Cell("workday", (("am", "Ô"), ("pm", "+")), leave=True)
OPEN = Cell("workday", (("am", "+"), ("pm", "?")), ("missing",))
AWAY = Cell("workday", (("am", "KP"), ("pm", "KP")))
OFF = Cell("weekend", (("am", ""), ("pm", "")))
SUMS = MonthLine(21, 1, 12, 2, 1, 12, 1, "A", False)


def line(code: str, name: str, *places: int) -> Line:
    return Line(code, name, (*places, *[NO_DAY] * (31 - len(places))), SUMS)


def sheet(*cells: Cell, lines: tuple[Line, ...] = ()) -> Timesheet:
    return Timesheet("A", MAY, ("workday",) * 31, cells, lines)


def test_the_order_in_which_days_were_met_is_not_in_the_canonical_text() -> None:
    seals = {"E1": "s1"}
    one = canonical(sheet(WORKED, SICK, lines=(line("E1", "Hà", 0, 1),)), seals, version=1)
    two = canonical(sheet(SICK, WORKED, lines=(line("E1", "Hà", 1, 0),)), seals, version=1)
    assert one == two
    assert "Hà" not in one.decode()
    other = canonical(sheet(SICK, WORKED, lines=(line("E1", "Hà", 1, 1),)), seals, version=1)
    assert other != one


def test_what_was_written_is_read_back() -> None:
    made = sheet(WORKED, SICK, OPEN, lines=(line("E1", "Hà", 0, 1, NOT_JUDGED), line("E2", "Nam", 2)))
    found = read_canonical(canonical(made, {"E1": "a", "E2": "b"}), {"E1": "Hà", "E2": "Nam"})
    assert [each.sums for each in found.lines] == [SUMS, SUMS]
    shown = [[found.cells[place] if place >= 0 else place for place in each.days] for each in found.lines]
    assert shown == [[made.cells[place] if place >= 0 else place for place in each.days] for each in made.lines]


@pytest.mark.parametrize(
    ("symbols", "violations", "marks"),
    [
        ("++", [], ()),
        ("+?", [("missing_out", "pending")], ("missing",)),
        ("??", [], ("unverified",)),
        ("??", [("late", "counted")], ("late", "unverified")),
        ("++", [("late", "excused")], ()),
        ("++", [("late", "partly_excused"), ("early", "counted")], ("late", "early")),
        ("+KP", [("missing_out", "counted")], ()),
    ],
)
def test_marks(symbols: str, violations: Any, marks: tuple[str, ...]) -> None:
    pairs = [("am", symbols[0]), ("pm", symbols[1:])]
    assert marks_of(pairs, violations) == marks


def test_totals_count_halves_and_people_stand_by_given_name() -> None:
    lines = (line("E1", "Trần Văn Bình", 0, 1, 4), line("E2", "Nguyễn Thị Ánh", 2, 3), line("E3", "Lê Văn An", 0, 0))
    table = lay_out(sheet(WORKED, SICK, OPEN, AWAY, OFF, lines=lines), name_key)
    assert [each.name for each in table.lines] == ["Lê Văn An", "Nguyễn Thị Ánh", "Trần Văn Bình"]
    assert table.signs == ("+", "Ô", "KP", "?")
    by_name = dict(zip([each.employee for each in table.lines], table.totals, strict=True))
    assert by_name["E1"][1:5] == (1.5, 0.5, 0, 0)
    assert by_name["E2"][1:5] == (0.5, 0, 1, 0.5)
    assert table.bottom[1:5] == (4, 0.5, 1, 0.5)
    assert table.present[:3] == (3, 2, 0)


def test_without_reasons_every_kind_of_leave_is_one_sign() -> None:
    found = masked(sheet(SICK, WORKED, lines=(line("E1", "Hà", 0, 1),)))
    assert cell_text(found.cells[0]) == "CP/+"
    assert lay_out(found, name_key).signs == ("+", "CP", "?")


def export_case() -> tuple[Any, Head]:
    lines = (line("E1", "=1+1", 0, 3), line("E2", "Nam", 1, NOT_JUDGED))
    table = lay_out(sheet(WORKED, SICK, OPEN, AWAY, lines=lines), name_key)
    return table, Head("A", "UBND xã", MAY, 2, datetime(2026, 6, 2, 9), "d" * 64)


def test_exports_are_the_same_sheet() -> None:
    table, head = export_case()
    t = Translator("vi")
    rows = [row.split(",") for row in as_csv(table, t).splitlines()]
    assert rows[2][:5] == ["E1", "'=1+1", "'+", "KP", ""]
    assert rows[1][:4] == ["E2", "Nam", "Ô/+", "…"]
    plain = orjson.loads(as_json(table, head))
    assert [each["days"][:2] for each in plain["people"]] == [["Ô/+", "…"], ["+", "KP"]]
    assert plain["people"][1]["totals"]["+"] == 1
    assert (plain["version"], plain["digest"], plain["state"]) == (2, "d" * 64, "locked")


def test_a_sign_of_the_office_becomes_no_formula_in_the_head_of_a_file() -> None:
    own = Cell("workday", (("am", "=1+1"), ("pm", "=1+1")), leave=True)
    text = as_csv(lay_out(sheet(own, lines=(line("E1", "Hà", 0),)), name_key), Translator("vi"))
    cells = [cell for row in text.splitlines() for cell in row.split(",")]
    assert "'=1+1" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+"))]
