"""A year of two people, read month by month as it went: what they promised, what happened, what was said of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from attendance.services import transfers
from attendance.services.commitments.frozen import drafted, freeze
from attendance.services.evaluate import evaluate_dirty
from attendance.store import office, papers, papers_decided, papers_roster, registering
from attendance.store.commitment_tables import CommitmentRow, CommitmentTemplateRow
from attendance.store.database import Database, Session
from attendance.store.tables import EmployeeRow, RuleVersionRow, UnitRow
from attendance.store.trail import CONSOLE
from tests.builders import RECORDED_AT, ZONE, build_office, file_body, record

FULL = ("07:20:00", "12:03:00", "13:22:00", "17:04:00")
LATE = ("07:50:00", *FULL[1:])
EARLY = (*FULL[:3], "16:40:00")
NO_OUT = FULL[:3]
MORNING, AFTERNOON = FULL[:2], FULL[2:]
AFTER = datetime(2027, 1, 4, 2, tzinfo=UTC)
LIMIT_2 = [
    {"id": "1", "kind": "late_early_per_month", "limit": 2, "text": ""},
    {"id": "2", "kind": "no_unexcused_session", "text": ""},
    {"id": "3", "kind": "missing_explained_within", "days": 3, "text": ""},
    {"id": "4", "kind": "roster_kept", "text": ""},
    {"id": "5", "kind": "signed_before", "on": "2026-01-31", "text": ""},
    {"id": "6", "kind": "text", "text": "Không trễ hẹn, không gây phiền hà, không bổ sung hồ sơ quá 1 lần."},
]
LIMIT_1 = [LIMIT_2[0] | {"limit": 1}, *LIMIT_2[1:]]
TOGETHER = [{"id": "1", "kind": "late_early_per_month", "limit": 4, "text": ""}]

UNUSUAL: dict[tuple[str, date], tuple[str, ...]] = {
    **{("E1", date(2026, month, day)): LATE for month, day in (
        (1, 5), (2, 3), (2, 10), (2, 17), (3, 3), (3, 4), (3, 5), (4, 7), (4, 8), (4, 9), (5, 5),
        (7, 2), (7, 7), (7, 21),
    )},
    ("E1", date(2026, 8, 4)): EARLY,
    **{("E1", date(2026, month, day)): NO_OUT for month, day in ((2, 12), (5, 13), (9, 16), (10, 6))},
    ("E1", date(2026, 10, 20)): AFTERNOON,
    ("E1", date(2026, 11, 18)): MORNING,
    ("E1", date(2026, 3, 14)): ("07:25:00", "11:35:00"),
    ("E1", date(2026, 12, 8)): AFTERNOON,
    **{("E2", date(2026, 7, day)): LATE for day in (1, 2, 3)},
    ("E2", date(2026, 2, 4)): LATE,
}  # fmt: skip
"""What differs from a full day; Saturdays are days off."""


def build(database: Database) -> dict[str, int]:
    """The whole year; the numbers of the commitments by what they are called here."""
    build_office(database, people=2)
    with database.writing() as session:
        registering.add_unit(session, "B", parent="A", at=RECORDED_AT)
        session.add(RuleVersionRow(rule="explanation_deadline_workdays", value=3, recorded_at=RECORDED_AT))
        numbers = _commitments(session)
    file_body(database, b"", read_at=datetime(2025, 12, 31, 8), offset=None)
    for month in range(1, 13):
        ends = date(2026 + month // 12, month % 12 + 1, 1)
        with database.writing() as session:
            _papers(session, month)
        file_body(database, b"".join(_punches(date(2026, month, 1), ends)), read_at=_read_at(ends), offset=None)
        evaluate_dirty(database, ZONE, datetime.combine(ends, datetime.min.time(), UTC) + timedelta(hours=2))
    return numbers


def _read_at(on: date) -> datetime:
    return datetime.combine(on, datetime.min.time()) + timedelta(hours=8)


def _punches(first: date, after: date) -> Iterator[bytes]:
    found = []
    for number in range((after - first).days):
        on = first + timedelta(days=number)
        for who, pin in (("E1", "1001"), ("E2", "1002")):
            usual = FULL if on.weekday() < 5 else ()
            found += [(datetime.fromisoformat(f"{on}T{at}"), pin) for at in UNUSUAL.get((who, on), usual)]
    return (record(pin, at) for at, pin in sorted(found))


def _commitments(session: Session) -> dict[str, int]:
    template = CommitmentTemplateRow(code="KC", clauses=LIMIT_2, created_at=RECORDED_AT)
    session.add(template)
    session.flush()
    people = {code: office.key(office.get(session, EmployeeRow, code)) for code in ("E1", "E2")}
    units = {code: office.key(office.get(session, UnitRow, code)) for code in ("A", "B")}
    told = {}

    def add(name: str, clauses: list[dict[str, object]], signed: date, from_on: date, **more: object) -> None:
        row = CommitmentRow(
            template_id=template.id or 0, year=2026, from_on=from_on, to_on=date(2026, 12, 31), clauses=clauses,
            asked_at=RECORDED_AT, salt="ab" * 16,
            signed_at=datetime.combine(signed, datetime.min.time(), UTC) + timedelta(hours=2),
            **{"unit_id": units["A"]} | more,
        )  # fmt: skip
        session.add(row)
        session.flush()
        if row.scope == "person":  # nobody led a unit when a collective was asked
            freeze(row, drafted(session, row, signed), at=row.signed_at or RECORDED_AT)
        told[name] = row.id or 0

    january = date(2026, 1, 1)
    add("E1", LIMIT_2, date(2026, 1, 8), january, employee_id=people["E1"])
    stricter = date(2026, 7, 15)
    add("E1 from July", LIMIT_1, date(2026, 7, 10), stricter, employee_id=people["E1"], replaces_id=told["E1"])
    add("E2", LIMIT_2, date(2026, 2, 2), january, employee_id=people["E2"])
    add("A", TOGETHER, date(2026, 1, 8), january, scope="collective", head_id=people["E2"])
    add("B", TOGETHER, date(2026, 1, 8), january, scope="collective", unit_id=units["B"])
    return told


def _papers(session: Session, month: int) -> None:
    def moment(day: int, hour: int = 3) -> datetime:
        return datetime(2026, month, day, hour, tzinfo=UTC)

    def explain(on: int, covers: str, part: str, said: int, decided: int, decision: str = "approved", **more) -> None:
        row = papers_decided.explain(
            session, "E1", date(2026, month, on), part=part, covers=covers, reason="Lý do", submitted_at=moment(said),
            at=moment(said),
        )  # fmt: skip
        papers_decided.decide(
            session, row, decision, decided_by="vinh", decided_at=moment(decided), at=moment(decided), **more
        )

    if month == 2:
        explain(10, "late", "am", 11, 12)
        explain(12, "missing_out", "pm", 13, 25, "refused")  # handed in on the first of three working days
    if month == 3:
        explain(5, "late", "am", 6, 9, "refused")
        for day in (14, 21):
            papers_roster.add_duty(
                session, "E1", datetime(2026, 3, day, 7, 30), datetime(2026, 3, day, 11, 30), code="saturday",
                approved_at=moment(2), at=moment(2),
            )  # fmt: skip
    if month == 4:
        explain(8, "late", "am", 20, 21, accepted_after_deadline=True)
        explain(9, "late", "am", 20, 21)
    if month == 5:
        explain(5, "late", "am", 6, 7, minutes=10)
    if month == 7:
        transfers.transfer(session, "E1", "B", on=date(2026, 7, 1), terminals=("T-A",), actor=CONSOLE, at=moment(1))
    if month == 9:
        papers_decided.decide_alone(
            session, "E1", date(2026, 9, 16), part="pm", covers="missing_out", decision="approved", decided_by="vinh",
            decided_at=moment(17), at=moment(17),
        )  # fmt: skip
    if month == 10:
        explain(6, "missing_out", "pm", 20, 21, accepted_after_deadline=True)
        explain(20, "absent", "am", 21, 22)
    if month == 11:
        papers_roster.inspect(session, "B", datetime(2026, 11, 24, 9), ["E1"], at=moment(24, 9))
    if month == 12:
        papers.add_outage(
            session, "T-A", datetime(2026, 12, 8, 6), datetime(2026, 12, 8, 12, 30), mode="dead", at=moment(9)
        )
