"""Pulling for an installation: the puller its settings make, and the shape of what a pull answers."""

from __future__ import annotations

from typing import Any

from api.keys import read_comm_key
from api.settings import Settings
from attendance import clock
from attendance.store.database import Database
from device_sync.intake import Filed
from device_sync.noticing import Thresholds
from device_sync.pulling import Puller


def make_puller(settings: Settings, database: Database) -> Puller:
    return Puller(
        database,
        settings.timezone,
        lambda code: read_comm_key(settings.keys_dir, code) or 0,
        allowed_networks=settings.allowed_networks,
        thresholds=thresholds_of(settings),
    )


def thresholds_of(settings: Settings) -> Thresholds:
    """From where on the office wants to hear of something, whoever read the terminal."""
    return Thresholds(ran_back=settings.clock_backward_seconds)


def pull_json(filed: Filed, zone: str) -> dict[str, Any]:
    """One entry of `pulls`, as the contract names its fields; the watermark with the offset of the office."""
    return {
        "terminal": filed.terminal,
        "outcome": filed.outcome,
        "read": filed.read,
        "new": filed.new,
        "repeated": filed.repeated,
        "quarantined": filed.quarantined,
        "reasons": filed.reasons,
        "clock_offset_seconds": filed.clock_offset_seconds,
        "complete_until": clock.local_iso(filed.complete_until, zone) if filed.complete_until else None,
        "message": filed.message,
        "pull": filed.pull_id,
        "seconds": {name: round(filed.seconds.get(name, 0.0), 4) for name in ("transfer", "decode", "store")},
    }
