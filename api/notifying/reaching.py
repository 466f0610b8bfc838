"""Where a webhook may go: its name is looked up once, every address is checked, and one of them is spoken to.

Looked up again while connecting, a name could lead somewhere else; so the connection goes to the address that was
checked. Link-local addresses are refused even where somebody names them: clouds hand out credentials there.
"""

from __future__ import annotations

import errno
import queue
import socket
import threading
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from api.notice_settings import PUBLIC, WebhookNetwork
from attendance.services.notifications.delivering import Undelivered

Address = IPv4Address | IPv6Address
_TRANSLATED = IPv6Network("64:ff9b::/96")  # RFC 6052
LookUp = Callable[[str, int], Sequence[str]]


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a name, as this machine knows them."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def in_time(find: LookUp, seconds: float) -> LookUp:
    """The same look-up, which raises TimeoutError when it takes longer: a resolver may think for half a minute.

    What is asked cannot be called back; it ends by itself and its answer is let go.
    """

    def bounded(host: str, port: int) -> Sequence[str]:
        told: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

        def ask() -> None:
            try:
                told.put(find(host, port))
            except Exception as error:  # raised where it was asked
                told.put(error)

        threading.Thread(target=ask, name="look-up", daemon=True).start()
        try:
            found = told.get(timeout=seconds)
        except queue.Empty:
            raise TimeoutError(errno.ETIMEDOUT, "no answer in time") from None
        if isinstance(found, Exception):
            raise found
        return found

    return bounded


def reach(url: str, allowed: Sequence[WebhookNetwork], find: LookUp = look_up) -> tuple[str, int, Address]:
    """Host, port, and the address to connect to. Raises Undelivered where there is none, or it may not be reached.

    All addresses of a name must be allowed: one that points inside and outside is not believed.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = [_plain(ip_address(text.split("%")[0])) for text in find(host, port)]
    except (OSError, UnicodeError, ValueError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise Undelivered("lookup", scope="way", host=host, why=why) from error
    sealed = parts.scheme == "https"
    for address in found:
        if not is_allowed(address, allowed, sealed=sealed):
            reason = "public_http" if not sealed and is_allowed(address, allowed, sealed=True) else "outside"
            raise Undelivered(reason, scope="way", host=host, address=str(address))
    if not found:
        raise Undelivered("lookup", scope="way", host=host, why="no address")
    return host, port, found[0]


def is_allowed(address: Address, allowed: Sequence[WebhookNetwork], *, sealed: bool) -> bool:
    """Whether an address lies in one of these networks; public ones only over a sealed line."""
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    for network in allowed:
        if network == PUBLIC:
            if sealed and address.is_global:
                return True
        elif not isinstance(network, str) and address.version == network.version and address in network:
            return True
    return False


def _plain(address: Address) -> Address:
    """An IPv4 address that is written as one of IPv6, in any of three ways, is what it stands for."""
    if isinstance(address, IPv6Address):
        if address in _TRANSLATED:
            return IPv4Address(address.packed[-4:])
        return address.ipv4_mapped or address.sixtofour or address
    return address
