"""Every address that writes leaves an entry; one that is added without fails here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from api.http.openapi import declared
from api.importing import import_export
from attendance.store import push_devices
from attendance.store.alarms import TerminalAlarms
from tests.e2e.conftest import NOW, ZONE, Office

API = "/api/v1"

LEAVE_NONE = {
    "signIn": "opens a sign-in and changes nothing of the office; accounts keep it",
    "signOut": "ends the caller's own sign-in",
    "takeSegments": "evidence from a site: its segments are a chain of their own, with who sent them",
}
"""Writes that leave no entry in the trail, each with its reason."""

SIGNING = frozenset({"/sign-in", "/sign-out"})


def _unit(office: Office) -> Any:
    return office.client("hr").post(f"{API}/units", json={"code": "C", "parent": "H"})


def _employee(office: Office) -> Any:
    return office.client("hr").post(f"{API}/employees", json={"code": "E9", "name": "Đỗ Thị Mai", "unit": "A"})


def _assignment(office: Office) -> Any:
    given = {"employee": "E4", "unit": "A", "from": "2026-12-01"}
    return office.client("hr").post(f"{API}/assignments", json=given)


def _enrolment(office: Office) -> Any:
    return office.client("hr").post(f"{API}/enrolments", json={"terminal": "T-A", "pin": "77", "employee": "E4"})


def _terminal(office: Office) -> Any:
    return office.client("root").post(f"{API}/terminals", json={"code": "T-C", "unit": "A"})


def _pull(office: Office) -> Any:
    return office.client("hr").post(f"{API}/terminals/T-A/pull")


def _pull_unit(office: Office) -> Any:
    return office.client("hr").post(f"{API}/units/A/pull")


def _import(office: Office) -> Any:
    files = {"file": ("1_attlog.dat", b"        2\t2026-11-23 07:25:01\t1\t0\t1\t0\n")}
    return office.client("hr").post(f"{API}/imports/punches", data={"terminal": "T-C", "create": "true"}, files=files)


def _alarm(office: Office) -> Any:
    with office.database.writing() as session:
        terminal, pull = session.execute(text("SELECT terminal_id, id FROM pull ORDER BY id LIMIT 1")).one()
        TerminalAlarms(session, terminal, pull, NOW).open("restarted")
    code = "T-A" if terminal == 1 else "T-B"
    return office.client("root").post(f"{API}/terminals/{code}/alarms/1/acknowledge")


def _knock(office: Office) -> None:
    with office.database.writing() as session:
        push_devices.knock(session, "CQZ7", address="10.1.2.3", at=NOW)


def _approve(office: Office) -> Any:
    _knock(office)
    return office.client("root").post(f"{API}/terminals/pushing/CQZ7/approve", json={"terminal": "T-A"})


def _refuse(office: Office) -> Any:
    _knock(office)
    return office.client("root").post(f"{API}/terminals/pushing/CQZ7/refuse")


def _user(office: Office) -> Any:
    given = {"name": "moi.nguoi", "password": "một câu dài làm mật khẩu"}
    return office.client("root").post(f"{API}/users", json=given)


def _grant(office: Office) -> Any:
    given = {"role": "leader", "unit": "A", "document": "QĐ 5"}
    return office.client("root").post(f"{API}/users/hr.a/grants", json=given)


WRITES: dict[str, tuple[Callable[[Office], Any], str]] = {
    "addUnit": (_unit, "unit.added"),
    "addEmployee": (_employee, "employee.added"),
    "addAssignment": (_assignment, "assignment.added"),
    "addEnrolment": (_enrolment, "enrolment.added"),
    "addTerminal": (_terminal, "terminal.added"),
    "pullTerminal": (_pull, "pull.asked"),
    "pullUnit": (_pull_unit, "pull.asked"),
    "importPunches": (_import, "punches.imported"),
    "acknowledgeAlarm": (_alarm, "alarm.acknowledged"),
    "approvePushing": (_approve, "pushing.approved"),
    "refusePushing": (_refuse, "pushing.refused"),
    "addUser": (_user, "user.added"),
    "disableUser": (lambda office: office.client("root").post(f"{API}/users/hr.a/disable"), "user.disabled"),
    "enableUser": (lambda office: office.client("root").post(f"{API}/users/hr.a/enable"), "user.enabled"),
    "addGrant": (_grant, "grant.given"),
    "revokeGrant": (lambda office: office.client("root").post(f"{API}/grants/7/revoke"), "grant.revoked"),
}
"""By operation: a call that succeeds, and the act it leaves. Whoever adds an address that writes adds it here."""


@pytest.fixture
def with_all(make_office: Callable[..., Office]) -> Office:
    def bring(*given: Any) -> dict[str, Any]:
        terminal, name, data, create, dates, actor = given
        return import_export(
            office.database, terminal, name, data, zone=ZONE, at=NOW, create=create, dates=dates, actor=actor
        )

    office = make_office(importer=bring, puller=lambda codes, full: [{"terminal": code} for code in codes])
    return office


def test_every_address_that_writes_is_listed(shared_office: Office) -> None:
    writing = {
        address.operation
        for address in declared(shared_office.app)
        if address.methods & {"POST", "PUT", "PATCH", "DELETE"} and address.path.startswith(API)
    }
    listed = WRITES.keys() | LEAVE_NONE.keys()
    assert writing - listed == set(), "say how to call it in WRITES, or in LEAVE_NONE why it leaves no entry"
    assert listed - writing == set()


@pytest.mark.parametrize("operation", WRITES)
def test_an_address_that_writes_leaves_an_entry(with_all: Office, operation: str) -> None:
    call, act = WRITES[operation]
    before = _entries(with_all)
    answer = call(with_all)
    assert answer.status_code < 300, answer.text
    new = _entries(with_all)[len(before) :]
    assert act in [entry[0] for entry in new]
    [(_, actor, via)] = [entry for entry in new if entry[0] == act][:1]
    assert via == "api"
    assert actor in ("hr", "root")


@pytest.mark.parametrize("operation", [name for name in WRITES if name != "importPunches"])
def test_it_writes_nothing_where_the_trail_takes_no_entry(with_all: Office, operation: str) -> None:
    """Every one of them is refused, and no table but bookkeeping has another row."""
    call, _ = WRITES[operation]
    with_all.client("root"), with_all.client("hr")  # signed in before
    with with_all.database.writing() as session:
        session.execute(text("CREATE TRIGGER full BEFORE INSERT ON trail BEGIN SELECT RAISE(ABORT, 'full'); END"))
    if operation in ("approvePushing", "refusePushing"):
        _knock(with_all)
    before = _amounts(with_all)
    answer = call(with_all)
    assert answer.status_code == 503, answer.text
    made = {"push_device", "terminal_alarm"}  # by the test itself
    assert {name for name, amount in _amounts(with_all).items() if amount != before[name]} <= made


def _entries(office: Office) -> list[tuple[str, str, str]]:
    with office.database.reading() as session:
        return [tuple(row) for row in session.execute(text("SELECT act, actor, via FROM trail ORDER BY seq"))]


def _amounts(office: Office) -> dict[str, int]:
    with office.database.reading() as session:
        names = session.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        return {
            name: session.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()
            for name in names
            if name != "sign_in"
        }
