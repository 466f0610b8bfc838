"""Nobody of a unit learns that a visit to it is planned: from no page, route, log, figure, number or pull.

The same office is asked the same questions twice, once with a plan filed and once without: the answers are the same,
byte for byte, with their headers, and so is the head of the trail's chain, which is why salts are no chance here. Only
what always differs is taken out: seconds and the process in the figures, the folder, the free space of the disk.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from attendance.services.access import ALLOWED, ROLES
from attendance.services.visiting import planning
from attendance.services.visiting.planning import NewPlan
from attendance.store import office, trail, visits
from attendance.store.every_table import every_table
from attendance.store.tables import UnitRow
from attendance.store.trail import Actor, record
from tests.access.asking import Answer, Built, HandedOn, Service, serve
from tests.access.calls import CALLS, PAGES, Call
from tests.access.marks import NOW, mark
from tests.access.office import reader

API = "/api/v1"
PLANNER = "all-inspector"
UNIT = f"U-{mark('OWN')}"
OF_THE_UNIT = [reader(role) for role in ROLES]
WATCHERS = ["all-auditor", "all-administrator"]
"""Who may read most of what is written down anywhere."""
WATCHED = ("trail.read", "system.read", "system.manage", "users.manage", "personal_data.manage")
EVERYBODY = [*OF_THE_UNIT, *(f"all-{role}" for role in ROLES if role not in ("official", "inspector"))]
UNASKED = re.compile(r"/stream$|/templates/\{kind\}$")
"""Streams, which never end, and empty sheets, which bear the second they were made in."""
_ALWAYS = re.compile(
    r"^(?:process_|python_|attendance_http_request_seconds_(?:sum|bucket|created)|attendance_\w+_created).*$", re.M
)
_FREE = re.compile(r'"free":\d+')
_BY_CHANCE = re.compile(r'(name="once" value=")[0-9a-f]{32}"|(name="ticket" value=")[0-9a-f]{32}\.\d+\.[0-9a-f]{64}"')
"""What a form bears so that it is taken once, drawn anew each time it is opened."""


class Pulls(HandedOn):
    """In place of a poller, and of a puller: what they were asked to read."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    def begin(self, codes: Sequence[str]) -> None:
        self.asked.append(tuple(codes))

    def read(self, codes: Sequence[str], full: bool) -> list[dict[str, Any]]:
        self.asked.append(tuple(codes))
        return []


@dataclass
class Two:
    """The office without and with a plan, and every pull that either was asked for."""

    without: Service
    planned: Service
    pulls: Pulls
    key: str


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, built: Built) -> Iterator[Two]:
    pulls = Pulls()
    folders = [tmp_path_factory.mktemp(name) for name in ("without", "planned")]
    without = serve(folders[0], built, puller=pulls.read)
    without.sign_in([*EVERYBODY, PLANNER])
    kept = Path(folders[0] / "kept.db")
    planned = serve(folders[1], Built(kept, built.world), puller=pulls.read)
    planned.secrets = dict(without.secrets)
    planned.keep()
    for service in (without, planned):
        service.app.state.poller = pulls
        service.undoes = False
    salted = pytest.MonkeyPatch()
    salted.setattr(trail, "secrets", SimpleNamespace(token_bytes=lambda count: b"s" * count))
    with without.client, planned.client:
        call = Call(body={"unit": UNIT, "planned_for": "2026-11-26", "note": "zPLANz"})
        first = planned.ask(PLANNER, "POST", f"{API}/inspections", call)
        form = Call(form={"unit": UNIT, "kind": "surprise", "on": "27/11/2026", "note": "zPLANz"})
        second = planned.ask(PLANNER, "POST", "/inspections/plan", form)
        assert (first.status, second.status) == (201, 303), (first, second)
        yield Two(without, planned, pulls, _key(first))
    salted.undo()
    for service in (without, planned):
        service.database.close()


