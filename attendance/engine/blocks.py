"""A large case judged a block of people at a time: nobody's verdict rests on anybody else's punches.

Two thousand people's columns stay in the processor's cache and in memory that is used again; twenty thousand people's
do neither, and a province takes the memory of a block.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from attendance.engine.case import Case
from attendance.engine.columns import PunchColumns
from attendance.engine.run import Judgement, evaluate
from attendance.engine.spans import Bools, Ints
from attendance.errors import NoVersionInForce

PEOPLE = 2_000
Column = TypeVar("Column", npt.NDArray[np.uint8], Bools)


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
    punches = _punches_of_blocks(case, size, count)
    for block in range(count):
        yield replace(
            case,
            people=case.people[block * size : (block + 1) * size],
            assignments=tuple(assignments[block]),
            enrolments=tuple(enrolments[block]),
            punches=punches[block],
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


def _punches_of_blocks(case: Case, size: int, count: int) -> list[PunchColumns]:
    """The punches under a number that anybody of each block was ever enrolled under, person by person.

    A number that passed from one block to another is in both; each takes what its people's enrolments say. All are put
    in order at once, which takes less than looking through all of them for each block.
    """
    punches, people, sites = case.punches, case.person_index, case.site_index
    codes = {pin: code for code, pin in enumerate(punches.pins)}
    width = max(len(codes), 1)
    first: dict[int, int] = {}  # who was written first under each number on a terminal
    shared: set[tuple[int, int]] = set()  # (number, block) beside the block of that person
    for enrolment in case.enrolments:
        person, pin = people.get(enrolment.employee), codes.get(enrolment.pin)
        if person is not None and pin is not None and enrolment.terminal in sites:
            number = sites[enrolment.terminal] * width + pin
            if first.setdefault(number, person) // size != person // size:
                shared.add((number, person // size))
    step = 1 if len(people) < 1 << 16 else size  # numpy sorts 16 bits by radix
    nobody = -(-len(people) // step)
    place_of = np.full(max(len(sites), 1) * width, nobody, np.uint16)
    place_of[np.fromiter(first, np.int64, len(first))] = np.fromiter(first.values(), np.int64, len(first)) // step
    numbers = np.multiply(punches.site, width, dtype=np.int64)
    numbers += punches.pin
    place = place_of[numbers]
    order = np.argsort(place, kind="stable")
    firsts = np.minimum(np.arange(count + 1) * (size // step), nobody).astype(np.uint16)
    edges = np.searchsorted(place, firsts, sorter=order)
    ordered = _taken(punches, order)
    blocks = [_between(ordered, low, high) for low, high in pairwise(edges.tolist())]
    for number, block in shared:
        own = order[edges[block] : edges[block + 1]]
        blocks[block] = _taken(punches, np.union1d(own, np.flatnonzero(numbers == number)))
    return blocks


def _taken(punches: PunchColumns, rows: Ints) -> PunchColumns:
    # the rows are known to exist; numpy looks at each of them unless it may clip
    return PunchColumns(
        punches.site.take(rows, mode="clip"), punches.pin.take(rows, mode="clip"),
        punches.wall.take(rows, mode="clip"), punches.sequence.take(rows, mode="clip"),
        _in_order(punches.state, rows), _in_order(punches.sane, rows), punches.pins,
    )  # fmt: skip


def _in_order(column: Column, rows: Ints) -> Column:
    """Some rows of a column; of one that holds the same throughout, as terminals often send it, any as many."""
    return column[: rows.size] if (column == column[:1]).all() else column.take(rows, mode="clip")


def _between(punches: PunchColumns, low: int, high: int) -> PunchColumns:
    part = slice(low, high)
    return PunchColumns(
        punches.site[part], punches.pin[part], punches.wall[part], punches.sequence[part], punches.state[part],
        punches.sane[part], punches.pins,
    )  # fmt: skip
