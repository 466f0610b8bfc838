"""What is concluded of each session, with the arithmetic a person can check with a pencil."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from attendance.engine.columns import ABSENT, EARLY, LATE, MISSING_IN, MISSING_OUT
from attendance.engine.windows import CHECK_IN_ONLY
from attendance.services.explain.gaps import gaps_of, occurrences, odd_of
from attendance.services.explain.look import DayLook, clock_change, difference, length
from attendance.services.explain.statements import Length, Minutes, Statement, Sum, Value, notes, phrase
from attendance.services.explain.takings import Taken, within


@dataclass(frozen=True)
class Session:
    """A session of the day with the papers that hold in it; `places` by row of Violations, of the whole day."""

    look: DayLook
    at: int
    taken: list[Taken]
    places: dict[int, int]

    def say(self, part: str, key: str, violation: int | None = None, /, **values: Value) -> Statement:
        session: dict[str, Value] = {"session": self.look.word(self.at)}
        return Statement(part, key, session | values, self.look.place(self.at), violation)

    def place(self, kind: int) -> int | None:
        """The place of the session's occurrence of a kind, None where there is none."""
        violations = self.look.judgement.violations
        rows = np.flatnonzero((violations.due == self.at) & (violations.kind == kind))
        return self.places[int(rows[0])] if rows.size else None

    @property
    def minutes(self) -> Minutes:
        """What nothing covers of it."""
        return Minutes(int(self.look.evidence.away[self.at]))


def of_session(session: Session) -> Iterator[Statement]:
    """The conclusion of a session and its sums. Nothing where papers or the calendar took it away whole."""
    look, at, evidence = session.look, session.at, session.look.evidence
    if look.group(at) < 0:
        return
    if look.is_exempt(at):
        yield session.say("verdict", "verdict.exempt", minutes=session.minutes)
    elif evidence.unsynced[at]:
        yield session.say("verdict", "verdict.unsynced")
        yield session.say("sum", "sum.open_unsynced", minutes=session.minutes)
    elif evidence.outage[at] or evidence.clock_invalid[at]:
        yield session.say("verdict", "verdict.outage" if evidence.outage[at] else "verdict.clock")
        yield _open(session, "sum.open_fault", None)
    elif evidence.missing[at]:
        yield from _missing(session)
    elif evidence.judged[at] and evidence.present[at]:
        yield from _attended(session)
    else:
        yield from _absent(session)


def _missing(session: Session) -> Iterator[Statement]:
    look, at = session.look, session.at
    group = look.group(at)
    side = "out" if look.paired.lone_is_in[group] else "in"
    place = session.place(MISSING_OUT if side == "out" else MISSING_IN)
    if place is None:
        stands = int(look.groups.last_due[group] if side == "out" else look.groups.first_due[group])
        yield session.say("verdict", f"verdict.missing_{side}_elsewhere", other=look.word(stands))
    else:
        yield session.say("verdict", f"verdict.missing_{side}", place)
    yield _open(session, "sum.open_missing", place)


def _open(session: Session, key: str, place: int | None) -> Statement:
    """The minutes in question: still open, or settled by a paper."""
    decided = session.look.judgement.decided
    if not decided.closed[session.at]:
        return session.say("sum", key, place, minutes=session.minutes)
    against = int(decided.against[session.at])
    credited = session.minutes.minutes - against
    return session.say("sum", "sum.settled", place, minutes=session.minutes, credited=credited, counted=against)


def _attended(session: Session) -> Iterator[Statement]:
    look, at = session.look, session.at
    over = session.place(ABSENT)
    yield from _came(session, over)
    if look.regime(look.group(at)) == CHECK_IN_ONLY:
        yield session.say("verdict", "verdict.rest_credited")
        return
    yield from _left(session, over)
    if over is not None:
        yield _over(session, over)
    yield from _gaps(session)


def _came(session: Session, over: int | None) -> Iterator[Statement]:
    look, at = session.look, session.at
    group, (start, _) = look.group(at), look.whole(at)
    came, required = int(look.paired.first[group]), int(look.due.required_from[at])
    if came <= start and at != look.groups.first_due[group]:
        yield session.say("verdict", "verdict.already", time=look.wall(came))
    elif came <= required:
        yield session.say("verdict", "verdict.in_time", time=look.wall(came), required=look.wall(required))
    else:
        place = session.place(LATE) if over is None else over
        yield session.say("verdict", "verdict.came", place, time=look.wall(came), required=look.wall(required))
        yield from _difference(session, came, required, place)
        yield from _grace(session, "late", int(look.evidence.late[at]), look.policy.late_grace_minutes, place)


