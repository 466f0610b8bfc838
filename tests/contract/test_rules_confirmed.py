"""What is only announced decides nothing until somebody confirms it under its document."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from attendance.errors import Invalid, NotFound
from attendance.services.rule_listing import in_force
from attendance.services.rules import adopt, confirm
from attendance.store.database import Database
from attendance.store.rulebook_reading import read_rulebook
from tests.contract.rule_office import ADOPTED_AT, FIRST, IN_A, LATER, amounts, marks, rules

ANNOUNCED = '[[entry]]\ndate = 2026-03-05\nkind = "holiday"\nstatus = "announced"\ndocument = "NQ 80"\n'
SWAP = (
    '[[entry]]\ndate = 2026-03-06\nkind = "swapped_off"\nfor = 2026-03-14\nstatus = "announced"\n'
    '[[entry]]\ndate = 2026-03-14\nkind = "swapped_work"\nfor = 2026-03-06\nstatus = "announced"\n'
)


def kind_on(database: Database, on: date, as_of: datetime | None = None) -> str:
    with database.reading() as session:
        return read_rulebook(session, as_of).plan("A", None, on).kind


def test_what_is_announced_decides_nothing_until_it_is_confirmed_under_its_document(office: Database) -> None:
    day = date(2026, 3, 5)
    adopt(office, rules(ANNOUNCED), at=ADOPTED_AT)
    assert (kind_on(office, day), marks(office)) == ("workday", {})
    confirmed, marked = confirm(office, day, document="Luật 9", at=LATER)
    assert [(entry.on, entry.kind) for entry in confirmed] == [(day, "holiday")]
    assert (kind_on(office, day), kind_on(office, day, LATER - timedelta(seconds=1))) == ("holiday", "workday")
    assert marked == len(marks(office)) == 12
    assert set(marks(office).values()) == {"calendar"}
    assert confirm(office, day, document="Luật 9", at=LATER) == ([], 0)
    with pytest.raises(Invalid, match="confirmed already"):
        confirm(office, day, document="Luật 10", at=LATER)
    before = amounts(office)
    assert adopt(office, rules(ANNOUNCED), at=LATER).standing == 1, "the file that announced it does not bring it again"
    assert amounts(office) == before


def test_both_halves_of_a_swap_are_confirmed_together(office: Database) -> None:
    adopt(office, rules(SWAP), at=ADOPTED_AT)
    confirmed, _ = confirm(office, date(2026, 3, 14), document="CV 7", at=LATER)
    assert {entry.on.day for entry in confirmed} == {6, 14}
    assert (kind_on(office, date(2026, 3, 6)), kind_on(office, date(2026, 3, 14))) == ("swapped_off", "swapped_work")


def test_confirming_what_is_not_announced_says_what_is(office: Database) -> None:
    adopt(office, rules(ANNOUNCED, IN_A), at=ADOPTED_AT)
    with pytest.raises(Invalid, match="but for unit A"):
        confirm(office, date(2026, 3, 5), document="Luật 9", at=LATER)
    with pytest.raises(Invalid, match="announced are: 2026-03-05"):
        confirm(office, date(2026, 3, 6), document="Luật 9", at=LATER)
    with pytest.raises(Invalid, match="--document"):
        confirm(office, date(2026, 3, 5), document=" ", at=LATER)
    with pytest.raises(NotFound):
        confirm(office, date(2026, 3, 5), document="Luật 9", unit="Z", at=LATER)


def test_a_confirmed_file_settles_what_was_announced(office: Database) -> None:
    adopt(office, rules(ANNOUNCED), at=ADOPTED_AT)
    adopt(office, rules(ANNOUNCED.replace('status = "announced"\n', "")), at=LATER)
    assert kind_on(office, date(2026, 3, 5)) == "holiday"
    with office.reading() as session:
        assert in_force(session, FIRST).announced == ()
