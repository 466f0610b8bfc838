"""Invented people and offices for the pages: a late morning with a mission, an open day, a tree of units."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from reports.view import (
    Citation,
    DayPunch,
    DaySession,
    DayViolation,
    Revision,
    TerminalFreshness,
    TodayPage,
    TodayPerson,
    TodayUnit,
    UnitOption,
    ViolationFilter,
    ViolationRow,
    ViolationsPage,
    WhyPage,
)

DAY = date(2026, 11, 23)


def at(clock: str, day: date = DAY) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}")


TERMINALS = (
    TerminalFreshness("T-01", "Cổng chính", at("08:12"), "fresh", "ok", at("08:12:31"), 12),
    TerminalFreshness("T-02", "Nhà B, tầng 2", at("07:20"), "late", "interrupted", at("08:11"), 420),
    TerminalFreshness("T-03", "Trạm Y tế", at("16:58", date(2026, 11, 20)), "failing", "unreachable", at("08:10")),
    TerminalFreshness("T-04", "Kho lưu trữ", None, "never", "wrong_key", at("08:09")),
)
PRESENT = [
    "Lê Thị Ánh",
    "Nguyễn Hoàng Bách",
    "Phạm Quốc Đạt",
    "Vũ Thị Hồng Hạnh",
    "Trương Mỹ Linh",
    "Đoàn Văn Sơn",
    "Hồ Ngọc Ý",
]

CLINIC = ["Kiều Văn Lộc", "Hà Thị Mận", "Chu Đức Nam"]


def people(prefix: str, names: list[str]) -> tuple[TodayPerson, ...]:
    return tuple(
        TodayPerson(f"{prefix}{number:03}", name, "present", at(f"07:{12 + number * 2:02}:08"))
        for number, name in enumerate(names)
    )


def unit(code: str, name: str, depth: int, members: tuple[TodayPerson, ...]) -> TodayUnit:
    states = [person.state for person in members]
    return TodayUnit(code, name, depth, members, {state: states.count(state) for state in set(states)})


def today(only: str | None = None) -> TodayPage:
    units = (
        unit("UB", "Ủy ban nhân dân phường Tân Lập", 0, people("UB", ["Ngô Đức Thịnh", "Bùi Thị Kim Oanh"])),
        unit(
            "VP",
            "Văn phòng Hội đồng nhân dân và Ủy ban nhân dân",
            1,
            (
                *people("VP", PRESENT),
                TodayPerson("VP101", "Trần Thị Bích Ngọc", "late", at("07:46:40"), 16, None, "v-1"),
                TodayPerson("VP102", "Đặng Minh Tuấn", "absent"),
                TodayPerson("VP103", "Công Tằng Tôn Nữ Hoàng Phương Thảo", "excused", None, None, "mission"),
                TodayPerson("VP104", "Đỗ Thị Hải Yến", "excused", None, None, "leave"),
            ),
        ),
        unit(
            "TTHCC",
            "Trung tâm Phục vụ hành chính công",
            2,
            (
                *people("HC", ["Mai Văn Phúc", "Lý Thu Trang", "Tạ Quang Huy", "Cao Thị Diệp"]),
                TodayPerson("HC101", "Phan Anh Khoa", "late", at("07:33"), 3, None, "v-2"),
            ),
        ),
        unit("TYT", "Trạm Y tế", 1, tuple(replace(p, state="unknown", since=None) for p in people("YT", CLINIC))),
        unit("BV", "Tổ bảo vệ", 1, (TodayPerson("BV001", "Lương Văn Bền", "not_scheduled"),)),
    )
    totals: dict[str, int] = {}
    for each in units:
        for state, count in each.counts.items():
            totals[state] = totals.get(state, 0) + count
    return TodayPage(DAY, at("08:14:05"), totals, units, TERMINALS, True, True, "workday", only)


def punch(number: int, clock: str, use: Any, note: str | None = None, shown: str | None = None) -> DayPunch:
    digest = "9f2c1e7a55d04b8896aa31c0d2e4f7b1c3a5968778695a4b3c2d1e0f00aa7d1c"
    terminal = ("T-02", "Nhà B, tầng 2") if shown else ("T-01", "Cổng chính")
    return DayPunch(
        at(clock), at(shown or clock), *terminal, use, note, number, 1042, at("12:05"), digest, 8810 + number, "pull"
    )


LATE = DayViolation("v-1", "late", "am", 16, 0, 16, "counted")
EARLY = DayViolation("v-3", "early", "pm", 22, 10, 12, "partly_excused")


def why() -> WhyPage:
    """A late arrival with seconds, a mission at the end of the morning, a corrected clock, an early leave."""
    mission = ((at("10:30"), at("11:30"), "mission"),)
    return WhyPage(
        employee="VP101",
        name="Trần Thị Bích Ngọc",
        unit_name="Văn phòng Hội đồng nhân dân và Ủy ban nhân dân",
        day=DAY,
        day_kind="workday",
        sessions=(
            DaySession("am", at("07:30"), at("11:30"), at("07:30"), at("10:30"), "judged", mission),
            DaySession("pm", at("13:30"), at("17:00"), at("13:30"), at("17:00"), "judged"),
        ),
        punches=(
            punch(1, "07:46:40", "in"),
            punch(2, "07:47:02", "ignored", "duplicates_ignored:1"),
            punch(3, "10:34", "out"),
            punch(4, "13:21", "in", "clock_corrected", "13:28"),
            punch(5, "16:37:30", "out"),
            punch(6, "19:05", "off_schedule"),
        ),
        violations=(LATE, EARLY),
        focus=LATE,
        flags=("clock_corrected", "duplicates_ignored:1"),
        ledger={"scheduled": 450, "credited": 422, "leave": 0, "unverified": 0, "counted": 28, "worked": 362},
        symbols={"am": "+", "pm": "+"},
        citations=(
            Citation(
                "hours.winter", "Giờ làm việc mùa đông", "2026-10-16", "Quyết định mẫu số 01", "Điều 2", DAY, None
            ),
            Citation("grace.late", "Thời gian cho phép khi đến muộn: 0 phút", "1", "", "", date(2026, 1, 1), None),
        ),
        coverage=(
            TerminalFreshness("T-01", "Cổng chính", at("20:00"), "fresh", "ok", at("20:00"), 12),
            TerminalFreshness("T-02", "Nhà B, tầng 2", at("17:42"), "late", "interrupted", at("19:58"), 420),
        ),
        revisions=(
            Revision(1, at("12:06"), "first", "Đi muộn 16 phút buổi sáng."),
            Revision(2, at("17:45"), "coverage", "Thêm: về sớm 22 phút buổi chiều."),
        ),
        rulebook="5d3ab0c4e1f2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c",
    )


def unknown_day() -> WhyPage:
    """A lone punch in the morning, an afternoon that the terminals do not cover, nothing concluded."""
    missing = DayViolation("v-4", "missing_out", "am", None, 0, 0, "pending")
    page = why()
    return replace(
        page,
        sessions=(
            DaySession("am", at("07:30"), at("11:30"), at("07:30"), at("11:30"), "unverified"),
            DaySession("pm", at("13:30"), at("17:00"), at("13:30"), at("17:00"), "unverified"),
        ),
        punches=(punch(1, "07:26", "in"),),
        violations=(missing,),
        focus=missing,
        flags=("terminal_not_synced",),
        ledger={"scheduled": 450, "credited": 0, "leave": 0, "unverified": 450, "counted": 0, "worked": 0},
        symbols={"am": "?", "pm": "?"},
        citations=(),
        coverage=(replace(TERMINALS[1], data_until=at("12:10")), TERMINALS[3]),
        provisional=True,
    )


def violations() -> ViolationsPage:
    rows = tuple(
        ViolationRow(
            f"v-{number}",
            f"VP{number:03}",
            name,
            "Trung tâm Phục vụ hành chính công",
            DAY,
            kind,
            "am",
            minutes,
            0 if status == "excused" else minutes or 0,
            status,
        )
        for number, (name, kind, minutes, status) in enumerate(
            [
                ("Trần Thị Bích Ngọc", "late", 16, "counted"),
                ("Công Tằng Tôn Nữ Hoàng Phương Thảo", "missing_out", None, "pending"),
                ("Đặng Minh Tuấn", "absent", 240, "excused"),
                ("Phan Anh Khoa", "early", 22, "partly_excused"),
            ]
        )
    )
    units = (UnitOption("UB", "Ủy ban nhân dân phường Tân Lập"), UnitOption("VP", "Văn phòng", 1))
    return ViolationsPage(rows, 1204, 2, 50, units, ViolationFilter("VP", "", date(2026, 11, 1), None))
