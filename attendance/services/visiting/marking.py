"""What a team notes of people and of the checklist: from several phones, late, more than once, and nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from attendance.errors import Invalid
from attendance.services.visiting import checklist
from attendance.services.visiting.beginning import NotBegun, frozen_list
from attendance.store import people, trail, visit_marks
from attendance.store.database import Session
from attendance.store.trail import Actor
from attendance.store.visit_mark_tables import (
    ABSENT,
    ANSWERS,
    AT_POST,
    MARKS,
    REASON_GIVEN,
    UNMARKED,
    VisitCheckRow,
    VisitMarkRow,
    VisitPhotoRow,
)
from attendance.store.visit_marks import number_of
from attendance.store.visit_tables import BEGUN, ENDED, SEALED, VisitRow

MOST_AT_ONCE = 500
MOST_LETTERS = 500
MOST_ID = 64
TAKEN, REPEATED, REFUSED, LATE = "taken", "repeated", "refused", "late"
PUNCH_ALONE, PERSON_ALONE = "punch_without_person", "person_without_punch"


@dataclass(frozen=True, slots=True)
class NewMark:
    """A mark as a phone sends it: `id` is made there, `noted_at` is an instant by its clock."""

    id: str
    employee: str
    mark: str
    noted_at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class NewCheck:
    """An answer to a point of the checklist, of the unit or (`employee`) of a person."""

    id: str
    item: str
    answer: str
    noted_at: datetime
    employee: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one line: `taken`, `repeated` (it was here before), `late` (kept, after the minutes were sealed,
    and in no figure of them) or `refused`, with one sentence why."""

    id: str
    outcome: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """What holds of a person on the list. `disputed`: what another member noted before, where it says otherwise."""

    employee_id: int
    employee: str
    mark: str
    note: str
    noted_at: datetime
    received_at: datetime
    by: str
    disputed: Mark | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """What holds of a point of the checklist; `employee` empty: of the unit."""

    item: str
    employee_id: int | None
    employee: str
    answer: str
    note: str
    noted_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Photo:
    """A photograph of a visit; `there`: its bytes are still kept."""

    digest: str
    media_type: str
    size: int
    employee_id: int | None
    employee: str
    note: str
    noted_at: datetime
    by: str
    there: bool


def note(
    session: Session,
    visit: VisitRow,
    by: Actor,
    new: Sequence[NewMark],
    answers: Sequence[NewCheck] = (),
    *,
    sent_at: datetime | None = None,
    at: datetime,
) -> list[Outcome]:
    """Take what a phone noted; each line answers for itself, in the order sent, marks first.

    `sent_at`: what the phone's clock said when it sent them, by which its error is taken out of `noted_at`; None: it
    is right. A moment before the beginning or after now is cut to it. Raises NotBegun, Invalid for too many at once.
    """
    row = visit_marks.locked(session, number_of(visit))
    if row.state not in (BEGUN, ENDED, SEALED) or row.begun_at is None:
        raise NotBegun
    if len(new) + len(answers) > MOST_AT_ONCE:
        raise Invalid(f"At most {MOST_AT_ONCE} lines are taken at once; send the others after them.")
    listed = {person.code: person.number for person in frozen_list(row).people}
    known = {item.code: item for item in checklist.points(session, row, at=at)}
    lines: list[NewMark | NewCheck] = [*new, *answers]
    sent = visit_marks.sent_before(session, number_of(row), [line.id for line in lines])
    told: list[Outcome] = []
    rows: list[VisitMarkRow | VisitCheckRow] = []
    late, received_at = row.state == SEALED, reached(row, at)
    for line in lines:
        why = _wrong(line, listed, known)
        if line.id in sent and not why:
            told.append(Outcome(line.id, REPEATED))
            continue
        if why:
            told.append(Outcome(line.id[:MOST_ID], REFUSED, why))
            continue
        sent.add(line.id)
        noted_at = put_right(row, line.noted_at, sent_at, at)
        rows.append(_row(line, number_of(row), listed, by, noted_at, received_at))
        told.append(Outcome(line.id, LATE if late else TAKEN))
    if rows:
        visit_marks.add(session, rows)
        about = {found.employee_id for found in rows if found.employee_id is not None}
        after = {"marks": sum(isinstance(found, VisitMarkRow) for found in rows), "lines": len(rows)}
        trail.record(session, by, "visit.noted", kind="visit", key=row.key, employees=about, after=after, at=at)
    return told


def marks(session: Session, visit: VisitRow) -> list[Mark]:
    """The newest mark of each person who has one, in the order of their numbers; one taken back is none.

    What came after the minutes were sealed does not count.
    """
    newest: dict[int, VisitMarkRow] = {}
    others: dict[int, dict[str, VisitMarkRow]] = {}
    for row in visit_marks.marks(session, number_of(visit)):
        if not _counts(visit, row.received_at):
            continue
        newest[row.employee_id] = row
        others.setdefault(row.employee_id, {})[row.noted_by] = row
    names = people.names(session, newest)
    found = []
    for number, row in sorted(newest.items()):
        if row.mark == UNMARKED:
            continue
        disputed = [
            other
            for who, other in others[number].items()
            if who != row.noted_by and other.mark not in (row.mark, UNMARKED)
        ]
        beside = _mark(disputed[-1], names[number][0]) if disputed else None
        found.append(_mark(row, names[number][0], beside))
    return found


def late_marks(session: Session, visit: VisitRow) -> list[Mark]:
    """Marks that reached the server after the minutes were sealed, in the order noted: they are for an annex."""
    rows = [row for row in visit_marks.marks(session, number_of(visit)) if not _counts(visit, row.received_at)]
    names = people.names(session, {row.employee_id for row in rows})
    return [_mark(row, names[row.employee_id][0]) for row in rows]


