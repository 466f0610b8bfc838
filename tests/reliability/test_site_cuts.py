"""A line that breaks anywhere, in either direction: what a site holds arrives once, in order, in the end."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from attendance.store.database import Database
from device_sync.agent.centre import Centre, CentreError, Patience
from device_sync.agent.forwarding import Forwarder
from tests.contract.site_office import TOKEN, Ticking, assert_delivered, open_centre, open_site
from tests.serving import BreakingLine, make_app, serving

QUICK = Patience(connect=5.0, silence=5.0, whole=20.0)


@pytest.mark.parametrize(
    ("cuts", "seed"),
    [pytest.param(20, 1, id="20"), pytest.param(300, 2, id="300", marks=[pytest.mark.long, pytest.mark.timeout(900)])],
)
def test_cuts_at_random_bytes_lose_and_double_nothing(
    sqlite_database: Database, migrated_sqlite: Path, tmp_path: Path, cuts: int, seed: int
) -> None:
    rng, clock = random.Random(seed), Ticking()
    centre = open_centre(sqlite_database, clock)
    with (
        open_site(migrated_sqlite, tmp_path, centre, clock) as site,
        serving(make_app(sqlite_database, tmp_path, clock)) as port,
    ):
        line = BreakingLine(port)
        with line.open() as through:
            there = Centre(f"http://127.0.0.1:{through}", TOKEN, patience=QUICK)
            forwarder = Forwarder(site.database, there, now=clock)
            arrived = 0
            for _ in range(cuts):
                for _ in range(rng.randint(1, 4)):
                    site.terminals["GATE"].punch(str(rng.randint(1001, 1003)), verify=rng.randrange(256))
                    clock.at += timedelta(minutes=7)
                    site.pull()
                line.break_somewhere(rng, up=rng.choice((700, 5000)), down=rng.choice((80, 900)))
                with suppress(CentreError):
                    forwarder.forward()
                    arrived += 1
                assert centre.kept() == list(range(1, len(centre.kept()) + 1))
                line.mend()
                if rng.random() < 0.3:
                    assert forwarder.forward().waiting == 0
                    assert_delivered(centre, site)
            assert forwarder.forward().waiting == 0
    assert_delivered(centre, site)
    assert centre.kept() == list(range(1, site.held() + 1))
    assert centre.site().fork_at is None
    assert line.broken >= cuts // 2
    print(f"{cuts} cuts, {line.broken} broken lines, {arrived} got through; 0 lost, 0 doubled, 0 invented")
