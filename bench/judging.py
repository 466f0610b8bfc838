"""Benchmark of the engine: columns against the plain loop and against bare NumPy, results equal in every sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from statistics import median

import numpy as np

from attendance import clock
from attendance.engine.blocks import evaluate_blocks
from attendance.engine.case import Case
from attendance.engine.columns import OFF_SCHEDULE, TYPES
from attendance.engine.run import Judgement, evaluate
from bench.all_rules import with_all_rules
from bench.first_last import first_in_last_out, sums_of_floor
from bench.measuring import Line, interleave, ratio, spent, timed
from bench.office import FROM_ON, TO_ON, build_case, invent_punches, workdays
from bench.plain_loop import Datetimes, DayRow, Integers, Violation, judge_all


class Disagreement(AssertionError):
    """Two ways of doing the same came to different results: their times mean nothing."""


Sums = Counter[str]
PAPERS = (
    "leaves", "missions", "exemptions", "explanations", "annulments", "duties", "overtime_orders", "site_facts",
    "clock_offsets", "clock_invalids", "outages", "inspections", "protections",
)  # fmt: skip
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


def judge(case: Case) -> None:
    """The month, a block of people at a time, as the service judges it."""
    for judgement in evaluate_blocks(case, FROM_ON, TO_ON):
        assert judgement.days.scheduled.any()


def bench(people: int, rounds: int, *, floor_bar: float | None = None, loop_bar: float | None = None) -> list[Line]:
    """Raises Disagreement when the engine, the loop and the bare floor do not conclude the same."""
    punches = invent_punches(people)
    case = build_case(people, punches)
    full = with_all_rules(case)
    listed = list(zip(punches.site.tolist(), punches.pin.tolist(), punches.wall.tolist(), strict=True))
    by_columns = sums_of_columns(evaluate(case, FROM_ON, TO_ON))
    in_blocks = sum((sums_of_columns(j) for j in evaluate_blocks(case, FROM_ON, TO_ON)), Counter[str]())
    floor = sums_of_floor(first_in_last_out(people, punches))
    others = Counter({name: value for name, value in by_columns.items() if name not in floor})
    loops = [sums_of_rows(*judge_all(case, listed, FROM_ON, TO_ON, moments)) for moments in (Datetimes, Integers)]
    for found in (+in_blocks, +(floor + others), *(+loop for loop in loops)):
        if found != +by_columns:
            raise Disagreement(f"engine {dict(+by_columns)}\nother  {dict(found)}")

    ways: dict[str, Callable[[], float]] = {
        "engine": lambda: timed(lambda: judge(case)),
        "full": lambda: timed(lambda: judge(full)),
        "loop": lambda: timed(lambda: judge_all(case, listed, FROM_ON, TO_ON, Datetimes)),
        "integers": lambda: timed(lambda: judge_all(case, listed, FROM_ON, TO_ON, Integers)),
        "floor": lambda: timed(lambda: first_in_last_out(people, punches)),
    }
    seconds = interleave(ways, rounds)
    count = people * workdays().size
    size = f"{people:,} x {workdays().size}"
    papers = sum(len(getattr(full, name)) for name in PAPERS)
    return [
        Line(
            f"engine: plain loop / columns, {size}",
            ratio(seconds["loop"], seconds["engine"]),
            at_least=10,
            note=f"n = {count:,} employee-days, {len(listed):,} punches; engine {spent(seconds['engine'])}, "
            f"loop {spent(seconds['loop'])}",
        ),
        Line(
            "  the loop rewritten on integers / columns",
            ratio(seconds["integers"], seconds["engine"]),
            note=f"loop {spent(seconds['integers'])}",
        ),
        Line(
            "  bare NumPy / columns",
            ratio(seconds["floor"], seconds["engine"]),
            note=f"bare {spent(seconds['floor'])} = {count / median(seconds['floor']) / 1e6:.1f} million a second",
        ),
        Line(
            "  bare NumPy / columns with all rules on",
            ratio(seconds["floor"], seconds["full"]),
            at_least=floor_bar,
            note=f"{papers:,} papers, 7 other thresholds; engine {spent(seconds['full'])}",
        ),
        Line(
            "  plain loop without those rules / columns with all",
            ratio(seconds["loop"], seconds["full"]),
            at_least=loop_bar,
            note="the loop knows none of them, and so has less to do",
        ),
    ]