def _key(answer: Answer) -> str:
    found = re.search(r'"key":"([0-9a-f]{32})"', answer.body)
    assert found is not None
    return found[1]


def every_look(service: Service) -> Iterator[tuple[str | None, str, Call]]:
    """Every GET there is: the sample calls of the matrix, and what other tests ask as far as it names things of here.

    What is left out names a draft, a step or a file.
    """
    own = service.world["OWN"].fills()
    more = {
        "unit": own["unit"],
        "employee": own["employee"],
        "code": own["unit"],
        "month": "2026-11",
        "version": "1",
        "digest": "0" * 64,
    }
    for route in service.routes:
        if "GET" not in route.methods or UNASKED.search(route.path) or route.path.startswith("/iclock/"):
            continue
        known = CALLS.get(route.operation) if route.path.startswith(API) else PAGES.get(("GET", route.path))
        named = re.findall(r"\{(\w+)\}", route.path)
        for call in known or ([Call(path=more | {"key": "f" * 32})] if set(named) <= {*more, "key"} else []):
            yield route.permission, route.path, call.filled(own)


def left_out(service: Service) -> set[str]:
    asked = {path for _, path, _ in every_look(service)}
    return {route.path for route in service.routes if "GET" in route.methods} - asked


def plain(answer: Answer) -> tuple[int, str, dict[str, str]]:
    body = _BY_CHANCE.sub("", _ALWAYS.sub("", answer.body))
    headers = {name: value for name, value in answer.headers.items() if name not in ("content-length", "set-cookie")}
    if "last-modified" in headers:  # a file that was made for this answer
        headers |= {"last-modified": "", "etag": ""}
    if body == answer.body and "content-encoding" not in headers:  # what is packed is as long as chance has it
        headers["content-length"] = answer.headers.get("content-length", "")
    return answer.status, body, headers


def may_ask(user: str, permission: str | None) -> bool:
    """Whoever may not is refused before anything is read, which the matrix shows."""
    return permission is None or user.split("-")[1] in ALLOWED[permission]  # type: ignore[index]


def at_home(service: Service, answer: Answer) -> Answer:
    return replace(answer, body=_FREE.sub("", answer.body.replace(str(service.folder), "FOLDER")))


def check(two: Two, user: str, path: str, call: Call) -> bool:
    expected, found = (at_home(service, service.ask(user, "GET", path, call)) for service in (two.without, two.planned))
    assert plain(found) == plain(expected), (user, path, call)
    assert "zPLANz" not in found.body, (user, path)
    return found.status == 200


