"""Destruction: proposed without a name, approved by people, carried out in pieces, recorded for good; names erased."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import textwrap
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from attendance import clock
from attendance.errors import Invalid, NotFound
from attendance.services.personal import kinds, retention
from attendance.store import office, papers_decided, people, registering, trail_checking
from attendance.store.database import Database, sqlite_url
from attendance.store.every_table import every_table
from attendance.store.evidence_checking import check_evidence
from attendance.store.push_tables import PunchPhotoRow
from attendance.store.register_tables import PaperRow
from attendance.store.tables import EmployeeRow, SignInRow, UserRow
from attendance.store.trail import Actor, record
from device_sync.push.filing import file_push
from device_sync.push.operlog import read_operlog
from device_sync.simulator import SimulatedTerminal
from tests.builders import (
    MONDAY,
    RECORDED_AT,
    ZONE,
    bring,
    build_office,
    count,
    export_of,
    puller_for,
    rows,
    stored_punches,
    terminal_id,
)

LAN, BINH = Actor("hr.lan", 11, "page", role="hr"), Actor("hr.binh", 12, "page", role="hr")
AT = datetime(2037, 3, 15, 2, tzinfo=UTC)  # eleven years after the people of these tests left
NAME = "Nguyễn Thị Thu Hà"


@pytest.fixture
def database(any_database: Database) -> Database:
    build_office(any_database)
    with any_database.writing() as session:
        for number, name in ((11, "hr.lan"), (12, "hr.binh")):
            session.add(UserRow(id=number, name=name, password_hash="x", recorded_at=RECORDED_AT))
    return any_database


def photograph(database: Database, taken: datetime, count: int = 1) -> None:
    number = terminal_id(database)
    with database.writing() as session:
        for place in range(count):
            session.add(
                PunchPhotoRow(
                    terminal_id=number, taken=taken, pin=str(1000 + place), digest="d", jpeg=b"\xff\xd8",
                    received_at=RECORDED_AT, delete_on=date(2099, 1, 1),
                )
            )  # fmt: skip


def propose(database: Database, at: datetime = AT) -> dict[str, retention.Destruction]:
    return {one.row.kind: one for one in retention.propose(database, ZONE, at=at)}


def approve(database: Database, one: retention.Destruction, *actors: Actor) -> retention.Destruction:
    assert one.row.id is not None
    for actor in actors or (LAN, BINH)[: one.row.needed]:
        with database.writing() as session:
            one = retention.approve(session, one.row.id or 0, document="QĐ 5/QĐ-UBND", actor=actor, at=AT)
    return one


def carry_out(database: Database, one: retention.Destruction) -> retention.Destruction:
    return retention.carry_out(database, one.row.id or 0, actor=LAN, at=AT)


def test_what_is_younger_than_its_term_stays(database: Database) -> None:
    photograph(database, datetime(2037, 2, 14, 23, 59))
    photograph(database, datetime(2037, 2, 15, 0, 0), 3)
    one = propose(database)["photos"]
    assert one.row.due == {"photographs": 1, "from": "2037-02-14", "to": "2037-02-14"}
    assert propose(database) == {}, "what is proposed is not proposed again"
    approve(database, one)
    assert carry_out(database, one).row.destroyed == {"photographs": 1}
    assert count(database, "punch_photo") == 3


def test_many_go_in_bounded_pieces(database: Database) -> None:
    photograph(database, datetime(2030, 1, 1), 1201)
    done = carry_out(database, approve(database, propose(database)["photos"]))
    assert done.row.destroyed == {"photographs": 1201}
    assert done.row.state == "done"
    with pytest.raises(Invalid, match="is done"):
        carry_out(database, done)


def test_nobody_approves_what_they_proposed_and_nobody_twice(database: Database) -> None:
    with database.writing() as session:
        papers_decided.explain(
            session, "E1", date(2026, 3, 4), part="am", covers="late", reason="Đưa con đi viện",
            submitted_at=RECORDED_AT, at=RECORDED_AT,
        )  # fmt: skip
    (one,) = (one for one in retention.propose(database, ZONE, actor=LAN, at=AT) if one.row.kind == "reasons")
    number = one.row.id or 0
    with database.writing() as session:
        with pytest.raises(Invalid, match="proposed"):
            retention.approve(session, number, document="QĐ 5", actor=LAN, at=AT)
        with pytest.raises(Invalid, match="job"):
            retention.approve(session, number, document="QĐ 5", actor=retention.JOB, at=AT)
        with pytest.raises(Invalid, match="document"):
            retention.approve(session, number, document=" ", actor=BINH, at=AT)
        assert retention.approve(session, number, document="QĐ 5", actor=BINH, at=AT).row.state == "proposed"
        with pytest.raises(Invalid, match="before"):
            retention.approve(session, number, document="QĐ 5", actor=BINH, at=AT)
    with pytest.raises(Invalid, match="proposed"):
        carry_out(database, one)
    with database.writing() as session:
        number_of = office.key(office.get(session, EmployeeRow, "E2"))
        session.add(UserRow(id=13, name="binh.2", password_hash="x", employee_id=number_of, recorded_at=RECORDED_AT))
        session.execute(text("UPDATE app_user SET employee_id = :who WHERE id = 12"), {"who": number_of})
    with database.writing() as session, pytest.raises(Invalid, match="somebody else"):
        retention.approve(session, number, document="QĐ 5", actor=Actor("binh.2", 13, "page"), at=AT)
    third = Actor("head.an", via="page", role="hr")
    assert approve(database, one, third).row.state == "approved"
    assert carry_out(database, one).row.destroyed == {"texts": 1}
    assert rows(database, "SELECT reason, covers FROM explanation") == [("", "late")], "the paper itself stays"
    acts = [act for (act,) in rows(database, "SELECT act FROM trail WHERE kind = 'destruction' ORDER BY seq")]
    assert acts == [f"destruction.{act}" for act in ("proposed", "approved", "approved", "carried_out")]


def test_the_notes_of_old_papers_go_and_the_papers_stay(database: Database) -> None:
    with database.writing() as session:
        person = office.key(office.get(session, EmployeeRow, "E1"))
        for to_on in (date(2026, 3, 4), date(2036, 3, 4), None):
            session.add(
                PaperRow(
                    kind="leave", employee_id=person, code="Ô", from_on=date(2026, 3, 2), to_on=to_on, note="Nằm viện",
                    decision_note="Đồng ý", recorded_at=RECORDED_AT,
                )
            )  # fmt: skip
    done = carry_out(database, approve(database, propose(database)["reasons"]))
    assert done.row.destroyed == {"texts": 1}
    kept = rows(database, "SELECT code, note, decision_note FROM paper ORDER BY id")
    assert kept == [("Ô", "", ""), ("Ô", "Nằm viện", "Đồng ý"), ("Ô", "Nằm viện", "Đồng ý")]


def test_what_is_refused_is_not_carried_out(database: Database) -> None:
    photograph(database, datetime(2030, 1, 1))
    one = propose(database)["photos"]
    with database.writing() as session:
        retention.refuse(session, one.row.id or 0, why="Đang có khiếu nại", actor=LAN, at=AT)
        with pytest.raises(NotFound):
            retention.refuse(session, 99, why="…", actor=LAN, at=AT)
    with pytest.raises(Invalid):
        carry_out(database, one)
    assert count(database, "punch_photo") == 1


def test_a_record_of_destruction_stays_as_it_is(database: Database) -> None:
    photograph(database, datetime(2030, 1, 1))
    carry_out(database, approve(database, propose(database)["photos"]))
    for statement in (
        "DELETE FROM destruction",
        "UPDATE destruction SET document = 'QĐ 6'",
        "DELETE FROM destruction_approval",
        "UPDATE destruction_approval SET name = 'ai.do'",
    ):
        with pytest.raises(SQLAlchemyError, match="append-only"), database.writing() as session:
            session.execute(text(statement))


def test_punches_are_kept_and_say_why(database: Database) -> None:
    bring(database, export_of([("1001", clock.wall_seconds(MONDAY), 0, 1)]))
    before = stored_punches(database)
    assert "punches" not in propose(database)
    assert stored_punches(database) == before
    with database.reading() as session:
        kind = kinds.terms(session, AT.date()).kind("punches")
    assert retention.cut_off(kind, AT.date()) is None
    assert "an toàn" in kind.kept_because["vi"]


def test_evidence_is_emptied_by_no_other_way(database: Database) -> None:
    bring(database, export_of([("1001", clock.wall_seconds(MONDAY), 0, 1)]))
    for statement in (
        "UPDATE pull SET payload = NULL",
        "UPDATE pull SET message = 'x'",
        "DELETE FROM pull",
        "UPDATE punch_block SET count = 0",
    ):
        with pytest.raises(SQLAlchemyError, match="append-only"), database.writing() as session:
            session.execute(text(statement))


# the names of who left -----------------------------------------------------------------------------------------------


def leaver(database: Database, *, until: date = date(2026, 6, 30), on_terminal: bool = False) -> int:
    """E1 under a full name, with an account, on a terminal, in pushed bodies, a file and the trail; left in June."""
    with SimulatedTerminal(users=[(1, "1001", NAME), (2, "1002", "Trần Văn Nam")]).running() as simulated:
        with database.writing() as session:
            session.execute(text("UPDATE terminal SET host = '127.0.0.1', port = :port"), {"port": simulated.port})
        assert puller_for(database).pull("T-A").outcome == "ok"
        if not on_terminal:
            simulated.remove_user(1)
            assert puller_for(database).pull("T-A", full=True).outcome == "ok"
    body = f"USER PIN=1001\tName={NAME}\tPri=0\tPasswd=1\n".encode()
    other = "USER PIN=1002\tName=Trần Văn Nam\tPri=0\n".encode()
    for each in (body, other):
        file_push(
            database, "T-A", read_operlog(each).batch, serial="S", firmware="", zone=ZONE, received_at=RECORDED_AT
        )
    bring(database, b"No\tTMNo\tEnNo\tName\tMode\tDateTime\n"
          + f"1\t1\t000001001\t{NAME}\t1\t2026-03-02 07:25:00\n".encode())  # fmt: skip
    with database.writing() as session:
        number = office.key(office.get(session, EmployeeRow, "E1"))
        registering.rename_employee(session, "E1", NAME)
        values = {"to": until, "one": number}
        session.execute(text("UPDATE assignment SET to_on = :to WHERE employee_id = :one"), values)
        session.add(UserRow(id=31, name="ha.nguyen", password_hash="băm", employee_id=number, recorded_at=RECORDED_AT))
        session.flush()
        session.add(
            SignInRow(digest="d", user_id=31, kind="bearer", created_at=RECORDED_AT, seen_at=RECORDED_AT, expires_at=AT)
        )
        record(session, LAN, "employee.renamed", kind="employee", key="E1", employees=[number],
               after={"name": NAME}, at=RECORDED_AT)  # fmt: skip
    return number


def erase(database: Database) -> retention.Destruction:
    return carry_out(database, approve(database, propose(database)["people"]))


def everything(database: Database) -> bytes:
    """All that the tables hold, payloads unpacked, in one."""
    from attendance.store import intake_log

    found: list[bytes] = []
    for name in every_table():
        if name == "erasure":
            continue
        for row in rows(database, f'SELECT * FROM "{name}"'):
            for value in row:
                if isinstance(value, bytes | memoryview):
                    raw = bytes(value)
                    found.append(intake_log.decompress(raw) if name == "pull" else raw)
                else:
                    found.append(str(value).encode())
    return b"\n".join(found)


def test_the_names_of_who_left_are_erased_everywhere_and_the_chain_holds(database: Database) -> None:
    number = leaver(database)
    punches = stored_punches(database)
    assert everything(database).count(NAME.encode()) >= 5
    done = erase(database)
    assert done.row.destroyed["people"] == 1
    assert done.row.destroyed["bodies"] == 2
    left = everything(database)
    for trace in (NAME, "ha.nguyen", "băm", "Nguyễn"):
        assert trace.encode() not in left, trace
    assert "Trần Văn Nam".encode() in left, "nobody else lost anything"
    if database.is_sqlite:  # nor in pages that nothing points at any more
        folder = Path(database.url.removeprefix("sqlite:///")).parent
        raw = b"".join(path.read_bytes() for path in folder.glob("*.db*") if path.is_file())
        assert raw.count(NAME.encode()) == 1, "the archived name, for locked sheets"
        assert b"ha.nguyen" not in raw
    with database.reading() as session:
        code, shown = people.names(session, [number])[number]
        assert (code, shown[:2]) == ("E1", "P-")
        assert retention.archived_name(session, number) == NAME
        assert trail_checking.check_trail(session).holds
        assert check_evidence(session).holds
    assert stored_punches(database) == punches
    assert rows(database, "SELECT disabled FROM app_user WHERE id = 31")[0][0]
    assert count(database, "sign_in") == 0
    kept = rows(database, "SELECT count(*) FROM pull WHERE log_digest IS NOT NULL AND payload IS NULL")
    assert kept[0][0] >= 2, "what came, and its digest, is still told"
    assert "people" not in propose(database, datetime(2038, 1, 1, tzinfo=UTC))


def test_locked_sheets_keep_the_name_only_where_the_office_says_so(database: Database) -> None:
    number = leaver(database)
    with database.writing() as session:
        kinds.set_term(
            session, "office", "names_in_locked_sheets", False, from_on=date(2030, 1, 1), document="QĐ 9", actor=LAN,
            at=AT,
        )  # fmt: skip
    erase(database)
    with database.reading() as session:
        assert retention.archived_name(session, number) is None
    assert not rows(database, "SELECT 1 FROM erasure WHERE archived_name <> ''")


@pytest.mark.parametrize("case", ["serves", "left lately", "stands on a terminal"])
def test_who_is_still_here_keeps_the_name(database: Database, case: str) -> None:
    until = {"serves": date(2040, 1, 1), "left lately": date(2027, 3, 15)}.get(case, date(2026, 6, 30))
    leaver(database, until=until, on_terminal=case == "stands on a terminal")
    assert "people" not in propose(database)


def test_the_log_tells_counts_and_no_names(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    leaver(database)
    with caplog.at_level(logging.DEBUG):
        erase(database)
    told = caplog.text
    assert "people" in told
    assert not any(trace in told for trace in (NAME, "E1", "ha.nguyen", "1001"))


# a run that was killed ------------------------------------------------------------------------------------------------

VICTIM = """
import sys
from datetime import UTC, datetime
from attendance.services.personal import retention
from attendance.store import destruction
from attendance.store.database import Database
from attendance.store.trail import Actor

