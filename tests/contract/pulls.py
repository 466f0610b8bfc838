"""What the contract tests of the zk adapter share: quick limits, a client, and the two promises."""

from __future__ import annotations

from datetime import datetime

import pytest

from device_sync import wire
from device_sync.simulator import SimulatedTerminal, load_records
from device_sync.terminal import TerminalLog
from device_sync.wire import CHANGING
from device_sync.zk import Limits, ZkTerminal, decode

PATIENT = Limits(connect_seconds=3.0, idle_seconds=1.5, total_seconds=15.0, goodbye_seconds=1.0)
QUICK = Limits(connect_seconds=0.3, idle_seconds=0.3, total_seconds=2.0, goodbye_seconds=0.3)
SLACK_SECONDS = 1.0
"""What a loaded machine may add to a limit."""
BOTH = pytest.mark.parametrize("transport", ["tcp", "udp"])
LOG = load_records(2000)
SMALL = load_records(20)


def reach(simulated: SimulatedTerminal, **options: object) -> ZkTerminal:
    settings: dict[str, object] = {"limits": PATIENT, **options}
    return ZkTerminal("127.0.0.1", simulated.port, **settings)  # type: ignore[arg-type]


def assert_true(log: TerminalLog, simulated: SimulatedTerminal) -> None:
    """Every record the terminal holds is a row or a rejected row, and no other is."""
    records = decode(log.payload)
    truth = simulated.truth[: len(records) + len(records.rejected)]
    rows = {
        int(i): (records.pins[c], int(s), int(v), int(w))
        for i, c, s, v, w in zip(
            records.index, records.pin_code, records.state, records.verify, records.wall, strict=True
        )
    }
    assert sorted([*rows, *(place for place, _, _ in records.rejected)]) == list(range(len(truth)))
    for place, (pin, state, verify, wall) in rows.items():
        true = truth[place]
        true_wall = (wire.decode_time(true.time) - datetime(1970, 1, 1)).total_seconds()
        assert (pin, state, verify, wall) == (true.pin, true.state, true.verify, int(true_wall))


def assert_harmless(simulated: SimulatedTerminal) -> None:
    assert not [entry for entry in simulated.journal if entry.command in CHANGING]
