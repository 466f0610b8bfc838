"""Commitments on the pages: a template, a unit that is asked, a signature with the password again, two open tabs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdfium2 import PdfDocument

from attendance.services.notifications.signing import due_signatures
from attendance.store import commitments, notices
from tests.committing import open_committing
from tests.e2e.site import NOON, PASSWORD, Person, Site, copied

ZONE = "Asia/Ho_Chi_Minh"
CODE = "CA-NHAN"
TEMPLATE = {
    "code": CODE, "scope": "person", "unit": "", "seen": "0", "heading": "BẢN CAM KẾT", "basis": "",
    "use_late_early_per_month": "1", "value_late_early_per_month": "2", "texts": "Không trễ hẹn\nKhông gây phiền hà",
    "do": "save",
}  # fmt: skip


@pytest.fixture
def site(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Site]:
    found = open_committing(copied(migrated_sqlite, tmp_path), tmp_path)
    yield found
    found.database.close()


def ask(site: Site, **more: Any) -> Person:
    hr = site.signed_in("lan")
    assert hr.send("/commitments/templates", on="/commitments/templates?example=person", **TEMPLATE).status_code == 303
    sent = hr.send("/commitments", template=CODE, year="2026", unit="A", due="30/11/2026", **more)
    assert (sent.status_code, sent.headers["location"]) == (303, "/commitments?year=2026&done=asked")
    return hr


def number_of(person: Person) -> str:
    found = re.search(r'action="/commitments/(\d+)/sign"', person.see("/me"))
    assert found is not None
    return found[1]


def digest_on(page: str) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


def words_of(pdf: bytes) -> str:
    found = PdfDocument(pdf)
    assert [round(side) for side in found[0].get_size()] == [595, 842]  # A4
    return " ".join(page.get_textpage().get_text_bounded() for page in found).replace("\r\n", " ")


def test_one_signs_on_their_own_page_and_the_second_tab_is_told(site: Site) -> None:
    hr = ask(site)
    assert "<strong>0/3</strong>" in hr.see("/commitments?year=2026")
    official, tab = site.signed_in("anh"), site.signed_in("anh")
    number = number_of(official)
    where, digest = f"/commitments/{number}/sign", digest_on(tab.see(f"/commitments/{number}"))
    wrong = official.send(where, on="/me", digest=digest, password="không phải")
    assert (wrong.status_code, "Mật khẩu chưa đúng" in wrong.text) == (409, True)
    assert official.send(where, on="/me", digest=digest, password=PASSWORD).status_code == 303
    late = tab.send(where, on=f"/commitments/{number}", digest=digest, password=PASSWORD)
    assert (late.status_code, "đã thay đổi từ lúc bạn mở trang" in late.text) == (409, True)
    assert "<strong>1/3</strong>" in hr.see("/commitments?year=2026")
    head = site.signed_in("hoa")
    assert head.send(f"/commitments/{number}/confirm", on=f"/commitments/{number}").status_code == 303
    assert "Đã xác nhận bằng tài khoản" in head.see(f"/commitments/{number}")
    printed = words_of(official.client.get(f"/commitments/{number}/paper.pdf").content)
    for words in ("BẢN CAM KẾT", "Nguyễn Thị Ánh", "không quá 2 lượt", "Trần Văn Bình", digest):
        assert words in printed, words
    assert f'action="{where}"' not in official.see("/me")


def test_nobody_signs_for_another_and_an_official_sees_no_colleagues(site: Site) -> None:
    ask(site)
    number, other = number_of(site.signed_in("anh")), site.signed_in("an")
    assert "Nguyễn Thị Ánh" not in other.see("/commitments")
    assert other.client.get(f"/commitments/{number}").status_code == 404
    head = site.signed_in("hoa")
    digest = digest_on(site.signed_in("anh").see("/me"))
    refused = head.send(f"/commitments/{number}/sign", on=f"/commitments/{number}", digest=digest, password=PASSWORD)
    assert (refused.status_code, "chính người cam kết ký" in refused.text) == (409, True)
    own = number_of(head)
    head.send(f"/commitments/{own}/sign", on="/me", digest=digest_on(head.see("/me")), password=PASSWORD)
    assert "/confirm" not in head.see(f"/commitments/{own}")
    refused = head.send(f"/commitments/{own}/confirm", on=f"/commitments/{number}")
    assert (refused.status_code, "Không ai tự xác nhận" in refused.text) == (409, True)
    leader = site.signed_in("vinh")
    assert leader.send(f"/commitments/{own}/confirm", on=f"/commitments/{own}").status_code == 303


def test_a_draft_is_shown_and_not_kept_and_what_is_wrong_stays_in_the_form(site: Site) -> None:
    hr = site.signed_in("lan")
    on = "/commitments/templates?example=person"
    shown = hr.send("/commitments/templates", on=on, **TEMPLATE | {"do": "preview"}).text
    assert "không quá 2 lượt trong một tháng" in shown
    wrong = hr.send("/commitments/templates", on=on, **TEMPLATE | {"value_late_early_per_month": "hai"})
    assert (wrong.status_code, "clauses[0].limit" in wrong.text, "Không gây phiền hà" in wrong.text) == (
        409,
        True,
        True,
    )
    assert "Chưa có mẫu nào" in hr.see("/commitments/templates")
    hr.send("/commitments/templates", on=on, **TEMPLATE)
    old = hr.send("/commitments/templates", on=on, **TEMPLATE | {"texts": "Khác"})
    assert (old.status_code, "Có người vừa sửa mẫu này" in old.text) == (409, True)


def test_who_is_asked_is_told_once_and_once_more_near_the_last_day(site: Site) -> None:
    ask(site)

    def told(**later: float) -> list[str]:
        at = NOON + timedelta(**later)
        with site.database.writing() as session:
            due = due_signatures(session, ZONE, at)
            fresh = {each.key for each in due} - notices.known(session, [each.key for each in due])
            notices.put(session, due, at)
        return sorted(each.params["stage"] for each in due if each.key in fresh)

    assert told() == ["asked"] * 3
    assert told(minutes=5) == []
    official = site.signed_in("anh")
    number = number_of(official)
    official.send(f"/commitments/{number}/sign", on="/me", digest=digest_on(official.see("/me")), password=PASSWORD)
    assert told(days=2) == []
    assert told(days=3) == ["near"] * 2
    assert told(days=4) == []
    assert told(days=30) == []


@pytest.mark.long
def test_a_person_asked_alone_and_a_date_that_is_none(site: Site) -> None:
    hr = site.signed_in("lan")
    hr.send("/commitments/templates", on="/commitments/templates?example=person", **TEMPLATE)
    given = {"template": CODE, "year": "2026", "unit": "", "employee": "E2"}
    wrong = hr.send("/commitments", **given, due="31/13/2026")
    assert (wrong.status_code, "Ngày không đọc được" in wrong.text, 'value="31/13/2026"' in wrong.text) == (
        422, True, True
    )  # fmt: skip
    assert hr.send("/commitments", **given | {"employee": "E9"}).status_code == 422
    assert hr.send("/commitments", **given).status_code == 303
    with site.database.reading() as session:
        assert [row.asked_by for row in commitments.in_year(session, 2026)] == ["lan"]
    assert hr.send("/commitments", **given).headers["location"].endswith("done=nothing")


def test_the_trail_tells_what_was_done_and_no_reason(site: Site) -> None:
    ask(site)
    number = number_of(site.signed_in("anh"))
    head = site.signed_in("hoa")
    reason = "Đề nghị làm rõ mục hai"
    assert head.send(f"/commitments/{number}/refusal", on=f"/commitments/{number}", reason=reason).status_code == 303
    assert reason in head.see(f"/commitments/{number}")
    site.accounts.create_user("kiem", PASSWORD, "auditor", None)
    trail = site.signed_in("kiem").see("/trail")
    assert "Ghi nhận chưa ký cam kết" in trail
    assert reason not in trail