def _left(session: Session, over: int | None) -> Iterator[Statement]:
    look, at = session.look, session.at
    group, (_, end) = look.group(at), look.whole(at)
    left, required = int(look.paired.last[group]), int(look.due.required_to[at])
    if left >= end and at != look.groups.last_due[group]:
        yield session.say("verdict", "verdict.still", time=look.wall(left))
    elif left >= required:
        yield session.say("verdict", "verdict.out_time", time=look.wall(left), required=look.wall(required))
    else:
        place = session.place(EARLY) if over is None else over
        yield session.say("verdict", "verdict.left", place, time=look.wall(left), required=look.wall(required))
        yield from _difference(session, required, left, place)
        yield from _grace(session, "early", int(look.evidence.early[at]), look.policy.early_grace_minutes, place)


def _grace(session: Session, side: str, minutes: int, grace: int, place: int | None) -> Iterator[Statement]:
    """Grace is a threshold: within it nothing counts, beyond it everything does."""
    values: dict[str, Value] = {"grace": Minutes(grace), "minutes": Minutes(minutes)}
    if grace and minutes > 0:
        key = f"sum.within_{side}" if minutes <= grace else f"sum.beyond_{side}"
        yield session.say("sum", key, place, **values)


def _over(session: Session, place: int) -> Statement:
    """Late and early beyond grace together make the session one absence."""
    look, at = session.look, session.at
    late, early = int(look.evidence.late[at]), int(look.evidence.early[at])
    late = late if late > look.policy.late_grace_minutes else 0
    early = early if early > look.policy.early_grace_minutes else 0
    return session.say(
        "sum",
        "sum.absent_over",
        place,
        late=late,
        early=early,
        total=Minutes(late + early),
        limit=Minutes(look.policy.absent_over_minutes or 0),
    )


def _gaps(session: Session) -> Iterator[Statement]:
    look, at = session.look, session.at
    odd = odd_of(look, at)
    if odd is not None:
        yield session.say("verdict", "verdict.odd", count=odd)
    rows = iter(occurrences(look, at))
    for gap in gaps_of(look, at):
        place = session.places[next(rows)] if gap.minutes else None
        yield session.say("verdict", "verdict.left_post", place, out=look.wall(gap.out), back=look.wall(gap.back))
        yield from _difference(session, gap.cut[1], gap.cut[0], place)


def _absent(session: Session) -> Iterator[Statement]:
    look, at = session.look, session.at
    group, (start, end) = look.group(at), look.whole(at)
    place = session.place(ABSENT)
    if look.evidence.nobody[at]:
        yield session.say("verdict", "verdict.absent", place, span=look.span((start, end)))
    elif look.paired.first[group] >= end:
        came = look.wall(int(look.paired.first[group]))
        yield session.say("verdict", "verdict.absent_before", place, time=came, end=look.wall(end))
    else:
        left = look.wall(int(look.paired.last[group]))
        yield session.say("verdict", "verdict.absent_after", place, time=left, start=look.wall(start))
    yield from _difference(session, end, start, place)


def _difference(session: Session, later: int, earlier: int, place: int | None) -> Iterator[Statement]:
    """Later minus earlier, what papers take out of it, and the incomplete minute that does not count."""
    start, end = session.look.whole(session.at)
    later, earlier = min(max(later, start), end), min(max(earlier, start), end)
    parts = within(session.taken, (earlier, later))
    left = later - earlier - sum(length(pieces) for _, pieces in parts)
    changed = notes(clock_change(session.look, later, earlier))
    values: dict[str, Value] = {**difference(session.look, later, earlier), "notes": changed}
    if parts:
        items = tuple(phrase(f"part.{kind}", length=Length(length(pieces))) for kind, pieces in parts)
        yield session.say("sum", "sum.covered", place, **values, parts=Sum(items), left=Length(left))
    else:
        yield session.say("sum", "sum.plain", place, **values)
    if left % 60:
        yield session.say("sum", "sum.floor", place, minutes=Minutes(left // 60))
