"""One round of notifications: see what is due, send what waits, forget what is old. The timetable asks for it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fastapi import FastAPI

from api.notifying.channels import read_channels
from api.notifying.hooks import HookPost
from api.notifying.letters import Letters
from api.notifying.mail import Mail, check_sender
from api.pages.i18n import Translator, pick_language
from api.settings import Settings
from attendance.clock import Now
from attendance.errors import Invalid
from attendance.services.notifications import events, explaining, planning
from attendance.services.notifications.delivering import (
    Deliverer,
    Done,
    Event,
    Letter,
    LetterWay,
    Parcel,
    Undelivered,
)
from attendance.services.notifications.kinds import INBOX, MAIL
from attendance.services.notifications.signing import due_signatures
from attendance.services.notifications.watching import watch
from attendance.services.terminal_health import terminals_health
from attendance.store import notices
from attendance.store.database import Database
from reports.missing import missing_today

KEPT = timedelta(days=30)
"""How long the outbox remembers what it told."""
PRUNE_EVERY = timedelta(hours=1)


def ways_of(settings: Settings) -> Mapping[str, LetterWay]:
    """The ways that are set up, by name. Raises Invalid where a setting of one of them cannot be used."""
    found: dict[str, LetterWay] = {}
    if settings.smtp_host:
        found[MAIL] = Mail(
            settings.smtp_host,
            settings.smtp_port,
            settings.smtp_tls,
            check_sender(settings.smtp_from),
            settings.smtp_user,
            settings.mail_password(),
            settings.smtp_ca_file,
            settings.public_url,
        )
    found.update(read_channels(settings.channels_file, settings.public_url))
    return found


@dataclass
class Notifier:
    """Notifications of one office. `round` may be asked for by several processes: each thing is told once."""

    settings: Settings
    database: Database
    now: Now
    secret_key: bytes
    ways: Mapping[str, LetterWay]
    post: Callable[[Event], None]
    _asked_missing: datetime | None = field(default=None, repr=False)
    _pruned: datetime | None = field(default=None, repr=False)

    @property
    def known_ways(self) -> tuple[str, ...]:
        """The ways that people can choose, the page of their own first."""
        return (INBOX, *self.ways)

    def round(self, *, seconds: float = 20.0) -> Done:
        """Put what is due into the outbox and send what waits, for about so long."""
        self.plan()
        done = self.deliverer().deliver(seconds=seconds)
        self._prune()
        return done

    def plan(self) -> None:
        """See what is due now. What is read at length is read before anything is written."""
        at, zone = self.now(), self.settings.timezone
        with self.database.reading() as session:
            due = planning.morning(session, zone, at)
            if self._asked_missing is None or at - self._asked_missing >= planning.MISSING_EVERY:
                due += planning.missing(session, zone, at, lambda *asked: missing_today(asked[0], zone, *asked[1:]))
                self._asked_missing = at
            due += explaining.digest(session, zone, at)
            due += explaining.news(session, at)
            due += due_signatures(session, zone, at)
            seen = terminals_health(session, zone, at)
        with self.database.writing() as session:
            told = watch(session, seen, at, timedelta(minutes=self.settings.silent_minutes))
            due += planning.terminals(session, zone, at, told)
            hearers = events.Hearers(session, at, zone)
            if hearers.hooks:
                events.terminals(session, zone, at, hearers, told)
                events.violations(session, zone, at, hearers)
                events.months(session, at, hearers)
                events.checkpoints(session, at, hearers)
                due += explaining.events(session, at, hearers)
            notices.put(session, due, at)

    def send_code(self, way: str, address: str, code: str, language: str) -> None:
        """Bring the code that confirms an address to it, at once. Raises Undelivered."""
        carrier = self.ways.get(way)
        if carrier is None:
            raise Undelivered("no_way", scope="way", way=way)
        t = Translator(pick_language(language, self.settings.language))
        text = t("letter.code.text", code=code)
        try:
            carrier.carry(
                Parcel(f"code_{secrets.token_hex(12)}", address, Letter(t("letter.code.title"), text, text, ""))
            )
        finally:
            carrier.close()

    def deliverer(self) -> Deliverer:
        letters = Letters(self.settings.timezone, self.settings.language)
        return Deliverer(self.database, self.now, self.secret_key, letters, self.ways, self.post)

    def _prune(self) -> None:
        at = self.now()
        if self._pruned is None or at - self._pruned >= PRUNE_EVERY:
            with self.database.writing() as session:
                notices.prune(session, at - KEPT)
            self._pruned = at


def notifier_of(app: FastAPI) -> Notifier:
    """The notifier of a service."""
    found: Notifier = app.state.notifier
    return found


def make_notifier(settings: Settings, database: Database, now: Now, secret_key: bytes) -> Notifier:
    """The notifier of the settings. Raises Invalid naming the setting that is wrong."""
    if settings.webhook_ca_file is not None and not settings.webhook_ca_file.is_file():
        raise Invalid(f"There is no file {settings.webhook_ca_file}; correct ATTENDANCE_WEBHOOK_CA_FILE.")
    post = HookPost(settings.webhook_networks, settings.webhook_ca_file)
    return Notifier(settings, database, now, secret_key, ways_of(settings), post)
