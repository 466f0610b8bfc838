"""The quick reader of clean rows finds what the careful one finds, on every file, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_sync.files import Export, NotAnExport, export, read_export
from device_sync.files.clean import CleanRows, read_clean
from device_sync.files.rows import ATTLOG, Layout, RowReader

HEADERS = {
    "attlog": b"",
    "agl": b"No\tTMNo\tEnNo\tName\tINOUT\tMode\tDateTime\n",
    "csv": b"verify,pin,at,state,note\n",
    "push": b"",
}


def nothing_is_clean(text: bytes, layout: Layout, reader: RowReader) -> CleanRows:
    found = read_clean(text, layout, reader)
    none, few = np.zeros(0, np.int64), np.zeros(0, np.uint8)
    lines = np.arange(found.ends.size)
    return CleanRows(none, none, none.astype(np.int32), (), few, few, lines, found.starts, found.ends)


@contextmanager
def careful_only() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "read_clean", nothing_is_clean)
        yield


def columns(found: Export) -> tuple[object, ...]:
    r = found.records
    arrays = (r.index, r.wall, r.pin_code, r.state, r.verify, found.lines)
    return (found.format, found.read, r.pins, r.rejected, *((a.dtype, a.tolist()) for a in arrays))


def result(data: bytes) -> object:
    try:
        return columns(read_export(data, source="x.dat"))
    except NotAnExport as error:
        return error.reason, error.params


def agree(data: bytes) -> object:
    quick = result(data)
    with careful_only():
        assert result(data) == quick
    return quick


_edge = st.sampled_from(
    ["0", "00", "65535", "007", "0000000000000001", "12345678901234567", "A.b-c_9", "1 2", "+1", "", " ", "é", "5\t"]
)
_pin = st.one_of(st.text("0123456789ABCxyz._-", min_size=1, max_size=17), _edge)
_number = st.one_of(
    st.integers(0, 300).map(str), st.sampled_from(["", "01", "007", "0255", " 1", "1 ", "-1", "x", "\x00"])
)
_time = st.one_of(
    st.datetimes(datetime(1968, 1, 1), datetime(2136, 1, 1)).map(lambda t: f"{t:%Y-%m-%d %H:%M:%S}"),
    st.tuples(
        st.integers(1969, 2134), st.integers(0, 13), st.integers(0, 32), st.integers(0, 24), st.integers(0, 60)
    ).map(lambda p: f"{p[0]:04}/{p[1]:02}/{p[2]:02} {p[3]:02}:{p[4]:02}:{p[4]:02}"),
    st.sampled_from(
        [
            "2024-02-29 08:00:00",
            "2023-02-29 08:00:00",
            "2000-02-29 23:59:59",
            "2100-02-29 00:00:00",
            "2024-01/01 08:00:00",
            "2024-01-01T08:00:00",
            "2024-01-01  8:00:00",
            "2024-1-1 8:00:00",
            "1971--10--29 -23:-59:-53",
            "2024-01-01 08:00",
        ]
    ),
)
_tail = st.sampled_from(["", "", "", "\t", "\t0", "\t0\t36.5", " ", '"', "\r", "\ufeff"])


def _line(parts: tuple[str, str, str, str, str, str, int], family: str) -> str:
    pin, at, state, verify, other, tail, pad = parts
    if family == "attlog":
        return f"{pin:>{pad}}\t{at}\t{other}\t{state}\t{verify}\t0{tail}"
    if family == "agl":
        return f"1\t1\t{pin}\tNguyễn {other}\t{state}\t{verify}\t{at}{tail}"
    if family == "push":
        return f"{pin}\t{at}\t{state}\t{verify}\t0\t{other}\t0{tail}"
    return f"{verify},{pin},{at},{state},ghi chú{tail}"


_parts = st.tuples(_pin, _time, _number, _number, _number, _tail, st.sampled_from([0, 9, 14, 40]))
_wild = st.one_of(st.binary(max_size=60), st.binary(max_size=8).map(lambda b: b + bytes(300)))


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(sorted(HEADERS)),
    st.lists(st.one_of(_parts, _parts, _parts, _wild), max_size=12),
    st.sampled_from([b"\n", b"\r\n"]),
    st.booleans(),
)
def test_every_file_reads_the_same_without_the_quick_reader(
    family: str, rows: list[tuple[str, str, str, str, str, str, int] | bytes], end: bytes, ended: bool
) -> None:
    lines = [row if isinstance(row, bytes) else _line(row, family).encode() for row in rows]
    agree(HEADERS[family] + end.join(lines) + (end if ended else b""))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_arbitrary_bytes_read_the_same_without_the_quick_reader(data: bytes) -> None:
    agree(data)


def test_clean_rows_are_found_quickly_across_chunks_and_odd_ones_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("device_sync.files.clean.LINES_AT_ONCE", 7)
    rows = [f"{n % 5 + 1:>9}\t2024-03-{n % 28 + 1:02} 07:{n % 60:02}:00\t1\t0\t1\t0" for n in range(100)]
    rows[3] = "        9\t1971--10--29 -23:-59:-53\t1\t255\t1\t0"
    rows[50] = "\x00" * 40 + rows[50]
    rows[70] = ""
    found = agree("\n".join(rows).encode())
    assert isinstance(found, tuple)
    text = "\n".join(rows).encode()
    clean = read_clean(text, ATTLOG, RowReader(ATTLOG))
    assert clean.left.tolist() == [3, 50, 70]
    assert (found[1], len(found[3])) == (100, 2), "the row behind the hole stands whole, the hole is one more"


@pytest.mark.parametrize(
    ("head", "good", "odd"),
    [
        (b"verify,pin,at,state,note\n", b"1,5,2024-03-04 07:25:01,0,x", b"1,5,2024-03-04 07:25:01,0,x,glued"),
        (b"verify,pin,at,state,note\n", b"1,5,2024-03-04 07:25:01,0,x", b'1,5,2024-03-04 07:25:01,0,"open'),
        (b"", b"5\t2024-03-04 07:25:01\t1\t0\t1\t0", b"5\t2024-03-04 07:25:01\t\x01\t0\t1\t0"),
        (b"", b"5\t2024-03-04 07:25:01\t1\t0\t1\t0", b"5\t2024-03-04 07:25:01\t1\t0\t1\t\xc3\xa9"),
        (
            HEADERS["agl"],
            b"1\t1\t5\tAn\t0\t1\t2024/03/04 07:25:01",
            b"1\t1\t5\t%s\t0\t1\t2024/03/04 07:25:01" % (b"x" * 5000),
        ),
        (HEADERS["agl"], b"1\t1\t5\tAn\t0\t1\t2024/03/04 07:25:01", b"1\t1\t5\tA\0n\t0\t1\t2024/03/04 07:25:01"),
    ],
)
def test_what_stands_beside_a_punch_makes_it_odd(head: bytes, good: bytes, odd: bytes) -> None:
    found = agree(head + good + b"\n" + odd + b"\n")
    assert isinstance(found, tuple)
    assert [reason for _, _, reason in found[3]] in (["broken_row"], ["nul_block"])
