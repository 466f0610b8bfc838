"""The evidence of a violation as plain data: what the page shows, with times that carry their offset."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from attendance import clock
from attendance.services.disclosure import WHOLE, Disclosed
from attendance.store.database import Session
from attendance.store.listing_keys import ViolationKey
from reports.day import why_page
from reports.view import WhyPage


def evidence_of(
    session: Session, zone: str, now: datetime, key: ViolationKey, *, shown: Disclosed = WHOLE
) -> dict[str, Any]:
    """Punches with the pull that brought each, sessions, coverage, rule with document, ledger and revisions."""
    return evidence_in(why_page(session, zone, now, key.employee_id, key.on, focus=str(key), shown=shown), zone)


def evidence_in(page: WhyPage, zone: str) -> dict[str, Any]:
    """The same of a page that is there already."""
    data = page_as_data(page, zone)
    return {name: data[name] for name in _EVIDENCE}


_EVIDENCE = (
    "sessions", "punches", "flags", "ledger", "symbols", "citations", "coverage", "revisions", "rulebook", "statements",
    "provisional",
)  # fmt: skip


def page_as_data(page: WhyPage, zone: str) -> dict[str, Any]:
    """The whole page of a day as plain data, without what depends on who reads it."""
    return {name: with_offset(value, zone) for name, value in asdict(page).items() if name != "beside"}


def with_offset(value: Any, zone: str) -> Any:
    """The same value with every wall time given its offset and every tuple a list."""
    if isinstance(value, dict):
        return {name: with_offset(inner, zone) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [with_offset(inner, zone) for inner in value]
    if isinstance(value, datetime):
        return value.replace(tzinfo=clock.zone(zone)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value
