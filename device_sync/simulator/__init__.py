"""A terminal that is not there: it speaks the real protocol for the demo, for training and for tests."""

from device_sync.simulator.faults import FAULTS, Fault
from device_sync.simulator.log import Punch, load_records
from device_sync.simulator.run import run_simulator
from device_sync.simulator.server import SimulatedTerminal

__all__ = ["FAULTS", "Fault", "Punch", "SimulatedTerminal", "load_records", "run_simulator"]
