"""What stands around explanations: outages, facts heard by terminals, personal data, databases from before."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import text

from api.cli.demo.explaining import picture
from attendance.errors import Invalid
from attendance.services import explanations
from attendance.services.evaluate import evaluate_dirty
from attendance.services.explanations.attaching import Sent
from attendance.services.explanations.proposals import Fact, proposals
from attendance.services.papers import handing_in
from attendance.services.papers.handing_in import Handed
from attendance.services.personal import export
from attendance.store import destruction, explanation_register, listing_explanations, papers, schema
from attendance.store import office as store_office
from attendance.store.database import Database, sqlite_url
from attendance.store.paper_tables import ExplanationRow
from attendance.store.tables import EmployeeRow
from attendance.store.trail import Actor
from tests.builders import ZONE, file_body, record, rows
from tests.explaining import LATE, LATER, NO_EVENING, NOW, WEDNESDAY, build, decider, key, verdict

GIVEN: dict[str, Any] = {"ground": "terminal_fault", "text": "Máy hỏng", "zone": ZONE, "at": NOW}


def wall(at: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-04T{at}")


def test_minutes_nobody_could_verify_are_credited_and_never_turned_against_the_person(
    sqlite_database: Database,
) -> None:
    build(sqlite_database, "07:20:00", "12:01:00")
    with sqlite_database.writing() as session:
        papers.add_outage(session, "T-A", wall("13:00"), wall("18:00"), document="BB 1", at=NOW)
    evaluate_dirty(sqlite_database, ZONE, LATER)
    assert (verdict(sqlite_database).unverified_min, verdict(sqlite_database).violations) == (210, ())
    with sqlite_database.writing() as session:
        asked = key(session, "unverified", "pm")
        assert explanations.ask(session, decider(session, "head"), [asked], zone=ZONE, at=NOW).asked == (asked,)
    with pytest.raises(Invalid, match="fault of the terminal"), sqlite_database.writing() as session:
        explanations.decide_alone(session, decider(session, "head"), asked, "refused", reason="x", zone=ZONE, at=NOW)
    with sqlite_database.writing() as session:
        row = explanations.hand_in(session, decider(session, "an"), asked, **GIVEN)
        explanations.decide(session, row, decider(session, "head"), "approved", note="Máy hỏng", zone=ZONE, at=LATER)
    assert (verdict(sqlite_database).unverified_min, verdict(sqlite_database).credited_min) == (0, 480)


def facts(database: Database, type: str, part: str) -> list[Fact]:
    with database.reading() as session:
        asked = key(session, type, part)
        question = explanation_register.question(session, asked)
        assert question is not None
        return proposals(session, ZONE, asked, question.unit_id)


def told(found: list[Fact], kind: str) -> dict[str, Any]:
    return next(fact.values for fact in found if fact.kind == kind)


def test_what_terminals_and_papers_show_around_a_missing_punch(any_database: Database) -> None:
    build(any_database, *NO_EVENING)
    more = [("1002", wall("17:04")), ("1003", wall("16:10")), ("77", wall("17:02:30")), ("77", wall("19:00"))]
    body = b"".join(record("1001", wall(at)) for at in NO_EVENING) + b"".join(record(*each) for each in more)
    file_body(any_database, body, read_at=datetime(2026, 3, 20, 8), offset=None)
    with any_database.writing() as session:
        handed = Handed(Actor("hr"), NOW, "GM 7")
        paper = handing_in.mission(session, handed, "E1", wall("16:00"), wall("18:00"), kind="meeting")
        number = paper.id
        papers.add_outage(session, "T-A", wall("16:50"), wall("17:20"), mode="network", at=NOW)
    found = facts(any_database, "missing_out", "pm")
    assert [fact.kind for fact in found] == ["own", "colleagues", "unknown", "outage", "paper"]
    assert [at for _, at in told(found, "own")["seen"]] == [wall(at) for at in NO_EVENING]
    heard = told(found, "colleagues")
    assert (heard["count"], heard["of"]) == (1, 2), "E2 came within half an hour of 17:00, E3 had gone before"
    assert told(found, "unknown") == {"count": 1, "seen": [("T-A", wall("17:02:30"))]}
    assert told(found, "outage")["mode"] == "network"
    assert told(found, "paper") == {"kind": "meeting", "number": number, "status": "proposed"}


def test_a_terminal_that_heard_nobody_is_said_to(sqlite_database: Database) -> None:
    build(sqlite_database)
    found = facts(sqlite_database, "absent", "am")
    assert [fact.kind for fact in found] == ["no_own", "silent"]
    assert told(found, "silent")["terminals"] == ["T-A"]


def said(database: Database) -> None:
    build(database, *LATE)
    with database.writing() as session:
        explanations.ask(session, decider(session, "head"), [key(session)], note="Mời giải trình", zone=ZONE, at=NOW)
        files = [Sent("giay vien.png", picture())]
        explanations.hand_in(session, decider(session, "an"), key(session), **GIVEN, files=files)


@pytest.mark.parametrize("reasons", [True, False])
def test_all_of_it_is_in_the_export_of_the_person_and_reasons_for_whom_they_are(
    sqlite_database: Database, reasons: bool
) -> None:
    said(sqlite_database)
    with sqlite_database.reading() as session:
        person = store_office.key(store_office.get(session, EmployeeRow, "E1"))
        whole = json.loads(b"".join(export.document(session, person, ZONE, reasons=reasons, at=LATER)))
    parts = {part["name"]: part["rows"] for part in whole["sections"]}
    (file,), (asked,) = parts["explanation_attachment"], parts["explanation_request"]
    assert (file["size"], file["media_type"]) == (len(picture()), "image/png")
    for secret in (parts["explanation"][0].get("reason"), file.get("content"), asked.get("note")):
        assert bool(secret) is reasons


def test_reasons_and_files_are_destroyed_after_their_term(any_database: Database) -> None:
    said(any_database)
    before = date(2026, 3, 5)
    with any_database.writing() as session:
        due = destruction.reasons_due(session, before)
        assert due["texts"] == 3
        assert destruction.destroy_reasons(session, before) == {"texts": 3}
        assert destruction.reasons_due(session, before)["texts"] == 0
        assert destruction.reasons_due(session, WEDNESDAY)["texts"] == 0
    (kept,) = rows(any_database, "SELECT file_name, length(content), size, digest FROM explanation_attachment")
    assert kept[:3] == ("", 0, len(picture()))
    assert rows(any_database, "SELECT reason, ground, covers FROM explanation") == [("", "", "late")]


def test_explanations_from_before_name_their_unit_and_nobody_who_handed_them_in(tmp_path: Any) -> None:
    database = Database(sqlite_url(tmp_path / "older.db"))
    schema.upgrade(database, "0016")
    at = "2026-03-01 01:00:00.000000"
    with database.writing() as session:
        for statement in (
            f"INSERT INTO unit (id, code, recorded_at) VALUES (1, 'A', '{at}'), (2, 'B', '{at}')",
            f"INSERT INTO employee (id, code, name, recorded_at) VALUES (1, 'E1', 'Nguyễn Văn An', '{at}')",
            "INSERT INTO assignment (employee_id, unit_id, terminals, from_on, to_on, document, recorded_at) VALUES "
            f"(1, 1, '[]', '2020-01-01', '2026-03-03', '', '{at}'), (1, 2, '[]', '2026-03-04', NULL, '', '{at}')",
            "INSERT INTO explanation (id, employee_id, on_date, session, covers, minutes, reason, document, "
            "recorded_at, decision, decided_at, decided_by, decision_recorded_at, accepted_after_deadline, by_head) "
            f"VALUES (7, 1, '2026-03-04', 'am', 'late', 5, 'kẹt xe', '', '{at}', 'approved', '{at}', 'E9', '{at}', "
            "0, 0)",
        ):
            session.execute(text(statement))  # type: ignore[call-overload]
    schema.upgrade(database)
    with database.reading() as session:
        row = session.get_one(ExplanationRow, 7)
        assert (row.unit_id, row.author, row.status, row.version) == (2, "", "approved", 1)
        assert (row.minutes, row.decided_minutes, row.reason, row.confirm_first) == (5, None, "kẹt xe", False)
    database.close()


def test_unverified_sessions_are_offered_to_be_explained_until_somebody_did(sqlite_database: Database) -> None:
    build(sqlite_database, "07:20:00", "12:01:00")
    with sqlite_database.writing() as session:
        papers.add_outage(session, "T-A", wall("13:00"), wall("18:00"), document="BB 1", at=NOW)
    evaluate_dirty(sqlite_database, ZONE, LATER)

    def offered() -> list[str]:
        with sqlite_database.reading() as session:
            rows = listing_explanations.unverified_to_write(session, key(session).employee_id, date(2026, 3, 1))
            return [row["id"] for row in rows]

    (name,) = offered()
    assert name.endswith("-20260304-pm-unverified")
    with sqlite_database.writing() as session:
        explanations.hand_in(session, decider(session, "an"), key(session, "unverified", "pm"), **GIVEN)
    assert offered() == []
