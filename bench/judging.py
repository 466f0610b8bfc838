"""Benchmark of the engine: columns against the plain loop, results equal in every sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np

from attendance import clock
from attendance.engine.columns import OFF_SCHEDULE, TYPES
from attendance.engine.run import Judgement, evaluate
from bench.measuring import Line, interleave, ratio, spent, timed
from bench.office import FROM_ON, TO_ON, build_case, invent_punches, workdays
from bench.plain_loop import Datetimes, DayRow, Integers, Violation, judge_all


class Disagreement(AssertionError):
    """Two ways of doing the same came to different results: their times mean nothing."""


Sums = Counter[str]
COLUMNS = ("scheduled", "worked", "credited", "unverified", "counted")


def sums_of_columns(judgement: Judgement) -> Sums:
    """Every sum of the dates asked for: minutes by column, violations and their minutes by type, ignored punches."""
    days, due, ledger, found = judgement.expected.days, judgement.expected.due, judgement.days, judgement.violations
    asked = (days.day >= clock.day_number(FROM_ON)) & (days.day <= clock.day_number(TO_ON))
    sums = Counter({name: int(getattr(ledger, name)[asked].sum()) for name in COLUMNS})
    sums["days"] = int(np.count_nonzero(asked))
    sums["repeats"] = int(ledger.duplicates[asked].sum())
    sums["days with punches outside"] = int(np.count_nonzero(ledger.flags[asked] & OFF_SCHEDULE))
    within = asked[due.day_row[found.due]]
    for kind, name in enumerate(TYPES):
        minutes = found.minutes[within & (found.kind == kind)]
        sums[name] = int(minutes.size)
        sums[f"{name} minutes"] = int(minutes[minutes > 0].sum())
    return sums


def sums_of_rows(days: list[DayRow], violations: list[Violation]) -> Sums:
    """The same of the plain loop."""
    sums: Sums = Counter({name: sum(row[2 + place] for row in days) for place, name in enumerate(COLUMNS)})
    sums["days"] = len(days)
    sums["repeats"] = sum(row[7] for row in days)
    sums["days with punches outside"] = sum(row[8] > 0 for row in days)
    for _, _, _, kind, minutes in violations:
        sums[kind] += 1
        sums[f"{kind} minutes"] += minutes or 0
    return sums


def bench(people: int, rounds: int, *, at_least: float | None) -> list[Line]:
    """Raises Disagreement when the engine and the loop do not conclude the same."""
    punches = invent_punches(people)
    case = build_case(people, punches)
    listed = list(zip(punches.site.tolist(), punches.pin.tolist(), punches.wall.tolist(), strict=True))
    by_columns = sums_of_columns(evaluate(case, FROM_ON, TO_ON))
    for moments in (Datetimes, Integers):
        by_loop = sums_of_rows(*judge_all(case, listed, FROM_ON, TO_ON, moments))
        if +by_columns != +by_loop:
            raise Disagreement(f"engine {dict(+by_columns)}\nloop   {dict(+by_loop)}")

    ways: dict[str, Callable[[], float]] = {
        "engine": lambda: timed(lambda: evaluate(case, FROM_ON, TO_ON)),
        "loop": lambda: timed(lambda: judge_all(case, listed, FROM_ON, TO_ON, Datetimes)),
        "integers": lambda: timed(lambda: judge_all(case, listed, FROM_ON, TO_ON, Integers)),
    }
    seconds = interleave(ways, rounds)
    count = people * workdays().size
    note = (
        f"n = {count:,} employee-days, {len(listed):,} punches; engine {spent(seconds['engine'])}, "
        f"loop {spent(seconds['loop'])}"
    )
    size = f"{people:,} x {workdays().size}"
    return [
        Line(
            f"engine: plain loop / columns, {size}",
            ratio(seconds["loop"], seconds["engine"]),
            at_least=at_least,
            note=note,
        ),
        Line(
            "  the loop rewritten on integers / columns",
            ratio(seconds["integers"], seconds["engine"]),
            note=f"loop {spent(seconds['integers'])}",
        ),
    ]
