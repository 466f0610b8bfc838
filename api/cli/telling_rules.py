"""Rules, changes and differences as lines of text, in Vietnamese or English."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from api.cli.speech import Speech
from attendance.rules.comparing import Difference
from attendance.rules.trace import TraceStep
from attendance.services.rule_listing import DEFAULT, InForce, RuleLine
from attendance.services.what_if import Change, WhatIf


def tell_what_if(found: WhatIf, t: Speech) -> Iterator[str]:
    """The count first, then a line for each conclusion, by date and person."""
    yield f"{t.n('diff.count', len(found.changes))} ({t.n('diff.days', found.days)})"
    if found.locked:
        yield t.n("diff.locked", found.locked)
    for change in sorted(found.changes, key=lambda change: (change.on, change.employee)):
        who = f"{change.employee} {change.name}" if change.name not in ("", change.employee) else change.employee
        what = t("diff.day") if change.session is None else t.label("session", change.session)
        before, after = (_conclusion(side, change, t) for side in (change.before, change.after))
        yield t("diff.line", on=change.on.isoformat(), who=who, what=what, before=before, after=after)


def _conclusion(side: dict[str, Any], change: Change, t: Speech) -> str:
    """A session as its violations, or as the sign of the sheet where it has none; a day as what differs of it."""
    if change.session is None:
        return ", ".join(t(f"diff.{field}", value=_of_day(field, value, t)) for field, value in side.items())
    if not side["violations"]:
        return t.label("symbol", side["symbol"]) if side["symbol"] else t("diff.blank")
    return "; ".join(_violation(violation, t) for violation in side["violations"])


def _violation(violation: dict[str, Any], t: Speech) -> str:
    kind, status = t.label("violation", violation["type"]), t.label("status", violation["status"])
    if violation["minutes"] is None:
        return t("diff.violation_open", type=kind, status=status)
    return t("diff.violation", type=kind, minutes=t.minutes(violation["minutes"]), status=status)


def _of_day(field: str, value: Any, t: Speech) -> str:
    if field.endswith("_min"):
        return t.minutes(value)
    if field == "day_kind":
        return t.label("day_kind", value)
    if not value:
        return t("diff.none")
    return ", ".join(t.flag(flag) for flag in value) if field == "flags" else str(len(value))


def tell_in_force(found: InForce, t: Speech) -> Iterator[str]:
    """A line for each rule, and under it the path where more than one scope was asked."""
    yield t("list.head", unit=found.unit, on=t.date(found.on), rulebook=found.rulebook)
    for line in found.lines:
        yield t(
            "list.line",
            rule=line.rule,
            value=value_in_words(line, t),
            scope=_scope(*line.scope.partition(" ")[::2], t),
            dates=_dates(line.from_on, line.to_on, t),
            document=_document(line.document, line.article, t),
        )
        if len(line.path) > 1:
            yield t("list.path", path=" → ".join(_step(step, line.rule, t) for step in line.path))
    for entry in found.announced:
        yield t(
            "list.announced",
            on=t.date(entry.on),
            kind=t.label("day_kind", entry.kind),
            document=_document(entry.citation.document, "", t),
        )


def value_in_words(line: RuleLine, t: Speech) -> str:
    if line.value is None:
        return t("list.no_version" if line.rule.startswith("schedule.") else "list.none")
    return _value(line.rule, line.value, t)


def _value(rule: str, value: Any, t: Speech) -> str:
    if value is None:
        return t("list.none")
    if rule == "calendar":
        return t.label("day_kind", value["kind"])
    if rule.startswith("schedule."):
        hours = [f"{t.label('session', name)} {'–'.join(times)}" for name, times in value["sessions"].items()]
        return f"{', '.join(hours)}; {' '.join(value['weekdays'])}; {value['regime']}"
    if rule.startswith(("leave.", "exemption.")):
        return str(value[t.lang])
    if rule == "grade_thresholds":
        return ", ".join(f"{grade} {low}–{'' if high is None else high}" for grade, low, high in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _scope(kind: str, code: str, t: Speech) -> str:
    return t(f"scope.{kind}") if kind in (DEFAULT, "nation") else t(f"scope.{kind}", code=code)


def _step(step: TraceStep, rule: str, t: Speech) -> str:
    return t(
        "list.step" if step.taken else "list.not_taken",
        scope=_scope(step.scope, step.code, t),
        value=_value(rule, step.value, t),
        document=_document(step.document, step.article, t),
    )


def _document(document: str, article: str, t: Speech) -> str:
    return ", ".join(part for part in (document, article) if part) or t("list.no_document")


def _dates(from_on: date | None, to_on: date | None, t: Speech) -> str:
    if from_on is None and to_on is None:
        return t("list.always")
    if from_on is None or to_on is None:
        return t("list.from", begins=t.date(from_on)) if from_on else t("list.up_to", ends=t.date(to_on or date.max))
    return t("list.between", begins=t.date(from_on), ends=t.date(to_on))


def tell_difference(found: Difference, t: Speech) -> str:
    """A date, what our calendar says of it under which document, and what the library says."""
    ours = t("holidays.off" if found.off else "holidays.working")
    kind = t.label("day_kind", found.kind)
    document = _document(found.document, "", t)
    if found.announced:
        ours = t("holidays.announced", day=ours, kind=kind, document=document)
    elif found.kind:
        ours = t("holidays.decided", day=ours, kind=kind, document=document)
    else:
        ours = t("holidays.ordinary", day=ours)
    theirs = t("holidays.off" if found.theirs_off else "holidays.working")
    if found.theirs:
        theirs = t("holidays.named", day=theirs, name=found.theirs)
    return t("holidays.line", on=found.on.isoformat(), ours=ours, theirs=theirs)
