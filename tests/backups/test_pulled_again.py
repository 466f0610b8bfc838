"""What happened after a backup is read again from terminals: the same punches and verdicts as before, none double."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from attendance import clock
from attendance.services.backups.making import make_backup
from attendance.services.backups.restoring import Restored, Wish, restore
from attendance.services.evaluate import evaluate_dirty
from attendance.store import papers, registering, restorations
from attendance.store.database import Database
from attendance.store.restorations import Restoration
from attendance.store.trail import Actor, record
from device_sync.push import covering
from device_sync.simulator import SimulatedTerminal
from tests.builders import HOURS, RECORDED_AT, WEEK, ZONE, bring, export_of, puller_for, rows, stored_punches
from tests.pushing import Pushing, Ticking, approve, pushing_to

MONDAY = date(2026, 3, 2)
TIMES = ("07:21:10", "12:02:00", "13:18:30", "17:05:20")
PINS = {"T-A": "1001", "T-B": "1002", "T-C": "1003"}
SETTLED = {"seconds": covering.SETTLE.total_seconds() + 1}
VERDICTS = (
    "SELECT e.code, r.work_date, r.day_kind, r.scheduled_min, r.worked_min, r.credited_min, r.unverified_min, "
    "CAST(r.symbols AS TEXT), CAST(r.flags AS TEXT) FROM ruling r JOIN employee e ON e.id = r.employee_id "
    "WHERE r.superseded_at IS NULL ORDER BY 1, 2"
)


@dataclass
class Week:
    """An office with a terminal that is pulled, one whose export is brought, one that pushes; one person at each."""

    database: Database
    at: Ticking
    pulled: SimulatedTerminal
    pushing: Pushing

    def live(self, on: date) -> None:
        """Everybody comes and goes; E1 late by a quarter of an hour on Wednesdays."""
        for place, text in enumerate(TIMES):
            moment = datetime.fromisoformat(f"{on}T{text}")
            if place == 0 and on.weekday() == 2:
                moment += timedelta(minutes=24)
            self.pulled.punch(PINS["T-A"], at=moment)
            self.pushing.punch((PINS["T-C"], clock.wall_seconds(moment), 0, 1))
        self.at.at = clock.to_instant(datetime.fromisoformat(f"{on}T19:00"), ZONE)
        self.read()

    def read(self) -> None:
        """What the timetable does in an evening."""
        puller_for(self.database, now=self.at).pull("T-A")
        self.pushing.poll()
        self.at.pass_by(**SETTLED)
        self.pushing.poll()

    def bring(self, until: date) -> None:
        """The export of the terminal without a line."""
        days = [MONDAY + timedelta(days=n) for n in range((until - MONDAY).days + 1)]
        keys = [
            (PINS["T-B"], clock.wall_seconds(datetime.fromisoformat(f"{on}T{text}")), 0, 1)
            for on in days if on.weekday() < 5 for text in TIMES
        ]  # fmt: skip
        bring(self.database, export_of(keys), at=self.at(), terminal="T-B")

    def judge(self) -> list[tuple[Any, ...]]:
        evaluate_dirty(self.database, ZONE, self.at())
        return rows(self.database, VERDICTS)

    def punches(self) -> dict[str, list[Any]]:
        return {code: sorted(stored_punches(self.database, code)) for code in PINS}

    def back_up(self, folder: Path) -> Path:
        return make_backup(self.database, folder / "a.backup", now=self.at).path

    def restore(self, backup: Path) -> Restored:
        done = restore(Wish(self.database.url, backup, backup.parent, replace=True, now=self.at))
        self.database.engine.dispose()
        assert done.wrong == ()
        return done

    def restoration(self) -> Restoration:
        with self.database.reading() as session:
            return restorations.restorations(session, lambda at: clock.to_wall(at, ZONE))[0]

    def states(self) -> dict[str, str]:
        return {each.code: each.state for each in self.restoration().terminals}


@contextmanager
def office(database: Database) -> Iterator[Week]:
    at = Ticking(datetime(2026, 3, 1, 19))
    with SimulatedTerminal(users=3, now=at).running() as pulled:
        with database.writing() as session:
            registering.add_schedule(session, "HC", at=RECORDED_AT)
            registering.add_schedule_version(
                session, "HC", sessions=HOURS, weekdays=WEEK, document="QD 1", at=RECORDED_AT
            )
            registering.add_unit(session, "A", schedule="HC", at=RECORDED_AT)
            for number, (code, pin) in enumerate(PINS.items(), 1):
                host = {"host": "127.0.0.1", "port": pulled.port} if code == "T-A" else {}
                registering.add_terminal(session, code, unit="A", at=RECORDED_AT, **host)  # type: ignore[arg-type]
                who = f"E{number}"
                registering.add_employee(session, who, at=RECORDED_AT)
                registering.assign(session, who, "A", from_on=date(2020, 1, 1), terminals=[code], at=RECORDED_AT)
                registering.enrol(session, code, pin, who, at=RECORDED_AT)
        pushing = pushing_to(database, at)
        pushing.start()
        approve(database, terminal="T-C")
        week = Week(database, at, pulled, pushing)
        week.read()
        yield week


NOT_LOST = (
    "export.made", "export.cut", "report.asked", "report.made", "checkpoint.made", "draw.made", "visit.dropped",
    "visit.begun", "visit.noted", "minutes.written",
)  # fmt: skip
"""What nobody enters again, and what would tell of a plan or of a visit that runs."""


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def test_the_same_punches_and_verdicts_as_before_and_none_double(sqlite_database: Database, tmp_path: Path) -> None:
    comes_back(sqlite_database, tmp_path)


@pytest.mark.long
@pytest.mark.postgres
def test_the_same_on_postgresql(postgres_database: Database, tmp_path: Path) -> None:
    comes_back(postgres_database, tmp_path)


def comes_back(database: Database, tmp_path: Path) -> None:
    with office(database) as week:
        for number in range(2):
            week.live(day(number))
        week.bring(day(1))
        week.judge()
        backup, data_at = week.back_up(tmp_path), week.at()
        with database.writing() as session:
            papers.add_leave(session, "E1", day(8), document="ĐP 9", approved_at=week.at(), at=week.at())
            for act in NOT_LOST:
                record(session, Actor("Hoa"), act, kind="visit", key="x", at=week.at())
        for number in range(2, 5):
            week.live(day(number))
        week.bring(day(4))
        verdicts, punches = week.judge(), week.punches()
        assert [row for row in verdicts if row[6]] == []
        week.at.pass_by(hours=5)
        done = week.restore(backup)

        # it says what it is: from when to when, which terminals owe their log, what was entered in between
        assert (done.terminals, done.lost.is_known) == (3, True)
        assert [(act["act"], act["key"], act["by"]) for act in done.lost.acts] == [("paper.filed", "1", "console")]
        assert (week.restoration().data_at, week.restoration().restored_at) == (data_at, week.at())
        assert week.states() == dict.fromkeys(PINS, "waiting")

        # before anything was read nobody was absent in between
        between = [row for row in week.judge() if date.fromisoformat(str(row[1])) > day(1)]
        assert all(row[6] == row[3] and "KP" not in row[7] for row in between)

        week.read()
        assert week.states() == {"T-A": "read", "T-B": "waiting", "T-C": "read"}
        unknown = [row for row in week.judge() if date.fromisoformat(str(row[1])) > day(1) and row[0] == "E2"]
        assert unknown
        assert all(row[6] == row[3] for row in unknown)  # every scheduled minute is unverified
        assert not any("KP" in row[7] for row in unknown)

        week.bring(day(4))
        assert set(week.states().values()) == {"read"}
        found = week.judge()
        assert week.punches() == punches
        assert all(len(each) == len(set(each)) for each in punches.values())
        ended = day(4)
        assert [row for row in found if date.fromisoformat(str(row[1])) <= ended] == [
            row for row in verdicts if date.fromisoformat(str(row[1])) <= ended
        ]


def test_a_log_that_looks_read_already_is_read_from_its_beginning_once(
    sqlite_database: Database, tmp_path: Path
) -> None:
    with office(sqlite_database) as week:
        week.live(day(0))
        week.judge()
        backup = week.back_up(tmp_path)
        week.restore(backup)
        puller = puller_for(sqlite_database, now=week.at)
        filed = puller.pull("T-A")  # nothing came since: counts and prefix say that all of it is known
        assert (filed.outcome, filed.read, filed.new) == ("ok", len(TIMES), 0)
        assert [row[0] for row in rows(sqlite_database, PAYLOAD)][-1] == 0
        puller.pull("T-A")
        assert [row[0] for row in rows(sqlite_database, PAYLOAD)][-1] > 0


PAYLOAD = "SELECT payload_from FROM pull WHERE source = 'pull' AND outcome = 'ok' ORDER BY id"  # where decoding began


def test_a_log_that_was_cleared_in_between_leaves_a_gap_that_nobody_is_absent_in(
    sqlite_database: Database, tmp_path: Path
) -> None:
    with office(sqlite_database) as week:
        week.live(day(0))
        week.judge()
        backup = week.back_up(tmp_path)
        week.live(day(1))
        week.judge()
        week.restore(backup)
        week.pulled.erase_log()
        week.live(day(2))
        assert week.states()["T-A"] == "gap"
        lost = [row for row in week.judge() if row[0] == "E1" and str(row[1]) == str(day(1))]
        assert [(row[6], "KP" in row[7]) for row in lost] == [(480, False)]


def test_an_answer_to_a_question_of_the_days_that_are_lost_covers_nothing(
    sqlite_database: Database, tmp_path: Path
) -> None:
    with office(sqlite_database) as week:
        week.live(day(0))
        backup = week.back_up(tmp_path)
        week.live(day(1))
        old = [int(command.split(":")[1]) for command in week.pushing.commands]
        week.restore(backup)
        week.pushing.returns = -2  # it refuses what it is asked, and tells again of what it was asked before
        week.pushing.poll()
        new = [int(command.split(":")[1]) for command in week.pushing.commands][len(old) :]
        assert new
        assert not set(new) & set(range(max(old) + 1_000))
        for number in range(1, max(old) + 1_000, 7):
            week.pushing.send("devicecmd", f"SN={week.pushing.serial}", f"ID={number}&Return=0&CMD=DATA\n".encode())
        week.at.pass_by(**SETTLED)
        week.pushing.poll()
        assert week.states()["T-C"] == "waiting"


@pytest.mark.long
def test_the_whole_log_of_a_pushing_terminal_is_wanted_until_it_was_told_so(
    sqlite_database: Database, tmp_path: Path
) -> None:
    with office(sqlite_database) as week:
        week.live(day(0))
        week.restore(week.back_up(tmp_path))
        week.pushing.punch((PINS["T-C"], clock.wall_seconds(datetime(2026, 3, 3, 7, 20)), 0, 1))
        assert rows(sqlite_database, "SELECT whole_log_wanted FROM push_device") == [(1,)]
        assert "Stamp=0" in week.pushing.start().text
        week.pushing.punch((PINS["T-C"], clock.wall_seconds(datetime(2026, 3, 3, 12, 1)), 0, 1))
        assert rows(sqlite_database, "SELECT whole_log_wanted FROM push_device") == [(0,)]


@pytest.mark.long
def test_where_nothing_stood_nobody_can_say_what_is_lost(sqlite_database: Database, tmp_path: Path) -> None:
    with office(sqlite_database) as week:
        week.live(day(0))
        backup = week.back_up(tmp_path)
        done = restore(Wish(f"sqlite:///{tmp_path / 'new.db'}", backup, tmp_path, now=week.at))
        assert (done.lost.is_known, done.lost.total, done.terminals) == (False, 0, 3)


@pytest.mark.long
def test_a_database_that_went_another_way_is_not_taken_for_what_came_after(
    sqlite_database: Database, tmp_path: Path
) -> None:
    with office(sqlite_database) as week:
        backup = week.back_up(tmp_path)
        week.at.pass_by(minutes=2)
        week.restore(backup)
        week.at.pass_by(minutes=2)
        with sqlite_database.writing() as session:
            record(session, Actor("Hoa"), "paper.filed", kind="paper", key="1", at=week.at())
        other = week.back_up(tmp_path / "second")
        with sqlite_database.writing() as session:
            record(session, Actor("Hoa"), "paper.filed", kind="paper", key="2", at=week.at())
        assert [act["key"] for act in week.restore(other).lost.acts] == ["2"]
        week.at.pass_by(minutes=2)
        with sqlite_database.writing() as session:
            record(session, Actor("Hoa"), "paper.filed", kind="paper", key="3", at=week.at())
        assert [act["key"] for act in week.restore(backup).lost.acts] == ["1", "3"]


@pytest.mark.long
def test_a_restoration_is_told_of_a_restoration_before_it(sqlite_database: Database, tmp_path: Path) -> None:
    with office(sqlite_database) as week:
        backup = week.back_up(tmp_path)
        for _ in range(3):
            week.at.pass_by(hours=1)
            week.live(day(0))
            week.restore(backup)
        assert week.states()["T-A"] == "waiting"
