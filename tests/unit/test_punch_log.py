"""The punch log's columns: what goes in comes out, and what is known is told from what is new as a plain set would."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attendance.errors import Conflict
from attendance.store import intake_log, punch_log
from attendance.store.database import Database
from attendance.store.evidence_tables import PullRow
from attendance.store.punch_log import StoredPunches
from tests import builders
from tests.builders import Key, build_office, terminal_id

AT = datetime(2026, 3, 2, 3, tzinfo=UTC)
Columns = tuple[np.ndarray, np.ndarray, tuple[str, ...], np.ndarray, np.ndarray]


def columns(keys: list[Key], pins: tuple[str, ...] | None = None) -> Columns:
    """(wall, pin, pins, state, verify) as the intake hands them over."""
    names = pins if pins is not None else tuple(dict.fromkeys(key[0] for key in keys))
    code = {name: place for place, name in enumerate(names)}
    return (
        np.array([key[1] for key in keys], np.int64),
        np.array([code[key[0]] for key in keys], np.int32),
        names,
        np.array([key[2] for key in keys], np.uint8),
        np.array([key[3] for key in keys], np.uint8),
    )


def stored_as(keys: list[Key]) -> StoredPunches:
    wall, pin, pins, state, verify = columns(keys)
    rest = np.arange(len(keys), dtype=np.int64)
    return StoredPunches(rest, rest, wall, pin, state, verify, rest, rest, rest, pins)


def append(database: Database, keys: list[Key], first: int = 1, at: datetime = AT, block: int = 1_000_000) -> int:
    wall, pin, pins, state, verify = columns(keys)
    number = terminal_id(database)
    with database.writing() as session:
        pull = PullRow(terminal_id=number, started_at=at, finished_at=at)
        return punch_log.append(
            session,
            terminal_id=number,
            pull_id=intake_log.add_pull(session, pull),
            first_sequence=first,
            received_at=at,
            wall=wall,
            pin=pin,
            pins=pins,
            state=state,
            verify=verify,
            index=np.arange(len(keys)),
            block=block,
        )


KEYS: list[Key] = [(str(1001 + n % 7), 1_772_400_000 + 37 * n, n % 256, 255 - n % 256) for n in range(1000)]


# what goes in comes out ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", [1, 7, 499, 500, 501, 999, 1000, 1001])
def test_punches_come_back_in_order_whatever_the_size_of_a_block(sqlite_database: Database, block: int) -> None:
    build_office(sqlite_database)
    keys = KEYS[:1000] if block > 1 else KEYS[:20]
    assert append(sqlite_database, keys, block=block) == len(keys) + 1
    assert builders.stored_punches(sqlite_database) == keys
    assert builders.count(sqlite_database, "punch_block") == -(-len(keys) // block)


def test_blocks_of_several_pulls_with_other_pins_are_one_log(any_database: Database) -> None:
    build_office(any_database)
    following = append(any_database, KEYS[:10])
    following = append(any_database, [("9", 1_772_000_000, 0, 1), ("1001", 1_772_000_001, 0, 1)], following)
    assert append(any_database, KEYS[10:30], following) == 33
    assert builders.stored_punches(any_database) == [
        *KEYS[:10],
        ("9", 1_772_000_000, 0, 1),
        ("1001", 1_772_000_001, 0, 1),
        *KEYS[10:30],
    ]


def test_a_span_and_a_moment_of_receipt_cut_exactly(any_database: Database) -> None:
    build_office(any_database)
    following = append(any_database, KEYS[:500], block=64)
    append(any_database, KEYS[500:], following, at=AT + timedelta(hours=1), block=64)
    number = terminal_id(any_database)
    low, high = KEYS[100][1], KEYS[700][1]
    with any_database.reading() as session:
        inside = punch_log.read(session, [number], from_wall=low, to_wall=high)
        early = punch_log.read(session, [number], received_by=AT)
        nothing = punch_log.read(session, [number], from_wall=high + 1, to_wall=low)
        nobody = punch_log.read(session, [])
    assert inside.wall.tolist() == [key[1] for key in KEYS[100:701]]
    assert inside.sequence.tolist() == list(range(101, 702))
    assert early.wall.tolist() == [key[1] for key in KEYS[:500]]
    assert set(early.received.tolist()) == {int(AT.timestamp())}
    assert len(nothing) == len(nobody) == 0


def test_two_writers_cannot_file_the_same_numbers(any_database: Database) -> None:
    build_office(any_database)
    append(any_database, KEYS[:10])
    with pytest.raises(Conflict):
        append(any_database, KEYS[10:20], first=1)
    assert builders.stored_punches(any_database) == KEYS[:10]


def test_extreme_values_survive(any_database: Database) -> None:
    build_office(any_database)
    keys: list[Key] = [("a" * 24, 0, 0, 0), ("0007", 4_294_967_295, 255, 255), ("Z-9_.", 5_000_000_000, 1, 2)]
    append(any_database, keys)
    assert builders.stored_punches(any_database) == keys


# known and new -------------------------------------------------------------------------------------------------------

_PIN = st.sampled_from(["1", "2", "10", "01", "a"])
_WALL = st.one_of(st.integers(1_700_000_000, 1_700_000_010), st.integers(0, 10_000_000_000))
_KEY = st.tuples(_PIN, _WALL, st.sampled_from([0, 1, 255]), st.sampled_from([1, 15]))
_KEYS = st.lists(_KEY, max_size=30)


def expected_new(known: list[Key], given_keys: list[Key]) -> list[bool]:
    seen = set(known)
    found = []
    for key in given_keys:
        found.append(key not in seen)
        seen.add(key)
    return found


@settings(max_examples=300, deadline=None)
@given(known=_KEYS, given_keys=_KEYS)
def test_unseen_and_contained_say_what_plain_sets_say(known: list[Key], given_keys: list[Key]) -> None:
    stored = stored_as(known)
    assert punch_log.unseen(stored, *columns(given_keys)).tolist() == expected_new(known, given_keys)
    assert punch_log.contained(stored, *columns(given_keys)).tolist() == [key in set(given_keys) for key in known]


@settings(max_examples=60, deadline=None)
@given(known=_KEYS, given_keys=_KEYS)
def test_it_says_the_same_with_more_numbers_than_fit_the_narrow_key(known: list[Key], given_keys: list[Key]) -> None:
    many = (*(f"x{n}" for n in range(33_000)), "1", "2", "10", "01", "a")
    stored = stored_as(known)
    answer = punch_log.unseen(stored, *columns(given_keys, many))
    assert answer.tolist() == expected_new(known, given_keys)
    assert punch_log.contained(stored, *columns(given_keys, many)).tolist() == [key in set(given_keys) for key in known]


@pytest.mark.parametrize("people", [32_767, 32_768, 32_769, 40_000])
def test_a_log_of_very_many_numbers_is_told_apart(people: int) -> None:
    keys: list[Key] = [(str(n), 1_700_000_000, 0, 1) for n in range(people)]
    stored = stored_as(keys[: people - 5])
    assert punch_log.unseen(stored, *columns(keys)).tolist() == [False] * (people - 5) + [True] * 5
    assert punch_log.contained(stored, *columns(keys[10:])).tolist() == [False] * 10 + [True] * (people - 15)
    a_second_later: list[Key] = [(pin, at + 1, state, verify) for pin, at, state, verify in keys]
    assert punch_log.unseen(stored, *columns(a_second_later)).all()
    assert not punch_log.contained(stored, *columns(a_second_later)).any()


@pytest.mark.parametrize("span", [2**32 - 1, 2**32, 2**33])
def test_times_as_far_apart_as_a_terminal_can_say_do_not_run_into_each_other(span: int) -> None:
    known: list[Key] = [("1", 0, 0, 0), ("2", 0, 0, 0)]
    given_keys: list[Key] = [("1", span, 0, 0), ("1", 0, 0, 0), ("2", span, 0, 0), ("2", 1, 0, 0)]
    assert punch_log.unseen(stored_as(known), *columns(given_keys)).tolist() == [True, False, True, True]
