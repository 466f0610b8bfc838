"""A centre takes nothing that was altered, moved, sent by others or is of a terminal nobody accepted."""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from attendance.errors import Invalid, NotFound
from attendance.store import registering, sites, terminal_profiles
from attendance.store.database import Database
from device_sync.agent import forwarding, receiving
from device_sync.agent import segment as segment_module
from device_sync.agent.centre import CentreError
from device_sync.agent.framing import Altered, pack_request
from device_sync.agent.receiving import Forked, NotUnderstood, TokenRefused, TooFast
from device_sync.agent.segment import Segment, next_segment, pack_parts, seal_key, token_digest
from tests.builders import RECORDED_AT, rows, stored_punches, truth_of
from tests.contract.site_office import (
    OTHER_TOKEN,
    SERIAL,
    TOKEN,
    CentreOffice,
    Cut,
    Site,
    Ticking,
    assert_delivered,
    open_centre,
    open_site,
)


def punch_and_pull(site: Site, times: int, code: str = "GATE") -> None:
    for number in range(times):
        site.terminals[code].punch(str(1001 + number % 3))
        site.clock.pass_by(minutes=5)
        site.pull(code)


# on the way -----------------------------------------------------------------------------------------------------------


def test_altered_on_the_way_it_is_refused_and_sent_again(centre: CentreOffice, site: Site) -> None:
    punch_and_pull(site, 5)
    rng = random.Random(1)
    claim_bytes = len(pack_request(seal_key(TOKEN), site.forwarder._claim(site.clock()), [])) + 10

    def spoil(body: bytes) -> bytes:
        if len(body) <= claim_bytes:
            return body
        altered = bytearray(body)
        altered[rng.randrange(claim_bytes, len(body))] ^= 1 << rng.randrange(8)
        return bytes(altered)

    site.line.spoil = spoil
    for _ in range(20):
        with pytest.raises((Altered, NotUnderstood)):
            site.forward()
    assert centre.kept() == list(range(1, len(centre.kept()) + 1))
    assert set(stored_punches(centre.database)) <= set(truth_of(site.terminals["GATE"]))
    site.line.spoil = bytes
    site.forward()
    assert_delivered(centre, site)


@pytest.mark.parametrize(
    "moved", [lambda sent: sent[::-1], lambda sent: sent[1:], lambda sent: [sent[0], *sent[2:]], lambda sent: sent[-1:]]
)
def test_moved_or_left_out_it_is_not_taken(centre: CentreOffice, site: Site, moved: Any) -> None:
    punch_and_pull(site, 4)
    site.line.reorder = moved
    for _ in range(6):
        with suppress(CentreError):  # "stays at segment n"; what came in its turn is taken
            site.forward()
    assert centre.kept() == list(range(1, len(centre.kept()) + 1))
    site.line.reorder = list
    site.forward()
    assert_delivered(centre, site)


def test_segments_of_another_history_are_a_fork(centre: CentreOffice, site: Site) -> None:
    punch_and_pull(site, 3)
    site.line.carries = 1
    with pytest.raises(Cut):
        site.forward()
    claim = site.forwarder._claim(site.clock())
    (content,) = pack_parts(SERIAL, b"anything")
    invented = next_segment(2, "ab" * 32, content)
    with pytest.raises(Forked, match="segment 2"):
        centre.receiver.receive(TOKEN, pack_request(seal_key(TOKEN), claim, [invented]))
    assert centre.describe()["state"] == "forked"
    site.line.carries = None
    site.forward()
    assert_delivered(centre, site)


# tokens ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", [OTHER_TOKEN, "", "x" * 5000, "tôi", TOKEN[:-1], TOKEN + "t"])
def test_a_token_of_nobody_opens_nothing(centre: CentreOffice, site: Site, token: str) -> None:
    punch_and_pull(site, 1)
    claim = site.forwarder._claim(site.clock())
    with pytest.raises(TokenRefused):
        centre.receiver.receive(token, pack_request(seal_key(TOKEN), claim, []))
    with pytest.raises(TokenRefused):
        centre.receiver.enter(token)
    with pytest.raises(TokenRefused):
        centre.receiver.holds(token, "00" * 16)
    assert centre.kept() == []


