"""The night, 22:00 to 06:00 of the office's clock, as spans of moments."""

from __future__ import annotations

from attendance import clock

_HOUR = 3600


def night_spans(start: int, end: int, zone: str) -> list[tuple[int, int]]:
    """The parts of `[start, end)` (epoch seconds) that lie at night, cut at midnight, in order of time."""
    first = clock.wall_seconds(clock.to_wall(clock.from_wall_seconds(start).replace(tzinfo=clock.UTC), zone))
    found = []
    midnight = first - first % clock.DAY_SECONDS
    while (begins := _instant(midnight, zone)) < end:
        for low, high in ((0, 6 * _HOUR), (22 * _HOUR, 24 * _HOUR)):
            begin = max(_instant(midnight + low, zone), start) if low else max(begins, start)
            finish = min(_instant(midnight + high, zone), end)
            if begin < finish:
                found.append((begin, finish))
        midnight += clock.DAY_SECONDS
    return found


def night_seconds(start: int, end: int, zone: str) -> int:
    """Seconds of `[start, end)` that lie at night."""
    return sum(finish - begin for begin, finish in night_spans(start, end, zone))


def _instant(wall: int, zone: str) -> int:
    return clock.instant_seconds(clock.from_wall_seconds(wall), zone)
