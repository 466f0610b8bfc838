"""Finding terminals in a network: who answers on the port, what they say of themselves, and which are registered.

A terminal is known by its serial number; an address is only where it was last seen. At most a connection is opened and
closed, serial, clock and counters are asked; nothing is changed on any machine.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address

from device_sync import wire
from device_sync.networks import Network, read_network
from device_sync.terminal import TerminalError, TerminalLog
from device_sync.wire import BadPacket, Command, Packet, Reply
from device_sync.zk.client import Transport, ZkTerminal
from device_sync.zk.transport import Limits

PARALLEL = 64
KNOCK_SECONDS = 0.5
PAUSE_SECONDS = 1.0  # terminals with one session need a moment after the knock
QUICK = Limits(connect_seconds=2, idle_seconds=3, total_seconds=8, goodbye_seconds=1)
OK = "ok"


@dataclass(frozen=True, slots=True)
class Registered:
    """A terminal of the office: its code, where it is looked for, its serial once known, and its key if it has one."""

    code: str
    host: str | None
    serial: str | None
    comm_key: int = field(default=0, repr=False)


@dataclass(frozen=True, slots=True)
class FoundTerminal:
    """Somebody who answers on the port of terminals. `outcome` is `ok`, or what went wrong when it was asked who it is.

    Counters are None where the firmware does not tell. `code` names the registered terminal with this serial, and
    `moved_from` its registered address where that is another one; `instead_of` the code of a terminal that is looked
    for at this address, but has another serial.
    """

    address: str
    port: int
    transport: Transport
    outcome: str
    message: str = ""
    serial: str = ""
    firmware: str = ""
    model: str = ""
    users: int | None = None
    records: int | None = None
    record_capacity: int | None = None
    clock_offset_seconds: int | None = None
    code: str | None = None
    moved_from: str | None = None
    instead_of: str | None = None


def discover_terminals(
    network: str,
    allowed: Sequence[Network],
    *,
    port: int = wire.DEFAULT_PORT,
    registered: Sequence[Registered] = (),
    pause_seconds: float = PAUSE_SECONDS,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> list[FoundTerminal]:
    """Whoever answers in a network, by address. `progress` hears how many addresses were knocked at.

    Takes about a second per 64 addresses, and some more for those that answer. A key is sent only to an address at
    which a terminal with a key is registered. Raises Invalid as `read_network` does.
    """
    wanted = read_network(network, allowed)
    hosts = list(wanted.hosts()) or [wanted.network_address]
    answering: list[tuple[IPv4Address | IPv6Address, Transport]] = []
    with ThreadPoolExecutor(PARALLEL, thread_name_prefix="knock") as pool:
        for done, (host, transport) in enumerate(
            zip(hosts, pool.map(lambda h: _knock(h, port), hosts), strict=True), 1
        ):
            progress(done, len(hosts))
            if transport is not None:
                answering.append((host, transport))
        if not answering:
            return []
        time.sleep(pause_seconds)
        at_address = {place.host: place for place in registered if place.host}
        by_serial = {place.serial: place for place in registered if place.serial}

        def ask(found: tuple[IPv4Address | IPv6Address, Transport]) -> FoundTerminal:
            host, transport = str(found[0]), found[1]
            here = at_address.get(host)
            terminal = ZkTerminal(
                host,
                port=port,
                transport=transport,
                comm_key=here.comm_key if here else 0,
                limits=QUICK,
                allowed_networks=allowed,
            )
            try:
                said = terminal.identify()
            except TerminalError as error:
                code = here.code if here else None
                return FoundTerminal(host, port, transport, error.outcome, str(error), instead_of=code)
            return _placed(host, port, transport, said, here, by_serial)

        return list(pool.map(ask, answering))


def _placed(
    host: str,
    port: int,
    transport: Transport,
    said: TerminalLog,
    here: Registered | None,
    by_serial: Mapping[str | None, Registered],
) -> FoundTerminal:
    known = by_serial.get(said.serial)
    if known is None and here is not None and here.serial is None:
        known = here  # registered, but never read: its serial is learned at the first pull
    sizes = said.sizes_after
    return FoundTerminal(
        address=host,
        port=port,
        transport=transport,
        outcome=OK,
        serial=said.serial,
        firmware=said.firmware,
        model=said.options.get("~DeviceName", ""),
        users=sizes.users,
        records=sizes.records,
        record_capacity=sizes.record_capacity,
        clock_offset_seconds=said.clock_offset_seconds,
        code=known.code if known else None,
        moved_from=(known.host or "") if known and known.host != host else None,
        instead_of=here.code if here and here is not known else None,
    )


def _knock(host: IPv4Address | IPv6Address, port: int) -> Transport | None:
    """How somebody answers there: by TCP, else by a datagram as terminals answer it, else not at all."""
    with suppress(OSError), socket.create_connection((str(host), port), KNOCK_SECONDS):
        return "tcp"
    return "udp" if _answers_greeting(host, port) else None


def _answers_greeting(host: IPv4Address | IPv6Address, port: int) -> bool:
    """Whether a CONNECT by datagram is answered as a terminal does; the session it may have opened is left at once."""
    family = socket.AF_INET6 if host.version == 6 else socket.AF_INET
    with suppress(OSError, BadPacket), socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.settimeout(KNOCK_SECONDS)
        sock.connect((str(host), port))
        sock.send(wire.pack_packet(Command.CONNECT, 0, wire.NUMBERS - 1, framed=False))
        said: Packet = wire.parse_packet(sock.recv(2048))
        if said.code in (Reply.OK, Reply.UNAUTHORISED):
            sock.send(wire.pack_packet(Command.EXIT, said.session, (said.number + 1) % wire.NUMBERS, framed=False))
            return True
    return False
