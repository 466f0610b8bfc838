"""What a site pulls arrives at the centre once, in order, whatever becomes of the line, the site or the centre."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from attendance.store import site_outbox
from attendance.store.database import Database, sqlite_url
from device_sync.agent import segment as segments
from device_sync.agent.forwarding import ChainTrouble
from device_sync.agent.receiving import Forked
from device_sync.simulator import Fault
from tests.builders import ZONE, coverage, rows, stored_punches, truth_of
from tests.contract.site_office import (
    MONDAY,
    CentreOffice,
    Cut,
    Site,
    Ticking,
    assert_delivered,
    open_centre,
    open_site,
    puller_at,
)


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


@pytest.fixture
def centre(sqlite_database: Database, clock: Ticking) -> CentreOffice:
    return open_centre(sqlite_database, clock)


@pytest.fixture
def site(migrated_sqlite: Path, tmp_path: Path, centre: CentreOffice, clock: Ticking) -> Iterator[Site]:
    with open_site(migrated_sqlite, tmp_path, centre, clock) as opened:
        yield opened


DAY = ((0.4, ("1001", "1002")), (4.6, ("1001", "1003")), (1.0, ("1001",)), (3.9, ("1001", "1002")))


def work(site: Site, days: int, rng: random.Random) -> None:
    """So many days of punches of 1001, 1002 and 1003, and three pulls a day."""
    terminal = site.terminals["GATE"]
    for _ in range(days):
        for hours, pins in DAY:
            site.clock.pass_by(hours=hours)
            for pin in pins:
                site.clock.pass_by(seconds=rng.randint(1, 40))
                terminal.punch(pin)
            if len(pins) > 1:
                site.clock.pass_by(minutes=5)
                site.pull()
        site.clock.at = (site.clock.at + timedelta(days=1)).replace(hour=0, minute=0, second=0)


def verdicts(centre: CentreOffice) -> list[tuple[int, int]]:
    """Unverified and worked minutes of E1's current verdicts of working days, by date."""
    sql = (
        "SELECT unverified_min, worked_min FROM ruling JOIN employee ON employee.id = employee_id "
        "WHERE code = 'E1' AND superseded_at IS NULL AND scheduled_min > 0 ORDER BY work_date"
    )
    return [(int(unverified), int(worked)) for unverified, worked in rows(centre.database, sql)]


# weeks without a line -------------------------------------------------------------------------------------------------


@pytest.mark.timeout(300)
def test_weeks_offline_are_delivered_once_and_judged_only_then(
    any_database: Database, migrated_sqlite: Path, tmp_path: Path, clock: Ticking
) -> None:
    centre = open_centre(any_database, clock)
    with open_site(migrated_sqlite, tmp_path, centre, clock) as site:
        work(site, 2, random.Random(1))
        site.forward()
        site.line.down = True
        work(site, 19, random.Random(2))
        with pytest.raises(Cut):
            site.forward()
        centre.judge(date(2026, 3, 2), date(2026, 3, 20))
        before = verdicts(centre)
        assert before == [(0, 480)] * 2 + [(480, 0)] * 13  # no data is no absence
        site.line.down = False
        standing = site.forward()
        assert (standing.waiting, standing.delivered) == (0, site.held())
        assert site.line.sent == list(range(1, site.held() + 1))  # in order, each once
        assert centre.kept() == site.line.sent
        assert_delivered(centre, site)
        assert coverage(centre.database) == coverage(site.database)
        centre.judge(date(2026, 3, 2), date(2026, 3, 20))
        assert verdicts(centre) == [(0, 480)] * 15


def test_a_pull_of_the_centre_tells_when_it_came_and_when_it_was_read(centre: CentreOffice, site: Site) -> None:
    site.terminals["GATE"].punch("1001")
    site.clock.pass_by(minutes=1)
    site.pull()
    read_at = site.clock()
    site.clock.pass_by(days=9)
    site.forward()
    sql = "SELECT source, finished_at, params FROM pull"
    ((source, finished_at, params),) = rows(centre.database, sql)
    assert source == "agent"
    assert str(finished_at).startswith("2026-03-11")
    assert f'"site_finished_at":"{read_at.isoformat()}"' in params
    assert '"site":"S"' in params
    assert str(rows(centre.database, "SELECT received_at FROM punch_block")[0][0]).startswith("2026-03-11")
    assert centre.watermark() == read_at.replace(tzinfo=None) + timedelta(hours=7)


