"""Papers in the background: made by real processes, for whom they are meant, and nothing half made is ever there."""

from __future__ import annotations

import json
import os
import resource
import signal
import stat
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.background.making import Task, answer_of
from api.background.running import Runner, runner_of
from attendance.services import granting, report_jobs
from attendance.services.report_jobs import MOST_KEPT, SILENT
from attendance.store import grants
from attendance.store.report_job_tables import ReportJobRow
from attendance.store.trail import CONSOLE
from tests.e2e.conftest import ZONE, Office

JOBS = "/api/v1/reports/jobs"
ORDER = {"report": "violations", "format": "csv", "from": "2026-11-01", "to": "2026-11-20"}


@pytest.fixture
def running(office: Office) -> Iterator[Runner]:
    runner = runner_of(office.app)
    runner.start()
    yield runner
    runner.stop()


def order(office: Office, user: str = "hr", **more: str) -> str:
    answer = office.client(user).post(JOBS, json=ORDER | more)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"{JOBS}/{answer.json()['id']}"
    return str(answer.json()["id"])


def job(office: Office, name: str, user: str = "hr") -> dict[str, Any]:
    found: dict[str, Any] = office.get(user, f"/reports/jobs/{name}")
    return found


def wait(office: Office, name: str, *states: str, user: str = "hr") -> dict[str, Any]:
    until = time.monotonic() + 40
    while (found := job(office, name, user))["state"] not in states:
        assert time.monotonic() < until, found
        time.sleep(0.1)
    return found


def files(office: Office) -> list[Path]:
    folder = office.settings.reports_dir
    return sorted(folder.iterdir()) if folder.is_dir() else []


def test_a_paper_is_made_and_fetched_by_whoever_ordered_it(office: Office, running: Runner) -> None:
    name = order(office)
    found = wait(office, name, "done", "failed")
    assert found["state"] == "done"
    answer = office.client("hr").get(f"{JOBS}/{name}/file")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    at_once = office.client("hr").get("/api/v1/reports/violations", params={**ORDER, "report": ""})
    assert answer.content == at_once.content
    assert found["rows"] == answer.text.count("\r\n") - 1 > 3
    assert found["size"] == len(answer.content)
    for somebody in ("hr2", "root", "e1"):
        assert office.client(somebody).get(f"{JOBS}/{name}").status_code == 404
        assert office.client(somebody).get(f"{JOBS}/{name}/file").status_code == 404
        assert office.client(somebody).delete(f"{JOBS}/{name}").status_code == 404
        assert office.get(somebody, "/reports/jobs")["total"] == 0
    (path,) = files(office)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert "violations" not in path.name
    trail = office.get("auditor", "/audit", limit=100)["items"]
    acts = [entry["act"] for entry in trail]
    assert {"report.asked", "report.made", "export.made"} <= set(acts)
    looked = [
        entry for entry in trail if entry["act"] == "looked" and entry["actor"] == "hr" and entry["kind"] == "report"
    ]
    assert looked
    assert set(looked[0]["employees"]) == {"E1", "E2", "E3"}
    assert office.client("hr").delete(f"{JOBS}/{name}").status_code == 204
    running.wake()
    until = time.monotonic() + 5
    while files(office) and time.monotonic() < until:
        time.sleep(0.05)
    assert files(office) == []
    assert office.client("hr").get(f"{JOBS}/{name}").status_code == 404


def test_whoever_lost_the_right_before_or_after_gets_nothing(office: Office) -> None:
    """Asked again when it is made, and when it is fetched."""
    revoke(office, "hr.a")
    with office.database.reading() as session:
        assert grants.holding(session, user_id(office, "hr.a"), office.clock()) == ()
    give(office, "hr.a", "hr", "A")
    before = order(office, "hr.a")
    revoke(office, "hr.a")
    assert make(office)["problem"] == "forbidden"
    give(office, "hr.a", "hr", "A")
    assert job(office, before, "hr.a")["problem"] == "forbidden"
    after = order(office, "hr.a")
    assert "made" in make(office)
    assert job(office, after, "hr.a")["state"] == "done"
    revoke(office, "hr.a")
    assert office.client("hr.a").get(f"{JOBS}/{after}/file").status_code == 403
    give(office, "hr.a", "hr", "B")
    answer = office.client("hr.a").get(f"{JOBS}/{after}/file")
    assert (answer.status_code, answer.json()["code"]) == (409, "report_not_ready")
    assert files(office)[0].name not in answer.text


