"""A large case judged a block of people at a time: nobody's verdict rests on anybody else's punches.

A thousand people's columns stay in the processor's cache and in memory that is used again; twenty thousand people's do
neither, and a province takes the memory of a block.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Protocol, TypeVar

import numpy as np

from attendance.engine.case import Case
from attendance.engine.columns import PunchColumns
from attendance.engine.run import Judgement, evaluate
from attendance.engine.spans import Ints
from attendance.errors import NoVersionInForce

PEOPLE = 1_000


class _OfPerson(Protocol):
    @property
    def employee(self) -> str: ...


Fact = TypeVar("Fact", bound=_OfPerson)


def evaluate_blocks(
    case: Case, from_on: date, to_on: date, *, size: int = PEOPLE, unruled: list[NoVersionInForce] | None = None
) -> Iterator[Judgement]:
    """The judgement of a case in parts of at most `size` people each, in their order; errors as `evaluate`."""
    for part in split(case, size):
        yield evaluate(part, from_on, to_on, unruled=unruled)


def split(case: Case, size: int) -> Iterator[Case]:
    """Cases of so many people each, with everything that is known about them; orphan punches are in none of them."""
    if len(case.people) <= size:
        yield case
        return
    count = -(-len(case.people) // size)
    block_of = {code: index // size for index, code in enumerate(case.people)}

    def parted(facts: Iterable[Fact]) -> list[list[Fact]]:
        parts: list[list[Fact]] = [[] for _ in range(count)]
        for fact in facts:
            block = block_of.get(fact.employee)
            if block is not None:
                parts[block].append(fact)
        return parts

    assignments, enrolments = parted(case.assignments), parted(case.enrolments)
    leaves, missions, exemptions = parted(case.leaves), parted(case.missions), parted(case.exemptions)
    explanations, annulments, duties = parted(case.explanations), parted(case.annulments), parted(case.duties)
    orders, site_facts = parted(case.overtime_orders), parted(case.site_facts)
    protections = parted(case.protections)
    rows = _rows_of_blocks(case, block_of, count)
    for block in range(count):
        yield replace(
            case,
            people=case.people[block * size : (block + 1) * size],
            assignments=tuple(assignments[block]),
            enrolments=tuple(enrolments[block]),
            punches=_taken(case.punches, rows[block]),
            leaves=tuple(leaves[block]),
            missions=tuple(missions[block]),
            exemptions=tuple(exemptions[block]),
            explanations=tuple(explanations[block]),
            annulments=tuple(annulments[block]),
            duties=tuple(duties[block]),
            overtime_orders=tuple(orders[block]),
            site_facts=tuple(site_facts[block]),
            protections=tuple(protections[block]),
        )


def _rows_of_blocks(case: Case, block_of: dict[str, int], count: int) -> list[Ints]:
    """The rows of punches under a number that anybody of each block was ever enrolled under.

    A number that passed from one block to another is in both; each takes what its people's enrolments say.
    """
    punches = case.punches
    codes = {pin: code for code, pin in enumerate(punches.pins)}
    width = max(len(codes), 1)
    owner = np.full(max(len(case.sites), 1) * width, -1, np.int32)
    shared: list[tuple[int, int]] = []  # (number on a terminal, block) beside its first block
    for enrolment in case.enrolments:
        site, pin = case.site_index.get(enrolment.terminal), codes.get(enrolment.pin)
        block = block_of.get(enrolment.employee)
        if site is None or pin is None or block is None:
            continue
        number = site * width + pin
        if owner[number] < 0:
            owner[number] = block
        elif owner[number] != block:
            shared.append((number, block))
    numbers = punches.site.astype(np.int64) * width + punches.pin
    block_of_row = owner[numbers]
    order = np.argsort(block_of_row.astype(np.int16), kind="stable")
    edges = np.searchsorted(block_of_row[order], np.arange(count + 1))
    rows = [order[edges[block] : edges[block + 1]] for block in range(count)]
    for number, block in set(shared):
        rows[block] = np.union1d(rows[block], np.flatnonzero(numbers == number))
    return rows


def _taken(punches: PunchColumns, rows: Ints) -> PunchColumns:
    return PunchColumns(
        punches.site[rows], punches.pin[rows], punches.wall[rows], punches.sequence[rows], punches.state[rows],
        punches.sane[rows], punches.pins,
    )  # fmt: skip
