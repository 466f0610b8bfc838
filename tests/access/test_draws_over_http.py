"""A team over HTTP: formed, its plans sent twice under one key, a draw that is told when it is over, and its end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from api.cli.main import app as commands
from attendance.services.visiting import drawing
from tests.access.asking import Answer, Built, Service, serve
from tests.access.calls import Call
from tests.access.marks import mark
from tests.access.office import reader

API = "/api/v1"
PLANNER, LEADER = "all-inspector", "all-leader"


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory, built: Built) -> Iterator[Service]:
    made = serve(tmp_path_factory.mktemp("teams"), built)
    made.sign_in([PLANNER, LEADER, "all-hr", reader("head"), reader("inspector"), "v-zSISz"])
    made.undoes = False
    with made.client:
        yield made
    made.database.close()


@pytest.fixture
def service(once: Service) -> Service:
    """The office as it was before any of these tests."""
    once.undo()
    return once


def ask(service: Service, user: str, method: str, path: str, **call: Any) -> Answer:
    return service.ask(user, method, path if path.startswith("/page") else API + path, Call(**call))


def told(answer: Answer, status: int = 200) -> Any:
    assert answer.status == status, answer.body
    return json.loads(answer.body)


def test_a_draw_is_told_to_everybody_above_once_its_visits_are_over(service: Service, tmp_path: Path) -> None:
    made = told(ask(service, PLANNER, "POST", "/inspections/draws", body={"way": "risk", "count": 2}), 201)
    path = f"/inspections/draws/{made['key']}"
    assert (made["published"], made["seed"], len(made["taken"]), len(made["candidates"])) == (False, None, 2, 3)
    for user in (LEADER, reader("head"), reader("inspector"), "v-zSISz"):
        assert ask(service, user, "GET", path).status == 404
        assert told(ask(service, user, "GET", "/inspections/draws"))["total"] == 0
        assert service.ask(user, "GET", path, Call()).status == 404, "its page"
    entry = told(ask(service, PLANNER, "GET", "/inspections"))["items"]
    for each in [each for each in entry if each["source"] == "risk"]:
        told(ask(service, PLANNER, "POST", f"/inspections/{each['key']}/drop", body={"why": "thử"}))
    found = told(ask(service, LEADER, "GET", path))
    assert found["seed_digest"] == made["seed_digest"]
    assert drawing.check(found).wrong == ()
    assert found["seed"] in service.ask(LEADER, "GET", path, Call()).body
    for user in (reader("head"), reader("inspector"), "v-zSISz"):
        assert ask(service, user, "GET", path).status == 404, "it names units that are not theirs"
    file = tmp_path / "draw.json"
    file.write_text(json.dumps(found), encoding="utf-8")
    again = CliRunner().invoke(commands, ["inspections", "check-draw", str(file), "--seed-digest", made["seed_digest"]])
    assert (again.exit_code, "The draw holds" in again.output) == (0, True), again.output
    file.write_text(json.dumps(found | {"taken": found["taken"][::-1]}), encoding="utf-8")
    wrong = CliRunner().invoke(commands, ["inspections", "check-draw", str(file)])
    assert (wrong.exit_code, "not the units" in wrong.output) == (1, True)


def test_a_plan_sent_twice_under_one_key_is_one_plan(service: Service) -> None:
    body = {"unit": f"U-{mark('SIS')}", "planned_for": "2026-12-01"}
    headers = {"Authorization": f"Bearer {service.secrets[PLANNER, 'bearer']}", "Idempotency-Key": "k-1"}
    first, second = (service.client.post(f"{API}/inspections", json=body, headers=headers) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    mine = told(ask(service, PLANNER, "GET", "/inspections"))["items"]
    assert [each["unit"] for each in mine if each["state"] == "planned"] == [f"U-{mark('SIS')}"]
    assert ask(service, PLANNER, "POST", "/inspections", body=body).status == 422, "the same again without the key"


def test_the_end_of_a_team_is_the_end_of_all_it_could(service: Service) -> None:
    """Its member loses the plan, the list and the right to plan with the answer that ends it."""
    (team,) = [each for each in told(ask(service, LEADER, "GET", "/teams"))["items"] if each["unit"] is None]
    plan = told(ask(service, PLANNER, "POST", "/inspections", body={"unit": f"U-{mark('OWN')}"}), 201)
    ended = told(ask(service, LEADER, "POST", f"/teams/{team['id']}/end", body={"why": "Xong nhiệm vụ"}))
    assert (ended["state"], ended["members"][0]["left_on"]) == ("ended", "2026-11-24")
    assert "plan" not in json.dumps(ended), "who ends it is not told what it had planned"
    assert told(ask(service, PLANNER, "GET", "/inspections"))["items"] == [
        each for each in told(ask(service, LEADER, "GET", "/inspections"))["items"] if each["state"] == "sealed"
    ]
    assert ask(service, PLANNER, "POST", f"/inspections/{plan['key']}/drop", body={"why": "x"}).status == 404
    assert ask(service, PLANNER, "POST", "/inspections", body={"unit": f"U-{mark('OWN')}"}).status == 422


def test_who_forms_a_team_is_in_none_of_it(service: Service) -> None:
    new = {"name": "Tổ 9", "document": "QĐ 9", "from": "2026-11-24", "to": "2026-12-24"}
    mine = ask(service, LEADER, "POST", "/teams", body=new | {"members": [{"user": LEADER, "part": "head"}]})
    assert (mine.status, json.loads(mine.body)["code"]) == (403, "grant_refused")
    made = told(
        ask(service, "all-hr", "POST", "/teams", body=new | {"members": [{"user": LEADER, "part": "head"}]}), 201
    )
    assert (made["own"], made["state"], made["members"][0]["user"]) == (False, "holds", LEADER)
    plan = told(ask(service, LEADER, "POST", "/inspections", body={"unit": f"U-{mark('OWN')}"}), 201)
    hr = told(ask(service, "all-hr", "GET", "/inspections"))["items"]
    assert plan["key"] not in [each["key"] for each in hr], "not even to whoever formed the team"


def test_a_visit_that_begins_at_once_is_told_to_nobody_but_its_team(service: Service) -> None:
    """Who is visited knows that somebody stands at the door, and reads nothing of it: head, HR, leader, or inspector of
    another team. What was planned by whom stands in the trail from then on."""
    body = {"unit": f"U-{mark('OWN')}", "begin": True}
    made = told(ask(service, PLANNER, "POST", "/inspections", body=body), 201)
    assert (made["state"], made["at"]) == ("begun", "2026-11-24T09:00:00+07:00")
    for user in (LEADER, "all-hr", reader("head"), reader("inspector"), "v-zSISz"):
        assert made["key"] not in ask(service, user, "GET", "/inspections", query={"limit": "500"}).body
        assert ask(service, user, "GET", f"/inspections/{made['key']}").status in (403, 404), user
    with service.database.reading() as session:
        query = "SELECT content FROM trail JOIN trail_detail USING (seq) WHERE act = 'visit.begun' AND key = :key"
        entry = json.loads(session.execute(text(query), {"key": made["key"]}).scalar_one())["after"]
    assert (entry["unit"], entry["planned_by"], entry["source"]) == (f"U-{mark('OWN')}", PLANNER, "free")
