"""The first administrator: a code on the console, good once, for fifteen minutes and five guesses."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from attendance.errors import NotFound
from attendance.services.first_administrator import (
    SetupCodeWrong,
    is_open,
    make_first_administrator,
    new_setup_code,
)
from attendance.store.database import Database
from tests.e2e.site import PASSWORD, Site, open_site


@pytest.fixture
def site(sqlite_database: Database, tmp_path: Path) -> Site:
    return open_site(sqlite_database, tmp_path, users=())


def code_of(site: Site) -> str:
    code = new_setup_code(site.database, site.clock)
    assert code is not None
    return code


def test_the_code_makes_the_administrator_who_is_signed_in_and_offered_a_second_factor(site: Site) -> None:
    person = site.person()
    assert person.client.get("/sign-in").headers["location"] == "/setup"
    form = {"code": code_of(site).lower(), "username": "minh", "password": PASSWORD, "again": PASSWORD}
    answer = person.send("/setup", **form)
    assert answer.headers["location"] == "/setup"
    assert person.client.get("/setup").headers["location"] == "/setup/hours"  # the unit is there
    assert "Để sau" in person.see("/account/second-factor")
    assert site.accounts.signed_in_of("minh").role == "administrator"
    assert site.person().client.get("/setup").status_code == 404
    token = "x" * 64
    assert person.client.post("/setup", data=form | {"csrf_token": token}).status_code == 403
    assert not is_open(site.database)
    assert new_setup_code(site.database, site.clock) is None


@pytest.mark.parametrize(
    ("wrong", "status", "said"),
    [
        ({"code": "AAAA-BBBB-CCCC"}, 403, "Mã chưa đúng"),
        ({"again": "another sentence"}, 422, "chưa giống nhau"),
        ({"password": "matkhau2026", "again": "matkhau2026"}, 422, "dễ đoán"),
        ({"password": "ngắn", "again": "ngắn"}, 422, "từ 10 đến 256"),
        ({"username": " minh "}, 422, "Tên đăng nhập cần"),
    ],
)
def test_what_is_wrong_is_said_and_the_code_is_still_good(
    site: Site, wrong: dict[str, str], status: int, said: str
) -> None:
    form = {"code": code_of(site), "username": "minh", "password": PASSWORD, "again": PASSWORD}
    person = site.person()
    answer = person.send("/setup", **(form | wrong))
    assert answer.status_code == status
    assert said in answer.text
    assert is_open(site.database)
    assert person.send("/setup", **form).status_code == 303


def test_five_guesses_or_fifteen_minutes_and_the_code_is_over(site: Site) -> None:
    code = code_of(site)
    for _ in range(5):
        with pytest.raises(SetupCodeWrong):
            make_first_administrator(site.accounts, "AAAA-BBBB-CCCC", "minh", PASSWORD, "")
    with pytest.raises(SetupCodeWrong):
        make_first_administrator(site.accounts, code, "minh", PASSWORD, "")
    code = code_of(site)
    site.clock.pass_by(minutes=15)
    with pytest.raises(SetupCodeWrong):
        make_first_administrator(site.accounts, code, "minh", PASSWORD, "")
    assert is_open(site.database)


def test_a_new_code_takes_the_place_of_the_one_before(site: Site) -> None:
    first, second = code_of(site), code_of(site)
    with pytest.raises(SetupCodeWrong):
        make_first_administrator(site.accounts, first, "minh", PASSWORD, "")
    assert make_first_administrator(site.accounts, second, "minh", PASSWORD, "").name == "minh"
    with pytest.raises(NotFound):
        make_first_administrator(site.accounts, second, "nam", PASSWORD, "")


def test_of_many_who_use_the_code_at_once_one_becomes_administrator(any_database: Database, tmp_path: Path) -> None:
    site = open_site(any_database, tmp_path, users=())
    code, made = code_of(site), []

    def use(name: str) -> None:
        try:
            make_first_administrator(site.accounts, code, name, PASSWORD, "")
            made.append(name)
        except (SetupCodeWrong, NotFound):
            return

    threads = [threading.Thread(target=use, args=(f"quan.tri.{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def test_the_code_lies_in_the_database_as_a_digest_alone(site: Site) -> None:
    code = code_of(site)
    with site.database.reading() as session:
        (stored,) = session.connection().exec_driver_sql("SELECT * FROM setup_code").fetchall()
    assert code not in str(stored)
    assert code.replace("-", "") not in str(stored)
