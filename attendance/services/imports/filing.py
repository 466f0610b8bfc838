"""Filing a sheet: every row checked against the store, then all of it in one transaction, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime

from attendance import clock
from attendance.services.imports import absences, calendar, employees, enrolments, rosters, schedules, units
from attendance.services.imports.known import read_known
from attendance.services.imports.taking import State, Taking
from attendance.sheets import CellError, Row, Rows, index
from attendance.store import import_batches, import_marks, trail
from attendance.store.database import Database, Session
from attendance.store.import_pen import Effect, Pen
from attendance.store.trail import Actor
from attendance.store.within import EVERYTHING, Within

TAKE: Mapping[str, Callable[[Taking, Sequence[Row]], None]] = {
    "units": units.take,
    "schedules": schedules.take,
    "employees": employees.take,
    "enrolments": enrolments.take,
    "calendar": calendar.take,
    "absences": absences.take,
    "rosters": rosters.take,
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows come from. `headers`: by column letter; `mapping`: header → canonical column it was read as."""

    file_name: str = ""
    sha256: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    mapping: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a sheet, or would become (`dry_run`).

    `read = new + changed + unchanged + wrong`, counted in rows of the sheet. `batch`: its number in the book of
    imports; None where nothing was stored. `left_out`: wrong rows that the others were stored without.
    """

    kind: str
    source: Source
    read: int
    new: int
    changed: int
    unchanged: int
    wrong: int
    states: Mapping[int, State]
    errors: tuple[CellError, ...]
    dry_run: bool
    batch: int | None = None
    left_out: int = 0
    days_marked: int = 0

    @property
    def is_taken(self) -> bool:
        """Whether what the sheet says is stored now, all of it or without the rows that were left out."""
        return not self.dry_run and (not self.errors or self.left_out > 0)


def import_rows(
    database: Database,
    zone: str,
    kind: str,
    rows: Rows,
    source: Source,
    *,
    actor: Actor,
    within: Within = EVERYTHING,
    approving: Within = EVERYTHING,
    own: int | None = None,
    now: datetime,
    partial: bool = False,
    dry_run: bool = False,
) -> Result:
    """Check every row and store what is new or different. Nothing is stored where a row is wrong, unless `partial`.

    `rows.errors`, cells that could not be read, count as wrong. `within`: what whoever imports may write; all else is
    unknown to them; `approving` and `own` as in `Taking`. A sheet that says only what is stored files nothing.
    """
    opened: AbstractContextManager[Session] = database.reading() if dry_run else database.writing()
    with opened as session:
        if not dry_run:
            import_batches.one_at_a_time(session)
        today = clock.today(now, zone)
        known = read_known(session, within, today)
        taking = Taking(kind, session, known, Pen(session, now, actor), today, zone, approving, own, source.headers)
        TAKE[kind](taking, rows.rows)
        result = _summed(taking, rows, source, dry_run)
        left_out = result.wrong if partial else 0
        if dry_run or not taking.pen.effects or (result.errors and not partial):
            return replace(result, left_out=0 if dry_run else left_out)
        counts = {"new": result.new, "changed": result.changed, "unchanged": result.unchanged, "left_out": left_out}
        batch = import_batches.add(
            session, kind, actor, file_name=source.file_name, sha256=source.sha256, rows=result.read, counts=counts,
            mapping=source.mapping, at=now,
        )  # fmt: skip
        effects = list(taking.pen.effects.values())
        days = import_marks.write(session, taking.pen, batch)
        trail.record(
            session, actor, "import.filed", kind="import", key=str(batch), employees=people_of(effects),
            after={"kind": kind, "file": source.file_name, "sha256": source.sha256, **counts}, at=now,
        )  # fmt: skip
        return replace(result, batch=batch, left_out=left_out, days_marked=days)


def people_of(effects: Iterable[Effect]) -> list[int]:
    """Numbers of the people some effects are about."""
    found = set()
    for effect in effects:
        table = str(effect.table.__tablename__)
        if table == "employee":
            found.add(effect.number)
        for values in (effect.before, effect.after):
            if isinstance(values, dict) and values.get("employee_id") is not None:
                found.add(values["employee_id"])
    return sorted(found)


def _summed(taking: Taking, rows: Rows, source: Source, dry_run: bool) -> Result:
    errors = sorted([*rows.errors, *taking.errors], key=_place)
    states: dict[int, State] = dict(taking.states)
    states |= {error.row: "wrong" for error in errors if error.row}
    held = list(states.values())
    return Result(
        kind=taking.kind,
        source=source,
        read=len(states),
        new=held.count("new"),
        changed=held.count("changed"),
        unchanged=held.count("unchanged"),
        wrong=held.count("wrong"),
        states=states,
        errors=tuple(errors),
        dry_run=dry_run,
    )


def _place(error: CellError) -> tuple[int, int]:
    return error.row, index(error.column) if error.column else 1_000_000
