"""A province over districts and communes to 30 June 2025, over communes alone from 1 July; two of them become one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from attendance.services import units
from attendance.store import registering
from attendance.store.database import Database, Session
from attendance.store.trail import CONSOLE
from tests import builders
from tests.builders import WEEK

FIRST, LAST = date(2025, 6, 23), date(2025, 7, 11)  # three working weeks, the reform in the middle of the second
REFORM = date(2025, 7, 1)
EVE = REFORM - timedelta(days=1)
DOCUMENT = "NQ 1656/NQ-UBTVQH15"
RECORDED_AT = datetime(2025, 1, 2, 2, tzinfo=UTC)
REFORMED_AT = datetime(2025, 7, 14, 2, tzinfo=UTC)
TOLD = {"document": DOCUMENT, "actor": CONSOLE, "at": REFORMED_AT}
PEOPLE = {"E1": "X1", "E2": "X2", "E3": "X3", "EH": "H", "EP": "P"}
TERMINALS = {"T1": "X1", "T2": "X2", "T2B": "X2", "T3": "X3", "TH": "H", "TP": "P"}
PINS = {"E1": "1", "E2": "2", "E3": "3", "EH": "4", "EP": "5"}


def build(database: Database) -> None:
    """P over H over X1, X2, X3; P works from 07:00, H and what is below it from 07:30. All come at 07:20.

    Each person puts the finger on the first terminal of their unit; nobody names terminals. N does not exist yet.
    """
    with database.writing() as session:
        for code, start in (("TINH", "07:00"), ("HUYEN", "07:30")):
            registering.add_schedule(session, code, at=RECORDED_AT)
            registering.add_schedule_version(
                session, code, sessions={"am": [start, "11:30"], "pm": ["13:00", "16:30"]}, weekdays=WEEK,
                document=f"QĐ {code}", at=RECORDED_AT,
            )  # fmt: skip
        registering.add_unit(session, "P", name="UBND tỉnh Sông Mây", schedule="TINH", at=RECORDED_AT)
        registering.add_unit(session, "H", name="UBND huyện Đồi Chè", parent="P", schedule="HUYEN", at=RECORDED_AT)
        for number, name in enumerate(("Tân Hòa", "Suối Nhạn", "Đồng Mận"), 1):
            registering.add_unit(session, f"X{number}", name=f"UBND xã {name}", parent="H", at=RECORDED_AT)
        for code, unit in TERMINALS.items():
            registering.add_terminal(session, code, unit=unit, at=RECORDED_AT)
        for person, unit in PEOPLE.items():
            registering.add_employee(session, person, name=f"Người {person}", at=RECORDED_AT)
            registering.assign(session, person, unit, from_on=date(2024, 1, 1), document="QĐ 1", at=RECORDED_AT)
            for code in TERMINALS:
                registering.enrol(session, code, PINS[person], person, at=RECORDED_AT)
    for terminal, unit in TERMINALS.items():
        mine = [PINS[person] for person, there in PEOPLE.items() if there == unit and terminal != "T2B"]
        times = [
            datetime(on.year, on.month, on.day, hour, minute)
            for on in (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))
            if on.weekday() < 5
            for hour, minute in ((7, 20), (11, 32), (12, 58), (17, 0))
        ]
        body = b"".join(builders.record(pin, at, uid=n + 1) for n, at in enumerate(times) for pin in mine)
        read_at = datetime(2025, 7, 11, 23, 50)
        builders.file_body(database, body, terminal=terminal, read_at=read_at, serial=f"SN-{terminal}")


def reform(session: Session, *, move_people: bool = False) -> units.Ended:
    """X1 and X2 become N; N and X3 stand under the province; the district ends. Answers the end of X2."""
    units.add(session, "N", name="UBND xã Tân Mai", parent="P", from_on=REFORM, **TOLD)
    units.merge(session, "X1", "N", on=REFORM, move_people=move_people, **TOLD)
    merged = units.merge(session, "X2", "N", on=REFORM, move_people=move_people, **TOLD)
    units.move(session, "X3", "P", on=REFORM, **TOLD)
    units.end(session, "H", EVE, **TOLD)
    return merged
