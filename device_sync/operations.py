"""The operation log of a ZK terminal: 16-byte lines, what their codes mean, and which of them somebody must hear of.

Codes: ZKTeco, Attendance PUSH protocol 2.4.2, appendix 3; lines: zk-protocol, data-record.md. A code without a name is
kept and shown as its number.
"""

from __future__ import annotations

import numpy as np

from attendance.store.operation_log import Operation
from device_sync import wire
from device_sync.layouts import OPERATION_BYTES, OPERATIONS

CODES: dict[int, str] = {
    0: "started",
    1: "shut_down",
    2: "verification_failed",
    3: "alarm",
    4: "menu_entered",
    5: "setting_changed",
    6: "fingerprint_enrolled",
    7: "password_enrolled",
    8: "card_enrolled",
    9: "user_deleted",
    10: "fingerprint_deleted",
    11: "password_deleted",
    12: "card_deleted",
    13: "data_erased",
    21: "clock_set",
    22: "factory_reset",
    23: "log_erased",
    24: "administrators_cleared",
    30: "user_enrolled",
    36: "user_changed",
    38: "data_restored",
    39: "data_backed_up",
    40: "usb_upload",
    41: "usb_download",
    43: "log_erased",
    56: "settings_restored",
    70: "user_renamed",
    71: "privilege_changed",
    76: "network_changed",
    77: "network_changed",
    78: "network_changed",
    79: "network_changed",
    80: "connection_changed",
    81: "connection_changed",
    82: "server_changed",
    83: "server_changed",
    101: "face_enrolled",
    105: "log_erased",
    106: "face_deleted",
    108: "setting_changed",
}
NAMES = tuple(dict.fromkeys(CODES.values()))

ALARMS: dict[str, str] = {
    "factory_reset": "factory_reset",
    "data_erased": "data_erased",
    "log_erased": "log_erased",
    "data_restored": "data_restored",
    "clock_set": "clock_set",
    "administrators_cleared": "administrators_cleared",
    "privilege_changed": "privilege_changed",
    "setting_changed": "options_changed",
    "settings_restored": "options_changed",
    "network_changed": "options_changed",
    "connection_changed": "options_changed",
    "server_changed": "options_changed",
}
"""The alarm that each of these raises. Enrolling, deleting and renaming people is the daily work of an office."""


def name_of(code: int) -> str:
    """The name of a code, or the code itself."""
    return CODES.get(code, str(code))


def read_operations(lines: bytes) -> list[Operation]:
    """The lines of a log in order; a rest shorter than a line is none. A time that is no date is None."""
    whole = len(lines) // OPERATION_BYTES * OPERATION_BYTES
    rows = np.frombuffer(lines[:whole], OPERATIONS)
    found = []
    for place, row in enumerate(rows):
        try:
            at = wire.decode_time(int(row["time"]))
        except ValueError:
            at = None
        first, second, third, fourth = (int(number) for number in row["objects"])
        line = lines[place * OPERATION_BYTES : (place + 1) * OPERATION_BYTES]
        found.append(Operation(bytes(line), int(row["code"]), at, (first, second, third, fourth)))
    return found
