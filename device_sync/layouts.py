"""The record layouts of ZK terminals: where what stands in a punch, a user or an operation, and how one is packed.

Shared by the decoder and the simulated terminal. All integers are little-endian. A terminal never says which layout it
uses; `device_sync.zk` works it out from the content. Source: terminals.md 1.2, 1.5, 1.7.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from attendance.errors import Invalid


@dataclass(frozen=True, slots=True)
class PunchLayout:
    """One layout of a punch record: `name` as it is stored with a pull, `size` in bytes, `dtype` with the fields.

    Every dtype has `time` (u4), `state` and `verify` (u1), each where this layout keeps it. The person stands in `pin`
    (24 bytes of text), in `user_id` (u4), or only as the terminal's internal `uid` (u2), as `person` says.
    """

    name: str
    size: int
    person: str
    dtype: np.dtype[np.void]

    @property
    def has_user_id(self) -> bool:
        """False where a record knows the person only by the place in the user table, which can change hands."""
        return self.person != "uid"


def _rows(size: int, **fields: tuple[str, int]) -> np.dtype[np.void]:
    spec = {
        "names": list(fields),
        "formats": [kind for kind, _ in fields.values()],
        "offsets": [offset for _, offset in fields.values()],
        "itemsize": size,
    }
    return np.dtype(spec)  # type: ignore[call-overload,no-any-return]


def _punches(name: str, size: int, person: str, **fields: tuple[str, int]) -> PunchLayout:
    return PunchLayout(name, size, person, _rows(size, **fields))


_TEXT_PIN = {  # the 24 bytes also as three words, for fast comparison
    "uid": ("<u2", 0),
    "pin": ("S24", 2),
    "pin_head": ("<u8", 2),
    "pin_middle": ("<u8", 10),
    "pin_tail": ("<u8", 18),
    "verify": ("u1", 26),
    "time": ("<u4", 27),
    "state": ("u1", 31),
}

ZK8A = _punches("zk8a", 8, "uid", uid=("<u2", 0), verify=("u1", 2), time=("<u4", 3), state=("u1", 7))
ZK8B = _punches("zk8b", 8, "uid", uid=("<u2", 0), verify=("u1", 2), state=("u1", 3), time=("<u4", 4))
ZK16 = _punches(
    "zk16",
    16,
    "user_id",
    user_id=("<u4", 0),
    time=("<u4", 4),
    state=("u1", 8),
    verify=("u1", 9),
    reserved=("<u2", 10),
    work_code=("<u4", 12),
)
ZK40 = _punches("zk40", 40, "pin", **_TEXT_PIN, rest=("V8", 32))
ZK49 = _punches("zk49", 49, "pin", **_TEXT_PIN, rest=("V8", 32), tail=("V9", 40))

KNOWN_STATES = frozenset({0, 1, 2, 3, 4, 5, 8, 9, 255})
"""States terminals send: in, out, break, overtime, meal, and 255 where the key is not used."""
KNOWN_VERIFY = frozenset({*range(31), 255})
"""Modes of verifying: password, finger, card, face (15 to 20), palm (25 to 29). Others are kept, as no evidence."""
MAX_USER_ID = 999_999_999
MAX_WORK_CODE = 99_999_999
"""Numbers of users have at most nine digits where they are kept as numbers, work codes eight."""

PUNCH_LAYOUTS: dict[str, PunchLayout] = {each.name: each for each in (ZK8A, ZK8B, ZK16, ZK40, ZK49)}

AUTO = "auto"


def read_layout(text: str) -> str | None:
    """The name of a record layout as people write it; None for 'auto': as recognised. Raises Invalid."""
    name = text.strip().lower()
    if name != AUTO and name not in PUNCH_LAYOUTS:
        raise Invalid(f"{text!r} is no record layout; write one of {', '.join(PUNCH_LAYOUTS)}, or auto.")
    return None if name == AUTO else name


REST = bytes.fromhex("00000000ff000000")
"""What usually stands behind the state of a 40-byte record."""


def pack_punch(layout: PunchLayout, uid: int, pin: str, verify: int, time: int, state: int) -> bytes:
    """One record; `time` is the terminal's u32. With 16 bytes `pin` must be a number, with 8 bytes it is lost."""
    row: npt.NDArray[np.void] = np.zeros(1, layout.dtype)
    names = layout.dtype.names or ()
    if "uid" in names:
        row["uid"] = uid & 0xFFFF
    if layout.person == "pin":
        row["pin"] = pin.encode()[:24]
        row["rest"] = np.void(REST)
    elif layout.person == "user_id":
        row["user_id"] = int(pin)
    row["verify"], row["time"], row["state"] = verify, time, state
    return row.tobytes()


USERS_28 = _rows(28, uid=("<u2", 0), privilege=("u1", 2), name=("S8", 8), user_id=("<u4", 24))
USERS_72 = _rows(72, uid=("<u2", 0), privilege=("u1", 2), name=("S24", 11), pin=("S24", 48))
"""User tables without the fields that are never read here: password (28: 3..7, 72: 3..10), card, group, time zones."""

USER_LAYOUTS: dict[str, np.dtype[np.void]] = {"user28": USERS_28, "user72": USERS_72}

OPERATION_BYTES = 16
OPERATIONS = _rows(
    OPERATION_BYTES, zero=("<u2", 0), code=("u1", 2), unknown=("u1", 3), time=("<u4", 4), objects=("4<u2", 8)
)
"""One line of the operation log: what was done at the terminal itself (menu entered, clock set, log erased)."""
