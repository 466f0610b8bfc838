"""Says the statements of a day in the reader's language, in the order in which a person asks. States facts, accuses no
one. What is concluded and why stands in `attendance.services.explain`; here are only words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from api.pages.i18n import Translator
from attendance.services.explain.statements import (
    Difference,
    Length,
    Listing,
    Minutes,
    Notes,
    Offset,
    Phrase,
    Rule,
    Seconds,
    Span,
    Stamp,
    Statement,
    Sum,
    Terminals,
    Value,
    Word,
    Workdays,
)
from reports.view import DaySession, WhyPage

BASIS = ("rule", "balance")


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence, which part of the account it belongs to, and whether it is about what the page is opened for."""

    part: str
    text: str
    focus: bool = False


@dataclass(frozen=True, slots=True)
class SessionAccount:
    """`steps` lead to the conclusion; `basis` are the rules it rests on and the minutes of the session."""

    session: DaySession
    steps: tuple[Said, ...]
    basis: tuple[Said, ...]
    focus: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """The sentences of a day by where they stand: the day, each session, each punch by its row, and what is beside.

    `uses` say of a punch only what became of it, where time and terminal stand beside.
    """

    day: tuple[str, ...]
    sessions: tuple[SessionAccount, ...]
    punches: dict[int, str]
    uses: dict[int, str]
    terminals: tuple[str, ...]
    beside: tuple[str, ...]
    rules: tuple[str, ...]
    ledger: tuple[str, ...]


def account(page: WhyPage, t: Translator) -> Account:
    """Every statement of the page in the language of the translator."""
    speaker = Speaker(page, t)

    def of(part: str) -> tuple[str, ...]:
        return tuple(speaker.say(each) for each in page.statements if each.part == part)

    return Account(
        day=of("day"),
        sessions=tuple(_session(page, place, speaker) for place in range(len(page.sessions))),
        punches={each.punch: speaker.say(each) for each in page.statements if each.punch is not None},
        uses={each.punch: speaker.use(each) for each in page.statements if each.punch is not None},
        terminals=of("terminal"),
        beside=of("beside"),
        rules=of("book"),
        ledger=of("ledger"),
    )


def _session(page: WhyPage, place: int, speaker: Speaker) -> SessionAccount:
    said = tuple(
        Said(each.part, speaker.say(each), _is_focus(page, each)) for each in page.statements if each.session == place
    )
    return SessionAccount(
        session=page.sessions[place],
        steps=tuple(each for each in said if each.part not in BASIS),
        basis=tuple(each for each in said if each.part in BASIS),
        focus=any(each.focus for each in said),
    )


def _is_focus(page: WhyPage, statement: Statement) -> bool:
    if page.focus is None or statement.violation is None:
        return False
    return page.violations[statement.violation].id == page.focus.id


def summary(page: WhyPage, t: Translator) -> str:
    """What is concluded, with its arithmetic, as running text: what a drawing's description says."""
    speaker = Speaker(page, t)
    told = [each for each in page.statements if each.part in ("verdict", "sum")]
    focused = [each for each in told if _is_focus(page, each)]
    return " ".join(speaker.say(each) for each in focused or told)


