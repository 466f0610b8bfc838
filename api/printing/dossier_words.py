"""Says the parts of a dossier in a reader's language: papers, explanations, what changed between two conclusions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from api.pages.i18n import Translator
from api.pages.timeline import violation_label
from attendance.store.listing_keys import UNVERIFIED
from reports.compared import Compared, Fact
from reports.compared import Line as Difference
from reports.dossier import RuleText, TerminalSpan
from reports.explanation_view import Line
from reports.papers import PaperLine


def paper_what(line: PaperLine, t: Translator) -> str:
    """`Nghỉ phép năm`: the kind of leave only where the paper still has it."""
    if line.kind == "leave" and line.code:
        return _capital(t.label("symbol", line.code))
    if line.kind == "duty" and line.code:
        return t.label("duty", line.code)
    return t.label("paper_kind", line.kind)


def paper_when(line: PaperLine, t: Translator) -> str:
    if line.starts and line.ends:
        if line.starts.date() == line.ends.date():
            said = f"{t.span(line.starts, line.ends)} {t.date(line.starts)}"
        else:
            said = f"{t.moment(line.starts)} – {t.moment(line.ends)}"
    elif line.from_on and line.from_on == line.to_on:
        said = t.date(line.from_on)
    elif line.from_on and line.to_on:
        said = t("papers.from_to", first=t.date(line.from_on), last=t.date(line.to_on))
    elif line.from_on:
        said = t("papers.from_on", first=t.date(line.from_on))
    else:
        said = t("papers.open")
    if not line.parts or line.part == "all":
        return said
    return f"{said} ({t.word('session', line.part) if line.part else t('papers.some_sessions')})"


def paper_steps(line: PaperLine, t: Translator) -> Iterator[str]:
    """Who handed it in, decided on it, took it back, and when."""
    at = t.moment(line.recorded_at)
    yield t("papers.handed_in_by", who=line.author, at=at) if line.author else t("papers.handed_in_at", at=at)
    somebody = t("papers.somebody")
    if line.decided_at:
        key = "papers.refused_by" if line.status == "refused" else "papers.approved_by"
        said = t(key, who=line.decided_by or somebody, at=t.moment(line.decided_at))
        yield f"{said}: {line.decision_note}" if line.decision_note else said
    if line.withdrawn_at:
        yield t("papers.withdrawn_by", who=line.withdrawn_by or somebody, at=t.moment(line.withdrawn_at))


def explanation_steps(line: Line, t: Translator) -> Iterator[tuple[datetime, str]]:
    """What happened to an explanation, each with its moment; what was said in it first."""
    somebody = t("papers.somebody")
    if not line.by_head:
        said = t("explanation_step.filed", who=line.author or somebody)
        late = f" ({t('explanations.after_deadline')})" if line.late else ""
        yield line.submitted_at or line.recorded_at, said + late
    if line.confirmed_at and line.confirmation:
        said = t(f"explanation_step.{line.confirmation}", who=line.confirmed_by)
        yield line.confirmed_at, _noted(said, line.confirmation_note)
    if line.decided_at:
        yield line.decided_at, _noted(_decided(line, t, line.decided_by or somebody), line.decision_note)
    if line.withdrawn_at:
        yield line.withdrawn_at, t("explanation_step.withdrawn", who=line.withdrawn_by or somebody)


def _decided(line: Line, t: Translator, who: str) -> str:
    if line.decision == "refused":
        said = t("explanation_step.refused", who=who)
    elif line.decided_minutes is not None:
        said = t("explanation_step.part", who=who, minutes=t.minutes(line.decided_minutes))
    else:
        said = t("explanation_step.approved", who=who)
    return f"{said} ({t('explanations.accepted_after')})" if line.accepted_after_deadline else said


def question(covers: str, t: Translator) -> str:
    """What an explanation is about."""
    return t("explanations.unverified") if covers == UNVERIFIED else t.label("violation", covers)


def explanation_words(line: Line, t: Translator) -> Iterator[str]:
    """The ground, words and document of an explanation, as far as its reader is told them."""
    if line.by_head:
        yield t("explanations.by_head")
        return
    if line.ground:
        yield t.label("explanation_ground", line.ground)
    if line.reason:
        yield line.reason
    if line.document:
        yield f"{t('explanations.document')}: {line.document}"


def fact(found: Fact, t: Translator) -> str:
    """What became known between two conclusions."""
    if found.kind == "rules" or found.at is None:
        return t("fact.rules")
    at = t.moment(found.at)
    if found.kind == "punches":
        return t("fact.punches", count=t.number(found.count), terminal=found.terminal, pull=found.pull, at=at)
    assert found.paper is not None
    what = " – ".join(part for part in (paper_what(found.paper, t), found.paper.document) if part)
    who = found.who or t("papers.somebody")
    return t(f"fact.{found.kind}", paper=what, when=paper_when(found.paper, t), number=found.paper.id, who=who, at=at)


def differences(found: Compared, t: Translator) -> Iterator[tuple[str, str, str]]:
    """What is not as it was: what it is, before, after."""
    for line in found.differing:
        if line.name == "worked":
            label = t("compared.worked")
        else:
            label = t(f"ledger.{line.name}") if line.name else t(f"compared.{line.part}")
        yield label, _value(line, line.before, t), _value(line, line.after, t)


def _value(line: Difference, value: Any, t: Translator) -> str:
    match line.part:
        case "figure":
            return t.minutes(value)
        case "day_kind":
            return t.label("day_kind", value)
        case "symbols":
            return signs(dict(value), t)
        case "flags":
            parts = [t.flag(flag) for flag in value]
        case "rules":
            parts = [
                (title or rule_name(rule, t)) + (f" ({document})" if document else "")
                for rule, title, document in value
            ]
        case _:
            parts = [f"{violation_label(each, t)}, {t.label('session', each.session)}: {standing(each, t)}"
                     for each in value]  # fmt: skip
    return "; ".join(parts) or t("compared.nothing")


def signs(symbols: dict[str, str], t: Translator) -> str:
    found = [
        f"{t.label('session', session)}: {t.label('symbol', sign) if sign else t('symbol.none')}"
        for session, sign in symbols.items()
    ]
    return "; ".join(found) or "–"


def standing(violation: Any, t: Translator) -> str:
    """How a violation stands, with the minutes that are left of it."""
    said = t.word("status", violation.status)
    if not violation.excused_min:
        return said
    minutes, counted = t.minutes(violation.excused_min), t.minutes(violation.counted_min)
    return f"{said} ({t('compared.excused', minutes=minutes, counted=counted)})"


def rule_name(rule: str, t: Translator) -> str:
    return t("rule.policy") if rule == "policy" else _capital(t.label("threshold", rule))


def rule_says(rule: RuleText, t: Translator) -> str:
    """The hours, the decision or the threshold that a rule sets."""
    says = rule.says or {}
    if "sessions" in says:
        return "; ".join(
            f"{t.label('session', name)} {starts}–{ends}" for name, (starts, ends) in says["sessions"].items()
        )
    if "days" in says:
        return "; ".join(t.label("day_kind", each["kind"]) for each in says["days"])
    if "value" not in says:
        return ""
    value = says["value"]
    if value is None:
        return t("dossier.no_threshold")
    if isinstance(value, bool):
        return t("dossier.yes") if value else t("dossier.no")
    if isinstance(value, int):
        if rule.rule.endswith("_seconds"):
            return t.n("seconds", value)
        return t.n("workdays", value) if rule.rule.endswith("_workdays") else t.minutes(value)
    return t.label("dossier_choice", str(value))


def terminal_said(span: TerminalSpan, t: Translator) -> str:
    """A stretch of a terminal as a sentence."""
    when = _when(span.starts, span.ends, t)
    if span.kind == "offset":
        seconds = span.offset_seconds or 0
        offset = t.offset(seconds) if seconds else t("dossier_terminal.exact")
        return t("dossier_terminal.offset", when=when, offset=offset)
    return t(f"dossier_terminal.{span.kind}", when=when)


def _when(starts: datetime | None, ends: datetime | None, t: Translator) -> str:
    if starts is not None and ends is not None:
        return t("span.both", starts=t.moment(starts), ends=t.moment(ends))
    if starts is not None:
        return t("span.from", time=t.moment(starts))
    return t("span.until", time=t.moment(ends)) if ends is not None else t("span.always")


def _noted(said: str, note: str) -> str:
    return f"{said}: {note}" if note else said


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
