"""How far the terminals were read, for each session and for the day, and what happened to them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from attendance.engine.spans import intersection
from attendance.engine.windows import CHECK_IN_ONLY
from attendance.services.explain import obstacles, spans
from attendance.services.explain.look import DayLook, Stretch
from attendance.services.explain.statements import Notes, Span, Statement, Told, Value, notes, phrase


def of_session(look: DayLook, session: int) -> Iterator[Statement]:
    """What lets a group be judged or stands in the way of it, said once a day."""
    group = look.group(session)
    if group < 0 or look.is_exempt(session):
        return
    blocked = [at for at in look.together(group) if at in look.sessions and look.evidence.outage[at]]
    told = list(obstacles.outages(look, group)) if session in blocked[:1] else []
    if look.evidence.clock_invalid[session]:
        told += obstacles.clocks(look, session)
    if session == look.spokesman(group):
        told += _told(look, session, group)
    for key, values in told:
        yield Statement("cover", key, {"session": look.word(session), **values}, look.place(session))


def _told(look: DayLook, session: int, group: int) -> Iterator[Told]:
    evidence, paired = look.evidence, look.paired
    if evidence.unsynced[session]:
        yield from _not_read(look, group)
        return
    if evidence.outage[session] or evidence.clock_invalid[session]:
        return
    sites, required, window_end = _depends(look, group)
    if evidence.nobody[session] or evidence.missing[session] or paired.last[group] < look.required(group)[1]:
        read: dict[int, list[int]] = {}
        for site in sites:
            around = spans.read_around(look, site, required)
            if around is not None:
                read.setdefault(around[1], []).append(site)
        for ends, together in read.items():
            until = Span(None, spans.bounded(look, (required, ends)).ends)
            yield "cover.read", {"terminals": look.terminals(together), "read": until, "window_end": window_end}
    elif any(_is_short(look, group, site) for site in sites):
        key = "cover.by_first" if look.regime(group) == CHECK_IN_ONLY else "cover.by_punch"
        yield key, {"required": look.wall(look.required(group)[1])}


def _depends(look: DayLook, group: int) -> tuple[tuple[int, ...], int, datetime]:
    """The terminals on which a group depends, and from when to when they have to be read for it."""
    sites = look.sites(int(look.groups.depends[group]))
    return sites, int(look.groups.required_from[group]), look.wall(look.window(group)[1])


def _is_short(look: DayLook, group: int, site: int) -> bool:
    """Whether a terminal was not read from the required start to past the window."""
    around = spans.read_around(look, site, int(look.groups.required_from[group]))
    return around is None or around[1] <= look.window(group)[1]


def _not_read(look: DayLook, group: int) -> Iterator[Told]:
    sites, required, window_end = _depends(look, group)
    if not sites:
        yield "cover.no_terminal", {}
    for site in (site for site in sites if _is_short(look, group, site)):
        before = [stretch[1] for stretch in spans.read(look, site) if stretch[0] <= required]
        values: dict[str, Value] = {"terminals": look.terminals([site])}
        if before:
            yield "cover.not_past", values | {"time": look.wall(max(before)), "window_end": window_end}
        else:
            yield "cover.not_around", values | {"required": look.wall(required)}


def terminals_of(look: DayLook) -> list[int]:
    """The terminals the person depends on that day, ascending."""
    depends = {int(look.due.depends[session]) for session in look.sessions}
    depends |= {int(look.groups.depends[look.group(at)]) for at in look.sessions if look.group(at) >= 0}
    depends = depends or {int(look.judgement.expected.days.depends[look.row])}
    return sorted({site for number in depends for site in look.sites(number)})


def of_day(look: DayLook) -> Iterator[Statement]:
    """How far each terminal was read around the day, and what happened to it, whether or not it mattered."""
    midnight = datetime.combine(look.on, datetime.min.time())
    groups = [look.group(session) for session in look.sessions if look.group(session) >= 0]
    begin = min([look.moment(midnight), *(look.window(group)[0] for group in groups)])
    end = max([look.moment(midnight + timedelta(days=1)), *(look.window(group)[1] for group in groups)])
    told: list[tuple[list[int], str, dict[str, Value]]] = []
    for site in terminals_of(look):
        for key, values in _of_terminal(look, site, (begin, end)):
            alike = next((sites for sites, *other in told if other == [key, values]), None)
            if alike is None:
                told.append(([site], key, values))
            else:
                alike.append(site)
    for sites, key, values in told:
        yield Statement("terminal", key, {"terminals": look.terminals(sites), **values})


def _of_terminal(look: DayLook, site: int, day: Stretch) -> Iterator[Told]:
    def here(found: list[Stretch]) -> list[Stretch]:
        return [stretch for stretch in found if intersection([stretch], [day])]

    read = spans.read(look, site)
    for stretch in here(read):
        yield "terminal.read", {"span": spans.bounded(look, stretch)}
    if not here(read):
        before = [stretch[1] for stretch in read if stretch[1] <= day[0]]
        yield ("terminal.unread", {"time": look.wall(max(before))}) if before else ("terminal.never", {})
    for stretch in here(spans.out_of_order(look, site, "dead")):
        yield "terminal.dead", {"span": look.span(stretch), "effect": _effect(look, site, stretch)}
    for stretch in here(spans.out_of_order(look, site, "network")):
        yield "terminal.network", {"span": look.span(stretch)}
    for stretch in here(spans.worthless(look, site)):
        yield "terminal.clock", {"span": spans.bounded(look, stretch)}


def _effect(look: DayLook, site: int, stretch: Stretch) -> Notes:
    """Why a dead terminal changes nothing; nothing is said where it does."""
    if any(look.evidence.outage[session] for session in look.sessions):
        return notes()
    sets = [look.sites(int(look.due.depends[session])) for session in look.sessions]
    others = any(site in sites and not intersection(spans.all_dead(look, sites), [stretch]) for sites in sets)
    return notes(phrase("note.others_worked" if others else "note.no_effect"))
