"""The weekly brief on one upright A4 page, and the same for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from api.pages.i18n import Translator
from api.reporting.compared_registers import plain_figures
from api.reporting.words import percent
from reports.counted import Figures
from reports.printing import as_text, own_template, pdf
from reports.view import VIOLATION_TYPES
from reports.weekly_brief import DUTY_STATES, Named, Part, Week, WeeklyBrief

Line = TypeVar("Line")
_STATUSES = ("counted", "pending", "excused")
_MOST = 6
_MOST_UNITS = 14
"""So many lines of a list stand on the page; how many more there are is said."""


def draw(brief: WeeklyBrief, t: Translator, *, at: datetime) -> bytes:
    """The PDF, as made at an instant: the same figures and instant give the same bytes."""
    values = as_text(lines_of(brief, t))
    return pdf(own_template("brief"), {"values": values}, at=at.replace(microsecond=0))


def lines_of(brief: WeeklyBrief, t: Translator) -> dict[str, Any]:
    """Every line of the page, as the template lays them out."""
    week, before = brief.week, brief.before
    both = (week.figures, before.figures)
    last = t("brief.until", last=_day(week.to_on)) if week.to_on.weekday() < 6 else ""
    return {
        "lang": t.lang,
        "title": f"{t('brief.heading')} – {brief.name}",
        "unit": brief.name,
        "heading": t("brief.heading"),
        "week": t("brief.week", first=t.date(week.from_on), last=t.date(week.to_on)),
        "beside": " ".join(
            text for text in (last, t("brief.beside", first=t.date(before.from_on), last=t.date(before.to_on))) if text
        ),
        "known_at": t("brief.known_at", at=t.moment(brief.known_at)),
        "heads": [t("brief.this_week"), t("brief.week_before")],
        "sums": [
            [t("brief.compliance"), *(_share(figures, t) for figures in both)],
            [t("brief.unverified_sessions"), *(_of(figures.unverified, figures.due, t) for figures in both)],
        ],
        "violations": _violations(week, before, t),
        "bars": _bars(week, before, t),
        "lines": _lines(brief, t),
        "units": _units(brief, t),
        "sections": [section for section in _sections(brief, t) if section[1]],
        "foot": t("brief.formula"),
    }  # fmt: skip


def _share(figures: Figures, t: Translator) -> str:
    """`97,9% (47/48)`."""
    return f"{percent(figures.tenths, t)} ({t.number(figures.clear)}/{t.number(figures.known)})"


def _of(part: int, whole: int, t: Translator) -> str:
    return f"{t.number(part)}/{t.number(whole)}"


def _violations(week: Week, before: Week, t: Translator) -> dict[str, Any]:
    rows = [
        [t.label("violation", kind), *_times(week.figures, kind, t), *_times(before.figures, kind, t)]
        for kind in VIOLATION_TYPES
    ]
    return {
        "kind": t("brief.kind"),
        "statuses": [t(f"brief.{name}") for name in _STATUSES],
        "rows": rows,
        "total": [t("brief.total"), *_times(week.figures, None, t), *_times(before.figures, None, t)],
    }


def _times(figures: Figures, kind: str | None, t: Translator) -> list[str]:
    return [t.number(figures.times(type=kind, status=status)) for status in _STATUSES]


def _bars(week: Week, before: Week, t: Translator) -> dict[str, Any]:
    """Of each kind its word, the two counts, and how they are written."""
    rows = []
    for kind in VIOLATION_TYPES:
        counts = [each.figures.times(type=kind, status="counted") for each in (week, before)]
        if any(counts):
            rows.append([t.label("violation", kind), *counts, *(t.number(count) for count in counts)])
    return {"title": t("brief.bars"), "rows": rows, "none": t("brief.no_bars")}


def _lines(brief: WeeklyBrief, t: Translator) -> list[list[str]]:
    """What else is counted: its label, this week, the week before; `–`: only the present is known."""
    week, before = brief.week, brief.before
    found = [[
        t("brief.unverified_days"), *(_of(each.unverified_days, each.due_days, t) for each in (week, before)),
    ]]  # fmt: skip
    if causes := [cause for cause in ("not_read", "outage", "clock", "missing") if week.unverified.get(cause)]:
        told = "; ".join(f"{t(f'brief_cause.{cause}')} {t.number(week.unverified[cause])}" for cause in causes)
        found[0][0] += f" ({t('brief.this_week').lower()}: {told})"
    if week.duties is not None and before.duties is not None:
        found.append([t("brief.duties"), *(_duties(each.duties or {}, t) for each in (week, before))])
    if week.visits is not None and before.visits is not None:
        found.append([t("brief.visits"), t.number(week.visits), t.number(before.visits)])
    if brief.explanations is not None:
        told = t(
            "brief.waits", waiting=t.number(brief.explanations.waiting), overdue=t.number(brief.explanations.overdue)
        )
        found.append([t("brief.explanations"), told, "–"])
    if brief.papers is not None:
        found.append([t("brief.papers"), t.number(brief.papers), "–"])
    if brief.commitments is not None:
        states = "; ".join(f"{t(f'brief_commitment.{name}')} {t.number(n)}" for name, n in brief.commitments.items())
        found.append([t("brief.commitments"), states, "–"])
    return found


def _duties(states: Any, t: Translator) -> str:
    """`38/40 có mặt; không thấy 1`: what was kept, of how many, and what else there is."""
    total = sum(states.get(name, 0) for name in DUTY_STATES)
    rest = [f"{t(f'brief_duty.{name}')} {t.number(states[name])}" for name in DUTY_STATES[1:] if states.get(name)]
    return "; ".join([t("brief_duty.kept", kept=t.number(states.get("kept", 0)), total=t.number(total)), *rest])


def _units(brief: WeeklyBrief, t: Translator) -> dict[str, Any]:
    """What each unit below had, in the order of the tree; small ones stand together at the end."""
    rows = [
        [
            _called(part, brief, t),
            percent(part.figures.tenths, t),
            _of(part.figures.clear, part.figures.known, t),
            t.number(part.figures.times(status="counted")),
            _of(part.figures.unverified, part.figures.due, t),
        ]
        for part in brief.parts[:_MOST_UNITS]
    ]
    if len(brief.parts) > _MOST_UNITS:
        rows.append([t("brief.more", count=len(brief.parts) - _MOST_UNITS), "", "", "", ""])
    heads = ("unit_below", "compliance_short", "n_of", "counted_short", "unverified_short")
    return {"heads": [t(f"brief.{name}") for name in heads], "rows": rows if len(brief.parts) > 1 else []}


def _called(part: Part, brief: WeeklyBrief, t: Translator) -> str:
    if part.folded:
        return t.n("brief.folded", part.folded)
    return t("brief.own_people", name=part.name) if part.code == brief.unit else part.name


def _sections(brief: WeeklyBrief, t: Translator) -> list[list[Any]]:
    terminals = _some(brief.terminals, lambda one: _unread(one.name, one.until, t), t)
    days = _some(brief.days_off, lambda one: _day_off(one, t), t)
    visits = _some(brief.visited, lambda one: f"{t.date(one[0])}: {one[1]}", t)
    return [
        [t("brief.unread"), terminals or [t("brief.all_read")]],
        [t("brief.most"), [
            f"{_called(part, brief, t)}: {_with_counted(part.figures, t)}" for part in brief.most
        ]],
        [t("brief.without"), _some(brief.without, lambda part: _clear(part, brief, t), t)],
        [t("brief.visited"), visits],
        [t("brief.no_shows"), _some(brief.no_shows, lambda one: _duty(one, t), t)],
        [t("brief.overdue"), _some(brief.overdue, lambda one: f"{t.date(one.on)}: {one.name}", t)],
        [t("brief.days_off"), days or [t("brief.no_days_off")]],
    ]  # fmt: skip


def _some(found: Sequence[Line], say: Callable[[Line], str], t: Translator) -> list[str]:
    """The first lines, and how many more there are."""
    told = [say(one) for one in found[:_MOST]]
    return [*told, t("brief.more", count=len(found) - _MOST)] if len(found) > _MOST else told


def _clear(part: Part, brief: WeeklyBrief, t: Translator) -> str:
    return f"{_called(part, brief, t)} ({_of(part.figures.clear, part.figures.known, t)})"


def _with_counted(figures: Figures, t: Translator) -> str:
    return t("brief.with_counted", counted=t.number(figures.counted), known=t.number(figures.known))


def _unread(name: str, until: datetime | None, t: Translator) -> str:
    return t("brief.read_until", name=name, at=t.moment(until)) if until else t("brief.never_read", name=name)


def _day_off(one: Any, t: Translator) -> str:
    part = f" ({t.label('session', one.session)})" if one.session else ""
    document = f" – {one.document}" if one.document else ""
    return f"{t.long_date(one.on)}{part}: {t.word('day_kind', one.kind)}{document}"


def _duty(one: Named, t: Translator) -> str:
    desk = f", {one.desk}" if one.desk else ""
    return f"{t.date(one.on)}: {one.name} ({t.word('duty', one.what)}{desk})"


def _day(on: date) -> str:
    return f"{on:%d/%m}"


def as_plain(brief: WeeklyBrief) -> dict[str, Any]:
    """The brief as JSON values: dates and moments of the wall as ISO 8601; null: the reader may not count it."""
    waits = brief.explanations
    return {
        "unit": brief.unit,
        "name": brief.name,
        "known_at": brief.known_at.isoformat(),
        "week": _plain_week(brief.week),
        "week_before": _plain_week(brief.before),
        "exempt_sessions": brief.left_out,
        "terminals_not_read": [
            {"terminal": one.code, "name": one.name, "read_until": one.until.isoformat() if one.until else None}
            for one in brief.terminals
        ],
        "explanations": None if waits is None else {"waiting": waits.waiting, "overdue": waits.overdue},
        "papers_waiting": brief.papers,
        "commitments": None if brief.commitments is None else dict(brief.commitments),
        "units": [
            {
                "unit": part.code or None, "name": part.name or None, "small_units": part.folded,
                **plain_figures(part.figures),
            }
            for part in brief.parts
        ],
        "most": [part.code for part in brief.most],
        "without": [part.code for part in brief.without],
        "visits": [{"date": on.isoformat(), "unit_name": name} for on, name in brief.visited],
        "no_shows": _plain_named(brief.no_shows),
        "explanations_overdue": _plain_named(brief.overdue),
        "days_off_next_week": [
            {"date": one.on.isoformat(), "kind": one.kind, "session": one.session or None, "document": one.document}
            for one in brief.days_off
        ],
    }  # fmt: skip


def _plain_week(week: Week) -> dict[str, Any]:
    return {
        "from": week.from_on.isoformat(), "to": week.to_on.isoformat(), **plain_figures(week.figures),
        "due_days": week.due_days, "unverified_days": dict(week.unverified),
        "duties": None if week.duties is None else dict(week.duties), "visits": week.visits,
    }  # fmt: skip


def _plain_named(found: Iterable[Named]) -> list[dict[str, Any]]:
    return [{"date": one.on.isoformat(), "name": one.name, "what": one.what, "desk": one.desk or None} for one in found]
