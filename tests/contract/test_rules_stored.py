"""Rules in the database: filed whole or not at all, known at their moment, and exactly the days they touch marked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from alembic import command
from sqlalchemy import text

from attendance.errors import Invalid
from attendance.reading import Refused
from attendance.rules.overlay import overlay
from attendance.rules.scoped import Scope
from attendance.rules.shipped import shipped
from attendance.services.onboarding import begin_office
from attendance.services.rule_listing import in_force
from attendance.services.rules import adopt
from attendance.store import schema
from attendance.store.database import Database, sqlite_url
from attendance.store.rulebook_reading import read_rulebook
from tests import builders
from tests.contract.rule_office import (
    ADOPTED_AT,
    FIRST,
    IN_A,
    IN_B,
    LAST,
    LATER,
    STOPPAGE,
    amounts,
    build,
    days,
    grace,
    hours,
    judge,
    marks,
    rules,
)


def graces(database: Database, on: date = FIRST, as_of: datetime | None = None) -> dict[str, int]:
    with database.reading() as session:
        book = read_rulebook(session, as_of)
    return {unit: book.policy_of(unit, None, on).late_grace_minutes for unit in ("P", "A", "B")}


def refusals(database: Database, file: object, **options: object) -> list[tuple[str, str, str]]:
    before = amounts(database)
    with pytest.raises(Refused) as caught:
        adopt(database, file, at=ADOPTED_AT, **options)  # type: ignore[arg-type]
    assert amounts(database) == before, "nothing of a refused file is stored"
    return [(refusal.path, refusal.code, refusal.sentence) for refusal in caught.value.refusals]


# as known at ---------------------------------------------------------------------------------------------------------


def test_every_kind_of_rule_is_read_as_it_was_known_at_a_moment(any_database: Database) -> None:
    build(any_database)
    wednesday = date(2026, 3, 4)
    adopt(any_database, rules(grace(5)), at=ADOPTED_AT)
    adopt(any_database, rules(grace(9) + STOPPAGE), replace=True, at=LATER)
    adopt(any_database, rules(hours("HC", "08:00", from_="2026-03-04")), replace=True, at=LATER)

    def seen(as_of: datetime | None) -> tuple[int, str, int]:
        with any_database.reading() as session:
            book = read_rulebook(session, as_of)
        thursday = book.plan("A", None, wednesday + timedelta(days=1)).sessions[0].hours.starts
        return book.policy_of("A", None, FIRST).late_grace_minutes, book.plan("A", None, wednesday).kind, thursday

    second = timedelta(seconds=1)
    assert seen(ADOPTED_AT - second) == (0, "workday", 450)
    assert seen(ADOPTED_AT) == (5, "workday", 450)
    assert seen(LATER - second) == (5, "workday", 450)
    assert seen(LATER) == seen(None) == (9, "stoppage", 480)


def test_each_scope_is_read_with_its_dates_its_allowance_and_its_document(any_database: Database) -> None:
    build(any_database)
    for scope, minutes in (("nation = true", 1), ('province = "X"', 2), (IN_A, 3), ('person = "E1"', 4)):
        adopt(any_database, rules(grace(minutes, from_="2026-03-03", document='"QĐ 9"'), scope), at=ADOPTED_AT)
    with any_database.reading() as session:
        book = read_rulebook(session)
        listed = in_force(session, date(2026, 3, 3), unit="A", person="E1")
    assert {str(version.scope) for version in book.rules.versions} == {"nation", "province P", "unit A", "person E1"}
    assert [
        book.policy_of(*who, date(2026, 3, 3)).late_grace_minutes for who in (("B", None), ("A", None), ("A", "E1"))
    ] == [2, 3, 4]
    assert book.policy_of("A", "E1", date(2026, 3, 2)).late_grace_minutes == 0
    (line,) = (line for line in listed.lines if line.rule == "late_grace_minutes")
    assert (line.value, line.scope, line.document, line.from_on) == (4, "person E1", "QĐ 9", date(2026, 3, 3))
    assert [(step.scope, step.code, step.value, step.taken, step.holds) for step in line.path] == [
        ("nation", "", 1, True, False), ("province", "P", 2, True, False), ("unit", "A", 3, True, False),
        ("person", "E1", 4, True, True),
    ]  # fmt: skip


def test_the_policy_of_an_older_database_becomes_rules_of_the_nation(tmp_path: object) -> None:
    database = Database(sqlite_url(tmp_path / "old.db"))  # type: ignore[operator]
    with database.engine.connect() as connection, connection.begin():
        command.upgrade(schema._config(connection), "0002")
    with database.engine.begin() as connection:
        for number, (values, moment) in enumerate(
            [('{"late_grace_minutes": 5}', "2026-01-01"), ('{"absent_over_minutes": null}', "2026-02-01")]
        ):
            connection.execute(
                text('INSERT INTO policy (id, "values", document, recorded_at) VALUES (:id, :v, :d, :at)'),
                {"id": number + 1, "v": values, "d": "QĐ 4", "at": f"{moment} 00:00:00.000000"},
            )
    schema.upgrade(database)
    found = builders.rows(
        database, "SELECT rule, scope, value, document, recorded_at, withdrawn_at FROM rule_version ORDER BY id"
    )
    assert [(rule, scope, value, document) for rule, scope, value, document, *_ in found] == [
        ("late_grace_minutes", "nation", "5", "QĐ 4"), ("absent_over_minutes", "nation", "null", "QĐ 4"),
    ]  # fmt: skip
    with database.reading() as session:
        then = read_rulebook(session, datetime(2026, 1, 15, tzinfo=UTC))
        now = read_rulebook(session)
    assert [version.rule for version in then.rules.versions] == ["late_grace_minutes"]
    assert [version.rule for version in now.rules.versions] == ["absent_over_minutes"], "the later one held alone"
    database.close()


# adopting ------------------------------------------------------------------------------------------------------------


def test_a_file_adopted_again_changes_nothing(office: Database) -> None:
    file = rules(
        grace(5, from_="2026-03-03", document='"QĐ 12"') + STOPPAGE + hours("CA", "06:00")
        + '[[leave]]\ncode = "R"\nsymbol = "R"\npay = "paid"\nname = {vi = "Việc riêng", en = "Personal"}\n'
        + '[[exemption]]\ncode = "x"\nplacements = ["window"]\nname = {vi = "x", en = "x"}\n'
        + '[[entry]]\ndate = 2026-03-05\nkind = "holiday"\nstatus = "announced"\n'
    )  # fmt: skip
    first = adopt(office, file, at=ADOPTED_AT)
    assert (first.filed, first.standing, first.announced, first.cut) == (6, 0, 1, ())
    judge(office)
    before = amounts(office)
    again = adopt(office, file, replace=True, at=LATER)
    assert (again.filed, again.standing, again.marked, again.cut) == (0, 6, 0, ())
    assert amounts(office) == before


def test_what_overlaps_is_refused_with_the_fix_and_nothing_is_stored(office: Database) -> None:
    adopt(office, rules(grace(5, from_="2026-03-03", to="2026-03-05", document='"QĐ 12"') + STOPPAGE), at=ADOPTED_AT)
    file = rules(
        grace(9, from_="2026-03-05") + hours("HC", "08:00", from_="2026-03-04")
        + '[[entry]]\ndate = 2026-03-04\nkind = "holiday"\n'
    )  # fmt: skip
    found = refusals(office, file)
    assert [(path, code) for path, code, _ in found] == [
        ("rule[0]", "overlap"), ("schedule[0]", "overlap"), ("entry[0]", "overlap"),
    ]  # fmt: skip
    assert all("--replace" in sentence for *_, sentence in found)
    assert "2026-03-03 to 2026-03-05, QĐ 12" in found[0][2]
    assert "stoppage, CV 3" in found[2][2]


def test_replacing_cuts_what_stood_to_the_other_dates_and_says_so(office: Database) -> None:
    adopt(office, rules(grace(5, document='"QĐ 12"'), IN_A), at=ADOPTED_AT)
    done = adopt(office, rules(grace(9, from_="2026-03-04", to="2026-03-05"), IN_A), replace=True, at=LATER)
    assert done.cut == ("late_grace_minutes for unit A is stored always, QĐ 12",)
    with office.reading() as session:
        book = read_rulebook(session)
    held = {on: book.policy_of("A", None, on) for on in days(date(2026, 3, 2), date(2026, 3, 7))}
    assert [policy.late_grace_minutes for policy in held.values()] == [5, 5, 9, 9, 5, 5]
    assert {c.document for c in held[date(2026, 3, 6)].cited} == {"QĐ 12"}
    assert graces(office, as_of=LATER - timedelta(seconds=1))["A"] == 5


PROVINCE, E4 = 'province = "Nghệ An"', 'person = "E4"'
FROM_4, SPAN_4_6 = grace(9, from_="2026-03-04"), grace(9, from_="2026-03-04", to="2026-03-06")
DATES = (
    '[[entry]]\ndate = 2026-03-05\nkind = "holiday"\n[[entry]]\ndate = 2026-03-06\nkind = "stoppage"\nsession = "pm"\n'
)
SEASON = hours("HC", "07:00", from_="2026-03-05", to="2026-03-10")
NATION = "nation = true"


@pytest.mark.parametrize(
    ("scope", "sections"),
    [
        *((scope, sections) for scope in (NATION, PROVINCE, IN_A, E4) for sections in (FROM_4, SPAN_4_6)),
        *((scope, sections) for scope in (NATION, PROVINCE, IN_A) for sections in (STOPPAGE, DATES)),
        (NATION, SEASON),
        (PROVINCE, SEASON),
        (IN_A, FROM_4 + DATES),
    ],
)
def test_after_replacing_the_rules_are_those_of_the_trial(office: Database, scope: str, sections: str) -> None:
    adopt(office, rules(grace(5, to="2026-03-05") + STOPPAGE), at=ADOPTED_AT)
    file = rules(sections, scope)
    with office.reading() as session:
        stored = read_rulebook(session)
    done = adopt(office, file, replace=True, at=LATER)
    tried = overlay(stored, file, done.scope)
    with office.reading() as session:
        now = read_rulebook(session)
    for unit in ("P", "A", "B"):
        for on in days(FIRST, LAST):
            assert now.plan(unit, None, on) == tried.plan(unit, None, on)
            for person in (None, "E1", "E4"):
                assert now.policy_of(unit, person, on) == tried.policy_of(unit, person, on)


def test_an_entry_taken_back_later_is_not_brought_again_by_the_old_file(office: Database) -> None:
    adopt(office, rules(STOPPAGE), at=ADOPTED_AT)
    adopt(office, rules(STOPPAGE.replace("stoppage", "workday")), replace=True, at=LATER)
    adopt(office, rules(STOPPAGE), replace=True, at=LATER + timedelta(hours=1))
    with office.reading() as session:
        assert read_rulebook(session).plan("A", None, date(2026, 3, 4)).kind == "workday"


# scopes --------------------------------------------------------------------------------------------------------------


def test_a_province_holds_at_the_top_of_the_tree_or_where_it_is_told(office: Database) -> None:
    assert adopt(office, rules(grace(2), 'province = "X"'), at=ADOPTED_AT).scope == Scope("province", "P")
    assert adopt(office, rules(grace(3), 'province = "Y"'), unit="B", at=ADOPTED_AT).scope == Scope("province", "B")
    assert graces(office) == {"P": 2, "A": 2, "B": 3}
    with pytest.raises(Invalid, match="no unit with the code 'Z'"):
        adopt(office, rules(grace(3), 'province = "Y"'), unit="Z", at=ADOPTED_AT)


def test_a_unit_or_person_nobody_knows_is_refused_with_what_to_say(office: Database) -> None:
    with pytest.raises(Invalid, match="--unit"):
        adopt(office, rules(grace(3), 'unit = "Z"'), at=ADOPTED_AT)
    with pytest.raises(Invalid, match="no person with the code 'E9'"):
        adopt(office, rules(grace(3), 'person = "E9"'), at=ADOPTED_AT)
    assert adopt(office, rules(grace(3), 'unit = "Z"'), unit="A", at=ADOPTED_AT).scope == Scope("unit", "A")


def test_what_a_wider_scope_keeps_to_itself_is_refused(office: Database) -> None:
    adopt(office, rules(grace(5, from_="2026-03-05", document='"QĐ 1"', allows='["province"]')), at=ADOPTED_AT)
    ((path, code, sentence),) = refusals(office, rules(grace(9), IN_A))
    assert (path, code) == ("rule[0]", "scope_not_allowed")
    assert "nation, QĐ 1" in sentence
    assert refusals(office, rules(grace(9, from_="2026-03-06"), 'person = "E1"'))[0][1] == "scope_not_allowed"
    adopt(office, rules(grace(9, to="2026-03-04"), IN_A), at=ADOPTED_AT)
    adopt(office, rules(grace(7), 'province = "X"'), at=ADOPTED_AT)


def test_a_rule_that_would_silence_a_narrower_one_says_so_first(office: Database) -> None:
    adopt(office, rules(grace(9, document='"QC 2"'), IN_A), at=ADOPTED_AT)
    file = rules(grace(5, allows="[]"))
    ((path, code, sentence),) = refusals(office, file)
    assert (path, code) == ("rule[0]", "overlap")
    assert "late_grace_minutes for unit A, QC 2 would decide no longer" in sentence
    done = adopt(office, file, replace=True, at=ADOPTED_AT)
    assert done.cut == ("late_grace_minutes for unit A, QC 2 would decide no longer",)
    assert graces(office)["A"] == 5


# hours ---------------------------------------------------------------------------------------------------------------


def test_a_unit_without_hours_of_its_own_works_by_those_of_its_file(office: Database) -> None:
    adopt(office, rules(hours("CA", "06:00"), IN_B), at=ADOPTED_AT)
    with office.reading() as session:
        book = read_rulebook(session)
    assert [book.schedule_of(unit, None, date(2026, 3, 4)).code for unit in ("P", "A", "B")] == ["HC", "HC", "CA"]
    assert {who for who, _ in marks(office)} == {"E3", "E4"}


def test_hours_that_would_leave_judged_days_without_any_are_refused(office: Database) -> None:
    before = amounts(office)
    with pytest.raises(Invalid, match="People of unit B would have no hours on 2026-03-02"):
        adopt(office, rules(hours("CA", "06:00", from_="2026-03-10"), IN_B), at=ADOPTED_AT)
    assert amounts(office) == before


def test_a_unit_with_hours_keeps_their_code_unless_it_is_told(office: Database) -> None:
    file = rules(hours("NGHE_AN", "07:00", from_="2026-03-05"), 'province = "Nghệ An"')
    ((path, code, sentence),) = refusals(office, file)
    assert (path, code) == ("schedule[0].code", "other_schedule")
    assert "--schedule HC" in sentence
    adopt(office, file, schedule="HC", replace=True, at=ADOPTED_AT)
    with office.reading() as session:
        book = read_rulebook(session)
    assert [book.plan("A", None, date(2026, 3, on)).sessions[0].hours.starts for on in (4, 5)] == [450, 420]
    with pytest.raises(Invalid, match="has 0 schedules"):
        adopt(office, rules(grace(1)), schedule="HC", at=ADOPTED_AT)


# the first steps -----------------------------------------------------------------------------------------------------


def test_a_new_office_has_what_is_shipped_and_waits_for_what_is_only_announced(sqlite_database: Database) -> None:
    loaded = begin_office(
        sqlite_database,
        unit="A",
        name="",
        hours="07:30-11:30,13:00-17:00",
        document="",
        calendar=True,
        administrator=("root", "x"),
        at=ADOPTED_AT,
    )
    entries = shipped("calendar").entries
    assert loaded == sum(written.status == "confirmed" for written in entries) == len(entries) - 1
    with sqlite_database.reading() as session:
        found = in_force(session, date(2026, 1, 2))
    assert [entry.on for entry in found.announced] == [date(2026, 11, 24)]
    assert {line.rule for line in found.lines} >= {"leave.P", "exemption.nursing", "calendar", "schedule.HC"}
    (day,) = (line for line in found.lines if line.rule == "calendar")
    assert (day.value["kind"], day.document) == ("swapped_off", "12729/VPCP-KGVX, 25/12/2025")
    assert adopt(sqlite_database, shipped("calendar"), at=LATER).filed == 0


def test_every_shipped_file_can_be_adopted(office: Database) -> None:
    for name in ("calendar", "leave", "exemptions"):
        assert adopt(office, shipped(name), at=ADOPTED_AT).filed
    for name in ("nghe_an", "hai_duong"):
        file = replace(shipped(name), scope=Scope())
        assert adopt(office, file, at=ADOPTED_AT).filed
