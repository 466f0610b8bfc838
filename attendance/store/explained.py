"""What became of questions: which violations of a list somebody asked about, explained or decided on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from attendance.store.explanation_tables import ExplanationRequestRow
from attendance.store.listing_keys import ViolationKey
from attendance.store.paper_tables import ExplanationRow

STATES = ("asked", "confirm", "decide", "approved", "refused")


@dataclass(frozen=True, slots=True)
class Standing:
    """`state`: one of STATES, or empty where nobody asked or said anything. `number` and `version`: of the explanation
    or decision recorded last, 0 where there is none; whoever acts on what they saw names both.
    """

    state: str = ""
    number: int = 0
    version: int = 0
    due_on: date | None = None


NOTHING = Standing()


def standings(session: Session, keys: Iterable[ViolationKey]) -> dict[ViolationKey, Standing]:
    """How each of these violations stands; one that nobody asked about or explained is left out."""
    wanted = set(keys)
    if not wanted:
        return {}
    people, dates = {key.employee_id for key in wanted}, [key.on for key in wanted]
    found: dict[ViolationKey, Standing] = {}
    for row in session.exec(
        select(ExplanationRequestRow)
        .where(
            col(ExplanationRequestRow.employee_id).in_(people),
            col(ExplanationRequestRow.on).between(min(dates), max(dates)),
            col(ExplanationRequestRow.closed_at).is_(None),
        )
        .order_by(col(ExplanationRequestRow.id))
    ):
        found[ViolationKey(row.employee_id, row.on, row.session, row.covers)] = Standing("asked", due_on=row.due_on)
    for said in session.exec(
        select(ExplanationRow)
        .where(
            col(ExplanationRow.employee_id).in_(people),
            col(ExplanationRow.on).between(min(dates), max(dates)),
            col(ExplanationRow.withdrawn_at).is_(None),
        )
        .order_by(col(ExplanationRow.id))
    ):
        key = ViolationKey(said.employee_id, said.on, said.session, said.covers)
        found[key] = Standing(said.status, said.id or 0, said.version)
    return {key: standing for key, standing in found.items() if key in wanted}
