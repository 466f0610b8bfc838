"""*Hệ thống*, *Cán bộ* and what administrators do for accounts: shown, done and refused as it should be."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.pages.i18n import Translator
from api.system_health import next_step, place_of, sentence, size
from attendance.services import health
from attendance.services.backups.archive import reading
from attendance.services.backups.keeping import Plan, is_due, keep_up, make_by_plan
from attendance.services.health import REASONS, Finding, findings
from attendance.services.verifying import verify_nightly
from attendance.store import backups, leases, registering
from attendance.store.database import Database
from attendance.store.notification_tables import NoticeRow
from tests.e2e.site import NOON, PASSWORD, Site, open_site

ZONE = "Asia/Ho_Chi_Minh"


@pytest.fixture
def site(sqlite_database: Database, tmp_path: Path) -> Site:
    return open_site(sqlite_database, tmp_path / "data", backup_dir=tmp_path / "kept", backup_keep=2)


def reasons(site: Site) -> dict[str, str]:
    place = place_of(site.app.state.service.settings, sealed=True)
    return {each.reason: each.level for each in findings(site.database, place, ZONE, site.clock())}


def test_each_finding_comes_and_goes_with_what_it_is_about(site: Site) -> None:
    found = reasons(site)
    assert found["backup_none"] == found["nobody_leads"] == "bad"
    assert {"terminals_none", "trail_unchecked", "one_administrator", "no_second_factor"} <= found.keys()
    assert list(found.values()) == sorted(found.values(), key=health.LEVELS.index)
    with site.database.writing() as session:
        leases.hold(session, "timetable", "somebody", site.clock(), 24)
    make_by_plan(site.database, site.app.state.service.settings.backups(), site.clock)
    verify_nightly(site.database, site.clock())
    site.accounts.create_user("binh", PASSWORD, "administrator")
    with site.database.writing() as session:
        registering.add_terminal(session, "T1", unit="A", host="10.0.0.9", at=NOON)
    found = reasons(site)
    assert found["backup_good"] == found["leads"] == found["trail_good"] == "good"
    assert found["terminals_look"] == "look"
    assert not {"backup_none", "nobody_leads", "trail_unchecked", "one_administrator"} & found.keys()
    site.clock.pass_by(days=3)
    found = reasons(site)
    assert found["backup_old"] == found["nobody_leads"] == "bad"
    assert found["trail_old"] == "look"


def test_notices_that_did_not_get_through_are_told(site: Site) -> None:
    assert "notices_failing" not in reasons(site)
    with site.database.writing() as session:
        at = {"created_at": NOON, "not_after": NOON, "next_at": NOON}
        session.add(NoticeRow(key="one", kind="morning", way="mail", state="failed", **at))
    assert reasons(site)["notices_failing"] == "look"
    site.clock.pass_by(days=3)
    assert "notices_failing" not in reasons(site)


def test_every_finding_has_a_sentence_and_a_next_step_in_both_languages() -> None:
    values: dict[str, object] = {"at": NOON, "from": NOON, "to": NOON, "drill_outcome": "invalid"}
    values |= dict.fromkeys(("bytes", "free", "unwell", "all", "hours", "entries", "count", "number"), 3)
    values |= dict.fromkeys(("days", "seconds", "waiting", "lost"), 3)
    values |= dict.fromkeys(("version", "kind", "folder", "file", "outcome", "guards", "way", "why"), "x")
    for lang in ("vi", "en"):
        t = Translator(lang)
        for reason in REASONS:
            finding = Finding(reason, "look", values)
            assert sentence(t, finding, ZONE).endswith((".", ":", "x", "?")) or reason == "backup_failed"
            assert bool(next_step(t, finding, ZONE)) == (reason not in health.NOTHING_TO_DO)
    assert size(Translator("vi"), 1_234_567_890) == "1,2 GB"
    assert size(Translator("en"), 999) == "999 B"


def test_the_page_tells_it_and_a_backup_is_made_at_a_button(site: Site, tmp_path: Path) -> None:
    person = site.signed_in("minh")
    page = person.see("/system")
    assert "Chưa có bản sao lưu nào" in page
    assert person.send("/system/backups", on="/system").headers["location"] == "/system?made=true#backups"
    page = person.see("/system?made=true")
    assert "Đã sao lưu và đọc lại" in page
    (made,) = (tmp_path / "kept").glob("*.backup")
    assert made.name in page
    with reading(made) as archive:
        archive.check()
    assert str(tmp_path / "data") not in page.replace(str(tmp_path / "kept"), "")


def test_a_backup_that_cannot_be_made_is_told_and_stands_in_the_list(site: Site, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file where the folder should be")
    person = site.signed_in("minh")
    answer = person.send("/system/backups", on="/system")
    assert answer.status_code == 422
    assert answer.text.count("Không ghi được vào thư mục sao lưu") >= 2
    assert reasons(site)["backup_failed"] == "bad"


def test_only_who_looks_after_the_whole_may_open_it(site: Site) -> None:
    site.accounts.create_user("root.a", PASSWORD, "administrator", "A")
    for name in ("lan", "vinh", "hoa", "root.a"):
        person = site.signed_in(name)
        assert person.client.get("/system").status_code == 403
        assert person.send("/system/backups", on="/account").status_code == 403


def test_backups_by_themselves_once_a_day_the_newest_kept(site: Site, tmp_path: Path) -> None:
    plan, folder = Plan(tmp_path / "kept", 2, 5, ZONE), tmp_path / "kept"
    folder.mkdir()
    (folder / "of-somebody.backup").write_text("not ours")
    site.clock.at = NOON.replace(hour=21)  # 04:00 of the next day there
    assert not is_due(site.database, plan, site.clock())
    site.clock.pass_by(hours=1)
    for _ in range(3):
        assert is_due(site.database, plan, site.clock())
        keep_up(site.database, plan, site.clock)
        keep_up(site.database, plan, site.clock)
        assert not is_due(site.database, plan, site.clock() + timedelta(hours=18))
        site.clock.pass_by(days=1)
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["attendance-20261126-050000.backup", "attendance-20261127-050000.backup", "of-somebody.backup"]
    with site.database.reading() as session:
        assert len(backups.newest(session, 10)) == 3
    site.clock.pass_by(days=5)
    assert is_due(site.database, plan, site.clock()), "a machine that was off makes up for it"
    assert not is_due(site.database, Plan(folder, 0, 5, ZONE), site.clock())


def test_a_clock_that_was_ahead_holds_no_backup_up_and_takes_none_away(site: Site, tmp_path: Path) -> None:
    plan, folder = Plan(tmp_path / "kept", 2, 5, ZONE), tmp_path / "kept"
    site.clock.pass_by(days=400)
    for _ in range(2):
        keep_up(site.database, plan, site.clock)
        site.clock.pass_by(days=1)
    site.clock.at = NOON
    ahead, kept = set(folder.iterdir()), []
    for _ in range(2):
        keep_up(site.database, plan, site.clock)
        [new] = set(folder.iterdir()) - ahead - set(kept)
        kept.append(new)
        assert not is_due(site.database, plan, site.clock())
        site.clock.pass_by(days=1)
    assert sorted(folder.iterdir()) == kept


def test_where_none_is_kept_by_itself_none_is_taken_away_either(site: Site, tmp_path: Path) -> None:
    for keep in (3, 3, 0, 0):
        make_by_plan(site.database, Plan(tmp_path / "kept", keep, 5, ZONE), site.clock)
        site.clock.pass_by(minutes=1)
    assert len(list((tmp_path / "kept").iterdir())) == 4


def test_those_that_somebody_asked_for_take_no_daily_one_away(site: Site, tmp_path: Path) -> None:
    plan, folder = Plan(tmp_path / "kept", 2, 5, ZONE), tmp_path / "kept"
    for _ in range(2):
        keep_up(site.database, plan, site.clock)
        site.clock.pass_by(days=1)
    daily = set(folder.iterdir())
    for _ in range(4):
        newest = make_by_plan(site.database, plan, site.clock, source="page").path
        site.clock.pass_by(minutes=1)
    assert len(daily) == 2
    assert daily < set(folder.iterdir())
    assert newest.exists()
    assert len(list(folder.iterdir())) == 4


def test_one_that_failed_is_tried_again_after_an_hour(site: Site, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file where the folder should be")
    plan = Plan(tmp_path / "kept", 2, 0, ZONE)
    keep_up(site.database, plan, site.clock)
    assert not is_due(site.database, plan, site.clock() + timedelta(minutes=59))
    assert is_due(site.database, plan, site.clock() + timedelta(minutes=60))


def test_a_first_password_is_shown_once_and_opens_its_change_alone(site: Site) -> None:
    person = site.signed_in("minh")
    answer = person.send("/users", name="thu.ha", password="", role="hr")
    secret = re.search(r'class="secret">([^<]+)<', answer.text)
    assert secret is not None
    assert html.unescape(secret[1]) not in person.see("/users/thu.ha")
    new = site.person()
    assert new.sign_in("thu.ha", html.unescape(secret[1])).status_code == 303
    assert new.client.get("/users").headers["location"] == "/account/password"
    again = person.send("/users/thu.ha/first-password", on="/users/thu.ha")
    assert secret[1] not in again.text
    assert not new.is_in
    assert person.send("/users/minh/first-password", on="/users/thu.ha").status_code == 422


def test_a_grant_that_ends_with_a_day_names_that_day(site: Site) -> None:
    person = site.signed_in("minh")
    person.send("/users", name="thu.ha", password="", role="hr", to="31/12/2026")
    page = person.see("/users/thu.ha")
    assert "đến hết 31/12/2026" in page
    assert "01/01/2027" not in page


def test_people_are_found_without_accents_by_unit_and_lead_to_the_person(site: Site) -> None:
    with site.database.writing() as session:
        registering.add_unit(session, "B", name="UBND xã Khác", at=NOON)
        registering.add_terminal(session, "T1", unit="A", host="10.0.0.9", at=NOON)
        for code, name, unit in (("E1", "Đỗ Thị Ánh", "A"), ("E2", "Trần Ánh Dương", "B"), ("E3", "Lê An", None)):
            registering.add_employee(session, code, name=name, at=NOON)
            if unit:
                registering.assign(session, code, unit, from_on=NOON.date(), at=NOON)
        registering.enrol(session, "T1", "17", "E1", at=NOON)
    person = site.signed_in("minh")
    page = person.see("/people?q=do+thi+anh")
    assert "Đỗ Thị Ánh" in page
    assert "T1 · 17" in page
    assert "Trần Ánh Dương" not in page
    assert "Trần Ánh Dương" in person.see("/people?q=anh&unit=B")
    assert "Đỗ Thị Ánh" not in person.see("/people?q=anh&unit=B")
    assert "UBND xã Tân Mai" in person.see("/people/E1")
    assert "/days/E1" not in person.see("/people/E1"), "an administrator sees no attendance"
    assert "/days/E1" in site.signed_in("lan").see("/people/E1")
    head = site.signed_in("hoa")
    assert "Đỗ Thị Ánh" in head.see("/people")
    assert "Trần Ánh Dương" not in head.see("/people")
    assert head.client.get("/people/E2").status_code == 404
    assert head.client.get("/people?unit=B").status_code == 404


def test_the_api_says_and_does_the_same(site: Site) -> None:
    site.accounts.create_user("root.a", PASSWORD, "administrator", "A")

    def client(name: str) -> TestClient:
        token = site.accounts.sign_in(name, PASSWORD, "10.0.0.1", "bearer").secret
        return TestClient(site.app, "http://test", headers={"Authorization": f"Bearer {token}"})

    root = client("minh")
    assert root.get("/api/v1/system").json()["well"] is False
    made = root.post("/api/v1/backups", headers={"Idempotency-Key": "one"})
    assert made.status_code == 201
    assert root.post("/api/v1/backups", headers={"Idempotency-Key": "one"}).json() == made.json()
    (listed,) = root.get("/api/v1/backups").json()["items"]
    assert listed == made.json()
    assert listed["source"] == "api"
    for name in ("root.a", "lan"):
        other = client(name)
        for answer in (other.get("/api/v1/system"), other.get("/api/v1/backups"), other.post("/api/v1/backups")):
            assert answer.status_code == 403