def test_failures_offsets_and_coverage_come_too(centre: CentreOffice, site: Site) -> None:
    terminal = site.terminals["GATE"]
    terminal.machine.clock.offset_seconds = 95
    terminal.punch("1001")
    assert site.pull() == "ok"
    site.clock.pass_by(hours=1)
    terminal.fault = Fault("stall", at=30)
    assert site.pull() == "interrupted"
    terminal.fault = None
    site.clock.pass_by(hours=1)
    assert site.pull() == "ok"
    site.forward()
    assert rows(centre.database, "SELECT outcome FROM pull ORDER BY id") == [("ok",), ("interrupted",), ("ok",)]
    assert rows(centre.database, "SELECT offset_seconds FROM clock_span") == [(95,)]
    assert coverage(centre.database) == coverage(site.database)
    same = "SELECT read, new, repeated, quarantined, log_bytes, log_digest, message FROM pull ORDER BY id"
    assert rows(centre.database, same) == rows(site.database, same)


def test_what_cannot_be_believed_is_kept_aside_at_the_centre_too(centre: CentreOffice, site: Site) -> None:
    terminal = site.terminals["GATE"]
    terminal.punch("1001")
    terminal.punch("1002", datetime(2001, 1, 1, 8))
    terminal.punch("1003", datetime(2026, 3, 9, 8))  # a week ahead of its reading; no more so when it is delivered
    site.pull()
    site.clock.pass_by(days=20)
    site.pull(full=True)
    site.forward()
    found = "SELECT reason, hex(record) FROM quarantine ORDER BY id"
    assert rows(centre.database, found) == rows(site.database, found)
    assert [reason for reason, _ in rows(centre.database, found)] == ["before_first_sane_date", "in_the_future"]
    assert len(stored_punches(centre.database)) == 1


def test_a_whole_reading_at_night_carries_only_what_is_new(centre: CentreOffice, site: Site) -> None:
    work(site, 1, random.Random(3))
    site.forward()
    site.terminals["GATE"].punch("1001")
    site.pull(full=True)
    site.forward()
    held = rows(centre.database, "SELECT payload_from, log_bytes, new FROM pull ORDER BY id DESC LIMIT 1")
    assert held == [(7 * 40, 8 * 40, 1)]
    assert_delivered(centre, site)


def test_a_long_reading_comes_in_parts_and_is_filed_whole(
    centre: CentreOffice, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "PART_BYTES", 300)
    for number in range(300):
        site.terminals["GATE"].punch(str(1001 + number % 3), verify=number % 7)
        site.clock.pass_by(seconds=number % 50 + 1)
    site.pull()
    parts = site.held()
    assert parts > 2
    site.line.carries = 1
    for number in range(1, parts):  # one at a time, and nothing is filed before the last
        with pytest.raises(Cut):
            site.forward()
        assert centre.kept() == list(range(1, number + 1))
        assert rows(centre.database, "SELECT count(*) FROM pull") == [(0,)]
    site.line.carries = None
    assert site.forward().waiting == 0
    assert rows(centre.database, "SELECT count(*) FROM site_filing") == [(1,)]
    assert_delivered(centre, site)


# a line that breaks ---------------------------------------------------------------------------------------------------


def test_an_answer_that_is_lost_doubles_nothing(centre: CentreOffice, site: Site) -> None:
    work(site, 2, random.Random(4))
    site.line.lose_answers = 1
    with pytest.raises(Cut):
        site.forward()
    assert centre.kept() == list(range(1, site.held() + 1))
    assert site.forward().waiting == 0
    assert site.line.sent == centre.kept()  # told that all is held, it sent none again
    assert_delivered(centre, site)


def test_a_late_copy_of_an_old_request_changes_nothing(centre: CentreOffice, site: Site) -> None:
    work(site, 1, random.Random(5))
    site.forward()
    old = list(site.line.requests)
    work(site, 1, random.Random(6))
    site.forward()
    for body in old:
        assert centre.receiver.receive(site.line.token, body).stored == 0
    assert centre.site().fork_at is None
    assert centre.site().claimed_number == site.held()
    assert_delivered(centre, site)


# databases that are put back or lost ----------------------------------------------------------------------------------


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


def open_restored(path: Path, clock: Ticking) -> CentreOffice:
    database = Database(sqlite_url(path))
    from device_sync.agent.receiving import Receiver

    return CentreOffice(database, clock, Receiver(database, ZONE, now=clock))


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
    from tests.contract.site_office import register

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


# beside other ways in -------------------------------------------------------------------------------------------------