def test_a_revoked_token_opens_nothing_and_a_new_one_goes_on(centre: CentreOffice, site: Site) -> None:
    punch_and_pull(site, 2)
    site.forward()
    with centre.database.writing() as session:
        sites.revoke(session, "S", at=site.clock())
    punch_and_pull(site, 2)
    with pytest.raises(TokenRefused):
        site.forward()
    assert centre.describe()["state"] == "revoked"
    with centre.database.writing() as session:
        sites.renew(session, "S", token_digest(OTHER_TOKEN))
    with pytest.raises(TokenRefused):
        site.forward()
    site.line.token = OTHER_TOKEN  # the chain does not hang on the token
    assert site.forward().waiting == 0
    assert_delivered(centre, site)


def test_neither_database_knows_the_token(centre: CentreOffice, site: Site) -> None:
    punch_and_pull(site, 1)
    site.forward()
    for database in (centre.database, site.database):
        with database.engine.connect() as connection:
            dump = "\n".join(connection.connection.iterdump())  # type: ignore[attr-defined]
        assert TOKEN not in dump
        assert TOKEN.encode().hex() not in dump.lower()


def test_a_site_that_asks_too_often_is_told_to_wait(centre: CentreOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "REQUESTS_PER_MINUTE", 5)
    for _ in range(5):
        centre.receiver.leave(centre.receiver.enter(TOKEN))
    with pytest.raises(TooFast):
        centre.receiver.enter(TOKEN)
    monkeypatch.setattr(receiving, "REQUESTS_PER_MINUTE", 500)
    entered = [centre.receiver.enter(TOKEN) for _ in range(receiving.REQUESTS_AT_ONCE)]
    with pytest.raises(TooFast):
        centre.receiver.enter(TOKEN)
    centre.receiver.leave(entered[0])
    centre.receiver.enter(TOKEN)


# what a site itself may send ------------------------------------------------------------------------------------------


def test_what_nobody_can_read_is_refused_by_number_and_what_came_before_is_kept(
    centre: CentreOffice, site: Site
) -> None:
    punch_and_pull(site, 2)
    (content,) = pack_parts(SERIAL, b"\0\0\0\4abcd")
    claim = site.forwarder._claim(site.clock())

    def smuggle(sent: list[Segment]) -> list[Segment]:
        return [*sent, next_segment(sent[-1].number + 1, sent[-1].digest, content)]

    site.line.reorder = smuggle
    with pytest.raises(NotUnderstood, match="Segment 3"):
        site.forward()
    assert centre.kept() == [1, 2]
    assert claim.number == 2
    assert_delivered(centre, site)


def test_a_request_is_never_longer_than_the_centre_takes(
    centre: CentreOffice, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment_module, "PART_BYTES", 6_000)
    monkeypatch.setattr(forwarding, "MAX_REQUEST", 24_000)
    site.forwarder = forwarding.Forwarder(site.database, site.line, now=site.clock)
    terminal, rng = site.terminals["GATE"], random.Random(3)
    for number in range(12_000):
        terminal.punch(str(1001 + number % 3), state=rng.randrange(6), verify=rng.randrange(16))
        site.clock.pass_by(seconds=rng.randrange(30))
    assert site.pull() == "ok"
    assert site.held() > 3
    site.forward()
    sizes = [len(body) for body in site.line.requests]
    assert 10_000 < max(sizes) <= 24_000
    assert_delivered(centre, site)


# which serial is which terminal ---------------------------------------------------------------------------------------


def test_an_unknown_serial_is_kept_and_filed_when_it_is_accepted(
    any_database: Database, migrated_sqlite: Path, tmp_path: Path, clock: Ticking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "AT_ONCE", 3)
    centre = open_centre(any_database, clock, accepted=False)
    with open_site(migrated_sqlite, tmp_path, centre, clock, ("GATE", "BACK")) as site:
        for _ in range(5):
            punch_and_pull(site, 1, "GATE")
            punch_and_pull(site, 2, "BACK")
        site.forward()
        assert centre.kept() == list(range(1, 16))
        assert rows(any_database, "SELECT count(*) FROM pull") == [(0,)]
        found: Any = centre.describe()["terminals"]
        assert [(row["serial"], row["name"], row["waiting"]) for row in found] == [
            ("SIM0000000001", "GATE", 5),
            ("SIM0000000002", "BACK", 10),
        ]
        assert "sites accept S SERIAL" in str(centre.describe()["message"])
        assert centre.accept("T-A", SERIAL) == 5
        assert_delivered(centre, site)
        assert rows(any_database, "SELECT count(*) FROM pull") == [(5,)]
        with any_database.writing() as session:
            sites.accept(session, "S", "SIM0000000002", terminal=None, create="T-N", unit=None, at=clock())
        site.clock.pass_by(minutes=1)
        punch_and_pull(site, 1, "BACK")
        site.forward()  # what was kept is filed first, and then goes on at each contact
        for _ in range(5):
            site.forward()
        assert_delivered(centre, site)
        assert_delivered(centre, site, "T-N", "BACK")
        assert rows(any_database, "SELECT name, serial, host FROM terminal WHERE code = 'T-N'") == [
            ("BACK", "SIM0000000002", None)
        ]


