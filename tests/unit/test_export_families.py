"""Every dress in which terminals and their programs were seen to write punches, told by content alone."""

from __future__ import annotations

import pytest

from device_sync.files import Export, NotAnExport, read_export
from tests.unit.test_files import punches, seconds

GLG = "No\tMchn\tEnNo\t\tName\t\tMode\tIOMd\tDateTime\t\r\n"


def read(text: str | bytes, **wishes: str) -> Export:
    data = text if isinstance(text, bytes) else text.encode()
    return read_export(data, source="stick/G.TXT", **wishes)


def times(found: Export) -> list[tuple[str, str, int, int]]:
    return [(pin, wall, state, verify) for pin, wall, state, verify in punches(found)]


AN = ("000000052", seconds("2025-12-01 07:41:00"), 0, 1)
BINH = ("000000097", seconds("2025-12-01 12:45:09"), 1, 20)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "latin-1"])
@pytest.mark.parametrize("header", [GLG, GLG.replace("\t\t", "\t"), GLG.replace("Name\t\t", "Name\t\t\t")])
def test_a_glog_whose_header_has_more_tabs_than_its_rows(header: str, encoding: str) -> None:
    found = read(
        (
            header
            + "000001\t1\t000000052\tAn            \t1\t0\t2025/12/01  07:41:00\r\n"
            + "000002\t1\t000000097\tB\xecnh          \t020\t001\t2025/12/01  12:45:09\r\n"
            + "000003\t1\t000065535\t              \t1\t0\t2025/12/01  12:46:00\r\n"
            + "000004\t1\t000000000\t              \t1\t0\t2025/12/01  12:47:00\r\n"
            + "000005\t1\t000000052\tAn            \t1\t0\t2025/12/32  07:41:00\r\n"
        ).encode(encoding)
    )
    assert found.format == "agl"
    assert times(found) == [AN, BINH]
    assert found.reasons == {"unknown_face": 2, "bad_time": 1}
    assert [kept for _, kept, _ in found.records.rejected][2].split(b"\t")[3].strip() == b"*", "names are never kept"


def test_an_agl_that_says_in_and_out_in_words() -> None:
    found = read(
        "# DeviceModel = S362E Excel\nNo\tTMNo\tEnNo\tName\tGMNo\tMode\tIn/Out\tAntipass\tProxyWork\tDateTime\n"
        "1\t1\t00000001\tan\t1\tFP\tDutyOn\t0\t0\t2026-02-14 07:40:09\n"
        "2\t1\t00000002\tha\t1\tFACE\tDutyOff\t0\t0\t2026-02-14 16:40:09\n"
        "3\t1\t00000002\tha\t1\tDedo\tNobody knows\t0\t0\t2026-02-14 16:41:09\n"
        "4\t1\t00000002\tha\t1\t\x01\x02\tDutyOff\t0\t0\t2026-02-14 16:42:09\n"
    )
    assert times(found) == [
        ("00000001", seconds("2026-02-14 07:40:09"), 0, 1),
        ("00000002", seconds("2026-02-14 16:40:09"), 1, 15),
        ("00000002", seconds("2026-02-14 16:41:09"), 255, 0),
    ]
    assert found.reasons == {"broken_row": 1}


def test_where_numbers_stand_a_word_is_damage() -> None:
    found = read(
        "No\tTMNo\tEnNo\tName\tINOUT\tMode\tDateTime\n1\t1\t7\t\t0\t1\t2026/02/14 07:40:09\n"
        "2\t1\t7\t\tx\t1\t2026/02/14 07:41:09\n"
    )
    assert found.reasons == {"broken_row": 1}


def test_an_agl_with_name_and_group_glued_and_no_in_and_out() -> None:
    found = read(
        "No\tTMNo\tEnNo\tName GMNo\tMode\tDateTime\n1\t1\t6\t 1\t0\t2018/10/08 07:14:47\n"
        "2\t1\t6\t 1\t0\t2018/10/08 07:14:47\n"
    )
    assert times(found) == [("6", seconds("2018-10-08 07:14:47"), 255, 0)] * 2


