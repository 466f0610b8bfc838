"""What this product asks of a terminal, by pyzk's name and by command code; whatever stands here not is refused."""

from __future__ import annotations

from typing import NoReturn

from device_sync.wire import Command

OFFERED = frozenset(
    {
        "connect",
        "disconnect",
        "free_data",
        "get_firmware_version",
        "get_serialnumber",
        "get_time",
        "read_sizes",
        "read_with_buffer",
    }
)
ASKED = frozenset(
    {
        Command.CONNECT,
        Command.AUTH,
        Command.EXIT,
        Command.OPTION_READ,
        Command.VERSION,
        Command.SIZES,
        Command.GET_TIME,
        Command.PREPARE,
        Command.READ,
        Command.FREE,
    }
)
READ_SETS = frozenset({Command.PUNCHES, Command.USERS, Command.OPERATIONS})


class NotOffered(RuntimeError):
    """A pyzk call or command code that this product never uses, because it changes or locks a terminal."""


class NoProbe:
    """Stands where pyzk keeps its probing helper: no ping, no shell, no extra connection."""

    def test_ping(self) -> NoReturn:
        raise NotOffered("test_ping runs a shell")

    def test_tcp(self) -> int:
        """0, 'reachable', without looking: the one connection that follows is the test."""
        return 0

    def test_udp(self) -> NoReturn:
        raise NotOffered("test_udp opens a second socket")
