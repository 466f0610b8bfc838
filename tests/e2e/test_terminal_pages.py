"""The pages of the terminals over real ones: how each is, reading now, alarms, whose number is whose, settings."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.keys import read_comm_key
from attendance import clock
from device_sync.simulator import Fault, SimulatedTerminal
from tests.e2e.site import Person
from tests.e2e.terminal_site import ON_TERMINAL, TerminalSite, open_terminal_site, recent_records, until, words


@pytest.fixture(scope="module")
def opened(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TerminalSite]:
    with open_terminal_site(migrated_sqlite, tmp_path_factory.mktemp("terminals")) as found:
        yield found


@pytest.fixture
def site(opened: TerminalSite) -> TerminalSite:
    opened.begin_anew()
    return opened


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def simulated(**more: Any) -> SimulatedTerminal:
    return SimulatedTerminal(**({"users": ON_TERMINAL, "records": recent_records()} | more))


def pulled(person: Person, code: str) -> str:
    """The page of a terminal after it was read at its button."""
    assert person.send(f"/terminals/{code}/pull", on=f"/terminals/{code}").status_code == 303
    return settled(person, code)


def settled(person: Person, code: str) -> str:
    return until(lambda: (text := person.see(f"/terminals/{code}")) and "?was=reading" not in text and text)


def test_the_list_says_how_each_is_and_filters(site: TerminalSite) -> None:
    hr = site.person("lan")
    with simulated(capacity=45).running() as full, simulated(serial="S2").running() as other:
        site.add("T-FULL", full.port, name="Cổng đầy")
        site.add("T-B", other.port, unit="B", name="Cổng B")
        site.add("T-DEAD", closed_port(), name="Cổng tắt")
        hr.send("/terminals/pull", on="/terminals")
        page = until(lambda: (text := hr.see("/terminals")) and "every 1s" not in text and text)
    said = words(page)
    for text in ("Nearly full", "88 % (40 of 45 records)", "3 people: UBND xã Tân Mai", "port", "Read all now"):
        assert text in said, text
    assert page.index("Cổng tắt") < page.index("Cổng đầy") < page.index("Cổng B"), "what needs a look comes first"
    only_b = hr.see("/terminals?unit=B")
    assert ("Cổng B" in only_b, "Cổng đầy" in only_b) == (True, False)
    only_full = hr.see("/terminals?state=full_soon")
    assert ("Cổng đầy" in only_full, "Cổng B" in only_full) == (True, False)
    of_b = site.person("root.b").see("/terminals")
    assert ("Cổng B" in of_b, "Cổng đầy" in of_b) == (True, False)


def test_reading_now_tells_what_came(site: TerminalSite) -> None:
    hr = site.person("lan")
    with simulated(clock_offset_seconds=-120).running() as terminal:
        site.add("T-A", terminal.port)
        page = pulled(hr, "T-A")
        assert "40 new punches, 0 known already, 0 set aside. Its clock is 2 minutes slow." in words(page)
        terminal.punch("7")
        page = pulled(hr, "T-A")
    assert "1 new punch, 40 known already" in words(page)
    assert words(page).count("Reading 1") == 1, "both are in the history"
    assert site.count("trail", act="pull.asked") == 2


def test_a_dead_terminal_says_why_and_its_page_stays_usable(site: TerminalSite) -> None:
    hr = site.person("lan")
    site.add("T-A", closed_port())
    page = words(pulled(hr, "T-A"))
    assert "This reading brought nothing." in page
    assert "another program" in page or "Check the port" in page
    assert "Read now" in page
    site.add("T-USB", 4370, host=None)
    answer = hr.send("/terminals/T-USB/pull", on="/terminals/T-USB")
    assert (answer.status_code, "no address" in answer.text) == (409, True)


def test_two_who_read_at_once_share_one_reading(site: TerminalSite) -> None:
    first, second = site.person("lan"), site.person("vinh")
    with simulated(fault=Fault("delayed", pause_seconds=0.05)).running() as terminal:
        site.add("T-A", terminal.port)
        for person in (first, second):
            person.send("/terminals/T-A/pull", on="/terminals/T-A")
        assert "It was being read already; you share the result." in second.see("/terminals/T-A/live")
        pages = [words(settled(person, "T-A")) for person in (first, second)]
    assert all("40 new punches" in page for page in pages)
    assert site.count("pull") == 1


def test_whoever_looks_is_told_by_a_part_that_asks_again(site: TerminalSite) -> None:
    hr = site.person("lan")
    with simulated(fault=Fault("delayed", pause_seconds=0.05)).running() as terminal:
        site.add("T-A", terminal.port)
        token = re.search(r'csrf_token" value="(\w+)"', hr.see("/terminals/T-A"))
        assert token is not None
        htmx = {"HX-Request": "true"}
        answer = hr.client.post("/terminals/T-A/pull", data={"csrf_token": token[1]}, headers=htmx)
        assert answer.headers["location"] == "/terminals/T-A/live"
        part = hr.client.get("/terminals/T-A/live", headers=htmx)
        assert 'hx-trigger="every 1s"' in part.text
        assert "<html" not in part.text
        ended = until(
            lambda: (
                (got := hr.client.get("/terminals/T-A/live?was=reading", headers=htmx)).headers.get("HX-Refresh")
                and got
            )
        )
    assert "40 new punches" in words(ended.text)


def test_an_alarm_is_acknowledged_once_by_an_administrator(site: TerminalSite) -> None:
    admin = site.person("root")
    with simulated(clock_offset_seconds=420).running() as terminal:
        site.add("T-A", terminal.port)
        page = pulled(admin, "T-A")
    assert "Its clock is 7 minutes fast." in words(page)
    [address] = re.findall(r'action="(/terminals/T-A/alarms/\d+/acknowledge)"', page)[:1]
    assert admin.send(address, on="/terminals/T-A").status_code == 303
    assert "Seen by root" in words(admin.see("/terminals/T-A"))
    again = admin.send(address, on="/terminals/T-A")
    assert (again.status_code, "before you" in again.text) == (409, True)
    assert "acknowledge" not in site.person("lan").see("/terminals/T-A")


def test_numbers_are_matched_as_proposed_or_as_written(site: TerminalSite) -> None:
    hr = site.person("lan")
    with simulated().running() as terminal:
        site.add("T-A", terminal.port)
        pulled(hr, "T-A")
    page = hr.see("/terminals/T-A/people")
    assert [pin in re.findall(r'value="(\w+)" checked', page) for pin in ("1001", "7", "8", "9")] == [True] * 3 + [
        False
    ]
    before = site.count("enrolment")
    people = {"who.1001": "1001", "who.7": "NV-2", "other.9": "KHONG-CO"}
    refused = hr.send("/terminals/T-A/people", accept=["1001", "7", "9"], **people)
    assert (refused.status_code, "KHONG-CO" in refused.text, site.count("enrolment")) == (422, True, before)
    hr.send("/terminals/T-A/people", accept=["1001", "7"], **people)
    assert "2 numbers were matched" in hr.see(hr.last.headers["location"])
    assert site.count("enrolment") == before + 2
    assert site.count("trail", act="enrolment.added") == 2
    for given, said in (
        ({}, "No number was ticked"),
        ({"accept": "8", "other.8": "NV-3", "from": "32/13"}, "That is no date"),
        ({"accept": "7", "other.7": "NV-3"}, "somebody else&#39;s then"),
        ({"accept": "7", "other.7": "NV-3", "instead": "yes"}, "from which date"),
    ):
        answer = hr.send("/terminals/T-A/people", **given)
        assert (answer.status_code, said in answer.text) == (422, True), given
    today = clock.today(clock.utc_now(), "Asia/Ho_Chi_Minh")
    hr.send("/terminals/T-A/people", accept="7", instead="yes", **{"other.7": "NV-3", "from": f"{today:%d/%m/%Y}"})
    assert hr.last.status_code == 303
    assert site.count("enrolment", pin="7", to_on=today - timedelta(days=1)) == 1
    assert "name on the terminal" in words(hr.see("/terminals/T-A/people")).lower(), (
        "and the list says the name differs"
    )
    assert site.person("vinh").client.get("/terminals/T-A/people").status_code == 403


def test_people_out_of_sight_are_neither_shown_nor_matched(site: TerminalSite) -> None:
    with simulated().running() as terminal:
        site.add("T-B", terminal.port, unit="B")
        pulled(site.person("root"), "T-B")
    of_b = site.person("root.b")
    page = of_b.see("/terminals/T-B/people")
    assert "Trần Văn Nam" not in page
    answer = of_b.send("/terminals/T-B/people", accept="7", **{"other.7": "NV-2"})
    nobody = of_b.send("/terminals/T-B/people", accept="7", **{"other.7": "NOBODY"})
    assert answer.status_code == nobody.status_code == 422
    assert words(answer.text).replace("NV-2", "X") == words(nobody.text).replace("NOBODY", "X")
    assert site.count("enrolment") == 0


def test_settings_are_changed_and_a_key_is_never_shown(site: TerminalSite) -> None:
    admin = site.person("root")
    site.add("T-A", 4370)
    form = {"name": "Cổng sau", "host": "127.0.0.9", "port": "4371", "transport": "udp", "every": "600",
            "layout": "zk40", "unit": "B", "place": "Nhà 2", "live": "yes"}  # fmt: skip
    for field, value, said in (
        ("host", "1.1.1.1", "outside the allowed"), ("every", "2", "5 to 86400"), ("comm_key", "77x", "comm key is"),
        ("name", "", "1 to 100"), ("layout", "zk1", "layouts listed"), ("port", "0", "A port is"),
    ):  # fmt: skip
        answer = admin.send("/terminals/T-A/settings", **(form | {field: value}))
        assert (answer.status_code, said in answer.text, "77x" in answer.text) == (422, True, False), field
    assert site.terminals()[0].name == "Máy T-A"
    admin.send("/terminals/T-A/settings", comm_key="771133", **form)
    page = admin.see(admin.last.headers["location"])
    assert "Saved." in page
    assert "771133" not in page
    assert read_comm_key(site.settings.keys_dir, "T-A") == 771133
    [row] = site.terminals()
    assert (row.name, row.host, row.port, row.transport, row.poll_seconds, row.layout, row.live, row.has_comm_key) == (
        "Cổng sau", "127.0.0.9", 4371, "udp", 600, "zk40", True, True,
    )  # fmt: skip
    assert "Nhà 2" in admin.see("/terminals/T-A")
    assert "There is a comm key" in page
    assert site.person("lan").client.get("/terminals/T-A/settings").status_code == 403


def test_one_that_was_read_stays_in_its_unit(site: TerminalSite) -> None:
    admin = site.person("root")
    with simulated().running() as terminal:
        site.add("T-A", terminal.port)
        pulled(admin, "T-A")
    answer = admin.send("/terminals/T-A/settings", name="Cổng", every="300", unit="B")
    assert (answer.status_code, "so its unit stays" in words(answer.text)) == (422, True)


def test_out_of_use_is_meant_and_then_kept_apart(site: TerminalSite) -> None:
    admin = site.person("root")
    site.add("T-A", 4370, name="Cổng cũ")
    assert admin.send("/terminals/T-A/retire", on="/terminals/T-A/settings").status_code == 422
    assert site.terminals()[0].in_use
    admin.send("/terminals/T-A/retire", on="/terminals/T-A/settings", sure="yes")
    assert not site.terminals()[0].in_use
    assert "Cổng cũ" not in admin.see("/terminals")
    assert "Cổng cũ" in admin.see("/terminals?state=retired")
    assert "out of use and is read no more" in words(admin.see("/terminals/T-A"))


def test_what_is_set_aside_is_counted_with_its_reason(site: TerminalSite) -> None:
    hr = site.person("lan")
    with simulated(fault="bad_date").running() as terminal:
        site.add("T-A", terminal.port)
        page = words(pulled(hr, "T-A"))
    assert "40 new punches, 0 known already, 1 set aside." in page
    assert "Records set aside" in page
    assert "no such date" in page.lower() or "There is no such" in page
