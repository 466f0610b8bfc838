"""Questions that are written out once answer what a query written for the occasion would, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects import sqlite
from sqlmodel import Session, col, or_

from attendance.store import paper_reading, punch_log, questions, ruling_log
from attendance.store.database import Database
from attendance.store.known_rows import known_rows
from attendance.store.tables import AssignmentRow, EmployeeRow, UnitRow

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
FIRST, LAST = date(2026, 3, 2), date(2026, 4, 1)


def serve(session: Session) -> None:
    """Five people; the assignment of each is recorded a day after the last one's and, but of the first, taken back."""
    unit = UnitRow(code="A", recorded_at=START)
    people = [EmployeeRow(code=f"E{n}", recorded_at=START) for n in range(5)]
    session.add_all([unit, *people])
    session.flush()
    for n, person in enumerate(people):
        session.add(
            AssignmentRow(
                employee_id=person.id, unit_id=unit.id, from_on=date(2026, 1, 1) + n * 30 * DAY,
                to_on=date(2026, 3, 1) if n == 3 else None, recorded_at=START + n * DAY,
                withdrawn_at=START + 2 * n * DAY if n else None,
            )
        )  # fmt: skip


def test_a_question_answers_as_a_query_of_the_occasion(any_database: Database) -> None:
    with any_database.writing() as session:
        serve(session)  # not flushed: a question writes what the session holds back first
        number = min(row.employee_id for row in questions.ASSIGNMENTS.ask(session, asked(None), withdrawn=True))
        some = [number, number + 2, number + 3, number + 99]
        moments = [None, *(START + n * DAY for n in (-1, 0, 1, 2, 3, 4, 6, 9))]
        for as_of, people, withdrawn in product(moments, (None, [], [number], some), (False, True)):
            compare(session, as_of, people, withdrawn)
        session.rollback()


def asked(as_of: datetime | None) -> dict[str, Any]:
    return questions.values_of(FIRST, LAST, as_of)


def compare(session: Session, as_of: datetime | None, people: list[int] | None, withdrawn: bool) -> None:
    values = asked(as_of)
    if people is not None:
        values["people"] = questions.listed(people)
    answered = questions.ASSIGNMENTS.ask(session, values, withdrawn=withdrawn)
    meant = known_rows(
        session,
        AssignmentRow,
        as_of,
        AssignmentRow.from_on <= LAST,
        or_(col(AssignmentRow.to_on).is_(None), col(AssignmentRow.to_on) >= FIRST),
        *([] if people is None else [col(AssignmentRow.employee_id).in_(people)]),
        withdrawn=withdrawn,
    )
    names = AssignmentRow.model_fields
    assert [{name: getattr(row, name) for name in names} for row in answered] == [
        {name: getattr(row, name) for name in names} for row in meant
    ]


def test_what_is_asked_often_is_found_by_an_index(sqlite_database: Database) -> None:
    asked = {
        "punches by terminal and last moment": (punch_log._BLOCKS, "ix_punch_block_terminal_id_max_wall"),
        "rulings by person and date": (ruling_log._NEWEST, "employee_id=? AND work_date>? AND work_date<?"),
        "papers by person": (
            paper_reading._EXPLANATIONS._write(dated=False, few=True, withdrawn=False),
            "ix_explanation_employee_id",
        ),
    }
    with sqlite_database.reading() as session:
        for what, (statement, index) in asked.items():
            written = str(statement.compile(dialect=sqlite.dialect(paramstyle="named")))
            values = dict.fromkeys(statement.compile(dialect=sqlite.dialect()).params, "[1, 2]")
            steps = [row[3] for row in session.connection().execute(text(f"EXPLAIN QUERY PLAN {written}"), values)]
            assert any(index in step for step in steps), (what, steps)
