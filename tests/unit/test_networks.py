"""Which networks a host stands in, on machines that tell and on machines that do not."""

from __future__ import annotations

import socket
from ipaddress import ip_network
from pathlib import Path

import pytest

from attendance.errors import Invalid
from device_sync.networks import ROUTES, host_networks, read_network
from device_sync.zk.address import PRIVATE_NETWORKS

HEAD = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
TABLE = HEAD + (
    "eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"  # by way of a router
    "eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n"
    "docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n"
    "eth1\t80020A0A\t00000000\t0001\t0\t0\t0\t80FFFFFF\t0\t0\t0\n"
    "eth2\t0002A8C0\t00000000\t0000\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"  # down
    "ppp0\t08080808\t00000000\t0001\t0\t0\t0\tFFFFFFFF\t0\t0\t0\n"  # no private network
)


def test_linux_tells_its_networks(tmp_path: Path) -> None:
    routes = tmp_path / "route"
    routes.write_text(TABLE)
    found = host_networks(PRIVATE_NETWORKS, routes=routes)
    assert [(str(net.network), net.interface, net.assumed, net.is_small) for net in found] == [
        ("10.10.2.128/25", "eth1", False, True),
        ("192.168.1.0/24", "eth0", False, True),
        ("172.17.0.0/16", "docker0", False, False),
    ]
    assert host_networks([ip_network("10.0.0.0/8")], routes=routes) == found[:1]


@pytest.mark.skipif(not ROUTES.exists(), reason="this machine has no /proc/net/route")
def test_the_table_of_this_machine_can_be_read() -> None:
    everything = [ip_network("0.0.0.0/0")]
    assert not any(net.assumed for net in host_networks(everything))


@pytest.mark.parametrize("table", [None, "nonsense that is no table\nof any kind at all a b c d\n"])
def test_elsewhere_an_address_stands_for_its_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str | None
) -> None:
    routes = tmp_path / "route"
    if table is not None:
        routes.write_text(table)
    answers = [(socket.AF_INET, 1, 6, "", (address, 0)) for address in ("192.168.7.31", "127.0.0.1", "8.8.8.8")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: answers)
    [found] = host_networks(PRIVATE_NETWORKS, routes=routes)
    assert (str(found.network), found.assumed) == ("192.168.7.0/24", True)


def test_where_nothing_is_known_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("no name service")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    assert host_networks(PRIVATE_NETWORKS, routes=tmp_path / "none") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [("office", "write it as"), ("10.0.0.0/8", "over 1024"), ("8.8.8.0/24", "outside"), ("fe80::/64", "over 1024")],
)
def test_a_network_that_is_not_searched(text: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read_network(text, PRIVATE_NETWORKS)


def test_a_host_in_a_network_names_the_network() -> None:
    assert str(read_network("192.168.1.7/24", PRIVATE_NETWORKS)) == "192.168.1.0/24"
    assert str(read_network("192.168.1.7", PRIVATE_NETWORKS)) == "192.168.1.7/32"
