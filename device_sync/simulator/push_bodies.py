"""What a pushing terminal writes into its requests: punches, operations, users, photographs (terminals.md 3.1).

Attendance PUSH ('att') writes columns, security PUSH ('acc') writes key=value pairs; both separate by tabs.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from device_sync import wire
from device_sync.simulator.log import Punch
from device_sync.simulator.operations import OperationLine
from device_sync.simulator.users import SimulatedUser, password_of

SHORT, LONG = 7, 10
"""Columns of a punch: old firmware, and face terminals with mask and temperature and a tab at the end."""
TIME_ZONE = "0000000100000000"


def _shown(time: int) -> str:
    return wire.decode_time(time).isoformat(" ")


def write_attlog(punches: Iterable[Punch], columns: int = LONG) -> bytes:
    """One line a punch: number, time, state, verify mode, work code and what else this firmware adds."""
    rest = "\t0\t0\t0" if columns == SHORT else "\t0\t0\t0\t255\t0\t0\t"
    lines = (f"{p.pin}\t{_shown(p.time)}\t{p.state}\t{p.verify}{rest}\n" for p in punches)
    return "".join(lines).encode()


def write_rtlog(punches: Iterable[tuple[int, Punch]], event: int = 0) -> bytes:
    """Door events with their index; number 0 is no person, events from 20 to 99 are refusals."""
    lines = (
        f"time={_shown(p.time)}\tpin={p.pin}\tcardno=0\teventaddr=1\tevent={event}\tinoutstatus={p.state}"
        f"\tverifytype={p.verify}\tindex={index}\r\n"
        for index, p in punches
    )
    return "".join(lines).encode()


def write_rtstate(wall: datetime) -> bytes:
    return f"time={wall:%Y-%m-%d %H:%M:%S}\tsensor=00\trelay=00\talarm=0000000000000000\tdoor=01\r\n".encode()


def write_operations(lines: Iterable[OperationLine]) -> bytes:
    """Operations as OPERLOG has them, without a line end after the last."""
    written = (
        "\t".join((f"OPLOG {line.code}", str(line.administrator), _shown(line.time), *map(str, line.objects)))
        for line in lines
    )
    return "\n".join(written).encode()


def write_users_att(users: Iterable[SimulatedUser]) -> bytes:
    """Users as OPERLOG has them, with the password in clear text as terminals send it."""
    return b"".join(
        f"USER PIN={user.pin}\tName=".encode()
        + user.name_bytes
        + f"\tPri={user.privilege}\tPasswd={password_of(user.uid).decode()}\tCard=\tGrp=1\tTZ={TIME_ZONE}\n".encode()
        for user in users
    )


def write_users_acc(users: Iterable[SimulatedUser]) -> bytes:
    """Users as `tabledata` has them, with the password."""
    return b"".join(
        f"user uid={user.uid}\tcardno=\tpin={user.pin}\tpassword={password_of(user.uid).decode()}\tgroup=1".encode()
        + b"\tstarttime=0\tendtime=0\tname="
        + user.name_bytes
        + f"\tprivilege={user.privilege}\r\n".encode()
        for user in users
    )


def write_photo(serial: str, pin: str, wall: datetime, picture: bytes) -> bytes:
    """A photograph taken at a punch; without a number where nobody was recognised."""
    name = f"{wall:%Y%m%d%H%M%S}" + (f"-{pin}" if pin else "")
    return f"PIN={name}.jpg\nSN={serial}\nsize={len(picture)}\nCMD=uploadphoto".encode() + b"\0" + picture
