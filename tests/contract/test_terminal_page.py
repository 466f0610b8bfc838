"""What the pages of terminals ask the store, on both databases; and a first reading that counts from a chosen date."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from attendance import clock
from attendance.store import intake_log, office, terminal_places
from attendance.store.database import Database
from attendance.store.tables import TerminalRow
from attendance.store.within import EVERYTHING, NOTHING
from device_sync.simulator import SimulatedTerminal, load_records
from reports.terminal import terminal_page
from reports.terminals import terminals_page
from tests.builders import MONDAY, ZONE, bring, build_office, export_of, puller_for, terminal_id
from tests.pushing import keys


def test_a_terminal_is_told_whole(any_database: Database) -> None:
    with SimulatedTerminal(users=5, records=load_records(90), fault="bad_date", capacity=100).running() as simulated:
        build_office(any_database, addresses={"T-A": simulated.port})
        puller = puller_for(any_database)
        puller.pull("T-A")
        puller.pull("T-A", full=True)
    puller.pull("T-A")  # nobody is there
    now = clock.utc_now()
    with any_database.reading() as session:
        row = office.get(session, TerminalRow, "T-A")
        page = terminal_page(session, ZONE, now, row, within=EVERYTHING, pulled=EVERYTHING, page=1)
        listed = terminals_page(
            session, ZONE, now, within=EVERYTHING, part=EVERYTHING, pulled=NOTHING, unit="", state="", page=7
        )
    assert [(line.outcome, line.reason) for line in page.pulls] == [
        ("refused", "port_closed"), ("ok", None), ("ok", None),
    ]  # fmt: skip
    assert (page.pulls[2].new, page.pulls[1].repeated, page.pulls[0].read) == (90, 90, 0)
    assert [(reason, count) for reason, count, _ in page.set_aside] == [("bad_time", 1)]
    assert [(records, capacity) for _, records, capacity in page.curve] == [(91, 100)]
    assert "full_soon" in [alarm.kind for alarm in page.alarms]
    assert (page.row.serial, page.was_read, page.line.people) == (simulated.serial, True, 3)
    assert (listed.page, listed.pages, [line.code for line in listed.lines]) == (1, 1, ["T-A"])
    assert listed.pullable == ()


def test_who_depends_is_counted_as_far_as_it_is_seen(any_database: Database) -> None:
    build_office(any_database, addresses={"T-A": 1})
    on = clock.today(clock.utc_now(), ZONE)
    with any_database.reading() as session:
        rows = [office.get(session, TerminalRow, "T-A")]
        number = office.key(rows[0])
        seen = terminal_places.dependants(session, rows, on, EVERYTHING)
        unseen = terminal_places.dependants(session, rows, on, NOTHING)
    assert sum(seen[number].values()) == 3
    assert unseen[number] == {}


def test_no_reading_proves_anything_before_the_date_it_counts_from(any_database: Database) -> None:
    records = load_records(400)
    with SimulatedTerminal(users=5, records=records).running() as simulated:
        build_office(any_database, addresses={"T-A": simulated.port})
        began = clock.today(clock.utc_now(), ZONE) - timedelta(days=3)
        with any_database.writing() as session:
            row = office.get(session, TerminalRow, "T-A")
            row.counts_from = began
            session.add(row)
        puller = puller_for(any_database)
        assert puller.pull("T-A").new == 400, "all of the log is kept"
        puller.pull("T-A", full=True)
    with any_database.reading() as session:
        [(starts, _)] = intake_log.spans(session, terminal_id(any_database))
    assert (starts.date(), starts.hour) == (began, 0)


def test_no_file_proves_anything_before_the_date_it_counts_from(any_database: Database) -> None:
    build_office(any_database)
    began = MONDAY.date() + timedelta(days=1)
    with any_database.writing() as session:
        row = office.get(session, TerminalRow, "T-A")
        row.counts_from = began
        session.add(row)
    assert bring(any_database, export_of([*keys(3), *keys(2, first=MONDAY + timedelta(days=3))])).new == 5
    with any_database.reading() as session:
        [(starts, _)] = intake_log.spans(session, terminal_id(any_database))
    assert starts == datetime.combine(began, time.min)
    assert bring(any_database, export_of(keys(1, first=MONDAY - timedelta(days=9)))).new == 1
    with any_database.reading() as session:
        assert [starts for starts, _ in intake_log.spans(session, terminal_id(any_database))] == [starts]
