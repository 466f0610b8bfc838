"""One round of checkpoints: make the one that is due, and bring each to where it was not taken yet."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from api.notifying.hooks import HookPost
from api.notifying.notifier import ways_of
from api.pages.i18n import Translator
from api.settings import Settings
from attendance import clock
from attendance.clock import Now
from attendance.errors import AttendanceError, Invalid, StoreUnavailable
from attendance.services.evidence import checkpoints as making
from attendance.services.evidence.checkpoints import Checkpoint, Occasion
from attendance.services.notifications.delivering import BACKOFF, Event, Letter, LetterWay, Parcel
from attendance.services.notifications.events import content
from attendance.services.notifications.kinds import MAIL
from attendance.services.signing_key import signing_key
from attendance.store import checkpoints
from attendance.store.checkpoint_tables import CheckpointSentRow
from attendance.store.database import Database
from attendance.store.trail import TIMETABLE, Actor

log = logging.getLogger(__name__)
KEPT_UP = timedelta(days=7)
"""Who could not be reached for so long is sent those of the last days, not all; the file gets every one."""
AT_ONCE = 50
MOST_CHAINS = 100
"""A mail with more than these says the root alone; what it is made of is in the file and in the API."""


class Way(Protocol):
    """Brings a checkpoint somewhere and answers what came back, if that is to be kept. Raises AttendanceError."""

    def __call__(self, made: Checkpoint) -> bytes | None: ...


@dataclass(frozen=True)
class ToFile:
    """Appends to a file that is only ever appended to. What was torn by a failure before is ended first."""

    path: Path

    def __call__(self, made: Checkpoint) -> None:
        try:
            with self.path.open("a+b") as file:
                file.seek(0, os.SEEK_END)
                file.write((b"\n" if file.tell() else b"") + made.whole.encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise Invalid(f"{self.path.name} cannot be written ({error.strerror or type(error).__name__}).") from error


@dataclass(frozen=True)
class ToAddress:
    """Posts it as webhooks are posted, unsigned: the signature is in the text."""

    url: str
    post: Callable[[Event], None]

    def __call__(self, made: Checkpoint) -> None:
        note = made.note
        data = {"number": note.number, "digest": note.digest, "text": made.whole}
        self.post(Event(f"checkpoint_{note.digest[:24]}", self.url, content("checkpoint.published", data, note.at), ()))


@dataclass(frozen=True)
class ByMail:
    """One letter to one address, with the text as it is to be kept."""

    to: str
    carrier: LetterWay
    t: Translator
    zone: str

    def __call__(self, made: Checkpoint) -> None:
        note = made.note
        at = f"{clock.to_wall(note.at, self.zone):%d/%m/%Y %H:%M}"
        title = self.t("checkpoint_mail.title", number=note.number, office=note.origin)
        text = self.t("checkpoint_mail.text", number=note.number, office=note.origin, at=at, code=note.code)
        whole = made.whole if note.chains <= MOST_CHAINS else made.text
        letter = Letter(title, f"{text}\n\n{whole}", title, f"/evidence/{note.number}")
        try:
            self.carrier.carry(Parcel(f"checkpoint_{note.digest[:24]}", self.to, letter))
        finally:
            self.carrier.close()


@dataclass
class Publisher:
    """Checkpoints of one office. `round` may be asked for by several processes, of which one leads."""

    settings: Settings
    database: Database
    now: Now
    secret_key: bytes
    ways: Mapping[tuple[str, str], Way]
    _alarmed: str = field(default="", repr=False)

    def round(self) -> int:
        """Make what is due and send what waits; answers how many ways took one. Never raises: it alarms the log."""
        if not self.secret_key:
            return 0
        try:
            self.make_due()
            self._alarmed = ""
        except AttendanceError as error:
            if str(error) != self._alarmed:
                log.error("ALARM no checkpoint can be made: %s", error)
            self._alarmed = str(error)
        try:
            return sum(wrong == "" for _, _, wrong in self.publish())
        except StoreUnavailable as error:
            log.error("ALARM checkpoints are not made known: %s", error)
            return 0

    def make_due(self) -> Checkpoint | None:
        at = self.now()
        with self.database.reading() as session:
            occasion = making.due(session, self.settings.timezone, at)
        return self.make(occasion, TIMETABLE) if occasion is not None else None

    def make(self, occasion: Occasion, by: Actor) -> Checkpoint:
        """Make the next one. Raises Invalid, EvidenceBroken, StoreUnavailable."""
        at = self.now()
        with self.database.writing() as session:
            return making.make(session, signing_key(session, self.secret_key, at), occasion, by=by, at=at)

    def publish(self, *, now: bool = False) -> Iterator[tuple[int, str, str]]:
        """Bring each to where it was not taken yet: number, way, what went wrong (empty: nothing), one by one.

        `now`: also where it is not time to try again.
        """
        for (way, address), carry in self.ways.items():
            at = self.now()
            with self.database.reading() as session:
                waiting = checkpoints.tried(session, way, address, None if way == "file" else at - KEPT_UP)
            ready = (number for number, tries, last in waiting if now or _is_time(tries, last, at))
            for number in islice(ready, AT_ONCE):
                wrong = self._send(number, way, address, carry)
                yield number, way, wrong
                if wrong:
                    break  # those after it wait for it: a file keeps their order, a server is not pressed

    def _send(self, number: int, way: str, address: str, carry: Way) -> str:
        with self.database.reading() as session:
            row = checkpoints.get(session, number)
            assert row is not None
            text = (row.number, row.text, row.heads)
        receipt, wrong = None, ""
        try:
            receipt = carry(making.read_kept(*text))
        except AttendanceError as error:
            wrong = str(error)[:300]
            log.error("ALARM checkpoint %d was not made known by %s: %s", number, way, wrong)
        sent = CheckpointSentRow(
            checkpoint=number, way=way, address=address, at=self.now(), wrong=wrong, receipt=receipt
        )
        with self.database.writing() as session:
            checkpoints.note_sent(session, sent)
        return wrong


def _is_time(tries: int, last: datetime | None, at: datetime) -> bool:
    return last is None or at - last >= timedelta(seconds=BACKOFF[min(tries, len(BACKOFF)) - 1])


def make_publisher(settings: Settings, database: Database, now: Now, secret_key: bytes) -> Publisher:
    """The publisher of the settings. Raises Invalid naming the setting that is wrong."""
    found: dict[tuple[str, str], Way] = {}
    if settings.checkpoint_file is not None:
        found["file", settings.checkpoint_file.name] = ToFile(settings.checkpoint_file)
    if settings.checkpoint_mail:
        carrier = ways_of(settings).get(MAIL)
        if carrier is None:
            raise Invalid("ATTENDANCE_CHECKPOINT_MAIL is set and no mail is: set ATTENDANCE_SMTP_HOST too.")
        t = Translator(settings.language)
        for to in settings.checkpoint_mail:
            found["mail", to] = ByMail(to, carrier, t, settings.timezone)
    post = HookPost(settings.webhook_networks, settings.webhook_ca_file)
    if settings.checkpoint_url:
        found["post", urlsplit(settings.checkpoint_url).hostname or ""] = ToAddress(settings.checkpoint_url, post)
    if settings.tsa_url:
        from api.publishing.time_stamps import make_stamper

        found["stamp", urlsplit(settings.tsa_url).hostname or ""] = make_stamper(settings, post)
    return Publisher(settings, database, now, secret_key, found)
