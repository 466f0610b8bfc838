"""Checkpoints over HTTP: page, printed form, check of one that was kept elsewhere, and the API."""

from __future__ import annotations

import re
from datetime import timedelta

from attendance.services.evidence import bundling, checkpoints, notes
from attendance.services.evidence.checkpoints import Checkpoint
from attendance.services.signing_key import signing_key
from attendance.store.trail import TIMETABLE
from tests.e2e.conftest import Office
from tests.e2e.rule_visits import browser


def make(office: Office, count: int) -> list[Checkpoint]:
    found = []
    for day in range(count):
        at = office.clock() + timedelta(days=day)
        with office.database.writing() as session:
            key = signing_key(session, office.settings.secret(), at)
            found.append(checkpoints.make(session, key, "day", by=TIMETABLE, at=at))
    return found


def test_programs_fetch_them_and_hold_the_office_to_them(office: Office) -> None:
    made = make(office, 3)
    found = office.get("auditor", "/evidence/checkpoints", limit=2)
    assert [each["number"] for each in found["items"]] == [3, 2]
    assert (found["total"], found["next"]) == (3, "2")
    assert [e["number"] for e in office.get("auditor", "/evidence/checkpoints", cursor="2")["items"]] == [1]
    latest = office.get("auditor", "/evidence/checkpoints/latest")
    assert latest["text"] == made[-1].text
    assert latest["text"] + latest["heads"] == made[-1].whole
    (given,) = notes.read(latest["text"] + latest["heads"])
    assert given.heads is not None
    assert (latest["digest"], latest["code"]) == (given.note.digest, given.note.code)
    assert office.get("auditor", "/evidence/checkpoints/1")["number"] == 1
    assert office.client("auditor").get("/api/v1/evidence/checkpoints/9").status_code == 404
    assert office.client("hr").get("/api/v1/evidence/checkpoints").status_code == 403


def test_the_page_shows_them_and_compares_what_is_brought(paged_office: Office) -> None:
    office = paged_office
    made = make(office, 2)
    client = browser(office, "auditor")
    page = client.get("/evidence")
    assert page.status_code == 200
    assert made[0].note.code in page.text
    assert client.get("/evidence/2").text.count(made[1].note.code) == 1
    printed = client.get("/evidence/2/print.pdf")
    assert printed.content.startswith(b"%PDF")
    assert client.get("/evidence/2/checkpoint.txt").text == made[1].whole
    assert client.get("/evidence/verify_bundle.py").content == bundling.program()
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token is not None

    def check(text: str, file: bytes = b"") -> tuple[int, str]:
        sent = {"csrf_token": token[1], "text": text}
        files = {"file": ("checkpoint.txt", file, "text/plain")}
        answer = client.post("/evidence/check", data=sent, files=files)
        return answer.status_code, answer.text

    code, said = check(made[0].text.replace("\n", "\r\n"))
    assert (code, "Khớp: dữ liệu hiện có đúng như tại điểm niêm phong số 1." in said) == (200, True)
    assert "Khớp: mã này là của điểm niêm phong số 2" in check(made[1].note.code.lower())[1]
    assert "điểm niêm phong số 1, 2" in check("", (made[0].whole + "\n" + made[1].whole).encode())[1]
    assert "Không có điểm niêm phong nào mang mã này" in check("0000-0000-0000-0000-0000")[1]
    assert check("một đoạn văn bản khác")[0] == 422
    forged = made[0].text.replace("chains ", "chains 1")
    assert "Không khớp" in check(forged)[1]


def test_who_may_not_see_them_is_refused(paged_office: Office) -> None:
    make(paged_office, 1)
    client = browser(paged_office, "hr")
    for path in ("/evidence", "/evidence/1/print.pdf", "/evidence/verify_bundle.py"):
        assert client.get(path).status_code == 403
