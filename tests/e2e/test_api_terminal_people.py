"""Users on terminals and previews of files over the API: who may see what, and that nothing is stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from api.http.schemas.on_terminals import TerminalUsers
from api.http.schemas.terminals import ImportAnswer, PreviewAnswer
from api.importing import import_export, preview_import
from attendance.store import office as store_office
from attendance.store import terminal_users
from attendance.store.tables import TerminalRow
from attendance.store.terminal_users import Entry
from tests import builders
from tests.e2e.conftest import NOW, ZONE, Office

API = "/api/v1"
TABLE = [
    Entry(1, "1", "", b"Ha", 0, False),
    Entry(2, "2", "", b"Tran V" + b"\0", 14, False),
    Entry(3, "E4", "", b"", 0, True),
    Entry(4, "8", "", b"Tr\xc7n", 0, False),
]


def read_users(office: Office) -> None:
    with office.database.writing() as session:
        number = store_office.key(store_office.get(session, TerminalRow, "T-A"))
        changes = terminal_users.compare(session, number, [], TABLE, NOW.replace(tzinfo=None))
        terminal_users.file(session, number, changes, 1)


def test_a_terminal_that_was_never_read_answers_so(shared_office: Office) -> None:
    found = shared_office.get("hr", "/terminals/T-A/users")
    assert TerminalUsers.model_validate(found).users is None


def test_hr_sees_what_is_open_and_only_people_of_its_own(office: Office) -> None:
    read_users(office)
    everything = office.get("hr", "/terminals/T-A/users")
    assert set(everything) == set(TerminalUsers.model_fields)
    TerminalUsers.model_validate(everything)
    assert [row["number"] for row in everything["unmatched"]] == ["8", "E4"]
    assert [row["employee"] for row in everything["not_on_terminal"]] == ["E3"]
    assert everything["unmatched"][0] | {"since": None} == {
        "number": "8", "name": None, "readable": False, "privilege": "user", "disabled": False, "since": None,
        "employee": None, "employee_name": None, "proposal": None, "candidates": [],
    }  # fmt: skip
    own = office.get("hr.a", "/terminals/T-A/users")
    assert own["not_on_terminal"] == [], "E3 serves in B"
    assert [row["number"] for row in own["unmatched"]] == ["8", "E4"], "1 and 3 are held by people of B"
    text = str(own)
    assert "E1" not in text
    assert "E3" not in text
    assert [row["employee"] for row in own["administrators"]] == ["E2"]


@pytest.mark.parametrize(
    ("user", "terminal", "status"),
    [
        (None, "T-A", 401),
        ("leader.b", "T-B", 403),
        ("inspector", "T-A", 403),
        ("hr.a", "T-B", 404),
        ("hr", "NONE", 404),
        ("root", "T-A", 200),
        ("root.a", "T-A", 200),
    ],
)
def test_who_may_ask(shared_office: Office, user: str | None, terminal: str, status: int) -> None:
    assert shared_office.client(user).get(f"{API}/terminals/{terminal}/users").status_code == status


NEW = {"terminal": "T-C", "create": "true"}
ROWS = (
    b"        2\t2026-11-23 07:25:01\t1\t0\t1\t0\n" * 2 + b"       55\t2026-11-23 07:26:01\t1\t0\t1\t0\nrubbish row\n"
)


@pytest.fixture
def with_files(make_office: Callable[..., Office]) -> Office:
    def bring(*given: Any) -> dict[str, Any]:
        terminal, name, data, create, dates, _ = given
        return import_export(office.database, terminal, name, data, zone=ZONE, at=NOW, create=create, dates=dates)

    def preview(*given: Any) -> dict[str, Any]:
        terminal, name, data, create, dates, _ = given
        return preview_import(office.database, terminal, name, data, zone=ZONE, at=NOW, create=create, dates=dates)

    office = make_office(importer=bring, previewer=preview)
    return office


def send(office: Office, user: str, data: bytes, path: str = "?preview=true", **form: str) -> Any:
    files = {"file": ("1_attlog.dat", data)}
    return office.client(user).post(f"{API}/imports/punches{path}", data={"terminal": "T-A", **form}, files=files)


def test_a_preview_says_what_the_import_then_does(with_files: Office) -> None:
    before = builders.count(with_files.database, "pull"), builders.count(with_files.database, "quarantine")
    seen = send(with_files, "hr", ROWS, **NEW).json()
    PreviewAnswer.model_validate(seen)
    assert {field.alias or name for name, field in PreviewAnswer.model_fields.items()} == set(seen)
    assert (seen["read"], seen["new"], seen["repeated"], seen["quarantined"]) == (4, 2, 1, 1)
    assert (seen["lines"], seen["stranger_numbers"]) == ({"broken_row": [4]}, ["2", "55"])
    assert before == (builders.count(with_files.database, "pull"), builders.count(with_files.database, "quarantine"))
    done = send(with_files, "hr", ROWS, path="", **NEW).json()
    ImportAnswer.model_validate(done)
    assert [done[name] for name in ("read", "new", "repeated", "quarantined", "reasons")] == [
        seen[name] for name in ("read", "new", "repeated", "quarantined", "reasons")
    ]
    assert send(with_files, "hr", ROWS, **NEW).json()["already_stored"] == 2


def test_a_preview_is_for_those_who_may_import(with_files: Office) -> None:
    assert send(with_files, "leader.b", ROWS).status_code == 403
    assert send(with_files, "hr.a", ROWS, terminal="T-B").status_code == 404
    assert send(with_files, "hr", ROWS, terminal="NEW").status_code == 404
    made = send(with_files, "hr", ROWS, terminal="NEW", create="true").json()
    assert (made["terminal_known"], made["new"]) == (False, 2)
    assert with_files.get("hr", "/terminals")["total"] == 2
    refused = send(with_files, "hr", b"AC-No.,Time\n1,03/04/2026 07:30\n")
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
    assert send(with_files, "hr", b"AC-No.,Time\n1,03/04/2026 07:30\n", dates="day-first").json()["new"] == 1


def test_without_a_previewer_there_is_no_preview(office: Office) -> None:
    assert send(office, "hr", ROWS).status_code == 503