def slowly(session, before):
    print("piece", flush=True)
    return real(session, before)

real = destruction.WAYS["photos"][1]
destruction.PIECE = 20
destruction.WAYS["photos"] = (destruction.WAYS["photos"][0], slowly)
retention.carry_out(Database(sys.argv[1]), int(sys.argv[2]), actor=Actor("hr.lan"), at=datetime.now(UTC))
"""


def test_a_killed_run_goes_on_where_it_stopped(sqlite_database: Database, tmp_path: Path) -> None:
    database = sqlite_database
    build_office(database)
    photograph(database, datetime(2030, 1, 1), 400)
    one = approve(database, propose(database)["photos"], Actor("console.lan"))
    path = next(tmp_path.glob("attendance.db"))
    run = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(VICTIM), sqlite_url(path), str(one.row.id)], stdout=subprocess.PIPE
    )
    assert run.stdout is not None
    for _ in range(4):
        run.stdout.readline()
    os.kill(run.pid, signal.SIGKILL)
    run.wait(30)
    run.stdout.close()
    gone, left = 400 - count(database, "punch_photo"), count(database, "punch_photo")
    with database.reading() as session:
        (stands,), _ = retention.listed(session, 1, 0)
        assert stands.row.destroyed == {"photographs": gone}, "what the record counts is what is gone"
    assert 0 < gone < 400
    done = carry_out(database, one)
    assert done.row.destroyed == {"photographs": 400}
    assert (left > 0, count(database, "punch_photo")) == (True, 0)
