"""The networks this host stands in, by what its kernel says; no interface is opened and nothing is sent."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_network
from pathlib import Path

from attendance.errors import Invalid

Network = IPv4Network | IPv6Network

MOST_ADDRESSES = 1024
ROUTES = Path("/proc/net/route")
_UP = 0x1


@dataclass(frozen=True, slots=True)
class HostNetwork:
    """A network of this host. `assumed`: only an address is known, and a /24 around it is taken for the network."""

    network: IPv4Network
    interface: str = ""
    assumed: bool = False

    @property
    def is_small(self) -> bool:
        """Whether it may be searched whole."""
        return self.network.num_addresses <= MOST_ADDRESSES


def host_networks(allowed: Sequence[Network], *, routes: Path = ROUTES) -> list[HostNetwork]:
    """The IPv4 networks this host is connected to, in which terminals are allowed, the smallest first.

    On Linux from the kernel's table of routes. Elsewhere only the host's own addresses can be asked for without
    further programs, so that their networks are assumed. Empty where neither says anything.
    """
    try:
        found = _connected(routes.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError, ValueError):
        found = _around(_own_addresses())
    inside = {net.network: net for net in found if is_allowed(net.network, allowed) and not net.network.is_loopback}
    return sorted(inside.values(), key=lambda net: (-net.network.prefixlen, int(net.network.network_address)))


def read_network(text: str, allowed: Sequence[Network]) -> Network:
    """A network that somebody named. Raises Invalid for one that is none, too wide, or outside the allowed ones."""
    try:
        wanted = ip_network(text, strict=False)
    except ValueError as error:
        raise Invalid(f"{text!r} is not a network; write it as 192.168.1.0/24.") from error
    if wanted.num_addresses > MOST_ADDRESSES:
        raise Invalid(f"{text} has over {MOST_ADDRESSES} addresses; name a smaller one, such as one floor's /24.")
    if not is_allowed(wanted, allowed):
        raise Invalid(f"{text} is outside the allowed networks; correct it, or set ATTENDANCE_ALLOWED_NETWORKS.")
    return wanted


def is_allowed(network: Network, allowed: Iterable[Network]) -> bool:
    return any(network.version == net.version and network.subnet_of(net) for net in allowed)  # type: ignore[arg-type]


def _connected(table: str) -> list[HostNetwork]:
    """Routes without a gateway: `Iface Destination Gateway Flags RefCnt Use Metric Mask …`, numbers in host order."""
    found = []
    for line in table.splitlines()[1:]:
        cells = line.split()
        if len(cells) < 8 or int(cells[2], 16) or not int(cells[3], 16) & _UP or not int(cells[7], 16):
            continue
        destination, mask = (IPv4Address(bytes.fromhex(cells[at])[::-1]) for at in (1, 7))
        found.append(HostNetwork(IPv4Network(f"{destination}/{mask}"), cells[0]))
    return found


def _around(addresses: Iterable[str]) -> list[HostNetwork]:
    return [HostNetwork(IPv4Network(f"{address}/24", strict=False), assumed=True) for address in addresses]


def _own_addresses() -> set[str]:
    try:
        infos = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
    except OSError:
        return set()
    return {str(info[4][0]) for info in infos}
