"""A visit over real HTTP: begun with the terminal read on the spot, noted from two phones, ended; and who meets it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient

from attendance.services.visiting import teams
from attendance.store import destruction
from attendance.store.trail import CONSOLE
from attendance.store.visit_tables import TeamRow
from tests.e2e.site import PASSWORD, Person, token_of
from tests.unit.test_photo_stripping import SECRETS, jpeg
from tests.visit_office import (
    LAST_MINUTE,
    MEMBERS,
    NOWHERE,
    ON_LEAVE,
    ON_MISSION,
    PEOPLE,
    PUNCHED,
    VisitOffice,
    open_visit_office,
)

API = "/api/v1/inspections"
_PROGRAMS: dict[tuple[str, str], TestClient] = {}


@pytest.fixture(scope="module")
def office(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VisitOffice]:
    """One visit for all tests: each notes people of its own, and the last one ends it."""
    with open_visit_office(migrated_sqlite, tmp_path_factory.mktemp("visit")) as found:
        yield found


def program(office: VisitOffice, user: str) -> TestClient:
    """Somebody's program, signed in once."""
    if (office.visit, user) in _PROGRAMS:
        return _PROGRAMS[office.visit, user]
    client = TestClient(office.app, "http://test", client=("10.20.30.40", 50000), follow_redirects=False)
    secret = office.accounts.sign_in(user, PASSWORD, "10.20.30.40", "bearer").secret
    client.headers["Authorization"] = f"Bearer {secret}"
    _PROGRAMS[office.visit, user] = client
    return client


def begun(office: VisitOffice) -> tuple[TestClient, dict[str, Any]]:
    client = program(office, MEMBERS[0])
    answer = client.post(f"{API}/{office.visit}/begin")
    assert answer.status_code == 200, answer.text
    return client, answer.json()


def mark(
    office: VisitOffice, employee: str, found: str, *, id: str = "", note: str = "", at: datetime | None = None
) -> dict[str, str]:
    return {
        "id": id or f"phone-one-{employee}", "employee": employee, "mark": found,
        "noted_at": (at or office.now()).isoformat(), "note": note,
    }  # fmt: skip


def test_the_list_is_frozen_with_the_punch_of_a_minute_before(office: VisitOffice) -> None:
    _, visit = begun(office)
    states = {person["employee"]: person["state"] for person in visit["people"]}
    assert {code for code, state in states.items() if state == "seen"} == set(PUNCHED)
    assert {code for code, state in states.items() if state == "excused"} == {*ON_LEAVE, ON_MISSION}
    assert {code for code, state in states.items() if state == "not_seen"} == set(NOWHERE)
    assert visit["counts"]["total"] == 42
    last = next(person for person in visit["people"] if person["employee"] == LAST_MINUTE)
    assert last["since"] == "2026-11-25T07:44:10+07:00"
    assert visit["working"] is True
    assert "Ô" not in orjson.dumps(visit).decode()  # the paper there is; what for is not the team's
    assert next(person for person in visit["people"] if person["employee"] == ON_MISSION)["document"] == "CV 118/UBND"
    again = program(office, MEMBERS[1]).post(f"{API}/{office.visit}/begin").json()
    assert (again["digest"], again["begun_at"]) == (visit["digest"], visit["begun_at"])


def test_a_dead_terminal_holds_nobody_and_accuses_nobody(migrated_sqlite: Path, tmp_path: Path) -> None:
    with open_visit_office(migrated_sqlite, tmp_path, terminal_is_dead=True) as office:
        _, visit = begun(office)
        states = {person["employee"]: person["state"] for person in visit["people"]}
        assert {states[code] for code in (*NOWHERE, LAST_MINUTE)} == {"unknown"}
        assert visit["counts"]["not_seen"] == 0
        page = person_of(office, MEMBERS[0]).see(f"/inspections/{office.visit}")
        assert "Cổng trụ sở mới đọc được đến 07:43" in page


