"""What stands beside the ledger: duties, overtime, findings of inspections, and the lock of the month."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import chain

from attendance.engine.after_lock import AFTER_LOCK
from attendance.engine.findings import APPROVED_LATER, WITH_REASON
from attendance.engine.locks import MonthState
from attendance.engine.overtime import OrderWindow, OvertimeLine
from attendance.engine.run import Judgement
from attendance.engine.verdict import DayVerdict
from attendance.services.explain.look import DayLook
from attendance.services.explain.statements import (
    Minutes,
    Notes,
    Span,
    Stamp,
    Statement,
    Told,
    Value,
    Word,
    notes,
    phrase,
)


def of_day(look: DayLook, verdict: DayVerdict, month: MonthState | None) -> Iterator[Statement]:
    """Everything of the day that changes none of its minutes."""
    told = (_duties(look, verdict), _overtime(look, verdict), _findings(verdict), _month(look, verdict, month))
    for key, values in chain(*told):
        yield Statement("beside", key, values)


def _night(minutes: int) -> Notes:
    return notes(phrase("note.night", minutes=Minutes(minutes)) if minutes else None)


def _duties(look: DayLook, verdict: DayVerdict) -> Iterator[Told]:
    starts = {int(look.due.start[session]) for session in look.sessions if look.due.duty[session]}
    for line in verdict.duties:
        values: dict[str, Value] = {"span": Span(line.starts, line.ends), "minutes": Minutes(line.minutes)}
        key = "duty.session" if look.moment(line.starts) in starts else "duty.line"
        yield key, values | {"notes": _night(line.night_min)}
    yield from _refused(look.judgement, look.employee, look.on)


def _refused(judgement: Judgement, employee: str, on: date) -> Iterator[Told]:
    """Duties of the date that do not hold, each with the reason."""
    roster = judgement.expected.roster
    refused = [duty for duty in judgement.case.duties if duty not in roster.duties]
    for duty, error in zip(refused, roster.errors, strict=False):
        if (error.employee, error.on) == (employee, on):
            yield f"duty.{error.code}", {"span": Span(duty.starts, duty.ends)}


def of_no_day(judgement: Judgement, employee: str, on: date) -> Iterator[Statement]:
    """What was entered for a date on which the person is not employed."""
    yield Statement("day", "day.not_employed")
    for key, values in _refused(judgement, employee, on):
        yield Statement("beside", key, values)


def _overtime(look: DayLook, verdict: DayVerdict) -> Iterator[Told]:
    orders = [order for order in look.judgement.orders if order.day_row == look.row]
    lines = list(verdict.overtime)
    for order in sorted(orders, key=lambda order: order.parts[0]):
        window: dict[str, Value] = {"order": Span(order.order.starts, order.order.ends)}
        line = next((line for line in lines if _is_of(look, line, order)), None)
        if line is None:
            yield _no_overtime(look, order), window
            continue
        lines.remove(line)
        span = Span(line.starts, line.ends)
        values: dict[str, Value] = {"span": span, "minutes": Minutes(line.minutes), "notes": _night(line.night_min)}
        yield "overtime.line", {**window, **values, "kind": Word("overtime_kind", line.kind)}


def _is_of(look: DayLook, line: OvertimeLine, order: OrderWindow) -> bool:
    """Whether a line is presence under this order; its times are cut to the minute."""
    starts, ends = look.moment(line.starts), look.moment(line.ends)
    return order.parts[0][0] - 60 < starts and ends <= order.parts[-1][1]


def _no_overtime(look: DayLook, order: OrderWindow) -> str:
    paired, claims = look.paired, look.claims
    inside = [
        claim
        for claim in range(claims.at.size)
        if claims.person[claim] == order.person and paired.kept[claim] and paired.counts[claim]
        and order.lo <= claims.at[claim] <= order.hi
    ]  # fmt: skip
    return ("overtime.no_punch", "overtime.lone")[len(inside)] if len(inside) < 2 else "overtime.outside"


def _findings(verdict: DayVerdict) -> Iterator[Told]:
    for finding in verdict.findings:
        key = "finding.with_reason" if finding.result == WITH_REASON else "finding.no_reason"
        yield key, {"time": finding.at}
    if verdict.findings:
        yield "finding.unchanged", {}
    if APPROVED_LATER in verdict.flags:
        yield "finding.mission_later", {}


def _month(look: DayLook, verdict: DayVerdict, month: MonthState | None) -> Iterator[Told]:
    if month is not None and month.locked_at is not None:
        yield "month.locked", {"at": Stamp(look.known(month.locked_at))}
    if AFTER_LOCK in verdict.flags:
        yield "month.fact_after", {}
    if month is not None and month.version > 1:
        yield "month.version", {"version": month.version}