def test_a_unit_that_was_moved_elsewhere_takes_its_rows_with_it(office: Office) -> None:
    """Nothing that was granted changes, but what the grant reaches does."""
    name = order(office, "hr.a")
    assert "made" in make(office)
    client = office.client("hr.a")
    assert "E2" in client.get(f"{JOBS}/{name}/file").text  # of A1, below A
    said = {"parent": "B", "on": "2026-11-16", "document": "QĐ 12/QĐ-UBND"}
    moved = office.client("hr").post("/api/v1/units/A1/move", json=said)
    assert moved.status_code == 200, moved.text
    answer = client.get(f"{JOBS}/{name}/file")
    assert (answer.status_code, answer.json()["code"]) == (409, "report_not_ready")


def test_a_closed_account_gets_nothing_made(office: Office) -> None:
    name = order(office, "hr.a")
    office.accounts.disable("hr.a")
    assert make(office)["problem"] == "forbidden"
    with office.database.reading() as session:
        row = report_jobs.report_jobs.find(session, name)
    assert row is not None
    assert row.state == "failed"


def test_a_maker_that_is_killed_is_followed_by_another_and_at_last_it_is_said(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner, killed = runner_of(office.app), []
    watched = Runner._watched

    def killing(self: Runner, row: ReportJobRow, maker: Any) -> Any:
        os.kill(maker._process.pid, signal.SIGKILL)
        killed.append(row.attempts)
        return watched(self, row, maker)

    monkeypatch.setattr(Runner, "_watched", killing)
    runner.start()
    try:
        name = order(office)
        found = wait(office, name, "failed", "done")
    finally:
        runner.stop()
    assert killed == [1, 2, 3]
    assert (found["state"], found["problem"]) == ("failed", "interrupted")
    assert "fewer days" in found["sentence"]
    assert files(office) == []


def test_a_job_of_a_service_that_died_is_taken_up_again(office: Office) -> None:
    """What a process said a moment before it died keeps the job only for a while."""
    name = order(office)
    row = report_jobs.claim(office.database, "a process that died", office.clock())
    assert row is not None
    leftover = office.settings.reports_dir / f"{row.file}.part"
    leftover.parent.mkdir(mode=0o700)
    leftover.write_text("half of it")
    assert report_jobs.claim(office.database, "the next", office.clock()) is None
    office.clock.at += SILENT + timedelta(seconds=1)
    assert "made" in make(office)
    assert job(office, name)["state"] == "done"
    runner_of(office.app)._sweep()
    assert leftover not in files(office)
    assert office.client("hr").get(f"{JOBS}/{name}/file").status_code == 200
    assert not report_jobs.heard(office.database, row, 9, office.clock())


def test_one_at_a_time_for_each_account_and_two_in_all(office: Office) -> None:
    ordered = [order(office, user) for user in ("hr", "hr", "hr2", "hr.a")]
    taken = [report_jobs.claim(office.database, "r", office.clock()) for _ in range(4)]
    assert [row.name if row else None for row in taken] == [ordered[0], ordered[2], None, None]


def test_a_full_disk_leaves_nothing_and_is_said(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    name = order(office)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    row = report_jobs.claim(office.database, "r", office.clock())
    assert row is not None
    task = task_of(office, row)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        said = answer_of(office.database, task, lambda _: None)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert said["problem"] == "disk_full"
    report_jobs.failed(office.database, row, said["problem"], said["sentence"], office.clock())
    found = job(office, name)
    assert (found["state"], found["problem"], found["file"]) == ("failed", "disk_full", None)
    assert office.client("hr").get(f"{JOBS}/{name}/file").status_code == 409


def test_nobody_has_more_than_so_many(office: Office) -> None:
    names = [order(office) for _ in range(MOST_KEPT)]
    answer = office.client("hr").post(JOBS, json=ORDER)
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_jobs")
    assert "made" in make(office)
    kept = order(office)
    listed = [row["id"] for row in office.get("hr", "/reports/jobs")["items"]]
    assert listed == [kept, *reversed(names[1:])]


def test_a_job_is_ordered_once_under_a_key(office: Office) -> None:
    answers = [office.client("hr").post(JOBS, json=ORDER, headers={"Idempotency-Key": "k1"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert office.get("hr", "/reports/jobs")["total"] == 1


def test_files_go_after_their_days_and_with_the_people_they_name(office: Office) -> None:
    runner = runner_of(office.app)
    order(office)
    make(office)
    office.clock.pass_by(days=6)
    runner._sweep()
    assert len(files(office)) == 1
    office.clock.pass_by(days=2)
    runner._sweep()
    assert files(office) == []
    office.tokens.clear()
    assert office.get("hr", "/reports/jobs")["total"] == 0
    name = order(office)
    make(office)
    with office.database.writing() as session:
        row = report_jobs.report_jobs.find(session, name)
        assert row is not None
        assert report_jobs.report_jobs.let_go(session, max(row.people) + 1) == 0
        assert report_jobs.report_jobs.let_go(session, row.people[0]) == 1
    runner._sweep()
    assert files(office) == []
    found = job(office, name)
    assert (found["state"], found["digest"]) == ("gone", None)
    assert office.client("hr").get(f"{JOBS}/{name}/file").status_code == 409


def test_what_is_taken_back_while_it_is_made_ends_and_leaves_nothing(office: Office, running: Runner) -> None:
    name = order(office)
    wait(office, name, "running", "done")
    assert office.client("hr").delete(f"{JOBS}/{name}").status_code == 204
    until = time.monotonic() + 20
    while (files(office) or any(t.is_alive() for t in running._makers)) and time.monotonic() < until:
        running.wake()
        time.sleep(0.1)
    assert files(office) == []


HOSTILE = (
    ({"report": "../../etc/passwd"}, 404), ({"report": "nothing"}, 404), ({"format": "exe"}, 422),
    ({"unit": "NIRGENDS"}, 404), ({"unit": "a\u0000b"}, 422), ({"employee": "' OR 1=1 --"}, 404),
    ({"from": "2026-13-01"}, 422), ({"from": "2026-12-01"}, 422), ({"from": "1999-01-01", "to": "2026-01-01"}, 422),
    ({"lang": "xx"}, 422), ({"path": "/etc/passwd"}, 422), ({"unit": "x" * 65}, 422),
)  # fmt: skip


@pytest.mark.parametrize(("wrong", "status"), HOSTILE, ids=[json.dumps(wrong)[:40] for wrong, _ in HOSTILE])
def test_what_cannot_be_made_is_not_ordered(shared_office: Office, wrong: dict[str, str], status: int) -> None:
    answer = shared_office.client("hr").post(JOBS, json=ORDER | wrong)
    assert answer.status_code == status, answer.text
    assert shared_office.get("hr", "/reports/jobs")["total"] == 0


def test_a_unit_outside_is_as_if_it_were_not_there(shared_office: Office) -> None:
    outside = shared_office.client("hr.a").post(JOBS, json=ORDER | {"unit": "B"})
    nowhere = shared_office.client("hr.a").post(JOBS, json=ORDER | {"unit": "N"})
    assert outside.status_code == nowhere.status_code == 404
    assert outside.json()["detail"].replace("'B'", "") == nowhere.json()["detail"].replace("'N'", "")


def test_a_token_gets_what_was_ordered_within_its_scopes_alone(office: Office) -> None:
    own = order(office)
    make(office)
    token = office.accounts.tokens.make(
        "hr", "chương trình", ["attendance.read"], read_only=False, expires_at=office.clock() + timedelta(days=1),
        actor=CONSOLE,
    ).secret  # fmt: skip
    client = office.client()
    client.headers["Authorization"] = f"Bearer {token}"
    assert client.get(f"{JOBS}/{own}/file").status_code == 404
    assert client.post(JOBS, json={"report": "timesheet", "unit": "A", "month": "2026-11"}).status_code == 403
    name = client.post(JOBS, json=ORDER).json()["id"]
    assert "made" in make(office)
    assert client.get(f"{JOBS}/{name}/file").status_code == 200


# helpers ------------------------------------------------------------------------------------------------------------


def task_of(office: Office, row: ReportJobRow) -> Task:
    office.settings.reports_dir.mkdir(mode=0o700, exist_ok=True)
    assert row.begun_at is not None
    return Task(office.settings.url, ZONE, row.begun_at, row.name, office.settings.reports_dir / f"{row.file}.part")


def make(office: Office) -> dict[str, Any]:
    """What a maker does with the next job, in this process."""
    row = report_jobs.claim(office.database, "r", office.clock())
    assert row is not None
    task = task_of(office, row)
    said = answer_of(office.database, task, lambda _: None)
    if "made" in said:
        task.path.rename(office.settings.reports_dir / row.file)
        assert report_jobs.made(office.database, row, report_jobs.Outcome(**said["made"]), office.clock())
    else:
        task.path.unlink(missing_ok=True)
        report_jobs.failed(office.database, row, said["problem"], said["sentence"], office.clock())
    return said


def user_id(office: Office, name: str) -> int:
    return office.accounts.signed_in_of(name).user_id


def revoke(office: Office, name: str) -> None:
    with office.database.writing() as session:
        for grant in grants.holding(session, user_id(office, name), office.clock()):
            granting.take_back(session, grant.id, by=CONSOLE, at=office.clock())


def give(office: Office, name: str, role: str, unit: str) -> None:
    with office.database.writing() as session:
        granting.give(session, name, granting.Wanted(role, unit), by=CONSOLE, at=office.clock())
