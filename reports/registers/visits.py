"""*Sổ kiểm tra*: visits whose minutes are sealed, with how many were found how, and what became of the conclusions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from attendance import clock
from attendance.services.visiting.figures import FOUND, PRESENT, UNKNOWN, WITH_REASON, WITHOUT_REASON
from attendance.store import register_visits
from attendance.store.database import Session
from attendance.store.register_scope import Chosen
from attendance.store.register_visits import SealedVisit
from attendance.store.tree import StoredTree, holds_in
from attendance.store.visit_tables import KINDS
from reports.register_table import Column, Figure, Register, Value
from reports.registers.asking import Asked, NameKey, chosen

COLUMNS = (
    Column("minutes_number", "text", 14),
    Column("arrived_at", "moment", 15),
    Column("unit", "text", 12, printed=False),
    Column("unit_name", "text", 24),
    Column("visit_kind", "code", 16, "visit_kind"),
    Column("visit_source", "code", 14, "inspection_source"),
    Column("team", "text", 20),
    Column("team_document", "text", 18, printed=False),
    Column("present", "share", 9),
    Column("with_reason", "integer", 9),
    Column("without_reason", "integer", 9),
    Column("not_known", "integer", 9),
    Column("conclusions_done", "share", 11),
    Column("conclusions_overdue", "integer", 9),
    Column("sealed_at", "moment", 15),
    Column("minutes_code", "text", 18, printed=False),
    Column("visit", "text", 34, printed=False),
)


def visit_register(session: Session, asked: Asked, _key: NameKey) -> Register:
    """Visits that began on the dates and are sealed, by time. Nobody is named: the minutes do. `present`: of the people
    on the list; `without_reason`: no paper was approved before the arrival; `minutes_code`: checks the paper."""
    of_these = chosen(session, asked)
    tree = StoredTree(session)
    found = _chosen(register_visits.sealed(
        session, of_these.within, of_these.from_on, of_these.to_on, asked.today
    ), of_these)  # fmt: skip
    together = sum((each.found for each in found), Counter[str]())
    people = together.total()
    kinds = Counter(each.kind for each in found)
    units = [
        unit
        for unit in tree.shown(of_these.to_on, of_these.within)
        if of_these.within.sees(unit.id) and (of_these.part is None or holds_in(of_these.part, unit.id, of_these.to_on))
    ]
    visited = {each.unit_id for each in found}
    return Register(
        key="visits",
        columns=COLUMNS,
        rows=_rows(tree, asked.zone, found),
        figures=(
            Figure("visits", len(found)),
            Figure("visits_units", sum(unit.id in visited for unit in units), len(units)),
            Figure("visits_present", together[PRESENT], people),
            Figure("visits_without_reason", together[WITHOUT_REASON], people),
            Figure("visits_conclusions", sum(each.done for each in found), sum(each.asked for each in found)),
        ),
        bars={
            "visits_by_found": tuple((f"minutes_found.{how}", together[how]) for how in FOUND),
            "visits_by_kind": tuple((f"visit_kind.{kind}", kinds[kind]) for kind in KINDS if kinds[kind]),
        }
        if found
        else {},
        notes=("visits_sealed",),
        span=(of_these.from_on, of_these.to_on),
    )


def _chosen(found: Sequence[SealedVisit], of_these: Chosen) -> list[SealedVisit]:
    part = of_these.part
    return [each for each in found if part is None or holds_in(part, each.unit_id, each.wall_time.date())]


def _rows(tree: StoredTree, zone: str, found: Sequence[SealedVisit]) -> Iterator[tuple[Value, ...]]:
    for each in found:
        unit = tree.codes[each.unit_id]
        yield (
            each.number,
            clock.to_instant(each.wall_time, zone),
            unit,
            tree.name(unit, each.wall_time.date()),
            each.kind,
            each.source,
            each.team,
            each.document,
            (each.found[PRESENT], each.found.total()),
            each.found[WITH_REASON],
            each.found[WITHOUT_REASON],
            each.found[UNKNOWN],
            (each.done, each.asked),
            each.overdue,
            each.sealed_at,
            each.code,
            each.key,
        )
