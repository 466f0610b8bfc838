"""How commitments stand, as clients, readers of pages and the console meet it; the review at the end, once."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.main import app as console
from api.serving import make_app
from api.settings import Settings
from attendance.services import headship
from attendance.services.accounts import Accounts
from attendance.services.commitments.reviewing import wrong
from attendance.services.evaluate import evaluate_dirty
from attendance.store import commitment_reviews, papers_decided
from attendance.store.database import Database, sqlite_url
from attendance.store.trail import CONSOLE
from device_sync.poller import Poller
from tests.builders import RECORDED_AT, ZONE, rows
from tests.committed_year import AFTER, build
from tests.e2e.conftest import Office, Ticking
from tests.e2e.site import CHEAP, PASSWORD, Person

API = "/api/v1/commitments"
USERS = (
    ("an", "official", "E1"), ("hoa", "head", "A"), ("binh", "head", "B"), ("lan", "hr", None),
    ("vinh", "leader", None), ("tra", "inspector", None),
)  # fmt: skip
"""hoa is E2, who leads A; binh leads B without being one of the two."""


@dataclass(frozen=True)
class Year:
    office: Office
    numbers: dict[str, int]

    def page(self, name: str) -> Person:
        found = Person(self.office.client())
        found.client.follow_redirects = False
        assert found.sign_in(name).status_code == 303
        return found


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> tuple[Path, dict[str, int]]:
    path = tmp_path_factory.mktemp("progress") / "attendance.db"
    shutil.copyfile(migrated_sqlite, path)
    database = Database(sqlite_url(path))
    numbers = build(database)
    with database.writing() as session:
        headship.name_head(session, "A", "E2", from_on=date(2026, 1, 1), actor=CONSOLE, at=RECORDED_AT)
    accounts = Accounts(database, now=Ticking(AFTER), hasher=CHEAP, secret_key=b"k" * 32)
    for name, role, place in USERS:
        more = {"employee": "E1"} if role == "official" else {"employee": "E2"} if name == "hoa" else {}
        visit = {"ends_at": AFTER.replace(year=2028), "visit": "Đợt 4"} if role == "inspector" else {}
        accounts.create_user(name, PASSWORD, role, None if role == "official" else place, **more, **visit)
    database.close()
    return path, numbers


@pytest.fixture(scope="module")
def shared(built: tuple[Path, dict[str, int]]) -> Iterator[Year]:
    """For those who only read."""
    yield from _open(built[0].parent, built[1])


@pytest.fixture
def year(built: tuple[Path, dict[str, int]], tmp_path: Path) -> Iterator[Year]:
    shutil.copyfile(built[0], tmp_path / "attendance.db")
    yield from _open(tmp_path, built[1])


def _open(folder: Path, numbers: dict[str, int]) -> Iterator[Year]:
    database = Database(sqlite_url(folder / "attendance.db"))
    settings = Settings(_env_file=None, data_dir=folder, secret_key="a secret of the tests, long enough")
    clock = Ticking(AFTER)
    accounts = Accounts(database, now=clock, hasher=CHEAP, secret_key=settings.secret())
    app = make_app(settings, database, Poller(lambda *_: []), now=clock, accounts=accounts)
    yield Year(Office(app, database, settings, accounts, clock), numbers)
    database.close()


def test_each_figure_comes_with_its_list_as_known_now_and_then(shared: Year) -> None:
    one = f"{API}/{shared.numbers['E1']}/progress"
    told = shared.office.client("an").get(one).json()
    late = told["clauses"][0]
    assert (told["state"], late["n"], late["of"], late["elsewhere"]) == ("broken", 3, 1, 0)
    assert [item["on"] for item in late["items"] if item["breaks"]] == ["2026-03-05", "2026-07-21"]
    assert (told["known_days"], told["unknown_days"]) == (254, 2)
    then = shared.office.client("lan").get(one, params={"as_of": "2026-03-02T09:00:00+07:00"}).json()
    assert (then["state"], then["clauses"][0]["n"]) == ("kept", 2)
    assert shared.office.client("lan").get(one, params={"as_of": "2030-01-01"}).status_code == 422


def test_who_sees_one_unit_is_told_all_figures_and_the_list_of_that_unit(shared: Year) -> None:
    told = shared.office.client("binh").get(f"{API}/{shared.numbers['E1']}/progress").json()
    late = told["clauses"][0]
    assert {item["unit"] for item in late["items"]} == {"B"}
    assert (len(late["items"]), late["elsewhere"], late["n"]) == (4, 10, 3)
    assert shared.office.client("binh").get(f"{API}/{shared.numbers['E2']}/progress").status_code == 404
    assert shared.office.client("an").get(f"{API}/{shared.numbers['E2']}/progress").status_code == 404


def test_of_a_collective_the_head_of_each_date_is_told(shared: Year) -> None:
    told = shared.office.client("vinh").get(f"{API}/{shared.numbers['A']}/progress").json()
    assert told["heads"] == [{"employee": "E2", "kind": "head", "from": "2026-01-01", "to": None}]
    assert {item["head"] for item in told["clauses"][0]["items"]} == {"E2"}


def test_leaders_stand_on_the_list_with_everybody(shared: Year) -> None:
    listed = shared.office.client("lan").get(f"{API}/progress", params={"year": 2026}).json()
    assert [(line["employee"], line["unit"], line["post"], line["state"]) for line in listed["items"]] == [
        (None, "A", None, "broken"), (None, "B", None, "kept"), ("E2", "A", "head", "broken"),
        ("E1", "B", None, "broken"),
    ]  # fmt: skip
    kept = shared.office.client("lan").get(f"{API}/progress", params={"year": 2026, "state": "kept"}).json()
    assert [line["unit"] for line in kept["items"]] == ["B"]
    page = shared.page("lan").see("/commitments/progress?year=2026&lang=vi")
    assert "Người đứng đầu" in page
    assert page.count('class="row-link"') == 4


def test_a_review_is_written_once_under_the_facts_that_were_seen(year: Year) -> None:
    number = year.numbers["E1 from July"]
    where = f"{API}/{number}/review"
    leader = year.office.client("vinh")
    sheet = leader.get(where).json()
    assert (sheet["obstacle"], sheet["outcome"]) == (None, None)
    given = {"outcome": "partly", "remark": "Đã nhắc nhở trong giao ban.", "facts_digest": sheet["facts_digest"]}
    assert year.office.client("an").post(where, json=given).status_code == 403
    assert year.office.client("tra").post(where, json=given).status_code == 403
    assert leader.post(where, json=given | {"facts_digest": "0" * 64}).status_code == 409
    written = leader.post(where, json=given)
    assert (written.status_code, written.json()["outcome"]) == (201, "partly")
    assert leader.post(where, json=given).status_code == 409
    told = year.office.client("an").get(where).json()
    assert (told["remark"], told["reviewed_by"], told["holds"], told["moved_on"]) == (
        "Đã nhắc nhở trong giao ban.", "vinh", True, False,
    )  # fmt: skip
    replaced = leader.get(f"{API}/{year.numbers['E1']}/review").json()
    assert replaced["obstacle"] == "replaced"


def test_nobody_reviews_their_own_and_a_collective_is_reviewed_one_level_up(shared: Year) -> None:
    page = shared.page("hoa")
    for own in ("E2", "A"):
        where = f"/commitments/{shared.numbers[own]}/review"
        assert 'name="outcome"' not in page.see(where)
        digest = shared.office.client("hoa").get(f"/api/v1{where}").json()["facts_digest"]
        given = {"outcome": "kept", "remark": "Tốt", "facts_digest": digest}
        assert shared.office.client("hoa").post(f"/api/v1{where}", json=given).status_code == 403
        assert 'name="outcome"' in shared.page("vinh").see(where)


def test_the_page_keeps_what_was_typed_and_prints_what_was_written(year: Year) -> None:
    page = year.page("hoa")
    where = f"/commitments/{year.numbers['E1 from July']}/review"
    sheet = page.see(f"{where}?lang=vi")
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', sheet)
    assert digest is not None
    wrong = page.send(where, outcome="", remark="Chưa chọn", digest=digest[1])
    assert wrong.status_code == 422
    assert "Chưa chọn" in wrong.text
    assert page.send(where, outcome="not_kept", remark="Đã trao đổi", digest="0" * 64).status_code == 409
    assert page.send(where, outcome="not_kept", remark="Đã trao đổi", digest=digest[1]).status_code == 303
    told = page.see(f"{where}?done=reviewed")
    assert "Đã trao đổi" in told
    assert "Chưa thực hiện đúng cam kết" in told
    assert 'name="outcome"' not in told


def test_a_changed_review_is_found_and_later_facts_change_nothing_of_it(year: Year) -> None:
    where = f"{API}/{year.numbers['B']}/review"
    leader = year.office.client("vinh")
    digest = leader.get(where).json()["facts_digest"]
    leader.post(where, json={"outcome": "kept", "remark": "Tốt", "facts_digest": digest})
    with year.office.database.writing() as session:
        about = {"part": "pm", "covers": "early", "reason": "Con ốm", "submitted_at": AFTER}
        row = papers_decided.explain(session, "E1", date(2026, 8, 4), at=AFTER, **about)
        papers_decided.decide(
            session, row, "approved", decided_by="vinh", decided_at=AFTER, accepted_after_deadline=True, at=AFTER
        )
    evaluate_dirty(year.office.database, ZONE, AFTER)
    told = leader.get(where).json()
    assert (told["holds"], told["moved_on"], told["facts_digest"]) == (True, True, digest)
    with year.office.database.writing() as session:
        session.connection().exec_driver_sql("UPDATE commitment_review SET remark = 'Rất tốt'")
    assert leader.get(where).json()["holds"] is False
    with year.office.database.reading() as session:
        stored = commitment_reviews.find(session, year.numbers["B"])
        assert stored is not None
        assert wrong(stored) == "remark"
    assert rows(year.office.database, "SELECT count(*) FROM trail WHERE act = 'commitment.reviewed'") == [(1,)]


def test_the_console_tells_the_same(shared: Year, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTENDANCE_DATA_DIR", str(shared.office.settings.data_dir))
    run = CliRunner().invoke(console, ["commitments", "progress", str(shared.numbers["E1"])])
    assert run.exit_code == 0, run.output
    assert "2026-07-21 E1 late am: yes (counted) breaks it" in run.output
    listed = CliRunner().invoke(console, ["commitments", "progress", "--year", "2026", "--state", "leaders"])
    assert "E2 (head)\tbroken" in listed.output
