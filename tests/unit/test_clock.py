"""Instants and wall times: exact both ways, the same one by one and by the column."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attendance import clock
from attendance.errors import UnknownZone

VIETNAM = "Asia/Ho_Chi_Minh"
ZONES = st.sampled_from([VIETNAM, "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])
WALLS = st.datetimes(datetime(2000, 1, 1), datetime(2040, 12, 31)).map(lambda wall: wall.replace(microsecond=0))


@given(wall=WALLS)
def test_vietnamese_wall_time_survives_the_way_to_an_instant_and_back(wall: datetime) -> None:
    instant = clock.to_instant(wall, VIETNAM)
    assert instant.tzinfo is UTC
    assert instant == wall.replace(tzinfo=UTC) - timedelta(hours=7)
    assert clock.to_wall(instant, VIETNAM) == wall


@given(wall=st.datetimes(datetime(1970, 1, 1), datetime(2133, 12, 31)))
def test_wall_seconds_name_a_second_and_cut_its_fraction(wall: datetime) -> None:
    assert clock.from_wall_seconds(clock.wall_seconds(wall)) == wall.replace(microsecond=0)


@given(on=st.dates(date(1970, 1, 1), date(2133, 12, 31)))
def test_day_numbers_name_dates(on: date) -> None:
    assert clock.from_day_number(clock.day_number(on)) == on
    assert clock.day_number(on) * clock.DAY_SECONDS == clock.wall_seconds(datetime(on.year, on.month, on.day))


@settings(max_examples=60, deadline=None)
@given(walls=st.lists(WALLS, max_size=20), zone=ZONES)
def test_a_column_of_wall_times_becomes_what_each_alone_becomes(walls: list[datetime], zone: str) -> None:
    seconds = np.array([clock.wall_seconds(wall) for wall in walls], np.int64)
    assert clock.to_instants(seconds, zone).tolist() == [clock.instant_seconds(wall, zone) for wall in walls]
    assert clock.to_instants(seconds, zone).tolist() == [
        int(wall.replace(tzinfo=ZoneInfo(zone)).timestamp()) for wall in walls
    ]


@settings(max_examples=60, deadline=None)
@given(instants=st.lists(st.integers(946_684_800, 2_240_000_000), max_size=20), zone=ZONES)
def test_a_column_of_instants_becomes_what_each_alone_becomes(instants: list[int], zone: str) -> None:
    walls = clock.to_walls(np.array(instants, np.int64), zone)
    assert walls.tolist() == [
        clock.wall_seconds(clock.to_wall(datetime.fromtimestamp(instant, UTC), zone)) for instant in instants
    ]


def test_of_two_possible_instants_the_earlier_is_meant() -> None:
    twice = datetime(2026, 10, 25, 2, 30)
    assert clock.to_instant(twice, "Europe/Berlin") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert clock.instant_seconds(twice, "Europe/Berlin") == int(datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp())


def test_a_column_over_a_change_of_the_clocks_is_right_on_both_sides() -> None:
    walls = [datetime(2026, 3, 29, 1, 59, 59), datetime(2026, 3, 29, 3, 0, 0)]
    seconds = clock.to_instants(np.array([clock.wall_seconds(wall) for wall in walls], np.int64), "Europe/Berlin")
    assert seconds[1] - seconds[0] == 1


def test_today_is_the_date_on_the_wall() -> None:
    assert clock.today(datetime(2026, 3, 2, 16, 59, tzinfo=UTC), VIETNAM) == date(2026, 3, 2)
    assert clock.today(datetime(2026, 3, 2, 17, 0, tzinfo=UTC), VIETNAM) == date(2026, 3, 3)


def test_vietnam_keeps_one_offset_and_berlin_does_not() -> None:
    low, high = clock.wall_seconds(datetime(1976, 1, 1)), clock.wall_seconds(datetime(2100, 1, 1))
    assert clock.offset_is_constant(low, high, VIETNAM)
    assert not clock.offset_is_constant(low, high, "Europe/Berlin")


def test_an_empty_column_stays_empty() -> None:
    nothing = np.zeros(0, np.int64)
    assert clock.to_instants(nothing, VIETNAM).size == clock.to_walls(nothing, VIETNAM).size == 0


@pytest.mark.parametrize("name", ["Asia/Saigonn", "", "../etc/passwd", "+07:00"])
def test_a_zone_that_does_not_exist_is_refused_by_name(name: str) -> None:
    with pytest.raises(UnknownZone) as caught:
        clock.zone(name)
    assert repr(name) in str(caught.value)
