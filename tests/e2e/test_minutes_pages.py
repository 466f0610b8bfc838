"""The pages of minutes: written, signed on glass, sealed, read, compared by anybody who holds the paper."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import pypdfium2
import pytest

from attendance.store import minutes as stored
from attendance.store.database import Database
from tests import month_office
from tests.e2e.site import PASSWORD, Person, Site, token_of
from tests.minutes_office import KEY, STROKES, hold_visit, visit_in

HERE = f"/inspections/{KEY}"
DRAWN = json.dumps(STROKES)


@pytest.fixture
def site(sqlite_database: Database, tmp_path: Path) -> Site:
    month_office.fill(sqlite_database)
    found = month_office.open_months(sqlite_database, tmp_path)
    hold_visit(sqlite_database, "tra", written=None)
    return found


def seal(team: Person) -> None:
    text = {"number": "12/BB-ĐKT", "place": "Tân Mai", "unit_side": "Ngô Quang Vinh; Phó Chủ tịch", "copies": "2"}
    team.send(f"{HERE}/minutes", conclusion_1="Niêm yết giờ làm việc", due_1="2026-11-20", then="sign", **text)
    assert team.last.headers["location"] == f"{HERE}/minutes/sign"
    team.send(
        f"{HERE}/minutes/seal", on=f"{HERE}/minutes/sign", version="1", team_name="Phan Văn Lực", team_strokes=DRAWN,
        unit_name="Ngô Quang Vinh", unit_refused="Không đồng ý", password=PASSWORD,
    )  # fmt: skip
    assert team.last.status_code == 303, team.last.text


def test_minutes_are_written_signed_and_read(site: Site) -> None:
    team, head = site.signed_in("tra"), site.signed_in("hoa")
    assert head.client.get(f"{HERE}/minutes").status_code == 404
    assert "chưa niêm phong" in team.see(f"{HERE}/minutes")
    refused = team.send(
        f"{HERE}/minutes", unit_side="; Phó Chủ tịch", desk="Bộ phận một cửa đủ người", version="9" * 5000
    )
    assert refused.status_code == 409
    assert "thiếu họ tên" in refused.text
    assert "Bộ phận một cửa đủ người" in refused.text  # what was written is still in the form
    seal(team)
    page = head.see(f"{HERE}/minutes")
    for told in ("12/BB-ĐKT", "Niêm yết giờ làm việc", "Từ chối ký. Lý do: Không đồng ý", "Nguyễn Thị Ánh (E2)"):
        assert told in page
    assert "Giấy ra viện" not in page
    for where in ("/days/E2/2026-03-17", "/people/E2"):
        assert f'href="{HERE}/minutes"' in head.see(where), where
    assert "Ghi nhận của đoàn kiểm tra" not in head.see("/days/E1/2026-03-17")
    assert head.client.get(f"{HERE}/minutes.pdf").content.startswith(b"%PDF")
    assert "Quá hạn (1)" in head.see("/inspections/followups?show=overdue")
    head.send(f"{HERE}/followups/1/answer", on="/inspections/followups", text="Đã niêm yết.", version="1")
    team.send(f"{HERE}/followups/1/decision", on="/inspections/followups", act="done", version="2")
    assert "Không có việc nào quá hạn" in head.see("/inspections/followups?show=overdue")
    assert "tra xác nhận đã xong" in head.see("/inspections/followups")


def test_a_wrong_password_keeps_what_was_signed(site: Site) -> None:
    team = site.signed_in("tra")
    team.send(f"{HERE}/minutes", unit_side="Ngô Quang Vinh; Phó Chủ tịch", copies="2")
    page = team.send(
        f"{HERE}/minutes/seal", on=f"{HERE}/minutes/sign", team_name="Phan Văn Lực", team_strokes=DRAWN,
        unit_name="Ngô Quang Vinh", unit_refused="Không đồng ý", password="không phải",
    )  # fmt: skip
    assert page.status_code == 409
    assert "Mật khẩu chưa đúng" in page.text
    assert DRAWN.replace(" ", "") in page.text.replace(" ", "")
    assert "Không đồng ý" in page.text
    with site.database.reading() as session:
        assert visit_in(session).state == "ended"


def test_an_annex_is_signed_and_stands_under_the_minutes(site: Site) -> None:
    team = site.signed_in("tra")
    seal(team)
    team.send(
        f"{HERE}/annexes", on=f"{HERE}/annexes/new", text="Bổ sung giấy mời số 44.", team_name="Phan Văn Lực",
        team_strokes=DRAWN, unit_name="Ngô Quang Vinh", unit_strokes=DRAWN, password=PASSWORD,
    )  # fmt: skip
    assert team.last.headers["location"] == f"{HERE}/minutes?done=annexed"
    page = team.see(f"{HERE}/minutes")
    assert "Phụ lục 1" in page
    assert "Bổ sung giấy mời số 44." in page
    paper = team.client.get(f"{HERE}/annexes/1.pdf").content
    document = pypdfium2.PdfDocument(paper)
    told = unicodedata.normalize("NFC", "\n".join(each.get_textpage().get_text_range() for each in document))
    document.close()
    for line in ("PHỤ LỤC SỐ 1", "Bổ sung giấy mời số 44.", "Phan Văn Lực", "Nối tiếp nội dung đã niêm phong"):
        assert line in told, line
    with site.database.reading() as session:
        found = stored.of_visit(session, visit_in(session).id)
        assert found is not None
        code = found.code
    anybody = site.person()
    sent = {"csrf_token": token_of(anybody.see(f"/verify/{code}"))}
    for content, said in ((paper, "một phụ lục của biên bản"), (paper[:900] + b"#" + paper[901:], "đã bị thay đổi")):
        files = {"file": ("phu-luc.pdf", content, "application/pdf")}
        assert said in anybody.client.post(f"/verify/{code}", data=sent, files=files).text


def test_whoever_holds_the_paper_compares_it_and_learns_of_no_person(site: Site) -> None:
    seal(site.signed_in("tra"))
    with site.database.reading() as session:
        found = stored.of_visit(session, visit_in(session).id)
        assert found is not None
        code, digest, pdf = found.code, found.digest, found.pdf
    anybody = site.person()
    page = anybody.see(f"/verify/{code}")
    assert digest in page
    assert "/3</span>" in re.sub(r"\s+", "", page)
    for name in (*month_office.NAMES.values(), "Phan Văn Lực", "Ngô Quang Vinh", "E2"):
        assert name not in page
    assert anybody.see(f"/verify/{code[:4]}-{code[4:8]}-{code[8:]}".lower()).count(digest) == 1

    def compare(content: bytes) -> str:
        token = token_of(anybody.see(f"/verify/{code}"))
        files = {"file": ("bien-ban.pdf", content, "application/pdf")}
        return str(anybody.client.post(f"/verify/{code}", data={"csrf_token": token}, files=files).text)

    assert "đúng từng byte" in compare(pdf)
    assert "đã bị thay đổi" in compare(pdf[:3000] + bytes([pdf[3000] ^ 1]) + pdf[3001:])
    assert "không mang niêm phong" in compare(b"%PDF-1.7")
    unknown = anybody.client.get("/verify/ABCDEFGHJKMN")
    assert unknown.status_code == 404
    assert "không có biên bản nào" in unknown.text


def test_codes_cannot_be_tried_quickly(site: Site) -> None:
    anybody = site.person()
    answers = [anybody.client.get(f"/verify/ABCDEFGHJK{tried:02}").status_code for tried in range(40)]
    assert answers[0] == 404
    assert answers[-1] == 429
    assert site.person(address="10.20.30.41").client.get("/verify/ABCDEFGHJKMN").status_code == 404
