"""A small office whose people sign commitments: a head, two officials and somebody of HR, each with an account."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from attendance.store import heads, registering
from attendance.store.database import Database
from tests.e2e.site import NOON, PASSWORD, Site, open_site

PEOPLE = {"E1": "Trần Văn Bình", "E2": "Nguyễn Thị Ánh", "E3": "Lê Văn An"}
USERS = (("lan", "hr", None), ("vinh", "leader", None))


def open_committing(database: Database, folder: Path) -> Site:
    """Unit A, led by E1 (account `hoa`, head); E2 and E3 have accounts `anh` and `an`, officials."""
    site = open_site(database, folder, users=USERS)
    with database.writing() as session:
        for code, name in PEOPLE.items():
            registering.add_employee(session, code, name=name, at=NOON)
            registering.assign(session, code, "A", from_on=date(2026, 1, 1), at=NOON)
        heads.name_head(session, "A", "E1", from_on=date(2026, 1, 1), at=NOON)
    for name, role, unit, employee in (
        ("hoa", "head", "A", "E1"), ("anh", "official", None, "E2"), ("an", "official", None, "E3"),
    ):  # fmt: skip
        site.accounts.create_user(name, PASSWORD, role, unit, employee=employee)
    return site
