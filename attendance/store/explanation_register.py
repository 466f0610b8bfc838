"""Explanations as a register: handed in, confirmed, decided, taken back; each entered once, nothing of it erased.

A question is a violation or the unverified minutes of a session, and has the name a violation has (`ViolationKey`, with
the type `unverified`). Who may do what is asked in `attendance.services.explanations`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from attendance import clock
from attendance.errors import NotFound
from attendance.store import office, papers_decided, trail
from attendance.store.evidence_tables import RulingRow, ViolationRow
from attendance.store.explanation_tables import ExplanationAttachmentRow, ExplanationRequestRow
from attendance.store.listing_keys import UNVERIFIED, ViolationKey
from attendance.store.paper_register import NotAsItWas
from attendance.store.paper_tables import ExplanationRow
from attendance.store.tables import EmployeeRow
from attendance.store.trail import Actor

FAULTS = ("terminal_outage", "terminal_clock_invalid")
"""Flags of days on which minutes may be unverified for the fault of a terminal."""
_FINAL = ("excused",)


@dataclass(frozen=True, slots=True)
class Question:
    """What stands now of a question: minutes of the violation (None: unknown), its status, and whose row it is."""

    key: ViolationKey
    unit_id: int | None
    minutes: int | None
    excused_min: int
    status: str

    @property
    def is_open(self) -> bool:
        """Whether there is something left to excuse."""
        return self.status not in _FINAL


def question(session: Session, key: ViolationKey) -> Question | None:
    """The question as the newest verdict has it; None: there is none (any more)."""
    if key.type == UNVERIFIED:
        return _unverified(session, key)
    row = session.exec(
        select(ViolationRow).where(
            ViolationRow.employee_id == key.employee_id,
            ViolationRow.work_date == key.on,
            ViolationRow.session == key.session,
            ViolationRow.type == key.type,
            col(ViolationRow.superseded_at).is_(None),
        )
    ).first()
    return Question(key, row.unit_id, row.minutes, row.excused_min, row.status) if row is not None else None


def _unverified(session: Session, key: ViolationKey) -> Question | None:
    """Minutes of a session that nobody could verify for the fault of a terminal."""
    row = session.exec(
        select(RulingRow).where(
            RulingRow.employee_id == key.employee_id,
            RulingRow.work_date == key.on,
            col(RulingRow.superseded_at).is_(None),
        )
    ).first()
    if row is None or not row.unverified_min or row.symbols.get(key.session) != "?" or not {*FAULTS} & {*row.flags}:
        return None
    return Question(key, row.unit_id, None, 0, "pending")


def lock_person(session: Session, employee_id: int) -> EmployeeRow | None:
    """The person, held against others who file about them until the transaction ends; None: there is none."""
    return session.get(EmployeeRow, employee_id, with_for_update=True)


def get(session: Session, number: int) -> ExplanationRow:
    """The explanation with this number, locked against others who act on it. Raises NotFound."""
    row = session.get(ExplanationRow, number, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("explanation", str(number))
    return row


def number_of(row: ExplanationRow) -> int:
    assert row.id is not None
    return row.id


def key_of(row: ExplanationRow | ExplanationRequestRow) -> ViolationKey:
    return ViolationKey(row.employee_id, row.on, row.session, row.covers)


def of_question(session: Session, key: ViolationKey) -> list[ExplanationRow]:
    """Everything said or decided of a question, in the order in which it was recorded."""
    return list(
        session.exec(select(ExplanationRow).where(*_about(ExplanationRow, key)).order_by(col(ExplanationRow.id)))
    )


def undecided_of(session: Session, key: ViolationKey) -> ExplanationRow | None:
    """The explanation of a question that waits for an answer."""
    waits = (col(ExplanationRow.decision).is_(None), col(ExplanationRow.withdrawn_at).is_(None))
    query = select(ExplanationRow).where(*_about(ExplanationRow, key), *waits)
    return session.exec(query.order_by(col(ExplanationRow.id)).limit(1)).first()


def requests_of(session: Session, key: ViolationKey) -> list[ExplanationRequestRow]:
    """Who asked for an explanation of a question, in order."""
    query = select(ExplanationRequestRow).where(*_about(ExplanationRequestRow, key))
    return list(session.exec(query.order_by(col(ExplanationRequestRow.id))))


def attachments_of(session: Session, numbers: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """What is attached, by the number of the explanation, without the bytes: digest, file_name, media_type, size."""
    table = ExplanationAttachmentRow
    shown = (table.explanation_id, table.digest, table.file_name, table.media_type, table.size)
    query = select(*shown).where(col(table.explanation_id).in_(numbers)).order_by(col(table.id))  # type: ignore[call-overload]
    found: dict[int, list[dict[str, Any]]] = {}
    for number, digest, name, kind, size in session.exec(query):
        said = {"digest": digest, "file_name": name, "media_type": kind, "size": size}
        found.setdefault(number, []).append(said)
    return found


def attachment(session: Session, number: int, digest: str) -> ExplanationAttachmentRow:
    """One attachment with its bytes. Raises NotFound, also where they were destroyed."""
    table = ExplanationAttachmentRow
    row = session.exec(select(table).where(table.explanation_id == number, table.digest == digest)).first()
    if row is None or not row.content:
        raise NotFound("attachment", digest)
    return row


def enter_request(
    session: Session, asked: Question, actor: Actor, *, note: str, due_on: date | None, at: datetime
) -> ExplanationRequestRow:
    """Somebody is asked to explain."""
    key = asked.key
    row = ExplanationRequestRow(
        employee_id=key.employee_id, unit_id=asked.unit_id, on=key.on, session=key.session, covers=key.type, note=note,
        due_on=due_on, asked_by_id=actor.user_id, asked_by=actor.name, asked_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    after = {**_plain(key), "due": due_on and due_on.isoformat()}
    trail.record(
        session, actor, "explanation.asked", kind="explanation", key=str(key), employees=[key.employee_id], after=after,
        at=at,
    )  # fmt: skip
    return row


def enter(
    session: Session,
    asked: Question,
    actor: Actor,
    *,
    ground: str,
    text: str,
    minutes: int | None,
    document: str,
    submitted_at: datetime,
    confirm_first: bool,
    at: datetime,
) -> ExplanationRow:
    """An explanation is handed in; whoever asked for it is answered. Checks of its content raise Invalid."""
    key = asked.key
    employee = office.code_of(session, EmployeeRow, key.employee_id)
    row = papers_decided.explain(
        session, employee, key.on, part=key.session, covers=key.type, minutes=minutes, reason=text, document=document,
        submitted_at=submitted_at, at=at,
    )  # fmt: skip
    row.unit_id, row.ground, row.confirm_first = asked.unit_id, ground, confirm_first
    row.author_id, row.author = actor.user_id, actor.name
    session.add(row)
    session.flush()
    for request in _open_requests(session, key):
        request.answered_id = row.id
        session.add(request)
    _record(session, actor, "filed", row, None, at)
    return row


def attach(session: Session, row: ExplanationRow, actor: Actor, files: Sequence[ExplanationAttachmentRow]) -> None:
    """Enter attachments that were checked; the trail is told how many, not which."""
    for file in files:
        session.add(file)
    row.version += 1
    session.add(row)
    session.flush()
    trail.record(
        session, actor, "explanation.attached", kind="explanation", key=str(row.id), employees=[row.employee_id],
        after={**_plain(key_of(row)), "files": len(files)}, at=files[0].added_at,
    )  # fmt: skip


def confirm(session: Session, row: ExplanationRow, actor: Actor, said: str, *, note: str, at: datetime) -> None:
    """Enter what the direct superior says, `confirmed` or `denied`, once. Raises NotAsItWas."""
    if row.status not in ("confirm", "decide") or row.confirmation is not None:
        raise NotAsItWas(f"{last_change(row)} Nothing was changed.")
    before = _content(row)
    row.confirmation, row.confirmed_at, row.confirmation_note = said, at, note
    row.confirmed_by_id, row.confirmed_by = actor.user_id, actor.name
    row.version += 1
    session.add(row)
    _record(session, actor, said, row, before, at)


def decide(
    session: Session,
    row: ExplanationRow,
    actor: Actor,
    decision: str,
    *,
    minutes: int | None,
    note: str,
    accepted_after_deadline: bool,
    at: datetime,
) -> None:
    """Enter a decision, once, and mark the day. Raises NotAsItWas where it is not waiting for one."""
    if row.status not in ("confirm", "decide"):
        raise NotAsItWas(f"{last_change(row)} Nothing was changed.")
    before = _content(row)
    row.decided_by_id, row.decision_note = actor.user_id, note
    papers_decided.decide(
        session, row, decision, decided_by=actor.name, decided_at=at, minutes=minutes,
        accepted_after_deadline=accepted_after_deadline, at=at,
    )  # fmt: skip
    _record(session, actor, decision, row, before, at)


def decide_alone(
    session: Session, asked: Question, actor: Actor, decision: str, *, minutes: int | None, note: str, at: datetime
) -> ExplanationRow:
    """The head's own decision on a question nobody explained; whoever was asked need not explain any more."""
    key = asked.key
    employee = office.code_of(session, EmployeeRow, key.employee_id)
    row = papers_decided.decide_alone(
        session, employee, key.on, part=key.session, covers=key.type, decision=decision, decided_by=actor.name,
        decided_at=at, minutes=minutes, at=at,
    )  # fmt: skip
    row.unit_id, row.author_id, row.author = asked.unit_id, actor.user_id, actor.name
    row.decided_by_id, row.decision_note, row.decided_minutes = actor.user_id, note, minutes
    session.add(row)
    for request in _open_requests(session, key):
        request.closed_at = at
        session.add(request)
    _record(session, actor, decision, row, None, at)
    return row


