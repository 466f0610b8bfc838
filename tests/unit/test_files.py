"""USB exports: every row is accounted for, whatever a stick, a terminal or a person did to the file."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_sync.files import MAX_BYTES, REASONS, REFUSALS, Export, NotAnExport, export, read_export

REAL = Path(__file__).resolve().parents[2].parent / "shared" / "data"
NUL = bytes(300_000)
AGL_HEAD = b"o\tTMNo\tEnNo\tName\tINOUT\tMode\tDateTime\n"
ROW_5 = b"        5\t2024-03-04 07:25:01\t1\t0\t1\t0"
ROW_17 = b"       17\t2024-03-04 07:26:02\t1\t1\t15\t0"


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def read(data: bytes) -> Export:
    got = read_export(data, source="test.dat")
    assert got.read == len(got.records) + len(got.records.rejected) == got.lines.size
    rows = sorted([*got.records.index.tolist(), *(row for row, _, _ in got.records.rejected)])
    assert rows == list(range(got.read))
    assert set(got.reasons) <= set(REASONS)
    assert all(len(kept) <= 256 for _, kept, _ in got.records.rejected)
    return got


def punches(got: Export) -> list[tuple[str, int, int, int]]:
    r = got.records
    columns = (r.pin_code.tolist(), r.wall.tolist(), r.state.tolist(), r.verify.tolist())
    return [(r.pins[code], wall, state, verify) for code, wall, state, verify in zip(*columns, strict=True)]


P5 = ("5", seconds("2024-03-04 07:25:01"), 0, 1)
P17 = ("17", seconds("2024-03-04 07:26:02"), 1, 15)


def refusal(data: bytes) -> NotAnExport:
    with pytest.raises(NotAnExport) as caught:
        read_export(data, source="stick/A.dat")
    assert caught.value.reason in REFUSALS
    assert "stick/A.dat" in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    "data",
    [
        ROW_5 + b"\n" + ROW_17 + b"\n",
        ROW_5 + b"\r\n" + ROW_17 + b"\r\n",
        ROW_5 + b"\r\n" + ROW_17 + b"\n",
        ROW_5 + b"\r" + ROW_17,
        ROW_5 + b"\n" + ROW_17,
        b"\xef\xbb\xbf" + ROW_5 + b"\n\xef\xbb\xbf" + ROW_17,
        ROW_5 + b"\t\n" + ROW_17 + b"\t\n",
        ROW_5 + b"\t0\t36.5\n" + ROW_17 + b"\t0\t\n",
        ROW_5.strip() + b"\n" + ROW_17.strip(),
        ROW_5.strip() + b"\n\n \t \n" + ROW_17.strip() + b"\n\n",
        "\n".join([ROW_5.decode(), ROW_17.decode()]).encode("utf-16"),
        b"\n".join([ROW_5, ROW_17]).replace(b"-", b"/"),
        b"\n".join([ROW_5, ROW_17]).replace(b" 07", b"  07"),
    ],
)
def test_attlog_in_every_dress(data: bytes) -> None:
    got = read(data)
    assert got.format == "attlog"
    assert punches(got) == [P5, P17]
    assert got.reasons == {}


def test_rows_keep_order_repeats_and_pins_as_written() -> None:
    rows = [b"0015", b"15", b"NV-01", b"15", b"0"]
    got = read(b"".join(b" " + pin + b" \t2024-01-01 00:00:00\t1\t255\t1\t0\n" for pin in rows))
    assert [p[0] for p in punches(got)] == ["0015", "15", "NV-01", "15", "0"]
    assert got.records.pins == ("0015", "15", "NV-01", "0")
    assert got.records.index.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"        9\t1971--10--29 -23:-59:-53\t1\t255\t1\t0", "bad_time"),
        (b"        9\t1990-00--8 -16:-29:-40\t1\t255\t1\t0", "bad_time"),
        (b"        9\t2047-02-30 19:13:30\t1\t255\t1\t0", "bad_time"),
        (b"        9\t2024-01-01 24:00:00\t1\t0\t1\t0", "bad_time"),
        (b"        9\t2024-01-01 08:00:60\t1\t0\t1\t0", "bad_time"),
        (b"        9\t1969-12-31 08:00:00\t1\t0\t1\t0", "bad_time"),
        (b"        9\t2134-01-01 08:00:00\t1\t0\t1\t0", "bad_time"),
        (b"         \t2024-01-01 08:00:00\t1\t0\t1\t0", "no_pin"),
        (b"\t2024-01-01 08:00:00\t1\t0\t1\t0", "no_pin"),
        (b"1 2\t2024-01-01 08:00:00\t1\t0\t1\t0", "bad_pin"),
        (b"\xff\x01\t2024-01-01 08:00:00\t1\t0\t1\t0", "bad_pin"),
        (b"1" * 25 + b"\t2024-01-01 08:00:00\t1\t0\t1\t0", "bad_pin"),
        (b"        9\t2024-01-01 08:00:00\t1\t256\t1\t0", "broken_row"),
        (b"        9\t2024-01-01 08:00:00\t1\t0\t\t0", "broken_row"),
        (b"        9\t2024-01-01 08:00:00\t1\t-1\t1\t0", "broken_row"),
        (b"        9\t2024-01-01 08:0", "broken_row"),
        (b"        9\t2024-01-01 08:00:00\t1\t0\t1", "broken_row"),
        (b"08:00:00\t1\t0\t1\t0", "broken_row"),
        (b"        9\t2024-01-01 08" + ROW_5, "broken_row"),
        (ROW_5 + ROW_17, "broken_row"),
        (ROW_5.strip() + ROW_17.strip(), "broken_row"),
        (ROW_5 + b"\t0\t0" + ROW_17[:11], "broken_row"),
        (b"\x9d\x02k\xfe\x11" * 500, "broken_row"),
        (ROW_5 + b"\t" + b"x" * 5000, "broken_row"),
        (b"prose about attendance", "broken_row"),
    ],
)
def test_a_row_that_cannot_be_read_costs_itself_alone(line: bytes, reason: str) -> None:
    got = read(ROW_5 + b"\n\n" + line + b"\n" + ROW_17 + b"\n")
    assert punches(got) == [P5, P17]
    assert got.records.index.tolist() == [0, 2]
    assert got.records.rejected == ((1, line[:256], reason),)
    assert got.lines.tolist() == [1, 3, 4]


@pytest.mark.parametrize(
    ("middle", "extra", "blocks"),
    [
        (NUL + b"\n", [], 1),
        (NUL, [], 1),
        (b"\n" + NUL + b"\n", [], 1),
        (NUL + b"\n" + NUL + b"\n", [], 2),
        (ROW_5[:20] + NUL + b"\n", [], 1),
        (NUL + ROW_5[20:] + b"\n", [], 1),
        (ROW_5[:20] + NUL + ROW_17[11:] + b"\n", [], 1),
        (ROW_5 + NUL + b"\n", [P5], 1),
        (NUL + ROW_17 + b"\n", [P17], 1),
        (ROW_5 + NUL + ROW_17 + b"\n", [P5, P17], 1),
        (ROW_5[:20] + NUL + ROW_17 + b"\n", [P17], 1),
        (ROW_5 + NUL + ROW_17[5:20] + b"\n", [P5], 1),
        (NUL + ROW_5 + NUL + b"\n", [P5], 2),
        # An id straight behind lost bytes may have lost digits, a last value straight before them too.
        (NUL + ROW_17.strip() + b"\n", [], 1),
        (ROW_5[:-2] + NUL + b"\n", [], 1),
    ],
)
def test_nul_blocks(middle: bytes, extra: list[tuple[str, int, int, int]], blocks: int) -> None:
    got = read(ROW_17 + b"\n" + middle + ROW_5 + b"\n")
    assert punches(got) == [P17, *extra, P5]
    assert got.reasons == {"nul_block": blocks}


def test_a_glued_row_can_still_be_seen_in_what_is_kept() -> None:
    got = read(ROW_17 + b"\n" + NUL + ROW_17.strip() + b"\n")
    assert got.records.rejected == ((1, bytes(8) + ROW_17.strip(), "nul_block"),)


def test_agl() -> None:
    got = read(
        AGL_HEAD
        + b"1\t1\t0\t \t2\t0\t2026/06/08 11:30:38\n"
        + "2\t1\t15\tNguyễn Văn Ánh \t0\t1\t2026/06/08 11:31:00\n".encode()
        + "3\t1\t00016\tTrần \t2\t3\t2026/02/24 15:45:51\n".encode("cp1258", "replace")
        + "4\t1\t15\tNguyễn Ánh2 \t0\t1\t2026/02/30 11:31:00\n".encode()
        + "5\t1\t15\tNguyễn Ánh2".encode()
        + b"\n6\t1\t00000\t \t2\t0\t2026/06/08 11:30:39\n"
        + AGL_HEAD
        + b"7\t1\t17\t\t0\t8\t2026/06/08 11:31:01\t"
    )
    assert got.format == "agl"
    assert punches(got) == [
        ("15", seconds("2026-06-08 11:31:00"), 0, 1),
        ("00016", seconds("2026-02-24 15:45:51"), 2, 3),
        ("17", seconds("2026-06-08 11:31:01"), 0, 8),
    ]
    assert got.read == 7
    assert [(row, reason) for row, _, reason in got.records.rejected] == [
        (0, "unknown_face"),
        (3, "bad_time"),
        (4, "broken_row"),
        (5, "unknown_face"),
    ]
    assert got.lines.tolist() == [2, 3, 4, 5, 6, 7, 9]
    kept = [raw for _, raw, _ in got.records.rejected]
    assert kept[1] == b"4\t1\t15\t* * \t0\t1\t2026/02/30 11:31:00"
    assert kept[2] == b"5\t1\t15\t* *"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig", "cp1258"])
def test_agl_in_other_encodings_and_with_other_columns(encoding: str) -> None:
    text = (
        "# DeviceModel = F1\r\nNo\tTMNo\tEnNo\tName\tGMNo\tMode\tIn/Out\tDateTime\r\n"
        "1\t1\t00000001\tAn\t1\t4\t1\t2026-02-14  16:40:09\r\n2\t1\t2\tHà\t1\t1\t0\t2026-02-14  16:41:09"
    )
    got = read(text.encode(encoding))
    assert punches(got) == [
        ("00000001", seconds("2026-02-14 16:40:09"), 1, 4),
        ("2", seconds("2026-02-14 16:41:09"), 0, 1),
    ]
    assert got.reasons == {}
    assert got.lines.tolist() == [3, 4]


def test_agl_beside_nul_bytes() -> None:
    row = b"2\t1\t15\tAn \t0\t1\t2026/06/08 11:31:00"
    got = read(AGL_HEAD + row + NUL + row + NUL + row[5:] + b"\n" + row + b"\n")
    assert len(got.records) == 3
    assert got.reasons == {"nul_block": 2}
    assert got.records.rejected[1][1] == bytes(8) + b"5\t* \t0\t1\t2026/06/08 11:31:00"


@pytest.mark.parametrize(
    "data",
    [
        b"pin,at,state,verify\n5,2024-03-04 07:25:01,0,1\n17,2024-03-04 07:26:02,1,15\n",
        b"pin,at,state,verify\r\n5,2024-03-04T07:25:01,0,1\r\n17,2024-03-04T07:26:02,1,15",
        b"\xef\xbb\xbfverify;state;at;pin\n1;0;2024-03-04 07:25:01;5\n15;1;2024/3/4 7:26:02;17\n;;;\n",
        b'sep=,\n"PIN","At","State","Verify","note"\n"5","2024-03-04 07:25:01",0,1,"a, b"\n'
        b"17,2024-03-04 07:26:02,1,15,\n",
        b"pin\tat\tstate\tverify\n5\t2024-03-04 07:25:01\t0\t1\n17\t2024-03-04 07:26:02\t1\t15\n",
    ],
)
def test_csv_in_every_dress(data: bytes) -> None:
    got = read(data)
    assert got.format == "csv"
    assert punches(got) == [P5, P17]
    assert got.reasons == {}


def test_csv_without_state_and_verify_and_with_bad_rows() -> None:
    got = read(
        b"pin,at\n0015,2024-03-04 07:25\n,2024-03-04 07:25:01\n5,04/03/2024 07:25\n5\n"
        b'"5,2024-03-04 07:25:01\n5,2024-03-04 07:25:01,9\n5,2024-02-30 07:25:01\n=1,2024-03-04 07:25:01\n'
    )
    assert punches(got) == [("0015", seconds("2024-03-04 07:25:00"), 255, 0)]
    assert [reason for _, _, reason in got.records.rejected] == [
        "no_pin",
        "bad_time",
        "broken_row",
        "broken_row",
        "broken_row",
        "bad_time",
        "bad_pin",
    ]


@pytest.mark.parametrize(
    ("data", "reason", "words"),
    [
        (b"", "empty", "Export again"),
        (b"\xef\xbb\xbf\r\n \n", "empty", "Export again"),
        (AGL_HEAD, "header_only", "choose a period"),
        (b"pin,at,state,verify\r\n\r\n", "header_only", "choose a period"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not_an_export", "PNG"),
        (b"PK\x03\x04\x14\0\x06\0xl/workbook.xml\n" + ROW_5, "not_an_export", "Excel"),
        (b"<!DOCTYPE html>\n<html><pre>\n" + ROW_5 + b"\n</pre>", "not_an_export", "web page"),
        (b"Dear all,\nplease find the log attached.\n", "not_an_export", "no line of it"),
        (NUL, "not_an_export", "zero bytes"),
        (b"name\tunit\tdate\nAn\tA\t2024-01-01\n", "not_an_export", "no line of it"),
        (b"        9\t2047-02-30 19:13:30\t1\t255\t1\t0\n", "no_usable_row", "bad_time 1"),
        (AGL_HEAD + b"1\t1\t0\t \t2\t0\t2026/06/08 11:30:38\n", "no_usable_row", "unknown_face 1"),
    ],
)
def test_no_export(data: bytes, reason: str, words: str) -> None:
    error = refusal(data)
    assert error.reason == reason
    assert words in str(error)


def test_a_file_beyond_the_limit_is_refused_unread() -> None:
    assert refusal(bytes(MAX_BYTES + 1)).reason == "too_large"


def test_damage_without_end_is_refused_and_not_hoarded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MAX_REJECTED", 10)
    assert len(read(ROW_5 + b"\nx" * 10).records) == 1
    assert refusal(ROW_5 + b"\nx" * 11).reason == "too_damaged"


def test_a_full_terminal_is_read_in_a_moment() -> None:
    data = b"".join(
        b"%9d\t2024-%02d-%02d %02d:%02d:%02d\t1\t255\t15\t0\r\n"
        % (n % 300, n % 12 + 1, n % 28 + 1, n % 24, n % 60, n * 7 % 60)
        for n in range(100_000)
    )
    started = time.process_time()
    got = read_export(data, source="full.dat")
    assert time.process_time() - started < 1.5
    assert got.read == len(got.records) == 100_000


_pin = st.text("0123456789ABCxyz", min_size=1, max_size=9)
_punch = st.tuples(
    _pin,
    st.datetimes(datetime(1970, 1, 1), datetime(2133, 12, 31)).map(lambda t: t.replace(microsecond=0)),
    st.integers(0, 255),
    st.integers(0, 255),
)
_half = _punch.flatmap(lambda p: st.integers(0, 15).map(lambda cut: _line(p)[:cut]))
_garbage = st.one_of(
    st.binary(max_size=80),
    st.binary(max_size=10).map(lambda b: b + bytes(3000)),
    st.text("0123456789-: \t\0", max_size=60).map(str.encode),
    _half,
).map(lambda b: b.replace(b"\n", b"?").replace(b"\r", b"?"))


def _line(punch: tuple[str, datetime, int, int]) -> bytes:
    pin, at, state, verify = punch
    return f"{pin:>9}\t{at:%Y-%m-%d %H:%M:%S}\t1\t{state}\t{verify}\t0".encode()


@settings(max_examples=200, deadline=None)
@given(_punch, st.lists(st.one_of(_punch, _garbage), max_size=30), st.sampled_from([b"\n", b"\r\n"]))
def test_any_mixture_of_rows_and_garbage_adds_up(
    first: tuple[str, datetime, int, int], rest: list[tuple[str, datetime, int, int] | bytes], end: bytes
) -> None:
    lines = [first, *rest]
    got = read(end.join(x if isinstance(x, bytes) else _line(x) for x in lines))
    by_line = dict(zip(got.lines[got.records.index].tolist(), punches(got), strict=True))
    for number, line in enumerate(lines, 1):
        if not isinstance(line, bytes):
            pin, at, state, verify = line
            assert by_line.pop(number) == (pin, int(at.replace(tzinfo=UTC).timestamp()), state, verify)
        elif line.strip():
            assert number in got.lines
    assert not by_line


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_read_or_refused_and_nothing_else(data: bytes) -> None:
    with suppress(NotAnExport):
        read(data)


@pytest.mark.skipif(not REAL.is_dir(), reason="the folder of real exports (../shared/data) is not on this machine")
@pytest.mark.parametrize(
    ("name", "family", "count", "reasons", "people"),
    [
        ("ph_province_device1_attlog.dat", "attlog", 11_902, {}, 90),
        ("hrapp_company_attlog.dat", "attlog", 4_506, {}, 26),
        ("ru_workshop_state255_attlog_older.dat", "attlog", 14_199, {"bad_time": 1}, 11),
        ("vn_company_agl_001.txt", "agl", 1_446, {"unknown_face": 791}, 26),
    ],
)
def test_real_exports(name: str, family: str, count: int, reasons: dict[str, int], people: int) -> None:
    got = read((REAL / name).read_bytes())
    assert (got.format, got.read, got.reasons, len(got.records.pins)) == (family, count, reasons, people)
    assert got.lines.tolist() == list(range(1 + (family == "agl"), count + 1 + (family == "agl")))
