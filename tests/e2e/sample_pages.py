"""Invented people and offices for the pages: a late morning with a mission, an open day, a tree of units."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from api.pages.users import Span, UserPage, UsersPage
from attendance.rules.schedule import Schedule
from attendance.scenario.document import Scenario, load
from attendance.services.granting import Account, Standing
from attendance.store.grants import Grant
from reports.view import (
    Revision,
    TerminalFreshness,
    TodayPage,
    TodayPerson,
    TodayUnit,
    UnitOption,
    WhyPage,
)
from reports.violations import Reviewed, SavedView, ViolationFilter, ViolationRow, ViolationsPage
from tests.accounts import of_day

DAY = date(2026, 11, 23)


def _grant(number: int, role: str, unit: str | None, state: str, **more: Any) -> Standing:
    begun = datetime(2026, 11, 2, 1, tzinfo=UTC)
    named = {"ends_at": None, "document": "", "visit": "", "revoked_at": None, "revoked_by": ""} | more
    grant = Grant(number, 1, "binh.thanhtra", role, 1, unit, begun, granted_by="minh.qt", recorded_at=begun, **named)
    return Standing(grant, state)


GRANTS = (
    _grant(3, "official", None, "holds"),
    _grant(7, "hr", "UB", "revoked", document="QĐ 12/QĐ-UBND", revoked_by="minh.qt"),
    _grant(12, "inspector", "UB", "holds", document="QĐ 118/QĐ-UBND", visit="Đoàn kiểm tra công vụ đợt 4 năm 2026",
           ends_at=datetime(2026, 12, 5, 17, tzinfo=UTC)),
)  # fmt: skip
OPTIONS = (UnitOption("UB", "Ủy ban nhân dân phường Tân Lập"), UnitOption("VP", "Văn phòng", 1))


def users() -> UsersPage:
    rows = (
        Account("binh.thanhtra", "CC-0031", False, GRANTS),
        Account("kế-toán.hoàng-thị-lan-phương@phuong-tan-lap", None, True, ()),
        Account("minh.qt", None, False, (_grant(1, "administrator", None, "later"),)),
    )
    return UsersPage(rows, 120, 1, "", OPTIONS, {"name": "an", "role": "inspector"}, "visit")


def user() -> UserPage:
    spans = tuple(Span(one, at("08:00"), at("17:00") if one.grant.ends_at else None, None) for one in GRANTS)
    return UserPage(Account("binh.thanhtra", "CC-0031", False, GRANTS), spans, OPTIONS, False, {}, None)


def at(clock: str, day: date = DAY) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}")


TERMINALS = (
    TerminalFreshness("T-01", "Cổng chính", at("08:12"), "healthy", clock_offset_seconds=12),
    TerminalFreshness("T-02", "Nhà B, tầng 2", at("07:20"), "late", "late", "late", clock_offset_seconds=420),
    TerminalFreshness(
        "T-03", "Trạm Y tế", at("16:58", date(2026, 11, 20)), "unreachable", "unreachable", "unreachable",
        since=at("17:03", date(2026, 11, 20)), alarms=(("unreachable", {"failures": 5}),),
    ),
    TerminalFreshness("T-04", "Kho lưu trữ", None, "refused", "wrong_key", "wrong_key", alarms=(("wrong_key", {}),)),
    TerminalFreshness(
        "T-05", "Nhà văn hóa", at("08:10"), "full_soon", "full_by", "full_by",
        {"records": 84_210, "capacity": 100_000, "percent": 84, "date": date(2026, 12, 19)},
        alarms=(("new_user", {"pin": "118"}), ("full_soon", {"percent": 84, "date": "2026-12-19"})),
    ),
    TerminalFreshness("T-06", "Hội trường", at("08:11"), "unverified", "log_changed", "log_changed",
        alarms=(
            ("log_erased", {"at": "2026-11-23T18:02:11"}),
            ("past_changed", {"records_before": 9120, "records_after": 14}),
        )),
    TerminalFreshness("T-07", "Máy cũ", at("17:00", date(2026, 9, 30)), None),
)  # fmt: skip
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


NAMES = {"T-01": "Cổng chính", "T-02": "Nhà B, tầng 2"}
_HOURS = {
    "versions": [
        {
            "from": "2026-10-16",
            "regime": "per_session",
            "sessions": {"am": ["07:30", "11:30"], "pm": ["13:30", "17:00"]},
            "weekdays": ["mon", "tue", "wed", "thu", "fri"],
        }
    ]
}


def _case(terminals: list[str], **parts: Any) -> Scenario:
    """A person under the winter hours of an invented decision."""
    assigned = [{"unit": "VP", "schedule": "MD", "terminals": terminals, "from": "2026-01-01"}]
    content = {
        "scenario": 1,
        "id": "sample",
        "schedules": {"MD": _HOURS},
        "units": [{"code": "VP"}],
        "terminals": [{"code": code, "unit": "VP"} for code in terminals],
        "employees": [{"code": "VP101", "assignments": assigned}],
        **parts,
    }
    scenario = load(content)[0]
    (version,) = scenario.schedules["MD"].versions
    cited = replace(version.citation, document="Quyết định mẫu số 01", article="Điều 2")
    return replace(scenario, schedules={"MD": Schedule("MD", (replace(version, citation=cited),))})


def _page(scenario: Scenario, as_of: datetime | None = None, **changes: Any) -> WhyPage:
    page = of_day(scenario, "VP101", DAY, as_of).page
    return replace(
        page,
        name="Trần Thị Bích Ngọc",
        unit_name="Văn phòng Hội đồng nhân dân và Ủy ban nhân dân",
        punches=tuple(replace(punch, terminal_name=NAMES[punch.terminal]) for punch in page.punches),
        terminal_names=NAMES,
        rule_titles={"schedule.MD": "Giờ làm việc mùa đông"},
        focus=page.violations[0],
        **changes,
    )


def why() -> WhyPage:
    """A late arrival with seconds, a mission at the end of the morning, a corrected clock, an early leave."""
    punches = [
        {"terminal": "T-01", "at": "2026-11-23T07:46:40"},
        {"terminal": "T-01", "at": "2026-11-23T07:47:02"},
        {"terminal": "T-01", "at": "2026-11-23T10:34:00"},
        {"terminal": "T-02", "at": "2026-11-23T13:28:00"},
        {"terminal": "T-01", "at": "2026-11-23T16:37:30"},
        {"terminal": "T-01", "at": "2026-11-23T23:05:00"},
    ]
    facts = [
        {"kind": "mission", "from": "2026-11-23T10:30", "to": "2026-11-23T11:30"},
        {"kind": "clock_offset", "terminal": "T-02", "offset_seconds": 420},
        {
            "kind": "explanation", "date": DAY, "session": "pm", "covers": "early", "minutes": 10,
            "submitted_at": "2026-11-24T08:15", "decision": "approved", "decided_at": "2026-11-24T16:00",
        },
    ]  # fmt: skip
    read = datetime(2026, 11, 24, 16, 5)
    return _page(
        _case(["T-01", "T-02"], punches=punches, facts=facts),
        as_of=read,
        coverage=(
            TerminalFreshness("T-01", "Cổng chính", read, "healthy", clock_offset_seconds=12),
            TerminalFreshness(
                "T-02", "Nhà B, tầng 2", read, "unreachable", "interrupted", "interrupted", clock_offset_seconds=420
            ),
        ),
        revisions=(
            Revision(1, at("12:06"), "first", "424/450 · + / ?"),
            Revision(2, at("17:45"), "coverage", "422/450 · + / +"),
        ),
    )


def unknown_day() -> WhyPage:
    """A lone punch in the morning, an afternoon that the terminal does not cover yet, nothing concluded."""
    case = _case(["T-02"], punches=[{"terminal": "T-02", "at": "2026-11-23T07:26:00"}])
    coverage = (replace(TERMINALS[1], data_until=at("12:40")),)
    return _page(case, at("12:40"), coverage=coverage, provisional=True)


def violations() -> ViolationsPage:
    """A page in the middle of the list, after three lines of it were acted on: one was somebody else's by then."""
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
            "1.0.0",
            question,
            number,
        )
        for number, (name, kind, minutes, status, question) in enumerate(
            [
                ("Trần Thị Bích Ngọc", "late", 16, "counted", "asked"),
                ("Công Tằng Tôn Nữ Hoàng Phương Thảo", "missing_out", None, "pending", ""),
                ("Đặng Minh Tuấn", "absent", 240, "excused", "approved"),
                ("Phan Anh Khoa", "early", 22, "partly_excused", "decide"),
            ]
        )
    )
    units = (UnitOption("UB", "Ủy ban nhân dân phường Tân Lập"), UnitOption("VP", "Văn phòng", 1))
    asked = ViolationFilter("VP", over=5, from_on=date(2026, 11, 1), to_on=DAY, typed_from="1/11/2026")
    return ViolationsPage(
        rows,
        1204,
        units,
        asked,
        first=50,
        before="eA",
        after="eQ",
        verbs=("ask", "confirm", "excuse"),
        views=(
            SavedView(1, "Văn phòng, trên 5 phút", asked.query, True),
            SavedView(2, "Chưa giải trình", "explained=no"),
        ),
        reviewed=Reviewed("excuse", (("done", rows[2]), ("changed", rows[3]), ("gone", None))),
    )
