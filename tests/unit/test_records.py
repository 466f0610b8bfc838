"""Decoding a punch log: every record becomes a row or a rejected row, in the order of the log."""

from __future__ import annotations

import random
import struct
from datetime import datetime, timedelta

import numpy as np
import pytest

from device_sync import wire
from device_sync.layouts import REST
from device_sync.terminal import Garbled, Records
from device_sync.zk.records import (
    BAD_PIN,
    BAD_TIME,
    DAY_SECONDS,
    NO_PIN,
    decode,
    decode_tail,
    decode_times,
)

EPOCH = datetime(1970, 1, 1)
NOON = datetime(2026, 3, 2, 12, 0, 5)
PUNCH = struct.Struct("<H24sBIB8s")  # 40 bytes, as the protocol notes have them
FEBRUARY_31 = (31 + 30) * DAY_SECONDS


def pack_log(*rows: bytes) -> bytes:
    body = b"".join(rows)
    return len(body).to_bytes(4, "little") + body


def record(pin: str | bytes = "1001", wall: datetime | int = NOON, verify: int = 1, state: int = 0) -> bytes:
    time = wall if isinstance(wall, int) else wire.encode_time(wall)
    raw = pin if isinstance(pin, bytes) else pin.encode()
    return PUNCH.pack(7, raw, verify, time, state, REST)


def list_rows(records: Records) -> list[tuple[int, str, datetime, int, int]]:
    return [
        (int(i), records.pins[c], EPOCH + timedelta(seconds=int(w)), int(s), int(v))
        for i, c, w, s, v in zip(
            records.index, records.pin_code, records.wall, records.state, records.verify, strict=True
        )
    ]


def test_fields_stand_where_the_terminal_put_them() -> None:
    captured = bytes.fromhex("0d00" + b"999111333".hex() + "00" * 15 + "01" + "6bb36823" + "00" + "00000000ff000000")
    records = decode(pack_log(captured, record("1002", NOON, verify=15, state=255)))
    assert list_rows(records) == [
        (0, "999111333", datetime(2018, 6, 25, 17, 50, 35), 0, 1),
        (1, "1002", NOON, 255, 15),
    ]
    assert records.rejected == ()
    dtypes = [getattr(records, name).dtype for name in ("index", "wall", "pin_code", "state", "verify")]
    assert dtypes == [np.uint32, np.int64, np.int32, np.uint8, np.uint8]


@pytest.mark.parametrize("time", [FEBRUARY_31, 0x5A5A5A5A, (31 * 3 + 30) * DAY_SECONDS])
def test_a_date_no_calendar_has_costs_one_row_and_not_the_log(time: int) -> None:
    bad = record("1001", time)
    records = decode(pack_log(record("1001"), bad, record("1002")))
    assert [row[:2] for row in list_rows(records)] == [(0, "1001"), (2, "1002")]
    assert records.rejected == ((1, bad, BAD_TIME),)


@pytest.mark.parametrize(
    ("pin", "reason"),
    [(b"", NO_PIN), (b"\0rest", NO_PIN), (b"   ", NO_PIN), (b"10\x0101", BAD_PIN), (b"\xff" * 24, BAD_PIN)],
)
def test_a_record_that_names_nobody_is_kept_with_its_reason(pin: bytes, reason: str) -> None:
    bad = record(pin)
    records = decode(pack_log(bad, record("1002")))
    assert records.rejected == ((0, bad, reason),)
    assert list_rows(records)[0][:2] == (1, "1002")
    assert records.pins == ("1002",)


def test_a_pin_seen_only_in_rejected_rows_is_no_pin_of_the_log() -> None:
    records = decode(pack_log(record("1001"), record("9999", FEBRUARY_31), record("1003")))
    assert set(records.pins) == {"1001", "1003"}


@pytest.mark.parametrize("pin", ["1", "12345678", "123456789", "NV0001-LONG-PIN-24-CHARS", "ABC"])
def test_short_and_long_pins_are_whole(pin: str) -> None:
    records = decode(pack_log(record("77"), record(pin), record("77"), record(pin)))
    assert [row[1] for row in list_rows(records)] == ["77", pin, "77", pin]
    assert len(records.pins) == 2


def test_rubbish_behind_the_nul_does_not_make_another_person() -> None:
    records = decode(pack_log(record(b"1001"), record(b"1001\0\0x"), record(b"1001\0" + b"z" * 19), record(b"10010")))
    assert [row[1] for row in list_rows(records)] == ["1001", "1001", "1001", "10010"]
    assert len(records.pins) == 2


@pytest.mark.parametrize("start", [0, 1, 2, 3, 99])
def test_the_tail_counts_from_the_start_of_the_log(start: int) -> None:
    log = pack_log(record("1"), record("2", FEBRUARY_31), record("3"))
    whole, tail = decode(log), decode_tail(log, start)
    assert list_rows(tail) == [row for row in list_rows(whole) if row[0] >= start]
    assert tail.rejected == tuple(row for row in whole.rejected if row[0] >= start)


def test_an_empty_log_has_no_rows() -> None:
    records = decode(bytes(4))
    assert (len(records), records.pins, records.rejected) == (0, (), ())


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "byte_count"),
        (b"\x01", "byte_count"),
        (pack_log(record())[:-1], "byte_count"),
        (pack_log(record()) + b"\0", "byte_count"),
        (pack_log(bytes(49)), "layout"),
        (pack_log(record(), b"\0"), "layout"),
    ],
)
def test_bytes_that_are_no_whole_log_give_no_rows_at_all(payload: bytes, reason: str) -> None:
    with pytest.raises(Garbled) as caught:
        decode(payload)
    assert caught.value.params["reason"] == reason


def test_every_day_number_agrees_with_the_slow_decoder() -> None:
    numbers = np.arange(0, (1 << 32) // DAY_SECONDS, dtype=np.uint32)
    wall, has_date = decode_times(numbers * np.uint32(DAY_SECONDS) + np.uint32(3661))
    for number in range(0, numbers.size, 7):
        try:
            slow = wire.decode_time(number * DAY_SECONDS + 3661)
        except ValueError:
            assert not has_date[number]
        else:
            assert has_date[number]
            assert EPOCH + timedelta(seconds=int(wall[number])) == slow


@pytest.mark.parametrize("seed", range(8))
def test_a_log_of_random_bytes_loses_nothing_and_agrees_with_the_slow_decoder(seed: int) -> None:
    rng = random.Random(seed)
    pins = ["1", "1001", "20010203", "A-long-person-number", "", "x\x07y"]
    rows = [
        PUNCH.pack(
            rng.getrandbits(16),
            rng.choice(pins).encode() if rng.random() < 0.9 else rng.randbytes(24),
            rng.getrandbits(8),
            rng.getrandbits(32),
            rng.getrandbits(8),
            rng.randbytes(8),
        )
        for _ in range(500)
    ]
    records = decode(pack_log(*rows))
    assert len(records) + len(records.rejected) == 500
    assert sorted([*records.index.tolist(), *(row[0] for row in records.rejected)]) == list(range(500))
    assert all(raw == rows[place] for place, raw, _ in records.rejected)
    for place, pin, wall, state, verify in list_rows(records):
        _, raw, true_verify, time, true_state, _ = PUNCH.unpack(rows[place])
        assert (pin, wall) == (raw.split(b"\0")[0].decode(), wire.decode_time(time))
        assert (state, verify) == (true_state, true_verify)
