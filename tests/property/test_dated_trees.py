"""Random trees that change: what the tree says of each date is what a plain replay, day by day, says of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attendance.errors import Invalid
from attendance.facts import Unit
from attendance.rules.tree import Tree, fault_of
from attendance.services import units
from attendance.store.database import Database, sqlite_url
from attendance.store.trail import CONSOLE
from attendance.store.tree import StoredTree, read_units

DAYS = 24
BEGIN = date(2025, 6, 20)
AT = datetime(2025, 6, 1, tzinfo=UTC)
CODES = ("A", "B", "C", "D", "E", "F")
Act = tuple[str, str, str | None, int, int]


class Refused(Exception):
    """The office may not do this."""


@dataclass(frozen=True)
class State:
    name: str
    parent: str | None


@dataclass
class Replay:
    """Units day by day, None where there is none; the last day stands for all that follow, the first for all before."""

    days: dict[str, list[State | None]] = field(default_factory=dict)
    into: dict[str, str] = field(default_factory=dict)

    def act(self, act: Act) -> None:
        """Do it, or raise Refused and leave everything as it was."""
        kept = {code: list(listed) for code, listed in self.days.items()}, dict(self.into)
        try:
            getattr(self, act[0])(*act[1:])
            self._check()
        except Refused:
            self.days, self.into = kept
            raise

    def add(self, code: str, parent: str | None, on: int, _: int) -> None:
        if code in self.days or (parent is not None and parent not in self.days):
            raise Refused
        self.days[code] = [State(code, parent) if day >= on else None for day in range(DAYS)]

    def rename(self, code: str, _: str | None, on: int, number: int) -> None:
        self._change(code, on, name=f"{code}{number % 3}")

    def move(self, code: str, parent: str | None, on: int, _: int) -> None:
        if parent is not None and parent not in self.days:
            raise Refused
        self._change(code, on, parent=parent)

    def end(self, code: str, _: str | None, on: int, number: int) -> None:
        self._end(code, None if number == 0 else on - 1)

    def merge(self, code: str, into: str | None, on: int, _: int) -> None:
        if into is None or into == code or into not in self.days:
            raise Refused
        self._end(code, on - 1)
        self.into[code] = into

    def _change(self, code: str, on: int, **changed: Any) -> None:
        listed = self.days.get(code)
        if listed is None or (now := listed[on]) is None or replace(now, **changed) == now:
            raise Refused
        (name,) = changed
        for day in range(on, DAYS):
            then = listed[day]
            if then is None or getattr(then, name) != getattr(now, name):
                break
            listed[day] = replace(then, **changed)

    def _end(self, code: str, last: int | None) -> None:
        listed = self.days.get(code)
        begun = [day for day in range(DAYS) if listed is not None and listed[day] is not None]
        if listed is None or not begun or (last is not None and last < begun[0]):
            raise Refused
        for day in range(begun[-1] + 1, DAYS):
            listed[day] = listed[begun[-1]]
        if last is not None:
            listed[last + 1 :] = [None] * (DAYS - last - 1)
        self.into.pop(code, None)

    def _check(self) -> None:
        for day in range(DAYS):
            for code in self.days:
                at, steps = code, 0
                while (state := self.days[at][day]) is not None and state.parent is not None:
                    at, steps = state.parent, steps + 1
                    if self.days[at][day] is None or steps > len(CODES):
                        raise Refused
        for code, into in self.into.items():
            last = max(day for day in range(DAYS) if self.days[code][day] is not None)
            if self.days[into][last + 1] is None:
                raise Refused

    def path(self, code: str, day: int) -> list[str]:
        """Up from a unit on a day, one look at that day after the other."""
        found: list[str] = []
        at: str | None = code
        while at is not None:
            listed = self.days[at]
            there = [n for n in range(DAYS) if listed[n] is not None]
            if day > there[-1] and at in self.into:
                at = self.into[at]
                continue
            state = listed[min(max(day, there[0]), there[-1])]
            assert state is not None
            found.append(at)
            at = state.parent
        return found

    def versions(self) -> list[Unit]:
        """The same as dated versions, one for each stretch of equal days."""
        found = []
        for code, listed in self.days.items():
            begin = 0
            for day in range(1, DAYS + 1):
                if day < DAYS and listed[day] == listed[begin]:
                    continue
                if (state := listed[begin]) is not None:
                    last = day == DAYS or listed[day] is None
                    found.append(
                        Unit(
                            code=code,
                            name=state.name,
                            parent=state.parent,
                            from_on=None if begin == 0 else on_day(begin),
                            to_on=None if day == DAYS else on_day(day - 1),
                            into=self.into.get(code) if last else None,
                        )
                    )
                begin = day
        return found


def on_day(day: int) -> date:
    return BEGIN + timedelta(days=day)


acts = st.lists(
    st.tuples(
        st.sampled_from(("add", "move", "move", "rename", "end", "merge")),
        st.sampled_from(CODES),
        st.sampled_from((None, *CODES)),
        st.integers(1, DAYS - 1),
        st.integers(0, 9),
    ),
    max_size=40,
)
BEGUN: list[Act] = [("add", "A", None, 0, 0), ("add", "B", "A", 0, 0), ("add", "C", "B", 0, 0), ("add", "D", "A", 9, 0)]


def same_paths(tree: Tree, replay: Replay) -> None:
    for code in replay.days:
        for day in range(-3, DAYS + 3):
            assert list(tree.path(code, on_day(day))) == replay.path(code, min(max(day, 0), DAYS - 1)), (code, day)


@given(acts)
@settings(max_examples=120, deadline=None)
def test_the_path_on_each_date_is_that_of_a_plain_replay(listed: list[Act]) -> None:
    replay = Replay()
    for act in (*BEGUN, *listed):
        with suppress(Refused):
            replay.act(act)
    versions = replay.versions()
    assert fault_of(versions) is None
    tree = Tree(versions)
    same_paths(tree, replay)
    for day in range(DAYS):
        on = on_day(day)
        for code in replay.days:
            state = replay.days[code][day]
            assert (tree.living(code, on) is None) == (state is None)
            mine = {other for other in replay.days if code in replay.path(other, day)}
            assert tree.below(code, on) == mine | {code}
    for first, last in tree.stretches(BEGIN, on_day(DAYS - 1)):
        days = range((first - BEGIN).days, (last - BEGIN).days + 1)
        assert len({tuple(tuple(replay.path(code, day)) for code in replay.days) for day in days}) == 1


def through(make: Callable[[], Database], listed: list[Act]) -> None:
    """The same acts by the verbs of an office: refused where the replay refuses, and the same tree in the end."""
    replay, database = Replay(), make()
    told: dict[str, Any] = {"document": "QĐ", "actor": CONSOLE, "at": AT}
    for act in (*BEGUN, *listed):
        name, code, other, day, number = act
        if (name != "add") != (code in replay.days) or (other is not None and other not in replay.days):
            continue
        on = None if day == 0 else on_day(day)
        allowed = True
        try:
            replay.act(act)
        except Refused:
            allowed = False
        with suppress(Invalid):
            said = "refused"
            with database.writing() as session:
                if name == "add":
                    units.add(session, code, parent=other, from_on=on, **told)
                elif name == "move":
                    units.move(session, code, other, on=on, **told)
                elif name == "rename":
                    units.rename(session, code, f"{code}{number % 3}", on=on, **told)
                elif name == "end":
                    units.end(session, code, None if number == 0 else on_day(day - 1), **told)
                else:
                    units.merge(session, code, other or code, on=on_day(day), **told)
            said = "done"
        assert said == ("done" if allowed else "refused"), act
    with database.reading() as session:
        assert fault_of(read_units(session)) is None
        tree = StoredTree(session).tree
    database.close()
    same_paths(tree, replay)


def run(tmp_path: Path, empty: Path, examples: int) -> None:
    def make() -> Database:
        shutil.copyfile(empty, tmp_path / "office.db")
        for beside in tmp_path.glob("office.db-*"):
            beside.unlink()
        return Database(sqlite_url(tmp_path / "office.db"))

    @given(acts.filter(lambda listed: len(listed) > 8))
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    def check(listed: list[Act]) -> None:
        through(make, listed)

    check()


def test_the_verbs_of_an_office_make_the_tree_of_the_replay_and_refuse_what_it_refuses(
    tmp_path: Path, migrated_sqlite: Path
) -> None:
    run(tmp_path, migrated_sqlite, 15)


@pytest.mark.long
def test_the_verbs_of_an_office_agree_with_many_replays(tmp_path: Path, migrated_sqlite: Path) -> None:
    run(tmp_path, migrated_sqlite, 300)
