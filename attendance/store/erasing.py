"""Erasing the names of one person everywhere they can stand, evidence included, in the caller's one transaction."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, update
from sqlmodel import Session, col

from attendance.store import chain_writing, intake_log, personal_export, report_jobs, searching
from attendance.store.every_table import every_table
from attendance.store.evidence_tables import PullRow
from attendance.store.personal_export import Subject
from attendance.store.personal_tables import ErasureRow, EvidenceErasureRow
from attendance.store.tables import EmployeeRow, UserRow
from attendance.store.terminal_tables import TerminalUserRow

SIGNING_IN = (
    "sign_in", "second_factor", "recovery_code", "first_password", "api_token", "known_place", "openid_link",
    "kept_answer", "saved_view", "last_look", "report_job", "notice_account", "notice_address", "notice_wish", "notice",
)  # fmt: skip
"""Tables of an account that has no use any more."""
WRITTEN_NAMES = (
    ("minutes_draft", "written_by"), ("minutes", "sealed_by"), ("minutes_annex", "added_by"),
    ("visit_followup_step", "done_by"),
    *(("explanation", f"{act}_by") for act in ("confirmed", "decided", "withdrawn")), ("explanation", "author"),
    ("explanation_request", "asked_by"), ("explanation_attachment", "added_by"), ("annulment", "decided_by"),
    ("paper", "author"), ("paper", "decided_by"), ("paper", "withdrawn_by"), ("roster_post", "author"),
    ("roster_post", "withdrawn_by"), ("access_grant", "granted_by"), ("access_grant", "revoked_by"),
    ("push_device", "decided_by"), ("push_command", "asked_by"), ("subject_request", "entered_by"),
    ("subject_request", "answered_by"), ("subject_request", "completed_by"), ("personal_setting", "recorded_by"),
    ("import_batch", "author"), ("import_batch", "undone_by"), ("webhook", "created_by"), ("month_signature", "name"),
    *(("observation", f"{act}_by") for act in ("taken", "looked", "decided", "visit_asked")),
    ("feedback_point", "created_by"), ("feedback_point", "revoked_by"), ("survey_score", "recorded_by"),
    ("printed_sign", "recorded_by"), ("team", "created_by"), ("team", "ended_by"), ("visit", "created_by"),
    ("visit", "begun_by"), ("draw", "created_by"), ("commitment_template", "created_by"),
    ("commitment_review", "reviewed_by"),
    *(("commitment", f"{act}_by") for act in ("asked", "confirmed", "refused", "withdrawn")),
    ("conduct_proposal", "decided_by"), ("conduct_threshold", "filed_by"), ("index_formula", "filed_by"),
    ("index_publication", "published_by"),
    ("visit_mark", "noted_by"), ("visit_check", "noted_by"), ("visit_photo", "noted_by"),
    ("visit_check_item", "added_by"), ("visit_check_item", "ended_by"),
    ("sheet_form", "recorded_by"), ("restoration", "restored_by"), ("restoration", "settled_by"),
    ("restore_drill", "made_by"),
)  # fmt: skip
"""Where a name stands as the one who acted, and may be written anew."""
_PUSHED, _FILES = ("operlog", "user"), "file"


def erased(session: Session, employee_id: int) -> ErasureRow | None:
    return session.scalars(select(ErasureRow).where(col(ErasureRow.employee_id) == employee_id)).one_or_none()


def erase(session: Session, row: ErasureRow, *, at: datetime) -> dict[str, int]:
    """Erase the person of a new row, whose pseudonym takes the place of the name; answers counts of what was erased."""
    session.add(row)
    session.flush()
    who = personal_export.subject(session, row.employee_id)
    counts = {
        "accounts": _accounts(session, who, row.pseudonym, at),
        "names_on_terminals": _on_terminals(session, who, row),
        "bodies": _bodies(session, who, row),
        "written_names": _written(session, who, row.pseudonym) + _said_by_citizens(session, who, row.pseudonym),
    }
    session.execute(update(EmployeeRow).where(col(EmployeeRow.id) == row.employee_id).values(name=row.pseudonym))
    searching.keep(session, [row.employee_id])
    report_jobs.let_go(session, row.employee_id)
    _texts(session, row.employee_id)
    if not row.archived_name:  # else the office keeps names in the sheets it locked
        _in_sheets(session, row)
    return counts


def _accounts(session: Session, who: Subject, pseudonym: str, at: datetime) -> int:
    for place, number in enumerate(who.user_ids, 1):
        name = pseudonym.lower() + (f"-{place}" if place > 1 else "")
        values = {"name": name, "password_hash": "", "disabled": True}
        session.execute(update(UserRow).where(col(UserRow.id) == number).values(values))
        for table in _known(SIGNING_IN):
            session.execute(delete(table).where(table.c.user_id == number))
        grants = every_table()["access_grant"]
        held = update(grants).where(grants.c.user_id == number, grants.c.revoked_at.is_(None))
        session.execute(held.values(revoked_at=at))
    return len(who.user_ids)


def _on_terminals(session: Session, who: Subject, row: ErasureRow) -> int:
    found = [
        number
        for number in session.scalars(
            select(col(TerminalUserRow.id)).where(
                personal_export.numbered(TerminalUserRow, who, "since", "until"), col(TerminalUserRow.name_bytes) != b""
            )
        )
        if number is not None
    ]
    _name(session, "terminal_user", found, row)
    for number in found:
        emptied = update(TerminalUserRow).where(col(TerminalUserRow.id) == number)
        session.execute(emptied.values(name="", name_bytes=b""))
    return len(found)


def _bodies(session: Session, who: Subject, row: ErasureRow) -> int:
    """Bytes that were pushed or brought as a file and in which the name stands; their digest and counts stay."""
    found = [number for number, body in _kept(session, who) if _tells(body, who)]
    _name(session, "pull", found, row)
    for number in found:
        session.execute(update(PullRow).where(col(PullRow.id) == number).values(payload=None))
        terminal_id = session.scalar(select(col(PullRow.terminal_id)).where(col(PullRow.id) == number))
        assert terminal_id is not None
        chain_writing.note_pull(session, terminal_id, number)
    return len(found)


def _kept(session: Session, who: Subject) -> Iterator[tuple[int, bytes]]:
    terminals = {enrolment.terminal_id for enrolment in who.enrolled}
    query = (
        select(col(PullRow.id), col(PullRow.payload))
        .where(col(PullRow.terminal_id).in_(terminals), col(PullRow.payload).is_not(None))
        .where((col(PullRow.source) == _FILES) | col(PullRow.format).in_(_PUSHED))
        .order_by(col(PullRow.id))
    )
    for number, payload in session.execute(query.execution_options(yield_per=20)):
        yield int(number), intake_log.decompress(payload)


def _tells(body: bytes, who: Subject) -> bool:
    """Whether a name or, in a body of users, one of their numbers stands in these bytes."""
    folded = _folded(body.decode("utf-8", "replace"))
    if who.name.strip() and _folded(who.name) in folded:
        return True
    names = {who.name, unicodedata.normalize("NFD", who.name)} - {""}
    if any(_bytes(name, encoding) in body for name in names for encoding in ("cp1258", "utf-16-le")):
        return True
    pins = {enrolment.pin.encode() for enrolment in who.enrolled}
    fields = {part.strip() for line in body.split(b"\n") for part in line.replace(b"USER ", b"\t").split(b"\t")}
    return any(b"PIN=" + pin in fields or b"pin=" + pin in fields for pin in pins)


def _bytes(name: str, encoding: str) -> bytes:
    try:
        return name.encode(encoding)
    except UnicodeEncodeError:
        return name.encode()


def _folded(text: str) -> str:
    """Without marks and case, as terminals and people write the same name."""
    plain = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _written(session: Session, who: Subject, pseudonym: str) -> int:
    names = [name for name in (who.name, *(name for _, name in who.accounts)) if name]
    done = 0
    for name, column in WRITTEN_NAMES:
        for table in _known((name,)):
            done += _changed(session, update(table).where(table.c[column].in_(names)).values({column: pseudonym}))
    return done


def _said_by_citizens(session: Session, who: Subject, pseudonym: str) -> int:
    """Citizens write names as they heard them; where it is the whole name, the pseudonym takes its place."""
    done = 0
    for table in _known(("observation",)) if who.name.strip() else []:
        for text in ("text", "reason", "answer"):
            column = table.c[text]
            named = column.contains(who.name, autoescape=True)
            anew = update(table).where(named).values({text: func.replace(column, who.name, pseudonym)})
            done += _changed(session, anew)
    return done


def _texts(session: Session, employee_id: int) -> None:
    requests = every_table()["subject_request"]
    emptied = {"text": "", "answer": "", "extension_reason": ""}
    session.execute(update(requests).where(requests.c.employee_id == employee_id).values(emptied))
    for table in _known(("import_effect",)):  # what a sheet brought in place of what
        mine = and_(table.c.table_name == "employee", table.c.row_id == employee_id, table.c.field == "name")
        session.execute(update(table).where(mine).values(before=None, after=None))


def _in_sheets(session: Session, row: ErasureRow) -> None:
    """A sheet, or a commitment, bears the digest of salt and name: without the salt nobody can guess the name from
    it."""
    for table, owners in (("month_sheet_name", ("employee_id",)), ("commitment", ("employee_id", "head_id"))):
        names = every_table()[table]
        mine = or_(*(names.c[owner] == row.employee_id for owner in owners))
        session.execute(update(names).where(mine, names.c.name != "").values(name=row.pseudonym, salt=""))


def _name(session: Session, table: str, numbers: list[int], row: ErasureRow) -> None:
    """Say which rows of evidence are emptied, before they are: without it the database refuses."""
    assert row.id is not None
    for number in numbers:
        session.add(EvidenceErasureRow(table_name=table, row_id=number, erasure_id=row.id))
    session.flush()


def count(session: Session) -> int:
    return int(session.scalar(select(func.count()).select_from(ErasureRow)) or 0)


def _known(names: tuple[str, ...]) -> list[Any]:
    return [every_table()[name] for name in names if name in every_table()]


def _changed(session: Session, statement: Any) -> int:
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]
