"""How many statements a page asks of the database does not grow with the people, papers and entries it shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from attendance.services.papers import handing_in
from attendance.services.papers.handing_in import Handed
from attendance.services.personal import requests
from attendance.store import office, papers_decided, registering
from attendance.store.trail import CONSOLE
from tests.e2e.site import NOON, PASSWORD, Person, Site, copied, open_site

TODAY = NOON.date()
HR = ("/today", "/violations", "/papers", "/rosters", "/units", "/requests", "/import", "/explanations?tab=closed")
API = (
    "/explanations",
    "/employees",
    "/assignments",
    "/papers",
    "/units",
    "/verdicts",
    "/punches",
    "/violations",
    "/personal-data/requests",
)


@pytest.fixture(scope="module")
def site(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("statements")
    users = (("lan", "hr", None), ("kiem", "auditor", None), ("minh", "administrator", None))
    found = open_site(copied(migrated_sqlite, folder), folder, users=users)
    with found.database.writing() as session:
        registering.add_schedule(session, "HC", at=NOON)
        registering.add_schedule_version(
            session, "HC", sessions={"am": ["07:30", "11:30"]}, weekdays=["mon", "tue", "wed", "thu", "fri"], at=NOON
        )
    return found


def grow(site: Site, first: int, last: int) -> None:
    """People with a paper that waits, a request and an account each, in ten units."""
    with site.database.writing() as session:
        for number in range(first, last):
            code, unit = f"NV{number:03}", f"B{number}"
            if number % 3 == 0:
                registering.add_unit(session, unit, name=f"Phòng {number}", parent="A", at=NOON)
            registering.add_employee(session, code, name=f"Nguyễn Văn {number}", at=NOON)
            registering.assign(
                session, code, f"B{number - number % 3}", from_on=date(2026, 1, 1), schedule="HC", at=NOON
            )
            papers_decided.explain(
                session, code, TODAY, part="am", covers="late", reason="x", submitted_at=NOON, at=NOON
            )
            handing_in.leave(session, Handed(CONSOLE, NOON), code, TODAY, TODAY + timedelta(days=1))
            person = office.get(session, office.EmployeeRow, code).id
            assert person is not None
            requests.hand_in(
                session, person, "access", way="letter", text="", received_at=NOON, zone="Asia/Ho_Chi_Minh",
                actor=CONSOLE, at=NOON,
            )  # fmt: skip
    for number in range(first, last):
        site.accounts.create_user(f"nv{number}", PASSWORD, "official", employee=f"NV{number:03}")


@contextmanager
def counted() -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def bearer(person: Person, name: str) -> dict[str, str]:
    answer = person.client.post("/api/v1/auth/token", data={"username": name, "password": PASSWORD})
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def statements(people: dict[str, Person]) -> dict[str, int]:
    found, bearers = {}, {name: bearer(person, name) for name, person in people.items()}
    pages = [("lan", path) for path in HR]
    pages += [("lan", f"/api/v1{path}?limit=100") for path in API]
    pages += [("kiem", "/trail"), ("kiem", "/api/v1/audit?limit=100"), ("minh", "/users"), ("minh", "/units")]
    for name, path in pages:
        with counted() as asked:
            answer = people[name].client.get(path, headers=bearers[name] if path.startswith("/api/") else {})
        assert answer.status_code == 200, (path, answer.text[:200])
        found[f"{name} {path}"] = len(asked)
    return found


def test_statements_of_a_page_do_not_grow_with_the_office(site: Site) -> None:
    people = {name: site.signed_in(name) for name in ("lan", "kiem", "minh")}
    grow(site, 0, 6)
    statements(people)  # what is remembered is remembered now
    few = statements(people)
    grow(site, 6, 36)
    statements(people)
    many = statements(people)
    grown = {path: (few[path], many[path]) for path in few if many[path] > few[path] + 2}
    assert grown == {}
