"""Taking in what a citizen says: by the public form of a counter, or by an officer for every other way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from attendance import clock
from attendance.errors import NotFound
from attendance.services.citizens import contact as contacts
from attendance.services.citizens import tickets
from attendance.services.citizens.problems import NotSaid, TooManyForms
from attendance.services.citizens.wording import MOST_CONTACT, MOST_TEXT, clean
from attendance.store import observations
from attendance.store.citizen_tables import CHANNELS, FORM, KINDS, FeedbackPointRow, ObservationRow
from attendance.store.database import Database, Session
from attendance.store.trail import Actor, record

LOOK_BACK = timedelta(days=90)
"""So far back a form may speak; an officer a year."""
LOOK_BACK_OFFICER = timedelta(days=366)
_SLACK = timedelta(minutes=5)
MOST_LINE = 120
HOUR, DAY = timedelta(hours=1), timedelta(hours=24)
CITIZEN = Actor("form", via="page")
"""Who acts when a form comes in: nobody is signed in, and no address goes into the trail."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """So many forms within an hour and a day: of one sender, by one counter, and by all counters within a day.

    They are counted from what was stored, so a restart forgets none of them and no memory grows.
    """

    sender_hour: int = 6
    sender_day: int = 15
    point_hour: int = 40
    point_day: int = 150
    all_day: int = 2000


BOUNDS = Bounds()


@dataclass(frozen=True, slots=True)
class Said:
    """What is said. `at` None: the minute is not known; `on` None: now."""

    kind: str
    text: str = ""
    on: date | None = None
    at: time | None = None
    contact: str = ""
    desk: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of it. `again`: it had come before, under the same ticket, and nothing was stored now."""

    row: ObservationRow
    code: str
    again: bool = False


def check_room(
    session: Session, secret_key: bytes, point: FeedbackPointRow, address: str, at: datetime, bounds: Bounds = BOUNDS
) -> None:
    """Whether a form from this address may come in now. Raises TooManyForms."""
    whose = tickets.sender(secret_key, address, at.date())
    for most, span, of in (
        (bounds.sender_hour, HOUR, {"sender": whose}),
        (bounds.sender_day, DAY, {"sender": whose}),
        (bounds.point_hour, HOUR, {"point_id": point.id}),
        (bounds.point_day, DAY, {"point_id": point.id}),
        (bounds.all_day, DAY, {}),
    ):
        came = observations.sent(session, at - span, most=most, **of)
        if len(came) >= most:
            raise TooManyForms(max(1, int((came[-1] + span - at).total_seconds()) + 1))


def take_form(
    session: Session,
    secret_key: bytes,
    token: str,
    ticket: str,
    said: Said,
    *,
    address: str,
    zone: str,
    at: datetime,
    bounds: Bounds = BOUNDS,
) -> Taken:
    """A form of the counter with this token. Sent again under its ticket it is the one that came first.

    Raises NotFound for a token that is none or was revoked, TicketRefused, TooManyForms, NotSaid, Invalid.
    """
    point = observations.point_by_token(session, token, change=True)
    if point is None:
        raise NotFound("counter", "")
    checked = tickets.check_ticket(secret_key, token, ticket, at)
    code = tickets.receipt_code(secret_key, checked.number)
    before = observations.by_code(session, _digest(code))
    if before is not None:
        return Taken(before, code, again=True)
    check_room(session, secret_key, point, address, at, bounds)
    row = _row(secret_key, said, point.unit_id, FORM, code, LOOK_BACK, zone, at)
    row.point_id, row.desk = point.id, point.desk
    row.sender = tickets.sender(secret_key, address, at.date())
    observations.forget_senders(session, at - DAY)
    return _file(session, CITIZEN, row, code, at)


def forget_senders(database: Database, at: datetime) -> None:
    """Forget where forms of more than a day ago came from. Nothing is written where nothing is to be forgotten."""
    with database.reading() as session:
        if not observations.has_sender(session, at - DAY):
            return
    with database.writing() as session:
        observations.forget_senders(session, at - DAY)


def take_in(
    session: Session,
    secret_key: bytes,
    by: Actor,
    unit_id: int,
    channel: str,
    said: Said,
    *,
    zone: str,
    at: datetime,
    number: str | None = None,
) -> Taken:
    """What came another way, entered by an officer; once under the same `number`. Raises NotSaid, Invalid."""
    if channel not in CHANNELS:
        raise NotSaid("channel", f"{channel[:20]!r} is no way it came; write one of {', '.join(CHANNELS)}.")
    if said.on is None:
        raise NotSaid("when", "Write the date on which it happened, as 2026-11-20.")
    code = tickets.receipt_code(secret_key, f"{by.user_id}:{number}") if number else tickets.new_receipt(secret_key)
    before = observations.by_code(session, _digest(code))
    if before is not None:
        return Taken(before, code, again=True)
    row = _row(secret_key, said, unit_id, channel, code, LOOK_BACK_OFFICER, zone, at)
    row.desk, row.document = _line(said.desk), _line(said.document)
    row.taken_by, row.taken_by_id = by.name, by.user_id
    return _file(session, by, row, code, at)


def _row(
    secret_key: bytes, said: Said, unit_id: int, channel: str, code: str, back: timedelta, zone: str, at: datetime
) -> ObservationRow:
    if said.kind not in KINDS:
        raise NotSaid("kind", f"{said.kind[:20]!r} is nothing that can be said; write one of {', '.join(KINDS)}.")
    local = clock.to_wall(at, zone)
    wall = _when(said, local)
    on = wall.date() if wall is not None else said.on
    assert on is not None
    if (wall is not None and wall > local + _SLACK) or on > local.date():
        raise NotSaid("future", f"{on} has not come yet; write when it happened.")
    if on < local.date() - back:
        raise NotSaid("old", f"{on} is too long ago to be looked into here; write a letter to the office.")
    text = clean(said.text, MOST_TEXT)
    if said.kind == "other" and not text:
        raise NotSaid("say_it", "Write in a few words what happened.")
    digest = _digest(code)
    reach = contacts.seal(secret_key, clean(said.contact, MOST_CONTACT, lines=False), digest)
    return ObservationRow(
        unit_id=unit_id, channel=channel, kind=said.kind, on=on, wall_time=wall, text=text, contact=reach,
        code_digest=digest, received_at=at,
    )  # fmt: skip


def _when(said: Said, local: datetime) -> datetime | None:
    if said.on is None:
        return local.replace(second=0, microsecond=0)
    return datetime.combine(said.on, said.at.replace(second=0, microsecond=0)) if said.at is not None else None


def _line(text: str) -> str:
    return clean(text, MOST_LINE, lines=False)


def _digest(code: str) -> str:
    found = tickets.code_digest(code)
    assert found is not None
    return found


def _file(session: Session, by: Actor, row: ObservationRow, code: str, at: datetime) -> Taken:
    observations.add(session, row)
    told = {"channel": row.channel, "kind": row.kind, "date": row.on.isoformat()}  # never what was said
    record(session, by, "observation.received", kind="observation", key=str(row.id), after=told, at=at)
    return Taken(row, code)
