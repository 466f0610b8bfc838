"""Writes the arithmetic of a day as sentences a person can check with a pencil. States facts, accuses no one."""

from __future__ import annotations

from datetime import datetime

from api.pages.i18n import Translator
from reports.view import DayPunch, DaySession, DayViolation, WhyPage

# The identity of rules.md §1.3: scheduled = credited + leave + unverified + counted.
LEDGER_SUM = ("credited", "leave", "unverified", "counted")


def explain(page: WhyPage, t: Translator) -> tuple[str, ...]:
    """The sentences the page was given, else those that follow from its data: first the focus, then the rest."""
    if page.sentences:
        return page.sentences
    violations = [page.focus] if page.focus else list(page.violations)
    found: list[str] = []
    for violation in violations:
        session = next((s for s in page.sessions if s.name == violation.session), None)
        if session is not None:
            found += _violation(page, violation, session, t)
        found += _settled(violation, t)
    if not found:
        found = [t("explain.unverified") if page.ledger.get("unverified") else t("explain.nothing")]
    return tuple(found)


def ledger_line(page: WhyPage, t: Translator) -> str:
    """`480 phút = 464 được tính + 0 nghỉ + 0 chưa đủ dữ liệu + 16 bị trừ`"""
    parts = " + ".join(f"{t.number(page.ledger[part])} {t(f'ledger_short.{part}')}" for part in LEDGER_SUM)
    return f"{t.minutes(page.ledger['scheduled'])} = {parts}"


def ledger_adds_up(page: WhyPage) -> bool:
    return page.ledger["scheduled"] == sum(page.ledger[part] for part in LEDGER_SUM)


def _violation(page: WhyPage, violation: DayViolation, session: DaySession, t: Translator) -> list[str]:
    name = t.label("session", session.name)
    if violation.type == "late":
        return _side(page, violation, session, t, "in", session.required_from or session.starts)
    if violation.type == "early":
        return _side(page, violation, session, t, "out", session.required_to or session.ends)
    if violation.type == "absent":
        return [t("explain.absent", session=name, hours=t.span(session.starts, session.ends))]
    if violation.type in ("missing_in", "missing_out"):
        return [t(f"explain.{violation.type}", session=name), t("explain.missing_rule")]
    if violation.type == "left_post" and violation.starts and violation.ends:
        sentence = t("explain.left_post", session=name, out=t.time(violation.starts), back=t.time(violation.ends))
        return [sentence, *_subtraction(violation.ends, violation.starts, violation.minutes, t)]
    return []


def _side(
    page: WhyPage, violation: DayViolation, session: DaySession, t: Translator, side: str, required: datetime
) -> list[str]:
    """Punch against required time; the subtraction is shown only where it is the whole of the reckoning."""
    name = t.label("session", session.name)
    punch = _punch(page, session, side)
    words = [t(f"explain.required_{side}", session=name, time=t.time(required))]
    if punch is None:
        return words
    words.insert(0, t(f"explain.was_{side}", session=name, time=t.clock(punch.at), terminal=punch.terminal_name))
    if punch.at != punch.terminal_time:
        words.insert(1, t("explain.clock", terminal=t.clock(punch.terminal_time), true=t.clock(punch.at)))
    later, earlier = (punch.at, required) if side == "in" else (required, punch.at)
    return words + _subtraction(later, earlier, violation.minutes, t)


def _punch(page: WhyPage, session: DaySession, side: str) -> DayPunch | None:
    """The punch that was used at this side of the session; the one inside the session before any other."""
    used = [p for p in page.punches if p.use == side]
    inside = [p for p in used if session.starts <= p.at <= session.ends]
    found = inside or used
    if not found:
        return None
    return min(found, key=lambda p: p.at) if side == "in" else max(found, key=lambda p: p.at)


def _subtraction(later: datetime, earlier: datetime, minutes: int | None, t: Translator) -> list[str]:
    seconds = int((later - earlier).total_seconds())
    whole, rest = divmod(seconds, 60)
    # Breaks and credited stretches may lie between; the engine's minutes are then fewer and a subtraction misleads.
    if minutes is None or whole != minutes:
        return []
    sum_ = f"{t.clock(later)} − {t.clock(earlier)} = {t.minutes(whole)}"
    if not rest:
        return [sum_ + "."]
    return [f"{sum_} {t.n('seconds', rest)}.", t("explain.incomplete", minutes=t.minutes(whole))]


def _settled(violation: DayViolation, t: Translator) -> list[str]:
    if violation.excused_min and violation.minutes is not None:
        counted = t.minutes(violation.counted_min)
        return [t("explain.excused", excused=t.minutes(violation.excused_min), counted=counted)]
    return []


def tell(page: WhyPage, t: Translator) -> list[str]:
    """The whole day in lines of plain text, for a reader without a browser: what the page says, in its order."""
    day_kind = t.label("day_kind", page.day_kind)
    lines = [f"{page.name} ({page.employee}), {page.unit_name}: {t.date(page.day)}, {day_kind}"]
    for session in page.sessions:
        state = t.label("session_state", session.state)
        lines.append(f"- {t.label('session', session.name)} {t.span(session.starts, session.ends)}: {state}")
        lines += [f"    {t.label('cover', kind)} {t.span(a, b)}" for a, b, kind in session.covered]
    for punch in page.punches:
        use, pull = (
            t("use." + punch.use),
            t("punch." + punch.source, number=punch.pull_id, time=t.time(punch.pull_started_at)),
        )
        on_terminal = (
            f" ({t('punch.on_terminal', time=t.clock(punch.terminal_time))})" if punch.at != punch.terminal_time else ""
        )
        lines.append(f"- {t.clock(punch.at)} {use}, {punch.terminal_name}{on_terminal}; {pull}")
    lines += list(explain(page, t))
    lines += [t.flag(flag) for flag in page.flags]
    for citation in page.citations:
        since = f", {t('citation.from', date=t.date(citation.valid_from))}" if citation.valid_from else ""
        document = ", ".join(part for part in (citation.article, citation.document) if part) or t("citation.own")
        lines.append(f"- {citation.title or t('rule.policy')} [{citation.rule_id}{since}]: {document}")
    lines += [
        f"- {c.name}: {t('terminal.read_until', time=t.moment(c.data_until)) if c.data_until else t('terminal.never')}"
        for c in page.coverage
    ]
    return [*lines, ledger_line(page, t)] if page.ledger["scheduled"] else lines
