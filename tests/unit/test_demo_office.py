"""The invented office of the demo: whole, repeatable, without contradictions, true to what it tells of itself."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from api.cli.demo import SITUATIONS, DemoOffice, build_office
from attendance.facts import Enrolment
from attendance.services.access import ROLES

SUNDAY = date(2026, 11, 22)
MONDAY = date(2026, 11, 23)
DAYS = {
    "sunday": SUNDAY,
    "monday": MONDAY,
    "new year": date(2026, 1, 1),
    "winter begins": date(2026, 10, 16),
    "summer in the period": date(2026, 5, 10),
    "leap day": date(2028, 2, 29),
    "after the lunar new year": date(2027, 2, 22),
}
MINUTE = timedelta(minutes=1)
LAST_MOMENT = time(23, 59, 59)


def office_on(today: date, at: time = time(10, 0), **wishes: int) -> DemoOffice:
    return build_office(today, now=datetime.combine(today, at), **wishes)


@pytest.fixture(scope="module", params=list(DAYS.values()), ids=list(DAYS))
def office(request: pytest.FixtureRequest) -> DemoOffice:
    """An office whose today is over, so that all that is told has happened."""
    return office_on(request.param, LAST_MOMENT)


def holder(enrolments: list[Enrolment], on: date) -> list[str]:
    return [
        enrolment.employee
        for enrolment in enrolments
        if (enrolment.from_on or date.min) <= on <= (enrolment.to_on or date.max)
    ]


def enrolments_by_number(office: DemoOffice) -> dict[tuple[str, str], list[Enrolment]]:
    found: dict[tuple[str, str], list[Enrolment]] = defaultdict(list)
    for enrolment in office.enrolments:
        found[enrolment.terminal, enrolment.pin].append(enrolment)
    return found


def true_times(office: DemoOffice) -> dict[tuple[str, date], list[tuple[datetime, str]]]:
    """The punches of every person-day with their terminals, by true time, without the one of the year 2000."""
    numbers = enrolments_by_number(office)
    fast = {offset.terminal: timedelta(seconds=offset.offset_seconds) for offset in office.clock_offsets}
    found: dict[tuple[str, date], list[tuple[datetime, str]]] = defaultdict(list)
    for terminal, punches in office.punches.items():
        for punch in punches:
            at = punch.wall_time - fast.get(terminal, timedelta())
            if at.year >= 2010:
                (employee,) = holder(numbers[terminal, punch.pin], at.date())
                found[employee, at.date()].append((at, terminal))
    return {whom: sorted(times) for whom, times in found.items()}


def sessions_on(office: DemoOffice, code: str, on: date) -> tuple[datetime, datetime, datetime, datetime]:
    """Read from the schedules as a loader would, not from the generator."""
    (version,) = [
        version
        for version in office.schedules[code]["versions"]
        if date.fromisoformat(version["from"]) <= on <= date.fromisoformat(version["to"])
    ]
    am, pm = version["sessions"]["am"], version["sessions"]["pm"]
    first, second, third, fourth = (datetime.combine(on, time.fromisoformat(edge)) for edge in (*am, *pm))
    return first, second, third, fourth


def two_punch_days(office: DemoOffice) -> set[tuple[str, date]]:
    return {
        (post.employee, day)
        for post in office.assignments
        for day in office.working_days
        if post.unit.startswith("X1") and post.from_on <= day <= (post.to_on or date.max)
    }


def test_it_has_the_promised_size() -> None:
    office = office_on(SUNDAY)
    assert len(office.employees) == len({person.code for person in office.employees}) == 120
    assert len({person.name for person in office.employees}) == 120
    assert [unit.code for unit in office.units if unit.parent == "H"] == ["X1", "X2", "X3"]
    assert sorted(terminal.behaviour for terminal in office.terminals) == ["dead", "fast_clock", "flaky", "good"]
    assert office.first_on == SUNDAY - timedelta(days=45)
    assert sum(map(len, office.punches.values())) > 10_000
    assert [login.role for login in office.logins] == [*dict.fromkeys(login.role for login in office.logins)]
    assert {login.role for login in office.logins} == set(ROLES)
    (mine,) = [login.employee for login in office.logins if login.role == "official"]
    assert mine in {person.code for person in office.employees}
    assert len({terminal.serial for terminal in office.terminals}) == 4
    units = {unit.code for unit in office.units}
    assert {post.unit for post in office.assignments} | {terminal.unit for terminal in office.terminals} <= units
    assert {unit.schedule for unit in office.units} - {None} == set(office.schedules)


def test_the_same_arguments_give_the_same_office() -> None:
    assert office_on(MONDAY) == office_on(MONDAY)
    assert office_on(MONDAY, seed=8).punches != office_on(MONDAY).punches


def test_every_situation_is_in_the_days_before_today(office: DemoOffice) -> None:
    assert set(office.told) == set(SITUATIONS)
    assert [s for s in SITUATIONS if not any(on < office.today for _, on in office.told[s])] == []


@pytest.mark.parametrize("today", [SUNDAY, MONDAY])
def test_the_latest_working_day_has_every_daily_situation(today: date) -> None:
    office = office_on(today)
    latest = office.working_days[-1]
    rare = {"terminal_off", "impossible_date", "transferred", "joined", "left", "pin_reused"}
    assert [s for s in SITUATIONS if s not in rare and all(on != latest for _, on in office.told[s])] == []


def test_most_days_are_simply_punctual(office: DemoOffice) -> None:
    judged = {
        whom
        for situation, found in office.told.items()
        if situation not in ("dead_terminal", "terminal_off", "transferred", "joined", "left", "pin_reused")
        for whom in found
    }
    assert 0.89 < len(set(office.told["on_time"])) / len(judged) < 0.95


def test_nobody_is_told_two_contrary_things(office: DemoOffice) -> None:
    verdicts = (
        "on_time", "late", "early", "missing_in", "missing_out", "absent", "absent_half", "leave_day", "leave_half",
        "mission_day", "mission_window", "terminal_off", "dead_terminal",
    )  # fmt: skip
    told = [whom for verdict in verdicts for whom in office.told[verdict]]
    serving = {
        (post.employee, day)
        for post in office.assignments
        for day in office.working_days
        if post.from_on <= day <= (post.to_on or date.max)
    }
    assert len(told) == len(set(told))
    assert set(told) == serving


def test_assignments_of_a_person_do_not_overlap(office: DemoOffice) -> None:
    spans: dict[str, list[tuple[date, date]]] = defaultdict(list)
    for post in office.assignments:
        spans[post.employee].append((post.from_on, post.to_on or date.max))
    assert set(spans) == {person.code for person in office.employees}
    for mine in spans.values():
        mine.sort()
        assert all(start <= end for start, end in mine)
        assert all(earlier[1] < later[0] for earlier, later in pairwise(mine))
    (mover, moved_on) = office.told["transferred"][0]
    assert [start for start, _ in spans[mover]] == [office.first_on, moved_on]


def test_a_number_on_a_terminal_is_one_person_at_a_time(office: DemoOffice) -> None:
    for enrolments in enrolments_by_number(office).values():
        for day in office.working_days:
            assert len(holder(enrolments, day)) <= 1
    # A terminal that keeps numbers, not texts, must not see two people in "15" and "0015".
    texts = {(enrolment.terminal, enrolment.pin) for enrolment in office.enrolments}
    assert len({(terminal, int(pin)) for terminal, pin in texts}) == len(texts)
    assert any(pin.startswith("0") for _, pin in texts)
    reused = [found for found in enrolments_by_number(office).values() if len(found) > 1]
    assert [sorted(e.employee for e in found) for found in reused] == [
        sorted([office.told["left"][0][0], office.told["pin_reused"][0][0]])
    ]


def test_every_punch_belongs_to_a_person_serving_on_a_working_day(office: DemoOffice) -> None:
    told_days = {whom for found in office.told.values() for whom in found}
    assert set(true_times(office)) <= told_days
    assert {on for _, on in true_times(office)} == set(office.working_days)


def test_the_terminal_that_was_off_recorded_nothing(office: DemoOffice) -> None:
    (outage,) = office.outages
    assert outage.mode == "dead"
    walls = [punch.wall_time for punch in office.punches[outage.terminal]]
    assert not [wall for wall in walls if outage.starts <= wall < outage.ends]
    assert [wall for wall in walls if wall.date() == outage.starts.date() and wall >= outage.ends]


def test_one_punch_is_of_the_year_2000_and_stands_where_it_arrived(office: DemoOffice) -> None:
    (outage,) = office.outages
    log = office.punches[outage.terminal]
    (place,) = [n for n, punch in enumerate(log) if punch.wall_time.year == 2000]
    assert log[place - 1].wall_time < outage.starts < outage.ends < log[place + 1].wall_time
    rest = [punch.wall_time for punch in log if punch.wall_time.year != 2000]
    assert rest == sorted(rest)


def test_no_record_is_doubled(office: DemoOffice) -> None:
    for punches in office.punches.values():
        assert len(punches) == len(set(punches))


def test_punctual_people_met_every_required_time(office: DemoOffice) -> None:
    times, two = true_times(office), two_punch_days(office)
    for whom in office.told["on_time"]:
        am_start, am_end, pm_start, pm_end = sessions_on(office, "HC", whom[1])
        seen = [at for at, _ in times[whom]]
        assert seen[0] < am_start + MINUTE
        assert seen[-1] >= pm_end
        noon = am_end + (pm_start - am_end) / 2
        if whom not in two:
            assert max(at for at in seen if at <= noon) >= am_end
            assert min(at for at in seen if at > noon) <= pm_start


@pytest.mark.parametrize("verdict", ["late", "early"])
def test_late_and_early_people_missed_one_by_a_whole_minute(office: DemoOffice, verdict: str) -> None:
    times, two = true_times(office), two_punch_days(office)
    for whom in office.told[verdict]:
        am_start, am_end, pm_start, pm_end = sessions_on(office, "HC", whom[1])
        seen = [at for at, _ in times[whom]]
        assert len(seen) == (2 if whom in two else 4)
        required = (am_start, pm_end) if whom in two else (am_start, am_end, pm_start, pm_end)
        late = [at >= due + MINUTE for at, due in zip(seen[::2], required[::2], strict=True)]
        early = [at <= due - MINUTE for at, due in zip(seen[1::2], required[1::2], strict=True)]
        assert (sum(late), sum(early)) == ((1, 0) if verdict == "late" else (0, 1))


def test_forgotten_punches_and_absences_leave_as_many_punches_as_they_should(office: DemoOffice) -> None:
    times, two = true_times(office), two_punch_days(office)
    for situation, of_four, of_two in (
        ("missing_in", 3, 1),
        ("missing_out", 3, 1),
        ("absent", 0, 0),
        ("absent_half", 2, 2),
        ("leave_day", 0, 0),
        ("leave_half", 2, 2),
        ("mission_day", 0, 0),
        ("mission_window", 4, 2),
    ):
        for whom in office.told[situation]:
            assert len(times.get(whom, ())) == (of_two if whom in two else of_four), (situation, whom)


def test_papers_carry_invented_documents_and_were_approved_before_their_day(office: DemoOffice) -> None:
    leaves = {(leave.employee, leave.on) for leave in office.leaves}
    missions = {(mission.employee, mission.starts.date()) for mission in office.missions}
    assert leaves == {*office.told["leave_day"], *office.told["leave_half"]}
    assert missions == {*office.told["mission_day"], *office.told["mission_window"]}
    assert len(leaves) == len(office.leaves)
    for paper, on in [(leave, leave.on) for leave in office.leaves] + [(m, m.starts.date()) for m in office.missions]:
        assert "MAU" in paper.document
        assert paper.approved_at is not None
        assert paper.approved_at.tzinfo is UTC
        assert paper.approved_at.date() < on
    dated = [*office.calendar, *(version for plan in office.schedules.values() for version in plan["versions"])]
    assert all("MAU" in entry["document"] for entry in dated)


def test_the_fast_clock_makes_the_punctual_look_late_and_hides_who_left_early(office: DemoOffice) -> None:
    times = true_times(office)
    fast = timedelta(seconds=420)
    for whom in office.told["fast_clock"]:
        am_start, *_ = sessions_on(office, "HC", whom[1])
        at, terminal = times[whom][0]
        assert terminal == "T-X3"
        assert at < am_start < am_start + MINUTE <= at + fast
    for whom in office.told["fast_clock_early"]:
        *_, pm_end = sessions_on(office, "HC", whom[1])
        assert times[whom][-1][0] < pm_end <= times[whom][-1][0] + fast


def test_repeats_lie_within_a_minute_and_guests_punch_elsewhere(office: DemoOffice) -> None:
    times = true_times(office)
    for whom in office.told["duplicate"]:
        seen = [at for at, _ in times[whom]]
        assert timedelta() < seen[1] - seen[0] <= MINUTE
    for whom in office.told["off_site"]:
        assert len({terminal for _, terminal in times[whom]}) == 2


def test_people_behind_the_dead_terminal_punch_nowhere_else(office: DemoOffice) -> None:
    times = true_times(office)
    for whom in office.told["dead_terminal"]:
        assert {terminal for _, terminal in times[whom]} == {"T-X2"}


def test_the_calendar_closes_a_day_and_swaps_a_pair(office: DemoOffice) -> None:
    kinds = {entry["kind"]: entry for entry in office.calendar if entry["date"] < office.today.isoformat()}
    assert date.fromisoformat(kinds["stoppage"]["date"]) not in office.working_days
    off, worked = kinds["swapped_off"], kinds["swapped_work"]
    assert (off["for"], worked["for"]) == (worked["date"], off["date"])
    assert date.fromisoformat(worked["date"]).weekday() == 5
    assert date.fromisoformat(worked["date"]) in office.working_days
    assert len({entry["date"] for entry in office.calendar}) == len(office.calendar)


def test_history_and_what_is_still_to_come_make_the_day() -> None:
    morning, evening = office_on(MONDAY), office_on(MONDAY, LAST_MOMENT)
    assert evening.upcoming == ()
    assert [punch.due for punch in morning.upcoming] == sorted(punch.due for punch in morning.upcoming)
    assert all(punch.due > morning.now for punch in morning.upcoming)
    for terminal, log in evening.punches.items():
        later = [punch[3:] for punch in morning.upcoming if punch.terminal == terminal]
        told_later = [(punch.wall_time, punch.state, punch.verify) for punch in log[len(morning.punches[terminal]) :]]
        assert log[: len(morning.punches[terminal])] == morning.punches[terminal]
        assert told_later == later
    today = [punch for log in morning.punches.values() for punch in log if punch.wall_time.date() == MONDAY]
    assert today
    assert morning.told == evening.told


def test_nobody_comes_on_a_day_off() -> None:
    assert office_on(SUNDAY).upcoming == office_on(date(2026, 1, 1)).upcoming == ()
    assert SUNDAY not in office_on(SUNDAY).working_days


def test_it_refuses_a_moment_of_another_day_and_an_office_too_small_for_its_stories() -> None:
    with pytest.raises(ValueError, match="2026-11-23"):
        build_office(MONDAY, now=datetime.combine(SUNDAY, time(10)))
    with pytest.raises(ValueError, match="naive"):
        build_office(MONDAY, now=datetime.combine(MONDAY, time(10), tzinfo=UTC))
    with pytest.raises(ValueError, match="people"):
        office_on(MONDAY, people=12)
    with pytest.raises(ValueError, match="days"):
        office_on(MONDAY, days=10)
    assert len(office_on(MONDAY, days=40, people=80).employees) == 80
