"""*Báo cáo* as people see it: every paper there is has a page, a preview, and a file in each of its formats."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pypdfium2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.pages.i18n import Translator
from api.reporting.asking import names_of
from api.reporting.catalogue import MEDIA, entries, title
from api.reporting.entry import Entry
from attendance.services.access import ALLOWED
from attendance.services.accounts import seal
from tests.e2e.conftest import USERS, Office

NEEDED = {
    "unit": "A", "employee": "E2", "month": "2026-11", "from": "01/11/2026", "to": "20/11/2026", "year": "2026",
    "violation": "1-20261103-am-late",
}  # fmt: skip
ALL = [pytest.param(entry, one, id=f"{entry.key}-{one}") for entry in entries() for one in entry.formats]
SAMPLE = [
    pytest.param(entry, entry.formats[turn % len(entry.formats)], id=entry.key) for turn, entry in enumerate(entries())
]


def whoever_may(entry: Entry) -> str:
    """An account of the whole office whose role may ask for a paper."""
    return next(name for name, (role, unit) in USERS.items() if unit is None and role in ALLOWED[entry.permission])


def page_of(office: Office, user: str) -> TestClient:
    client = office.client()
    secret = office.accounts.open(office.accounts.signed_in_of(user), "session").secret
    client.headers["Cookie"] = f"attendance_session={secret}; attendance_language=vi"
    client.secret = secret  # type: ignore[attr-defined]
    return client


def form(office: Office, client: TestClient, **values: str) -> dict[str, str]:
    return values | {"csrf_token": seal(office.settings.secret(), "form", client.secret)}  # type: ignore[attr-defined]


def wanted(entry: Entry) -> dict[str, str]:
    """With what a paper must be asked with, and the dates of the office."""
    return {name: NEEDED[name] for name in names_of(entry) if name in entry.must | {"from", "to", "month", "year"}}


def read(content: bytes, format: str) -> Any:
    """A file as whoever gets it reads it; what is not what it says cannot be."""
    match format:
        case "json":
            return [json.loads(content)]
        case "csv":
            return content.decode("utf-8-sig").splitlines()
        case "pdf":
            return pypdfium2.PdfDocument(content).get_page_size(0)
        case "xlsx":
            return "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(content)).namelist()
        case _:
            return "manifest.json" in zipfile.ZipFile(io.BytesIO(content)).namelist()


@pytest.mark.parametrize(("entry", "format"), SAMPLE)
def test_every_paper_is_looked_at_and_taken(shared_pages: Office, entry: Entry, format: str) -> None:
    """Each in one of its formats, in turn; `-m long` in all of them."""
    user = whoever_may(entry)
    client = page_of(shared_pages, user)
    assert f"/reports/papers/{entry.key}" in client.get("/reports").text
    bare = client.get(f"/reports/papers/{entry.key}")
    assert bare.status_code == 200, bare.text
    assert html.escape(title(Translator("vi"), entry.key)) in bare.text
    hint = "reports.week_hint" if entry.key == "brief" else "reports.span_hint"
    assert (Translator("vi")(hint) in bare.text) == ("span" in entry.needs)
    page = client.get(f"/reports/papers/{entry.key}", params={**wanted(entry), "show": "1"})
    assert page.status_code == 200, re.sub(r"<[^>]*>", " ", page.text)
    files = [html.unescape(one) for one in re.findall(r'href="(/reports/papers/[^"]*/file\?[^"]*)"', page.text)]
    offered = {parse_qs(urlsplit(one).query)["format"][0]: one for one in files if "inline" not in one}
    assert list(offered) == list(entry.formats)
    assert "<table" in page.text or 'class="empty"' in page.text or "<object" in page.text
    take(shared_pages, client, user, entry, format, offered[format])


@pytest.mark.long
@pytest.mark.parametrize(("entry", "format"), ALL)
def test_every_paper_is_taken_in_each_of_its_formats(shared_pages: Office, entry: Entry, format: str) -> None:
    user = whoever_may(entry)
    query = urlencode({**wanted(entry), "format": format})
    take(shared_pages, page_of(shared_pages, user), user, entry, format, f"/reports/papers/{entry.key}/file?{query}")


def take(office: Office, client: TestClient, user: str, entry: Entry, format: str, address: str) -> None:
    """From the page and over the API: the same thing, and what its name says."""
    taken = client.get(address)
    assert taken.status_code == 200, taken.text
    assert taken.headers["content-type"] == MEDIA[format]
    assert read(taken.content, format)
    asked = wanted(entry)
    iso = asked | {name: value for name, value in (("from", "2026-11-01"), ("to", "2026-11-20")) if name in asked}
    over_api = office.client(user).get(f"/api/v1/reports/{entry.key}", params={**iso, "format": format})
    assert over_api.status_code == 200, over_api.text
    assert over_api.headers["content-type"] == MEDIA[format]
    if format in ("csv", "json"):
        assert read(over_api.content, format) == read(taken.content, format)


def test_the_catalogue_tells_each_what_they_may_ask_for(shared_pages: Office) -> None:
    by_user = {user: {row["key"] for row in shared_pages.get(user, "/reports")["items"]} for user in USERS}
    for entry in entries():
        may = {user for user, (role, _) in USERS.items() if role in ALLOWED[entry.permission]}
        assert may == {user for user, keys in by_user.items() if entry.key in keys}, entry.key
    assert "timesheet" not in page_of(shared_pages, "e1").get("/reports").text
    assert page_of(shared_pages, "e1").get("/reports/papers/timesheet?unit=A").status_code == 403
    if not by_user["auditor"]:
        assert page_of(shared_pages, "auditor").get("/reports").status_code == 403


def test_registers_are_called_and_shown_as_they_are_printed(shared_pages: Office) -> None:
    t = Translator("vi")
    assert title(t, "visits") == t("register_title.visits")
    page = page_of(shared_pages, "hr").get("/reports/papers/terminals", params={"show": "1"})
    assert t("register.health_state") in page.text
    assert t("register.health_reason") not in page.text, "a code for programs, left out in print"


def test_an_official_is_offered_nobody_else_and_sees_their_own_alone(shared_pages: Office) -> None:
    page = page_of(shared_pages, "e2").get("/reports/papers/violations", params={"from": "01/11/2026", "show": "1"})
    assert 'name="employee"' not in page.text
    assert 'name="unit"' not in page.text
    assert "Trần Văn Nam" in page.text
    assert "Nguyễn Thị Thu Hà" not in page.text


def test_a_person_is_meant_by_words_of_a_name(shared_pages: Office) -> None:
    client = page_of(shared_pages, "hr")
    one = client.get("/reports/papers/violations", params={"employee": "van nam", "from": "01/11/2026"})
    assert "E2" in one.text
    assert "employee=E2&amp;" in one.text or "employee=E2" in one.text
    many = client.get("/reports/papers/violations", params={"employee": "n", "from": "01/11/2026"})
    assert "/file?" not in many.text
    for code in ("E1", "E2"):
        assert f"employee={code}" in many.text
    nobody = client.get("/reports/papers/violations", params={"employee": "không ai", "from": "01/11/2026"})
    assert nobody.status_code == 422


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"from": "20/11/2026", "to": "01/11/2026"}, 422), ({"from": "01/01/2001", "to": "20/11/2026"}, 422),
        ({"unit": "N"}, 404), ({"unit": "a\0b"}, 404), ({"employee": "a\0b"}, 422), ({"unit": "x" * 5000}, 404),
        ({"from": "<script>"}, 422),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_on_the_page(shared_pages: Office, asked: dict[str, str], status: int) -> None:
    answer = page_of(shared_pages, "hr").get("/reports/papers/violations", params={**asked, "show": "1"})
    assert answer.status_code == status
    assert "<script>" not in answer.text


def test_a_dossier_of_more_than_a_quarter_is_refused_before_it_is_made(shared_pages: Office) -> None:
    client, asked = page_of(shared_pages, "hr"), {"employee": "E2", "from": "01/01/2026", "to": "20/11/2026"}
    for where in ("/reports/papers/dossier", "/reports/papers/dossier/file"):
        answer = client.get(where, params=asked)
        assert answer.status_code == 422
        assert "không quá 92 ngày" in answer.text
    job = {"report": "dossier", "employee": "E2", "from": "2026-01-01", "to": "2026-11-20"}
    answer = shared_pages.client("hr").post("/api/v1/reports/jobs", json=job)
    assert (answer.status_code, "at most 92 days" in answer.text) == (422, True)


def test_no_file_leaves_that_cannot_be_written_down_and_the_page_says_why(paged_office: Office) -> None:
    client = page_of(paged_office, "hr")
    where, asked = "/reports/papers/violations/file", {"from": "2026-11-01", "to": "2026-11-20", "format": "csv"}
    assert client.get(where, params={**asked, "format": "docx"}).status_code == 422
    with paged_office.database.writing() as session:
        session.execute(text("CREATE TRIGGER full BEFORE INSERT ON trail BEGIN SELECT RAISE(ABORT, 'full'); END"))
    answer = client.get(where, params=asked)
    assert answer.status_code == 503
    assert "text/html" in answer.headers["content-type"]
    assert "E2" not in answer.text


def test_a_paper_is_ordered_and_taken_back_on_the_page(paged_office: Office) -> None:
    client = page_of(paged_office, "hr")
    order = {"paper": "violations", "format": "csv", "asked": "from=2026-11-01&to=2026-11-20"}
    assert client.post("/reports/jobs", data=order).status_code == 403  # no token of a form
    answer = client.post("/reports/jobs", data=form(paged_office, client, **order))
    assert (answer.status_code, answer.headers["location"]) == (303, "/reports?done=ordered#jobs")
    (job,) = paged_office.get("hr", "/reports/jobs")["items"]
    live = client.get("/reports/jobs/live").text
    assert 'hx-get="/reports/jobs/live"' in live
    assert "Đang chờ" in live
    assert "01/11/2026" in live
    assert "2026-11-01" not in live
    early = client.get(f"/reports/jobs/{job['id']}/file")
    assert early.headers["location"] == "/reports?problem=not_ready#jobs"
    other = page_of(paged_office, "hr2")
    assert other.get(f"/reports/jobs/{job['id']}/file").status_code == 404
    drop = f"/reports/jobs/{job['id']}/drop"
    assert other.post(drop, data=form(paged_office, other)).status_code == 404
    assert client.post(drop, data=form(paged_office, client)).status_code == 303
    assert "hx-get" not in client.get("/reports/jobs/live").text


def test_a_paper_that_is_none_of_rows_is_shown_inside_of_its_page(shared_pages: Office) -> None:
    shown = [entry for entry in entries() if entry.preview is None and "pdf" in entry.formats]
    for entry in shown[:1]:
        client = page_of(shared_pages, whoever_may(entry))
        page = client.get(f"/reports/papers/{entry.key}", params={**wanted(entry), "show": "1"})
        assert "object-src 'self'" in page.headers["content-security-policy"]
        address = html.unescape(re.findall(r'<object[^>]*data="([^"]*)"', page.text)[0])
        inside = client.get(address)
        assert inside.headers["content-type"] == "application/pdf"
        assert inside.headers["x-frame-options"] == "SAMEORIGIN"
        assert "frame-ancestors 'self'" in inside.headers["content-security-policy"]
        assert inside.headers["content-disposition"].startswith("inline")
    other = page_of(shared_pages, "hr").get(
        "/reports/papers/timesheet/file?unit=A&month=2026-11&format=csv&inline=true"
    )
    assert other.headers["x-frame-options"] == "DENY"
