"""A terminal added from nothing over the pages, without scripts; nothing is stored before it is confirmed."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.keys import read_comm_key
from api.pages.terminal_pages.adding import working
from attendance import clock
from attendance.services import onboarding
from device_sync.simulator import SimulatedTerminal
from tests.e2e.site import Person
from tests.e2e.terminal_site import (
    ON_TERMINAL,
    QUICK,
    ZONE,
    TerminalSite,
    open_terminal_site,
    recent_records,
    until,
    words,
)

KEY = 482913


@pytest.fixture(scope="module")
def opened(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TerminalSite]:
    with open_terminal_site(migrated_sqlite, tmp_path_factory.mktemp("terminals")) as found:
        yield found


@pytest.fixture
def site(opened: TerminalSite, monkeypatch: pytest.MonkeyPatch) -> TerminalSite:
    opened.begin_anew()
    monkeypatch.setattr(working, "PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(working, "TRIAL", QUICK)
    return opened


def simulated(**more: Any) -> SimulatedTerminal:
    return SimulatedTerminal(**({"users": ON_TERMINAL, "records": recent_records()} | more))


def after_test(person: Person, port: int, **more: str) -> tuple[str, str]:
    """The address of the draft and its page once the test has ended."""
    person.send("/terminals/add/address", on="/terminals/add", host="127.0.0.1", port=str(port), **more)
    assert person.last.status_code == 303, words(person.last.text)
    address = person.last.headers["location"].removesuffix("/test")
    page = until(lambda: (text := person.see(f"{address}/test")) and "Testing;" not in text and text)
    return address, page


def confirmed(person: Person, address: str, **named: str) -> str:
    """On to the page that stores: a name, whoever is proposed, and the date that is suggested."""
    given = {
        "code": "GATE",
        "name": "Cổng chính",
        "unit": "A",
        "direction": "none",
        "every": "300",
        "place": "",
    } | named
    person.send(f"{address}/name", **given)
    assert person.last.status_code == 303, words(person.last.text)
    page = person.see(f"{address}/people")
    ticked = re.findall(r'name="accept" value="(\d+)" checked', page)
    chosen = {f"who.{pin}": _selected(page, pin) for pin in ticked}
    person.send(f"{address}/people", accept=ticked, **chosen)
    assert person.last.headers["location"] == f"{address}/history"
    return person.see(f"{address}/history")


def _selected(page: str, pin: str) -> str:
    chosen = re.search(rf'name="who\.{pin}">(.*?)</select>', page, re.S)
    assert chosen is not None
    found = re.search(r'value="([^"]+)" selected', chosen[1])
    assert found is not None
    return found[1]


def test_a_terminal_is_added_from_nothing(site: TerminalSite) -> None:
    admin = site.person("root")
    with simulated(comm_key=KEY, clock_offset_seconds=90).running() as terminal:
        address, page = after_test(admin, terminal.port, comm_key=str(KEY))
        assert "two readings agree" in page
        assert terminal.serial in page
        assert "off by this" not in page
        assert str(KEY) not in page
        page = confirmed(admin, address)
        assert "3 numbers are matched" in page, "by the code that is the number, and by names without marks"
        assert site.terminals() == [], "nothing is stored before it is confirmed"
        assert not (site.settings.keys_dir).exists()
        began = clock.today(clock.utc_now(), ZONE) - timedelta(days=2)
        admin.send(f"{address}/history", **{"from": f"{began:%d/%m/%Y}"})
        page = until(lambda: (text := admin.see(f"{address}/history")) and "Continue" in text and text)
        assert "40 new punches, 0 known already, 0 set aside." in words(page)
        assert "provisional until the calendar is confirmed" in page
        safety = words(admin.see(f"{address}/safety"))
        for said in ("It asks for a comm key", "1 minute 30 seconds", "There is room", "its menu is locked"):
            assert said in safety
    [row] = site.terminals()
    assert (row.code, row.serial, row.has_comm_key, row.counts_from) == ("GATE", terminal.serial, True, began)
    assert read_comm_key(site.settings.keys_dir, "GATE") == KEY
    assert site.count("enrolment", from_on=began) == 3
    assert site.count("coverage", starts=f"{began} 00:00:00.000000") == 1, "the history counts from that date on"
    assert site.count("trail", act="terminal.added") == 1
    listed = words(admin.see("/terminals"))
    assert "Cổng chính" in listed
    assert "3 people" in listed
    assert onboarding.strangers(site.database, "GATE").keys() == {"9"}, "who is not matched stays on the work list"
    assert "Number 9" in words(admin.see("/terminals/GATE/people"))
    admin.send("/terminals/GATE/people", accept="9", **{"other.9": "NV-3"})
    assert site.count("enrolment", pin="9", from_on=began) == 1, "whoever is matched later counts from there too"


def test_the_key_is_in_its_file_and_nowhere_else(site: TerminalSite, caplog: Any) -> None:
    admin = site.person("root")
    with simulated(comm_key=KEY).running() as terminal:
        address, page = after_test(admin, terminal.port, comm_key=str(KEY))
        pages = [page, confirmed(admin, address)]
        admin.send(f"{address}/history", **{"from": ""})
        until(lambda: "Continue" in admin.see(f"{address}/history"))
        pages += [admin.see(path) for path in (f"{address}/safety", "/terminals/GATE", "/terminals/GATE/settings")]
    assert not any(str(KEY) in text for text in pages)
    assert str(KEY) not in caplog.text
    site.database.close()
    holding = [
        path.name
        for path in site.settings.data_dir.rglob("*")
        if path.is_file() and str(KEY).encode() in path.read_bytes()
    ]
    assert holding == ["GATE.key"]


LONG = pytest.mark.long


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("refuse_auth", "The communication key is not right"),
        ("bad_checksum", "Check the cable"),
        pytest.param("not_zk", "no ZK terminal", marks=LONG),
        pytest.param("hangs_up", "ZKTime", marks=LONG),
        pytest.param("silent", "ZKTime", marks=LONG),
        pytest.param("stall", "fell silent", marks=LONG),
        pytest.param("empty_set", "Other records came", marks=LONG),
        pytest.param("no_bulk", "declines to be read", marks=LONG),
        pytest.param("encrypted", "unknown code", marks=LONG),
    ],
)
def test_each_fault_is_a_sentence_and_nothing_is_stored(site: TerminalSite, fault: str, said: str) -> None:
    admin = site.person("root")
    with simulated(fault=fault).running() as terminal:
        address, page = after_test(admin, terminal.port)
    assert "It cannot be added yet" in page
    assert said.lower() in words(page).lower(), words(page)[words(page).index("Step by step") :]
    assert admin.client.get(f"{address}/name").headers["location"] == f"{address}/test", "no way past a failed step"
    assert site.terminals() == []


def test_a_dead_address_is_told_and_can_be_corrected(site: TerminalSite) -> None:
    admin = site.person("root")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = probe.getsockname()[1]
    address, page = after_test(admin, closed)
    assert "port" in words(page)
    with simulated().running() as terminal:
        token = address.rsplit("/", 1)[1]
        again, page = after_test(admin, terminal.port, token=token)
        assert again == address
        assert "two readings agree" in page


def test_what_cannot_be_is_said_at_once(site: TerminalSite) -> None:
    admin = site.person("root")
    for given, said in (
        ({"host": "may-cong.local"}, "That is no IP address"),
        ({"host": "8.8.8.8"}, "outside the allowed networks"),
        ({"host": "127.0.0.1", "port": "70000"}, "A port is a number"),
        ({"host": "127.0.0.1", "comm_key": "12ab"}, "A comm key is a number"),
    ):
        answer = admin.send("/terminals/add/address", on="/terminals/add", **given)
        assert (answer.status_code, said in answer.text, "12ab" in answer.text) == (422, True, False), given


def test_a_machine_that_is_known_is_named_and_not_added_again(site: TerminalSite) -> None:
    admin = site.person("root")
    with simulated().running() as terminal:
        site.add("T-1", 4370, host="127.0.0.2", serial=terminal.serial)
        _, page = after_test(admin, terminal.port)
        assert f"Machine {terminal.serial} is in the list already: T-1 (Máy T-1), at 127.0.0.2:4370" in words(page)
        _, page = after_test(site.person("root.b"), terminal.port)
        assert "outside of what you look after" in page
        assert "T-1" not in page
    talked = terminal.connections
    site.add("T-2", terminal.port, serial="ANOTHER")
    _, page = after_test(admin, terminal.port)
    assert "T-2 (Máy T-2) is registered at this address" in words(page)
    assert terminal.connections == talked, "a terminal of the office is not talked to beside its readings"


def test_two_who_add_the_same_machine_get_one(site: TerminalSite) -> None:
    first, second = site.person("root"), site.person("root2")
    with simulated().running() as terminal:
        one, _ = after_test(first, terminal.port)
        other, _ = after_test(second, terminal.port)
        confirmed(first, one, code="ONE")
        confirmed(second, other, code="OTHER")
        assert first.send(f"{one}/history", **{"from": ""}).status_code == 303
        late = second.send(f"{other}/history", **{"from": ""})
        assert late.status_code == 409
        assert "Somebody else added this machine meanwhile" in late.text
        until(lambda: "Continue" in first.see(f"{one}/history"))
    assert [row.code for row in site.terminals()] == ["ONE"]


def test_leaving_in_the_middle_leaves_nothing(site: TerminalSite) -> None:
    admin, other = site.person("root"), site.person("root2")
    with simulated().running() as terminal:
        address, _ = after_test(admin, terminal.port)
        assert other.client.get(f"{address}/test").headers["location"] == "/terminals/add?gone=true"
        confirmed(admin, address)
        admin.send(f"{address}/drop", on=f"{address}/people")
    assert admin.client.get(f"{address}/history").headers["location"] == "/terminals/add?gone=true"
    assert "Nothing is half-stored" in admin.see("/terminals/add?gone=true")
    assert site.terminals() == []
    assert site.count("enrolment") == 0


def test_people_can_be_made_from_the_numbers(site: TerminalSite) -> None:
    admin = site.person("root")
    with simulated().running() as terminal:
        address, _ = after_test(admin, terminal.port)
        admin.send(f"{address}/name", code="GATE", name="Cổng", unit="A", direction="none", every="300", place="Trụ sở")
        admin.send(f"{address}/people", make="yes")
        admin.send(f"{address}/history", **{"from": ""})
        page = until(lambda: (text := admin.see(f"{address}/history")) and "Continue" in text and text)
    assert "4 people were made from their numbers" in page
    assert site.count("place", name="Trụ sở") == 1


def test_a_name_that_cannot_be_is_said(site: TerminalSite) -> None:
    admin = site.person("root")
    site.add("T-1", 4370)
    with simulated(records=b"").running() as terminal:
        address, _ = after_test(admin, terminal.port)
    for field, value, said in (
        ("code", "a/b", "no / and no spaces"), ("code", "add", "address of a page"), ("code", "T-1", "has this code"),
        ("name", "", "1 to 100 letters"), ("unit", "NOPE", "no such unit"), ("every", "1", "5 to 86400"),
        ("direction", "up", "directions listed"),
    ):  # fmt: skip
        given = {"code": "GATE", "name": "Cổng", "unit": "A", "direction": "none", "every": "300"} | {field: value}
        answer = admin.send(f"{address}/name", **given)
        assert (answer.status_code, said in answer.text) == (422, True), (field, value)


def test_a_search_asks_first_and_looks_only_where_it_may(site: TerminalSite) -> None:
    admin = site.person("root")
    with simulated().running() as terminal:
        where = {"other": "127.0.0.1/32", "port": str(terminal.port)}
        assert "Tick that you may" in admin.send("/terminals/add/search", on="/terminals/add", **where).text
        for network, said in (("8.8.8.0/24", "outside the allowed"), ("10.0.0.0/8", "too wide"), ("x", "no network")):
            answer = admin.send("/terminals/add/search", on="/terminals/add", consent="yes", other=network)
            assert (answer.status_code, said in answer.text) == (422, True), network
        admin.send("/terminals/add/search", on="/terminals/add", consent="yes", **where)
        address = admin.last.headers["location"]
        page = until(lambda: (text := admin.see(address)) and "Knocked" not in text and text)
    assert terminal.serial in page
    assert "Test this one" in page
    assert site.count("trail", act="terminal.searched") == 1


def test_only_administrators_add(site: TerminalSite) -> None:
    for name in ("lan", "vinh"):
        person = site.person(name)
        assert person.client.get("/terminals/add").status_code == 403
        assert 'href="/terminals/add"' not in person.see("/terminals")
