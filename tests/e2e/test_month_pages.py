"""The pages and addresses of a month: locked, signed by three, reopened; kept as it was; masked; alike in its files."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from attendance.store import papers, papers_decided
from tests.e2e.site import PASSWORD, Person, Site, copied
from tests.month_office import FORGOTTEN_ON, NAMES, fill, open_months, settle

MONTH = "/months/A/2026-03"


@pytest.fixture(scope="module")
def template(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("months")
    database = copied(migrated_sqlite, folder)
    fill(database)
    database.close()
    return folder / "attendance.db"


@pytest.fixture
def site(template: Path, tmp_path: Path) -> Iterator[Site]:
    found = open_months(copied(template, tmp_path), tmp_path)
    yield found
    found.database.close()


def rows(page: str) -> list[list[str]]:
    """Name and texts of the cells of every line of a sheet."""
    body = page[page.index("<tbody>") : page.index("<tfoot>")]
    found = []
    for line in body.split("<tr>")[1:]:
        line = re.sub(r"<i>[^<]*</i>", "", line)
        found.append([re.sub(r"<[^>]*>", "", cell) for cell in re.split(r"<t[hd][^>]*>", line)[1:]])
    return found


def digest(site: Site, name: str = "hoa") -> str:
    found = site.signed_in(name).see(f"{MONTH}/close")
    return re.findall(r"<code>([0-9a-f]{64})</code>", found)[0]


def sign(person: Person, part: str, seen: str, password: str = PASSWORD) -> Any:
    return person.send(f"{MONTH}/sign", on=f"{MONTH}/close", part=part, digest=seen, password=password)


def test_a_sheet_is_the_same_on_its_page_and_in_its_files(site: Site) -> None:
    lan = site.signed_in("lan")
    page = lan.see(MONTH)
    found = rows(page)
    assert [row[0] for row in found] == [NAMES["E3"], NAMES["E2"], NAMES["E1"]]
    assert found[0][12] == "+/?"
    assert found[1][17] == "Ô"
    assert 'href="2026-03/people/E3"' in page
    assert "<td class=m><a href=/days/E3/2026-03-12>" in page
    exported = [line.split(",") for line in lan.see(f"{MONTH}/sheet.csv").lstrip("\ufeff").splitlines()]
    assert [[cell.lstrip("'") for cell in row[2:33]] for row in exported[1:4]] == [row[1:32] for row in found]
    assert [row[33:] for row in exported[1:4]] == [
        [cell.replace(",", ".") or "0" for cell in row[32:]] for row in found
    ]
    assert lan.client.get(f"{MONTH}/sheet.xlsx").content[:2] == b"PK"
    assert lan.client.get(f"{MONTH}/sheet.pdf").content[:5] == b"%PDF-"
    person = lan.see(f"{MONTH}/people/E2")
    assert "/days/E2/2026-03-17" in person
    assert "ốm" in person


def test_the_page_is_compressed_and_no_two_are_equally_long(site: Site) -> None:
    lan = site.signed_in("lan")
    lan.see("/months")
    with lan.client.stream("GET", MONTH, headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        sent = b"".join(answer.iter_raw())
    assert b"<table" in gzip.decompress(sent)
    lengths = {int(lan.client.get(MONTH).headers["content-length"]) for _ in range(12)}
    assert len(lengths) > 3
    assert "content-encoding" not in lan.client.get(MONTH, headers={"Accept-Encoding": "identity"}).headers


def test_without_reasons_a_sheet_tells_no_kind_of_leave(site: Site) -> None:
    found = site.signed_in("tra").see(MONTH)
    assert rows(found)[1][17] == "CP"
    assert "Ô" not in found
    assert "Ô" not in site.signed_in("tra").see(f"{MONTH}/sheet.csv")


def test_who_may_read_no_explanations_is_told_how_many_wait_and_not_whose(site: Site) -> None:
    at = site.clock()
    with site.database.writing() as session:
        about = {"part": "pm", "covers": "missing_out", "reason": "Quên chấm", "submitted_at": at}
        papers_decided.explain(session, "E3", FORGOTTEN_ON, at=at, **about)

    def told(name: str) -> str:
        page = site.signed_in(name).see(f"{MONTH}/close")
        part = page[page.index('id="obstacle-explanations"') :]
        return part[: part.index("</li>", part.index('class="badge'))]

    assert NAMES["E3"] in told("hoa")
    assert ">1</span>" in told("tra")
    assert "/explanations/" not in site.signed_in("tra").see(f"{MONTH}/close")


def test_a_month_is_locked_signed_by_three_and_reopened(site: Site) -> None:
    hoa, lan, vinh = (site.signed_in(name) for name in ("hoa", "lan", "vinh"))
    assert 'id="obstacle-missing"' in hoa.see(f"{MONTH}/close")
    assert "/days/E3/2026-03-12" in hoa.see(f"{MONTH}/close")
    refused = hoa.send(f"{MONTH}/lock", on=f"{MONTH}/close")
    assert refused.status_code == 409
    assert "?" in refused.text
    settle(site.database, site.clock())
    assert hoa.send(f"{MONTH}/lock", on=f"{MONTH}/close", version="2").status_code == 409
    assert hoa.send(f"{MONTH}/lock", on=f"{MONTH}/close", version="1").status_code == 303
    assert hoa.send(f"{MONTH}/lock", on=f"{MONTH}/close").status_code == 409  # somebody was faster
    seen = digest(site)
    assert sign(lan, "keeper", seen, "sai mật khẩu").status_code == 409
    assert "Mật khẩu không đúng" in lan.last.text
    assert sign(lan, "keeper", seen).status_code == 303
    assert sign(lan, "section", seen).status_code == 409
    assert sign(hoa, "section", seen).status_code == 303
    assert sign(vinh, "approver", seen).status_code == 303
    assert "Đã đủ ba chữ ký" in vinh.see(f"{MONTH}/close")
    first = rows(hoa.see(f"{MONTH}/versions/1"))
    site.clock.pass_by(minutes=10)
    assert hoa.send(f"{MONTH}/reopen", on=f"{MONTH}/close", reason=" ").status_code == 409
    assert hoa.send(f"{MONTH}/reopen", on=f"{MONTH}/close", reason="Giấy nghỉ nộp muộn").status_code == 303
    page = hoa.see(f"{MONTH}/close")
    assert "Giấy nghỉ nộp muộn" in page
    told = site.signed_in("tra").see(f"{MONTH}/close")
    assert ("hoa mở lại lúc" in told, "Giấy nghỉ" in told) == (True, False)  # who may know no reasons
    assert page.count("<span>lan ") == 1  # the signatures of the first version stay with it
    site.clock.pass_by(minutes=10)
    assert hoa.send(f"{MONTH}/lock", on=f"{MONTH}/close", version="2").status_code == 303
    assert rows(hoa.see(f"{MONTH}/versions/1")) == first
    assert hoa.see(f"{MONTH}/versions/2/difference").count("row-link") == 0
    assert hoa.client.get(f"{MONTH}/versions/3").status_code == 404
    assert digest(site) != seen  # another version, though every day is the same
    site.clock.pass_by(minutes=10)
    assert 'name="version" value="2"' in hoa.see(f"{MONTH}/close")
    stale = hoa.send(f"{MONTH}/reopen", on=f"{MONTH}/close", reason="Nhầm", version="1")
    assert (stale.status_code, "Nhầm" in stale.text) == (409, True)  # this lock is not the one that page showed
    assert hoa.send(f"{MONTH}/reopen", on=f"{MONTH}/close", reason="Nhầm", version="2").status_code == 303


def test_lists_of_months_and_versions_read_no_kept_sheet(site: Site) -> None:
    settle(site.database, site.clock())
    hoa = site.signed_in("hoa")
    hoa.send(f"{MONTH}/lock", on=f"{MONTH}/close")
    site.clock.pass_by(minutes=10)
    hoa.send(f"{MONTH}/reopen", on=f"{MONTH}/close", reason="Nhầm")
    asked: list[str] = []

    def listen(_: Any, __: Any, statement: str, *___: Any) -> None:
        asked.append(statement)

    event.listen(site.database.engine, "before_cursor_execute", listen)
    hoa.see("/months?month=2026-03")
    assert f"{MONTH}/versions/1" in hoa.see(f"{MONTH}/close")
    kept = [statement for statement in asked if "FROM month_sheet " in " ".join(statement.split())]
    assert len(kept) == 2
    assert not [statement for statement in kept if "content" in statement]


def test_who_may_only_sign_neither_locks_nor_signs_for_others(site: Site) -> None:
    settle(site.database, site.clock())
    lan, tra = site.signed_in("lan"), site.signed_in("tra")
    assert lan.send(f"{MONTH}/lock", on=f"{MONTH}/close").status_code == 403
    assert tra.send(f"{MONTH}/sign", on=f"{MONTH}/close", part="keeper").status_code == 403
    hoa = site.signed_in("hoa")
    assert hoa.client.get("/months/B/2026-03").status_code == 404
    assert hoa.send("/months/B/2026-03/lock", on=f"{MONTH}/close").status_code == 404
    for path in ("/months/A/2026-13", "/months/A/26-3", "/months/A/2026-03/versions/1", "/months/A/2026-03/people/E9"):
        assert lan.client.get(path).status_code == 404, path


def api(site: Site, name: str) -> Any:
    client = site.person().client
    client.headers["Authorization"] = f"Bearer {site.accounts.sign_in(name, PASSWORD, '10.0.0.1', 'bearer').secret}"
    return client


def test_a_month_over_the_api(site: Site) -> None:
    hoa, lan = api(site, "hoa"), api(site, "lan")
    where = f"/api/v1{MONTH}"
    found = hoa.get(where).json()
    assert (found["state"], found["version"], found["lockable"]) == ("open", 1, False)
    assert found["blockers"] == [{"employee": "E3", "date": "2026-03-12", "session": "pm"}]
    assert found["obstacles"] == [{"kind": "missing", "total": 1, "blocks": True}]
    late = {each["employee"]: each["late_min"] for each in found["people"]}
    assert late == {"E1": 15, "E2": 0, "E3": 0}
    refused = hoa.post(f"{where}/lock")
    assert (refused.status_code, refused.json()["code"]) == (409, "lock_with_unverified")
    settle(site.database, site.clock())
    key = {"Idempotency-Key": "lock-1"}
    locked = hoa.post(f"{where}/lock", json={"version": 1}, headers=key)
    assert (locked.status_code, locked.json()["state"]) == (200, "locked")
    assert hoa.post(f"{where}/lock", json={"version": 1}, headers=key).json() == locked.json()
    assert hoa.post(f"{where}/lock").json()["code"] == "month_moved_on"
    body = {"as": "keeper", "digest": locked.json()["digest"], "password": PASSWORD}
    assert lan.post(f"{where}/signatures", json=body | {"password": "sai"}).status_code == 403
    assert lan.post(f"{where}/signatures", json=body).status_code == 201
    again = lan.post(f"{where}/signatures", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "month_moved_on")
    assert [each["as"] for each in hoa.get(where).json()["signatures"]] == ["keeper"]
    sheet = hoa.get("/api/v1/reports/timesheet", params={"unit": "A", "month": "2026-03"}).json()
    assert (sheet["digest"], sheet["version"]) == (body["digest"], 1)
    assert hoa.get(f"{where[:-2]}13").status_code == 422
    site.clock.pass_by(minutes=10)
    assert hoa.post(f"{where}/reopen", json={"reason": ""}).status_code == 422
    stale = hoa.post(f"{where}/reopen", json={"reason": "Giấy nghỉ nộp muộn", "version": 2})
    assert (stale.status_code, stale.json()["code"]) == (409, "month_moved_on")
    opened = hoa.post(f"{where}/reopen", json={"reason": "Giấy nghỉ nộp muộn", "version": 1}).json()
    assert (opened["state"], opened["version"], opened["signatures"]) == ("open", 2, [])
    old = hoa.get("/api/v1/reports/timesheet", params={"unit": "A", "month": "2026-03", "version": 1}).json()
    assert old["digest"] == body["digest"]


def test_a_month_that_is_not_over_is_not_locked_though_nothing_in_it_is_open(site: Site) -> None:
    where, page = "/api/v1/months/B/2200-01", "/months/B/2200-01"
    vinh = api(site, "vinh")
    assert vinh.get(where).json()["lockable"] is False
    assert vinh.post(f"{where}/lock").status_code == 422
    assert site.signed_in("vinh").send(f"{page}/lock", on=f"{page}/close", version="1").status_code == 409
    assert vinh.get(where).json()["state"] == "open"


def test_days_that_differ_are_counted_beyond_those_listed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.pages.months.MOST_ROWS", 1)
    settle(site.database, site.clock())
    hoa = site.signed_in("hoa")
    assert hoa.send(f"{MONTH}/lock", on=f"{MONTH}/close").status_code == 303
    site.clock.pass_by(minutes=10)
    with site.database.writing() as session:
        at = site.clock()
        for on in (date(2026, 3, 18), date(2026, 3, 19)):
            papers.add_leave(session, "E1", on, code="P", approved_at=at, at=at)
    page = hoa.see(f"{MONTH}/versions/1/difference")
    assert page.count("row-link") == 1
    assert "2 ngày khác" in page
    assert "Còn 1 mục nữa" in page


def test_acts_are_in_the_trail(site: Site) -> None:
    settle(site.database, site.clock())
    hoa = api(site, "hoa")
    found = hoa.post(f"/api/v1{MONTH}/lock").json()
    body = {"as": "keeper", "digest": found["digest"], "password": PASSWORD}
    api(site, "lan").post(f"/api/v1{MONTH}/signatures", json=body)
    site.clock.pass_by(minutes=10)
    hoa.post(f"/api/v1{MONTH}/reopen", json={"reason": "Nhầm"})
    with site.database.reading() as session:
        acts = session.execute(text("SELECT act FROM trail WHERE kind = 'month' ORDER BY seq")).scalars().all()
    assert [act for act in acts if act != "looked"] == ["month.locked", "month.signed", "month.reopened"]
