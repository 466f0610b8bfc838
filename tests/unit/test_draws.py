"""A draw can be done again by anybody, and nothing of it can be changed unseen. The formula of weights, by hand."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any

import pytest

from attendance.errors import Invalid
from attendance.services.visiting import drawing
from attendance.services.visiting.drawing import Weighed, check, take
from attendance.services.visiting.weighing import Facts

SEED = "5f" * 32
UNITS = [
    Weighed("X-DONG-MAN", 1120),
    Weighed("X-SUOI-NHAN", 310),
    Weighed("X-TAN-MAI", 1207),
    Weighed("X-TÂN", 100),
]


def told(**changed: Any) -> dict[str, Any]:
    found = {
        "seed": SEED,
        "seed_digest": drawing.seed_digest(SEED),
        "content_digest": drawing.content_digest(SEED, "risk", UNITS, 2),
        "way": "risk",
        "count": 2,
        "candidates": [{"unit": each.unit, "weight": each.weight, "facts": {}} for each in UNITS],
        "taken": list(take(SEED, UNITS, 2)),
    }
    return found | changed


def by_hand(seed: str, weighed: list[Weighed], count: int) -> list[str]:
    """The three sentences of `drawing`, written once more in another manner."""
    left = {each.unit: each.weight for each in weighed}
    taken = []
    for turn in range(1, count + 1):
        lots = [unit for unit in sorted(left) for _ in range(left[unit])]
        taken.append(lots[int(hashlib.sha256(f"{seed}:{turn}".encode()).hexdigest(), 16) % len(lots)])
        del left[taken[-1]]
    return taken


def test_a_draw_is_what_its_rule_says() -> None:
    for number in range(200):
        seed = hashlib.sha256(str(number).encode()).hexdigest()
        assert list(take(seed, UNITS, 3)) == by_hand(seed, UNITS, 3)
        assert take(seed, UNITS[::-1], 3) == take(seed, UNITS, 3), "the order they are told in says nothing"


def test_units_are_taken_as_often_as_they_weigh() -> None:
    seeds = (hashlib.sha256(f"s{number}".encode()).hexdigest() for number in range(4000))
    first = Counter(take(seed, UNITS, 1)[0] for seed in seeds)
    whole = sum(each.weight for each in UNITS)
    for each in UNITS:
        assert abs(first[each.unit] / 4000 - each.weight / whole) < 0.03


def test_a_published_draw_holds_and_any_change_is_named() -> None:
    assert check(told()).wrong == ()
    assert check(json.loads(json.dumps(told()))).wrong == ()
    assert check(told(taken=["X-SUOI-NHAN", "X-TAN-MAI"])).wrong == ("taken",)
    other = "5e" * 32
    assert "seed" in check(told(seed=other)).wrong
    both = check(told(seed=other, seed_digest=drawing.seed_digest(other), taken=list(take(other, UNITS, 2))))
    assert both.wrong == ("content",), "another seed with its own digest is not what was drawn from"
    heavier = [each | {"weight": each["weight"] + 1} if each["unit"] == "X-SUOI-NHAN" else each
               for each in told()["candidates"]]  # fmt: skip
    assert "content" in check(told(candidates=heavier)).wrong
    assert "content" in check(told(candidates=told()["candidates"][1:])).wrong
    assert "content" in check(told(count=1, taken=told()["taken"][:1])).wrong


@pytest.mark.parametrize(
    "changed",
    [{"seed": None}, {"seed": "5F" * 32}, {"candidates": []}, {"candidates": [{"unit": "A", "weight": 1.5}]},
     {"candidates": [{"unit": "A", "weight": True}]}, {"count": 9}, {"count": 0}, {"taken": 7},
     {"candidates": [{"unit": "A", "weight": 1}] * 2, "count": 1}],
)  # fmt: skip
def test_what_is_no_draw_is_refused_in_one_sentence(changed: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        check(told(**changed))


@pytest.mark.parametrize(
    ("facts", "parts", "weight"),
    [
        (Facts(0, 0, 0, None), (0, 0, 1000), 1100),
        (Facts(812, 41, 6, None), (50, 7, 1000), 1207),
        (Facts(812, 41, 6, 0), (50, 7, 0), 207),
        (Facts(20, 20, 0, 73), (1000, 0, 200), 2300),
        (Facts(19, 19, 19, 73), (0, 0, 200), 300),  # of so few nothing follows
        (Facts(100, 0, 100, 400), (0, 500, 1000), 1600),
    ],
)
def test_the_weight_of_a_unit(facts: Facts, parts: tuple[int, int, int], weight: int) -> None:
    assert (facts.parts, facts.weight) == (parts, weight)
