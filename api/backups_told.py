"""Restorations and drills as data, for API and command line alike."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from attendance import clock
from attendance.store.restorations import Drilled, Restoration


def restoration_json(one: Restoration, zone: str) -> dict[str, Any]:
    """What lies between `from` and `to` is not in this database unless it was read or entered again."""
    return {
        "id": one.id,
        "from": _iso(one.data_at, zone),
        "to": _iso(one.restored_at, zone),
        "file": one.file_name,
        "by": one.restored_by,
        "terminals": [
            {
                "terminal": each.code,
                "way": each.way,
                "state": each.state,
                "read_until": clock.local_iso(each.read_until, zone) if each.read_until else None,
            }
            for each in one.terminals
        ],
        "lost_is_known": one.lost.is_known,
        "lost_total": one.lost.total,
        "lost": [dict(act) for act in one.lost.acts],
        "settled_at": _iso(one.settled_at, zone) if one.settled_at else None,
        "settled_by": one.settled_by,
        "note": one.settled_note,
    }


def drill_json(one: Drilled, zone: str) -> dict[str, Any]:
    return {
        "at": _iso(one.drilled_at, zone),
        "file": one.file_name,
        "data_at": _iso(one.data_at, zone) if one.data_at else None,
        "seconds": one.seconds,
        "size": one.size,
        "rows": one.rows,
        "days": one.days,
        "differing": one.differing,
        "outcome": one.outcome,
        "message": one.said,
        "source": one.source,
        "by": one.made_by,
    }


def _iso(at: datetime, zone: str) -> str:
    return clock.local_iso(clock.to_wall(at, zone), zone)
