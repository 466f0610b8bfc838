"""Finding terminals in a network: who answers on the port, and what they say of themselves."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from attendance.errors import Invalid
from device_sync import wire
from device_sync.terminal import TerminalError
from device_sync.zk.client import ZkTerminal
from device_sync.zk.transport import Limits

MOST_ADDRESSES = 1024
PARALLEL = 64
KNOCK_SECONDS = 0.5
QUICK = Limits(connect_seconds=1, idle_seconds=3, total_seconds=6)


def discover_terminals(
    network: str, allowed_networks: Sequence[IPv4Network | IPv6Network], port: int = wire.DEFAULT_PORT
) -> list[tuple[str, str]]:
    """Addresses that answer on the port, with serial and firmware or what went wrong. Nothing is changed on any.

    Raises Invalid for a network that is none, too wide, or outside the allowed ones.
    """
    try:
        wanted = ip_network(network, strict=False)
    except ValueError as error:
        raise Invalid(f"{network!r} is not a network; write it as 192.168.1.0/24.") from error
    if wanted.num_addresses > MOST_ADDRESSES:
        raise Invalid(f"{network} has over {MOST_ADDRESSES} addresses; name a smaller one, such as one floor's /24.")
    if not any(wanted.version == net.version and wanted.subnet_of(net) for net in allowed_networks):  # type: ignore[arg-type]
        raise Invalid(f"{network} is outside the allowed networks; correct it, or set ATTENDANCE_ALLOWED_NETWORKS.")
    hosts = list(wanted.hosts()) or [wanted.network_address]
    with ThreadPoolExecutor(PARALLEL) as pool:
        answering = [
            host for host, open_ in zip(hosts, pool.map(lambda h: _knock(h, port), hosts), strict=True) if open_
        ]
        sentences = list(pool.map(lambda host: _ask(host, port, allowed_networks), answering))
    return [(str(host), sentence) for host, sentence in zip(answering, sentences, strict=True)]


def _knock(host: IPv4Address | IPv6Address, port: int) -> bool:
    try:
        with socket.create_connection((str(host), port), KNOCK_SECONDS):
            return True
    except OSError:
        return False


def _ask(host: IPv4Address | IPv6Address, port: int, allowed: Sequence[IPv4Network | IPv6Network]) -> str:
    try:
        found = ZkTerminal(str(host), port=port, limits=QUICK, allowed_networks=allowed).identify()
    except TerminalError as error:
        return f"{error.outcome}: {error}"
    return f"serial {found.serial}, firmware {found.firmware}, {found.sizes_after.records} records"
