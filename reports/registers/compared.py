"""Compliance of units, seasons and years as registers: lines with n/N, in words for people or plain for programs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from attendance.services.unit_index.arithmetic import half_up
from reports.compliance import Compliance, UnitLine
from reports.counted import Figures
from reports.periods_compared import Seasons, Stretch, Years, difference_tenths
from reports.register_table import Column, Figure, Register, Value
from reports.view import VIOLATION_TYPES

LITTLE, FEW = MARKS = ("little", "few")
"""Why a line says little: too little of it is known, too few people."""
STRETCHES = ("season", "before", "after")
_SUMS = (
    Column("due_sessions", "integer", 9),
    Column("unverified_sessions", "integer", 9),
    Column("clear_sessions", "share", 13),
    Column("compliance", "text", 9),
    Column("counted_times", "integer", 8),
    Column("counted_late", "integer", 7),
    Column("counted_early", "integer", 7),
    Column("counted_absent", "integer", 7),
    Column("counted_missing_in", "integer", 8),
    Column("counted_missing_out", "integer", 8),
    Column("counted_left_post", "integer", 7),
    Column("excused_times", "integer", 9),
    Column("pending_times", "integer", 8),
)
_UNITS = (
    Column("unit_code", "text", 10),
    Column("unit_name", "text", 24),
    Column("level", "integer", 6, printed=False),
    Column("people_due", "integer", 8),
    *_SUMS,
    Column("figure_mark", "code", 12, "figure_mark"),
)
_SEASONS = (
    Column("stretch", "code", 11, "stretch"),
    Column("first_on", "date", 11),
    Column("last_on", "date", 11),
    Column("season_hours", "text", 20),
    Column("hours_document", "text", 14),
    *_SUMS,
)
_YEARS = (
    Column("month_number", "integer", 7),
    Column("earlier_to", "date", 11),
    Column("earlier_unverified", "integer", 9),
    Column("earlier_clear", "share", 12),
    Column("earlier_compliance", "text", 9),
    Column("earlier_counted", "integer", 8),
    Column("earlier_excused", "integer", 9),
    Column("later_to", "date", 11),
    Column("later_unverified", "integer", 9),
    Column("later_clear", "share", 12),
    Column("later_compliance", "text", 9),
    Column("later_counted", "integer", 8),
    Column("later_excused", "integer", 9),
    Column("difference", "text", 9),
    Column("is_compared", "yes", 8),
)


@dataclass(frozen=True, slots=True)
class Says:
    """How tenths of a percent, and of percentage points, are written: for people or for programs. `day`: a date."""

    percent: Callable[[int | None], str]
    points: Callable[[int | None], str]
    day: Callable[[date], str]


def units_register(found: Compliance, says: Says) -> Register:
    """A line for each unit with all below it, in the order of the tree."""
    whole = found.whole
    by_type = tuple((f"violation.{kind}", whole.times(type=kind, status="counted")) for kind in VIOLATION_TYPES)
    return Register(
        key="units",
        columns=_UNITS,
        rows=(
            (line.code, line.name, line.depth, line.figures.people, *_sums(line.figures, says), mark_of(line))
            for line in found.lines
        ),
        figures=(
            Figure("compliance", whole.clear, whole.known),
            Figure("known_sessions", whole.known, whole.due),
            Figure("excused_sessions", whole.excused, whole.known),
            Figure("exempt_sessions", found.left_out),
        ),
        bars={"counted_by_type": by_type} if any(value for _, value in by_type) else {},
        notes=("compliance_formula",),
        span=(found.from_on, found.to_on),
    )


def mark_of(line: UnitLine) -> str:
    """One of MARKS; empty: the figure may be read as it stands."""
    if line.figures.due and not line.figures.is_enough:
        return LITTLE
    return FEW if line.figures.due and line.is_small else ""


def seasons_register(found: Seasons, says: Says) -> Register:
    """A line for each stretch of hours in the span, then the weeks right before and after the last change of them."""
    windows = (("before", found.before), ("after", found.after))
    lines = [("season", each) for each in found.stretches]
    lines += [(kind, each) for kind, each in windows if each is not None]
    before, after = (each.figures if each is not None else Figures() for _, each in windows)
    told = [each for _, each in lines if each.figures.is_enough]
    bars = tuple((f"{says.day(each.from_on)}–{says.day(each.to_on)}", per_mille(each.figures)) for each in told)
    return Register(
        key="seasons",
        columns=_SEASONS,
        rows=(
            (kind, each.from_on, each.to_on, hours_text(each), each.document, *_sums(each.figures, says))
            for kind, each in lines
        ),
        figures=(
            Figure("before_change", before.clear, before.known),
            Figure("after_change", after.clear, after.known),
            Figure("other_hours", found.others),
            Figure("exempt_sessions", found.left_out),
        ),
        bars={"per_mille": bars} if bars else {},
        notes=("compliance_formula", "seasons_compared" if found.is_compared else "seasons_not_compared"),
        span=(found.from_on, found.to_on),
    )


def years_register(found: Years, says: Says) -> Register:
    """A line for each month of which a day is over, with the figures of both years."""
    told = [pair for pair in found.months if pair.is_compared]
    bars = tuple(
        (f"{each.from_on:%m/%Y}", per_mille(each.figures)) for pair in told for each in (pair.earlier, pair.later)
    )
    return Register(
        key="years",
        columns=_YEARS,
        rows=(
            (
                pair.month,
                *_month(pair.earlier, says),
                *_month(pair.later, says),
                says.points(difference_tenths(pair.earlier.figures, pair.later.figures)),
                pair.is_compared,
            )
            for pair in found.months
        ),
        figures=(
            Figure("earlier_year", found.earlier.clear, found.earlier.known),
            Figure("later_year", found.later.clear, found.later.known),
            Figure("months_compared", found.compared, len(found.months)),
            Figure("exempt_sessions", found.left_out),
        ),
        bars={"per_mille": bars} if bars else {},
        notes=("compliance_formula", "years_compared"),
        span=(date(found.year - 1, 1, 1), date(found.year, 12, 31)),
    )


def per_mille(figures: Figures) -> int:
    """Known sessions with a counted occurrence in a thousand, rounded half up."""
    return half_up(1000 * figures.counted, figures.known) if figures.known else 0


def hours_text(each: Stretch) -> str:
    """07:30–12:00, 13:30–17:00."""
    return ", ".join(f"{_clock(starts)}–{_clock(ends)}" for _, starts, ends in each.hours)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _sums(figures: Figures, says: Says) -> tuple[Value, ...]:
    return (
        figures.due,
        figures.unverified,
        (figures.clear, figures.known),
        says.percent(figures.tenths),
        figures.times(status="counted"),
        *(figures.times(type=kind, status="counted") for kind in VIOLATION_TYPES),
        figures.times(status="excused"),
        figures.times(status="pending"),
    )


def _month(each: Stretch, says: Says) -> tuple[Value, ...]:
    figures = each.figures
    return (
        each.to_on,
        figures.unverified,
        (figures.clear, figures.known),
        says.percent(figures.tenths),
        figures.times(status="counted"),
        figures.times(status="excused"),
    )