def withdraw(session: Session, row: ExplanationRow, actor: Actor, *, note: str, at: datetime) -> None:
    """Take an explanation back that nobody decided on; who asked for it waits again. Raises NotAsItWas."""
    if row.status not in ("confirm", "decide"):
        raise NotAsItWas(f"{last_change(row)} There is nothing to take back.")
    before = _content(row)
    row.withdrawn_at, row.withdrawal_note = at, note
    row.withdrawn_by_id, row.withdrawn_by = actor.user_id, actor.name
    row.version += 1
    session.add(row)
    for request in session.exec(select(ExplanationRequestRow).where(ExplanationRequestRow.answered_id == row.id)):
        request.answered_id = None
        session.add(request)
    papers_decided.mark(session, row, at)
    _record(session, actor, "withdrawn", row, before, at)


def last_change(row: ExplanationRow) -> str:
    """One sentence: who did what to an explanation last, and when."""
    what = f"Explanation {row.id} was"
    if row.withdrawn_at is not None:
        return f"{what} taken back by {row.withdrawn_by or 'somebody'} at {_said(row.withdrawn_at)}."
    if row.decided_at is not None:
        return f"{what} {row.decision} by {row.decided_by or 'somebody'} at {_said(row.decided_at)}."
    if row.confirmed_at is not None:
        said = "confirmed" if row.confirmation == "confirmed" else "not confirmed"
        return f"{what} {said} by {row.confirmed_by or 'somebody'} at {_said(row.confirmed_at)}."
    return f"{what} handed in by {row.author or 'somebody'} at {_said(row.recorded_at)}."