@pytest.mark.parametrize(
    "row",
    [
        "        5 2024-03-04 07:25:01 1 0 1 0",
        "5   2024-03-04   07:25:01   1   0   1   0   ",
        "        5 2024/03/04 07:25:01 1 0 1 0 0",
    ],
)
def test_an_attlog_whose_tabs_became_spaces(row: str) -> None:
    found = read(f"{row}\n\n 2024-03-04 07:25:01 1 0 1 0\n        9 1971--10--29 -23:-59:-53 1 255 1 0\n5 2024-03-04\n")
    assert times(found) == [("5", seconds("2024-03-04 07:25:01"), 0, 1)]
    assert found.format == "attlog"
    assert [reason for _, _, reason in found.records.rejected] == ["broken_row", "bad_time", "broken_row"]


def test_an_attlog_of_a_wide_encoding_without_its_mark() -> None:
    row = "        5\t2024-03-04 07:25:01\t1\t0\t1\t0\r\n"
    for encoding in ("utf-16-le", "utf-16-be"):
        assert times(read((row * 3).encode(encoding))) == [("5", seconds("2024-03-04 07:25:01"), 0, 1)] * 3


def test_what_a_terminal_pushed_has_no_device_number() -> None:
    face = "2\t2022-07-12 16:00:20\t255\t15\t\t0\t0\t\t\t43\t\n"
    old = "1452\t2015-07-30 15:16:28\t0\t1\t0\t0\t0\n1452\t2015-07-30 17:16:28\t1\t1\t0\t0\t0\n"
    found = read(face + old + "rubbish\t2015-07-30 17:16\n")
    assert (found.format, found.is_whole_log) == ("push", False)
    assert times(found) == [
        ("2", seconds("2022-07-12 16:00:20"), 255, 15),
        ("1452", seconds("2015-07-30 15:16:28"), 0, 1),
        ("1452", seconds("2015-07-30 17:16:28"), 1, 1),
    ]
    assert found.reasons == {"broken_row": 1}


@pytest.mark.parametrize(
    "row",
    [
        "        5\t2024-03-04 07:25:01\t0\t1\t15\t0\t0\n",  # padded, as on a stick
        "5\t2024-03-04 07:25:01\t1\t1\t15\t0\t0\n",  # a device number
        "5\t2024-03-04 07:25:01\t0\t1\t15\t0\n",  # six columns
    ],
)
def test_a_stick_with_more_columns_is_no_push(row: str) -> None:
    found = read(row * 2)
    assert (found.format, times(found)[0][2:]) == ("attlog", (1, 15))


# lists that programs write -------------------------------------------------------------------------------------------


def test_a_list_with_the_number_on_the_terminal_beside_its_place() -> None:
    found = read(
        "Department,Name,No.,Date/Time,Location ID,ID Number,VerifyCode,CardNo\r\n"
        'Xã Mẫu,"Nguyễn, An",6,29/08/2026 07:54:23,104,,FACE,\r\n'
        "Xã Mẫu,Bình,7,01/09/2026 7:26:40,104,,FP,\r\n"
        "Xã Mẫu,Bình,,01/09/2026 7:26:40,104,,FP,\r\n"
        "Xã Mẫu,Bình,7,31/09/2026 7:26:40,104,,FP,\r\n"
        "Xã Mẫu,Bình,7,2026-09-01 7:26:40,104,,FP,\r\n"
    )
    assert found.format == "report"
    assert not found.is_whole_log
    assert times(found) == [
        ("6", seconds("2026-08-29 07:54:23"), 255, 15),
        ("7", seconds("2026-09-01 07:26:40"), 255, 1),
    ]
    assert [reason for _, _, reason in found.records.rejected] == ["no_pin", "bad_time", "bad_time"]
    assert all(b"Nguy" not in kept and b"nh" not in kept for _, kept, _ in found.records.rejected)


