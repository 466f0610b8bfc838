"""What a site pulls arrives at the centre once, in order, whatever becomes of the line, the site or the centre."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from attendance.store import registering, site_outbox
from attendance.store.database import Database
from device_sync.agent import segment as segments
from device_sync.agent.reading import unpack_reading
from device_sync.simulator import Fault
from tests.builders import coverage, rows, stored_punches, truth_of
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
    work,
)


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


# beside other ways in -------------------------------------------------------------------------------------------------


def test_the_same_punches_by_the_centre_itself_and_by_the_agent_land_once(
    centre: CentreOffice, site: Site, clock: Ticking
) -> None:
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
