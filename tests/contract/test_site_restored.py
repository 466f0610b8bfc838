"""Databases that are put back to a backup, or lost: who holds what is found out, and nothing is lost or doubled."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from attendance.store import site_outbox
from attendance.store.database import Database, sqlite_url
from device_sync.agent.forwarding import ChainTrouble
from device_sync.agent.receiving import Forked, Receiver
from tests.builders import ZONE, coverage, rows, stored_punches
from tests.contract.site_office import (
    CentreOffice,
    Site,
    Ticking,
    assert_delivered,
    open_site,
    register,
    work,
)


def open_restored(path: Path, clock: Ticking) -> CentreOffice:
    database = Database(sqlite_url(path))
    return CentreOffice(database, clock, Receiver(database, ZONE, now=clock))


def test_a_centre_put_back_to_a_backup_gets_again_what_it_lacks(
    centre: CentreOffice, site: Site, tmp_path: Path, clock: Ticking
) -> None:
    work(site, 1, random.Random(7))
    site.forward()
    backup = tmp_path / "backup.db"
    centre.database.engine.dispose()
    shutil.copyfile(centre.database.url.removeprefix("sqlite:///"), backup)
    work(site, 2, random.Random(8))
    site.forward()
    assert centre.kept() == list(range(1, site.held() + 1))
    restored = open_restored(backup, clock)
    site.line.receiver = restored.receiver
    assert restored.site().last_number == 3
    assert site.forward().waiting == 0
    assert restored.kept() == list(range(1, site.held() + 1))
    assert_delivered(restored, site)
    restored.database.close()


def test_what_was_let_go_is_named_and_a_new_chain_brings_it_back(
    centre: CentreOffice, site: Site, tmp_path: Path, clock: Ticking
) -> None:
    backup = tmp_path / "backup.db"
    centre.database.engine.dispose()
    shutil.copyfile(centre.database.url.removeprefix("sqlite:///"), backup)
    work(site, 1, random.Random(9))
    site.forward()
    site.clock.pass_by(days=91)
    work(site, 1, random.Random(10))
    site.forward()
    restored = open_restored(backup, clock)
    site.line.receiver = restored.receiver
    with pytest.raises(ChainTrouble, match="segments 1 to 3 were let go") as caught:
        site.forward()
    assert caught.value.code == "segments_gone"
    with site.database.writing() as session:
        site_outbox.begin_anew(session)
    assert site.forward().waiting == 0
    assert_delivered(restored, site)
    restored.database.close()


def test_a_site_put_back_to_a_backup_is_a_fork_until_somebody_decides(
    centre: CentreOffice, site: Site, tmp_path: Path
) -> None:
    work(site, 1, random.Random(11))
    site.database.engine.dispose()
    backup = tmp_path / "backup.db"
    shutil.copyfile(site.path, backup)
    work(site, 2, random.Random(12))
    site.forward()
    before = stored_punches(centre.database)
    site.replace_database(backup)
    with pytest.raises(ChainTrouble) as caught:
        site.forward()
    assert caught.value.code == "chain_forked"
    work(site, 1, random.Random(13))  # pulling goes on
    with pytest.raises(ChainTrouble):
        site.forward()
    assert centre.describe()["state"] == "forked"
    assert "sites renew S --new-chain" in str(centre.describe()["message"])
    assert stored_punches(centre.database) == before
    centre.renew()
    assert site.forward().waiting == 0
    assert_delivered(centre, site)
    assert centre.describe()["state"] == "ok"
    assert rows(centre.database, "SELECT count(*) FROM pull WHERE outcome = 'changed'") == [(0,)]  # accuses nobody


def test_a_site_that_was_put_back_and_grew_past_the_centre_is_a_fork(
    centre: CentreOffice, site: Site, tmp_path: Path
) -> None:
    work(site, 1, random.Random(14))
    site.database.engine.dispose()
    backup = tmp_path / "backup.db"
    shutil.copyfile(site.path, backup)
    work(site, 1, random.Random(15))
    site.forward()
    site.replace_database(backup)
    work(site, 3, random.Random(16))
    with pytest.raises(ChainTrouble) as caught:
        site.forward()
    assert caught.value.code == "chain_forked"
    assert centre.kept() == [1, 2, 3, 4, 5, 6]


def test_two_agents_with_one_token_are_a_fork_at_the_centre(
    centre: CentreOffice, site: Site, migrated_sqlite: Path, tmp_path: Path, clock: Ticking
) -> None:
    work(site, 1, random.Random(17))
    site.forward()
    (tmp_path / "second").mkdir()
    with open_site(migrated_sqlite, tmp_path / "second", centre, clock) as second:
        second.pull()
        with pytest.raises(Forked):
            second.line.tell(second.forwarder._claim(clock()))
    assert centre.describe()["state"] == "forked"
    assert site.forward().waiting == 0  # the one that is right is taken still
    assert centre.describe()["state"] == "ok"


def test_a_lost_site_database_begins_a_new_chain_and_loses_nothing(
    centre: CentreOffice, site: Site, migrated_sqlite: Path, tmp_path: Path
) -> None:
    work(site, 2, random.Random(18))
    site.forward()
    fresh = tmp_path / "fresh.db"
    shutil.copyfile(migrated_sqlite, fresh)
    site.replace_database(fresh)
    register(site.database, {"GATE": site.terminals["GATE"].port})
    work(site, 1, random.Random(19))
    with pytest.raises((ChainTrouble, Forked)):
        site.forward()
    centre.renew()
    assert site.forward().waiting == 0
    assert_delivered(centre, site)
    assert centre.site().chain == 2
    assert len(coverage(centre.database)) == 1