def _said(moment: datetime) -> str:
    return f"{moment.astimezone(clock.UTC):%Y-%m-%d %H:%M} UTC"


def _open_requests(session: Session, key: ViolationKey) -> Sequence[ExplanationRequestRow]:
    table = ExplanationRequestRow
    query = select(table).where(*_about(table, key), col(table.answered_id).is_(None), col(table.closed_at).is_(None))
    return session.exec(query).all()


def _about(table: type[ExplanationRow] | type[ExplanationRequestRow], key: ViolationKey) -> tuple[Any, ...]:
    return (
        table.employee_id == key.employee_id,
        table.on == key.on,
        col(table.session).in_([key.session, "all"]),
        table.covers == key.type,
    )


def _plain(key: ViolationKey) -> dict[str, Any]:
    return {"date": key.on.isoformat(), "session": key.session, "covers": key.type}


def _content(row: ExplanationRow) -> dict[str, Any]:
    """What the trail is told: never a reason, for who reads the trail may not know it."""
    return {**_plain(key_of(row)), "minutes": row.minutes, "granted": row.decided_minutes, "status": row.status}


def _record(
    session: Session, actor: Actor, act: str, row: ExplanationRow, before: Mapping[str, Any] | None, at: datetime
) -> None:
    session.flush()
    trail.record(
        session, actor, f"explanation.{act}", kind="explanation", key=str(row.id), employees=[row.employee_id],
        before=before, after=_content(row), at=at,
    )  # fmt: skip
