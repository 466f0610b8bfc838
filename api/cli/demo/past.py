"""What the demo's units were before 1 July 2025: communes under a district, one of them since part of another."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from api.cli.demo.office import DemoOffice
from attendance.services import headship, units
from attendance.store.database import Session
from attendance.store.trail import CONSOLE

REFORM, EVE = date(2025, 7, 1), date(2025, 6, 30)
DOCUMENT = "NQ 1656/NQ-UBTVQH15 (dữ liệu mẫu)"
COMMUNES = ("X1", "X2", "X3")


def file_past(session: Session, office: DemoOffice, at: datetime) -> None:
    """The district until the day before, the commune that became part of X3, its houses, and who leads whom since."""
    told: dict[str, Any] = {"document": DOCUMENT, "actor": CONSOLE, "at": at}
    units.add(session, "HU", name="Huyện Đồi Chè", parent="H", **told)
    units.add(session, "X3B", name="Xã Đồng Sim", parent="HU", **told)
    for code in COMMUNES:
        units.move(session, code, "HU", on=None, **told)
        units.move(session, code, "H", on=REFORM, **told)
    units.merge(session, "X3B", "X3", on=REFORM, **told)
    units.end(session, "HU", EVE, **told)
    by = {"actor": CONSOLE, "at": at}
    units.add_place(session, "X3", "Trụ sở xã Đồng Mận", address="Thôn 1", terminals=["T-X3"], **by)
    units.add_place(session, "X3B", "Trụ sở cũ xã Đồng Sim", address="Thôn 6", **by)
    units.add_place(session, "X3B", "Nhà văn hóa Đồng Sim", address="Thôn 7", **by)
    for code in ("H", *COMMUNES):
        people = [post.employee for post in office.assignments if post.unit == code]
        kind = "acting" if code == "X2" else "head"
        headship.name_head(session, code, people[0], kind=kind, from_on=REFORM, **told)
