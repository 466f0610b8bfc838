"""Live punches over real sockets: heard in every length, between pulls and never beside them, kept nowhere."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest

from attendance.store import registering
from attendance.store.database import Database
from device_sync import wire
from device_sync.events import LENGTHS
from device_sync.hints import KEPT, Hub, LivePunch, Message, TooManySubscribers, WasRead
from device_sync.live import Listeners
from device_sync.poller import Poller
from device_sync.schedule import Timetable
from device_sync.simulator import Fault, SimulatedTerminal, load_records
from device_sync.simulator.events import pack_event
from device_sync.wire import Command, Reply
from device_sync.zk.listening import ZkListener
from device_sync.zk.transport import Limits
from tests import builders
from tests.builders import ZONE, build_office, puller_for, stored_punches, truth_of

PATIENCE_SECONDS = 20.0
LIMITS = Limits(connect_seconds=5.0, idle_seconds=5.0, total_seconds=30.0, goodbye_seconds=1.0)
WALL = datetime(2026, 3, 2, 7, 31, 5)


class Listening:
    """One terminal that is listened to, and what was heard."""

    def __init__(self, database: Database, simulated: SimulatedTerminal, limits: Limits) -> None:
        self.simulated = simulated
        self.poller = Poller(puller_for(database, limits=limits))
        self.listeners = Listeners(self.poller, between_seconds=0.0, retry_seconds=0.1)
        self.heard: list[LivePunch] = []
        self.messages: list[Message] = []
        self._news = threading.Condition()

    def wake(self) -> None:
        with self._news:
            self._news.notify_all()

    def wait(self, condition: Callable[[], object]) -> bool:
        ends = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < ends:
            with self._news:
                self._news.wait(0.02)
            self.messages += self.subscription.take()
            self.heard = [m.content for m in self.messages if isinstance(m.content, LivePunch)]
            if condition():
                return True
        return False

    def registered(self) -> int:
        return sum(entry.command == Command.REGISTER_EVENTS for entry in self.simulated.journal)

    def say(self, *pieces: bytes, pause: float = 0.0) -> None:
        """Bytes to everybody who is connected, piece by piece."""
        for piece in pieces:
            clients = tuple(self.simulated._lines._clients.values())
            self.simulated._call(lambda piece=piece, clients=clients: [client.write(piece) for client in clients])
            time.sleep(pause)


@contextmanager
def listening(
    database: Database, *, transport: str = "tcp", limits: Limits = LIMITS, **options: object
) -> Iterator[Listening]:
    with SimulatedTerminal(records=load_records(200), **options).running() as simulated:  # type: ignore[arg-type]
        build_office(database, addresses={"T-A": simulated.port}, transport=transport, poll_seconds=3600)
        found = Listening(database, simulated, limits)
        with found.poller.hub.subscribed(found.wake) as found.subscription:
            found.listeners.keep(["T-A"])
            try:
                assert found.wait(found.registered)
                yield found
            finally:
                found.listeners.stop()
                found.poller.stop(patience_seconds=0)


@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize("size", LENGTHS)
def test_a_punch_is_heard_in_every_length(sqlite_database: Database, size: int, transport: str) -> None:
    with listening(sqlite_database, event_bytes=size, transport=transport) as live:
        live.simulated.punch("1002", WALL, state=1, verify=15)
        assert live.wait(lambda: live.heard)
    (punch,) = live.heard
    pin = None if size in (10, 14) else "1002"  # those tell a place in the user table, which names nobody
    assert (punch.terminal, punch.pin, punch.wall, punch.state, punch.verify) == ("T-A", pin, WALL, 1, 15)
    assert builders.count(sqlite_database, "pull") == 0, "a hint is stored nowhere"


def test_letters_in_a_number_are_heard_and_rubbish_is_passed_over(sqlite_database: Database) -> None:
    with listening(sqlite_database) as live:
        for data in (b"\xff" * 32, b"x" * 5, pack_event(32, 1, "CB-07A", 1, 0, WALL)):
            live.say(wire.pack_packet(Reply.EVENT, 1, 0, data))
        assert live.wait(lambda: live.heard)
        assert live.registered() == 1, "nothing of it ended the conversation"
    assert [punch.pin for punch in live.heard] == ["CB-07A"]


@pytest.mark.parametrize("cut", [1, 9, 20, 26, 40])
def test_an_event_that_declares_1016_bytes_and_comes_in_pieces_holds_nobody_up(
    sqlite_database: Database, cut: int
) -> None:
    whole = wire.pack_packet(Reply.EVENT, 1, 0, pack_event(32, 1, "1003", 1, 0, WALL))
    declared = wire.TOP.pack(wire.MAGIC, 1016) + whole[wire.TOP_BYTES :]
    with listening(sqlite_database) as live:
        live.say(declared[:cut], declared[cut:], pause=0.01)
        assert live.wait(lambda: live.heard)
        live.say(declared + whole + declared)
        assert live.wait(lambda: len(live.heard) == 4)
        assert live.registered() == 1
    assert {(punch.pin, punch.wall) for punch in live.heard} == {("1003", WALL)}


def test_every_event_is_acknowledged_with_the_session_and_number_nought(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[tuple[int, int]] = []
    parse = wire.parse_packet

    def note(packet: wire.Buffer) -> wire.Packet:
        found = parse(packet)
        if found.code == Reply.OK and not found.data and threading.current_thread().name.startswith("simulated"):
            answers.append((found.session, found.number))
        return found

    with listening(sqlite_database) as live:
        (visit,) = [client.visit for client in live.simulated._lines._clients.values()]
        monkeypatch.setattr(wire, "parse_packet", note)
        for _ in range(3):
            live.simulated.punch("1001")
        assert live.wait(lambda: len(live.heard) == 3 and len(answers) == 3)
        assert answers == [(visit.session, 0)] * 3


def test_a_terminal_that_restarts_is_listened_to_again(
    sqlite_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "device_sync.live")
    with listening(sqlite_database) as live:
        for number in range(1, 4):
            live.simulated.power_cycle()
            assert live.wait(lambda number=number: live.registered() == number + 1)
            live.simulated.punch(str(1000 + number))
            assert live.wait(lambda number=number: len(live.heard) == number)
    assert [punch.pin for punch in live.heard] == ["1001", "1002", "1003"]
    levels = [record.levelname for record in caplog.records if record.name == "device_sync.live"]
    assert levels == ["WARNING", "INFO"] * 3, "lost once, found once"


def test_one_that_fell_silent_is_noticed_by_a_question_and_found_again(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ZkListener, "keep_alive_seconds", 0.3)
    short = Limits(connect_seconds=2.0, idle_seconds=2.0, total_seconds=10.0, goodbye_seconds=0.3)
    with listening(sqlite_database, limits=short) as live:
        asked = len(live.simulated.journal)
        assert live.wait(lambda: len(live.simulated.journal) > asked + 1)
        assert live.registered() == 1, "one that answers the question is left connected"
        live.simulated.fault = Fault("silent")
        assert live.wait(lambda: live.simulated.connections >= 2)
        live.simulated.fault = None
        assert live.wait(lambda: live.registered() == 2)
        live.simulated.punch("1001")
        assert live.wait(lambda: live.heard)


def test_another_terminal_at_the_address_is_not_listened_to(sqlite_database: Database) -> None:
    with listening(sqlite_database) as live:
        assert live.poller.ask(["T-A"])[0].outcome == "ok"  # its serial is learned
        assert live.wait(lambda: live.registered() > 1)
        registered = live.registered()
        live.simulated.swap("ANOTHER")
        live.simulated.power_cycle()
        connections = live.simulated.connections
        assert live.wait(lambda: live.simulated.connections > connections + 1)
        live.simulated.punch("1001")
        assert not live.poller.counts["live_punches"]
        assert live.registered() == registered


def test_listening_and_pulling_take_turns_and_nothing_is_doubled(any_database: Database) -> None:
    stop = threading.Event()

    def crowd() -> None:
        number = 0
        while not stop.wait(0.01):
            live.simulated.punch(str(1001 + number % 5), state=number % 2, verify=number % 200)
            number += 1

    with listening(any_database) as live:
        thread = threading.Thread(target=crowd)
        thread.start()
        try:
            for turn in range(1, 5):
                registered = live.registered()
                assert live.poller.ask(["T-A"], full=turn == 3)[0].outcome == "ok"
                assert live.wait(lambda registered=registered: live.registered() > registered)
        finally:
            stop.set()
            thread.join()
        assert live.poller.ask(["T-A"])[0].outcome == "ok"
        assert live.simulated.most_connections_at_once == 1
        assert live.poller.counts["live_punches"] > 0
        assert stored_punches(any_database) == truth_of(live.simulated)
        with live.poller.hub.subscribed(lambda: None) as later:
            assert later.take() == [], "all that was heard is in the record"


def test_the_timetable_listens_to_those_that_want_it_and_a_punch_brings_a_pull_soon(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("device_sync.agenda.HINT_DELAY_SECONDS", 0.2)
    monkeypatch.setattr("device_sync.agenda.HINT_PAUSE_SECONDS", 0.5)
    with SimulatedTerminal(records=load_records(20)).running() as simulated:
        build_office(sqlite_database, addresses={"T-A": simulated.port}, poll_seconds=3600)
        poller = Poller(puller_for(sqlite_database, limits=LIMITS))
        timetable = Timetable(sqlite_database, poller, ZONE, tick_seconds=0.1, evaluate_seconds=3600)
        timetable.start()
        try:
            wait = _Wait(poller)
            assert wait(lambda: poller.counts["ok"] == 1)
            assert not any(entry.command == Command.REGISTER_EVENTS for entry in simulated.journal)
            with sqlite_database.writing() as session:
                registering.change_terminal(session, "T-A", live=True, at=builders.RECORDED_AT)
            assert wait(lambda: any(entry.command == Command.REGISTER_EVENTS for entry in simulated.journal))
            simulated.punch("1001")
            assert wait(lambda: poller.counts["live_punches"] == 1 and poller.counts["ok"] == 2)
            with sqlite_database.writing() as session:
                registering.change_terminal(session, "T-A", live=False, at=builders.RECORDED_AT)
            assert wait(lambda: not [t for t in threading.enumerate() if t.name.startswith("listen-")])
        finally:
            timetable.stop()
            poller.stop()
    assert stored_punches(sqlite_database) == truth_of(simulated)
    assert simulated.most_connections_at_once == 1


class _Wait:
    def __init__(self, poller: Poller) -> None:
        self.poller = poller

    def __call__(self, condition: Callable[[], object]) -> bool:
        ends = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < ends:
            if condition():
                return True
            time.sleep(0.02)
        return False


# the hub -------------------------------------------------------------------------------------------------------------


def punch(number: int, terminal: str = "T-A") -> LivePunch:
    return LivePunch(terminal, str(number), WALL, 0, 1, builders.RECORDED_AT)


def test_the_hub_holds_a_bounded_number_whoever_listens_or_does_not() -> None:
    hub = Hub()
    with hub.subscribed(lambda: None) as slow:
        for number in range(5 * KEPT):
            hub.tell(punch(number))
        assert slow.lost == 4 * KEPT
        taken = slow.take()
        assert [message.content.pin for message in taken] == [str(n) for n in range(4 * KEPT, 5 * KEPT)]  # type: ignore[union-attr]
        assert [message.number for message in taken] == list(range(4 * KEPT + 1, 5 * KEPT + 1))
        assert slow.take() == []
    with hub.subscribed(lambda: None) as late:
        assert len(late.take()) == KEPT


def test_what_became_part_of_the_record_is_forgotten_for_that_terminal_only() -> None:
    hub = Hub()
    hub.tell(punch(1))
    hub.tell(punch(2, "T-B"))
    seen = hub.last_number
    hub.tell(punch(3))
    with hub.subscribed(lambda: None) as listener:
        hub.settle("T-A", seen)
        hub.settle("T-A", seen)
        told = listener.take()
    assert [message.content for message in told if isinstance(message.content, WasRead)] == [WasRead("T-A", seen)]
    with hub.subscribed(lambda: None) as late:
        assert [message.content.pin for message in late.take()] == ["2", "3"]  # type: ignore[union-attr]


def test_too_many_subscribers_are_refused_and_all_are_let_go_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("device_sync.hints.MOST_SUBSCRIBERS", 1)
    hub = Hub()
    woken: list[str] = []
    with hub.subscribed(lambda: woken.append("woken")) as only:
        with pytest.raises(TooManySubscribers), hub.subscribed(lambda: None):
            pass
        hub.close()
        assert (only.closed, woken) == (True, ["woken"])
