"""Moments of a case in the wall time of its zone."""

from __future__ import annotations

from datetime import datetime

from attendance import clock
from attendance.scenario.reading import Node


def local(node: Node, zone: str) -> datetime | None:
    """Naive wall time of what is written; a moment with Z or an offset is converted."""
    moment = node.moment()
    if moment is None or moment.tzinfo is None:
        return moment
    return clock.to_wall(moment, zone)
