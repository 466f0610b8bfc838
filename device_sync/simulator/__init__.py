"""A terminal that is not there: it speaks the real protocol for the demo, for training and for tests."""

from device_sync.simulator.faults import FAULTS, Fault, transports_of
from device_sync.simulator.fleet import DEAD_WAYS, SimulatedFleet
from device_sync.simulator.log import Punch, load_records
from device_sync.simulator.operations import Operation
from device_sync.simulator.pushing import PushingTerminal
from device_sync.simulator.run import run_simulator
from device_sync.simulator.server import SimulatedTerminal
from device_sync.simulator.users import password_of

__all__ = [
    "DEAD_WAYS",
    "FAULTS",
    "Fault",
    "Operation",
    "Punch",
    "PushingTerminal",
    "SimulatedFleet",
    "SimulatedTerminal",
    "load_records",
    "password_of",
    "run_simulator",
    "transports_of",
]
