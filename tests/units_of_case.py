"""The units of a case file, filed by the verbs of an office: each as it began, then what became of it in time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

from attendance.facts import Unit
from attendance.rules.tree import Tree
from attendance.services import units
from attendance.store import registering
from attendance.store.database import Session
from attendance.store.trail import CONSOLE

ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)

Act = Callable[[Session], object]


def begin_units(session: Session, written: tuple[Unit, ...]) -> None:
    """Each unit as it began, known always. Units above are registered before those below them."""
    tree = Tree(written)
    waiting = list(tree.versions)
    known: set[str | None] = {None}
    while waiting:
        code = next(code for code in waiting if tree.versions[code][0].parent in known)
        waiting.remove(code)
        known.add(code)
        first = tree.versions[code][0]
        registering.add_unit(
            session, code, parent=first.parent, schedule=first.schedule, from_on=first.from_on, at=ALWAYS
        )


def change_units(session: Session, written: tuple[Unit, ...]) -> None:
    """What became of units, in the order of its dates; people are in them by then."""
    tree = Tree(written)
    steps: list[tuple[date, int, Act]] = []
    told: dict[str, Any] = {"actor": CONSOLE, "document": "QĐ", "at": ALWAYS}
    for versions in tree.versions.values():
        for old, new in pairwise(versions):
            on = new.from_on
            assert on is not None
            if new.parent != old.parent:
                steps.append((on, 0, partial(units.move, code=new.code, parent=new.parent, on=on, **told)))
            if new.schedule != old.schedule:
                steps.append((on, 0, partial(units.work_by, code=new.code, schedule=new.schedule, on=on, **told)))
        last = versions[-1]
        if last.to_on is not None and last.into is not None:
            on = last.to_on + timedelta(days=1)
            steps.append((on, 1, partial(units.merge, code=last.code, into=last.into, on=on, **told)))
        elif last.to_on is not None:
            steps.append(
                (last.to_on + timedelta(days=1), 2, partial(units.end, code=last.code, to_on=last.to_on, **told))
            )
    for _, _, act in sorted(steps, key=lambda step: step[:2]):
        act(session)
