"""Why the punches of a group are an in and an out, or one lone punch, and for which side a lone one stands."""

from __future__ import annotations

from collections.abc import Iterator

from attendance.engine.columns import INWARD, OUTWARD
from attendance.engine.windows import CHECK_IN_ONLY
from attendance.services.explain.look import DayLook
from attendance.services.explain.statements import (
    Length,
    Listing,
    Minutes,
    Phrase,
    Span,
    Statement,
    Told,
    Value,
    phrase,
)


def of_group(look: DayLook, session: int) -> Iterator[Statement]:
    """What was made of the punches of a group, said once a day; nothing where there is an in and an out."""
    group = look.group(session)
    if group < 0 or look.is_exempt(session) or session != look.spokesman(group):
        return
    for key, values in _told(look, session, group):
        yield Statement("pair", key, {"session": look.word(session), **values}, look.place(session))


def _told(look: DayLook, session: int, group: int) -> Iterator[Told]:
    members = look.members(group)
    if look.evidence.unsynced[session]:
        if members:
            yield "pair.so_far", {"time": look.wall(int(look.claims.at[members[-1]]))}
        return
    if not members:
        yield "pair.none", {"span": look.span(look.window(group))}
        return
    if look.regime(group) == CHECK_IN_ONLY or not look.paired.lone[group]:
        return
    others = [at for at in look.together(group) if at != session]
    if others:
        yield "pair.together", {"sessions": Listing(tuple(_named(look, at) for at in look.together(group)))}
    why = _as_one(look, group, members) if len(members) > 1 else None
    if why is not None:
        yield why
    yield _missing(look, group, members, several=why is not None)


def _named(look: DayLook, session: int) -> Phrase:
    named = look.word(session)
    return named if isinstance(named, Phrase) else phrase("session.plain", session=named)


def _as_one(look: DayLook, group: int, members: list[int]) -> Told | None:
    """Which rule makes several punches one lone punch after all; None: none does."""
    first, last = int(look.claims.at[members[0]]), int(look.claims.at[members[-1]])
    start, end = look.required(group)
    day_row = int(look.due.day_row[int(look.groups.first_due[group])])
    limit = look.policy_of(day_row).repeat_minutes
    span = Span(look.wall(first), look.wall(last))
    if last - first <= limit * 60:
        return "pair.close", {"span": span, "length": Length(last - first), "limit": Minutes(limit)}
    if last <= start:
        return "pair.all_before", {"span": span, "required": look.wall(start)}
    if first >= end:
        return "pair.all_after", {"span": span, "required": look.wall(end)}
    return None


def _missing(look: DayLook, group: int, members: list[int], *, several: bool) -> Told:
    """Why one side is missing: by known directions, else the nearer side by the distances to both required times."""
    paired, ways = look.paired, {int(look.claims.way[at]) for at in members}
    first, last = members[0], members[-1]
    if ways == {OUTWARD}:
        return "pair.only_out", {}
    if ways == {INWARD} or (not several and look.claims.way[last] == INWARD):
        return "pair.last_in", {"time": look.wall(int(look.claims.at[last]))}
    if not several:  # of several, all before the last are outs: one is left
        first = last = int(paired.first_claim[group])
    came, left = int(look.claims.at[first]), int(look.claims.at[last])
    start, end = look.required(group)
    values: dict[str, Value] = {
        "first": look.wall(came),
        "last": look.wall(left),
        "start": look.wall(start),
        "end": look.wall(end),
        "to_start": Length(abs(came - start)),
        "to_end": Length(abs(end - left)),
    }
    if paired.lone_is_in[group]:
        side = "nearer_in"
    else:
        side = "equal" if abs(came - start) == abs(end - left) else "nearer_out"
    return f"pair.{'many' if several else 'one'}_{side}", values
