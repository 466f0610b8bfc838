"""What kind of day it is, the required times of each session, and everything that moved them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from attendance.engine.windows import CHECK_IN_ONLY, FIRST_LAST
from attendance.facts import Duty, Exemption, Mission
from attendance.rules.schedule import REGIMES
from attendance.services.explain.look import DayLook, length
from attendance.services.explain.statements import (
    Minutes,
    Notes,
    Phrase,
    Span,
    Statement,
    Told,
    Value,
    Word,
    notes,
    phrase,
)
from attendance.services.explain.takings import Taken, window


def day(look: DayLook, takings: dict[int, list[Taken]]) -> Iterator[Statement]:
    """What kind of day it is, whose hours it follows, and how its punches are judged."""
    days, book = look.judgement.expected.days, look.case.rulebook
    unit = look.case.assignments[int(days.assignment[look.row])].unit
    whole = book.calendar.of(look.on, book.path(unit, look.on)).whole
    key = "day.by_schedule" if whole is None else "day.by_entry"
    yield Statement("day", key, {"kind": Word("day_kind", look.plan.kind)})
    if whole is not None and whole.kind == "swapped_work" and whole.pair_on is not None:
        yield Statement("day", "day.follows", {"date": whole.pair_on})
    due = [session for session in look.sessions if not look.due.taken[session]]
    if not due:
        yield Statement("day", "day.nothing_due")
        return
    regime = int(days.regime[look.row])
    yield Statement("day", f"regime.{REGIMES[regime]}")
    for earlier, later in pairwise(due):
        break_ = int(look.due.end[earlier]), int(look.due.start[later])
        reaches = _by_minutes(takings[earlier]) & _by_minutes(takings[later])
        if break_[0] < break_[1] and (regime in (FIRST_LAST, CHECK_IN_ONLY) or reaches):
            yield Statement("day", "day.break", {"span": look.span(break_)})
    for exemption in _without_effect(look, takings):
        yield Statement("day", "day.exemption_unused", {"allowed": Minutes(exemption.minutes_per_day or 0)})


def _by_minutes(taken: list[Taken]) -> set[int]:
    """The exemptions in minutes among some papers."""
    return {id(each.paper) for each in taken if each.kind == "minutes"}


def _without_effect(look: DayLook, takings: dict[int, list[Taken]]) -> Iterator[Exemption]:
    """Exemptions in minutes that hold on the date and found no minute left."""
    used = set().union(*(_by_minutes(taken) for taken in takings.values()))
    for exemption in look.case.exemptions:
        if exemption.employee == look.employee and exemption.minutes_per_day and id(exemption) not in used:
            from_on, to_on = exemption.from_on or look.on, exemption.to_on or look.on
            if look.on in exemption.dates if exemption.dates else from_on <= look.on <= to_on:
                yield exemption


def of_session(look: DayLook, session: int, takings: list[Taken]) -> Iterator[Statement]:
    """The hours of a session, everything that moved its required times, and what touches it."""
    for key, values in _told(look, session, takings):
        yield Statement("hours", key, {"session": look.word(session), **values}, look.place(session))


def _told(look: DayLook, session: int, takings: list[Taken]) -> Iterator[Told]:
    due, whole = look.due, look.whole(session)
    minutes = Minutes(length([whole]) // 60)
    if due.taken[session]:
        away = next((s.taken for s in look.plan.sessions if s.hours.name == look.name(session) and s.taken), None)
        yield "hours.taken", {"span": look.span(whole), "kind": Word("day_kind", away or look.plan.kind)}
        return
    yield "hours.duty" if due.duty[session] else "hours.plan", {"span": look.span(whole), "minutes": minutes}
    if due.leave[session] >= 0:
        yield "hours.leave", {"minutes": minutes}
        return
    yield from (_of_paper(look, taken) for taken in takings)
    if look.group(session) < 0:
        yield "hours.nothing_left", {}
        return
    yield from _neighbours(look, session)
    yield from _sites(look, session)


def _of_paper(look: DayLook, taken: Taken) -> Told:
    """What a paper takes of the session, and which required time it moves."""
    values: dict[str, Value] = {"minutes": Minutes(length(taken.pieces) // 60)}
    key = f"hours.{taken.kind}"
    if taken.kind == "minutes" and isinstance(taken.paper, Exemption):
        key += "_start" if taken.paper.placement == "day_start" else "_end"
        values["allowed"] = Minutes(taken.paper.minutes_per_day or 0)
    else:
        values["span"] = Span(*window(taken.paper))
        values["document"] = _document(taken.paper)
    if not taken.pieces:
        return f"{key}_again", values
    return key, values | {"moved": _moved(look, taken)}


def _document(paper: Mission | Exemption) -> Notes:
    """The paper's own number, where it has one; of an exemption no reason is said."""
    named = paper.document if isinstance(paper, Mission) else ""
    return notes(phrase("note.document", document=named) if named else None)


def _moved(look: DayLook, taken: Taken) -> Notes:
    found: list[Phrase] = []
    if taken.before is not None and taken.after is not None:
        for key, before, after in zip(("note.moved_in", "note.moved_out"), taken.before, taken.after, strict=True):
            if before != after:
                found.append(phrase(key, before=look.wall(before), after=look.wall(after)))
    return notes(*found)


def _neighbours(look: DayLook, session: int) -> Iterator[Told]:
    """Sessions and duties that touch the session, so that no punch is needed where they meet."""
    group, (start, end) = look.group(session), look.whole(session)
    windows = look.judgement.expected.windows
    for other in (at for at in look.together(group) if at != session):
        if int(look.due.day_row[other]) != look.row:
            yield "hours.together", {"other": look.word(other)}
        elif int(look.due.end[session]) == int(look.due.start[other]):
            yield "hours.runs_on", {"other": look.word(other), "at": look.wall(end)}
    for part in (at for at in range(len(windows)) if windows.due[at] < 0 and windows.group[at] == group):
        duty = _duty_at(look, int(windows.start[part]), int(windows.end[part]))
        touches = (end, int(windows.start[part])), (start, int(windows.end[part]))
        for side in (ours for ours, theirs in touches if ours == theirs):
            yield "hours.duty_touches", {"span": duty, "at": look.wall(side)}


def _duty_at(look: DayLook, start: int, end: int) -> Span:
    """The whole duty a part of which lies there."""
    for duty in look.judgement.expected.roster.duties:
        if duty.employee == look.employee and look.moment(duty.starts) <= start and end <= look.moment(duty.ends):
            return _span_of(duty)
    return look.span((start, end))


def _span_of(duty: Duty) -> Span:
    return Span(duty.starts, duty.ends)


def _sites(look: DayLook, session: int) -> Iterator[Told]:
    """The terminals a decision of that date names in place of the assignment's."""
    named = any(
        fact.employee == look.employee and fact.on == look.on and fact.session in (None, "all", look.name(session))
        for fact in look.case.site_facts
    )
    if named:
        yield "hours.site", {"terminals": look.terminals(look.sites(int(look.due.depends[session])))}
