"""One simulated terminal by pull, push and USB stick, over real connections: every punch once, in any order."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from attendance import clock
from attendance.store import push_devices, registering
from device_sync import wire
from device_sync.push.covering import MARGIN
from device_sync.simulator import SimulatedTerminal
from device_sync.simulator.pushing import PushingTerminal
from tests.builders import ZONE, Key, bring, export_of, puller_for, pulls, record, rows, stored_punches
from tests.e2e.conftest import Office, Served

SERIAL = "SIM0000000001"
FIRST = datetime(2026, 11, 23, 7, 25)
CODE = "P-1"
ADDRESS = "127.0.0.1"


def body_of(count: int) -> bytes:
    return b"".join(
        record(str(1001 + n % 3), FIRST + timedelta(seconds=61 * n), n % 2, (1, 15)[n % 2], uid=n % 3 + 1)
        for n in range(count)
    )


def pushing(served: Served, office: Office, **parts: Any) -> PushingTerminal:
    terminal = PushingTerminal(
        f"http://{ADDRESS}:{served.port}", serial=SERIAL, now=office.clock, timeout_seconds=30, **parts
    )
    terminal.greet()
    return terminal


def approve(office: Office, **given: Any) -> None:
    answer = office.client("root").post(f"/api/v1/terminals/pushing/{SERIAL}/approve", json=given)
    assert answer.status_code == 200, answer.text


def truth(terminal: PushingTerminal) -> list[Key]:
    return [(p.pin, clock.wall_seconds(wire.decode_time(p.time)), p.state, p.verify) for p in terminal.truth]


@pytest.mark.parametrize(
    "order", [("pull", "push", "stick"), ("push", "stick", "pull"), ("stick", "pull", "push")], ids="-".join
)
def test_every_punch_lands_once_whichever_way_is_first(
    served: Served, open_office: Office, order: tuple[str, ...]
) -> None:
    whole = body_of(40)
    terminal = pushing(served, open_office, records=whole, batch_lines=15)
    assert terminal.push() is False
    approve(open_office, create=CODE, unit="A")
    expected = truth(terminal)
    for way in order:
        if way == "push":
            assert terminal.greet()
            assert terminal.push()
            assert terminal.unsent == 0
        elif way == "stick":
            bring(open_office.database, export_of(expected), at=open_office.clock(), terminal=CODE)
        else:
            with SimulatedTerminal(serial=SERIAL, records=whole, now=open_office.clock).running() as pulled:
                with open_office.database.writing() as session:
                    registering.change_terminal(session, CODE, host=ADDRESS, port=pulled.port, at=open_office.clock())
                filed = puller_for(open_office.database, now=open_office.clock).pull(CODE)
                assert filed.outcome == "ok", filed.message
        assert sorted(stored_punches(open_office.database, CODE)) == sorted(expected)


@pytest.mark.parametrize("fault", ["cut", "twice", None])
def test_a_line_that_breaks_or_a_terminal_that_repeats_itself_costs_and_adds_nothing(
    served: Served, open_office: Office, fault: Any
) -> None:
    terminal = pushing(served, open_office, records=body_of(40), batch_lines=7, fault=fault)
    approve(open_office, create=CODE, unit="A")
    terminal.greet()
    for _ in range(40):
        if terminal.push():
            break
    assert terminal.unsent == 0
    assert sorted(stored_punches(open_office.database, CODE)) == sorted(truth(terminal))


def test_a_terminal_that_is_only_pushed_is_read_completely_by_asking(served: Served, open_office: Office) -> None:
    terminal = pushing(served, open_office, records=body_of(40))
    approve(open_office, create=CODE, unit="A")
    terminal.greet()
    terminal.push()
    assert _spans(open_office) == []
    now = clock.to_wall(open_office.clock(), ZONE)
    [command] = terminal.poll()
    assert command.startswith("DATA QUERY ATTLOG StartTime=")
    open_office.clock.pass_by(seconds=31)
    assert terminal.poll() == []
    assert _spans(open_office) == [(FIRST, now - MARGIN)]
    [listed] = open_office.get("root", "/terminals/pushing")["items"]
    assert listed["complete_until"] == clock.local_iso(now - MARGIN, ZONE)
    assert set(terminal.commands) <= {command}


def _spans(office: Office) -> list[tuple[datetime, datetime]]:
    """What was read completely of the pushing terminal; the office of these tests has others."""
    with office.database.reading() as session:
        number = push_devices.get(session, SERIAL).terminal_id
    found = rows(office.database, "SELECT starts, until FROM coverage WHERE terminal_id = :number", number=number)
    return [(datetime.fromisoformat(starts), datetime.fromisoformat(until)) for starts, until in found]


def test_the_other_protocol_brings_its_punches_and_no_secret(served: Served, open_office: Office) -> None:
    terminal = pushing(served, open_office, shape="acc", records=body_of(20))
    assert terminal.registry_code == ""
    approve(open_office, create=CODE, unit="A")
    assert terminal.greet()
    assert terminal.registry_code
    assert terminal.push()
    assert terminal.push_door_event(206)
    assert terminal.push_door_event(27, "1001")
    assert terminal.push_state()
    assert sorted(stored_punches(open_office.database, CODE)) == sorted(truth(terminal))
    assert rows(open_office.database, "SELECT reason FROM quarantine ORDER BY id") == [
        ("door_event",), ("refused_entry",)
    ]  # fmt: skip
    assert_no_secret(terminal, open_office)


def test_passwords_and_keys_that_were_sent_are_in_no_table(served: Served, open_office: Office) -> None:
    terminal = pushing(served, open_office, records=body_of(3), push_key="4711471147114711")
    approve(open_office, create=CODE, unit="A")
    assert terminal.greet()
    assert terminal.push()
    kinds = [pull.row.format for pull in pulls(open_office.database) if pull.row.source == "push"]
    assert sorted(kinds) == ["attlog", "operlog", "operlog"]
    assert_no_secret(terminal, open_office)


def assert_no_secret(terminal: PushingTerminal, office: Office) -> None:
    """Nothing that stood behind `Passwd=`, `password=`, `ComPwd=` or `pushcommkey=` is anywhere in the database."""
    sent = b"".join(exchange.body + exchange.target.encode() for exchange in terminal.journal)
    secrets = {
        part.split(b"=", 1)[1]
        for part in sent.replace(b"&", b"\t").replace(b",", b"\t").replace(b"\n", b"\t").split(b"\t")
        if part.lower().startswith((b"passwd=", b"password=", b"compwd=", b"pushcommkey="))
    } - {b""}
    assert secrets
    held = b"".join(pull.payload for pull in pulls(office.database))
    held += repr(rows(office.database, "SELECT * FROM push_device")).encode()
    held += repr(rows(office.database, "SELECT record FROM quarantine")).encode()
    assert not [secret for secret in secrets if secret in held]


def test_a_terminal_obeys_the_hour_it_is_told(served: Served, open_office: Office) -> None:
    """The web server writes `Date`, the handshake the zone; together they are the time of the office."""
    approve_first = pushing(served, open_office)
    approve(open_office, create=CODE, unit="A")
    terminal = PushingTerminal(
        f"http://{ADDRESS}:{served.port}", serial=SERIAL, clock_offset_seconds=5 * 3600, obeys_date=True,
        timeout_seconds=30,
    )  # fmt: skip
    assert terminal.greet()
    terminal.ping()
    assert abs((terminal.clock.read() - clock.to_wall(clock.utc_now(), ZONE)).total_seconds()) < 60
    assert approve_first.told == {}


def test_a_forged_punch_is_found_when_the_terminal_is_read(served: Served, open_office: Office) -> None:
    whole = body_of(30)
    terminal = pushing(served, open_office, records=whole)
    approve(open_office, create=CODE, unit="A")
    open_office.clock.pass_by(hours=1)
    terminal.greet()
    terminal.push()
    forger = pushing(served, open_office)
    forger.punch("1002", FIRST + timedelta(minutes=3, seconds=7))
    assert forger.push()  # same address, same serial: nothing tells the two apart
    with SimulatedTerminal(serial=SERIAL, records=whole, now=open_office.clock).running() as pulled:
        with open_office.database.writing() as session:
            registering.change_terminal(session, CODE, host=ADDRESS, port=pulled.port, at=open_office.clock())
        assert puller_for(open_office.database, now=open_office.clock).pull(CODE, full=True).outcome == "ok"
    from device_sync.push.reconciling import reconcile_all

    open_office.clock.pass_by(hours=1)
    [found] = reconcile_all(open_office.database, zone=ZONE, at=open_office.clock())
    assert [(pin, clock.from_wall_seconds(wall)) for wall, pin, *_ in found.pushed_only] == [
        ("1002", FIRST + timedelta(minutes=3, seconds=7))
    ]
    [listed] = open_office.get("hr", f"/terminals/{CODE}/differences")["items"]
    assert (listed["side"], listed["pin"]) == ("pushed_only", "1002")
    assert ("1002", clock.wall_seconds(FIRST) + 187, 0, 1) in stored_punches(open_office.database, CODE)
