"""Drafts and imports of others are not there, whoever asks: by page and by API, to read, to store, to undo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.pages.importing.drafts import LASTS, Drafts
from api.pages.routes import show_error
from api.serving import PAGES
from attendance.errors import Invalid, NotFound
from attendance.services.accounts import seal
from attendance.sheets import read_pasted
from tests.e2e.conftest import NOW, PASSWORD, Office, Ticking

SHEET = "Mã NV\tHọ và tên\tĐơn vị\nCC-0101\tNguyễn Thị Hà\tA\n"


class Reading:
    """Somebody before the pages."""

    def __init__(self, office: Office, user: str) -> None:
        self.secret = office.accounts.sign_in(user, PASSWORD, "10.20.30.40", "session").secret
        self.token = seal(office.settings.secret(), "form", self.secret)
        self.client = TestClient(office.app, "http://test", follow_redirects=False)
        self.client.cookies.set("attendance_session", self.secret)

    def get(self, path: str) -> Any:
        return self.client.get(path)

    def post(self, path: str, **form: str) -> Any:
        return self.client.post(path, data={"csrf_token": self.token, **form})

    def hand_in(self, kind: str = "employees", text: str = SHEET) -> str:
        answer = self.post("/import/sheets", kind=kind, text=text)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])


@pytest.fixture
def paged(make_office: Callable[..., Office]) -> Office:
    return make_office(extra_routers=PAGES, page_error=show_error)


def test_a_draft_is_its_owners_alone(paged: Office) -> None:
    hr, other = Reading(paged, "hr"), Reading(paged, "hr.a")
    address = hr.hand_in()
    assert hr.get(address).status_code == 200
    found, none = other.get(address), other.get("/import/nothing-like-it")
    assert (found.status_code, found.text) == (404, none.text.replace("/import/nothing-like-it", address))
    assert "CC-0101" not in found.text
    assert other.post(address, action="file").headers["location"] == "/import"
    assert hr.get(address).status_code == 200
    assert hr.post(address, action="file").headers["location"].startswith("/import/batches/1")
    assert hr.get(address).status_code == 404  # nothing of it is kept


def test_an_import_of_the_whole_office_is_not_there_for_a_part_of_it(paged: Office) -> None:
    hr, part = Reading(paged, "hr"), Reading(paged, "hr.a")
    hr.post(hr.hand_in(), action="file")
    assert hr.get("/import/batches/1").status_code == 200
    assert part.get("/import/batches/1").status_code == 404
    assert part.post("/import/batches/1/undo").status_code == 404
    assert "/import/batches/1" not in part.get("/import").text
    assert hr.post("/import/batches/1/undo").status_code == 303


@pytest.mark.parametrize("user", ["inspector", "leader.b"])
def test_whoever_may_import_nothing_sees_no_page_of_it(paged: Office, user: str) -> None:
    hr, reader = Reading(paged, "hr"), Reading(paged, user)
    address = hr.hand_in()
    for path in ("/import", address, "/import/batches/1", "/import/templates/employees"):
        assert reader.get(path).status_code == 403
    assert reader.post("/import/sheets", kind="employees", text=SHEET).status_code == 403


def test_a_kind_one_may_not_bring_in_is_refused(paged: Office) -> None:
    root = Reading(paged, "root")  # sees no papers
    answer = root.post("/import/sheets", kind="absences", text="Mã NV\tLoại\nE1\tnghỉ\n")
    assert (answer.status_code, "location" in answer.headers) == (422, False)


def test_a_form_of_another_site_changes_nothing(paged: Office) -> None:
    hr = Reading(paged, "hr")
    address = hr.hand_in()
    for path in ("/import/sheets", address, "/import/batches/1/undo"):
        assert hr.client.post(path, data={"csrf_token": "x", "action": "file"}).status_code == 403
    assert paged.get("hr", "/imports")["total"] == 0


def test_drafts_are_kept_for_hours_and_a_few_alone() -> None:
    clock = Ticking()
    drafts = Drafts(clock)
    book = read_pasted(SHEET)
    first = drafts.keep(1, "employees", book, "", 10)
    assert drafts.get(first.token, 1) is first
    with pytest.raises(NotFound):
        drafts.get(first.token, 2)
    clock.at = NOW + LASTS + timedelta(seconds=1)
    assert len(drafts) == 0
    for _ in range(9):
        drafts.keep(1, "employees", book, "", 10)
    assert len(drafts) == 5
    with pytest.raises(Invalid):
        drafts.keep(2, "employees", book, "", 10**9)
