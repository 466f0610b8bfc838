"""Random papers handed in, approved, refused, taken back: what is known at any moment is what a plain list says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from attendance.services.papers import deciding, handing_in
from attendance.services.papers.deciding import Decider
from attendance.services.papers.handing_in import Handed
from attendance.services.roster import entering
from attendance.store import case_reading, paper_register
from attendance.store.database import Database, Session
from attendance.store.paper_register import NotAsItWas
from attendance.store.register_tables import PaperRow
from attendance.store.trail import Actor
from attendance.store.within import EVERYTHING
from tests.builders import ZONE, build_office

BEGUN = datetime(2026, 3, 1, tzinfo=UTC)
MONDAY = date(2026, 3, 2)
STEPS = 40
AUTHOR, DECIDER = Actor("van.thu"), Decider(Actor("truong.phong"), EVERYTHING)
Fact = tuple[Any, ...]


@dataclass
class Written:
    """What the plain list knows of a paper."""

    facts: frozenset[Fact]
    approved_at: datetime | None = None
    ended_at: datetime | None = None
    state: str = "proposed"

    def holds(self, at: datetime) -> bool:
        ended = self.ended_at is not None and self.ended_at <= at
        return self.approved_at is not None and self.approved_at <= at and not ended


@dataclass
class Plain:
    papers: dict[int, Written] = field(default_factory=dict)

    def known(self, at: datetime) -> set[Fact]:
        return {fact for paper in self.papers.values() if paper.holds(at) for fact in paper.facts}

    def may(self, number: int, act: str) -> bool:
        state = self.papers[number].state
        return state in ("proposed", "approved") if act == "withdraw" else state == "proposed"

    def do(self, number: int, act: str, at: datetime) -> None:
        paper = self.papers[number]
        if act == "approve":
            paper.state, paper.approved_at = "approved", at
        else:
            paper.state, paper.ended_at = act, at


def hand_in(random: Random, session: Session, at: datetime, turn: int) -> tuple[PaperRow, frozenset[Fact]]:
    """One paper of a random kind, on dates of its own."""
    who, on = f"E{random.randint(1, 3)}", MONDAY + timedelta(days=turn * 3)
    starts = datetime.combine(on, datetime.min.time()) + timedelta(hours=random.randint(8, 20))
    ends = starts + timedelta(hours=random.randint(1, 3))
    handed = Handed(AUTHOR, at)
    kind = random.choice(("leave", "mission", "exemption", "overtime", "duty"))
    if kind == "leave":
        days = random.randint(1, 3)
        last = on + timedelta(days=days - 1)
        part = random.choice(("am", "pm", "all"))
        paper = handing_in.leave(session, handed, who, on, last, part=part)
        return paper, frozenset(("leave", who, on + timedelta(days=n), part) for n in range(days))
    if kind == "duty":
        paper = entering.enter(session, ZONE, handed, who, starts, ends, kind="duty")
    elif kind == "exemption":
        paper = handing_in.exemption(session, handed, who, code="x", starts=starts, ends=ends)
    else:
        paper = getattr(handing_in, kind)(session, handed, who, starts, ends)
    return paper, frozenset({(kind, who, starts, ends)})


def known(database: Database, at: datetime | None) -> set[Fact]:
    """What a judgement as of a moment would be told."""
    with database.reading() as session:
        case = case_reading.read_case(session, ZONE, MONDAY, MONDAY + timedelta(days=3 * STEPS + 5), as_of=at).case
    found: set[Fact] = {("leave", fact.employee, fact.on, fact.session) for fact in case.leaves}
    for kind, facts in (
        ("mission", case.missions),
        ("exemption", case.exemptions),
        ("overtime", case.overtime_orders),
        ("duty", case.duties),
    ):
        found |= {(kind, fact.employee, fact.starts, fact.ends) for fact in facts}
    return found


def run(database: Database, seed: int) -> None:
    random, plain, now = Random(seed), Plain(), BEGUN
    build_office(database)
    moments = [BEGUN]
    for turn in range(STEPS):
        now += timedelta(minutes=random.randint(1, 600))
        moments.append(now)
        if not plain.papers or random.random() < 0.4:
            with database.writing() as session:
                paper, facts = hand_in(random, session, now, turn)
                number = paper_register.number_of(paper)
            plain.papers[number] = Written(facts)
        else:
            number = random.choice(sorted(plain.papers))
            act = random.choice(("approve", "approve", "refuse", "withdraw"))
            if plain.may(number, act):
                change(database, number, act, now)
                plain.do(number, act, now)
            else:
                with pytest.raises(NotAsItWas):
                    change(database, number, act, now)
        assert known(database, None) == plain.known(now), (seed, turn)
    moments += [BEGUN + (now - BEGUN) * random.random() for _ in range(10)]
    for at in moments:
        assert known(database, at) == plain.known(at), (seed, at)
    assert any(paper.ended_at and paper.approved_at for paper in plain.papers.values())


def change(database: Database, number: int, act: str, at: datetime) -> None:
    with database.writing() as session:
        paper = paper_register.get(session, number)
        if act == "approve":
            deciding.approve(session, ZONE, paper, DECIDER, at=at)
        elif act == "refuse":
            deciding.refuse(session, paper, DECIDER, note="x", at=at)
        else:
            deciding.withdraw(session, paper, AUTHOR, at=at)


def test_what_is_known_of_papers_at_any_moment(any_database: Database) -> None:
    run(any_database, 1)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 42))
def test_what_is_known_of_papers_at_any_moment_many(sqlite_database: Database, seed: int) -> None:
    run(sqlite_database, seed)
