"""Drawing units by a seed, so that the draw can be done again by anybody who is told the seed. Pure.

1. The candidates stand by code, each with a whole weight of 1 or more.
2. For the k-th unit (k from 1) the letters `SEED:k` are hashed with SHA-256 and read as one whole number, large end
   first; its remainder by the sum of the weights still there is where it falls.
3. The weights are gone along in order; the unit in whose stretch the number falls is taken, and stands no more.

SEED is 64 hexadecimal letters. What is committed to before anybody knows the seed: SHA-256 of its letters, and SHA-256
of `content`: the whole draw in canonical JSON with the seed in it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from attendance.errors import Invalid

ALGORITHM = "attendance-draw-1"
_SEED = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Weighed:
    """A unit by its code with its weight."""

    unit: str
    weight: int


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of doing a draw again. `wrong`: which of its statements do not hold: seed, content, taken."""

    taken: tuple[str, ...]
    wrong: tuple[str, ...]


def take(seed: str, weighed: Sequence[Weighed], count: int) -> tuple[str, ...]:
    """The codes of the units that are taken, in order. Raises Invalid for what cannot be drawn from."""
    _check(seed, weighed, count)
    left = sorted(weighed, key=lambda each: each.unit)
    taken = []
    for turn in range(1, count + 1):
        number = int.from_bytes(hashlib.sha256(f"{seed}:{turn}".encode()).digest(), "big")
        place = number % sum(each.weight for each in left)
        for each in left:
            if place < each.weight:
                break
            place -= each.weight
        left.remove(each)
        taken.append(each.unit)
    return tuple(taken)


def seed_digest(seed: str) -> str:
    return hashlib.sha256(seed.encode()).hexdigest()


def content_digest(seed: str, way: str, weighed: Sequence[Weighed], count: int) -> str:
    """SHA-256 of the whole draw. With the seed in it nobody can find out by trying what it was drawn from."""
    content = {
        "algorithm": ALGORITHM,
        "candidates": [[each.unit, each.weight] for each in sorted(weighed, key=lambda each: each.unit)],
        "count": count,
        "seed": seed,
        "way": way,
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def check(told: Mapping[str, Any]) -> Checked:
    """Do a published draw again, from what `GET /inspections/draws/{key}` tells. Raises Invalid for what is no draw."""
    try:
        seed, way, count = str(told["seed"]), str(told["way"]), int(told["count"])
        weighed = [Weighed(str(each["unit"]), _whole(each["weight"])) for each in told["candidates"]]
        said = [str(each) for each in told["taken"]]
        seed_said, content_said = str(told["seed_digest"]), str(told["content_digest"])
    except (KeyError, TypeError, ValueError):
        raise Invalid(
            "This is no published draw: it needs seed, seed_digest, content_digest, way, count, candidates and taken. "
            "The seed is told when the visits of the draw have begun or were dropped."
        ) from None
    taken = take(seed, weighed, count)
    holds = {
        "seed": seed_said == seed_digest(seed),
        "content": content_said == content_digest(seed, way, weighed, count),
        "taken": tuple(said) == taken,
    }
    return Checked(taken, tuple(name for name, right in holds.items() if not right))


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError
    return value


def _check(seed: str, weighed: Sequence[Weighed], count: int) -> None:
    if not _SEED.fullmatch(seed):
        raise Invalid("The seed of a draw is 64 hexadecimal letters.")
    if not 1 <= count <= len(weighed):
        raise Invalid(f"{count} of {len(weighed)} units cannot be drawn; ask for 1 to {len(weighed)}.")
    if len({each.unit for each in weighed}) < len(weighed) or any(each.weight < 1 for each in weighed):
        raise Invalid("A unit stands once in a draw, with a weight of 1 or more.")