def test_a_terminal_that_never_answered_is_kept_as_nobodys(centre: CentreOffice, site: Site) -> None:
    with site.database.writing() as session:
        registering.add_terminal(session, "DEAD", unit="A", host="127.0.0.1", port=1, at=RECORDED_AT)
    assert site.puller.pull("DEAD").outcome != "ok"
    site.seal()
    punch_and_pull(site, 1)
    site.forward()
    assert rows(centre.database, "SELECT number, serial FROM site_segment ORDER BY id") == [(1, None), (2, SERIAL)]
    assert_delivered(centre, site)


def test_only_what_fits_can_be_accepted(centre: CentreOffice, clock: Ticking) -> None:
    with centre.database.writing() as session:
        registering.add_unit(session, "B", at=RECORDED_AT)
        registering.add_unit(session, "A1", parent="A", at=RECORDED_AT)
        registering.add_terminal(session, "T-B", unit="B", at=RECORDED_AT)
        registering.add_terminal(session, "T-C", unit="A1", at=RECORDED_AT)
        terminal_profiles.learn_serial(session, sites.office.get(session, sites.TerminalRow, "T-C"), "OTHER")
        sites.see(session, sites.get(session, "S"), "SIM9", "X", RECORDED_AT)
    before = rows(centre.database, "SELECT * FROM site_terminal")

    def accept(serial: str = "SIM9", **given: Any) -> None:
        wanted = {"terminal": None, "create": None, "unit": None} | given
        with centre.database.writing() as session:
            sites.accept(session, "S", serial, at=clock(), **wanted)

    for wrong, error in (
        ({"serial": "SIM404", "create": "N"}, NotFound),
        ({}, Invalid),
        ({"terminal": "T-A", "create": "N"}, Invalid),
        ({"terminal": "T-B"}, Invalid),  # stands elsewhere
        ({"terminal": "T-C"}, Invalid),  # is another machine
        ({"terminal": "T-A"}, Invalid),  # is the one accepted already
        ({"create": "N", "unit": "B"}, Invalid),
        ({"serial": SERIAL, "create": "N"}, Invalid),
    ):
        with pytest.raises(error):
            accept(**wrong)  # type: ignore[arg-type]
        assert rows(centre.database, "SELECT * FROM site_terminal") == before
    accept(create="N", unit="A1")
    assert rows(centre.database, "SELECT code, serial FROM terminal WHERE code = 'N'") == [("N", "SIM9")]


def test_a_site_files_only_under_what_was_accepted_for_it(
    centre: CentreOffice, site: Site, migrated_sqlite: Path, tmp_path: Path, clock: Ticking
) -> None:
    """Another site that says it has the same serial files nothing under that terminal."""
    with centre.database.writing() as session:
        sites.add(session, "S2", unit="A", name="", token_digest=token_digest(OTHER_TOKEN), at=RECORDED_AT)
    punch_and_pull(site, 1)
    site.forward()
    before = stored_punches(centre.database)
    (tmp_path / "second").mkdir()
    with open_site(migrated_sqlite, tmp_path / "second", centre, clock) as second:
        second.line.token = OTHER_TOKEN
        punch_and_pull(second, 3)
        second.forward()
    assert stored_punches(centre.database) == before
    assert rows(centre.database, "SELECT count(*) FROM site_segment") == [(4,)]


@pytest.mark.parametrize("table", ["site_segment", "site_filing"])
def test_what_a_site_sent_cannot_be_changed(
    any_database: Database, clock: Ticking, table: str, migrated_sqlite: Path, tmp_path: Path
) -> None:

    centre = open_centre(any_database, clock)
    with open_site(migrated_sqlite, tmp_path, centre, clock) as site:
        punch_and_pull(site, 1)
        site.forward()
    before = rows(any_database, f"SELECT * FROM {table}")
    assert len(before) == 1
    column = {"site_segment": "number", "site_filing": "pull_id"}[table]
    for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
        with pytest.raises(SQLAlchemyError, match="append-only"), any_database.writing() as session:
            session.execute(text(statement))
    assert rows(any_database, f"SELECT * FROM {table}") == before
