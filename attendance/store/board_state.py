"""Whether anything happened of which a board of the day could be told, without judging the day again."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import Session

from attendance.store.evidence_tables import PullRow, RulingRow
from attendance.store.questions import answers, core
from attendance.store.trail_tables import TrailRow
from attendance.store.trail_writing import LOOKED

_LAST = (
    select(core(PullRow.id)).order_by(core(PullRow.id).desc()).limit(1),
    select(core(RulingRow.id)).order_by(core(RulingRow.id).desc()).limit(1),
    select(core(TrailRow.seq)).where(core(TrailRow.act) != LOOKED).order_by(core(TrailRow.seq).desc()).limit(1),
)


def newest(session: Session) -> tuple[int, ...]:
    """Numbers of the last reading of a terminal, the last verdict, and the last act of anybody but looking."""
    return tuple(next((int(row[0]) for row in answers(session, statement)), 0) for statement in _LAST)
