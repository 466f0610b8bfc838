"""Records of every layout: packed as terminals pack them, decoded field by field, rubbish kept apart."""

from __future__ import annotations

import random
import struct
from datetime import datetime, timedelta

import numpy as np
import pytest

from device_sync import wire
from device_sync.holders import Held, Holders
from device_sync.layouts import PUNCH_LAYOUTS, ZK8A, ZK8B, ZK16, ZK40, ZK49, PunchLayout, pack_punch
from device_sync.terminal import Garbled, Records
from device_sync.zk.records import BAD_PIN, BAD_TIME, NO_PIN, RUBBISH, decode, decode_tail
from tests.unit.test_wire import VECTORS, load_vectors

NOON = datetime(2026, 3, 2, 12, 0, 5)
TIME = wire.encode_time(NOON)
EPOCH = datetime(1970, 1, 1)
EVERY = pytest.mark.parametrize("layout", PUNCH_LAYOUTS.values(), ids=PUNCH_LAYOUTS)


def log_of(*rows: bytes) -> bytes:
    body = b"".join(rows)
    return len(body).to_bytes(4, "little") + body


def rows_of(records: Records) -> list[tuple[str, datetime, int, int]]:
    return [
        (records.pins[code], EPOCH + timedelta(seconds=wall), state, verify)
        for code, wall, state, verify in zip(
            records.pin_code.tolist(),
            records.wall.tolist(),
            records.state.tolist(),
            records.verify.tolist(),
            strict=True,
        )
    ]


@pytest.mark.parametrize(
    ("layout", "record"),
    [  # by hand after terminals.md 1.5: state 1, verify 15, uid 7 or number 7
        (ZK8A, struct.pack("<HBIB", 7, 15, TIME, 1)),
        (ZK8B, struct.pack("<HBBI", 7, 15, 1, TIME)),
        (ZK16, struct.pack("<IIBBHI", 7, TIME, 1, 15, 0, 0)),
        (ZK40, struct.pack("<H24sBIB8s", 7, b"7", 15, TIME, 1, bytes.fromhex("00000000ff000000"))),
        (ZK49, struct.pack("<H24sBIB8s9s", 7, b"7", 15, TIME, 1, bytes.fromhex("00000000ff000000"), b"")),
    ],
)
def test_every_layout_has_its_fields_where_terminals_put_them(layout: PunchLayout, record: bytes) -> None:
    assert len(record) == layout.size
    assert rows_of(decode(log_of(record), 0, layout)) == [("7", NOON, 1, 15)]
    assert pack_punch(layout, 7, "7", 15, TIME, 1) == record


@EVERY
def test_a_log_of_any_layout_agrees_with_a_slow_reading_and_loses_nothing(layout: PunchLayout) -> None:
    rng = random.Random(layout.name)
    truth = [
        (rng.randrange(1, 400), TIME + 61 * n, rng.choice((0, 1, 4, 255)), rng.choice((0, 1, 15))) for n in range(3000)
    ]
    rows = [pack_punch(layout, who, str(who), verify, time, state) for who, time, state, verify in truth]
    rows[1000] = pack_punch(layout, 9, "9", 1, 0x5A5A5A5A, 0)
    rows[2000] = b"\x5a" * layout.size
    records = decode(log_of(*rows), 0, layout)
    assert [place for place, _, _ in records.rejected] == [1000, 2000]
    assert [raw for _, raw, _ in records.rejected] == [rows[1000], rows[2000]]
    assert {reason for _, _, reason in records.rejected} == {BAD_TIME}
    kept = [row for place, row in enumerate(truth) if place not in (1000, 2000)]
    assert rows_of(records) == [(str(who), wire.decode_time(time), state, v) for who, time, state, v in kept]
    assert np.array_equal(records.index, np.delete(np.arange(3000), [1000, 2000]))
    tail = decode_tail(log_of(*rows), 1990, layout)
    assert rows_of(tail) == rows_of(records)[1989:]


@EVERY
def test_a_log_that_is_cut_gives_no_rows_at_all(layout: PunchLayout) -> None:
    rows = b"".join(pack_punch(layout, 1, "1", 1, TIME + n, 0) for n in range(20))
    with pytest.raises(Garbled) as caught:
        decode(log_of(rows[:-3]), 0, layout)
    assert caught.value.params["reason"] == "layout"
    with pytest.raises(Garbled) as caught:
        decode(log_of(rows)[:-3], 0, layout)
    assert caught.value.params["reason"] == "byte_count"


