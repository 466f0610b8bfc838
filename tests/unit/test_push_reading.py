"""What a pushing terminal says, read as bytes: every line is a punch or has a reason, and no secret is kept."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from attendance import clock
from attendance.errors import Invalid
from device_sync.push import handshake
from device_sync.push.asking import KINDS, Asked, Result, read_info, read_options, read_results
from device_sync.push.attlog import read_attlog
from device_sync.push.batch import Batch, TooManyLines
from device_sync.push.call import Call, read_query, verb_of
from device_sync.push.limits import MAX_LINES
from device_sync.push.operlog import PushedOperation, read_operlog, read_users
from device_sync.push.photo import MAX_PHOTO, bare_jpeg, read_photo
from device_sync.push.rtlog import read_rtlog, verify_code

ZONE = "Asia/Ho_Chi_Minh"
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)


def rows(batch: Batch) -> list[tuple[str, str, int, int]]:
    found = batch.records
    return [
        (found.pins[pin], f"{clock.from_wall_seconds(wall):%Y-%m-%d %H:%M:%S}", state, verify)
        for pin, wall, state, verify in zip(
            found.pin_code.tolist(), found.wall.tolist(), found.state.tolist(), found.verify.tolist(), strict=True
        )
    ]


def reasons(batch: Batch) -> list[str]:
    return [reason for _, _, reason in batch.records.rejected]


# punches -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        b"1452\t2026-07-30 15:16:28\t0\t1\t0\t0\t0",  # the protocol's own example
        b"1452\t2026-07-30 15:16:28\t0\t1",  # old terminals leave the rest out
        b"1452\t2026-07-30 15:16:28\t0\t1\t0\t0\t0\t0\t36.2\t36.2\t",  # a face terminal: ten columns and a tab
        b"1452\t2026-07-30 15:16:28\t0\t1\t\t0\t0\t\t\t43",
        b" 1452\t2026-07-30 15:16:28\t0\t1\t0\t0\t0",
    ],
)
def test_a_punch_is_read_whatever_firmware_adds_behind_it(line: bytes) -> None:
    assert rows(read_attlog(line)) == [("1452", "2026-07-30 15:16:28", 0, 1)]


def test_state_is_the_third_column_and_verify_mode_the_fourth() -> None:
    assert rows(read_attlog(b"7\t2026-03-02 07:30:00\t255\t15\t0\t0\t0\n")) == [("7", "2026-03-02 07:30:00", 255, 15)]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b"\n\n", b"\t\r\n \r\n"])
def test_lines_are_told_apart_whatever_ends_them_and_blank_ones_are_none(end: bytes) -> None:
    batch = read_attlog(end.join([b"1\t2026-03-02 07:30:00\t0\t1", b"2\t2026-03-02 07:31:00\t0\t1"]) + end)
    assert (batch.read, len(batch.records)) == (2, 2)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"1\t2026-02-30 07:30:00\t0\t1", "bad_time"),
        (b"1\t1971--10--29 -23:-59:-53\t0\t1", "bad_time"),
        (b"1\t0000-00-00 00:00:00\t0\t1", "bad_time"),
        (b"\t2026-03-02 07:30:00\t0\t1", "no_pin"),
        (b"a b\t2026-03-02 07:30:00\t0\t1", "bad_pin"),
        (b"1' OR 1--\t2026-03-02 07:30:00\t0\t1", "bad_pin"),
        (b"12\t2026-03-02 07:30:0", "broken_row"),
        (b"12\t2026-03-02 07:30:00\t0", "broken_row"),
        (b"12\tyesterday morning\t0\t1\t0\t0\t0", "broken_row"),
        (b"12\t2026-03-02 07:30:00\t256\t1", "broken_row"),
        (b"12\t2026-03-02 07:30:00\t-1\t1", "broken_row"),
        (b"12\t2026-03-02 07:30:00\tx\t1", "broken_row"),
        (b"12\t2026-03-02 07:30:00\t0\t1\t0\t0\t013\t2026-03-02 07:31:00\t0\t1", "broken_row"),
        (b"12\t2026-03-02 07:30:00\t0\t1\t\xff\xfe", "broken_row"),
        (b"12\t2026-03-02 07:30:00\t0\t1" + b"\t0" * 40, "broken_row"),
        (b"12\t2026-03-02 07:30:00\t0\t1\0\0\0", "nul_block"),
        (b"garbage garbage garbage", "broken_row"),
        (b"\xff\xd8\xff\xe0\x10JFIF", "broken_row"),
    ],
)
def test_a_line_that_is_no_punch_keeps_its_bytes_and_its_reason(line: bytes, reason: str) -> None:
    batch = read_attlog(b"5\t2026-03-02 07:00:00\t0\t1\n" + line + b"\n6\t2026-03-02 07:01:00\t0\t1\n")
    assert [pin for pin, *_ in rows(batch)] == ["5", "6"]
    assert batch.records.rejected == ((1, line[:256], reason),)


def test_a_body_of_too_many_lines_is_refused_before_it_is_read() -> None:
    with pytest.raises(TooManyLines):
        read_attlog(b"\n" * (MAX_LINES + 1))


# events --------------------------------------------------------------------------------------------------------------

EVENT = b"time=2026-03-02 07:30:00\tpin=%s\tcardno=0\teventaddr=1\tevent=%s\tinoutstatus=%s\tverifytype=%s\tindex=42"


def test_an_event_that_lets_a_person_in_is_a_punch() -> None:
    batch = read_rtlog(EVENT % (b"57", b"0", b"1", b"15") + b"\r\n" + EVENT % (b"58", b"203", b"0", b"1"))
    assert rows(batch) == [("57", "2026-03-02 07:30:00", 1, 15), ("58", "2026-03-02 07:30:00", 0, 1)]


@pytest.mark.parametrize(
    ("pin", "event", "reason"),
    [
        (b"0", b"0", "door_event"),
        (b"", b"206", "door_event"),
        (b"57", b"20", "refused_entry"),
        (b"57", b"99", "refused_entry"),
        (b"57", b"100", "alarm"),
        (b"57", b"199", "alarm"),
        (b"57", b"254", "unknown_event"),
        (b"57", b"5021", "unknown_event"),
        (b"57", b"", "unknown_event"),
        (b"57", b"x", "unknown_event"),
        (b"57", b"-1", "unknown_event"),
    ],
)
def test_an_event_of_a_door_a_refusal_or_an_alarm_is_no_punch(pin: bytes, event: bytes, reason: str) -> None:
    batch = read_rtlog(EVENT % (pin, event, b"0", b"1"))
    assert (len(batch.records), reasons(batch)) == (0, [reason])


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("15", 15), ("1", 1), ("0", 0), ("200", 200), ("256", 0), ("", 0), ("01", 0), ("face", 0),
        ("0000000000000010", 15), ("0000000000010000", 1), ("0000100000000000", 4), ("0000001000000000", 3),
        ("0000000000010010", 0),
    ],
)  # fmt: skip
def test_sixteen_bits_name_a_verify_mode_and_are_no_number(given: str, code: int) -> None:
    assert verify_code(given) == code


def test_two_events_glued_into_one_line_are_none() -> None:
    assert reasons(read_rtlog(EVENT % (b"57", b"0", b"0", b"1") + b"\t" + EVENT % (b"58", b"0", b"0", b"1"))) == [
        "broken_row"
    ]


def test_what_belongs_to_another_table_and_the_numbers_of_cards_are_not_kept() -> None:
    punches = read_attlog(b"USER PIN=1\tPasswd=matkhau\n7\t2026-03-02 07:30:00\t0\t1\n")
    assert (len(punches.records), punches.kept.splitlines()[0], punches.lines[0]) == (1, b"USER PIN=", b"USER PIN=")
    events = read_rtlog((EVENT % (b"57", b"0", b"0", b"1")).replace(b"cardno=0", b"cardno=4711"))
    assert len(events.records) == 1
    assert b"4711" not in events.kept


# operations and users ------------------------------------------------------------------------------------------------


def test_operations_are_kept_as_they_came() -> None:
    read = read_operlog(b"OPLOG 4\t1\t2026-08-20 11:26:07\t1\t0\t0\t0")
    assert read.operations == (PushedOperation(4, "1", "2026-08-20 11:26:07", (1, 0, 0, 0)),)
    assert read.batch.kept == b"OPLOG 4\t1\t2026-08-20 11:26:07\t1\t0\t0\t0"


@pytest.mark.parametrize("written", ["Nguyễn Văn A".encode(), "陈志峰".encode("gb2312"), b"caf\xe9"])
def test_a_user_keeps_number_name_and_privilege_and_loses_password_and_card(written: bytes) -> None:
    body = (
        b"USER PIN=982\tName=" + written + b"\tPri=14\tPasswd=9822matkhau\tCard=[09E4812202]\tGrp=1\tTZ=0001"
        b"\tVerify=-1\tViceCard=133440"
    )
    read = read_operlog(body)
    [user] = read.users
    assert (user.pin, user.name_bytes, user.privilege) == ("982", written, 14)
    assert read.batch.kept == b"USER pin=982\tname=" + written + b"\tpri=14\tgrp=1"


def test_templates_and_everything_else_are_dropped_and_counted() -> None:
    body = b"\n".join(
        [
            b"FP PIN=982\tFID=1\tSize=9\tValid=1\tTMP=ocoRgZPRN8EwJNQx",
            b"FACE PIN=982\tFID=0\tSIZE=9\tVALID=1\tTMP=AAAA",
            b"USERPIC PIN=982\tFileName=982.jpg\tSize=9\tContent=AAAA",
            b"OPLOG 4\t1\tnot a time\tPasswd=1\t0",
            b"USER PIN=1 2\tPasswd=1",
            b"SOMETHING NEW=1",
        ]
    )
    read = read_operlog(body)
    assert (read.batch.kept, read.batch.counts) == (b"", {"operations": 0, "users": 0, "dropped": 6})


def test_the_user_table_of_the_other_protocol_is_cleaned_the_same_way() -> None:
    body = b"user uid=1\tcardno=4711\tpin=1\tpassword=secret\tgroup=1\tname=\tprivilege=14\nuid=2\tpin=2\tname=B"
    read = read_users(body)
    assert [(user.pin, user.name_bytes, user.privilege) for user in read.users] == [("1", b"", 14), ("2", b"B", 0)]
    assert b"secret" not in read.batch.kept
    assert b"4711" not in read.batch.kept


def test_options_are_kept_by_name_and_keys_among_them_are_not() -> None:
    body = b"~DeviceName=BioFace A1,FirmVer=Ver 8.0.1,ComPwd=123456,VMSPasswd=x,authKey=dassas,~MaxAttLogCount=10"
    assert read_options(body) == {"device": "BioFace A1", "firmware": "Ver 8.0.1", "record_capacity": "10"}
    assert read_info("Ver 2.0.12-2015,20,31,1204,192.168.16.27,10,7") == {
        "firmware": "Ver 2.0.12-2015", "users": "20", "records": "1204", "ip": "192.168.16.27",
    }  # fmt: skip


# photographs ---------------------------------------------------------------------------------------------------------


def segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(data) + 2).to_bytes(2, "big") + data


PICTURE = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0") + segment(0xDB, bytes(65))
SCAN = segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x12\xff\x00\x34\xff\xd9"
JPEG = b"\xff\xd8" + PICTURE + SCAN
WITH_PLACE = b"\xff\xd8" + segment(0xE1, b"Exif\0\0GPS 21.0285 105.8542") + PICTURE + segment(0xFE, b"made by") + SCAN
HEAD = b"PIN=20260302073000-1001.jpg\nSN=X\nsize=9\nCMD=uploadphoto\0"


def test_a_photograph_loses_where_and_by_what_it_was_taken() -> None:
    assert bare_jpeg(WITH_PLACE + b"behind the end") == JPEG
    photo = read_photo(HEAD + WITH_PLACE)
    assert photo is not None
    assert (photo.taken, photo.pin, photo.jpeg) == (datetime(2026, 3, 2, 7, 30), "1001", JPEG)
    packed = read_photo(HEAD + base64.b64encode(WITH_PLACE))
    assert packed == photo
    stranger = read_photo(HEAD.replace(b"-1001", b"") + JPEG)
    assert stranger is not None
    assert stranger.pin is None


@pytest.mark.parametrize(
    "body",
    [
        b"", HEAD, HEAD + b"GIF89a", HEAD + JPEG[:-2], HEAD + JPEG[:30], HEAD + b"\xff\xd8\xff\xe1\xff\xff",
        HEAD + b"\xff\xd8" + SCAN[:4], HEAD.replace(b"20260302", b"20260230") + JPEG, b"SN=X\0" + JPEG,
        HEAD + b"\xff\xd8\xff" * 100_000, HEAD + b"\xff\xd8" + PICTURE + SCAN[:-2] + bytes(MAX_PHOTO) + b"\xff\xd9",
    ],
)  # fmt: skip
def test_what_is_no_whole_photograph_of_a_sane_size_is_none(body: bytes) -> None:
    assert read_photo(body) is None


# handshake and commands ----------------------------------------------------------------------------------------------


def options(version: str | None = "2.4.1", zone: str = ZONE, **more: bool) -> dict[str, str]:
    told = {"photos": False, "whole_log": False} | more
    text = handshake.attendance_options("X1", zone=zone, now=NOW, version=version, **told)
    first, *lines = text.splitlines()
    assert first == "GET OPTION FROM: X1"
    return dict(line.split("=", 1) for line in lines)


def test_stamps_are_0_for_the_whole_log_and_else_leave_it_to_the_terminal() -> None:
    assert {options()[name] for name in ("Stamp", "ATTLOGStamp")} == {"9999"}
    assert {options(whole_log=True)[name] for name in ("Stamp", "ATTLOGStamp")} == {"0"}


@pytest.mark.parametrize(
    ("zone", "told"), [(ZONE, "7"), ("Asia/Kolkata", "330"), ("America/St_Johns", "-210"), ("Pacific/Auckland", "780")]
)
def test_the_zone_is_told_in_hours_or_in_minutes(zone: str, told: str) -> None:
    assert options(zone=zone)["TimeZone"] == told


@pytest.mark.parametrize(
    ("version", "spoken"),
    [(None, "2.2.14"), ("2.2.14", "2.2.14"), ("2.4.1", "2.4.1"), ("3.1.2", "2.4.1"), ("2.0.1", "2.0.1")],
)
def test_the_lower_protocol_of_the_two_is_spoken_unencrypted(version: str | None, spoken: str) -> None:
    told = options(version)
    assert (told["PushProtVer"], told["ServerVer"], told["Encrypt"]) == (spoken, spoken, "0")


def test_templates_are_never_asked_for_and_photographs_only_when_turned_on() -> None:
    assert options()["TransFlag"] == "TransData AttLog\tOpLog\tEnrollUser\tChgUser"
    assert "AttPhoto" in options(photos=True)["TransFlag"]
    assert (options("2.0.1")["TransFlag"], options("2.0.1", photos=True)["TransFlag"]) == ("1100101000", "1110101000")


def test_the_other_protocol_is_told_greenwich_time_and_the_offset() -> None:
    moment = datetime(2018, 2, 22, 14, 54, 54, tzinfo=UTC)
    assert handshake.security_time(ZONE, moment) == "DateTime=583080894,ServerTZ=+0700"


@pytest.mark.parametrize("kind", ["SHELL", "CLEAR LOG", "REBOOT", "DATA DELETE", "INFO\nC:2:SHELL ls", "info", ""])
def test_nothing_but_the_four_questions_can_be_written(kind: str) -> None:
    with pytest.raises(Invalid):
        Asked(kind)


def test_questions_are_written_as_the_protocol_has_them() -> None:
    assert [Asked(kind).line(7) for kind in KINDS[:3]] == ["C:7:INFO", "C:7:CHECK", "C:7:LOG"]
    asked = Asked("QUERY", datetime(2026, 3, 1), datetime(2026, 3, 2, 23, 59, 59))
    assert asked.line(8) == "C:8:DATA QUERY ATTLOG StartTime=2026-03-01 00:00:00\tEndTime=2026-03-02 23:59:59"
    with pytest.raises(Invalid):
        Asked("QUERY", datetime(2026, 3, 2), datetime(2026, 3, 1))
    with pytest.raises(Invalid):
        Asked("QUERY")


def test_results_are_read_one_a_line_and_nonsense_is_passed_over() -> None:
    body = b"ID=1&Return=0&CMD=DATA\r\nID=2&Return=-1002&CMD=DATA QUERY\nID=x&Return=0\nReturn=0\nID=3\nID=0&Return=0\n"
    assert read_results(body) == (Result(1, 0), Result(2, -1002))


def test_names_in_the_query_are_read_in_any_case_and_paths_in_any_spelling() -> None:
    call = Call("POST", "cdata", read_query(b"sn=AB_1&TABLE=AttLog&Stamp=9999&pushVer=v2.4.1"))
    assert (call.serial, call.table, call.push_version) == ("AB_1", "attlog", "2.4.1")
    paths = ("/iclock/cdata", "/iclock/cdata/", "/iclock/cdata.aspx", "/iclock/CDATA")
    assert {verb_of(path) for path in paths} == {"cdata"}


@pytest.mark.parametrize("serial", ["", "a b", "x" * 33, "a/../b", "1%00", "1' OR '1'='1", "máy"])
def test_what_can_be_no_serial_number_is_none(serial: str) -> None:
    assert Call("GET", "cdata", {"sn": serial}).serial is None
    assert Call("GET", "cdata", read_query(b"SN=%ff%00&" + b"a=1&" * 500)).serial is None
