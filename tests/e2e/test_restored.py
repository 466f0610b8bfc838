"""After a restoration: page, API and figures say since when, what is read again, what is lost, until it is settled."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.http.backup_figures import BackupFigures
from api.system_health import place_of
from attendance.services.health import findings
from attendance.store import registering, restorations
from attendance.store.database import Database
from attendance.store.restorations import Drilled, Lost
from tests.e2e.site import NOON, PASSWORD, Site, open_site

ZONE = "Asia/Ho_Chi_Minh"
BEFORE = NOON - timedelta(days=2)
ACT = {"at": (NOON - timedelta(days=1)).isoformat(), "act": "paper.approved", "kind": "paper", "key": "41", "by": "lan"}


@pytest.fixture
def site(sqlite_database: Database, tmp_path: Path) -> Site:
    found = open_site(sqlite_database, tmp_path / "data", backup_dir=tmp_path / "kept")
    with found.database.writing() as session:
        registering.add_terminal(session, "T1", unit="A", host="10.0.0.9", name="Cổng", at=BEFORE)
        restorations.begin(
            session, restored_at=NOON, data_at=BEFORE, file_name="a.backup", restored_by="root",
            lost=Lost(True, 1, (ACT,)),
        )  # fmt: skip
        restorations.keep_drill(
            session, Drilled(NOON, "a.backup", BEFORE, 12.4, 5_000, 700, 200, 0, "ok", "", "console", "root")
        )
    return found


def reasons(site: Site) -> dict[str, str]:
    place = place_of(site.app.state.service.settings, sealed=True)
    return {each.reason: each.level for each in findings(site.database, place, ZONE, site.clock())}


def client(site: Site, name: str) -> TestClient:
    token = site.accounts.sign_in(name, PASSWORD, "10.0.0.1", "bearer").secret
    return TestClient(site.app, "http://test", headers={"Authorization": f"Bearer {token}"})


def test_the_page_says_it_until_somebody_settles_it(site: Site) -> None:
    assert (reasons(site)["restored_waiting"], reasons(site)["restored_lost"]) == ("look", "bad")
    person = site.signed_in("minh")
    page = person.see("/system")
    for said in ("Đã khôi phục từ bản sao lưu", "Cổng", "chưa đọc lại", "paper 41", "12", "Khôi phục thử"):
        assert said in page, said
    assert person.send("/system/restorations/1", on="/system", note=" ").status_code == 422
    assert person.send("/system/restorations/1", on="/system", note="Đã nhập lại đơn 41").status_code == 303
    page = person.see("/system")
    assert "Đã nhập lại đơn 41" in page
    assert 'name="note"' not in page
    assert "restored_lost" not in reasons(site)
    assert reasons(site)["restored_waiting"] == "look"  # the terminal still owes its log
    assert person.send("/system/restorations/7", on="/system", note="x").status_code == 404
    assert site.signed_in("lan").send("/system/restorations/1", on="/account", note="x").status_code == 403


def test_the_api_says_and_does_the_same(site: Site) -> None:
    site.accounts.create_user("root.a", PASSWORD, "administrator", "A")
    root = client(site, "minh")
    (one,) = root.get("/api/v1/restorations").json()["items"]
    assert [each["state"] for each in one["terminals"]] == ["waiting"]
    assert (one["lost_is_known"], one["lost"][0]["key"], one["settled_at"]) == (True, "41", None)
    settled = root.post("/api/v1/restorations/1/settle", json={"note": "Đã nhập lại"})
    assert (settled.status_code, settled.json()["note"]) == (200, "Đã nhập lại")
    assert root.post("/api/v1/restorations/1/settle", json={"note": "nữa"}).status_code == 422
    assert root.post("/api/v1/restorations/2/settle", json={"note": "nữa"}).status_code == 404
    (drill,) = root.get("/api/v1/drills").json()["items"]
    assert (drill["outcome"], drill["seconds"], drill["days"]) == ("ok", 12.4, 200)
    for name in ("root.a", "lan"):
        other = client(site, name)
        assert other.get("/api/v1/restorations").status_code == 403
        assert other.get("/api/v1/drills").status_code == 403
        assert other.post("/api/v1/restorations/1/settle", json={"note": "x"}).status_code == 403


def test_whoever_locks_a_month_is_told_that_papers_of_it_may_be_lost(site: Site) -> None:
    def kinds(month: str) -> set[str]:
        return {each["kind"] for each in client(site, "vinh").get(f"/api/v1/months/A/{month}").json()["obstacles"]}

    assert "restored" in kinds("2026-11")
    assert "restored" in kinds("2026-10")  # leave of October may have been entered in these days
    assert "từ 22/11/2026" in site.signed_in("vinh").see("/months/A/2026-11/close").lower()
    client(site, "minh").post("/api/v1/restorations/1/settle", json={"note": "Đã nhập lại"})
    assert "restored" not in kinds("2026-11")


def test_drills_that_failed_or_are_long_ago_are_alarms_and_figures(site: Site) -> None:
    assert reasons(site)["drill_good"] == "good"
    told = {family.name: family.samples[0].value for family in BackupFigures(site.database, site.clock).collect()}
    assert told["attendance_drill_ok"] == 1
    assert told["attendance_terminals_to_read_again"] == 1
    assert told["attendance_drill_seconds"] == 12.4
    site.clock.pass_by(days=46)
    assert reasons(site)["drill_old"] == "bad"
    failed = Drilled(
        site.clock(), "b.backup", None, 1, 0, 0, 0, 0, "backup_refused", "Nó hỏng.", "schedule", "timetable"
    )
    with site.database.writing() as session:
        restorations.keep_drill(session, failed)
    assert reasons(site)["drill_failed"] == "bad"
    assert re.search(r"Tệp hỏng hoặc không phải bản sao lưu", site.signed_in("minh").see("/system"))
    told = {family.name: family.samples[0].value for family in BackupFigures(site.database, site.clock).collect()}
    assert told["attendance_drill_ok"] == 0