def test_a_list_with_titles_above_and_halves_of_the_day() -> None:
    found = read(
        "Attendance Record Report\n\nAC-No.,No.,Name,Time,State,New State,Exception\n"
        "1023,1,An,3/14/2026 8:02 AM,C/In,,OK\n1023,2,An,3/14/2026 12:01 PM,C/Out,,Invalid\n"
        "1023,3,An,3/14/2026 12:01 AM,OverTime Out,,\n1023,4,An,3/14/2026 13:01 PM,C/In,,\n"
    )
    assert times(found) == [
        ("1023", seconds("2026-03-14 08:02:00"), 0, 0),
        ("1023", seconds("2026-03-14 12:01:00"), 1, 0),
        ("1023", seconds("2026-03-14 00:01:00"), 5, 0),
    ]
    assert found.reasons == {"bad_time": 1}
    assert found.read == 4, "titles and header are no rows"


def test_a_list_with_date_and_time_apart() -> None:
    found = read(
        "Employee ID,First Name,Department,Date,Time,Punch State,Work Code,Area Name\n"
        "N7,An,Xã,2026-09-08,05:00,Check Out,0,A\nN7,An,Xã,2026-09-08,19:00:30,Check In,0,A\n"
    )
    assert times(found) == [
        ("N7", seconds("2026-09-08 05:00:00"), 1, 0),
        ("N7", seconds("2026-09-08 19:00:30"), 0, 0),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_list_in_vietnamese(encoding: str, delimiter: str) -> None:
    lines = ["Mã chấm công,Tên,Ngày,Giờ,Vào/Ra", "15,An,20/11/2026,07:25:01,Vào", "15,An,20/11/2026,5:01 CH,Ra"]
    found = read("\r\n".join(lines).replace(",", delimiter).encode(encoding))
    assert times(found) == [
        ("15", seconds("2026-11-20 07:25:01"), 0, 0),
        ("15", seconds("2026-11-20 17:01:00"), 1, 0),
    ]


def test_a_mere_count_is_never_taken_for_a_number_of_a_person() -> None:
    with pytest.raises(NotAnExport) as caught:
        read("No.,Name,Date/Time\n1,An,2026-09-08 05:00:00\n")
    assert caught.value.reason == "not_an_export"


EITHER = "AC-No.,Time\n1,03/04/2026 07:30\n1,03/05/2026 07:31\n"


def test_day_and_month_are_never_guessed() -> None:
    with pytest.raises(NotAnExport) as caught:
        read(EITHER)
    assert caught.value.reason == "which_day"
    assert "03/04/2026 07:30" in str(caught.value)
    assert "--dates day-first" in str(caught.value)
    assert times(read(EITHER, dates="dmy"))[0] == ("1", seconds("2026-04-03 07:30:00"), 255, 0)
    assert times(read(EITHER, dates="mdy"))[0] == ("1", seconds("2026-03-04 07:30:00"), 255, 0)


@pytest.mark.parametrize(("row", "first"), [("13/04/2026", "2026-04-03"), ("04/13/2026", "2026-03-04")])
def test_one_row_anywhere_decides_for_all(row: str, first: str) -> None:
    found = read(EITHER + "1,01/01/2026 07:30\n" * 200 + f"1,{row} 07:32\n")
    assert times(found)[0] == ("1", seconds(f"{first} 07:30:00"), 255, 0)
    assert found.reasons == {}


def test_a_file_that_shows_both_orders_is_refused() -> None:
    with pytest.raises(NotAnExport) as caught:
        read(EITHER + "1,13/04/2026 07:32\n1,04/13/2026 07:32\n")
    assert caught.value.reason == "mixed_dates"


def test_dates_of_an_agl_with_the_month_in_front() -> None:
    found = read("No\tTMNo\tEnNo\tName\tINOUT\tMode\tDateTime\n1\t1\t13767\t\t1\t1\t01/19/2026 14:53:50\r\n")
    assert times(found) == [("13767", seconds("2026-01-19 14:53:50"), 1, 1)]
