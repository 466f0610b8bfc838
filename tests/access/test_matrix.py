"""Every route × seven roles × own unit, sister, parent, nowhere × a grant that holds, ended, was revoked or is to come.

Nothing of what is outside is in bodies, headers, counts and errors, and it costs the same work as what is nowhere.

Made from the routes of the service itself: one that declares no permission fails, and one without a line in `calls`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from attendance.services.access import ALLOWED, ROLES
from tests.access.asking import Answer, Built, Service, serve
from tests.access.calls import CALLS, PAGES, Call
from tests.access.elsewhere import ELSEWHERE
from tests.access.marks import ALARM, PEOPLE, REASON, mark
from tests.access.office import STATES, reader

API = "/api/v1"
OUTSIDE = ("SIS", "PAR")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Asked:
    """One call of one route."""

    name: str
    method: str
    path: str
    permission: str | None
    call: Call


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, built: Built) -> Iterator[Service]:
    made = serve(tmp_path_factory.mktemp("access"), built)
    users = [reader(role, state) for role in ROLES for state in STATES]
    made.sign_in([*users, *(f"all-{role}" for role in ROLES if role != "official")])
    with made.client:
        yield made
    made.database.close()


def every_call(service: Service) -> Iterator[Asked]:
    for route in service.routes:
        for method in sorted(route.methods & set(METHODS)):
            if (method, route.path) in ELSEWHERE or route.path.startswith("/iclock/"):
                continue
            known = CALLS.get(route.operation) if route.path.startswith(API) else PAGES.get((method, route.path))
            for call in known or ():
                yield Asked(route.operation, method, route.path, route.permission, call)


# what stands beside the matrix -------------------------------------------------------------------------------------


def test_every_route_declares_its_permission_or_why_it_is_open(service: Service) -> None:
    silent = [
        f"{sorted(route.methods)} {route.path}"
        for route in service.routes
        if route.permission is None and not route.open_because and not route.path.startswith("/iclock/")
    ]
    assert silent == [], "a route needs Depends(may(…)) or page_may(…), or a reason in openapi_extra={'x-open': …}"
    assert {route.permission for route in service.routes} - {None} <= set(ALLOWED)


def test_the_document_says_what_each_operation_asks_for(service: Service) -> None:
    document = service.app.openapi()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            said = operation.get("x-permission"), operation.get("x-open")
            assert sum(each is not None for each in said) == 1, (method, path)


def test_every_route_has_a_sample_call(service: Service) -> None:
    without = []
    for route in service.routes:
        for method in sorted(route.methods & set(METHODS)):
            where = (method, route.path)
            known = route.operation in CALLS if route.path.startswith(API) else where in PAGES
            if not known and where not in ELSEWHERE and not route.path.startswith("/iclock/"):
                without.append(f"{route.operation}: {where}")
    assert without == [], "add a line to tests/access/calls.py"


# the matrix --------------------------------------------------------------------------------------------------------


def forbidden(role: str, asked: Asked) -> set[str]:
    """Marks that no answer to a reader of unit A in this role may hold."""
    found = {mark(name) for name in OUTSIDE}
    if role == "official":
        found |= {ALARM} if asked.call.posted else {mark("COL"), ALARM}
    decides = (asked.permission or "").startswith("explanations.") and role in ALLOWED["explanations.decide"]
    if role not in ALLOWED["reasons.read"] and not decides:
        found.add(REASON)
    knows_people = any(role in ALLOWED[permission] for permission in ("attendance.read", "people.read"))
    if not knows_people and asked.permission != "trail.read":  # which says about whom an entry is
        found.add(mark("COL"))
    return found


LOOKS = ("looks", "listLooks")


def leaks(answer: Answer, marks: set[str], call: Call, *known: str) -> list[str]:
    """Marks in body or headers that the request did not bring along itself."""
    text = answer.body + json.dumps(dict(answer.headers))
    sent = [*known, *_texts([call.path, call.query, call.body, call.form])]
    if call.above:
        sent += [f"U-{mark('PAR')}", f"CV {mark('PAR')}", f"M-{mark('PAR')}"]
    for each in sorted(sent, key=len, reverse=True):
        text = text.replace(each, "").replace(json.dumps(each)[1:-1], "")
    return [each for each in marks if each in text]


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    if not isinstance(value, str):
        return []
    return [text for text in (value, *re.split(r"[\t\n]", value)) if len(text) > 3]  # a sheet is sent cell by cell


def check_counts(answer: Answer, asked: Asked) -> None:
    """A total counts what is listed and nothing else."""
    if answer.status == 200 and answer.headers.get("content-type") == "application/json":
        content = json.loads(answer.body)
        if isinstance(content, dict) and "total" in content:
            assert content["total"] == len(content["items"]), asked


def check(service: Service, role: str, asked: Asked, kinds: tuple[str, ...], *, whole: bool = False) -> None:
    """Own place, then each thing of the call in other places: nothing leaks, and outside is as nowhere."""
    user, world = reader(role), service.world
    allowed = asked.permission is None or role in ALLOWED[asked.permission]
    own = world["OWN"].fills()
    answer = service.ask(user, asked.method, asked.path, asked.call.filled(own))
    marks = forbidden(role, asked)
    where = (role, asked.method, asked.path, asked.call)
    assert leaks(answer, marks, asked.call.filled(own)) == [], where
    assert answer.status < 500, (where, answer.body)
    check_counts(answer, asked)
    if not allowed:
        assert (answer.status, answer.stored) == (403, False), where
        if not whole:
            return
    for thing in asked.call.names():
        nowhere = own | {thing: world["NIL"].fills()[thing]}
        expected = service.ask(user, asked.method, asked.path, asked.call.filled(nowhere))
        assert expected.status in (403, asked.call.refused), where
        assert expected.status != 403 or answer.status == 403, where
        for kind in kinds:
            if kind == "COL" and thing in ("unit", "terminal", "alarm"):
                continue
            things = own | {thing: world[kind].fills()[thing]}
            found = service.ask(user, asked.method, asked.path, asked.call.filled(things))
            assert leaks(found, marks, asked.call.filled(things)) == [], (*where, kind)
            if found.statements != expected.statements:  # a look that had to wait was written in between: once more
                expected = service.ask(user, asked.method, asked.path, asked.call.filled(nowhere))
                found = service.ask(user, asked.method, asked.path, asked.call.filled(things))
            alike = found.without({thing: things[thing]}) == expected.without({thing: nowhere[thing]})
            assert alike, (*where, kind, thing, found, expected)
            assert not found.stored, where


def outside_of(role: str) -> tuple[str, ...]:
    return ("COL", *OUTSIDE) if role == "official" else OUTSIDE


@pytest.mark.parametrize("role", ROLES)
def test_nothing_of_what_is_outside_is_told(service: Service, role: str) -> None:
    """By default every thing of every call is asked of one other place, in turn; `-m long` asks all of them."""
    kinds = outside_of(role)
    for turn, asked in enumerate(every_call(service)):
        check(service, role, asked, (kinds[turn % len(kinds)],))


@pytest.mark.long
@pytest.mark.parametrize("role", ROLES)
def test_nothing_of_any_place_outside_is_told(service: Service, role: str) -> None:
    for asked in every_call(service):
        check(service, role, asked, outside_of(role), whole=True)


@pytest.mark.parametrize("state", [state for state in STATES if state != "holds"])
def test_a_grant_that_does_not_hold_allows_nothing(service: Service, state: str) -> None:
    """By default each call is asked by one role that might make it, in turn; `-m long` asks by all seven."""
    marks = {mark(name) for name in PEOPLE} | {REASON, ALARM}
    for turn, asked in enumerate(every_call(service)):
        might = [role for role in ROLES if asked.permission is None or role in ALLOWED[asked.permission]]
        user = reader(might[turn % len(might)], state)
        call = asked.call.filled(service.world["OWN"].fills())
        answer = service.ask(user, asked.method, asked.path, call)
        # who looked at one is told by account, whatever one may see else
        lookers = [reader(role, each) for role in ROLES for each in STATES] if asked.name in LOOKS else []
        assert leaks(answer, marks, call, user, *lookers) == [], (user, asked)
        assert not answer.stored, (user, asked)
        if asked.permission is not None:
            assert answer.status == 403, (user, asked)


@pytest.mark.long
@pytest.mark.parametrize("state", [state for state in STATES if state != "holds"])
def test_no_state_but_holding_allows_anything(service: Service, state: str) -> None:
    for role in ROLES:
        for asked in every_call(service):
            call = asked.call.filled(service.world["OWN"].fills())
            answer = service.ask(reader(role, state), asked.method, asked.path, call)
            assert asked.permission is None or (answer.status, answer.stored) == (403, False), (role, state, asked)


def test_the_matrix_would_see_a_leak(service: Service) -> None:
    """Somebody allowed gets the answer that is expected, with the marks of the place in it; who sees all, all marks."""
    for asked in every_call(service):
        roles = [role for role in ROLES if asked.permission is None or role in ALLOWED[asked.permission]]
        own = asked.call.filled(service.world["OWN"].fills())
        users = [reader(role) for role in roles] + [f"all-{role}" for role in roles if role != "official"]
        answers = (service.ask(user, asked.method, asked.path, own) for user in users)
        good = (answer for answer in answers if answer.status == asked.call.answers)
        assert any(not asked.call.tells or mark("OWN") in answer.body for answer in good), asked
        if asked.call.tells and asked.call.whole and not asked.call.names():
            answer = service.ask(users[-1], asked.method, asked.path, own)
            assert all(mark(name) in answer.body for name in OUTSIDE), asked


# rows and fields ---------------------------------------------------------------------------------------------------


def get(service: Service, user: str, path: str, **query: str) -> Any:
    answer = service.ask(user, "GET", f"{API}{path}", Call(query=query))
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


def test_an_official_sees_themself_in_every_list_and_count(service: Service) -> None:
    me, span = reader("official"), {"from": "2026-11-16", "to": "2026-11-20", "limit": "500"}
    assert {row["employee"] for row in get(service, me, "/verdicts", **span)["items"]} == {f"P-{mark('OWN')}"}
    assert {row["employee"] for row in get(service, me, "/punches", **span)["items"]} == {f"P-{mark('OWN')}"}
    assert [row["code"] for row in get(service, me, "/employees")["items"]] == [f"P-{mark('OWN')}"]
    assert [row["code"] for row in get(service, me, "/units")["items"]] == [f"U-{mark('OWN')}"]
    both = get(service, reader("head"), "/verdicts", **span)
    assert {row["employee"] for row in both["items"]} == {f"P-{mark('OWN')}", f"P-{mark('COL')}"}


def test_the_page_of_today_counts_whom_the_reader_sees(service: Service) -> None:
    for user, people in ((reader("official"), 1), (reader("head"), 2), ("all-leader", 4)):
        answer = service.ask(user, "GET", "/today", Call(query={"day": "2026-11-17"}))
        figures = re.findall(r'<span class="figure">(\d+)</span>', answer.body)
        assert len(figures) == 5
        assert sum(map(int, figures)) == people, user


@pytest.mark.parametrize("role", [role for role in ROLES if role in ALLOWED["attendance.read"]])
def test_reasons_are_told_to_whom_they_concern(service: Service, role: str) -> None:
    """That there is a paper is told to everybody who sees the day; which reason it gives, to some."""
    span = {"from": "2026-11-16", "to": "2026-11-20", "employee": f"P-{mark('OWN')}", "limit": "500"}
    days = {row["date"]: row for row in get(service, reader(role), "/verdicts", **span)["items"]}
    knows = role in ALLOWED["reasons.read"]
    sign = f"{REASON}{mark('OWN')}" if knows else "CP"
    assert days["2026-11-18"]["symbols"] == {"am": sign, "pm": sign}
    assert days["2026-11-19"]["flags"] == [f"{REASON}{mark('OWN')}x" if knows else "exempt"]
    assert days["2026-11-20"]["scheduled_min"] == days["2026-11-20"]["credited_min"]
    page = service.ask(reader(role), "GET", f"/days/P-{mark('OWN')}/2026-11-20", Call())
    assert f"GĐĐ {mark('OWN')}" in page.body  # what an inspection checks


def test_a_visitor_from_elsewhere_is_not_told_at_the_terminal_they_used(service: Service) -> None:
    """Somebody of B has a number at the terminal of A: their punch there is told to who sees B."""
    path = f"/terminals/T-{mark('OWN')}/differences"
    for user, pins in ((reader("head"), ["99"]), ("all-head", ["88", "99"])):
        assert sorted(row["pin"] for row in get(service, user, path)["items"]) == pins, user
