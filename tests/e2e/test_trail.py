"""Who did and who read what, as auditors ask for it, and as each person sees it of themselves."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.http.auth import SESSION_COOKIE
from api.pages.routes import show_error, static_files
from api.serving import PAGES as PAGE_ROUTERS
from attendance.store import trail
from attendance.store.trail_chain import Sealer
from attendance.store.trail_checking import check_trail
from tests.e2e.conftest import PASSWORD, Office

API = "/api/v1"
SPAN = {"from": "2026-11-01", "to": "2026-11-30"}
PEOPLE = {"E1": "Nguyễn Thị Thu Hà", "E2": "Trần Văn Nam", "E3": "Lê Hoàng Yến", "E4": "Phạm Minh"}


def entries(office: Office, **filters: Any) -> list[dict[str, Any]]:
    """What the auditor is shown, without the marks of their own reading."""
    found = office.get("auditor", "/audit", limit=500, **filters)["items"]
    return [entry for entry in found if entry["kind"] != "trail"]


def looks(office: Office, **filters: Any) -> list[dict[str, Any]]:
    return entries(office, act="looked", **filters)


def test_an_act_is_written_down_with_who_what_why_before_and_after(office: Office) -> None:
    body = {"code": "C", "name": "UBND xã Phú Lương", "parent": "H", "schedule": "CA"}
    assert office.client("hr").post(f"{API}/units", json=body).status_code == 201
    [entry] = entries(office, act="unit.added")
    assert entry["actor"] == "hr"
    assert (entry["role"], entry["via"], entry["address"]) == ("hr", "api", "10.20.30.40")
    assert (entry["kind"], entry["key"], entry["after"], entry["before"]) == ("unit", "C", body, None)


def test_what_is_refused_is_not_written_down_as_done(office: Office) -> None:
    body = {"code": "A", "name": "Hai lần", "parent": "H"}
    assert office.client("hr").post(f"{API}/units", json=body).status_code == 409
    assert entries(office, act="unit.added") == []


@pytest.mark.parametrize("reads", [100, pytest.param(1000, marks=pytest.mark.long)])
def test_every_reading_by_staff_is_accounted_for(office: Office, reads: int) -> None:
    """HR and an inspector read so often, side by side: as many entries, and the people see them."""
    clients = [office.client(user) for user in ("hr", "inspector")]

    def read(client: TestClient) -> None:
        for _ in range(reads // 4):
            assert client.get(f"{API}/verdicts", params={"employee": "E2", "limit": 1, **SPAN}).status_code == 200

    threads = [threading.Thread(target=read, args=(client,)) for client in clients for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with office.database.reading() as session:
        counted = session.execute(text("SELECT actor, count(*) FROM trail WHERE act = 'looked' GROUP BY 1 ORDER BY 1"))
        assert [tuple(row) for row in counted] == [("hr", reads // 2), ("inspector", reads // 2)]
        assert check_trail(session, [Sealer(office.settings.secret())]).holds
    mine = office.get("e2", "/me/looks", limit=500)
    assert mine["total"] == reads
    assert {row["actor"] for row in mine["items"]} == {"hr", "inspector"}
    assert {row["role"] for row in mine["items"]} == {"hr", "inspector"}
    assert office.get("e1", "/me/looks")["total"] == 0


READING = {
    "/employees": {},
    "/assignments": {},
    "/enrolments": {},
    "/punches": SPAN,
    "/verdicts": SPAN,
    "/violations": SPAN,
    "/terminals/T-A/users": {},
}
PAGES = ("/today?day=2026-11-20", "/violations?from=1/11/2026", "/days/E2/2026-11-10")


@pytest.mark.parametrize("path", READING)
def test_everybody_an_answer_names_is_written_down(office: Office, path: str) -> None:
    answer = office.client("hr").get(f"{API}{path}", params=READING[path])
    assert answer.status_code == 200
    named = {code for code, name in PEOPLE.items() if f'"{code}"' in answer.text or name in answer.text}
    assert named
    [look] = looks(office, actor="hr")
    assert set(look["employees"]) == named


@pytest.mark.parametrize("path", PAGES)
def test_everybody_a_page_names_is_written_down(with_pages: Office, path: str) -> None:
    page = signed_in(with_pages, "hr").get(path)
    assert page.status_code == 200
    named = {code for code, name in PEOPLE.items() if name in page.text}
    assert named
    [look] = looks(with_pages, actor="hr")
    assert set(look["employees"]) == named
    assert look["via"] == "page"


def test_the_single_violation_is_a_look_at_its_person(office: Office) -> None:
    found = office.get("hr", "/violations", employee="E2", **SPAN)["items"][0]
    office.get("inspector", f"/violations/{found['id']}")
    [look] = looks(office, actor="inspector")
    assert (look["kind"], look["employees"]) == ("violation", ["E2"])


def test_who_looks_at_themselves_leaves_no_look(office: Office) -> None:
    office.get("e2", "/verdicts", **SPAN)
    assert looks(office) == []
    assert office.get("e2", "/me/looks")["total"] == 0


def test_a_page_that_asks_again_by_itself_is_one_look_an_hour(with_pages: Office) -> None:
    hr, inspector = signed_in(with_pages, "hr"), signed_in(with_pages, "inspector")
    for _ in range(5):
        assert hr.get("/today/live").status_code == 200
    inspector.get("/today/live")
    assert len(looks(with_pages, actor="hr")) == 1
    assert len(looks(with_pages, actor="inspector")) == 1
    hr.get("/today")  # opened by a person
    assert len(looks(with_pages, actor="hr")) == 2
    for _ in range(3):  # the session must not run out meanwhile
        with_pages.clock.pass_by(minutes=21)
        hr.get("/today/live")
    assert len(looks(with_pages, actor="hr")) == 3


def test_the_person_sees_when_who_in_which_role_and_what_and_nothing_of_others(with_pages: Office) -> None:
    with_pages.get("hr", "/punches", **SPAN)
    signed_in(with_pages, "inspector").get("/days/E1/2026-11-10")
    mine = with_pages.get("e2", "/me/looks")["items"]
    assert [(row["actor"], row["role"], row["view"], row["via"]) for row in mine] == [("hr", "hr", "punches", "api")]
    assert set(mine[0]) == {"seq", "at", "actor", "role", "via", "view", "record", "lost"}
    page = signed_in(with_pages, "e2").get("/looks").text
    assert "Ai đã xem hồ sơ của tôi" in page
    assert "Lượt chấm gốc" in page
    assert "inspector" not in page
    assert "E1" not in page


def test_only_auditors_read_the_trail(office: Office) -> None:
    for user in ("hr", "root", "leader.b", "e1", "inspector", "head.a1"):
        assert office.client(user).get(f"{API}/audit").status_code == 403
    assert office.client().get(f"{API}/audit").status_code == 401


def test_reading_the_trail_is_a_look_as_well(office: Office) -> None:
    office.get("hr", "/verdicts", employee="E2", **SPAN)
    office.get("auditor", "/audit")
    assert [row["view"] for row in office.get("e2", "/me/looks")["items"]] == ["trail", "verdicts"]


def test_the_trail_is_filtered_counted_and_paged(office: Office) -> None:
    for path in ("/verdicts", "/punches", "/violations"):
        office.get("hr", path, employee="E2", **SPAN)
    office.clock.pass_by(days=1)
    office.tokens.clear()
    office.get("hr", "/verdicts", employee="E1", **SPAN)
    assert office.get("auditor", "/audit", kind="verdicts")["total"] == 2
    assert office.get("auditor", "/audit", act="looked", employee="E2", kind="punches")["total"] == 1
    assert office.get("auditor", "/audit", act="looked", actor="hr", to="2026-11-24")["total"] == 3
    assert office.get("auditor", "/audit", act="looked", actor="hr", **{"from": "2026-11-25"})["total"] == 1
    first = office.get("auditor", "/audit", act="looked", actor="hr", limit=3)
    assert (first["total"], len(first["items"])) == (4, 3)
    rest = office.get("auditor", "/audit", act="looked", actor="hr", limit=3, cursor=first["next"])
    numbers = [entry["seq"] for entry in first["items"] + rest["items"]]
    assert len(numbers) == 4
    assert numbers == sorted(numbers, reverse=True)
    assert rest["next"] is None
    assert office.client("auditor").get(f"{API}/audit", params={"cursor": "xyz"}).status_code == 422


def test_the_page_of_the_trail_shows_differences_and_how_the_chain_stands(with_pages: Office) -> None:
    with with_pages.database.writing() as session:
        trail.record(
            session,
            trail.Actor("hr", 1, "api", "10.0.0.9", "hr"),
            "employee.renamed",
            kind="employee",
            key="E2",
            employees=[2],
            why="Đính chính",
            before={"name": "Trần Nam", "unit": "A1"},
            after={"name": "Trần Văn Nam", "unit": "A1"},
            at=with_pages.clock.at,
        )
    page = signed_in(with_pages, "auditor").get("/trail?act=employee.renamed")
    assert page.status_code == 200
    assert "<del>Trần Nam</del>" in page.text
    assert "<ins>Trần Văn Nam</ins>" in page.text
    assert "A1</" not in page.text
    assert "Đính chính" in page.text
    assert "Chưa được kiểm tra lần nào" in page.text
    assert signed_in(with_pages, "hr").get("/trail").status_code == 403


def test_reading_goes_on_while_looks_cannot_be_written(office: Office) -> None:
    """The disk is full: answers come, looks wait in memory, and are written when there is room again."""
    office.get("hr", "/verdicts", employee="E1", limit=1, **SPAN)
    for user in ("inspector", "e2"):
        office.client(user)  # signing in is an act: it would not be taken while it cannot be written down
    with office.database.writing() as session:
        session.execute(text("CREATE TRIGGER full BEFORE INSERT ON trail BEGIN SELECT RAISE(ABORT, 'full'); END"))
    for _ in range(3):
        office.get("inspector", "/verdicts", employee="E2", limit=1, **SPAN)
    assert office.database.looks.waiting == 3
    assert office.client("hr").post(f"{API}/units", json={"code": "C", "parent": "H"}).status_code == 503
    assert office.get("e2", "/verdicts", limit=1, **SPAN)["total"] > 0
    with office.database.writing() as session:
        session.execute(text("DROP TRIGGER full"))
    office.database.looks.retry(now=True)
    assert office.database.looks.waiting == 0
    assert len(looks(office, actor="inspector")) == 3
    assert entries(office, act="unit.added") == []


@pytest.fixture
def with_pages(make_office: Callable[..., Office]) -> Office:
    office = make_office(extra_routers=PAGE_ROUTERS, page_error=show_error)
    office.app.mount(*static_files())
    return office


def signed_in(office: Office, user: str) -> TestClient:
    """A browser's client with a session of its own."""
    client = TestClient(office.app, "http://test", client=("10.20.30.41", 50000), follow_redirects=False)
    client.cookies.set(SESSION_COOKIE, office.accounts.sign_in(user, PASSWORD, "10.20.30.41", "session").secret)
    return client


def test_an_auditor_of_a_part_sees_only_what_is_about_its_people(office: Office) -> None:
    office.accounts.create_user("auditor.a", PASSWORD, "auditor", "A")
    office.get("hr", "/verdicts", employee="E2", **SPAN)
    office.get("hr", "/verdicts", employee="E3", **SPAN)
    office.get("hr", "/verdicts", **SPAN)
    found = office.get("auditor.a", "/audit", act="looked", actor="hr")
    assert [entry["employees"] for entry in found["items"]] == [["E2"]]
    assert found["total"] == 1
    assert office.client("auditor.a").get(f"{API}/audit", params={"employee": "E3"}).status_code == 404
