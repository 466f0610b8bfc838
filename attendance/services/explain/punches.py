"""What became of every punch of the day: one statement each, and the use a drawing shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from attendance import clock
from attendance.engine.columns import INWARD, OUTWARD
from attendance.engine.overtime import OrderWindow
from attendance.engine.windows import CHECK_IN_ONLY, EXEMPT, FIRST_LAST
from attendance.facts import ClockInvalid
from attendance.services.explain.gaps import inner_pairs
from attendance.services.explain.look import DayLook
from attendance.services.explain.statements import (
    Notes,
    Offset,
    Phrase,
    Seconds,
    Span,
    Statement,
    Terminals,
    Value,
    notes,
    phrase,
)

USES = (
    "in", "out", "evidence", "ignored", "annulled", "off_site", "invalid_clock", "off_schedule", "overtime", "duty",
    "quarantined",
)  # fmt: skip
WAYS = {INWARD: "note.inward", OUTWARD: "note.outward"}


@dataclass(frozen=True, slots=True)
class UsedPunch:
    """A punch of the day and what it was taken for, one of USES. `row` is its place among the stored punches.

    `at` an instant: the true time; of a quarantined one the time it claims.
    """

    row: int
    at: int
    use: str
    corrected: bool


def used(look: DayLook) -> list[tuple[UsedPunch, Statement]]:
    """Every punch that stands on the date, in order of time, with what is said of it."""
    return [_told(look, claim) for claim in look.punches]


def _told(look: DayLook, claim: int) -> tuple[UsedPunch, Statement]:
    claims = look.claims
    row, at = int(claims.source[claim]), int(claims.at[claim])
    use, what = _use(look, claim)
    values: dict[str, Value] = {
        "time": look.wall(at),
        "terminal": look.terminals([int(claims.site[claim])]),
        "use": what,
        "notes": notes(
            _clock(look, claim),
            _way(look, claim),
            _outside(look, claim),
            _order(look, claim) if use != "overtime" else None,
        ),
    }
    statement = Statement("punch", "punch.line", values, punch=row)
    return UsedPunch(row, at, use, bool(claims.corrected[claim])), statement


def _use(look: DayLook, claim: int) -> tuple[str, Phrase]:
    """What the punch was taken for, in the order in which the engine sets punches aside."""
    paired, claims = look.paired, look.claims
    if paired.off_site[claim]:
        return "off_site", phrase("punch.off_site", terminals=_allowed(look, claim))
    if claims.annulled[claim]:
        return "annulled", phrase("punch.annulled", decided=_decided(look, claim))
    if claims.timeless[claim]:
        return "invalid_clock", phrase("punch.invalid_clock", span=_invalid(look, claim))
    if not paired.kept[claim]:
        return "ignored", _repeat(look, claim)
    if paired.group[claim] >= 0:
        return _of_group(look, claim, int(paired.group[claim]))
    if paired.window[claim] >= 0:
        return "duty", phrase("punch.duty", span=_duty(look, claim))
    if (order := order_of(look, claim)) is not None:
        return "overtime", phrase("punch.order", span=Span(order.order.starts, order.order.ends))
    return "off_schedule", phrase("punch.off_schedule")


def _of_group(look: DayLook, claim: int, group: int) -> tuple[str, Phrase]:
    paired, regime = look.paired, look.regime(group)
    first, last = int(paired.first_claim[group]), int(paired.last_claim[group])
    start, end = look.word(int(look.groups.first_due[group])), look.word(int(look.groups.last_due[group]))
    if regime == EXEMPT:
        return "evidence", phrase("punch.exempt")
    if regime == CHECK_IN_ONLY:
        if claim == first:
            return "in", phrase("punch.check_in")
        return "evidence", phrase("punch.after_first" if claim > first else "punch.before_in")
    if paired.lone[group]:
        taken = first if paired.lone_is_in[group] else last
        if claim != taken:
            return "evidence", phrase("punch.beside_lone", time=look.wall(int(look.claims.at[taken])))
        so_far = "lone" if look.judgement.coverable.settled[group] else "so_far"
        if paired.lone_is_in[group]:
            return "in", phrase(f"punch.{so_far}_in", session=start)
        return "out", phrase(f"punch.{so_far}_out", session=end)
    if claim == first:
        return "in", phrase("punch.first") if regime == FIRST_LAST else phrase("punch.in", session=start)
    if claim == last:
        return "out", phrase("punch.last") if regime == FIRST_LAST else phrase("punch.out", session=end)
    if claim < first:
        return "evidence", phrase("punch.before_in")
    for out, back in inner_pairs(look, group):
        if claim in (out, back):
            return "evidence", phrase("punch.left" if claim == out else "punch.back")
    return "evidence", phrase("punch.between")


def _repeat(look: DayLook, claim: int) -> Phrase:
    """The last kept punch of the same person before it, and how long after it came."""
    claims, paired = look.claims, look.paired
    before = next(at for at in range(claim - 1, -1, -1) if paired.kept[at] and paired.counts[at])
    return phrase(
        "punch.repeat",
        time=look.wall(int(claims.at[before])),
        length=Seconds(int(claims.at[claim] - claims.at[before])),
        limit=Seconds(look.policy.duplicate_window_seconds),
    )


def _allowed(look: DayLook, claim: int) -> Terminals:
    """The terminals at which the person was to punch in that session, or on that date."""
    expected, window = look.judgement.expected, int(look.paired.window[claim])
    session = int(expected.windows.due[window]) if window >= 0 else -1
    depends = look.due.depends[session] if session >= 0 else expected.days.depends[look.row]
    return look.terminals(look.sites(int(depends)))


def _decided(look: DayLook, claim: int) -> Notes:
    """When it was decided that the punch does not count; the reason is not for every reader."""
    wall = clock.from_wall_seconds(int(look.case.punches.wall[look.claims.source[claim]]))
    site = look.case.sites[int(look.claims.site[claim])].code
    for paper in look.case.annulments:
        if (paper.employee, paper.terminal) == (look.employee, site) and paper.at == wall and paper.decided_at:
            return notes(phrase("note.on_date", date=look.known(paper.decided_at).date()))
    return notes()


def _invalid(look: DayLook, claim: int) -> Span:
    wall = clock.from_wall_seconds(int(look.case.punches.wall[look.claims.source[claim]]))
    site = look.case.sites[int(look.claims.site[claim])].code
    held = [span for span in look.case.clock_invalids if span.terminal == site and _holds(span, wall)]
    return Span(held[0].starts, held[0].ends) if held else Span(None, None)


def _holds(span: ClockInvalid, wall: datetime) -> bool:
    return (span.starts is None or span.starts <= wall) and (span.ends is None or wall < span.ends)


def _duty(look: DayLook, claim: int) -> Span:
    windows, window = look.judgement.expected.windows, int(look.paired.window[claim])
    return look.span((int(windows.start[window]), int(windows.end[window])))


def order_of(look: DayLook, claim: int) -> OrderWindow | None:
    """The overtime order of the person in whose window a punch lies."""
    at, person = int(look.claims.at[claim]), int(look.claims.person[claim])
    return next((o for o in look.judgement.orders if o.person == person and o.lo <= at <= o.hi), None)


def _outside(look: DayLook, claim: int) -> Phrase | None:
    """Said of a punch that is not used for its clock and lies in no window either."""
    unused = look.claims.timeless[claim] and not (look.claims.annulled[claim] or look.paired.off_site[claim])
    if unused and look.paired.window[claim] < 0 and order_of(look, claim) is None:
        return phrase("note.outside")
    return None


def _order(look: DayLook, claim: int) -> Phrase | None:
    """Said of a punch that also speaks of overtime."""
    if not (look.paired.kept[claim] and look.paired.counts[claim]):
        return None
    order = order_of(look, claim)
    return phrase("note.order", span=Span(order.order.starts, order.order.ends)) if order else None


def _clock(look: DayLook, claim: int) -> Phrase | None:
    if not look.claims.corrected[claim]:
        return None
    shown = clock.from_wall_seconds(int(look.case.punches.wall[look.claims.source[claim]]))
    off = look.moment(shown) - int(look.claims.at[claim])
    true = look.wall(int(look.claims.at[claim]))
    return phrase("note.clock", shown=shown, offset=Offset(off), true=true)


def _way(look: DayLook, claim: int) -> Phrase | None:
    way = int(look.claims.way[claim])
    return None if way not in WAYS else phrase(WAYS[way])
