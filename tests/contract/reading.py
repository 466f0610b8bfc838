"""What our client read of a terminal, as the punches its truth is made of."""

from __future__ import annotations

import numpy as np

from device_sync import wire
from device_sync.holders import Held, Holders
from device_sync.layouts import PUNCH_LAYOUTS
from device_sync.simulator import Punch, SimulatedTerminal
from device_sync.terminal import TerminalLog
from device_sync.zk import decode
from tests.contract.plain_pyzk import Row


def punches_of(log: TerminalLog) -> list[Punch]:
    """The rows that could be understood, in the order of the log; the user table of the log says whose a place is."""
    holders = Holders([Held(user.uid, user.pin, None) for user in log.users or ()])
    records = decode(log.payload, layout=PUNCH_LAYOUTS[log.layout], holders=holders)
    form = PUNCH_LAYOUTS[log.layout]
    times = np.frombuffer(log.payload, form.dtype, offset=4)["time"][records.index].tolist()
    columns = (records.pin_code.tolist(), times, records.state.tolist(), records.verify.tolist())
    return [Punch(records.pins[code], time, state, verify) for code, time, state, verify in zip(*columns, strict=True)]


def as_pyzk(punches: list[Punch] | tuple[Punch, ...]) -> list[Row]:
    """The true punches in the words of pyzk; those whose date does not exist are left out."""
    found = []
    for punch in punches:
        try:
            found.append((punch.pin, str(wire.decode_time(punch.time)), punch.state, punch.verify))
        except ValueError:
            continue
    return found


def true_rows(simulated: SimulatedTerminal) -> list[Row]:
    return as_pyzk(simulated.truth)
