"""Schemathesis over the whole described API, as three roles and more: no server error, and every answer as described.

The cases come from the document the API gives of itself, three of four such as it allows and one such as it does not.
Most are pointed at people, units, terminals and papers of an office that exists, and at what answers have named since,
so that they come as far as what is stored. What a case takes from a role that the next would need (its account, its
grants, its session) is given back by putting the office back to the beginning.
"""

from __future__ import annotations

import dataclasses
import gc
import resource
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from api.http.service import Puller
from api.importing import preview_import
from api.pulling import make_puller, pull_json
from attendance.services.accounts import Accounts
from attendance.store import sites
from attendance.store.database import Database, sqlite_url
from attendance.store.trail import Actor
from device_sync.agent.segment import token_digest
from tests.access.asking import CHEAP, Service, build_once, serve
from tests.access.marks import NOW, ZONE, mark
from tests.access.office import reader
from tests.reliability.asked_at_random import SITE_TOKEN, Fuzzing

ROLES = {
    "hr": "all-hr",
    "administrator": "all-administrator",
    "official": reader("official", "holds"),
}
MORE = {
    "auditor": "all-auditor",
    "leader": "all-leader",
    "inspector": "all-inspector",
    "head": reader("head", "holds"),
}
EACH = 6_700
"""Cases of each of the three roles in the long run, 20,100 in all; of each further role a tenth."""
MEGABYTES = 100
"""That the process may grow by after its first round; Hypothesis keeps some for itself."""

Make = Callable[[dict[str, str]], Fuzzing]


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    built = build_once(tmp_path_factory.mktemp("asked"))
    database = Database(sqlite_url(built.file))
    with database.writing() as session:
        sites.renew(session, f"X-{mark('OWN')}", token_digest(SITE_TOKEN))
    database.close()

    def made(users: dict[str, str]) -> Fuzzing:
        service = serve(tmp_path_factory.mktemp("served"), built)
        _complete(service)
        service.sign_in(list(users.values()))
        return Fuzzing(service, users)

    return made


@pytest.fixture(scope="module")
def of_all(make: Make) -> Fuzzing:
    return make(ROLES)


@pytest.fixture
def fuzzing(of_all: Fuzzing) -> Iterator[Fuzzing]:
    """The service of all, as it was at the beginning."""
    parts = of_all.service.app.state.service
    yield of_all
    of_all.service.app.state.service = parts
    of_all.begin_again()


def _complete(service: Service) -> None:
    """Previews, and pulls: of terminals at this machine, which refuse; what a case registered elsewhere is let be."""
    parts = service.app.state.service
    puller = make_puller(parts.settings, service.database)

    def pull(codes: Sequence[str], full: bool) -> list[dict[str, Any]]:
        own = {place.terminal for place in service.world.places.values()}
        return [pull_json(puller.pull(code, full=full), ZONE) for code in codes if code in own]

    accounts = Accounts(service.database, now=lambda: NOW, hasher=CHEAP, secret_key=parts.secret_key)
    service.accounts = accounts

    def preview(terminal: str, name: str, data: bytes, create: bool, dates: str | None, _: Actor) -> dict[str, Any]:
        return preview_import(service.database, terminal, name, data, zone=ZONE, at=NOW, create=create, dates=dates)

    service.app.state.service = dataclasses.replace(parts, puller=pull, previewer=preview, accounts=accounts)


def test_a_sample_of_everything_answers_as_described(fuzzing: Fuzzing) -> None:
    with fuzzing.listening():
        for number, role in enumerate(ROLES):
            fuzzing.ask_all(role, 1, start=number, every=3, first=number)
    assert sum(fuzzing.found.cases.values()) >= 150
    assert fuzzing.found.reached
    assert not fuzzing.found.wrong, fuzzing.found.said()


def _break(codes: Sequence[str], full: bool) -> list[dict[str, Any]]:
    raise RuntimeError(f"a fault of {len(codes)} terminals")


