"""A threshold, a formula and a published index of each unit, and a proposal on each person, for the matrix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

from attendance.services.conduct import thresholds
from attendance.services.conduct.thresholds import NewThreshold
from attendance.services.unit_index import formulas
from attendance.services.unit_index.formulas import NewFormula
from attendance.store import office
from attendance.store.conduct_tables import ProposalRow, PublicationRow
from attendance.store.database import Session
from attendance.store.listing_keys import violation_id
from attendance.store.tables import EmployeeRow, UnitRow
from attendance.store.trail import Actor

ARCHIVE = Actor("archive")
BEGUN, LATE_ON = datetime(2026, 10, 1, tzinfo=UTC), date(2026, 11, 17)
FROM, TO = date(2026, 1, 1), date(2026, 12, 31)
CONTENT = (
    '{{"formula":{{"coverage":80,"document":"CV {0}","excluded":[],"fewest":5,"kinds":{{}},"weights":{{"late":50}}}},'
    '"from":"2026-10-01","left_out":{{}},"lines":[],"name":"Đơn vị {0}","to":"2026-10-31","too_few":false,'
    '"unit":"U-{0}"}}'
)


def of_unit(session: Session, token: str, at: datetime) -> dict[str, int]:
    """Numbers of what is filed for a unit, all under `CV token`."""
    code, document = f"U-{token}", f"CV {token}"
    held = NewThreshold(code, "NN", "Nhắc nhở", "reminder", 1, FROM, document, types=("late",), to_on=TO)
    threshold = thresholds.file(session, held, by=ARCHIVE, at=at).id or 0
    formula = (
        formulas.file(session, NewFormula(code, {"late": 50}, FROM, document, to_on=TO), by=ARCHIVE, at=at).id or 0
    )
    unit = office.key(office.get(session, UnitRow, code))
    row = PublicationRow(
        unit_id=unit, formula_id=formula, from_on=date(2026, 10, 1), to_on=date(2026, 10, 31),
        content=CONTENT.format(token), digest="0" * 64, known_at=at, published_by="archive",
    )  # fmt: skip
    session.add(row)
    session.flush()
    return {"threshold": threshold, "formula": formula, "publication": row.id or 0}


def of_person(session: Session, token: str, unit: str, threshold: int, fact: str, on: date, at: datetime) -> int:
    """The number of a proposal on a person, as their one late session makes it."""
    row = ProposalRow(
        about=f"t{threshold}", threshold_id=threshold, proposes="reminder", label="Nhắc nhở", document=f"CV {unit}",
        employee_id=office.key(office.get(session, EmployeeRow, f"P-{token}")),
        unit_id=office.key(office.get(session, UnitRow, f"U-{unit}")),
        from_on=date(2026, 11, 1), to_on=date(2026, 11, 30), figure=1, at_least=1, known=8, due=9, recorded_at=at,
        facts=[{"violation": fact, "date": on.isoformat(), "session": "am", "type": "late", "minutes": 12,
                "counted_min": 12, "status": "counted"}],
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id or 0


def of_everybody(
    session: Session, units: Iterable[str], people: Mapping[str, str], numbers: Mapping[str, int]
) -> dict[str, dict[str, int]]:
    """By mark of a person: what is filed for their unit, and their proposal."""
    ruled = {name: of_unit(session, f"z{name}z", BEGUN) for name in units}
    return {
        name: ruled[unit]
        | {
            "proposal": of_person(
                session, f"z{name}z", f"z{unit}z", ruled[unit]["threshold"],
                violation_id(numbers[name], LATE_ON, "am", "late"), LATE_ON, BEGUN,
            )
        }
        for name, unit in people.items()
    }  # fmt: skip
