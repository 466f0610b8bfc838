"""The gaps between inner punches of a session, each with the moments it reaches over and the occurrence it became."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from attendance.engine.columns import LEFT_POST
from attendance.services.explain.look import DayLook, Stretch


@dataclass(frozen=True, slots=True)
class Gap:
    """`out`, `back` the moments of the punches; `cut` what of it lies in the session; `minutes` that nothing covers."""

    out: int
    back: int
    cut: Stretch
    minutes: int


def inner_pairs(look: DayLook, group: int) -> list[tuple[int, int]]:
    """The inner punches of a group that the engine paired as out and back; none where it tracks or pairs none."""
    found = look.judgement.gaps
    if group in found.odd or not np.isin(found.due, look.together(group)).any():
        return []
    inner = inner_punches(look, group)
    return list(zip(inner[::2], inner[1::2], strict=True))


def inner_punches(look: DayLook, group: int) -> list[int]:
    first, last = int(look.paired.first_claim[group]), int(look.paired.last_claim[group])
    return [claim for claim in look.members(group) if first < claim < last]


def gaps_of(look: DayLook, session: int) -> list[Gap]:
    """The gaps that reach into a session, in order of time, as the engine has them."""
    start, end = look.whole(session)
    at = look.claims.at
    moments = [(int(at[out]), int(at[back])) for out, back in inner_pairs(look, look.group(session))]
    cuts = [(out, back, (max(out, start), min(back, end))) for out, back in moments]
    inside = [(out, back, cut) for out, back, cut in cuts if cut[0] < cut[1]]
    found = look.judgement.gaps
    minutes = found.minutes[found.due == session].tolist()
    return [Gap(out, back, cut, int(counted)) for (out, back, cut), counted in zip(inside, minutes, strict=True)]


def odd_of(look: DayLook, session: int) -> int | None:
    """How many inner punches do not pair, so that no gap is concluded; None where they do."""
    group = look.group(session)
    if group < 0 or group not in look.judgement.gaps.odd or not look.evidence.judged[session]:
        return None
    return len(inner_punches(look, group))


def occurrences(look: DayLook, session: int) -> list[int]:
    """The rows of Violations of the posts left in a session, in order of time."""
    violations = look.judgement.violations
    rows: list[int] = np.flatnonzero((violations.due == session) & (violations.kind == LEFT_POST)).tolist()
    return rows
