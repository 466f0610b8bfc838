"""A published index is frozen with its digest, and can be made again from what was known then."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from typing import Any

from attendance.errors import AttendanceError, Invalid
from attendance.services.periods import Span
from attendance.services.unit_index.formulas import Rule, rule_of
from attendance.services.unit_index.standing import Standing, standing
from attendance.store import index_formulas, office
from attendance.store.conduct_tables import PublicationRow
from attendance.store.database import Session
from attendance.store.tables import UnitRow
from attendance.store.trail import Actor, record
from attendance.store.within import EVERYTHING


class AlreadyPublished(AttendanceError):
    """The same figures of the same unit and period stand published."""

    code = "already_published"


def publish(session: Session, unit: UnitRow, span: Span, *, by: Actor, today: date, at: datetime) -> PublicationRow:
    """Freeze the index of a unit's parts in a period that is over. Raises Invalid where it is not, or there is no
    formula or figure; AlreadyPublished where the same figures were published already."""
    if span[1] >= today:
        raise Invalid(f"The period ends on {span[1]}: an index is published when its period is over.")
    found = standing(session, EVERYTHING, unit, span, as_of=at)
    if found.formula is None:
        raise Invalid(f"No formula holds for unit {unit.code} on {span[1]}; file one with its document first.")
    if not found.lines:
        raise Invalid("There is nothing to publish: no unit has a figure in this period.")
    text = canonical(found)
    mine = [row for row in index_formulas.publications(session, EVERYTHING) if row.unit_id == office.key(unit)]
    if any((row.from_on, row.to_on, row.content) == (*span, text) for row in mine):
        raise AlreadyPublished("These figures are published already, with the same digest.")
    row = PublicationRow(
        unit_id=office.key(unit), formula_id=found.formula.id, from_on=span[0], to_on=span[1], content=text,
        digest=digest_of(text), known_at=at, published_by=by.name,
    )  # fmt: skip
    session.add(row)
    session.flush()
    told = {"unit": unit.code, "from": span[0], "to": span[1], "digest": row.digest}
    record(session, by, "index.published", kind="index", key=str(row.id), after=told, at=at)
    return row


def reproduce(session: Session, row: PublicationRow) -> str:
    """The canonical text of a published index, made again from what was known when it was published."""
    unit = session.get_one(UnitRow, row.unit_id)
    rule = rule_of(index_formulas.formula(session, row.formula_id))
    found = standing(session, EVERYTHING, unit, (row.from_on, row.to_on), formula=rule, as_of=row.known_at)
    return canonical(found)


def digest_of(text: str) -> str:
    """SHA-256 of a canonical text."""
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(found: Standing) -> str:
    """JSON with keys in order and no spaces; no clock of now stands in it."""
    return json.dumps(as_plain(found), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def as_plain(found: Standing) -> dict[str, Any]:
    """An index as JSON values: tenths as whole numbers, dates as ISO 8601."""
    return {
        "unit": found.unit,
        "name": found.name,
        "from": found.from_on.isoformat(),
        "to": found.to_on.isoformat(),
        "formula": formula_plain(found.formula) if found.formula is not None else None,
        "lines": [
            {
                "unit": line.code, "name": line.name, "kind": line.group, "small_units": line.folded,
                "people": line.people, "due": line.due, "known": line.known, "coverage_tenths": line.coverage,
                "occurrences": line.times, "lost_hundredths": line.lost, "index_tenths": line.tenths,
                "rank": line.rank, "reason": line.reason,
            }
            for line in found.lines
        ],
        "left_out": found.left_out,
        "too_few": found.too_few,
    }  # fmt: skip


def formula_plain(rule: Rule) -> dict[str, Any]:
    """What of a formula decides its figures, and under which document."""
    return {
        "weights": dict(sorted(rule.weights.items())), "coverage": rule.coverage, "fewest": rule.fewest,
        "excluded": list(rule.excluded), "kinds": dict(sorted(rule.kinds.items())), "document": rule.document,
    }  # fmt: skip
