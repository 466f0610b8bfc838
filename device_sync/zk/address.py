"""Addresses a terminal may have: parsed numbers inside allowed networks, never text that reaches anything else."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PRIVATE_NETWORKS: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in [
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "127.0.0.0/8",
        "::1/128",
        "fc00::/7",
    ]
)


class AddressRefused(ValueError):
    """The text is no IP address, or lies outside the networks in which terminals may be."""

    outcome = "address_refused"

    def __init__(self, sentence: str, *, host: str, reason: str) -> None:
        super().__init__(sentence)
        self.params = {"host": host, "reason": reason}


def parse_address(host: str, allowed_networks: Iterable[Network] = PRIVATE_NETWORKS) -> Address:
    """The address as a number. Raises AddressRefused for host names, shell text, or a network not allowed."""
    try:
        address = ip_address(host)
    except ValueError:
        raise AddressRefused(
            f"{host[:80]!r} is not an IP address. Enter the number shown in the terminal's network menu, such as "
            "192.168.1.201.",
            host=host[:80],
            reason="not_an_address",
        ) from None
    if address.version == 6 and address.scope_id is not None:  # a zone is free text behind the number
        raise AddressRefused(
            f"{host[:80]!r} carries a zone name. Enter the plain number.", host=host[:80], reason="not_an_address"
        )
    if not any(address.version == network.version and address in network for network in allowed_networks):
        raise AddressRefused(
            f"{address} lies outside the networks in which terminals are allowed. Correct the address, or have the "
            "network added to the allowed ones.",
            host=str(address),
            reason="network",
        )
    return address