@pytest.mark.parametrize(
    ("layout", "record", "reason"),
    [
        (ZK16, struct.pack("<IIBBHI", 0, TIME, 0, 1, 0, 0), NO_PIN),
        (ZK16, struct.pack("<IIBBHI", 4_000_000_000, TIME, 0, 1, 0, 0), BAD_PIN),
        (ZK16, struct.pack("<IIBBHI", 7, TIME, 0, 1, 0, 3_000_000_000), RUBBISH),
        (ZK16, struct.pack("<IIBBHI", 7, TIME, 77, 99, 0, 0), RUBBISH),
        (ZK8B, struct.pack("<HBBI", 0, 1, 0, TIME), NO_PIN),
        (ZK8B, struct.pack("<HBBI", 7, 1, 77, TIME), RUBBISH),
        (ZK8A, struct.pack("<HBIB", 7, 99, TIME, 0), RUBBISH),
        (ZK49, struct.pack("<H24sBIB17s", 7, b"\xff\x07", 1, TIME, 0, b""), BAD_PIN),
    ],
)
def test_a_record_that_names_nobody_is_kept_with_its_reason(layout: PunchLayout, record: bytes, reason: str) -> None:
    sound = pack_punch(layout, 8, "8", 1, TIME, 0)
    records = decode(log_of(sound, record), 0, layout)
    assert records.rejected == ((1, record, reason),)
    assert rows_of(records) == [("8", NOON, 0, 1)]


@EVERY
def test_random_bytes_make_no_punches_worth_the_name(layout: PunchLayout) -> None:
    """Of 20,000 records of chance, hardly one is read as somebody's punch of a believable date."""
    noise = random.Random(5).randbytes(20_000 * layout.size)
    records = decode(log_of(noise), 0, layout)
    walls = records.wall
    believable = (walls > 1_262_304_000) & (walls < 1_772_409_600)  # 2010 to March 2026
    assert len(records) + len(records.rejected) == 20_000
    assert int(believable.sum()) <= 20


def test_a_user_with_an_odd_state_key_is_still_a_user() -> None:
    odd = struct.pack("<HBBI", 7, 1, 77, TIME)
    assert rows_of(decode(log_of(odd), 0, ZK8B, Holders([Held(7, "1007", None)]))) == [("1007", NOON, 77, 1)]


@pytest.mark.skipif(not VECTORS.exists(), reason="captured packets are not part of this repository")
def test_captured_records_are_read() -> None:
    vectors = dict(load_vectors())
    record = vectors["zkprotocol_attlog_record40"]
    assert rows_of(decode(log_of(record), 0, ZK40)) == [("999111333", datetime(2018, 6, 25, 17, 50, 35), 0, 1)]
    head = vectors["pyzk139_record40_head"]
    assert rows_of(decode(log_of(head[:40].ljust(40, b"\0")), 0, ZK40))[0][0] == "10036"


# whose a place is -------------------------------------------------------------------------------------------------

WALL = int((NOON - EPOCH).total_seconds())


def named(holders: Holders, *punches: tuple[int, int]) -> list[str]:
    pins, codes, _ = holders.name(
        np.array([uid for uid, _ in punches], np.uint16), np.array([wall for _, wall in punches], np.int64)
    )
    return [pins[code] for code in codes.tolist()]


def test_a_place_that_changes_hands_is_the_new_persons_from_then_on() -> None:
    holders = Holders([Held(5, "1005", None), Held(5, "2005", WALL), Held(6, "1006", None), Held(5, "1005", WALL + 50)])
    punches = [(5, WALL - 1), (5, WALL), (5, WALL + 49), (5, WALL + 50), (6, WALL + 99)]
    assert named(holders, *punches) == ["1005", "2005", "2005", "1005", "1006"]


def test_a_place_nobody_was_ever_at_gets_its_own_name_and_never_a_strangers() -> None:
    holders = Holders([Held(5, "7", WALL), Held(6, "06", None)])
    assert named(holders, (4, WALL), (7, WALL - 1), (7, WALL), (5, WALL - 1), (5, WALL)) == ["4", "7", "#7", "5", "7"]
    assert named(Holders(), (4, 0), (7, WALL)) == ["4", "7"]


def test_what_is_known_later_renames_nothing_that_came_before() -> None:
    rng = random.Random(3)
    history: list[Held] = []
    punches = [(rng.randrange(1, 9), WALL + n) for n in range(400)]
    for now in range(0, 400, 40):
        before = named(Holders(history), *punches[:now])
        history.append(Held(rng.randrange(1, 9), rng.choice(("3", "5", "100", "200")), WALL + now))
        assert named(Holders(history), *punches[:now]) == before
