"""What stands in the way of a conclusion: which outage or invalid clock, and which required time it touches."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from attendance.services.explain import spans
from attendance.services.explain.look import DayLook, Stretch
from attendance.services.explain.statements import Told, Value


def outages(look: DayLook, group: int) -> Iterator[Told]:
    """The outage at each side of a group that a dead terminal leaves open."""
    coverable, paired, groups = look.judgement.coverable, look.paired, look.groups
    both = paired.count[group] > 0 and not paired.lone[group]
    start, end = look.required(group)
    if coverable.outage_start[group]:
        sites = look.sites(int(groups.depends_first[group]))
        if both or paired.lone_is_in[group]:
            between = int(groups.required_from[group]), int(paired.first[group])
            yield from _touching(look, sites, between, "outage.until_in")
        else:
            yield from _covering(look, sites, start, "outage.at_start")
    if coverable.outage_end[group]:
        sites = look.sites(int(groups.depends_last[group]))
        if both or (paired.lone[group] and not paired.lone_is_in[group]):
            between = int(paired.last[group]), int(groups.required_to[group])
            yield from _touching(look, sites, between, "outage.from_out")
        else:
            yield from _covering(look, sites, end, "outage.at_end")


def _touching(look: DayLook, sites: tuple[int, ...], between: Stretch, key: str) -> Iterator[Told]:
    """A required end belongs to the time between out and end, a punch that came in does not."""
    begin, end = between
    last = end + 1 if key == "outage.from_out" else end
    for lo, hi in spans.all_dead(look, sites):
        if begin < hi and lo < last:
            values: dict[str, Value] = {"terminals": look.terminals(sites), "span": look.span((lo, hi))}
            yield key, values | {"between": look.span(between)}


def _covering(look: DayLook, sites: tuple[int, ...], moment: int, key: str) -> Iterator[Told]:
    for lo, hi in spans.all_dead(look, sites):
        if lo <= moment < hi:
            values: dict[str, Value] = {"terminals": look.terminals(sites), "span": look.span((lo, hi))}
            yield key, values | {"required": look.wall(moment)}


def clocks(look: DayLook, session: int) -> Iterator[Told]:
    """The invalid clocks that leave a session open: punches made under one in it, else what concerns its group."""
    claims, paired, group = look.claims, look.paired, look.group(session)
    under = (paired.group == group) & claims.timeless & ~claims.annulled & ~paired.off_site
    own = under & (paired.due == session)
    for claim in np.flatnonzero(own if own.any() else under).tolist():
        terminals = look.terminals([int(claims.site[claim])])
        yield "clock.punch", {"time": look.wall(int(claims.at[claim])), "terminals": terminals}
    if own.any():
        return
    start, end = look.required(group)
    for moment, depends in ((start, look.groups.depends_first), (end, look.groups.depends_last)):
        for site in look.sites(int(depends[group])):
            for stretch in (span for span in spans.worthless(look, site) if span[0] <= moment < span[1]):
                values: dict[str, Value] = {"terminals": look.terminals([site]), "span": spans.bounded(look, stretch)}
                yield "clock.required", values | {"required": look.wall(moment)}
