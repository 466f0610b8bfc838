"""The kinds of personal data and of requests as they hold on a date: as shipped, or as the office set them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any

from attendance.errors import Invalid, NotFound
from attendance.store import personal_settings
from attendance.store.database import Session
from attendance.store.personal_tables import PersonalSettingRow
from attendance.store.trail import Actor, record

MAX_TEXT = 2000
MAX_MONTHS = 1200
MAX_DAYS = 90
Words = Mapping[str, str]
"""A text by language: vi, en."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of data. `months` 0: kept; `issued_under` "": nothing is said of a text in force.

    `destroyed_by` names how it can be destroyed, "" where it cannot, for the reason in `kept_because`. `document`: what
    the office's own values rest on, by field.
    """

    code: str
    holds: Words
    purpose: Words
    issued_under: str
    seen_by: Words
    months: int
    counted_from: Words
    destroyed_by: str
    approvals: int
    kept_because: Words
    sensitive: bool
    documents: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RequestKind:
    """Terms of a kind of request: working days to answer, days to carry it out (0: none), one extension (0: none)."""

    code: str
    answer_workdays: int
    answer_issued_under: str
    days: int
    issued_under: str
    extension_days: int


@dataclass(frozen=True, slots=True)
class Office:
    """Who answers for the data, as the notice names them; empty where the office has not said it."""

    controller: str
    address: str
    contact: str
    protection_officer: str
    names_in_locked_sheets: bool
    notice_issued_under: str


@dataclass(frozen=True, slots=True)
class Terms:
    """All of it, in the order in which it is shown."""

    kinds: tuple[Kind, ...]
    requests: tuple[RequestKind, ...]
    office: Office

    def kind(self, code: str) -> Kind:
        """Raises NotFound."""
        found: Kind = _named("kind of data", code, self.kinds)
        return found

    def request(self, code: str) -> RequestKind:
        """Raises NotFound."""
        found: RequestKind = _named("kind of request", code, self.requests)
        return found


_TEXTS: dict[str, frozenset[str]] = {
    "data": frozenset({"purpose.vi", "purpose.en", "issued_under"}),
    "request": frozenset({"issued_under", "answer_issued_under"}),
    "office": frozenset({"controller", "address", "contact", "protection_officer", "notice_issued_under"}),
}
_NUMBERS: dict[tuple[str, str], tuple[int, int]] = {
    ("data", "months"): (0, MAX_MONTHS),
    ("request", "answer_workdays"): (1, MAX_DAYS),
    ("request", "days"): (0, MAX_DAYS),
    ("request", "extension_days"): (0, MAX_DAYS),
}
_SWITCHES = frozenset({("office", "names_in_locked_sheets")})


def terms(session: Session, on: date) -> Terms:
    """What holds on a date."""
    shipped, held = shipped_terms(), personal_settings.in_force(session, on)
    kinds = tuple(_overridden(kind, held) for kind in shipped.kinds)
    requests = tuple(replace(one, **_values(held, f"request.{one.code}")) for one in shipped.requests)
    return Terms(kinds, requests, replace(shipped.office, **_values(held, "office")))


def set_term(
    session: Session, subject: str, field: str, value: Any, *, from_on: date, document: str, actor: Actor, at: datetime
) -> PersonalSettingRow:
    """What the office says of `data.<kind>`, `request.<kind>` or `office` from a date on. Raises Invalid, NotFound."""
    group, _, code = subject.partition(".")
    if group == "data":
        shipped_terms().kind(code)
    elif group == "request":
        shipped_terms().request(code)
    elif subject != "office":
        raise Invalid(f"{subject[:64]!r} is nothing that can be set; write data.KIND, request.KIND or office.")
    checked = _checked(group, field, value)
    if len(document) > MAX_TEXT:
        raise Invalid(f"The document has over {MAX_TEXT} letters; name it and no more.")
    row = PersonalSettingRow(
        subject=subject, field=field, value=checked, from_on=from_on, document=document.strip(),
        recorded_by=actor.name, recorded_at=at,
    )  # fmt: skip
    personal_settings.add(session, row)
    record(
        session, actor, "personal_setting.set", kind="personal_setting", key=f"{subject}.{field}",
        after={"value": checked, "from": from_on.isoformat(), "document": row.document}, at=at,
    )  # fmt: skip
    return row


def withdraw_term(session: Session, number: int, *, actor: Actor, at: datetime) -> PersonalSettingRow:
    """Take a setting back: what was there before holds again. Raises NotFound."""
    row = personal_settings.withdraw(session, number, at)
    key = f"{row.subject}.{row.field}"
    record(session, actor, "personal_setting.withdrawn", kind="personal_setting", key=key, at=at)
    return row


def _checked(group: str, field: str, value: Any) -> Any:
    if (group, field) in _NUMBERS:
        low, high = _NUMBERS[group, field]
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise Invalid(f"{field} is {str(value)[:40]!r}; a whole number from {low} to {high} is expected.")
        return value
    if (group, field) in _SWITCHES:
        if not isinstance(value, bool):
            raise Invalid(f"{field} is {str(value)[:40]!r}; true or false is expected.")
        return value
    if field in _TEXTS[group]:
        if not isinstance(value, str) or len(value) > MAX_TEXT or not value.replace("\n", "").isprintable():
            raise Invalid(f"{field} must be a text of at most {MAX_TEXT} letters, without control characters.")
        return value.strip()
    known = sorted({*_TEXTS[group], *(name for kind, name in {*_NUMBERS, *_SWITCHES} if kind == group)})
    raise Invalid(f"{field[:40]!r} cannot be set here; there are {', '.join(known)}.")


def read_value(subject: str, field: str, text: str) -> Any:
    """What a text says as the value of a setting: a number or a switch only where one is expected."""
    kind = (subject.partition(".")[0], field)
    if kind in _NUMBERS and text.isdecimal():
        return int(text)
    return {"true": True, "false": False}.get(text, text) if kind in _SWITCHES else text


def _named(what: str, code: str, among: tuple[Any, ...]) -> Any:
    found = next((each for each in among if each.code == code), None)
    if found is None:
        raise NotFound(what, code[:64], f"There are {', '.join(each.code for each in among)}.")
    return found


def _values(held: Mapping[tuple[str, str], PersonalSettingRow], subject: str) -> dict[str, Any]:
    return {field: row.value for (name, field), row in held.items() if name == subject}


def _overridden(kind: Kind, held: Mapping[tuple[str, str], PersonalSettingRow]) -> Kind:
    subject = f"data.{kind.code}"
    values = _values(held, subject)
    purpose = dict(kind.purpose) | {
        field.removeprefix("purpose."): values.pop(field) for field in ("purpose.vi", "purpose.en") if field in values
    }
    documents = {field: row.document for (name, field), row in held.items() if name == subject}
    return replace(kind, purpose=purpose, documents=documents, **values)


@cache
def shipped_terms() -> Terms:
    """The proposals that come with the program."""
    read = tomllib.loads(resources.files(__package__).joinpath("kinds.toml").read_text(encoding="utf-8"))
    defaults: dict[str, Any] = {"kept_because": {"vi": "", "en": ""}, "sensitive": False, "documents": {}}
    return Terms(
        tuple(Kind(**(defaults | kind)) for kind in read["kind"]),
        tuple(RequestKind(**kind) for kind in read["request"]),
        Office(**read["office"], notice_issued_under=read["notice"]["issued_under"]),
    )
