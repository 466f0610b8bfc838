"""What is shipped: each season from its first day to its last, the days off of each year, and what others computed."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from attendance.errors import Invalid, NoVersionInForce
from attendance.facts import Unit
from attendance.rules.calendar import Calendar
from attendance.rules.comparing import compare_year
from attendance.rules.overruling import refuse_across
from attendance.rules.rule_file import read_rule_file
from attendance.rules.rulebook import Rulebook
from attendance.rules.schedule import Schedule
from attendance.rules.shipped import NAMES, open_rules, shipped
from attendance.rules.toml_reading import parse_toml
from attendance.rules.validity import cut_all, gaps, meet

DAY = timedelta(days=1)
SUMMER = {"am": (420, 690), "pm": (810, 1020)}  # 07:00-11:30, 13:30-17:00
SEASONS = [  # first day, last day, hours, document; as the notices found say
    ("NGHE_AN", date(2016, 10, 17), date(2017, 4, 15), {"am": (450, 720), "pm": (810, 1020)}, ""),
    ("NGHE_AN", date(2023, 4, 16), date(2023, 10, 15), SUMMER, ""),
    ("NGHE_AN", date(2024, 4, 16), date(2024, 10, 15), SUMMER, "Thông báo 248/TB-UBND, 1/4/2024"),
    ("HAI_DUONG", date(2023, 11, 1), date(2024, 3, 31), {"am": (450, 720), "pm": (780, 990)}, ""),
    ("HAI_DUONG", date(2024, 4, 1), date(2024, 10, 31), SUMMER, ""),
]


def schedules() -> dict[str, Schedule]:
    return {
        written.code: Schedule(written.code, tuple(version.value for version in written.versions))
        for name in NAMES
        for written in shipped(name).schedules
    }


def book(code: str) -> Rulebook:
    return Rulebook([Unit("A", schedule=code)], schedules())


def hours_on(code: str, on: date) -> dict[str, tuple[int, int]]:
    return {s.name: (s.starts, s.ends) for s in book(code).schedule_of("A", None, on).on(on).sessions}


@pytest.mark.parametrize(("code", "first", "last", "hours", "document"), SEASONS)
def test_a_season_holds_from_its_first_day_to_its_last(
    code: str, first: date, last: date, hours: dict[str, tuple[int, int]], document: str
) -> None:
    for on in (first, last):
        assert hours_on(code, on) == hours
    plan = book(code).plan("A", None, first)
    assert (plan.citations[0].document, plan.citations[0].from_on) == (document, first)
    for outside, neighbour in ((first - DAY, -DAY), (last + DAY, DAY)):
        beside = [season for season in SEASONS if season[0] == code and season[1] <= outside <= season[2]]
        if beside:
            assert hours_on(code, outside) == beside[0][3]
            continue
        with pytest.raises(NoVersionInForce) as caught:
            hours_on(code, outside)
        assert f"schedule {code}" in str(caught.value)
        assert outside.isoformat() in str(caught.value), neighbour


def test_every_shipped_season_is_in_the_table_above() -> None:
    told = {(code, v.from_on, v.to_on) for code, schedule in schedules().items() for v in schedule.versions}
    assert told == {(code, first, last) for code, first, last, *_ in SEASONS}


def test_nobody_has_hours_that_were_not_announced() -> None:
    for code in schedules():
        with pytest.raises(NoVersionInForce):
            hours_on(code, date(2026, 11, 24))


DAYS_OFF = {  # workdays off, as announced; weekends beside them are off anyway
    2023: "1-2 1-20 1-23 1-24 1-25 1-26 5-1 5-2 5-3 9-1 9-4",
    2024: "1-1 2-8 2-9 2-12 2-13 2-14 4-18 4-29 4-30 5-1 9-2 9-3",
    2025: "1-1 1-27 1-28 1-29 1-30 1-31 4-7 4-30 5-1 5-2 9-1 9-2",
    2026: "1-1 1-2 2-16 2-17 2-18 2-19 2-20 4-27 4-30 5-1 8-31 9-1 9-2",
}
SWAPS = {
    date(2024, 4, 29): date(2024, 5, 4),
    date(2025, 5, 2): date(2025, 4, 26),
    date(2026, 1, 2): date(2026, 1, 10),
    date(2026, 8, 31): date(2026, 8, 22),
}


@pytest.mark.parametrize("year", sorted(DAYS_OFF))
def test_the_days_off_of_a_year_are_those_announced(year: int) -> None:
    entries = [w.entry for w in shipped("calendar").entries if w.status == "confirmed" and w.entry.on.year == year]
    off = {entry.on for entry in entries if entry.kind != "swapped_work"}
    assert off == {date(year, *map(int, day.split("-"))) for day in DAYS_OFF[year].split()}
    assert all(on.weekday() < 5 for on in off)
    assert {entry.on: entry.pair_on for entry in entries if entry.kind == "swapped_off"} == {
        away: work for away, work in SWAPS.items() if away.year == year
    }
    worked = [entry for entry in entries if entry.kind == "swapped_work"]
    assert all(entry.on.weekday() == 5 and SWAPS[entry.pair_on or entry.on] == entry.on for entry in worked)


def test_the_only_day_that_waits_is_the_24th_of_november_2026() -> None:
    waiting = [w.entry for w in shipped("calendar").entries if w.status == "announced"]
    assert [(entry.on, entry.kind) for entry in waiting] == [(date(2026, 11, 24), "holiday")]
    assert "80-NQ/TW" in waiting[0].citation.document


def test_nothing_after_2026_is_shipped() -> None:
    assert max(w.entry.on for w in shipped("calendar").entries) <= date(2026, 12, 31)


def test_our_calendar_differs_from_the_library_only_where_it_is_known_to() -> None:
    entries = shipped("calendar").entries
    decided = Calendar(w.entry for w in entries if w.status == "confirmed")
    waiting = [w.entry for w in entries if w.status == "announced"]
    found = [d for year in range(2023, 2027) for d in compare_year(decided, waiting, year)]
    assert [(d.on, d.off, d.kind, d.announced, d.theirs_off, d.theirs) for d in found] == [
        (date(2026, 1, 2), True, "swapped_off", False, False, ""),
        (date(2026, 1, 10), False, "swapped_work", False, True, ""),
        (date(2026, 11, 24), False, "holiday", True, True, "Ngày Văn hóa Việt Nam"),
    ]
    assert found[0].document == "12729/VPCP-KGVX, 25/12/2025"


def test_a_calendar_without_entries_differs_on_every_day_the_library_names() -> None:
    found = list(compare_year(Calendar(), [], 2025, "en"))
    assert len(found) == 13  # twelve days off, and the Saturday worked for one of them
    assert {d.kind for d in found} == {""}
    assert Counter(d.theirs_off for d in found) == {True: 12, False: 1}


def test_leave_is_what_the_sheet_knows_and_every_document_was_found() -> None:
    kinds = {written.value.code: written.value for written in shipped("leave").leaves}
    assert set(kinds) == {"P", "H", "Nb", "No", "Ô", "Cô", "Ts", "T", "N", "LĐ"}
    assert {kind.document for kind in kinds.values()} == {""}
    assert kinds["No"].pay == "unpaid"
    exemptions = {written.value.code: written.value for written in shipped("exemptions").exemptions}
    assert (exemptions["nursing"].minutes_per_day, exemptions["menstruation"].minutes_per_day) == (60, 30)
    assert exemptions["menstruation"].limits == {"days_per_month_at_least": 3}


def test_a_name_that_is_neither_file_nor_shipped_says_what_there_is() -> None:
    with pytest.raises(Invalid, match="calendar, exemptions"):
        open_rules("nowhere.toml")
    with pytest.raises(Invalid, match="nghe_an"):
        shipped("nowhere")


# rules of several files, spans ---------------------------------------------------------------------------------------


def test_what_the_nation_keeps_to_itself_no_other_file_decides() -> None:
    def file(scope: str, **more: str) -> object:
        listed = "".join(f"{key.rstrip('_')} = {value}\n" for key, value in more.items())
        text = f'rules = 1\n[scope]\n{scope}\n[[rule]]\nid = "late_grace_minutes"\nvalue = 5\n{listed}'
        return read_rule_file(parse_toml(text.encode()), scope)

    wide = file("nation = true", allows='["province"]', to="2026-03-31")
    unit, province = file('unit = "A"'), file('province = "X"')
    later = file('unit = "B"', from_="2026-04-01")
    found = refuse_across([wide, unit, province, later])  # type: ignore[list-item]
    assert [(source, refusal.path, refusal.code) for source, refusal in found] == [
        ('unit = "A"', "rule[0]", "scope_not_allowed")
    ]


def test_spans_are_cut_and_their_gaps_found() -> None:
    one, two, three = (date(2026, 1, n) for n in (1, 2, 3))
    ten, twenty = date(2026, 1, 10), date(2026, 1, 20)
    assert cut_all((None, None), [(three, ten)]) == [(None, two), (ten + DAY, None)]
    assert cut_all((one, twenty), [(None, two), (ten, None)]) == [(three, ten - DAY)]
    assert cut_all((one, two), [(None, None)]) == []
    assert cut_all((one, two), [(three, None)]) == [(one, two)]
    assert gaps([(three, ten), (None, one), (twenty, None)]) == [(two, two), (ten + DAY, twenty - DAY)]
    assert gaps([(one, two), (three, None)]) == []
    assert meet((one, two), (two, None))
    assert not meet((one, two), (three, None))