def test_marks_land_once_and_the_newest_of_two_phones_counts(office: VisitOffice) -> None:
    one, _ = begun(office)
    two = program(office, MEMBERS[1])
    path = f"{API}/{office.visit}/observations"
    first = {"marks": [mark(office, PEOPLE[0], "absent", note="Bàn trống"), mark(office, NOWHERE[0], "at_post")]}
    assert [line["outcome"] for line in one.post(path, json=first).json()["lines"]] == ["taken", "taken"]
    assert [line["outcome"] for line in one.post(path, json=first).json()["lines"]] == ["repeated", "repeated"]
    # the second phone's clock is three hours ahead: its error is taken out by what it says when it sends
    ahead = office.now() + timedelta(hours=3)
    later = {
        "sent_at": ahead.isoformat(),
        "marks": [mark(office, PEOPLE[0], "at_post", id="phone-two-1", at=ahead)],
    }
    early = {
        "sent_at": ahead.isoformat(),
        "marks": [mark(office, NOWHERE[0], "absent", id="phone-two-2", at=ahead - timedelta(hours=1))],
    }
    assert two.post(path, json=later).json()["lines"][0]["outcome"] == "taken"
    assert two.post(path, json=early).json()["lines"][0]["outcome"] == "taken"
    people = {person["employee"]: person for person in one.get(f"{API}/{office.visit}").json()["people"]}
    assert people[PEOPLE[0]]["mark"] == "at_post"
    assert people[NOWHERE[0]]["mark"] == "at_post"  # noted after the other, though sent before it
    assert people[NOWHERE[0]]["contradiction"] == "person_without_punch"
    state = person_of(office, MEMBERS[0]).see(f"/inspections/{office.visit}/state")
    assert orjson.loads(state)["marks"][PEOPLE[0]]["disputed"] == {"mark": "absent", "by": MEMBERS[0]}


def test_a_line_that_cannot_be_says_why_and_the_others_are_taken(office: VisitOffice) -> None:
    one, _ = begun(office)
    lines = [
        mark(office, "CB-99", "absent"), mark(office, PEOPLE[1], "drunk"), mark(office, PEOPLE[2], "absent", id="x"),
        mark(office, PEOPLE[3], "absent"),
    ]  # fmt: skip
    checks = [
        {"id": "check-0001", "item": "name_tag", "answer": "no", "noted_at": office.now().isoformat()},
        {"id": "check-0002", "item": "hours_posted", "answer": "no", "noted_at": office.now().isoformat()},
    ]
    told = one.post(f"{API}/{office.visit}/observations", json={"marks": lines, "checks": checks}).json()["lines"]
    assert [line["outcome"] for line in told] == ["refused", "refused", "refused", "taken", "refused", "taken"]
    assert told[0]["why"] == "'CB-99' is not on the list of this visit."
    assert one.get(f"{API}/{office.visit}").json()["checks"] == [
        {"item": "hours_posted", "employee": "", "answer": "no", "note": ""}
    ]


@pytest.mark.parametrize("user", ["ngoai", "truong", "lan"])
def test_nobody_else_meets_the_visit(office: VisitOffice, user: str) -> None:
    """An inspector of another team as if it were nowhere; who is no inspector may not ask at all."""
    begun(office)
    other = program(office, user)
    expected = 404 if user == "ngoai" else 403
    assert other.get(f"{API}/{office.visit}").status_code == expected
    assert other.post(f"{API}/{office.visit}/begin").status_code == expected
    assert other.post(f"{API}/{office.visit}/observations", json={}).status_code == expected
    assert other.post(f"{API}/{office.visit}/close").status_code == expected
    here = person_of(office, user)
    for path in ("", "/state"):
        assert here.client.get(f"/inspections/{office.visit}{path}").status_code == expected
    assert office.visit not in here.see("/inspections/nowhere")


def test_the_checklist_is_the_teams_own(office: VisitOffice) -> None:
    begun(office)
    person = person_of(office, MEMBERS[0])
    page = f"/inspections/{office.visit}"
    assert person.send(f"{page}/checklist", page, text="Có sổ trực", about="unit").status_code == 303
    assert person.send(f"{page}/checklist/no_alcohol/remove", page).status_code == 303
    seen = person.see(page)
    assert "Có sổ trực" in seen
    assert "rượu" not in seen
    assert person.send(f"{page}/checklist", page, text="Có sổ trực", about="unit").status_code == 422


