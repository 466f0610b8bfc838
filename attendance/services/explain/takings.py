"""What each paper takes of each session: the engine is asked for the day without it and with it.

plan       |=========================|
mission  ~~~~~~~~~|                        taken: the difference between what is left before and after
left                |=================|    required times move to what is left
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from attendance.engine.columns import Due
from attendance.engine.papers import take_papers, window_of
from attendance.engine.spans import intersection, without
from attendance.facts import Exemption, Mission
from attendance.services.explain.look import DayLook, Stretch, free_of

Paper = Mission | Exemption


@dataclass(frozen=True, slots=True)
class Taken:
    """What a paper takes of a session, and the required moments before and after it (None: nothing was left).

    `kind` is mission, window (an exemption from a time to a time) or minutes (so many a day). No pieces: the paper lies
    on the session, but others took that time already.
    """

    paper: Paper
    kind: str
    pieces: tuple[Stretch, ...]
    before: Stretch | None
    after: Stretch | None


def takings(look: DayLook) -> dict[int, list[Taken]]:
    """By session, the papers that hold there, in the order in which the engine takes them."""
    case, days = look.case, look.judgement.expected.days
    found: dict[int, list[Taken]] = {session: [] for session in look.sessions}
    known = replace(case, missions=(), exemptions=())
    left = take_papers(known, days, look.due)[0]
    for kind, paper in _papers(look):
        if isinstance(paper, Mission):
            known = replace(known, missions=(*known.missions, paper))
        else:
            known = replace(known, exemptions=(*known.exemptions, paper))
        following = take_papers(known, days, look.due)[0]
        for session in look.sessions:
            after = free_of(following, session)
            pieces = tuple(piece for begin, end in free_of(left, session) for piece in without(begin, end, after))
            if pieces or _lies_on(look, kind, paper, session):
                moved = _required(left, session), _required(following, session)
                found[session].append(Taken(paper, kind, pieces, *moved))
        left = following
    return found


def _papers(look: DayLook) -> list[tuple[str, Paper]]:
    """Missions, then windows, then exemptions in minutes, each as written."""
    exempt = [exemption for exemption in look.case.exemptions if exemption.employee == look.employee]
    papers: list[tuple[str, Paper]] = [
        ("mission", mission) for mission in look.case.missions if mission.employee == look.employee
    ]
    papers += [("window", exemption) for exemption in exempt if exemption.minutes_per_day is None]
    return papers + [("minutes", exemption) for exemption in exempt if exemption.minutes_per_day is not None]


def _required(due: Due, session: int) -> Stretch | None:
    begin, end = int(due.required_from[session]), int(due.required_to[session])
    return (begin, end) if begin < end else None


def _lies_on(look: DayLook, kind: str, paper: Paper, session: int) -> bool:
    """Whether a paper from a time to a time shares time with a session that is not taken away whole."""
    if kind == "minutes" or look.due.leave[session] >= 0 or look.due.taken[session]:
        return False
    starts, ends = window(paper)
    start, end = look.whole(session)
    return (starts is None or look.moment(starts) < end) and (ends is None or look.moment(ends) > start)


def window(paper: Paper) -> tuple[datetime | None, datetime | None]:
    return (paper.starts, paper.ends) if isinstance(paper, Mission) else window_of(paper)


def within(taken: list[Taken], stretch: Stretch) -> list[tuple[str, list[Stretch]]]:
    """Of each paper the pieces inside a stretch, where it has any, with the kind of the paper."""
    inside = [(each.kind, intersection(list(each.pieces), [stretch])) for each in taken]
    return [(kind, pieces) for kind, pieces in inside if pieces]