def test_nobody_of_the_unit_and_no_watcher_is_told_otherwise(two: Two) -> None:
    """Every second question is asked by one of those of the unit who may, in turn: its official, head, HR, leader,
    auditor, administrator, and an inspector of another team. What is only for those who watch, the auditor and the
    administrator of everything ask as well. `-m long` asks all, with every filter, by all of them."""
    told = 0
    once = {path: (permission, path, call) for permission, path, call in reversed(list(every_look(two.without)))}
    for turn, (permission, path, call) in enumerate(once.values()):
        if turn % 2 and permission not in WATCHED:
            continue
        may = [user for user in OF_THE_UNIT if may_ask(user, permission)]
        watching = [user for user in WATCHERS if permission in WATCHED and may_ask(user, permission)]
        for user in [*may[turn // 2 % max(1, len(may)) :][:1], *watching]:
            told += check(two, user, path, call)
    assert told > 50


@pytest.mark.long
def test_nobody_of_the_unit_or_above_it_is_told_otherwise(two: Two) -> None:
    asked = [(user, *look) for user in EVERYBODY for look in every_look(two.without) if may_ask(user, look[0])]
    assert sum(check(two, user, path, call) for user, _, path, call in asked) > 500


def test_what_is_not_asked_is_known(two: Two) -> None:
    """A new address is asked by itself, or named here: drafts in the memory of a process, which nobody else sees,
    papers that one ordered oneself, and the form of a counter, which its own code opens."""
    found = {path for path in left_out(two.without) if not path.startswith(("/iclock/", "/static"))}
    assert {path for path in found if not UNASKED.search(path)} == {
        "/api/v1/reports/jobs/{id}",
        "/api/v1/reports/jobs/{id}/file",
        "/gop-y/{token}",
        "/import/{token}",
        "/import/batches/{batch}",
        "/reports/jobs/{name}/file",
        "/setup/{step}",
        "/terminals/add/{token}/{step}",
    }


def test_the_plan_is_in_no_table_but_its_own(two: Two) -> None:
    """No entry in the trail, no look, no notice, no answer that is kept, no mark on a day, no pull that is due."""
    with two.without.database.reading() as before, two.planned.database.reading() as after:
        for name, table in every_table().items():
            query = select(table).order_by(*table.primary_key.columns)
            rows = [[tuple(row) for row in session.execute(query)] for session in (before, after)]
            if name == "visit":
                assert len(rows[1]) == len(rows[0]) + 2
            elif name not in ("trail", "trail_head", "trail_subject", "sign_in"):
                assert rows[1] == rows[0], name
            else:  # who looked at what since is asked in the same order of both
                assert len(rows[1]) == len(rows[0]), name
    assert two.pulls.asked == [], "nothing is read before the visit begins"


def test_its_own_team_sees_it_and_nobody_else_may_name_it(two: Two) -> None:
    own = two.planned.ask(PLANNER, "GET", f"{API}/inspections", Call())
    assert own.body.count("zPLANz") == 2
    assert plain(own) != plain(two.without.ask(PLANNER, "GET", f"{API}/inspections", Call()))
    for user in (reader("inspector"), "all-leader", reader("head")):
        role = user.split("-")[1]
        drop = Call(path={"key": two.key}, body={"why": "thử"})
        answer = two.planned.ask(user, "POST", API + "/inspections/{key}/drop", drop)
        assert answer.status == (404 if role == "inspector" else 403), user


def test_who_guesses_the_name_of_a_plan_is_answered_as_for_one_that_is_nowhere(two: Two) -> None:
    """Every address that names a visit, asked by each role of the unit with the plan's own name."""
    nowhere, asked = "f" * 32, 0
    more = {"number": "1", "digest": "0" * 64}
    for route in two.planned.routes:
        if "GET" not in route.methods or "/inspections/{key}" not in route.path or UNASKED.search(route.path):
            continue
        for user in (each for each in OF_THE_UNIT if may_ask(each, route.permission)):
            found = two.planned.ask(user, "GET", route.path, Call(path=more | {"key": two.key}))
            expected = two.planned.ask(user, "GET", route.path, Call(path=more | {"key": nowhere}))
            assert found.status == 404, (user, route.path)
            assert plain(found.without({"key": two.key})) == plain(expected.without({"key": nowhere})), (
                user,
                route.path,
            )
            asked += 1
    assert asked >= 4


def test_an_entry_in_the_trail_would_be_seen(two: Two) -> None:
    """The comparison is one that fails: an entry without a unit, as another design might leave it, differs."""
    with two.planned.database.writing() as session:
        team = visits.teams_of(session, two.planned.accounts.verify_password(PLANNER, PASSWORD).user_id, NOW.date())[0]
        unit = office.key(office.get(session, UnitRow, UNIT))
        row = planning.plan(session, team, NewPlan(unit), by=Actor(PLANNER), today=NOW.date(), at=NOW)
        record(session, Actor(PLANNER), "visit.planned", kind="visit", key=row.key, at=NOW)
    answers = [service.ask("all-auditor", "GET", "/trail", Call()) for service in (two.without, two.planned)]
    assert plain(answers[0]) != plain(answers[1])


PASSWORD = "mưa rơi trên mái ngói"
