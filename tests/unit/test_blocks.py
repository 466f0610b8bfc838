"""A case judged in blocks of people concludes what it concludes as a whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from attendance.engine.blocks import evaluate_blocks, split
from attendance.engine.case import Case
from attendance.engine.run import evaluate
from attendance.engine.verdict import DayVerdict, verdicts
from attendance.facts import Enrolment
from bench.all_rules import with_all_rules
from bench.office import FROM_ON, TO_ON, build_case, invent_punches


def office() -> Case:
    """230 people with every paper; the numbers of two of them passed from one to the other in mid-month."""
    case = with_all_rules(build_case(230, invent_punches(230)))
    passed = [e for e in case.enrolments if e.employee not in ("P3", "P203")]
    half = FROM_ON.replace(day=15)
    passed += [
        Enrolment("T0", "4", "P3", None, half), Enrolment("T0", "4", "P203", half.replace(day=16)),
        Enrolment("T2", "4", "P203", None, half), Enrolment("T2", "4", "P3", half.replace(day=16)),
    ]  # fmt: skip
    return replace(case, enrolments=tuple(passed))


@pytest.mark.parametrize("size", [1, 50, 229, 230])
def test_blocks_together_are_the_whole(size: int) -> None:
    case = office()
    whole = list(verdicts(evaluate(case, FROM_ON, TO_ON)))
    parts: list[DayVerdict] = []
    for judgement in evaluate_blocks(case, FROM_ON, TO_ON, size=size):
        parts += verdicts(judgement)
    assert parts == whole


def test_every_paper_is_in_the_block_of_its_person_and_no_punch_is_lost() -> None:
    case = office()
    blocks = list(split(case, 50))
    assert [len(block.people) for block in blocks] == [50, 50, 50, 50, 30]
    for name in ("leaves", "missions", "exemptions", "explanations", "duties", "overtime_orders", "site_facts"):
        listed = [paper for block in blocks for paper in getattr(block, name)]
        assert sorted(map(str, listed)) == sorted(map(str, getattr(case, name)))
        for block in blocks:
            assert {paper.employee for paper in getattr(block, name)} <= set(block.people)
    seen = {int(number) for block in blocks for number in block.punches.sequence}
    assert seen == set(range(len(case.punches)))