def _lie(codes: Sequence[str], full: bool) -> list[dict[str, Any]]:
    return [{"terminal": code, "outcome": "ok"} for code in codes]


@pytest.mark.parametrize(
    ("puller", "status", "kind"),
    [(_break, 500, "RuntimeError: a fault of 1 terminals"), (_lie, 200, "JsonSchemaError")],
)
def test_a_fault_and_a_lie_are_seen(fuzzing: Fuzzing, puller: Puller, status: int, kind: str) -> None:
    parts = fuzzing.service.app.state.service
    fuzzing.service.app.state.service = dataclasses.replace(parts, puller=puller)
    with fuzzing.listening():
        fuzzing.ask_some("hr", "pullTerminal", 8)
    seen = {(name, answered): why for name, why, answered in fuzzing.found.wrong}
    assert set(seen) == {("pullTerminal", status)}
    assert kind in seen["pullTerminal", status]


UNREADABLE = b"\x8a\xee"  # no UTF-8
ONCE_UNDESCRIBED = [
    ("hr", "POST", "/api/v1/missions", UNREADABLE, 400),
    ("administrator", "POST", "/api/v1/users", UNREADABLE, 400),
    ("hr", "GET", "/api/v1/me/export", None, 404),
    ("hr", "GET", "/api/v1/me/requests", None, 404),
    ("official", "POST", "/api/v1/auth/password", b'{"old": "wrong", "new": "wrong too"}', 429),
    ("official", "POST", "/api/v1/auth/second-factor/remove", b'{"code": "000000", "password": "wrong"}', 429),
    ("official", "POST", "/api/v1/auth/second-factor/confirm", b'{"code": "000000"}', 429),
]


@pytest.mark.parametrize(("role", "method", "path", "content", "status"), ONCE_UNDESCRIBED)
def test_a_status_that_was_once_undescribed_is_described(
    fuzzing: Fuzzing, role: str, method: str, path: str, content: bytes | None, status: int
) -> None:
    secret = fuzzing.service.secrets[ROLES[role], "bearer"]
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    for _ in range(12 if status == 429 else 1):
        response = fuzzing.service.client.request(method, path, content=content, headers=headers)
        if response.status_code == status:
            break
    assert response.status_code == status, response.text
    described = fuzzing.service.app.openapi()["paths"][path][method.lower()]["responses"]
    assert "application/problem+json" in described[str(status)]["content"]
    if status == 400:
        assert "send it as its Content-Type says" in response.json()["detail"]


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize(("role", "cases"), [*((role, EACH) for role in ROLES), *((role, EACH // 10) for role in MORE)])
def test_thousands_of_cases_have_no_server_error(
    role: str, cases: int, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    fuzzing = make({role: (ROLES | MORE)[role]})
    rounds, before = 0, 0
    with fuzzing.listening():
        while (left := cases - sum(fuzzing.found.cases.values())) > 0:
            fuzzing.ask_all(role, min(10, left // len(fuzzing.operations) + 1), start=crc32(role.encode()) + rounds)
            rounds += 1
            before = before or _megabytes()
    grown = _megabytes() - before
    counts = fuzzing.found.of(role)
    with capsys.disabled():
        print(f"\n{role}: {sum(counts.values())} cases, {counts}, grown by {grown} MB in all rounds but the first")
        print(f"  never done as {role}: {', '.join(sorted(fuzzing.never())) or 'nothing'}")
    assert not fuzzing.found.wrong, fuzzing.found.said()
    assert grown <= MEGABYTES


def _megabytes() -> int:
    """What this process holds now; where the system does not say, the most it has held."""
    gc.collect()
    held = Path("/proc/self/statm")
    if held.exists():
        return int(held.read_text().split()[1]) * resource.getpagesize() // 1024 // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform != "darwin" else 1024 * 1024)