def test_the_same_punches_by_the_centre_itself_and_by_the_agent_land_once(
    centre: CentreOffice, site: Site, clock: Ticking
) -> None:
    from attendance.store import registering

    terminal = site.terminals["GATE"]
    work(site, 1, random.Random(20))
    with centre.database.writing() as session:
        registering.change_terminal(session, "T-A", host="127.0.0.1", port=terminal.port, at=clock())
    own = puller_at(centre.database, clock)
    terminal.punch("1002")
    clock.pass_by(minutes=1)
    assert own.pull("T-A").new == 8
    site.forward()  # older readings, after a newer one
    terminal.punch("1003")
    clock.pass_by(minutes=1)
    assert site.pull() == "ok"
    site.forward()
    assert own.pull("T-A").outcome == "ok"
    assert_delivered(centre, site)
    assert rows(centre.database, "SELECT DISTINCT outcome FROM pull") == [("ok",)]
    assert len(coverage(centre.database)) == 1


def test_a_log_that_was_cleared_at_the_site_is_named_changed_here_too(centre: CentreOffice, site: Site) -> None:
    work(site, 1, random.Random(21))
    kept = truth_of(site.terminals["GATE"])
    site.terminals["GATE"].machine.log.__init__(b"")  # type: ignore[misc]
    site.terminals["GATE"].punch("1001")
    site.clock.pass_by(minutes=1)
    assert site.pull() == "changed"
    site.forward()
    assert rows(centre.database, "SELECT outcome FROM pull ORDER BY id DESC LIMIT 1") == [("changed",)]
    assert stored_punches(centre.database) == kept + truth_of(site.terminals["GATE"])


# clocks ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ahead", [-5000, 5000])
def test_a_wrong_clock_at_the_site_is_told_and_proves_no_more_than_it_can(
    centre: CentreOffice, migrated_sqlite: Path, tmp_path: Path, ahead: int
) -> None:
    clock = Ticking(MONDAY + timedelta(seconds=ahead))
    with open_site(migrated_sqlite, tmp_path, centre, clock) as site:
        terminal = site.terminals["GATE"]
        terminal.machine.clock.offset_seconds = -ahead  # the terminal is right
        terminal.punch("1001")
        site.pull()
        site.forward()
        assert centre.watermark() is not None
        true_now = datetime(2026, 3, 2, 7)
        assert centre.watermark() == min(true_now, true_now + timedelta(seconds=ahead))
        assert rows(centre.database, "SELECT count(*) FROM clock_span") == [(0,)]
        found = centre.describe()
        assert (found["clock_ahead_seconds"], found["clock_wrong"]) == (ahead, True)
        assert "set it" in str(found["message"])
        site.pull()
        with site.database.reading() as session:
            link = site_outbox.links_after(session, 1, 1)[0]
        assert link.content is not None
        head, rest = segments.unpack_part(link.content)
        from device_sync.agent.reading import unpack_reading

        assert unpack_reading(rest)[0].site_clock_ahead_seconds == ahead
        assert head.serial == "SIM0000000001"


def test_a_punch_that_only_the_sites_clock_took_for_the_future_is_believed_here(
    centre: CentreOffice, migrated_sqlite: Path, tmp_path: Path
) -> None:
    behind = timedelta(days=3)
    clock = Ticking(MONDAY - behind)
    with open_site(migrated_sqlite, tmp_path, centre, clock) as site:
        site.forward()  # says how wrong its clock is
        terminal = site.terminals["GATE"]
        terminal.machine.clock.offset_seconds = behind.total_seconds()
        for day in range(1, 20):
            terminal.punch("1001", datetime(2026, 2, day, 7, 20))
        terminal.punch("1001")
        assert site.pull() == "ok"
        site.forward()
        assert len(stored_punches(site.database, "GATE")) == 19
        assert_delivered(centre, site)
        assert centre.watermark() == datetime(2026, 2, 27, 7)  # and covers no moment that was not proved


def test_data_that_wait_at_a_site_are_told_as_late(centre: CentreOffice, site: Site) -> None:
    work(site, 1, random.Random(22))
    site.line.carries = 1
    with pytest.raises(Cut):
        site.forward()
    found = centre.describe()
    assert (found["state"], found["undelivered"]) == ("behind", 2)
    assert "2 segments not yet delivered, until 2026-03-02 17:10" in str(found["message"])
    site.clock.pass_by(hours=30)
    assert centre.describe()["state"] == "silent"
