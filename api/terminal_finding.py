"""Terminals before they are added: whom a search takes for registered, and how one is talked to that is not."""

from __future__ import annotations

from typing import Literal, cast

from api.keys import read_comm_key
from api.settings import Settings
from api.terminal_filing import check_address
from attendance.errors import Invalid
from attendance.store import office
from attendance.store.database import Session
from device_sync.discovery import Registered
from device_sync.zk.client import ZkTerminal
from device_sync.zk.transport import Limits


def registered(session: Session, settings: Settings) -> list[Registered]:
    """The terminals of the office that are in use, with their keys."""
    return [
        Registered(
            row.code,
            row.host,
            row.serial,
            (read_comm_key(settings.keys_dir, row.code) or 0) if row.has_comm_key else 0,
        )
        for row in office.terminals(session)
        if row.in_use
    ]


def unregistered(
    settings: Settings, host: str, port: int, transport: str, comm_key: int | None, limits: Limits | None = None
) -> ZkTerminal:
    """A terminal that is not added yet. Raises Invalid for an address, a port or a way that none can have."""
    if transport not in ("tcp", "udp"):
        raise Invalid(f"{transport!r} is not a transport; write tcp or udp.")
    return ZkTerminal(
        check_address(host, settings),
        port=port,
        transport=cast(Literal["tcp", "udp"], transport),
        comm_key=comm_key or 0,
        limits=limits,
        allowed_networks=settings.allowed_networks,
        zone_name=settings.timezone,
    )
