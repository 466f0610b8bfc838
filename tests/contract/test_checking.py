"""A terminal tried step by step: every way in which it can fail stands at its own step, with what to do next."""

from __future__ import annotations

import re
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from api.pages.i18n import catalogue
from device_sync import checking
from device_sync.checking import STEPS, Step, check_terminal
from device_sync.simulator import SimulatedTerminal, load_records
from device_sync.simulator.faults import FAULTS
from device_sync.terminal import Garbled, Terminal, TerminalLog
from device_sync.wire import CHANGING
from tests.contract.pulls import PATIENT, QUICK, reach

ZK = Path(checking.__file__).parent / "zk"


def steps(terminal: Terminal, *, reads: bool = True) -> dict[str, Step]:
    found = list(check_terminal(terminal, reads=reads, pause_seconds=0.0))
    assert tuple(step.name for step in found) == STEPS
    states = [step.state for step in found]
    for step in found:
        assert bool(step.sentence) == bool(step.reason) == (step.state == "failed"), step
    if "not_tried" in states and reads:
        assert "failed" in states[: states.index("not_tried")]
    return {step.name: step for step in found}


def first_failed(found: dict[str, Step]) -> tuple[str, str]:
    return next((step.name, step.reason) for step in found.values() if step.state == "failed")


def test_a_sound_terminal_passes_every_step_and_is_left_as_it_was() -> None:
    with SimulatedTerminal(users=9, records=load_records(300)).running() as simulated:
        found = steps(reach(simulated))
        assert {step.state for step in found.values()} == {"ok"}
        assert found["serial"].values["serial"] == simulated.serial
        assert found["users"].values == {"users": 9}
        assert found["records"].values == {"records": 300, "capacity": 100_000}
        assert (found["reads"].values["records"], found["reads"].values["added"]) == (300, 0)
        assert not [entry for entry in simulated.journal if entry.command in CHANGING]


def test_a_quick_test_opens_one_conversation_and_reads_no_log() -> None:
    with SimulatedTerminal(records=load_records(300)).running() as simulated:
        found = steps(reach(simulated), reads=False)
        assert found["reads"].state == "not_tried"
        assert [step.state for step in found.values()].count("ok") == 7
        assert simulated.connections == 1


def test_steps_are_told_while_the_log_is_still_to_be_read() -> None:
    with SimulatedTerminal(records=load_records(10)).running() as simulated:
        going = check_terminal(reach(simulated), pause_seconds=0.0)
        assert [next(going).name for _ in range(7)] == list(STEPS[:7])
        assert simulated.connections == 1


@pytest.mark.parametrize(
    ("fault", "step", "reason"),
    [
        ("silent", "port", "silent"),
        ("not_zk", "port", "protocol"),
        ("refuse_auth", "key", "comm_key"),
        ("no_bulk", "reads", "declined"),
        ("bad_checksum", "reads", "checksum"),
        ("wrong_reply", "reads", "reply_number"),
        ("short", "reads", "short"),
        ("huge_log", "reads", "length"),
        ("lying_sizes", "reads", None),
    ],
)
def test_each_fault_fails_its_own_step(fault: str, step: str, reason: str | None) -> None:
    assert fault in FAULTS
    key = 5 if fault == "refuse_auth" else 0
    with SimulatedTerminal(records=load_records(300), fault=fault, comm_key=key).running() as simulated:
        limits = QUICK if fault == "silent" else PATIENT
        failed = first_failed(steps(reach(simulated, limits=limits, comm_key=key)))
    assert failed[0] == step
    assert reason is None or failed[1] == reason


def test_a_closed_port_a_dead_address_and_a_wrong_key() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        terminal = reach(SimulatedTerminal(port=free.getsockname()[1]), limits=QUICK)
        found = steps(terminal)
    assert (found["reach"].state, *first_failed(found)) == ("ok", "port", "port_closed")
    with SimulatedTerminal(comm_key=1).running() as simulated:
        assert first_failed(steps(reach(simulated, comm_key=2))) == ("key", "comm_key")
        assert first_failed(steps(reach(simulated, transport="udp", comm_key=2))) == ("key", "comm_key")
    gone = reach(simulated, transport="udp", limits=QUICK)
    assert first_failed(steps(gone))[0] in ("reach", "port")


def test_another_terminal_than_registered_stands_at_its_serial() -> None:
    with SimulatedTerminal(serial="OTHER").running() as simulated:
        found = steps(reach(simulated, expected_serial="MINE"))
    assert first_failed(found) == ("serial", "serial")
    assert found["key"].state == "ok"
    assert found["clock"].state == "not_tried"


def test_a_wrong_clock_and_a_full_log_stop_nothing() -> None:
    records = load_records(90)
    with SimulatedTerminal(records=records, capacity=100, clock_offset_seconds=-3600).running() as simulated:
        found = steps(reach(simulated))
    assert (found["clock"].reason, found["records"].reason) == ("clock_off", "nearly_full")
    assert "-3600 s" in found["clock"].sentence or "-3599 s" in found["clock"].sentence
    assert "90 of 100" in found["records"].sentence
    assert found["reads"].state == "ok"


class Twice:
    """A terminal whose two readings are what is given; everything else it says is sound."""

    def __init__(self, log: TerminalLog, *bodies: bytes) -> None:
        self.log, self.bodies = log, list(bodies)

    def identify(self) -> TerminalLog:
        return replace(self.log, payload=b"", clock_offset_seconds=None)

    def read_log(self) -> TerminalLog:
        body = self.bodies.pop(0)
        return replace(self.log, payload=len(body).to_bytes(4, "little") + body)


def test_two_readings_are_compared_to_the_byte() -> None:
    body = load_records(20)
    with SimulatedTerminal(records=body).running() as simulated:
        log = reach(simulated).read_log()
    found = steps(Twice(log, body, body + body[:80]))
    assert (found["reads"].values["records"], found["reads"].values["added"]) == (20, 2)
    assert found["clock"].reason == "clock_unread"
    for other in (body[40:], body[:-40], body[:-1] + b"\x07", b""):
        assert steps(Twice(log, body, other))["reads"].reason == "reads_differ"


def test_a_failure_that_nobody_foresaw_still_has_its_step() -> None:
    class Odd:
        def identify(self) -> TerminalLog:
            raise Garbled("Something odd. Try again.")

        read_log = identify

    found = steps(Odd())
    assert first_failed(found) == ("serial", "garbled")


def test_every_reason_has_its_sentence_in_both_languages() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in sorted(ZK.glob("*.py")))
    raised = {a or b for a, b in re.findall(r'params\("(\w+)"\)|garbled\(\s*"(\w+)"', source)}
    raised |= set(re.findall(r'"\w+": \("(\w+)", "', source))
    assert {"no_answer", "comm_key", "short", "layout", "serial"} <= raised
    for language in ("vi", "en"):
        known = {str(message.id) for message in catalogue(language) if message.id}
        wanted = {f"check_step.{name}" for name in STEPS} | {f"check_state.{state}" for state in checking.STATES}
        wanted |= {f"check_next.{reason}" for reason in raised | set(checking.FINDINGS)}
        assert wanted - known == set()
