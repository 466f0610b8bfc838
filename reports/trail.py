"""*Nhật ký*: the trail as its page shows it, and *Ai đã xem hồ sơ của tôi*. Frozen values in no language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from attendance import clock
from attendance.services import disclosure
from attendance.store import trail_reading
from attendance.store.database import Session
from attendance.store.trail_reading import Asked

ACTS = (
    "looked", "looks.lost", "unit.added", "employee.added", "employee.renamed", "assignment.added", "enrolment.added",
    "enrolment.ended", "terminal.added", "terminal.changed", "terminal.retired",
    "terminal.searched", "terminal.tried", "clock.asked", "clock.set",
    "alarm.acknowledged", "pushing.approved", "pushing.refused", "pushing.asked", "pull.asked", "punches.imported",
    "rules.adopted", "calendar.confirmed", "papers.filed", "outage.filed", "month.locked", "month.reopened",
    "month.signed", "sign.printed_as", "sheet.form",
    "days.evaluated", "site.added", "site.renewed", "site.revoked", "site.accepted", "site.new_chain", "photos.deleted",
    "user.added", "user.disabled",
    "user.enabled", "user.person", "grant.given", "grant.revoked", "trail.erased", "trail.verified",
    "trail.broken", "paper.filed", "paper.approved", "paper.refused", "paper.withdrawn", "roster_post.added",
    "roster_post.withdrawn", "schedule.added",
    "unit.renamed", "unit.moved", "unit.hours_changed", "unit.ended", "unit.goes_on", "unit.merged",
    "unit.place_named", "unit.head_named", "unit.head_ended", "unit.head_withdrawn",
    "assignment.transferred", "assignment.ended", "assignment.withdrawn",
    "import.filed", "import.undone",
    "backup.made", "backup.failed", "backup.restored", "backup.drilled", "backup.drill_failed", "backup.settled",
    "setup.put_off", "setup.finished",
    "import.filed", "import.undone", "view.saved", "view.renamed", "view.deleted", "view.made_usual", "today.compared",
    *(f"account.{what}" for what in (
        "signed_in", "sign_in_failed", "code_wrong", "locked", "password_changed", "password_reset",
        "second_factor_set", "second_factor_removed", "recovery_codes_renewed", "session_ended", "token_made",
        "token_revoked", "linked", "unlinked", "setup_code_shown",
    )),
    "notice.read", "personal_data.exported", "personal_request.received", "personal_request.answered",
    "personal_request.refused", "personal_request.extended", "personal_request.completed", "personal_request.withdrawn",
    "personal_setting.set", "personal_setting.withdrawn", "destruction.proposed", "destruction.approved",
    "destruction.refused", "destruction.carried_out", "person.names_erased",
    *(f"explanation.{what}" for what in (
        "asked", "filed", "attached", "confirmed", "denied", "approved", "refused", "withdrawn",
    )),
    *(f"observation.{what}" for what in (
        "received", "taken_up", "answered", "erased", "contact_seen", "visit_asked",
    )),
    *(f"feedback_point.{what}" for what in ("added", "renewed", "revoked")), "survey_score.recorded",
    "commitment_template.written", "commitment_template.withdrawn",
    *(f"commitment.{what}" for what in ("asked", "signed", "confirmed", "refused", "withdrawn", "reviewed")),
    "minutes.written", "minutes.sealed", "minutes.annexed", "checkpoint.made",
    *(f"followup.{what}" for what in ("answered", "done", "not_done")),
    *(f"team.{what}" for what in ("formed", "joined", "left", "ended")), "visit.dropped", "draw.made",
    "notices.chosen", "notices.address_asked", "notices.address_set", "notices.address_removed", "notices.tested",
    "notice.retried",
    *(f"visit.{what}" for what in ("begun", "noted", "photographed", "ended")), "checklist.added", "checklist.removed",
    *(f"webhook.{what}" for what in ("added", "rotated", "disabled", "enabled", "tested", "shut")),
    *(f"conduct.{what}" for what in (
        "threshold_filed", "threshold_ended", "proposed", "changed", "withdrawn", "overtaken", "decided",
        "counted",
    )),
    *(f"report.{what}" for what in ("asked", "made", "failed", "dropped")),
    "index.formula_filed", "index.formula_ended", "index.published", "export.made", "export.cut",
)  # fmt: skip
"""Acts there are words for; an act without is shown by its name."""
VIEWS = (
    "today", "live", "day", "punches", "verdicts", "violations", "violation", "employees", "assignments",
    "enrolments", "terminal users", "month", "report violations", "trail", "papers", "rosters", "personal_requests",
    "notice_readings", "export", "search", "explanations", "morning_list", "rule_trial", "presence", "observations",
    "commitments", "commitment_progress", "visit", "minutes",
    "conduct", "report", "bulk_export", "dossier",
)  # fmt: skip
"""Views there are words for."""
VIAS = ("api", "page", "console", "job", "terminal")
FIELDS = (
    "name", "code", "unit", "parent", "schedule", "employee", "terminal", "pin", "from", "to", "document", "role", "by",
    "host", "port", "transport", "starts_at", "ends_at", "visit", "file", "kind", "date", "session",
    "size", "digest", "skipped",
    "second_factor", "status", "decision", "note", "hours", "way", "received_at", "state", "covers", "minutes",
    "granted", "due", "files", "channel", "outcome", "part", "desk",
    "granted", "due", "files", "seed_digest", "content_digest", "formula", "source",
    "planned_at", "planned_by",
    "paper", "known_at", "rulebook", "rows", "format", "month", "period", "type", "over", "explained", "person",
    "violation", "version", "table", "snapshot", "cursor", "year",
)  # fmt: skip
"""Fields there are words for."""
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that is not what it was; None: it was not there, or is there no more."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class TrailLine:
    """An entry; `at` on the wall of the office. `erased`: number of the entry by which its detail was erased."""

    seq: int
    at: datetime
    actor: str
    role: str
    via: str
    address: str
    act: str
    kind: str
    key: str
    employees: tuple[str, ...]
    people: int
    why: str
    differences: tuple[Difference, ...]
    erased: int | None


@dataclass(frozen=True, slots=True)
class TrailFilter:
    actor: str = ""
    act: str = ""
    employee: str = ""
    key: str = ""
    from_on: date | None = None
    to_on: date | None = None

    @property
    def is_set(self) -> bool:
        return any((self.actor, self.act, self.employee, self.key, self.from_on, self.to_on))


@dataclass(frozen=True, slots=True)
class TrailPage:
    """`next`: number before which the next page goes on. `entries`, `head` and the rest: how the chain stands."""

    lines: tuple[TrailLine, ...]
    total: int
    next: str | None
    acts: tuple[str, ...]
    filter: TrailFilter
    entries: int
    head: str
    checked_at: datetime | None
    holds: bool | None


@dataclass(frozen=True, slots=True)
class LookLine:
    """`on`: the day that was looked at, where it was one day alone."""

    at: datetime
    actor: str
    role: str
    via: str
    view: str
    lost: bool
    on: date | None = None


@dataclass(frozen=True, slots=True)
class LooksPage:
    """`is_person` False: nobody's record stands behind this account."""

    lines: tuple[LookLine, ...]
    total: int
    next: str | None
    is_person: bool = True


