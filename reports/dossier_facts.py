"""What a day rested on besides punches, as the engine was told it: stretches of terminals, and what its rules say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from attendance.engine.case import Case
from attendance.rules.policy import MEASURES
from attendance.rules.schedule import times_of
from reports.dossier import RuleText, TerminalSpan
from reports.view import Citation, WhyPage

Bounds = tuple[datetime | None, datetime | None]


def terminal_spans(case: Case, page: WhyPage) -> tuple[TerminalSpan, ...]:
    """Of each terminal the person depends on or used: how far it was read over the day, and what ailed it then."""
    codes = dict.fromkeys([each.code for each in page.coverage] + [punch.terminal for punch in page.punches])
    names = page.terminal_names
    return tuple(span for code in codes for span in _of(case, code, names.get(code, "") or code, page.day))


def _of(case: Case, code: str, name: str, on: date) -> Iterator[TerminalSpan]:
    read = [each for each in case.coverage if each.terminal == code and _touches((each.starts, each.until), on)]
    for each in read:
        yield TerminalSpan(code, name, "read", each.starts, each.until)
    if not read:
        yield TerminalSpan(code, name, "unread", None, None)
    for outage in case.outages:
        if outage.terminal == code and _touches((outage.starts, outage.ends), on):
            yield TerminalSpan(code, name, outage.mode, outage.starts, outage.ends)
    for offset in case.clock_offsets:
        if offset.terminal == code and _touches((offset.starts, offset.ends), on):
            yield TerminalSpan(code, name, "offset", offset.starts, offset.ends, offset.offset_seconds)
    for invalid in case.clock_invalids:
        if invalid.terminal == code and _touches((invalid.starts, invalid.ends), on):
            yield TerminalSpan(code, name, "invalid", invalid.starts, invalid.ends)


def _touches(span: Bounds, on: date) -> bool:
    begins = datetime.combine(on, time.min)
    starts, ends = span
    return (starts is None or starts < begins + timedelta(days=1)) and (ends is None or ends > begins)


def rule_texts(case: Case, page: WhyPage) -> tuple[RuleText, ...]:
    """The versions of rules the day cites, each with what it says."""
    return tuple(
        RuleText(
            rule=cited.rule_id,
            title=cited.title,
            version=cited.version,
            document=cited.document,
            article=cited.article,
            valid_from=cited.valid_from,
            valid_to=cited.valid_to,
            says=_says(case, page, cited),
        )
        for cited in page.citations
    )


def _says(case: Case, page: WhyPage, cited: Citation) -> Any:
    book, on = case.rulebook, page.day
    kind, _, code = cited.rule_id.partition(".")
    if kind == "schedule" and code in book.schedules:
        versions: Iterable[Any] = book.schedules[code].versions
        held = next((v for v in versions if v.covers(on) and v.from_on == cited.valid_from), None)
        if held is None:
            return None
        return {"regime": held.regime, "sessions": {h.name: times_of(h) for h in held.sessions_of(on.weekday())}}
    if kind == "calendar":
        ruling = book.calendar.of(on, book.path(page.unit, on) if page.unit else ())
        entries = (ruling.whole,) if ruling.whole is not None else ruling.sessions
        return {
            "days": [
                {"kind": each.kind, "session": each.session, "for": each.pair_on}
                for each in entries
                if each.citation.document == cited.document
            ]
        }
    if cited.rule_id in MEASURES and page.unit:
        return {"value": getattr(book.policy_of(page.unit, page.employee, on), cited.rule_id)}
    return None