def checks(session: Session, visit: VisitRow) -> list[Check]:
    """The newest answer to each point, of the unit first, then by person; what was taken back is none."""
    newest: dict[tuple[str, int | None], VisitCheckRow] = {}
    for row in visit_marks.checks(session, number_of(visit)):
        if _counts(visit, row.received_at):
            newest[row.item, row.employee_id] = row
    names = people.names(session, {row.employee_id for row in newest.values() if row.employee_id is not None})
    kept = [row for row in newest.values() if row.answer != "unseen"]
    return [
        Check(
            row.item, row.employee_id, names[row.employee_id][0] if row.employee_id is not None else "", row.answer,
            row.note, row.noted_at, row.noted_by,
        )
        for row in sorted(kept, key=lambda row: (row.employee_id or 0, row.item))
    ]  # fmt: skip


def photos(session: Session, visit: VisitRow) -> list[Photo]:
    """The photographs of a visit, in the order noted, without their bytes."""
    rows = [row for row in visit_marks.photos(session, number_of(visit)) if _counts(visit, row.received_at)]
    names = people.names(session, {row.employee_id for row in rows if row.employee_id is not None})
    there = visit_marks.with_content(session, number_of(visit))
    return [_photo(row, names, row.id in there) for row in rows]


def contradiction(state: str, mark: str) -> str:
    """What terminal and team say of one person, where they do not agree: `punch_without_person`,
    `person_without_punch`, or nothing. Of whom the terminal says nothing (yet) nothing follows."""
    if state == "seen" and mark in (ABSENT, REASON_GIVEN):
        return PUNCH_ALONE
    if state == "not_seen" and mark == AT_POST:
        return PERSON_ALONE
    return ""


def put_right(visit: VisitRow, noted_at: datetime, sent_at: datetime | None, at: datetime) -> datetime:
    """When something was noted, without the error of the phone's clock, which said `sent_at` when it was `at`."""
    longest = max(at - (visit.begun_at or at), timedelta())
    ago = sent_at - noted_at if sent_at is not None else at - noted_at  # a difference, whatever years a phone lives in
    return at - min(max(ago, timedelta()), longest)


def reached(visit: VisitRow, at: datetime) -> datetime:
    """When what came `at` counts as received: after the seal, for what had to wait while the minutes were sealed."""
    return at if visit.sealed_at is None else max(at, visit.sealed_at + timedelta(microseconds=1))


def id_problem(id: str) -> str:
    """Why this can be no id that a phone made; nothing: it can."""
    if 8 <= len(id) <= MOST_ID and id.isascii() and id.isprintable():
        return ""
    return f"The id of a line is 8 to {MOST_ID} plain letters or digits; a UUID will do."


def _counts(visit: VisitRow, received_at: datetime) -> bool:
    return visit.sealed_at is None or received_at <= visit.sealed_at


def _wrong(line: NewMark | NewCheck, listed: Mapping[str, int], known: Mapping[str, checklist.Point]) -> str:
    """Why a line cannot be taken, as one sentence; nothing: it can."""
    if why := id_problem(line.id):
        return why
    if len(line.note) > MOST_LETTERS:
        return f"A note has at most {MOST_LETTERS} letters; shorten this one of {len(line.note)}."
    if "\0" in line.note:
        return "A note has a sign in it that is no text; write it again."
    if isinstance(line, NewMark):
        if line.mark not in MARKS:
            return f"{line.mark[:32]!r} is no mark; write one of {', '.join(MARKS)}."
        return "" if line.employee in listed else f"{line.employee[:64]!r} is not on the list of this visit."
    if line.answer not in ANSWERS:
        return f"{line.answer[:32]!r} is no answer; write one of {', '.join(ANSWERS)}."
    point = known.get(line.item)
    if point is None:
        return f"{line.item[:32]!r} is not on the checklist of this visit."
    if (point.about == "person") != bool(line.employee):
        return f"{line.item!r} is asked about {'a person: name one' if point.about == 'person' else 'the unit'}."
    if line.employee and line.employee not in listed:
        return f"{line.employee[:64]!r} is not on the list of this visit."
    return ""


def _row(
    line: NewMark | NewCheck, visit_id: int, listed: Mapping[str, int], by: Actor, noted_at: datetime, at: datetime
) -> VisitMarkRow | VisitCheckRow:
    if isinstance(line, NewMark):
        return VisitMarkRow(
            visit_id=visit_id, client_id=line.id, employee_id=listed[line.employee], mark=line.mark,
            note=line.note.strip(), noted_at=noted_at, received_at=at, noted_by_id=by.user_id, noted_by=by.name,
        )  # fmt: skip
    return VisitCheckRow(
        visit_id=visit_id, client_id=line.id, item=line.item, employee_id=listed.get(line.employee),
        answer=line.answer, note=line.note.strip(), noted_at=noted_at, received_at=at, noted_by_id=by.user_id,
        noted_by=by.name,
    )  # fmt: skip


def _mark(row: VisitMarkRow, code: str, disputed: Mark | None = None) -> Mark:
    return Mark(row.employee_id, code, row.mark, row.note, row.noted_at, row.received_at, row.noted_by, disputed)


def _photo(row: VisitPhotoRow, names: Mapping[int, tuple[str, str]], there: bool) -> Photo:
    code = names[row.employee_id][0] if row.employee_id is not None else ""
    return Photo(
        row.digest, row.media_type, row.size, row.employee_id, code, row.note, row.noted_at, row.noted_by, there
    )
