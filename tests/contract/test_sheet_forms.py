"""A unit prints by its own form, else by that of the nearest unit above it; what was said before is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from attendance.errors import Invalid
from attendance.services.timesheet.forms import form_of, use_form
from attendance.services.timesheet.signs import print_as
from attendance.store import office, registering
from attendance.store.database import Database
from attendance.store.form_tables import SheetFormRow
from attendance.store.tables import UnitRow
from attendance.store.trail import CONSOLE

AT = datetime(2026, 11, 1, tzinfo=UTC)
ON = date(2026, 11, 30)


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    with sqlite_database.writing() as session:
        for code, parent in (("H", None), ("A", "H"), ("A1", "A")):
            registering.add_unit(session, code, parent=parent, at=AT)
    return sqlite_database


def test_the_nearest_form_is_used_and_the_office_says_how_signs_are_printed(database: Database) -> None:
    with database.writing() as session:
        use_form(session, None, "public", issued_under="TT 1", actor=CONSOLE, at=AT)
        use_form(session, "A", "enterprise", number="01a", paper="a4", actor=CONSOLE, at=AT)
        print_as(session, "KP", "V", document="QĐ 5", actor=CONSOLE, at=AT)
        found = {code: form_of(session, office.get(session, UnitRow, code), ON) for code in ("H", "A", "A1")}
    assert {code: (form.name, form.number, form.paper) for code, form in found.items()} == {
        "H": ("public", "", "a3"), "A": ("enterprise", "01a", "a4"), "A1": ("enterprise", "01a", "a4"),
    }  # fmt: skip
    assert found["H"].issued_under == "TT 1"
    assert (found["A1"].printed["KP"], found["A1"].printed["Ts"]) == ("V", "TS")


def test_nothing_is_printed_as_issued_under_unless_somebody_says_so(database: Database) -> None:
    with database.reading() as session:
        form = form_of(session, office.get(session, UnitRow, "A1"), ON)
    assert (form.name, form.number, form.issued_under, form.budget_code) == ("public", "", "", "")


def test_what_was_said_before_is_kept_as_withdrawn(database: Database) -> None:
    with database.writing() as session:
        for hours, name in enumerate(("public", "enterprise")):
            use_form(session, "A", name, actor=CONSOLE, at=AT + timedelta(hours=hours))
        rows = list(session.exec(select(SheetFormRow)))
    assert [(row.form, row.withdrawn_at) for row in rows] == [("public", AT + timedelta(hours=1)), ("enterprise", None)]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"form": "x"}, "public or enterprise"),
        ({"form": "public", "paper": "a5"}, "a3 or a4"),
        ({"form": "public", "issued_under": "a\nb"}, "one line"),
        ({"form": "public", "number": "x" * 65}, "64 letters"),
    ],
)
def test_what_cannot_be_printed_is_refused_in_one_sentence(
    database: Database, given: dict[str, str], says: str
) -> None:
    with pytest.raises(Invalid, match=says), database.writing() as session:
        use_form(session, "A", **given, actor=CONSOLE, at=AT)  # type: ignore[arg-type]
