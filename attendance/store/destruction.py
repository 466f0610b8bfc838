"""What is due for destruction, and destroying it piece by piece: every query. A piece is one bounded transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, case, delete, func, or_, select, update
from sqlmodel import Session, col

from attendance.errors import NotFound
from attendance.store.every_table import every_table
from attendance.store.personal_tables import DestructionApprovalRow, DestructionRow, ErasureRow
from attendance.store.tables import AssignmentRow, EnrolmentRow, UserRow
from attendance.store.terminal_tables import TerminalUserRow

PIECE = 500
"""Rows of one transaction: others wait for no longer than that takes."""
OPEN = ("proposed", "approved")

Due = dict[str, Any]
_ENDED_COMMANDS = ("done", "covered", "short", "failed", "given_up")
_CLOSED_REQUESTS = ("completed", "refused", "withdrawn")
_REASONS = (
    ("explanation", "on_date", ("reason", "ground", "confirmation_note", "decision_note", "withdrawal_note")),
    ("explanation_request", "on_date", ("note",)),
    ("explanation_attachment", "on_date", ("file_name", "content")),
    ("annulment", "wall_time", ("reason",)),
    ("paper", "to_on", ("note", "decision_note", "withdrawal_note")),
    ("visit_mark", "noted_at", ("note",)),
    ("visit_check", "noted_at", ("note",)),
)
"""Table, the column that dates a row, and the texts in which a reason may stand."""

_OBSERVED = ("text", "reason", "answer")
"""Texts of an observation in which people may be named."""


def photos_due(session: Session, before: date) -> Due:
    return _counted(session, "photographs", [(_table("punch_photo"), "taken", _photos(before))])


def destroy_photos(session: Session, before: date) -> Due:
    return {"photographs": _delete(session, "punch_photo", _photos(before))}


def visit_photos_due(session: Session, before: date) -> Due:
    return _counted(session, "photographs", [(_table("visit_photo"), "received_at", _visit_photos(before))])


def destroy_visit_photos(session: Session, before: date) -> Due:
    """Empties pictures and what was written to them; that there was one, and its digest, stays with the visit."""
    table = _table("visit_photo")
    piece = select(table.c.id).where(_visit_photos(before)).limit(PIECE)
    emptied = update(table).where(table.c.id.in_(piece)).values(content=b"", note="")
    return {"photographs": _changed(session, emptied)}


def sign_ins_due(session: Session, before: date) -> Due:
    return _counted(session, "sign_ins", [(_table("sign_in"), "expires_at", _sign_ins(before))])


def destroy_sign_ins(session: Session, before: date) -> Due:
    return {"sign_ins": _delete(session, "sign_in", _sign_ins(before))}


def reasons_due(session: Session, before: date) -> Due:
    return _counted(session, "texts", [(table, dated, wanted) for table, dated, _, wanted in _reasons(before)])


def destroy_reasons(session: Session, before: date) -> Due:
    """Empties the texts and what was attached; the papers stay with their kind, dates and decision."""
    done = 0
    for table, _, texts, wanted in _reasons(before):
        piece = select(table.c.id).where(wanted).limit(PIECE)
        done += _changed(session, update(table).where(table.c.id.in_(piece)).values(_emptied(table, texts)))
    return {"texts": done}


def _emptied(table: Table, texts: Sequence[str]) -> dict[str, str | bytes]:
    return {name: b"" if table.c[name].type.python_type is bytes else "" for name in texts}


def diagnostics_due(session: Session, before: date) -> Due:
    return _counted(session, "rows", [(_table(name), dated, wanted) for name, dated, wanted in _diagnostics(before)])


def destroy_diagnostics(session: Session, before: date) -> Due:
    return {"rows": sum(_delete(session, name, wanted) for name, _, wanted in _diagnostics(before))}


def requests_due(session: Session, before: date) -> Due:
    table = _table("subject_request")
    return _counted(session, "requests", [(table, "received_at", _requests(before))])


def destroy_requests(session: Session, before: date) -> Due:
    """Empties what was asked and answered; that something was, when and of which kind, stays."""
    table = _table("subject_request")
    piece = select(table.c.id).where(_requests(before)).limit(PIECE)
    texts = {"text": "", "answer": "", "extension_reason": ""}
    return {"requests": _changed(session, update(table).where(table.c.id.in_(piece)).values(texts))}


def observations_due(session: Session, before: date) -> Due:
    return _counted(session, "texts", [(_table("observation"), "received_at", _said(before, *_OBSERVED))])


def destroy_observations(session: Session, before: date) -> Due:
    """Empties what citizens wrote, and how they can be reached; that something was said, of what and how it ended,
    stays."""
    return {"texts": _empty_observations(session, before, (*_OBSERVED, "contact"))}


def contacts_due(session: Session, before: date) -> Due:
    return _counted(session, "contacts", [(_table("observation"), "received_at", _said(before, "contact"))])


def destroy_contacts(session: Session, before: date) -> Due:
    return {"contacts": _empty_observations(session, before, ("contact",))}


def _empty_observations(session: Session, before: date, texts: Sequence[str]) -> int:
    table = _table("observation")
    piece = select(table.c.id).where(_said(before, *texts)).limit(PIECE)
    return _changed(session, update(table).where(table.c.id.in_(piece)).values(_emptied(table, texts)))


def leavers(session: Session, before: date, limit: int | None = None) -> list[int]:
    """Numbers of people whose last day of service lies before a date and whose names are not erased yet.

    Who still stands on a terminal is none: it would bring the name again at its next reading.
    """
    last = (
        select(col(AssignmentRow.employee_id))
        .where(col(AssignmentRow.withdrawn_at).is_(None))
        .group_by(col(AssignmentRow.employee_id))
        .having(func.sum(_is_open(before)) == 0)
        .where(col(AssignmentRow.employee_id).not_in(select(col(ErasureRow.employee_id))))
        .where(col(AssignmentRow.employee_id).not_in(_standing()))
        .order_by(col(AssignmentRow.employee_id))
    )
    return [int(number) for number in session.scalars(last if limit is None else last.limit(limit))]


def names_due(session: Session, before: date) -> Due:
    return {"people": len(leavers(session, before))}


Counter = Callable[[Session, date], Due]
WAYS: dict[str, tuple[Counter, Counter | None]] = {
    "names": (names_due, None),
    "photos": (photos_due, destroy_photos),
    "visit_photos": (visit_photos_due, destroy_visit_photos),
    "sign_ins": (sign_ins_due, destroy_sign_ins),
    "reasons": (reasons_due, destroy_reasons),
    "diagnostics": (diagnostics_due, destroy_diagnostics),
    "requests": (requests_due, destroy_requests),
    "observations": (observations_due, destroy_observations),
    "contacts": (contacts_due, destroy_contacts),
}
"""How a kind is counted and how a piece of it is destroyed; names are erased person by person (`erasing`)."""


# the register --------------------------------------------------------------------------------------------------------


def add(session: Session, row: DestructionRow) -> DestructionRow:
    session.add(row)
    session.flush()
    return row


def get(session: Session, number: int) -> DestructionRow:
    """Raises NotFound."""
    row = session.get(DestructionRow, number, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("destruction", str(number))
    return row


def open_of(session: Session, kind: str) -> DestructionRow | None:
    """What was proposed of a kind and is not over yet."""
    query = select(DestructionRow).where(col(DestructionRow.kind) == kind, col(DestructionRow.state).in_(OPEN))
    return session.scalars(query.limit(1)).one_or_none()


def listed(session: Session, limit: int, offset: int) -> tuple[list[DestructionRow], int]:
    """Those that wait first, then newest first; and how many there are."""
    total = session.scalar(select(func.count()).select_from(DestructionRow)) or 0
    waiting = col(DestructionRow.state).in_(OPEN)
    query = select(DestructionRow).order_by(waiting.desc(), col(DestructionRow.id).desc())
    return list(session.scalars(query.limit(limit).offset(offset))), total


def approvals(session: Session, numbers: Sequence[int]) -> dict[int, list[DestructionApprovalRow]]:
    query = select(DestructionApprovalRow).where(col(DestructionApprovalRow.destruction_id).in_(numbers))
    found: dict[int, list[DestructionApprovalRow]] = {}
    for row in session.scalars(query.order_by(col(DestructionApprovalRow.at))):
        found.setdefault(row.destruction_id, []).append(row)
    return found


def is_same_person(session: Session, user_id: int | None, others: Sequence[int | None]) -> bool:
    """Whether an account and one of the others are of one person."""
    query = select(col(UserRow.employee_id)).where(col(UserRow.employee_id).is_not(None))
    person = session.scalar(query.where(col(UserRow.id) == user_id))
    known = [number for number in others if number is not None]
    return person is not None and person in set(session.scalars(query.where(col(UserRow.id).in_(known))))


# conditions ----------------------------------------------------------------------------------------------------------


def _table(name: str) -> Table:
    return every_table()[name]


def _start(before: date) -> datetime:
    return datetime.combine(before, datetime.min.time())


def _instant(before: date) -> datetime:
    return _start(before).replace(tzinfo=UTC)


def _photos(before: date) -> ColumnElement[bool]:
    return _table("punch_photo").c.taken < _start(before)


def _visit_photos(before: date) -> ColumnElement[bool]:
    table = _table("visit_photo")
    return and_(table.c.received_at < _instant(before), table.c.content != b"")


def _sign_ins(before: date) -> ColumnElement[bool]:
    return _table("sign_in").c.expires_at < _instant(before)


def _requests(before: date) -> ColumnElement[bool]:
    table = _table("subject_request")
    ended = func.coalesce(table.c.completed_at, table.c.answered_at, table.c.received_at)
    written = or_(table.c.text != "", table.c.answer != "", table.c.extension_reason != "")
    return and_(table.c.state.in_(_CLOSED_REQUESTS), ended < _instant(before), written)


def _said(before: date, *texts: str) -> ColumnElement[bool]:
    """Observations that were answered before a date, or, where nobody answered, came before it, with such texts."""
    table = _table("observation")
    ended = func.coalesce(table.c.decided_at, table.c.received_at)
    written = or_(*(table.c[name] != empty for name, empty in _emptied(table, texts).items()))
    return and_(ended < _instant(before), written)


def _reasons(before: date) -> list[tuple[Table, str, tuple[str, ...], ColumnElement[bool]]]:
    found: list[tuple[Table, str, tuple[str, ...], ColumnElement[bool]]] = []
    for name, dated, texts in _REASONS:
        if name in every_table():
            table = _table(name)
            limit = {"wall_time": _start(before), "noted_at": _instant(before)}.get(dated, before)
            written = or_(*(table.c[name] != empty for name, empty in _emptied(table, texts).items()))
            found.append((table, dated, texts, and_(table.c[dated] < limit, written)))
    return found


def _diagnostics(before: date) -> list[tuple[str, str, ColumnElement[bool]]]:
    fill, command, difference = (_table(name) for name in ("log_fill", "push_command", "push_difference"))
    at = _instant(before)
    return [
        ("log_fill", "counted_on", fill.c.counted_on < before),
        ("push_command", "created_at", and_(command.c.state.in_(_ENDED_COMMANDS), command.c.created_at < at)),
        ("push_difference", "found_at", difference.c.settled_at < at),
    ]


def _is_open(before: date) -> Any:
    ended = and_(col(AssignmentRow.to_on).is_not(None), col(AssignmentRow.to_on) < before)
    return case((ended, 0), else_=1)


def _standing() -> Any:
    """People whose number stands on a terminal now."""
    return (
        select(col(EnrolmentRow.employee_id))
        .join(
            TerminalUserRow,
            and_(
                col(TerminalUserRow.terminal_id) == col(EnrolmentRow.terminal_id),
                col(TerminalUserRow.pin) == col(EnrolmentRow.pin),
            ),
        )
        .where(col(TerminalUserRow.until).is_(None), col(EnrolmentRow.withdrawn_at).is_(None))
        .where(
            or_(
                col(EnrolmentRow.to_on).is_(None),
                col(TerminalUserRow.since).is_(None),
                col(TerminalUserRow.since) <= col(EnrolmentRow.to_on),
            )
        )
    )


def _counted(session: Session, what: str, parts: Sequence[tuple[Table, str, ColumnElement[bool]]]) -> Due:
    """How many, and from when to when; never whose."""
    count, first, last = 0, None, None
    for table, dated, wanted in parts:
        column = table.c[dated]
        number, low, high = session.execute(
            select(func.count(), func.min(column), func.max(column)).where(wanted)
        ).one()
        count += int(number)
        days = [str(value)[:10] for value in (low, high) if value is not None]
        if days:
            first, last = min(first or days[0], days[0]), max(last or days[-1], days[-1])
    return {what: count} | ({"from": first, "to": last} if first else {})


def _delete(session: Session, name: str, wanted: ColumnElement[bool]) -> int:
    table = _table(name)
    keys = list(table.primary_key.columns)
    if len(keys) == 1:
        return _changed(session, delete(table).where(keys[0].in_(select(keys[0]).where(wanted).limit(PIECE))))
    done = 0
    for found in session.execute(select(*keys).where(wanted).limit(PIECE)).all():
        one = and_(*(key == value for key, value in zip(keys, found, strict=True)))
        done += _changed(session, delete(table).where(one))
    return done


def _changed(session: Session, statement: Any) -> int:
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]
