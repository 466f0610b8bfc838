"""Pages of rules, hours and the calendar over the invented office, asked as a browser asks them."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi.testclient import TestClient
from pwdlib.hashers.argon2 import Argon2Hasher

from api.pages.routes import show_error
from api.serving import PAGES
from attendance.services.evaluate import evaluate_dirty
from tests.e2e.conftest import PASSWORD, ZONE, Office, _open

SPAN = {"first": "02/11/2026", "last": "20/11/2026"}
GRACE = {"rule": "late_grace_minutes", "unit": "A1", "value": "15"}


def open_pages(make_office: Callable[..., Office]) -> Office:
    return make_office(extra_routers=PAGES, page_error=show_error)


@contextmanager
def read_only(template: Path, hasher: Argon2Hasher, folder: Path) -> Iterator[Office]:
    """One office for many tests that only look."""
    office = _open(template, hasher, folder / "data", extra_routers=PAGES, page_error=show_error)
    yield office
    office.database.close()


def browser(office: Office, user: str) -> TestClient:
    """Somebody signed in, in Vietnamese."""
    client = office.client()
    token = re.search(r'name="csrf_token" value="(\w+)"', client.get("/sign-in").text)
    assert token is not None
    given = {"username": user, "password": PASSWORD, "csrf_token": token[1]}
    assert client.post("/sign-in", data=given).status_code == 303
    return client


def seen(client: TestClient, address: str, status: int = 200, **query: Any) -> str:
    """The text of a page: without tags, white space as it is read."""
    answer = client.get(address, params=query or None)
    assert answer.status_code == status, answer.text
    return words(answer.text)


def words(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def press(client: TestClient, address: str, query: dict[str, Any], *, on: str | None = None, status: int = 303) -> Any:
    """Send the form that a page offers for a draft; `on`: the page it stands on, else that of the address."""
    page = client.get(on or address, params=query).text
    form = re.search(r'<form method="post" action="' + re.escape(address) + r'\?([^"]*)">(.*?)</form>', page, re.S)
    assert form is not None, words(page)
    fields = dict(re.findall(r'name="(\w+)" value="(\w*)"', form[2]))
    answer = client.post(f"{address}?{html.unescape(form[1])}", data=fields)
    assert answer.status_code == status, words(answer.text)
    return answer


def address_of(path: str, query: dict[str, Any]) -> str:
    return f"{path}?{urlencode(query)}"


def judge(office: Office) -> None:
    office.clock.pass_by(minutes=1)
    evaluate_dirty(office.database, ZONE, office.clock())


def late(office: Office, employee: str) -> list[str]:
    """The dates on which somebody is concluded late."""
    found = office.get("hr", "/violations", employee=employee, type="late", limit=500, **{
        "from": "2026-11-01", "to": "2026-11-30",
    })  # fmt: skip
    return sorted(row["date"] for row in found["items"])
