"""What is said of explanations. What somebody explained, and why it was decided so, is read on the pages alone."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from api.pages.i18n import Translator
from attendance import clock
from attendance.services.notifications.audience import Scopes, scope
from attendance.services.notifications.delivering import Letter
from attendance.services.notifications.explaining import Tasks
from attendance.store import explanation_news, explanation_register, listing_explanations
from attendance.store.database import Session
from attendance.store.listing_explanations import Waiting
from attendance.store.listing_keys import UNVERIFIED, read_violation_id
from attendance.store.notice_wishes import Recipient

INBOX = "/explanations"
LOOKS_BACK_DAYS = 40


def write(
    session: Session, t: Translator, params: dict[str, Any], who: Recipient, at: datetime, zone: str
) -> Letter | str:
    """The letter, or why there is nothing to say: scope, settled."""
    if scope(session, who, "explanations.read", at, clock.today(at, zone)) is None:
        return "scope"
    if params["what"] == "digest":
        return _digest(session, t, who, at, zone)
    if who.employee_id is None:
        return "scope"
    return (_asked if params["what"] == "asked" else _decided)(session, t, params["items"], who.employee_id, at)


def _asked(session: Session, t: Translator, items: list[str], person: int, at: datetime) -> Letter | str:
    wanted = {item.partition("@")[0] for item in items}
    rows = [
        row
        for row in listing_explanations.waiting(session, at)
        if row.step == "explain" and row.employee_id == person and row.violation in wanted
    ]
    if not rows:
        return "settled"
    lines = [_line(t, row.violation, _due(t, row)) for row in rows]
    title = t.n("letter.asked.title", len(rows))
    text = "\n\n".join([t("letter.asked.text"), "\n".join(lines), t("letter.asked.next")])
    link = f"/violations/{quote(rows[0].violation, safe='')}/explain" if len(rows) == 1 else INBOX
    return Letter(title, text, title, link)


def _decided(session: Session, t: Translator, items: list[str], person: int, at: datetime) -> Letter | str:
    since = at - timedelta(days=LOOKS_BACK_DAYS)
    rows = [
        row
        for row in explanation_news.decided_since(session, since)
        if row.employee_id == person and f"{row.id}.{row.version}" in items
    ]
    if not rows:
        return "settled"
    lines = []
    for row in rows:
        partly = row.decision == "approved" and row.decided_minutes is not None
        said = "partly" if partly else str(row.decision)
        lines.append(_line(t, str(explanation_register.key_of(row)), t(f"letter.decided.{said}")))
    title = t.n("letter.decided.title", len(rows))
    text = "\n\n".join([t("letter.decided.text"), "\n".join(lines), t("letter.decided.next")])
    return Letter(title, text, title, INBOX)


def _digest(session: Session, t: Translator, who: Recipient, at: datetime, zone: str) -> Letter | str:
    rows = Tasks(session, zone, at).of(who, Scopes(session, [who], at, clock.today(at, zone)))
    if not rows:
        return "settled"
    counts = Counter(row.step for row in rows)
    lines = []
    for step in ("decide", "confirm", "explain"):
        if counts[step]:
            words = t.n(f"letter.waiting.{step}", counts[step])
            lines.append(f"- {words}")
    oldest = clock.to_wall(min(row.since for row in rows), zone)
    due = min((row.due_on for row in rows if row.due_on is not None), default=None)
    lines.append(t("letter.waiting.oldest", date=t.date(oldest.date())))
    if due is not None:
        lines.append(t("letter.waiting.due", date=t.date(due)))
    title = t.n("letter.waiting.title", len(rows))
    text, further = "\n".join(lines), t("letter.waiting.next")
    return Letter(title, f"{text}\n\n{further}", text, INBOX)


def _line(t: Translator, violation: str, said: str) -> str:
    """`- 24/11/2026, buổi sáng, Đi muộn: …`"""
    key = read_violation_id(violation)
    if key is None:
        return f"- {said}"
    about = t("about.unverified") if key.type == UNVERIFIED else t.word("violation", key.type)
    return f"- {t.date(key.on)}, {t.word('session', key.session)}, {about}: {said}"


def _due(t: Translator, row: Waiting) -> str:
    return t("letter.asked.due", date=t.date(row.due_on)) if row.due_on is not None else t("letter.asked.no_due")
