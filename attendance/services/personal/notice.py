"""The notice: what the office tells everybody about their data, and who said that they read it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from attendance.errors import Conflict, Invalid
from attendance.services.personal.kinds import Terms, terms
from attendance.store import subject_requests
from attendance.store.database import Session
from attendance.store.trail import Actor, record
from attendance.store.within import Within

FRAME = 1
"""Of the sentences around what is told; raised when one of them changes what people are told."""
LANGUAGES = ("vi", "en")


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told on a date. Another `digest` is another text, which is to be read anew."""

    terms: Terms
    digest: str

    def as_json(self) -> dict[str, Any]:
        office = asdict(self.terms.office)
        shown = ("code", "holds", "purpose", "issued_under", "seen_by", "months", "counted_from", "sensitive")
        return {
            "digest": self.digest,
            "issued_under": office.pop("notice_issued_under"),
            "office": {name: text for name, text in office.items() if isinstance(text, str)},
            "kinds": [{name: getattr(kind, name) for name in shown} for kind in self.terms.kinds],
            "requests": [asdict(one) for one in self.terms.requests],
        }


def notice(session: Session, on: date) -> Notice:
    """The notice as it stands on a date."""
    found = terms(session, on)
    told = Notice(found, "").as_json() | {"frame": FRAME}
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, default=dict)
    return Notice(found, hashlib.sha256(text.encode()).hexdigest())


def confirm(
    session: Session, employee_id: int, digest: str, language: str, *, on: date, actor: Actor, at: datetime
) -> datetime:
    """A person says that they read the notice with this digest; answers when they said so first.

    Raises Invalid for another language, Conflict where the notice is another by now.
    """
    if language not in LANGUAGES:
        raise Invalid(f"The notice is in {' and '.join(LANGUAGES)}, not in {language[:8]!r}.")
    if digest != notice(session, on).digest:
        raise Conflict
    before = subject_requests.reading(session, employee_id, digest)
    if before is not None:
        return before
    subject_requests.confirm_reading(session, employee_id, digest, language, at)
    record(session, actor, "notice.read", kind="notice", key=digest[:16], employees=[employee_id], at=at)
    return at


def read_at(session: Session, employee_id: int, on: date) -> datetime | None:
    """When a person read the notice as it stands; None: not yet."""
    return subject_requests.reading(session, employee_id, notice(session, on).digest)


def readers(
    session: Session, within: Within, on: date, *, unread: bool, limit: int, offset: int
) -> tuple[list[dict[str, Any]], int]:
    """Who serves, with when they read the notice as it stands (None: not yet), by code; `unread`: only those."""
    digest = notice(session, on).digest
    return subject_requests.readers(session, within, digest, on, unread=unread, limit=limit, offset=offset)
