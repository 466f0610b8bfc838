"""Logout, a changed role, a closed account, a revoked grant, an expired visit: no access one second later, anywhere.

Asked of the API, of pages, of the stream that stays open, and of an answer that was on its way.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
import uvicorn

from api.http import guard
from attendance.services import granting
from attendance.store import grants
from attendance.store.trail import CONSOLE
from tests.access.asking import PASSWORD_OF_ALL, Built, Service, serve
from tests.access.calls import Call
from tests.access.marks import NOW, mark

UNIT = f"U-{mark('OWN')}"
ENDS = NOW + timedelta(hours=1)
SLACK_SECONDS = 2.0  # two cores are shared


class Clock:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


def revoke_all(service: Service, user: str) -> None:
    with service.database.writing() as session:
        for grant in grants.of_users(session, [number_of(service, user)])[number_of(service, user)]:
            granting.take_back(session, grant.id, by=CONSOLE, at=service.accounts.now())


def change_role(service: Service, user: str) -> None:
    revoke_all(service, user)
    with service.database.writing() as session:
        wanted = granting.Wanted("auditor", UNIT)
        granting.give(session, user, wanted, by=CONSOLE, at=service.accounts.now())


def sign_out(service: Service, user: str) -> None:
    for (name, _), secret in service.secrets.items():
        if name == user:
            service.accounts.sign_out(secret)


def number_of(service: Service, user: str) -> int:
    return service.accounts.verify_password(user, PASSWORD_OF_ALL).user_id


ENDINGS: dict[str, Callable[[Service, str], None]] = {
    "logout": sign_out,
    "closed": lambda service, user: service.accounts.disable(user),
    "role": change_role,
    "revoked": revoke_all,
    "expired": lambda service, user: setattr(service.accounts.now, "at", ENDS),
}


def user_of(ending: str) -> str:
    return f"v-{ending}-{mark('OWN')}"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, built: Built) -> Iterator[Service]:
    made = serve(tmp_path_factory.mktemp("at_once"), built, now=Clock(), puller=lambda codes, full: PULL[0](codes))
    for ending in ENDINGS:
        made.accounts.create_user(user_of(ending), PASSWORD_OF_ALL, "inspector", UNIT, ends_at=ENDS, visit="Đợt 4")
    made.sign_in([user_of(ending) for ending in ENDINGS])
    made.undoes = False
    yield made
    made.database.close()


@pytest.fixture
def service(shared: Service) -> Iterator[Service]:
    yield shared
    shared.undo()
    shared.accounts.now.at = NOW  # type: ignore[attr-defined]


PULL: list[Callable[[Sequence[str]], list[dict[str, Any]]]] = [lambda codes: []]


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_next_question_is_refused(service: Service, ending: str) -> None:
    user, span = user_of(ending), Call(query={"from": "2026-11-16", "to": "2026-11-20"})
    asked = (("GET", "/api/v1/verdicts", span), ("GET", "/today", Call()), ("GET", "/violations", Call()))
    for method, path, call in asked:
        assert service.ask(user, method, path, call).status == 200
    ENDINGS[ending](service, user)
    for method, path, call in asked:
        answer = service.ask(user, method, path, call)
        assert answer.status in (401, 403, 303), path
        assert "/sign-in" in answer.headers.get("location", "/sign-in")
        assert mark("OWN") not in answer.body.replace(user, "")
    others = [user_of(other) for other in ENDINGS if other != ending and ending != "expired"]
    assert all(service.ask(other, "GET", "/api/v1/verdicts", span).status == 200 for other in others)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("address", ["/api/v1/units/{code}/pull", "/days/{employee}/2026-11-17"])
def test_an_answer_on_its_way_is_withheld(
    service: Service, ending: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The grant ends while the answer is being made: what was done is done, and nothing of it is told."""
    user = user_of(ending)
    monkeypatch.setattr(guard, "LONG_SECONDS", 0.0)

    def slow(*_: Any, **__: Any) -> list[dict[str, Any]]:
        ENDINGS[ending](service, user)
        return [{"terminal": f"T-{mark('OWN')}", "outcome": "ok"}]

    PULL[0] = slow
    if address.startswith("/days"):
        from api.pages import why

        real = why.why_page
        monkeypatch.setattr(why, "why_page", lambda *a, **k: (slow(), real(*a, **k))[1])
    path = {"code": UNIT, "employee": f"P-{mark('OWN')}"}
    method = "POST" if address.startswith("/api") else "GET"
    answer = service.ask(user, method, address, Call(path=path))
    assert answer.status in (401, 403)
    assert mark("OWN") not in answer.body.replace(user, "").replace(UNIT, "").replace(path["employee"], "")


def test_an_answer_that_was_quick_is_given_without_asking_twice(service: Service) -> None:
    PULL[0] = lambda codes: [{"terminal": code} for code in codes]
    answer = service.ask(user_of("logout"), "POST", "/api/v1/units/{code}/pull", Call(path={"code": UNIT}))
    assert (answer.status, sum("FROM sign_in" in each for each in answer.statements)) == (200, 1)


def test_the_open_stream_ends_within_a_second(service: Service) -> None:
    with serving(service) as port:
        streams = {ending: Stream(port, service.secrets[user_of(ending), "session"]) for ending in ENDINGS}
        time.sleep(0.2)
        assert [ending for ending, stream in streams.items() if stream.ended_at] == []
        began = time.monotonic()
        for ending in ENDINGS:  # the visit of all is over with the last
            ENDINGS[ending](service, user_of(ending))
        for ending, stream in streams.items():
            stream.thread.join(10)
            assert stream.ended_at is not None, ending
            assert stream.ended_at - began < 1.0 + SLACK_SECONDS, ending


class Stream:
    """Listens until the stream ends."""

    def __init__(self, port: int, secret: str) -> None:
        self.ended_at: float | None = None
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.connection.request("GET", "/today/stream", headers={"Cookie": f"attendance_session={secret}"})
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self) -> None:
        self.answer.read()
        self.ended_at = time.monotonic()
        self.connection.close()


@contextmanager
def serving(service: Service) -> Iterator[int]:
    server = uvicorn.Server(uvicorn.Config(service.app, host="127.0.0.1", port=0, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(20)