class Speaker:
    """Writes statements as sentences: times of the page's day without their date, names in place of codes."""

    def __init__(self, page: WhyPage, t: Translator) -> None:
        self.page, self.t = page, t

    def say(self, statement: Statement) -> str:
        return _capital(self._fill(statement.key, statement.values))

    def use(self, statement: Statement) -> str:
        """Of a punch: what became of it, without its time and terminal."""
        return _capital(self.write(statement.values["use"]) + self.write(statement.values["notes"]))

    def _fill(self, key: str, values: Mapping[str, Value]) -> str:
        return self.t(f"explain.{key}", **{name: self.write(value) for name, value in values.items()})

    def write(self, value: Value) -> str:
        """A value as it stands in a sentence."""
        t = self.t
        match value:
            case Minutes(minutes):
                return t.minutes(minutes)
            case Length(seconds):
                return t.length(seconds)
            case Seconds(seconds):
                return t.n("seconds", seconds)
            case Workdays(workdays):
                return t.n("workdays", workdays)
            case Offset(seconds):
                return t.offset(seconds)
            case Span():
                return self._span(value)
            case Difference(later, earlier):
                first = t.clock(later) if later.date() == earlier.date() else self._time(later)
                return f"{first} − {self._time(earlier)}"
            case Stamp(at):
                return t("moment.on", time=t.clock(at), date=t.date(at.date()))
            case Word(group, code):
                unnamed = group == "session" and not t.knows(f"session.{code}")
                return t("session.unnamed", name=code) if unnamed else t.word(group, code)
            case Terminals(codes):
                *others, last = [self.page.terminal_names.get(code) or code for code in codes] or [""]
                return t("list.and", others=", ".join(others), last=last) if others else last
            case Rule(rule):
                return self._rule(rule)
            case Phrase(key, inner):
                return self._fill(key, inner)
            case Notes(phrases):
                return "".join(self.write(each) for each in phrases)
            case Listing(items):
                return ", ".join(self.write(each) for each in items)
            case Sum(parts):
                return " + ".join(self.write(each) for each in parts)
            case datetime():
                return self._time(value)
            case date():
                return t.date(value)
            case int():
                return t.number(value)
            case str():
                return value

    def _time(self, moment: datetime) -> str:
        clock = self.t.clock(moment)
        if moment.date() == self.page.day:
            return clock
        return self.t("moment.on", time=clock, date=self.t.date(moment.date()))

    def _span(self, span: Span) -> str:
        t, starts, ends = self.t, span.starts, span.ends
        if starts is None or ends is None:
            if starts is not None:
                return t("span.from", time=self._time(starts))
            return t("span.until", time=self._time(ends)) if ends is not None else t("span.always")
        midnight = datetime.combine(self.page.day + timedelta(days=1), datetime.min.time())
        if starts.date() == self.page.day:
            return f"{t.clock(starts)}–{'24:00' if ends == midnight else self._time(ends)}"
        first = t.clock(starts) if starts.date() == ends.date() else self._time(starts)
        return t("span.both", starts=first, ends=self._time(ends))

    def _rule(self, rule: str) -> str:
        """The name an office gave a rule, with its id; the words for a threshold."""
        t = self.t
        if t.knows(f"threshold.{rule}"):
            return t(f"threshold.{rule}")
        name = self.page.rule_titles.get(rule, "")
        if not name:
            kind = rule.split(".")[0]
            name = {"schedule": t("rule.hours"), "calendar": t("rule.calendar"), "policy": t("rule.policy")}.get(
                kind, ""
            )
        return f"{name} [{rule}]" if "." in rule or not name else name


def ledger_adds_up(page: WhyPage) -> bool:
    """The identity of rules.md §1.3: scheduled = credited + leave + unverified + counted."""
    return page.ledger["scheduled"] == sum(page.ledger[part] for part in ("credited", "leave", "unverified", "counted"))


def tell(page: WhyPage, t: Translator) -> list[str]:
    """The whole day in lines of plain text, for a reader without a browser: what the page says, in its order."""
    said = account(page, t)
    day_kind = t.label("day_kind", page.day_kind)
    lines = [f"{page.name} ({page.employee}), {page.unit_name}: {t.date(page.day)}, {day_kind}", *said.day]
    for each in said.sessions:
        state = t.label("session_state", each.session.state)
        lines += ["", f"{_capital(t.label('session', each.session.name))}: {state}"]
        lines += [f"- {sentence.text}" for sentence in (*each.steps, *each.basis)]
    punches = [said.punches[punch.row] + f" [{_origin(page, place, t)}]" for place, punch in enumerate(page.punches)]
    lines += _titled(t("why.punches"), punches or [t("why.no_punches")])
    lines += _titled(t("why.coverage"), said.terminals)
    lines += _titled(t("why.beside"), said.beside)
    lines += _titled(t("why.flags"), [t.flag(flag) for flag in page.flags])
    lines += _titled(t("why.rules"), said.rules)
    return lines + _titled(t("why.ledger"), said.ledger if page.ledger["scheduled"] else ())


def _titled(title: str, lines: list[str] | tuple[str, ...]) -> list[str]:
    return ["", title, *(f"- {line}" for line in lines)] if lines else []


def _origin(page: WhyPage, place: int, t: Translator) -> str:
    punch = page.punches[place]
    return t(f"punch.{punch.source}", number=punch.pull_id, time=t.seen(punch.pull_started_at, page.day))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
