"""The sheet of overtime: every minute is the engine's and rests on an order; what was not read is not "not worked"."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

from api.reporting.entry import Asked, Format
from api.reporting.overtime_sheets import ENTRIES, overtime_register
from attendance.clock import to_instant, to_wall
from attendance.errors import Invalid, NotFound
from attendance.services import months
from attendance.services.evaluate import evaluate_dirty
from attendance.services.timesheet.forms import form_of, use_form
from attendance.services.timesheet.overtime import NOT_WORKED, UNKNOWN, WORKED, OvertimeSheet, overtime_sheet
from attendance.services.transfers import transfer
from attendance.store import office, papers, papers_clocks, papers_roster, registering
from attendance.store.database import Database
from attendance.store.tables import UnitRow
from attendance.store.trail import CONSOLE
from attendance.store.within import Within
from reports.counted import SumsDiffer
from reports.overtime_sheet import hours, official_overtime
from tests.builders import RECORDED_AT, ZONE, build_office, file_body, record

MARCH = date(2026, 3, 1)
FILED = datetime(2026, 3, 1, tzinfo=UTC)
AFTER = datetime(2026, 4, 2, 2, tzinfo=UTC)
FORMATS: tuple[Format, ...] = ("xlsx", "pdf", "csv", "json")
EVENING = ("2026-03-03T17:00", "2026-03-03T20:00")  # a Tuesday
SATURDAY = ("2026-03-07T21:00", "2026-03-08T01:00")
HOLIDAY = ("2026-03-12T08:00", "2026-03-12T11:00")
ABSENT = ("2026-03-17T17:00", "2026-03-17T19:00")
PUNCHED = {
    "1001": ["2026-03-03T07:20", "2026-03-03T12:01", "2026-03-03T13:20", "2026-03-03T19:42:40",
             "2026-03-07T20:58", "2026-03-08T00:31:30", "2026-03-12T08:05:30", "2026-03-12T11:02"],
    "1002": ["2026-03-17T07:20", "2026-03-17T12:01", "2026-03-17T13:20", "2026-03-17T17:00"],
}  # fmt: skip


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    build_office(sqlite_database)
    with sqlite_database.writing() as session:
        registering.rename_employee(session, "E1", "=Trần Văn Bình")
        registering.add_calendar_entry(session, date(2026, 3, 12), "holiday", document="TB 1", at=RECORDED_AT)
        for who, (starts, ends), document in (
            ("E1", EVENING, "LTG 01"), ("E1", SATURDAY, "LTG 02"), ("E1", HOLIDAY, "LTG 03"), ("E2", ABSENT, "LTG 04"),
        ):  # fmt: skip
            papers_roster.order_overtime(
                session, who, datetime.fromisoformat(starts), datetime.fromisoformat(ends), document=document,
                approved_at=FILED, at=FILED,
            )  # fmt: skip
    return sqlite_database


def read_to(database: Database, until: str) -> None:
    """The terminal was read from before the month up to a moment, and what was marked is judged."""
    read_at = datetime.fromisoformat(until)
    file_body(database, b"", read_at=datetime(2026, 2, 27, 8), offset=None)
    moments = sorted((datetime.fromisoformat(at), pin) for pin, walls in PUNCHED.items() for at in walls)
    file_body(database, b"".join(record(pin, at) for at, pin in moments if at <= read_at), read_at=read_at, offset=None)
    evaluate_dirty(database, ZONE, to_instant(read_at, ZONE))


def sheet_of(database: Database, now: datetime = AFTER, unit: str = "A") -> OvertimeSheet:
    with database.reading() as session:
        return overtime_sheet(session, ZONE, office.get(session, UnitRow, unit), "Phòng A", MARCH, now)


def made(database: Database, path: Path, format: Format, now: datetime = AFTER, **changed: Any) -> bytes:
    asked = Asked(
        Within(None), lambda _: Within(None), ZONE, to_wall(now, ZONE).date(), now, "vi", unit="A", from_on=MARCH,
        to_on=date(2026, 3, 31),
    )  # fmt: skip
    for name, value in changed.items():
        object.__setattr__(asked, name, value)
    file = path / f"sheet.{format}"
    with database.reading() as session:
        found = ENTRIES[0].write(session, asked, format, file)
    assert len(found.people) == found.rows
    return file.read_bytes()


def test_minutes_by_kind_and_at_night_are_those_of_the_punches_inside_the_orders(database: Database) -> None:
    read_to(database, "2026-04-01T08:00")
    sheet = sheet_of(database)
    (bình, two) = sheet.people
    # 17:00–19:42, of which the incomplete minute counts nothing; 21:00–00:31 from 22:00 on at night; 08:05:30–11:00
    assert (bình.code, bình.sums) == ("E1", (162, 211, 174, 151))
    lines = {day.on.day: [(line.kind, line.minutes, line.night_min) for line in day.lines] for day in bình.days}
    assert lines == {3: [("NT", 162, 0)], 7: [("NN", 211, 151)], 12: [("NL", 174, 0)]}
    assert [order.document for day in bình.days for order in day.orders] == ["LTG 01", "LTG 02", "LTG 03"]
    assert {order.state for day in bình.days for order in day.orders} == {WORKED}
    assert [(two.code, two.sums)] == [("E2", (0, 0, 0, 0))]
    assert [order.state for day in two.days for order in day.orders] == [NOT_WORKED]
    assert sheet.unknown == 0


def test_an_order_whose_window_was_not_read_is_not_known_and_never_not_worked(database: Database) -> None:
    read_to(database, "2026-03-17T18:00")
    sheet = sheet_of(database, datetime(2026, 3, 18, 2, tzinfo=UTC))
    days = {(person.code, day.on.day): day for person in sheet.people for day in person.days}
    assert [key for key, day in days.items() if day.is_unknown] == [("E2", 17)]
    assert days["E2", 17].orders[0].state == UNKNOWN
    assert days["E2", 17].lines == ()
    read_to(database, "2026-04-01T08:00")
    assert sheet_of(database).unknown == 0


def test_an_evening_read_only_half_may_still_grow(database: Database) -> None:
    read_to(database, "2026-03-03T18:30")
    (bình,) = sheet_of(database, datetime(2026, 3, 3, 11, 30, tzinfo=UTC)).people
    assert [(day.on.day, day.is_unknown) for day in bình.days] == [(3, True)]


def test_a_terminal_that_was_dead_in_the_evening_leaves_it_open(database: Database) -> None:
    with database.writing() as session:
        papers.add_outage(session, "T-A", datetime(2026, 3, 17, 17, 30), datetime(2026, 3, 17, 21), at=FILED)
    read_to(database, "2026-04-01T08:00")
    sheet = sheet_of(database)
    assert [(person.code, day.on.day) for person in sheet.people for day in person.days if day.is_unknown] == [
        ("E2", 17)
    ]


@pytest.mark.parametrize(
    ("wrong", "is_open"),
    [
        (("2026-03-07T16:00", "2026-03-07T18:00"), False),  # in the window, and nobody punched under it
        (("2026-03-07T20:00", "2026-03-07T21:30"), True),  # the way in was punched under it
        (("2026-03-08T00:50", "2026-03-08T02:00"), True),  # the way out may have been
    ],
)
def test_a_clock_worth_nothing_leaves_an_order_open_as_it_does_a_session(
    database: Database, wrong: tuple[str, str], is_open: bool
) -> None:
    starts, ends = map(datetime.fromisoformat, wrong)
    with database.writing() as session:
        papers_clocks.distrust_clock(session, "T-A", starts=starts, ends=ends, at=FILED)
    read_to(database, "2026-04-01T08:00")
    days = {day.on.day: day for person in sheet_of(database).people if person.code == "E1" for day in person.days}
    assert days[7].is_unknown == is_open


def test_a_person_has_a_line_in_the_sheet_of_each_unit_they_served_in(database: Database) -> None:
    with database.writing() as session:
        registering.add_unit(session, "B", schedule="HC", at=RECORDED_AT)
        transfer(session, "E1", "B", on=date(2026, 3, 10), terminals=["T-A"], actor=CONSOLE, at=RECORDED_AT)
    read_to(database, "2026-04-01T08:00")
    here, there = sheet_of(database), sheet_of(database, unit="B")
    sums = {sheet.unit: {person.code: person.sums for person in sheet.people} for sheet in (here, there)}
    assert sums == {"A": {"E1": (162, 211, 0, 151), "E2": (0, 0, 0, 0)}, "B": {"E1": (0, 0, 174, 0)}}


def test_a_locked_month_shows_what_was_known_at_its_lock(database: Database) -> None:
    read_to(database, "2026-04-01T08:00")
    with database.writing() as session:
        for code in ("E1", "E2", "E3"):
            settle_everything(session, code)
    evaluate_dirty(database, ZONE, AFTER)
    with database.writing() as session:
        months.lock(session, ZONE, "A", MARCH, by="x", now=AFTER, actor=CONSOLE)
        late = AFTER + timedelta(hours=1)
        papers_roster.order_overtime(
            session, "E1", datetime(2026, 3, 3, 20), datetime(2026, 3, 3, 21), approved_at=late, at=late
        )
    evaluate_dirty(database, ZONE, AFTER + timedelta(hours=2))
    sheet = sheet_of(database, AFTER + timedelta(days=1))
    assert not sheet.is_draft
    assert [len(day.orders) for day in sheet.people[0].days] == [1, 1, 1]


def settle_everything(session: Any, code: str) -> None:
    """Leave for every day without punches, so that nothing of the month is open."""
    for at in range(31):
        papers.add_leave(
            session, code, MARCH + timedelta(days=at), code="P", document="ĐP", approved_at=AFTER, at=AFTER
        )


def test_the_files_say_the_same_and_a_draft_says_that_it_is_one(database: Database, tmp_path: Path) -> None:
    read_to(database, "2026-04-01T08:00")
    with database.writing() as session:
        use_form(
            session, "A", "public", overtime_number="C01b-HD", issued_under="TT 24/2024/TT-BTC", budget_code="1012345",
            actor=CONSOLE, at=RECORDED_AT,
        )  # fmt: skip
    files = {each: made(database, tmp_path, each) for each in FORMATS}
    data = orjson.loads(files["json"])
    assert data["sums"] == {"NT": 162, "NN": 211, "NL": 174, "Đ": 151}
    assert data["draft"] is True
    listed = list(csv.DictReader(io.StringIO(files["csv"].decode("utf-8-sig"))))
    assert sum(int(row["minutes"]) for row in listed) == 162 + 211 + 174
    assert {row["name"] for row in listed} == {"'=Trần Văn Bình"}
    book = CalamineWorkbook.from_filelike(io.BytesIO(files["xlsx"]))
    page: Any = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    assert page[0][23] == "Mẫu số C01b-HD"
    assert (page[9][1], page[9][2], page[9][5]) == ("E1", "=Trần Văn Bình", "NT\n17:00\n19:42")
    assert [round(value / timedelta(minutes=1)) for value in page[9][34:38]] == [162, 211, 174, 151]
    assert [round(value / timedelta(minutes=1)) for value in page[11][34:38]] == [162, 211, 174, 151]
    stretches: Any = book.get_sheet_by_index(1).to_python()
    assert stretches[1][2] == date(2026, 3, 3)
    xml = zipfile.ZipFile(io.BytesIO(files["xlsx"])).read("xl/worksheets/sheet1.xml").decode()
    assert re.findall(r"<f>(.*?)</f>", xml) == [f"SUM({c}10:{c}11)" for c in ("AI", "AJ", "AK", "AL")]
    assert '<pane xSplit="3" ySplit="9"' in xml
    text = text_of(files["pdf"])
    for said in ("BẢNG CHẤM CÔNG LÀM THÊM GIỜ", "C01b-HD", "TT 24/2024/TT-BTC", "BẢN NHÁP", "2:42", "Người duyệt"):
        assert said in text, said
    assert made(database, tmp_path, "pdf") == files["pdf"]


def text_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in document)


def test_what_is_not_the_readers_is_not_there_and_what_is_not_named_is_asked_for(
    database: Database, tmp_path: Path
) -> None:
    with pytest.raises(NotFound):
        made(database, tmp_path, "csv", within=Within(frozenset({4711})))
    with pytest.raises(Invalid, match="name both"):
        made(database, tmp_path, "csv", unit=None)
    with pytest.raises(Invalid, match="xlsx, pdf, csv or json"):
        made(database, tmp_path, "bundle")


def test_the_preview_has_a_row_per_stretch_and_one_per_day_that_is_not_known(database: Database) -> None:
    read_to(database, "2026-03-17T18:00")
    now = datetime(2026, 3, 18, 2, tzinfo=UTC)
    asked = Asked(Within(None), lambda _: Within(None), ZONE, date(2026, 3, 18), now, "vi", "A", None, MARCH)
    with database.reading() as session:
        register = overtime_register(session, asked)
        rows = list(register.rows)
    assert [(row[0], row[3], row[6], row[8]) for row in rows] == [
        ("E1", "NT", 162, True), ("E1", "NN", 211, True), ("E1", "NL", 174, True), ("E2", None, None, False),
    ]  # fmt: skip
    assert all(len(row) == len(register.columns) for row in rows)
    assert {figure.name: figure.value for figure in register.figures}["overtime_unknown"] == 1


def test_sums_that_do_not_hold_are_not_printed(database: Database) -> None:
    read_to(database, "2026-04-01T08:00")
    sheet = sheet_of(database)
    with database.reading() as session:
        form = form_of(session, office.get(session, UnitRow, "A"), date(2026, 3, 31))
    object.__setattr__(sheet.people[0], "sums", (161, 211, 174, 151))
    with pytest.raises(SumsDiffer):
        official_overtime(sheet, form, None)


@pytest.mark.parametrize(("minutes", "said"), [(0, "0:00"), (59, "0:59"), (60, "1:00"), (1501, "25:01")])
def test_hours_round_nothing(minutes: int, said: str) -> None:
    assert hours(minutes) == said
