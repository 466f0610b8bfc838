"""Giving and taking back: who may give what to whom, through the service, the API, the commands and the pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import text
from typer.testing import CliRunner

from api.cli.main import app
from attendance.errors import AttendanceError, Invalid, NotFound
from attendance.services import access, granting, units
from attendance.services.accounts import Accounts
from attendance.services.granting import GrantInvalid, GrantRefused, Wanted
from attendance.store import office as store_office
from attendance.store import registering, schema
from attendance.store.database import Database, sqlite_url
from attendance.store.trail import CONSOLE, Actor
from attendance.store.within import Within
from tests.access.asking import Built, Service, serve
from tests.access.calls import Call
from tests.access.marks import NOW, mark
from tests.access.office import reader

PASSWORD = "một câu rất dài"
DAY = timedelta(days=1)


@pytest.fixture
def database(sqlite_database: Database) -> Iterator[Database]:
    made = sqlite_database
    with made.writing() as session:
        for code, parent in (("H", None), ("A", "H"), ("A1", "A"), ("B", "H")):
            registering.add_unit(session, code, parent=parent, at=NOW)
        for code, unit in (("E1", "A"), ("E2", "B")):
            registering.add_employee(session, code, at=NOW)
            registering.assign(session, code, unit, from_on=NOW.date(), at=NOW)
    yield made
    made.close()


@pytest.fixture
def accounts(database: Database) -> Accounts:
    made = Accounts(database, now=lambda: NOW, hasher=Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))
    made.create_user("root", PASSWORD, "administrator")
    made.create_user("lan", PASSWORD, employee="E1")
    return made


def give(database: Database, name: str, *wanted: Any, by: Actor = CONSOLE, at: datetime = NOW, **more: Any) -> Any:
    with database.writing() as session:
        return granting.give(session, name, Wanted(*wanted, **more), by=by, at=at)


def signed_in(accounts: Accounts, name: str) -> Any:
    return accounts.verify_password(name, PASSWORD)


@pytest.mark.parametrize(
    ("name", "wanted", "why"),
    [
        ("lan", Wanted("king"), "role"),
        ("lan", Wanted("official", "A"), "official_unit"),
        ("root", Wanted("official"), "no_person"),
        ("lan", Wanted("hr", "A", ends_at=NOW), "ends_early"),
        ("lan", Wanted("hr", "A", NOW + 2 * DAY, NOW + DAY), "ends_early"),
        ("lan", Wanted("inspector", "A"), "visit"),
        ("lan", Wanted("inspector", "A", ends_at=NOW + DAY), "visit"),
        ("lan", Wanted("inspector", "A", visit="Đợt 4"), "visit"),
        ("lan", Wanted("inspector", "A", ends_at=NOW + 367 * DAY, visit="Đợt 4"), "visit_long"),
        ("lan", Wanted("hr", "A", document="hai\ndòng"), "text"),
        ("lan", Wanted("hr", "A", document="x" * 201), "text"),
    ],
)
def test_what_cannot_be_granted_is_refused_with_its_reason(
    database: Database, accounts: Accounts, name: str, wanted: Wanted, why: str
) -> None:
    with pytest.raises(GrantInvalid) as refused, database.writing() as session:
        granting.give(session, name, wanted, by=CONSOLE, at=NOW)
    assert (refused.value.why, refused.value.why in granting.REASONS) == (why, True)
    assert [grant.role for grant in signed_in(accounts, "lan").grants] == []


def test_nobody_gives_anything_to_themselves(database: Database, accounts: Accounts) -> None:
    root = Actor("root", signed_in(accounts, "root").user_id, "api")
    with pytest.raises(GrantRefused) as refused:
        give(database, "root", "hr", "A", by=root)
    assert refused.value.why == "own"
    accounts.create_user("root.2", PASSWORD, "administrator", employee="E1")
    second = Actor("root.2", signed_in(accounts, "root.2").user_id, "api")
    with pytest.raises(GrantRefused):  # another account of the same person
        give(database, "lan", "hr", "A", by=second)
    assert give(database, "lan", "hr", "A", by=root).granted_by == "root"


@pytest.mark.parametrize("apart", ["administrator", "auditor"])
def test_who_runs_the_system_or_reads_its_trail_has_no_other_role_then(
    database: Database, accounts: Accounts, apart: str
) -> None:
    give(database, "lan", "official")
    give(database, "lan", "hr", "A", ends_at=NOW + DAY)
    with pytest.raises(GrantRefused) as refused:
        give(database, "lan", apart)
    assert refused.value.why == "mixture"
    later = give(database, "lan", apart, starts_at=NOW + DAY)
    assert later.state(NOW) == "later"
    with pytest.raises(GrantRefused):
        give(database, "lan", "leader", "A")
    with database.writing() as session:
        granting.take_back(session, later.id, by=CONSOLE, at=NOW)
    assert give(database, "lan", "leader", "A").state(NOW) == "holds"


def test_a_grant_holds_from_its_start_to_its_end_and_never_before_it_was_given(
    database: Database, accounts: Accounts
) -> None:
    given = give(database, "lan", "inspector", "A", NOW - 9 * DAY, NOW + DAY, visit="Đợt 4")
    assert given.starts_at == NOW
    moments = (NOW - timedelta(seconds=1), NOW, NOW + DAY - timedelta(seconds=1), NOW + DAY)
    assert [given.holds(at) for at in moments] == [False, True, True, False]
    assert [given.state(at) for at in moments] == ["later", "holds", "holds", "ended"]


def test_a_grant_is_revoked_once(database: Database, accounts: Accounts) -> None:
    given = give(database, "lan", "hr", "A")
    with database.writing() as session:
        taken = granting.take_back(session, given.id, by=Actor("root"), at=NOW + DAY)
    assert (taken.revoked_at, taken.revoked_by) == (NOW + DAY, "root")
    with pytest.raises(Invalid), database.writing() as session:
        granting.take_back(session, given.id, by=CONSOLE, at=NOW + 2 * DAY)
    with pytest.raises(NotFound), database.writing() as session:
        granting.take_back(session, 999, by=CONSOLE, at=NOW)


def test_each_permission_has_the_union_of_the_grants_that_allow_it(database: Database, accounts: Accounts) -> None:
    """HR of A, leader of B, official: rows of both, reasons of A and of oneself, people to write in A alone."""
    give(database, "lan", "hr", "A")
    give(database, "lan", "leader", "B")
    give(database, "lan", "official")
    me = signed_in(accounts, "lan")
    with database.reading() as session:
        ids = {row.code: store_office.key(row) for row in store_office.units(session)}
        of = {each: access.within(session, each, me.grants, me.employee_id, NOW.date()) for each in access.ALLOWED}
    a, b, own = frozenset({ids["A"], ids["A1"]}), frozenset({ids["B"]}), me.employee_id
    served = frozenset({ids["A"]})
    assert of["attendance.read"] == Within(a | b, own, served)
    assert of["reasons.read"] == Within(a, own, served)
    assert of["people.write"] == Within(a)
    assert of["papers.approve"] == Within(a | b)
    assert of["users.manage"] is None
    assert of["trail.read"] is None


def test_a_unit_that_moves_takes_its_readers_along(database: Database, accounts: Accounts) -> None:
    give(database, "lan", "leader", "A")
    me = signed_in(accounts, "lan")

    def seen() -> int:
        with database.reading() as session:
            found = access.within(session, "attendance.read", me.grants, None, NOW.date())
        return len(found.units or ()) if found else 0

    before = seen()
    with database.writing() as session:
        units.move(session, "B", "A", on=NOW.date(), document="QĐ 12", actor=CONSOLE, at=NOW)
    assert (before, seen()) == (2, 3)


# the API -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, built: Built) -> Iterator[Service]:
    made = serve(tmp_path_factory.mktemp("grants"), built)
    made.sign_in([reader("administrator"), "all-administrator", f"a-{mark('OWN')}"])
    made.undoes = False
    yield made
    made.database.close()


@pytest.fixture
def office(service: Service) -> Iterator[Service]:
    yield service
    service.undo()


def ask(office: Service, user: str, method: str, path: str, body: Any = None) -> Any:
    answer = office.ask(user, method, f"/api/v1{path}", Call(body=body))
    return answer.status, json.loads(answer.body)


def test_an_account_from_its_beginning_to_its_end(office: Service) -> None:
    root = "all-administrator"
    grant = {"role": "inspector", "unit": f"U-{mark('OWN')}", "ends_at": "2026-12-06T00:00:00+07:00", "visit": "Đợt 4"}
    status, made = ask(office, root, "POST", "/users", {"name": "binh", "password": PASSWORD, "grant": grant})
    assert status == 201
    assert [(one["role"], one["state"], one["granted_by"]) for one in made["grants"]] == [("inspector", "holds", root)]
    office.secrets["binh", "bearer"] = office.accounts.sign_in("binh", PASSWORD, "10.0.0.1", "bearer").secret
    assert ask(office, "binh", "GET", "/employees")[1]["total"] == 2
    assert ask(office, root, "POST", f"/grants/{made['grants'][0]['id']}/revoke")[1]["state"] == "revoked"
    assert ask(office, "binh", "GET", "/employees")[0] == 403
    assert ask(office, root, "POST", "/users/binh/grants", {"role": "leader"})[0] == 201
    assert ask(office, "binh", "GET", "/employees")[1]["total"] == 4
    assert ask(office, root, "POST", "/users/binh/disable")[1]["disabled"] is True
    assert ask(office, "binh", "GET", "/employees")[0] == 401
    listed = ask(office, root, "GET", "/users/binh/grants")[1]
    assert [(one["role"], one["state"]) for one in listed["items"]] == [("inspector", "revoked"), ("leader", "holds")]
    assert ask(office, root, "POST", "/users/binh/enable")[1]["disabled"] is False


@pytest.mark.parametrize(
    ("user", "path", "body", "status", "code"),
    [
        ("all-administrator", "/users/all-administrator/grants", {"role": "hr"}, 403, "grant_refused"),
        ("all-administrator", "/users/all-administrator/disable", None, 403, "forbidden"),
        ("all-administrator", "/users/all-auditor/grants", {"role": "hr"}, 403, "grant_refused"),
        ("all-administrator", "/users/all-hr/grants", {"role": "inspector"}, 422, "invalid"),
        ("all-administrator", "/users", {"name": "all-hr", "password": PASSWORD}, 409, "already_exists"),
        ("all-administrator", "/users", {"name": "x", "password": "kurz"}, 422, "password_refused"),
        (reader("administrator"), "/users", {"name": "x", "password": PASSWORD}, 403, "forbidden"),
        (reader("administrator"), f"/users/a-{mark('OWN')}/grants", {"role": "leader"}, 403, "forbidden"),
        (reader("administrator"), "/users/all-hr/grants", {"role": "leader"}, 404, "not_found"),
        (reader("administrator"), "/users/all-hr/disable", None, 404, "not_found"),
        (f"a-{mark('OWN')}", "/users", {"name": "x", "password": PASSWORD}, 403, "forbidden"),
    ],
)
def test_what_an_administrator_may_not_do(
    office: Service, user: str, path: str, body: Any, status: int, code: str
) -> None:
    found = ask(office, user, "POST", path, body)
    assert (found[0], found[1]["code"]) == (status, code)


def test_an_administrator_reads_no_attendance(office: Service) -> None:
    for path in ("/punches", "/verdicts", "/violations", f"/terminals/T-{mark('OWN')}/differences"):
        assert ask(office, "all-administrator", "GET", path)[0] == 403
    for path in ("/today", "/violations", f"/days/P-{mark('OWN')}/2026-11-17"):
        assert office.ask("all-administrator", "GET", path, Call()).status == 403


def test_the_page_of_accounts_gives_takes_back_and_closes(office: Service) -> None:
    root, there = "all-administrator", f"/users/a-{mark('OWN')}"
    assert office.ask(root, "GET", "/", Call()).headers["location"] == "/users"
    given = {"role": "leader", "unit": f"U-{mark('SIS')}", "from": "", "to": "24/12/2026", "document": "QĐ 7"}
    assert office.ask(root, "POST", f"{there}/grants", Call(form=given)).status == 303
    with office.database.reading() as session:
        found = granting.account(session, f"a-{mark('OWN')}", NOW)
    newest = found.grants[-1].grant
    assert (newest.role, newest.ends_at) == ("leader", datetime(2026, 12, 24, 17, tzinfo=UTC))
    assert "QĐ 7" in office.ask(root, "GET", there, Call()).body
    wrong = office.ask(root, "POST", f"{there}/grants", Call(form={"role": "inspector", "document": "QĐ 8"}))
    assert (wrong.status, "cần ngày kết thúc" in wrong.body, "QĐ 8" in wrong.body) == (422, True, True)
    assert office.ask(root, "POST", f"{there}/grants/{newest.id}/revoke", Call(form={})).status == 303
    assert "Đã thu hồi" in office.ask(root, "GET", there, Call()).body
    assert office.ask(root, "POST", f"{there}/disable", Call(form={})).status == 303
    assert office.ask(f"a-{mark('OWN')}", "GET", "/api/v1/units", Call()).status == 401
    forged = office.client.post(f"{there}/enable", data={"csrf_token": "x"}, cookies=None)
    assert forged.status_code in (303, 403)


# before there were grants ------------------------------------------------------------------------------------------


def test_what_accounts_could_do_becomes_grants(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "old.db"))
    schema.upgrade(database, "0009")
    with database.writing() as session:
        for statement in (
            "INSERT INTO unit (id, code, name, recorded_at) VALUES (1, 'A', '', '2026-01-01 00:00:00')",
            "INSERT INTO app_user (id, name, password_hash, role, unit_id, disabled, recorded_at) VALUES "
            "(1, 'root', 'x', 'administrator', NULL, 0, '2026-01-01 00:00:00'), "
            "(2, 'thanhtra', 'x', 'inspector', 1, 1, '2026-01-01 00:00:00')",
            "INSERT INTO sign_in (digest, user_id, kind, created_at, seen_at, expires_at) VALUES "
            "('d', 1, 'bearer', '2026-01-01 00:00:00', '2026-01-01 00:00:00', '2026-01-01 00:00:00')",
        ):
            session.execute(text(statement))
    schema.upgrade(database)
    with database.reading() as session:
        found = granting.listed(session, datetime.now(UTC))
    assert [(one.name, one.disabled) for one in found] == [("root", False), ("thanhtra", True)]
    root, inspector = (one.grants[0].grant for one in found)
    assert (root.role, root.unit, root.ends_at) == ("administrator", None, None)
    assert (inspector.role, inspector.unit) == ("inspector", "A")
    assert inspector.ends_at is not None
    assert inspector.ends_at - inspector.starts_at == timedelta(days=30)
    database.close()


# the commands ------------------------------------------------------------------------------------------------------


def test_the_commands_do_the_same(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD, encoding="utf-8")
    secret = ("--password-file", str(tmp_path / "password"))

    def run(*words: str) -> tuple[int, str]:
        """As the console script answers: an error of the core is a sentence and exit 2."""
        done = CliRunner().invoke(app, words, env={"ATTENDANCE_DATA_DIR": str(tmp_path / "data")})
        if isinstance(done.exception, AttendanceError):
            return 2, str(done.exception)
        return done.exit_code, done.output

    assert run("init", "--admin", "root", *secret)[0] == 0
    assert run("users", "add", "lan", "--role", "hr", "--unit", "A", *secret)[0] == 0
    code, said = run("users", "grant", "lan", "--role", "inspector", "--unit", "A")
    assert (code, "needs an end" in said) == (2, True)
    code, said = run("users", "grant", "lan", "--role", "leader", "--to", "2099-12-31", "--document", "QĐ 1")
    assert (code, "until 2100-01-01 00:00" in said) == (0, True)
    listed = json.loads(run("users", "list", "--json")[1])["users"]
    assert [(one["name"], [grant["role"] for grant in one["grants"]]) for one in listed] == [
        ("lan", ["hr", "leader"]),
        ("root", ["administrator"]),
    ]
    number = str(listed[0]["grants"][0]["id"])
    assert [run("users", "revoke", number)[0] for _ in range(2)] == [0, 2]
    assert run("users", "disable", "lan")[0] == 0
    said = run("users", "list")[1]
    assert ("disabled" in said, "revoked" in said, "QĐ 1" in said) == (True, True, True)
    assert run("users", "enable", "lan")[0] == 0
    assert run("users", "add", "nam", "--unit", "A", *secret)[0] == 2
