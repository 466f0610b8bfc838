"""The user table of a simulated terminal, packed as old (28 bytes) and newer firmware (72 bytes) keep it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from device_sync.layouts import USER_LAYOUTS

FIRST_PIN = 1001
SUPER_ADMINISTRATOR = 14
NAME_BYTES = {"user28": 8, "user72": 23}
PASSWORD = {"user28": slice(3, 8), "user72": slice(3, 11)}
CARD = {"user28": slice(16, 20), "user72": slice(35, 39)}
NOT_HEX = bytes.maketrans(b"0123456789abcdef", b"GHJKLMNPQRSTUVWX")

UserRow = tuple[int, str, str | bytes] | tuple[int, str, str | bytes, int]
"""uid, pin, name and, where it is not 0, privilege."""


@dataclass(frozen=True, slots=True)
class SimulatedUser:
    """One person as the terminal knows them.

    `name` is cut to what the table holds when it is packed; as bytes it stands as it is, in whatever alphabet.
    """

    uid: int
    pin: str
    name: str | bytes
    privilege: int = 0

    @property
    def name_bytes(self) -> bytes:
        """The whole name as it would stand in a table that has room for it."""
        return self.name if isinstance(self.name, bytes) else self.name.encode()


def password_of(uid: int) -> bytes:
    """Eight letters that stand as this user's password in the table: whoever keeps a password keeps these."""
    return hashlib.sha256(b"%d" % uid).hexdigest()[:8].encode().translate(NOT_HEX)


class UserTable:
    """Users by their place (uid), which a terminal gives to somebody else once it is free."""

    def __init__(self, rows: Iterable[UserRow]) -> None:
        self._users: dict[int, SimulatedUser] = {}
        for row in rows:
            self.put(SimulatedUser(*row))

    def __len__(self) -> int:
        return len(self._users)

    def put(self, user: SimulatedUser) -> None:
        """A new user, or another one in the place of whoever had it."""
        if not 0 <= user.uid < 65_536:
            raise ValueError(f"a terminal counts users from 0 to 65535, not {user.uid}")
        self._users[user.uid] = user

    def remove(self, uid: int) -> SimulatedUser:
        """Raises KeyError where the place is free."""
        return self._users.pop(uid)

    def list_users(self) -> tuple[SimulatedUser, ...]:
        return tuple(self._users[uid] for uid in sorted(self._users))

    def uid_of(self, pin: str) -> int | None:
        return next((user.uid for user in self._users.values() if user.pin == pin), None)

    def pin_of(self, uid: int) -> str | None:
        user = self._users.get(uid)
        return None if user is None else user.pin

    def count_administrators(self) -> int:
        return sum(user.privilege & ~1 == SUPER_ADMINISTRATOR for user in self._users.values())

    def pack(self, layout: str) -> bytes:
        """The set as it is transferred: u32 byte count, rows in the order of uid. Raises ValueError for a number that
        is none, where the rows hold it as a u32.
        """
        body = b"".join(_pack(user, layout) for user in self.list_users())
        return len(body).to_bytes(4, "little") + body


def _pack(user: SimulatedUser, layout: str) -> bytes:
    """Password and card are filled, so that tests see who keeps them."""
    fields = np.zeros(1, USER_LAYOUTS[layout])
    fields["uid"], fields["privilege"] = user.uid, user.privilege
    fields["name"] = user.name_bytes[: NAME_BYTES[layout]]  # cut as terminals cut: also inside a character
    if layout == "user28":
        fields["user_id"] = int(user.pin)
    else:
        fields["pin"] = user.pin.encode()[:24]
    row = bytearray(fields.tobytes())
    password, card = PASSWORD[layout], CARD[layout]
    row[password] = password_of(user.uid)[: password.stop - password.start]
    row[card] = hashlib.sha256(row[password]).digest()[:4]
    return bytes(row)


def invent_users(count: int) -> tuple[UserRow, ...]:
    """That many users with pins from 1001 on."""
    return tuple((place + 1, str(FIRST_PIN + place), f"Nhân viên {FIRST_PIN + place}") for place in range(count))
