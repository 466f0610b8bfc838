"""Finding people by pieces of name and code, without accents and in any order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import String, and_, bindparam, case, func, select, update
from sqlmodel import Session, col

from attendance.letters import searched, without_marks
from attendance.store.listing import Listed, known_people, rows_of
from attendance.store.questions import among, answers, core, listed, table_of
from attendance.store.tables import EmployeeRow
from attendance.store.within import Within

MOST_WORDS = 8
"""So many words of what was typed are looked for; nobody has more names."""
_FEW = 500
_ROWS = select(core(EmployeeRow.id), core(EmployeeRow.code), core(EmployeeRow.name)).where(
    among(EmployeeRow.id, "people")
)
_WRITE = (
    update(table_of(EmployeeRow))
    .where(table_of(EmployeeRow).c.id == bindparam("number"))
    .values(searched=bindparam("text", type_=String()))
)


def keep(session: Session, employee_ids: Sequence[int]) -> None:
    """Write anew what these people are found by, after their names were changed past the session."""
    for begin in range(0, len(employee_ids), _FEW):
        few = listed(employee_ids[begin : begin + _FEW])
        written = [
            {"number": row.id, "text": searched(row.code, row.name)} for row in answers(session, _ROWS, {"people": few})
        ]
        if written:
            session.connection().execute(_WRITE, written)


def words(text: str) -> list[str]:
    """What was typed as the words that are looked for."""
    return [word for word in without_marks(text).split() if word.isprintable()][:MOST_WORDS]


def matching(text: str) -> list[Any]:
    """Conditions on people: each word of the text is part of their name or code. No words: nobody is meant."""
    return [col(EmployeeRow.searched).contains(word, autoescape=True) for word in words(text)] or [
        col(EmployeeRow.id) < 0
    ]


def numbers(session: Session, text: str) -> list[int]:
    """Numbers of everybody whose name or code holds each word, whoever may see them."""
    query = select(col(EmployeeRow.id)).where(*matching(text)).order_by(col(EmployeeRow.id))
    return [int(number) for number in session.scalars(query) if number is not None]


def people(session: Session, within: Within, text: str, *, limit: int, offset: int = 0) -> Listed:
    """People the reader may see whose name or code holds each word: id, code, name. Whoever has it as their code comes
    first, then those with words that begin so, then the others, each by name.
    """
    asked = words(text)
    found = [*matching(text), col(EmployeeRow.withdrawn_at).is_(None), *known_people(within, col(EmployeeRow.id))]
    total = session.scalar(select(func.count()).select_from(EmployeeRow).where(*found)) or 0 if asked else 0
    if offset >= total:
        return Listed([], total)
    begins = and_(*(col(EmployeeRow.searched).contains(f" {word}", autoescape=True) for word in asked))
    rank = case((func.lower(col(EmployeeRow.code)) == " ".join(asked), 0), (begins, 1), else_=2)
    query = select(col(EmployeeRow.id), col(EmployeeRow.code), col(EmployeeRow.name)).where(*found)
    query = query.order_by(rank, col(EmployeeRow.searched), col(EmployeeRow.id)).limit(limit).offset(offset)
    return Listed(rows_of(session, query), total)