def trail_page(
    session: Session, zone: str, asked: Asked, shown: TrailFilter, *, limit: int, before: int | None
) -> TrailPage:
    found = trail_reading.entries(session, asked, limit=limit, before=before)
    state = trail_reading.chain_state(session)
    lines = tuple(
        TrailLine(
            at=clock.to_wall(row["at"], zone),
            employees=tuple(row["employees"]),
            differences=differences(row["before"], row["after"], zone),
            **{name: row[name] for name in _SAME},
        )
        for row in map(disclosure.entry, found.rows)
    )
    return TrailPage(
        lines,
        found.total,
        found.after,
        tuple(trail_reading.acts(session)),
        shown,
        state.entries,
        state.head,
        clock.to_wall(state.checked_at, zone) if state.checked_at is not None else None,
        state.holds,
    )


_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_SAME = ("seq", "actor", "role", "via", "address", "act", "kind", "key", "people", "why", "erased")


def looks_page(
    session: Session, zone: str, employee_id: int | None, user_id: int, *, limit: int, before: int | None
) -> LooksPage:
    """Who was shown this person's record, newest first."""
    if employee_id is None:
        return LooksPage((), 0, None, is_person=False)
    found = trail_reading.looks_at(session, employee_id, user_id, limit=limit, before=before)
    return LooksPage(tuple(_look(row, zone) for row in found.rows), found.total, found.after)


def looks_of_day(session: Session, zone: str, employee_id: int, user_id: int, on: date, *, limit: int) -> LooksPage:
    """Who opened the record of one day of a person, newest first; not who met it in a list of many."""
    found = trail_reading.looks_at(session, employee_id, user_id, limit=limit, record=on.isoformat())
    return LooksPage(tuple(_look(row, zone) for row in found.rows), found.total, found.after)


def _look(row: Mapping[str, Any], zone: str) -> LookLine:
    on = date.fromisoformat(row["record"]) if _DATE.fullmatch(row["record"]) else None
    return LookLine(clock.to_wall(row["at"], zone), row["actor"], row["role"], row["via"], row["view"], row["lost"], on)


def differences(before: Any, after: Any, zone: str) -> tuple[Difference, ...]:
    """The fields that differ between two values, each as text; values that are no mappings stand as a whole.

    Instants become wall time of the office.
    """
    old, new = _fields(before, zone), _fields(after, zone)
    return tuple(
        Difference(name, old.get(name), new.get(name))
        for name in dict.fromkeys((*old, *new))
        if old.get(name) != new.get(name)
    )


def _fields(value: Any, zone: str) -> dict[str, str]:
    if value is None:
        return {}
    named = value if isinstance(value, Mapping) else {"": value}
    return {str(name): _text(each, zone) for name, each in named.items() if each not in (None, "", [], {})}


def _text(value: Any, zone: str) -> str:
    if isinstance(value, bool):
        return "✓" if value else "–"
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return clock.to_wall(datetime.fromisoformat(value), zone).isoformat()
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
