"""Nobody approves their own paper, under whatever name; the paper of a head goes one level up."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any
from unicodedata import normalize

import pytest
from sqlmodel import select

from attendance.services.papers import deciding, handing_in
from attendance.services.papers.deciding import Decider, NotTheirs
from attendance.services.papers.handing_in import Handed
from attendance.store import heads, paper_register
from attendance.store import office as store_office
from attendance.store.evidence_tables import DirtyDayRow
from attendance.store.tables import EmployeeRow, UserRow
from attendance.store.trail import Actor
from attendance.store.within import EVERYTHING
from tests.e2e.conftest import ZONE, Office, add_user
from tests.e2e.test_api_papers import API, LEAVE, approve, post

MONDAY = date(2026, 11, 16)


def account(office: Office, name: str, role: str, unit: str | None, person: str | None = None) -> None:
    add_user(office.accounts, name, role, unit)
    if person is not None:
        with office.database.writing() as session:
            user = session.exec(select(UserRow).where(UserRow.name == name)).one()
            user.employee_id = store_office.key(store_office.get(session, EmployeeRow, person))
            session.add(user)


def refused(office: Office, user: str, paper: int) -> str:
    answer = office.client(user).post(f"{API}/absences/{paper}/approve", json={})
    assert answer.status_code == 403, answer.text
    assert answer.json()["code"] == "not_theirs_to_decide"
    return str(answer.json()["detail"])


def test_not_by_the_author(office: Office) -> None:
    paper = post(office, "hr", "/absences", LEAVE)["id"]
    assert "handed in by you" in refused(office, "hr", paper)
    answer = office.client("hr").post(f"{API}/absences/{paper}/refuse", json={"note": "không"})
    assert answer.status_code == 403
    approve(office, "hr2", "absences", paper)


def test_not_by_the_person_it_is_about_whoever_handed_it_in(office: Office) -> None:
    account(office, "nam.hr", "hr", None, "E2")
    paper = post(office, "hr", "/absences", LEAVE)["id"]
    assert "is about you" in refused(office, "nam.hr", paper)
    approve(office, "hr2", "absences", paper)


def test_not_by_another_account_of_the_author_or_of_the_person(office: Office) -> None:
    account(office, "ha.one", "hr", None, "E1")
    account(office, "ha.two", "hr", None, "E1")
    paper = post(office, "ha.one", "/absences", LEAVE)["id"]
    assert "handed in by you" in refused(office, "ha.two", paper)
    mine = post(office, "hr", "/absences", {"employee": "E1", "from": "2026-11-16"})["id"]
    assert "is about you" in refused(office, "ha.one", mine)
    assert "is about you" in refused(office, "ha.two", mine)
    approve(office, "hr2", "absences", paper)


NAMES = ["E2", " e2 ", "Trần Văn Nam", "TRẦN  văn nam", normalize("NFD", "Trần Văn Nam"), "Ｅ2"]


def test_not_under_a_name_of_theirs_on_the_console(office: Office) -> None:
    with office.database.writing() as session:
        paper = handing_in.leave(session, Handed(Actor("van.thu"), office.clock.at), "E2", MONDAY, MONDAY)
        number = paper_register.number_of(paper)

    def approve_as(who: str) -> None:
        with office.database.writing() as session:
            by = Decider(Actor(who), EVERYTHING)
            deciding.approve(session, ZONE, paper_register.get(session, number), by, at=office.clock.at)

    for who in (*NAMES, "VAN.THU", " van.thu"):
        with pytest.raises(NotTheirs):
            approve_as(who)
    approve_as("E3")


def test_an_author_on_the_console_named_by_code_is_the_person_behind_an_account(office: Office) -> None:
    account(office, "ha.hr", "hr", None, "E1")
    with office.database.writing() as session:
        handed = Handed(Actor("E1"), office.clock.at)
        paper = paper_register.number_of(handing_in.leave(session, handed, "E2", MONDAY, MONDAY))
    assert "handed in by you" in refused(office, "ha.hr", paper)


def test_whoever_has_an_account_is_known_on_the_console_by_its_name_and_by_their_own(office: Office) -> None:
    account(office, "ha.hr", "hr", None, "E1")
    number = post(office, "ha.hr", "/absences", LEAVE)["id"]
    mine = post(office, "hr", "/absences", {"employee": "E1", "from": "2026-11-16"})["id"]
    for who, paper in (("e1", number), ("Nguyễn Thị Thu Hà", number), ("HA.HR", number), ("ha.hr", mine), ("E1", mine)):
        with pytest.raises(NotTheirs), office.database.writing() as session:  # noqa: PT012
            row = paper_register.get(session, paper)
            deciding.approve(session, ZONE, row, Decider(Actor(who), EVERYTHING), at=office.clock.at)
    approve(office, "hr2", "absences", number)


def test_a_heads_paper_goes_one_level_up(office: Office) -> None:
    """E2 leads A1, which lies in A: HR of A1 or another head of A1 may not, HR of A may."""
    account(office, "nam.head", "head", "A1", "E2")
    account(office, "hr.a1", "hr", "A1")
    paper = post(office, "nam.head", "/absences", LEAVE)["id"]
    for user in ("hr.a1", "head.a1"):
        assert "one level up" in refused(office, user, paper)
    approve(office, "hr.a", "absences", paper)


def test_the_topmost_heads_paper_is_for_whoever_sees_everything(office: Office) -> None:
    account(office, "ha.head", "head", "H", "E1")
    account(office, "hr.h", "hr", "H")
    paper = post(office, "ha.head", "/absences", {"employee": "E1", "from": "2026-11-16"})["id"]
    assert "one level up" in refused(office, "hr.h", paper)
    approve(office, "hr", "absences", paper)


def test_the_dated_head_of_a_unit_is_a_head_also_without_a_grant(office: Office) -> None:
    """E2 is named acting head of A1 for November: a paper of November goes up, one of December does not."""
    with office.database.writing() as session:
        heads.name_head(
            session, "A1", "E2", kind="acting", from_on=date(2026, 11, 1), to_on=date(2026, 11, 30), at=office.clock.at
        )
    account(office, "hr.a1", "hr", "A1")
    paper = post(office, "e2", "/absences", LEAVE)["id"]
    assert "one level up" in refused(office, "hr.a1", paper)
    approve(office, "hr.a", "absences", paper)
    later = post(office, "e2", "/absences", {"employee": "E2", "from": "2026-12-07"})["id"]
    approve(office, "hr.a1", "absences", later)


def test_outside_of_ones_part_of_the_tree_there_is_nothing_to_approve(office: Office) -> None:
    paper = post(office, "e2", "/absences", LEAVE)["id"]
    assert office.client("leader.b").post(f"{API}/absences/{paper}/approve", json={}).status_code == 404
    assert office.client("hr.a").post(f"{API}/missions/{paper}/approve", json={}).status_code == 404
    assert office.client("e1").post(f"{API}/absences/{paper}/approve", json={}).status_code == 403


def test_two_who_decide_at_once_decide_once(office: Office) -> None:
    paper = post(office, "e2", "/absences", LEAVE)["id"]
    clients, answers = [office.client("hr"), office.client("hr2")], []
    start = threading.Barrier(2)

    def decide(client: Any, act: str) -> None:
        start.wait()
        answers.append(client.post(f"{API}/absences/{paper}/{act}", json={"note": "x"}).status_code)

    threads = [
        threading.Thread(target=decide, args=given) for given in zip(clients, ("approve", "refuse"), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 409]


def test_a_decision_about_the_whole_tree_is_for_whoever_sees_all_of_it(office: Office) -> None:
    paper = post(office, "hr", "/calendar", {"date": "2026-12-10", "kind": "holiday", "document": "TB 9"})["id"]
    for user in ("head.a1", "hr.a"):
        answer = office.client(user).post(f"{API}/calendar/{paper}/approve", json={})
        assert (answer.status_code, answer.json()["code"]) == (403, "not_theirs_to_decide"), answer.text
    approve(office, "hr2", "calendar", paper)


def test_a_decision_taken_back_before_anybody_approved_it_has_no_day_judged_again(office: Office) -> None:
    def marked() -> list[Any]:
        with office.database.reading() as session:
            return sorted(session.exec(select(DirtyDayRow.employee_id, DirtyDayRow.work_date)).all())

    paper = post(office, "hr", "/calendar", {"date": "2026-11-12", "kind": "holiday", "document": "TB 9"})["id"]
    before = marked()
    post(office, "hr", f"/calendar/{paper}/withdraw", status=200)
    assert marked() == before
