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
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from api.importing import preview_import
from api.pulling import make_puller, pull_json
from attendance.store import sites
from attendance.store.database import Database, sqlite_url
from attendance.store.trail import Actor
from device_sync.agent.segment import token_digest
from tests.access.asking import Service, build_once, serve
from tests.access.office import NOW, ZONE, mark, reader
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
MEGABYTES = 300
"""That the process may grow by after its first round; Hypothesis keeps most of it for itself."""

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


def _complete(service: Service) -> None:
    """Previews, and pulls: of terminals at this machine, which refuse; what a case registered elsewhere is let be."""
    parts = service.app.state.service
    puller = make_puller(parts.settings, service.database)

    def pull(codes: Sequence[str], full: bool) -> list[dict[str, Any]]:
        own = {place.terminal for place in service.world.places.values()}
        return [pull_json(puller.pull(code, full=full), ZONE) for code in codes if code in own]

    def preview(terminal: str, name: str, data: bytes, create: bool, dates: str | None, _: Actor) -> dict[str, Any]:
        return preview_import(service.database, terminal, name, data, zone=ZONE, at=NOW, create=create, dates=dates)

    service.app.state.service = dataclasses.replace(parts, puller=pull, previewer=preview)


def test_a_sample_of_everything_answers_as_described(make: Make) -> None:
    fuzzing = make(ROLES)
    with fuzzing.listening():
        for number, role in enumerate(ROLES):
            fuzzing.ask_all(role, 1, start=number, every=3, first=number)
    assert sum(fuzzing.found.cases.values()) >= 150
    assert fuzzing.found.reached
    assert not fuzzing.found.wrong, fuzzing.found.said()


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
            fuzzing.ask_all(role, min(20, left // len(fuzzing.operations) + 1), start=100 * len(role) + rounds)
            rounds += 1
            before = before or _megabytes()
    gc.collect()
    grown = _megabytes() - before
    counts = fuzzing.found.of(role)
    with capsys.disabled():
        print(f"\n{role}: {sum(counts.values())} cases, {counts}, grown by {grown} MB in all rounds but the first")
        print(f"  never done as {role}: {', '.join(sorted(fuzzing.never())) or 'nothing'}")
    assert not fuzzing.found.wrong, fuzzing.found.said()
    assert grown <= MEGABYTES


def _megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform != "darwin" else 1024 * 1024)
