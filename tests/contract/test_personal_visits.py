"""What a team notes of a person is told in that person's export once its minutes are sealed, and not before."""

from __future__ import annotations

from attendance.services.personal import export
from attendance.services.visiting import marking
from attendance.services.visiting.marking import NewCheck
from attendance.store import office
from attendance.store.database import Database
from attendance.store.tables import EmployeeRow
from attendance.store.trail import Actor
from tests import month_office
from tests.builders import ZONE
from tests.minutes_office import KNOWN_AT, MARKS, SEALED_AT, hold_visit, seal_it, visit_in

NOTED = (MARKS[0][2], "không đeo thẻ")


def exported(database: Database) -> str:
    with database.reading() as session:
        number = office.key(office.get(session, EmployeeRow, MARKS[0][0]))
        return b"".join(export.document(session, number, ZONE, reasons=True, at=SEALED_AT)).decode()


def test_a_running_visit_is_in_nobodys_export(sqlite_database: Database) -> None:
    month_office.fill(sqlite_database)
    hold_visit(sqlite_database)
    with sqlite_database.writing() as session:
        answers = [NewCheck("check-E2-0001", "name_tag", "no", KNOWN_AT, MARKS[0][0], NOTED[1])]
        assert marking.note(session, visit_in(session), Actor("tra"), [], answers, at=KNOWN_AT)[0].outcome == "taken"
    before = exported(sqlite_database)
    assert not [words for words in (*NOTED, "reason_given", "visit.noted") if words in before]
    seal_it(sqlite_database)
    after = exported(sqlite_database)
    assert not [words for words in (*NOTED, "reason_given", "visit.noted") if words not in after]
