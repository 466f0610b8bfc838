"""Every address that writes leaves an entry in the trail, and every one that names people leaves a look at them.

Made from the routes and the sample calls of the matrix: an address that is added without fails here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from attendance.services.access import ALLOWED, ROLES
from tests.access.asking import Answer, Built, Service, serve
from tests.access.marks import PEOPLE, mark
from tests.access.office import reader
from tests.access.test_matrix import Asked, every_call

LEAVE_NONE = {
    "hand_in": "a sheet that is being looked at stays in the memory of the process; filing it is the act",
    "planInspection": "a plan is known to its team alone: an entry, or its number, would tell; its beginning has one",
    "plan": "the same, of its page",
    "tryRules": "it stores nothing; whose conclusions it shows is a look at them",
}
"""Addresses that change something of the office and leave no entry, by operation, each with its reason."""

_HEADS = "who heads a unit is a public post, and no record of attendance"
NOT_A_RECORD = {
    "getUnit": _HEADS,
    "listHeads": _HEADS,
    "unit": _HEADS,
    "listUsers": "accounts and whose they are, for administrators, who see no attendance",
    "listGrants": "what is granted to accounts",
    "users": "accounts and whose they are",
    "user": "an account and whose it is",
    "today_live": "the page of today asking again by itself: a look an hour, see tests/e2e/test_trail.py",
}
"""Addresses whose answers name people and leave no look at them, by operation, each with its reason."""

_CODE = re.compile("|".join(f"P-{mark(name)}" for name in PEOPLE))


@pytest.fixture(scope="module")
def service(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    made = serve(tmp_path_factory.mktemp("trail"), built)
    made.sign_in([*map(reader, ROLES), *(f"all-{role}" for role in ROLES if role != "official")])
    made.undoes = False
    with made.client:
        yield made
    made.database.close()


def _users(asked: Asked) -> list[str]:
    roles = [role for role in ROLES if asked.permission is None or role in ALLOWED[asked.permission]]
    return [*(f"all-{role}" for role in roles if role != "official"), *map(reader, roles)]


def _asked_well(service: Service, asked: Asked) -> tuple[str, Answer] | None:
    """The first good answer that somebody gets, and who; None: the sample of this call is a refusal."""
    call = asked.call.filled(service.world["OWN"].fills())
    if asked.call.answers >= 400:
        return None
    for user in _users(asked):
        service.undo()
        answer = service.ask(user, asked.method, asked.path, call)
        if answer.status == asked.call.answers:
            return user, answer
    raise AssertionError(f"nobody is answered well: {asked}")


def _rows(service: Service, query: str) -> list[str]:
    with service.database.reading() as session:
        return [str(found) for found in session.execute(text(query)).scalars()]


def test_every_address_that_writes_leaves_an_entry(service: Service) -> None:
    service.undo()
    before = len(_rows(service, "SELECT seq FROM trail"))
    asked_of, silent = 0, []
    for asked in every_call(service):
        if asked.method == "GET":
            continue
        found = _asked_well(service, asked)
        if found is None or asked.name in LEAVE_NONE:
            continue
        if asked.permission is None and not found[1].stored:
            continue
        acts = _rows(service, "SELECT act FROM trail ORDER BY seq")[before:]
        if not [act for act in acts if act != "looked"]:
            silent.append(f"{asked.name}: {asked.path}")
        asked_of += 1
    assert silent == [], "call trail.record there"
    assert asked_of >= 15


def test_nothing_is_written_where_the_trail_takes_no_entry(service: Service) -> None:
    """Whatever its state, a trail that refuses takes every act with it."""
    refused = 0
    for asked in every_call(service):
        if asked.method == "GET" or asked.call.answers >= 400 or asked.name in LEAVE_NONE:
            continue
        service.undo()
        with service.database.writing() as session:
            session.execute(text("CREATE TRIGGER full BEFORE INSERT ON trail BEGIN SELECT RAISE(ABORT, 'full'); END"))
        call = asked.call.filled(service.world["OWN"].fills())
        for user in _users(asked):
            answer = service.ask(user, asked.method, asked.path, call)
            assert answer.status >= 400, (asked, answer.body)
            assert not answer.stored, (asked, answer.body)
            refused += answer.status == 503
    assert refused >= 15


def test_every_answer_that_names_people_is_a_look_at_them(service: Service) -> None:
    named_in, unseen = 0, []
    for asked in every_call(service):
        if asked.method != "GET" or asked.name in NOT_A_RECORD:
            continue
        found = _asked_well(service, asked)
        if found is None:
            continue
        user, answer = found
        shown = set(_CODE.findall(answer.body))
        own = {f"P-{mark('OWN')}"} if user == reader("official") else set()
        looks = set(
            _rows(
                service,
                "SELECT employee.code FROM trail JOIN trail_subject USING (seq) "
                "JOIN employee ON employee.id = trail_subject.employee_id WHERE trail.act = 'looked'",
            )
        )
        if not shown - own <= looks:
            unseen.append(f"{asked.name}: {asked.path}")
        named_in += bool(shown)
    assert unseen == [], "call reader.saw there"
    assert named_in >= 8