def test_a_form_of_another_session_is_refused_and_the_way_back_is_told(office: VisitOffice) -> None:
    begun(office)
    person = person_of(office, MEMBERS[0])
    page = f"/inspections/{office.visit}"
    stale = token_of(person.see(page))
    person.client.post("/sign-out", data={"csrf_token": stale})
    assert person.client.get(f"{page}/state").status_code == 303  # to sign in, and what was noted is still on the phone
    person.sign_in(MEMBERS[0])
    batch = orjson.dumps({"marks": [mark(office, PEOPLE[9], "at_post")]}).decode()
    assert person.client.post(f"{page}/marks", data={"csrf_token": stale, "batch": batch}).status_code == 403
    fresh = orjson.loads(person.see(f"{page}/state"))["csrf"]
    told = person.client.post(f"{page}/marks", data={"csrf_token": fresh, "batch": batch}).json()
    assert told["lines"][0]["outcome"] == "taken"
    assert told["marks"][PEOPLE[9]]["mark"] == "at_post"


def test_a_photograph_is_kept_without_its_place_until_its_term(office: VisitOffice) -> None:
    one, _ = begun(office)
    taken = jpeg(*SECRETS)
    given = {"id": "photo-0001", "noted_at": office.now().isoformat(), "employee": PEOPLE[0]}
    path = f"{API}/{office.visit}/photos"
    for outcome in ("taken", "repeated"):
        answer = one.post(path, data=given, files={"photo": ("IMG_1.jpg", taken)})
        assert answer.json()["lines"][0]["outcome"] == outcome
    refused = one.post(path, data=given | {"id": "photo-0002"}, files={"photo": ("a.pdf", b"%PDF-1.7")})
    assert (refused.status_code, refused.json()["code"]) == (422, "photo_refused")
    [photo] = one.get(f"{API}/{office.visit}").json()["photos"]
    shown = person_of(office, MEMBERS[1]).client.get(f"/inspections/{office.visit}/photos/{photo['digest']}")
    assert shown.content == jpeg()
    assert program(office, "ngoai").get(f"{path}/{photo['digest']}").status_code == 404
    today = office.now().date()
    with office.database.writing() as session:
        assert destruction.visit_photos_due(session, today - timedelta(days=365))["photographs"] == 0
        assert destruction.visit_photos_due(session, today + timedelta(days=1))["photographs"] == 1
        assert destruction.destroy_visit_photos(session, today + timedelta(days=1)) == {"photographs": 1}
        assert destruction.destroy_visit_photos(session, today + timedelta(days=1)) == {"photographs": 0}
    assert one.get(f"{path}/{photo['digest']}").status_code == 404
    assert one.get(f"{API}/{office.visit}").json()["photos"] == [photo | {"kept": False}]


def test_the_worker_is_served_for_visits_alone(office: VisitOffice) -> None:
    answer = person_of(office, MEMBERS[0]).client.get("/inspections/worker.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "service-worker-allowed" not in answer.headers


def test_ending_is_no_wall_for_what_comes_late(office: VisitOffice) -> None:
    one, _ = begun(office)
    noted_before = mark(office, PEOPLE[5], "absent")
    assert one.post(f"{API}/{office.visit}/close").json()["state"] == "ended"
    answer = one.post(f"{API}/{office.visit}/observations", json={"marks": [noted_before]}).json()
    assert answer["lines"][0]["outcome"] == "taken"


def person_of(office: VisitOffice, user: str) -> Person:
    client = TestClient(office.app, "http://test", client=("10.20.30.40", 50000), follow_redirects=False)
    found = Person(client)
    assert found.sign_in(user).status_code == 303
    found.see("/account?lang=vi")
    return found


def test_a_team_that_has_ended_meets_its_visit_no_more(office: VisitOffice) -> None:
    """What a phone still holds is kept there, and says so: the page is told `gone`."""
    one, _ = begun(office)
    with office.database.writing() as session:
        teams.end(session, session.get_one(TeamRow, office.team), why="Hết đợt", by=CONSOLE, at=office.now())
    for path in ("", "/observations", "/close"):
        asked = one.get(f"{API}/{office.visit}") if not path else one.post(f"{API}/{office.visit}{path}", json={})
        assert asked.status_code in (403, 404)
