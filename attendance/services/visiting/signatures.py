"""Signatures on glass: lines of points in a box, or the refusal to sign with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from attendance.services.visiting.wrong import MinutesInvalid

SIDES = ("team", "unit", "witness")
WIDTH, HEIGHT = 1000, 400
"""The box in which points lie, whatever glass they were drawn on."""
MOST_STROKES, MOST_POINTS = 200, 6000
FEWEST_POINTS = 8
"""A touch by mistake has fewer."""

Strokes = tuple[tuple[tuple[int, int], ...], ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """One side signed (`strokes`) or did not, `refused` saying why."""

    side: str
    name: str
    post: str = ""
    strokes: Strokes = ()
    refused: str = ""

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "side": self.side,
            "name": self.name,
            "post": self.post,
            "strokes": [[list(point) for point in stroke] for stroke in self.strokes],
            "refused": self.refused,
        }


def read_strokes(text: str) -> Strokes:
    """Strokes from JSON: a list of lists of [x, y], whole numbers within the box. Raises Invalid."""
    try:
        found = orjson.loads(text) if text else []
    except orjson.JSONDecodeError:
        raise MinutesInvalid("damaged", "A signature came through damaged; sign once more.") from None
    return strokes_of(found)


def strokes_of(found: Any) -> Strokes:
    """The same from JSON values."""
    if not isinstance(found, list) or len(found) > MOST_STROKES:
        raise MinutesInvalid(
            "damaged", f"A signature is a list of at most {MOST_STROKES} lines of points; sign once more."
        )
    strokes = tuple(tuple(_point(point) for point in _points(stroke)) for stroke in found)
    if sum(map(len, strokes)) > MOST_POINTS:
        raise MinutesInvalid(
            "damaged", f"A signature has at most {MOST_POINTS} points; sign once more, with fewer lines."
        )
    return tuple(stroke for stroke in strokes if stroke)


def check(signatures: Iterable[Signature]) -> tuple[Signature, ...]:
    """Both sides are there, each signed or its refusal noted; the team signs. In the order of SIDES. Raises Invalid."""
    found = sorted(signatures, key=lambda one: SIDES.index(_side(one)))
    for one in found:
        _check_one(one)
    sides = [one.side for one in found]
    if "team" not in sides or "unit" not in sides:
        raise MinutesInvalid(
            "sides", "Minutes are signed by the team and by the unit; have both sign, or note the unit's refusal."
        )
    if len(found) > 2 + 6:
        raise MinutesInvalid(
            "many", "At most six people sign beside the first of team and unit; note the others in the text."
        )
    return tuple(found)


def _check_one(one: Signature) -> None:
    if not one.name.strip() or len(one.name) > 200 or len(one.post) > 200:
        raise MinutesInvalid(
            "signer", "A signature needs the name of who signs, at most 200 signs; write it under the signature."
        )
    if one.refused.strip():
        if one.side == "team":
            raise MinutesInvalid(
                "refusal", "The team cannot refuse to sign its own minutes; sign them, or do not seal them."
            )
        if one.strokes:
            raise MinutesInvalid("refusal", f"{one.name} has signed and is noted as refusing; keep one of the two.")
        if len(one.refused) > 1000:
            raise MinutesInvalid("refusal", "The reason of a refusal has at most 1000 signs; shorten it.")
    elif sum(map(len, one.strokes)) < FEWEST_POINTS:
        raise MinutesInvalid(
            "unsigned", f"{one.name} has not signed; have them sign on the glass, or note the refusal and its reason."
        )


def _side(one: Signature) -> str:
    if one.side not in SIDES:
        raise MinutesInvalid("sides", f"{one.side[:20]!r} is no side of minutes; write one of {', '.join(SIDES)}.")
    return one.side


def _points(stroke: Any) -> list[Any]:
    if not isinstance(stroke, list):
        raise MinutesInvalid("damaged", "A line of a signature is a list of points; sign once more.")
    return stroke


def _point(point: Any) -> tuple[int, int]:
    match point:
        case [int(x), int(y)] if 0 <= x <= WIDTH and 0 <= y <= HEIGHT:
            return x, y
    raise MinutesInvalid(
        "damaged", f"A point of a signature lies outside of its box of {WIDTH} by {HEIGHT}; sign once more."
    )
