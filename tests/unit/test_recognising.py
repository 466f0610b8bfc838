"""Which layout a log has, told by its content; in doubt it is not told at all."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from device_sync import wire
from device_sync.layouts import PUNCH_LAYOUTS, ZK8A, ZK8B, ZK16, ZK40, ZK49, PunchLayout, pack_punch
from device_sync.terminal import Sizes
from device_sync.zk.recognising import Evidence, can_be, recognise, still_fits
from tests.unit.test_layouts import log_of

NOW = datetime(2026, 3, 31, 9, 0)
START = datetime(2026, 3, 2, 7, 30)
EVERY = pytest.mark.parametrize("layout", PUNCH_LAYOUTS.values(), ids=PUNCH_LAYOUTS)
# several layouts divide these: 1960 records of 8 bytes are as long as 980 of 16, 392 of 40 and 320 of 49
COUNTS = [1, 2, 3, 5, 10, 40, 49, 80, 98, 245, 392, 1960, 5000]


def evidence(records: int | None = None, **more: object) -> Evidence:
    sizes = Sizes(None, records, None)
    return Evidence(NOW, sizes, sizes, **more)  # type: ignore[arg-type]


def punches(
    layout: PunchLayout, count: int, *, start: datetime = START, step: float = 0, digits: int = 4
) -> list[bytes]:
    rng = random.Random(count)
    step = step or 28 * 86_400 / max(count, 28)
    rows = []
    for n in range(count):
        who = rng.randrange(1, 90)
        time = wire.encode_time(start + timedelta(seconds=int(step * n)))
        pin = str(10 ** (digits - 1) + who)
        rows.append(pack_punch(layout, who, pin, rng.choice((1, 15)), time, rng.choice((0, 1))))
    return rows


@EVERY
@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("digits", [1, 4, 6, 9])
def test_a_sound_log_of_any_length_is_recognised_without_counters(layout: PunchLayout, count: int, digits: int) -> None:
    assert recognise(log_of(*punches(layout, count, digits=digits)), evidence()).layout is layout


@EVERY
@pytest.mark.parametrize("hours", range(24))
def test_a_single_day_is_recognised_whatever_its_hour(layout: PunchLayout, hours: int) -> None:
    """The two 8-byte orders differ by where the bytes of the time stand; some hours look alike in both."""
    for day in range(0, 28, 3):
        start = START.replace(hour=hours) - timedelta(days=day * 100)
        for count in (1, 2, 10, 40):
            log = log_of(*punches(layout, count, start=start, step=37))
            assert recognise(log, evidence()).layout is layout, (day, count)


@EVERY
@pytest.mark.parametrize("state", [255, 5])
def test_logs_with_one_state_throughout_are_recognised(layout: PunchLayout, state: int) -> None:
    rows = [
        pack_punch(layout, n % 30 + 1, str(n % 30 + 1), 1, wire.encode_time(START) + 61 * n, state) for n in range(400)
    ]
    assert recognise(log_of(*rows), evidence()).layout is layout


@EVERY
@pytest.mark.parametrize("share", [0.05, 0.3])
@pytest.mark.parametrize("kind", ["erased", "ones", "noise", "erased time"])
def test_filler_in_a_good_log_does_not_hide_its_layout(layout: PunchLayout, share: float, kind: str) -> None:
    rng = random.Random(kind)
    rows = punches(layout, 400)
    for place in rng.sample(range(400), int(400 * share)):
        rows[place] = {
            "erased": b"\x5a" * layout.size,
            "ones": b"\xff" * layout.size,
            "noise": rng.randbytes(layout.size),
            "erased time": pack_punch(layout, 3, "3", 1, 0x5A5A5A5A, 0),
        }[kind]
    log = log_of(*rows)
    assert recognise(log, evidence()).layout is layout
    assert still_fits(log, layout, evidence())


@EVERY
def test_jumps_of_the_clock_and_rows_out_of_order_do_not_hide_the_layout(layout: PunchLayout) -> None:
    rows = punches(layout, 400)
    rows = rows[300:] + rows[:200] + rows[250:300] + rows[200:250]
    assert recognise(log_of(*rows), evidence()).layout is layout


@EVERY
def test_bytes_of_chance_are_no_log(layout: PunchLayout) -> None:
    rng = random.Random(layout.name)
    for records in (None, 200):
        found = recognise(log_of(rng.randbytes(200 * layout.size)), evidence(records))
        assert found.layout is None
        assert layout.name in found.scores


@EVERY
def test_nothing_but_erased_memory_is_not_recognised_but_fits_what_was_learned(layout: PunchLayout) -> None:
    log = log_of(b"\x5a" * 20 * layout.size)
    assert recognise(log, evidence(20)).layout is None
    assert still_fits(log, layout, evidence(20))


def test_a_body_no_layout_divides_has_no_candidates() -> None:
    found = recognise(log_of(*punches(ZK40, 5)) + b"\0", evidence())
    assert (found.layout, found.scores) == (None, {})


@EVERY
@pytest.mark.parametrize("count", [1, 3, 40])
def test_a_log_whose_clock_was_always_lost_is_told_by_the_counters_alone(layout: PunchLayout, count: int) -> None:
    log = log_of(*punches(layout, count, start=datetime(2000, 1, 1, 0, 5), step=60))
    assert recognise(log, evidence()).layout is None
    assert recognise(log, evidence(count + 1)).layout is None
    # in its first months a time of the second 8-byte order reads as one of the first: that stays in doubt
    assert recognise(log, evidence(count)).layout is (None if layout is ZK8B else layout)
    assert still_fits(log, layout, evidence(count))
    assert not still_fits(log, layout, evidence())


def test_two_records_that_could_be_either_order_are_refused() -> None:
    # a date that is believable read both ways, and a state that is no known one in either
    record = bytes.fromhex("0700 01 31 00 30 31 31".replace(" ", ""))
    found = recognise(log_of(record, record), evidence())
    assert found.layout is None
    assert min(found.scores["zk8a"], found.scores["zk8b"]) > 0.5


@EVERY
def test_a_learned_layout_that_no_longer_fits_is_noticed(layout: PunchLayout) -> None:
    for other in PUNCH_LAYOUTS.values():
        log = log_of(*punches(other, 1960))
        assert still_fits(log, layout, evidence(1960)) == (other is layout), other.name


@EVERY
def test_a_named_layout_must_be_able_to_be_it(layout: PunchLayout) -> None:
    for other in PUNCH_LAYOUTS.values():
        log = log_of(*punches(other, 1960))
        assert can_be(log, layout, evidence()) == (other is layout), other.name


def test_a_named_layout_is_believed_where_the_dates_alone_speak_against_it() -> None:
    lost = log_of(*punches(ZK16, 50, start=datetime(2000, 1, 1, 0, 5), step=60))
    assert can_be(lost, ZK16, evidence())
    assert not can_be(lost, ZK40, evidence())
    ambiguous = log_of(bytes.fromhex("0700013100303131") * 2)
    assert can_be(ambiguous, ZK8A, evidence())
    assert can_be(ambiguous, ZK8B, evidence())


def test_the_user_table_speaks_for_the_layout() -> None:
    log = log_of(*punches(ZK49, 40))
    with_table = recognise(log, evidence(pins=frozenset({"1001"}), uids=frozenset({1})))
    assert with_table.layout is ZK49
    assert with_table.scores["zk49"] < recognise(log, evidence()).scores["zk49"]
    everybody = frozenset(str(1000 + n) for n in range(1, 90))
    assert recognise(log, evidence(pins=everybody)).scores["zk49"] == 1.0


def test_orders_of_eight_bytes_are_not_told_by_size() -> None:
    for layout, twin in ((ZK8A, ZK8B), (ZK8B, ZK8A)):
        found = recognise(log_of(*punches(layout, 40)), evidence(40))
        assert found.layout is layout
        assert found.scores[twin.name] < 0.3
    assert {ZK8A.size, ZK8B.size} == {8}
