"""The first set-up in a browser: each step whole or not at all, left and resumed, shut for ever once it is over."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from attendance.services.first_administrator import new_setup_code
from attendance.services.onboarding import begin_office
from attendance.store import listing
from attendance.store.database import Database
from attendance.store.tree import StoredTree
from tests.e2e.site import NOON, PASSWORD, Person, Site, open_site

WIDE = "Mã NV\tHọ và tên\tPhòng ban\tMã chấm công\n1\tVũ Đức An\tVăn phòng\t7\n2\tLê Hoàng Yến\tVăn phòng\t8\n"
OWN = {"preset": "own", "own": ["7h", "11:30", "13.30", "17h00"]}


@pytest.fixture
def site(sqlite_database: Database, tmp_path: Path) -> Site:
    found = open_site(sqlite_database, tmp_path, users=())
    with sqlite_database.writing() as session:  # the unit that every site of the tests begins with
        session.execute(text("DELETE FROM unit_version"))
        session.execute(text("DELETE FROM unit"))
    return found


def begun(site: Site) -> Person:
    code = new_setup_code(site.database, site.clock)
    person = site.person()
    person.send("/setup", code=code, username="minh", password=PASSWORD, again=PASSWORD)
    return person


def where(person: Person) -> str:
    person.see("/setup")
    return str(person.last.url.path)


def count(site: Site, *tables: str) -> list[int]:
    with site.database.reading() as session:
        return [session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables]


def named(person: Person, **more: Any) -> Any:
    return person.send("/setup/office", name="UBND phường Tân Mai", code="A", parts="Văn phòng\nKinh tế", **more)


def test_step_by_step_to_the_end_and_never_again(site: Site) -> None:
    person = begun(site)
    assert person.client.get("/").headers["location"] == "/setup"
    assert where(person) == "/setup/office"
    named(person)
    assert where(person) == "/setup/hours"
    assert named(person, on="/account").status_code == 404, "a step is done once"
    person.send("/setup/hours", preset="eight", document="QĐ 12")
    assert where(person) == "/setup/calendar"
    person.send("/setup/calendar")
    assert where(person) == "/setup/terminal"
    person.send("/setup/later/terminal", on="/setup/terminal")
    assert where(person) == "/setup/people"
    answer = person.send("/setup/people", text=WIDE)
    draft = answer.headers["location"]
    assert "Văn phòng" in person.see(draft)
    assert person.send(draft, action="file").headers["location"] == "/setup/end"
    page = person.see("/setup/end")
    assert str(person.last.url).endswith("/people?fresh=true")
    for expected in ("Vũ Đức An", "Văn phòng", "Thêm máy chấm công", "2 người"):
        assert expected in page
    assert person.client.get("/").headers["location"] != "/setup"
    for path in ("/setup", "/setup/office", "/setup/people"):
        assert person.client.get(path).status_code == 404
    assert person.send("/setup/later/people", on="/account").status_code == 404
    with site.database.reading() as session:
        tree = StoredTree(session)
        hours = listing.schedule(session, "HC")["versions"]
        assert [tree.name(code, date(2026, 11, 24)) for code in ("A", "A01", "A02")] == [
            "UBND phường Tân Mai", "Văn phòng", "Kinh tế",
        ]  # fmt: skip
        assert hours[0]["sessions"] == {"am": ["08:00", "12:00"], "pm": ["13:00", "17:00"]}
        assert hours[0]["document"] == "QĐ 12"
    assert count(site, "calendar_entry")[0] > 20


def test_hours_of_ones_own_and_of_a_season(site: Site) -> None:
    person = begun(site)
    named(person)
    summer = ["07:00", "11:00", "13:00", "17:00"]
    person.send("/setup/hours", **OWN, season="1", begins="16/4", ends="15/10", summer=summer, document="QĐ 12")
    with site.database.reading() as session:
        versions = listing.schedule(session, "HC")["versions"]
    spans = {(version["from"], version["to"]): version["sessions"]["am"][0] for version in versions}
    assert spans == {
        (None, date(2026, 4, 15)): "07:00", (date(2026, 4, 16), date(2026, 10, 15)): "07:00",
        (date(2026, 10, 16), date(2027, 4, 15)): "07:00", (date(2027, 4, 16), date(2027, 10, 15)): "07:00",
        (date(2027, 10, 16), None): "07:00",
    }  # fmt: skip
    assert [version["sessions"]["am"][1] for version in versions].count("11:00") == 2


@pytest.mark.parametrize(
    ("step", "form", "said"),
    [
        ("office", {"name": "  ", "code": "A"}, "Tên gồm từ"),
        ("office", {"name": "UBND", "code": "A B"}, "Mã gồm chữ"),
        ("office", {"name": "UBND", "code": "A", "parts": "Kinh tế\nKinh tế"}, "hai lần"),
        ("office", {"name": "UBND", "code": "A", "parts": "\n".join(map(str, range(201)))}, "Quá 200"),
        ("hours", {"preset": "own", "own": ["25:00", "11:30", "13:00", "17:00"]}, "Giờ chưa đọc được"),
        ("hours", {"preset": "own", "own": ["13:00", "11:30", "13:00", "17:00"]}, "không theo thứ tự"),
        ("hours", {"preset": "own"}, "Giờ chưa đọc được"),
        ("hours", {"season": "1", "begins": "31/2", "ends": "1/5", "summer": OWN["own"]}, "ngày và tháng"),
        ("hours", {"season": "1", "begins": "1/10", "ends": "1/5", "summer": OWN["own"]}, "trước khi bắt đầu"),
        ("people", {"text": ""}, "Chọn một tệp, hoặc dán"),
    ],
)
def test_what_cannot_be_is_said_with_what_was_typed_and_nothing_is_stored(
    site: Site, step: str, form: dict[str, Any], said: str
) -> None:
    person = begun(site)
    if step != "office":
        named(person)
    if step == "people":
        person.send("/setup/hours", preset="early")
        person.send("/setup/later/calendar", on="/setup/calendar")
        person.send("/setup/later/terminal", on="/setup/terminal")
    before = count(site, "unit", "schedule_version", "schedule", "trail", "rule_version")
    answer = person.send(f"/setup/{step}", **form)
    assert answer.status_code == 422
    assert said in answer.text, answer.text[answer.text.index("<main") :][:1500]
    assert count(site, "unit", "schedule_version", "schedule", "trail", "rule_version") == before
    if form.get("name", "").strip():
        assert f'value="{form["name"]}"' in answer.text


def test_nobody_else_comes_in(site: Site) -> None:
    begun(site)
    site.accounts.create_user("lan", PASSWORD, "hr")
    site.accounts.create_user("hoa", PASSWORD, "auditor")
    for name in ("lan", "hoa"):
        person = site.signed_in(name)
        assert person.client.get("/setup").status_code == 404
        assert person.client.get("/setup/office").status_code == 403
        assert person.send("/setup/calendar", on="/account").status_code == 403
    nobody = site.person()
    assert nobody.client.get("/setup").status_code == 404
    assert nobody.client.get("/setup/office").headers["location"].startswith("/sign-in")


def test_an_office_that_was_made_by_a_command_has_none_or_goes_on_after_it(site: Site) -> None:
    begin_office(
        site.database, unit="A", name="UBND", hours="07:30-11:30,13:00-16:30", document="", calendar=True,
        administrator=("root", site.accounts.hash_new(PASSWORD, "root")), at=NOON,
    )  # fmt: skip
    person = site.signed_in("root")
    assert person.client.get("/setup").status_code == 404
    assert person.client.get("/").headers["location"] == "/users"


def test_whoever_made_the_office_by_init_later_is_asked_only_what_is_left(site: Site) -> None:
    begin_office(
        site.database, unit="A", name="UBND", hours="07:30-11:30,13:00-16:30", document="", calendar=True,
        administrator=None, at=NOON,
    )  # fmt: skip
    assert where(begun(site)) == "/setup/terminal"


def test_two_who_file_the_same_step_at_once_make_one(site: Site) -> None:
    person, other = begun(site), site.signed_in("minh")
    assert named(person).status_code == 303
    assert other.send("/setup/office", on="/account", name="Khác", code="B").status_code == 404
    assert count(site, "unit") == [3]
