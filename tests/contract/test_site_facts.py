"""Everything a pull shows beside punches comes to the centre too; and a site whose disk is full goes on afterwards."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from attendance.errors import StoreUnavailable
from attendance.services.terminal_health import terminals_health
from attendance.store import office, sites
from attendance.store.database import Database
from attendance.store.site_tables import SiteSegmentRow
from attendance.store.tables import TerminalRow
from device_sync.layouts import PUNCH_LAYOUTS
from device_sync.noticing import Thresholds
from tests.builders import RECORDED_AT, SERIAL, ZONE, rows, statements_of, stored_punches
from tests.contract.site_office import CentreOffice, Site, Ticking, assert_delivered, open_centre, open_site

FACTS = {
    "pull": "outcome, read, new, repeated, quarantined, clock_offset_seconds, users, records_before, "
    "records_after, record_capacity, format, serial, firmware, log_bytes, log_digest, complete_until",
    "terminal_user": "uid, pin, name, hex(name_bytes), privilege, disabled, since, until",
    "terminal_operation": "hex(line), ordinal, code, at",
    "terminal_alarm": "kind, subject, params",
    "coverage": "starts, until",
    "clock_span": "starts, offset_seconds",
    "quarantine": "position, hex(record), reason",
    "terminal_profile": "serial, punch_layout, user_layout, firmware",
}


def facts_of(database: Database) -> dict[str, list[Any]]:
    return {table: rows(database, f"SELECT {columns} FROM {table} ORDER BY 1, 2") for table, columns in FACTS.items()}


def live(site: Site) -> None:
    """A place changes hands, somebody becomes an administrator, the clock drifts, the log is erased."""
    terminal = site.terminals["GATE"]
    for number in range(30):
        terminal.punch(str(1001 + number % 3), site.clock().replace(tzinfo=None) - timedelta(hours=40 - number))
    site.clock.pass_by(minutes=5)
    assert site.pull() == "ok"
    terminal.put_user(2, "1044", "Lê Thị Hoa")
    terminal.put_administrator(9, "1009", "Kỹ thuật")
    terminal.punch("1044")
    site.clock.pass_by(minutes=5)
    assert site.pull(full=True) == "ok"
    terminal.punch("1044")
    terminal.machine.clock.offset_seconds = 130
    site.clock.pass_by(hours=1)
    terminal.punch("1001")
    assert site.pull() == "ok"
    terminal.erase_log()
    terminal.punch("1044")
    site.clock.pass_by(hours=1)
    site.pull()
    site.clock.pass_by(hours=1)
    site.pull(full=True)


@pytest.mark.parametrize("layout", sorted(PUNCH_LAYOUTS))
def test_the_centre_knows_what_the_site_knows(
    sqlite_database: Database, migrated_sqlite: Path, tmp_path: Path, layout: str
) -> None:
    clock = Ticking()
    centre = open_centre(sqlite_database, clock)
    with open_site(migrated_sqlite, tmp_path, centre, clock, layout=layout) as site:
        with site.database.writing() as session:  # two layouts of 8 bytes look alike in a short log
            office.get(session, TerminalRow, "GATE").layout = layout
        live(site)
        site.forward()
        assert stored_punches(centre.database) == stored_punches(site.database, "GATE")
        here, there = facts_of(centre.database), facts_of(site.database)
        for table in FACTS:
            assert here[table] == there[table], table
        for table in ("terminal_user", "terminal_operation", "terminal_alarm"):
            assert there[table], table


def test_a_site_that_is_silent_is_late_and_not_unreachable(
    sqlite_database: Database, migrated_sqlite: Path, tmp_path: Path
) -> None:
    clock = Ticking()
    centre = open_centre(sqlite_database, clock)
    with open_site(migrated_sqlite, tmp_path, centre, clock) as site:
        site.terminals["GATE"].punch("1001")
        site.pull()
        site.forward()
        assert reason_of(centre) == ("healthy", "ok")
        clock.pass_by(hours=2)
        assert reason_of(centre) == ("late", "late_site")
        site.pull()
        assert reason_of(centre) == ("late", "late_site")  # read, and not forwarded yet
        site.forward()
        assert reason_of(centre) == ("healthy", "ok")


def test_a_list_of_sites_costs_as_many_statements_as_one_site(any_database: Database) -> None:
    open_centre(any_database, Ticking())
    found: list[dict[str, list[tuple[str, int]]]] = []

    def ask() -> None:
        with any_database.reading() as session:
            states = sites.states(session)
            found.append({each.site.code: [(row.serial, row.waiting) for row in each.terminals] for each in states})

    one = statements_of(any_database, ask)
    with any_database.writing() as session:
        for place in range(10):
            site = sites.add(session, f"N{place}", unit="A", name="", token_digest=f"{place}", at=RECORDED_AT)
            for serial in ("B", "A"):
                sites.see(session, site, serial, "", RECORDED_AT)
        content = {"chain": 1, "previous": "", "seal": "", "content": b"", "serial": "A", "received_at": RECORDED_AT}
        for number in (1, 2):
            row = {"site_id": site.id, "number": number, "digest": str(number)} | content
            session.add(SiteSegmentRow(**row))
    assert statements_of(any_database, ask) == one
    nothing = [("B", 0), ("A", 0)]
    assert list(found[1].items()) == [
        *((f"N{place}", nothing) for place in range(9)),
        ("N9", [("B", 0), ("A", 2)]),
        ("S", [(SERIAL, 0)]),
    ]


def reason_of(centre: CentreOffice) -> tuple[str | None, str]:
    with centre.database.reading() as session:
        (found,) = terminals_health(session, ZONE, centre.clock())
    return found.state, found.reason


@pytest.mark.parametrize(("ran_back", "told"), [(300, [("ran_back",)]), (3600, [])])
def test_a_centre_hears_of_times_that_run_back_from_its_own_setting_on(
    sqlite_database: Database, migrated_sqlite: Path, tmp_path: Path, ran_back: int, told: list[tuple[str]]
) -> None:
    clock = Ticking()
    centre = open_centre(sqlite_database, clock)
    centre.receiver.thresholds = Thresholds(ran_back=ran_back)
    with open_site(migrated_sqlite, tmp_path, centre, clock) as site:
        wall = site.clock().replace(tzinfo=None) - timedelta(hours=4)
        for minutes in (*range(20), 12.5):  # a second that no other punch has
            site.terminals["GATE"].punch("1001", wall + timedelta(minutes=minutes))
        site.pull()
        site.forward()
    assert rows(centre.database, "SELECT kind FROM terminal_alarm WHERE kind = 'ran_back'") == told


def test_a_full_disk_at_the_site_loses_nothing_and_says_so(
    sqlite_database: Database, migrated_sqlite: Path, tmp_path: Path
) -> None:
    clock = Ticking()
    centre = open_centre(sqlite_database, clock)
    with open_site(migrated_sqlite, tmp_path, centre, clock) as site:
        terminal = site.terminals["GATE"]
        terminal.punch("1001")
        site.pull()
        held = site.held()
        pages = int(rows(site.database, "PRAGMA page_count")[0][0])
        full = [True]

        @event.listens_for(site.database.engine, "begin")
        def limit(connection: Any) -> None:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages if full[0] else 1_000_000}")

        for number in range(4000):
            terminal.punch(str(1001 + number % 3), verify=number % 200)
            clock.at += timedelta(seconds=1 + number % 37)
        clock.pass_by(minutes=1)
        with pytest.raises(StoreUnavailable, match="disk is full"):
            site.puller.pull("GATE")
        assert len(stored_punches(site.database, "GATE")) == 1
        assert site.held() == held
        full[0] = False
        assert site.puller.pull("GATE").outcome == "ok"
        pages = int(rows(site.database, "PRAGMA page_count")[0][0])
        full[0] = True
        with pytest.raises(StoreUnavailable, match="disk is full"):  # the pull is kept, its segment finds no room
            site.seal()
        assert site.held() == held
        full[0] = False
        site.forward()
        assert_delivered(centre, site)
