"""Zones, instants and work dates. The only user of zoneinfo; the present moment is always an argument.

Wall time is what a clock on the wall of the office shows: a naive datetime, or whole seconds since 1970-01-01 counted
as if it were UTC (`wall seconds`). An instant is an aware UTC datetime, or seconds since the epoch.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC as UTC
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt

from attendance.errors import UnknownZone

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the origin of wall seconds has no zone by definition
EPOCH_ORDINAL = EPOCH.toordinal()
DAY_SECONDS = 86_400
FIRST_DATE, LAST_DATE = date(1990, 1, 1), date(2200, 12, 31)
"""Dates that an office can mean; what people write beyond them is a slip."""
Now = Callable[[], datetime]


def utc_now() -> datetime:
    """The present instant. Only composition roots call it; everything else is handed a `Now`."""
    return datetime.now(UTC)


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The named IANA zone. Raises UnknownZone with the name and what to write instead."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownZone(name) from error


def wall_seconds(wall: datetime) -> int:
    """Wall seconds of a naive datetime; a fraction of a second is cut off."""
    span = wall - EPOCH
    return span.days * DAY_SECONDS + span.seconds


def from_wall_seconds(seconds: int) -> datetime:
    return EPOCH + timedelta(seconds=int(seconds))


def day_number(on: date) -> int:
    """Days since 1970-01-01."""
    return on.toordinal() - EPOCH_ORDINAL


def from_day_number(number: int) -> date:
    return date.fromordinal(int(number) + EPOCH_ORDINAL)


def month_end(month: date) -> date:
    """The last date of the month a date lies in."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def to_instant(wall: datetime, zone_name: str) -> datetime:
    """The UTC instant of a naive wall time; of two possible ones (clocks set back) the earlier."""
    return wall.replace(tzinfo=zone(zone_name)).astimezone(UTC)


def to_wall(instant: datetime, zone_name: str) -> datetime:
    """The naive wall time of an aware instant."""
    return instant.astimezone(zone(zone_name)).replace(tzinfo=None)


def local_iso(wall: datetime, zone_name: str) -> str:
    """ISO 8601 of a wall time with the offset it has there, to the second."""
    return wall.replace(tzinfo=zone(zone_name), microsecond=0).isoformat()


def today(instant: datetime, zone_name: str) -> date:
    return to_wall(instant, zone_name).date()


def instant_seconds(wall: datetime, zone_name: str) -> int:
    """Epoch seconds of a naive wall time."""
    seconds = wall_seconds(wall)
    offset = _year_offset(wall.year, zone_name) if 1 < wall.year < 9990 else None
    return seconds - (_offset_at(seconds, zone_name) if offset is None else offset)


def _offset_at(seconds: int, zone_name: str) -> int:
    """Offset to UTC at a wall second. Transitions of every zone since 1970 fall on quarter hours at the finest."""
    quarter = from_wall_seconds(seconds - seconds % 900).replace(tzinfo=zone(zone_name))
    return int(quarter.utcoffset().total_seconds())  # type: ignore[union-attr]


def to_instants(wall: npt.NDArray[np.int64], zone_name: str) -> npt.NDArray[np.int64]:
    """Epoch seconds of wall seconds, element by element, any order.

    Fast where the zone keeps one offset over the span asked for (Vietnam since 1975); else each quarter hour is asked.
    """
    if wall.size == 0:
        return wall.astype(np.int64)
    low, high = int(wall.min()), int(wall.max())
    if offset_is_constant(low, high, zone_name):
        return wall - _offset_at(low, zone_name)
    quarters, inverse = np.unique(wall // 900, return_inverse=True)
    offsets = np.fromiter((_offset_at(int(q) * 900, zone_name) for q in quarters), np.int64, quarters.size)
    return wall - offsets[inverse]


def to_walls(instants: npt.NDArray[np.int64], zone_name: str) -> npt.NDArray[np.int64]:
    """Wall seconds of epoch seconds, element by element."""
    if instants.size == 0:
        return instants.astype(np.int64)
    low, high = int(instants.min()), int(instants.max())
    if offset_is_constant(low - DAY_SECONDS, high + DAY_SECONDS, zone_name):
        return instants + _offset_at(low, zone_name)
    quarters, inverse = np.unique(instants // 900, return_inverse=True)
    there = zone(zone_name)
    offsets = np.fromiter(
        (
            int(datetime.fromtimestamp(int(q) * 900, there).utcoffset().total_seconds())  # type: ignore[union-attr]
            for q in quarters
        ),
        np.int64,
        quarters.size,
    )
    return instants + offsets[inverse]


@lru_cache(maxsize=4096)
def _year_offset(year: int, zone_name: str) -> int | None:
    """The single offset of a year, or None where the zone changes it within that year (sampled daily)."""
    there = zone(zone_name)
    first = datetime(year, 1, 1, tzinfo=there)
    offsets = {(first + timedelta(days=n)).utcoffset() for n in range(367)}
    return int(first.utcoffset().total_seconds()) if len(offsets) == 1 else None  # type: ignore[union-attr]


def offset_is_constant(low: int, high: int, zone_name: str) -> bool:
    """Whether the zone keeps one offset in every year the wall seconds `low..high` touch."""
    years = range(max(from_wall_seconds(low).year, 2), min(from_wall_seconds(high).year, 9990) + 1)
    offsets = {_year_offset(year, zone_name) for year in years}
    return len(offsets) == 1 and None not in offsets
