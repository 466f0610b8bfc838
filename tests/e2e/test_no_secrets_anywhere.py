"""A whole terminal goes through, by every way there is; nothing of its templates, passwords, cards or pictures stays.

Every such field carries bytes of its own. They are looked for in the files of the database (with what is not written
back yet), in every column with its bytes unpacked, in logs, answers, pages, figures and in the export of a person; as
they are, as base64 and as hexadecimal digits.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from api.importing import import_export, preview_import
from api.pages.routes import show_error
from api.serving import PAGES
from attendance.store import papers, papers_decided, registering
from attendance.store.database import Database
from device_sync.simulator import Operation, PushingTerminal, SimulatedTerminal, password_of
from tests.builders import ZONE, bring, puller_for, record, rows
from tests.contract.site_office import Line, Ticking, open_centre, open_site
from tests.e2e.conftest import Office, Served
from tests.marks import Marks, columns, files, mark_users

FIRST = datetime(2026, 11, 23, 7, 25)
SERIAL = "SIM0000000001"
USERS = [(1, "1", "Nguyễn Thị Thu Hà", 14), (2, "2", "Trần Văn Nam"), (3, "3", "Lê Hoàng Yến")]
UIDS = [uid for uid, *_ in USERS]


def answers(office: Office) -> Iterator[tuple[str, bytes]]:
    """Every list, page and figure that can be asked for without naming anything, and those of one person."""
    document = office.app.openapi()
    for user in ("hr", "root"):
        client = office.client(user)
        for path, item in document["paths"].items():
            if "get" in item and "stream" not in path:
                named = path.replace("{code}", "P-1").replace("{name}", "e1").replace("{id}", "1")
                given = {"from": "2026-11-20", "to": "2026-11-24"} if "{" not in path else {"why": "x"}
                yield path, client.get(named, params=given).content
        yield "export", client.get("/api/v1/employees/E1/export", params={"why": "x"}).content
    beside = office.client(address="127.0.0.1")
    yield "metrics", beside.get("/api/v1/metrics").content


def shown(office: Office) -> Iterator[tuple[str, bytes]]:
    from tests.e2e.test_personal_data import signed_in

    for user in ("hr", "e1"):
        client = signed_in(office, user)
        for page in ("/today", "/violations", "/days/E1/2026-11-23", "/notice", "/me/export", "/requests"):
            yield page, client.get(page).content


@pytest.fixture
def open_office(make_office: Callable[..., Office]) -> Office:
    routers = PAGES
    return make_office(settings={"push": "on"}, extra_routers=routers, page_error=show_error)


def everything(office: Office, caplog: pytest.LogCaptureFixture, told: list[bytes]) -> list[tuple[str, bytes]]:
    found = [*columns(office.database), *answers(office), *shown(office)]
    found += files(Path(office.settings.data_dir))  # after the answers, which write looks
    found += [("log", caplog.text.encode()), *(("answer to a terminal", each) for each in told)]
    return found


def body_of(count: int) -> bytes:
    return b"".join(
        record(str(1 + n % 3), FIRST + timedelta(seconds=61 * n), n % 2, 1, uid=n % 3 + 1) for n in range(count)
    )


# by pull -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("transport", "layout", "users"),
    [("tcp", "zk40", "user72"), pytest.param("udp", "zk16", "user28", marks=pytest.mark.long)],
)
def test_by_pull(
    open_office: Office, caplog: pytest.LogCaptureFixture, transport: str, layout: str, users: str
) -> None:
    marks = Marks()
    mark_users(marks, UIDS, [users])
    caplog.set_level(logging.DEBUG)
    now = open_office.clock
    with SimulatedTerminal(serial=SERIAL, users=USERS, layout=layout, user_layout=users, now=now).running() as terminal:
        secrets = terminal.machine.users.pack(users)
        assert all(mark in secrets for name, mark in marks.all.items() if name.startswith("password"))
        for pin in ("1", "2", "3"):
            terminal.punch(pin)
        with open_office.database.writing() as session:
            registering.add_terminal(
                session, "P-1", unit="A", host="127.0.0.1", port=terminal.port, transport=transport, at=now()
            )
        for full in (False, True):
            filed = puller_for(open_office.database, now=now).pull("P-1", full=full)
            assert filed.outcome == "ok", filed.message
        asked = {(entry.command, entry.data[:8]) for entry in terminal.journal}
    assert rows(open_office.database, "SELECT count(*) FROM terminal_user")[0][0] == 3, "the table of users was read"
    read_sets = {data[1:3] for command, data in asked if command == 1503}
    assert all(data[:2] in (b"\x0d\x00", b"\x09\x00", b"\x22\x00") for data in read_sets), "no other set is asked for"
    assert {command for command, _ in asked} & {7, 88} == set(), "no template is asked for by itself"
    assert marks.found(everything(open_office, caplog, [])) == []


# by push -------------------------------------------------------------------------------------------------------------


def jpeg(mark: bytes) -> bytes:
    return (
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
        + b"\xff\xda\x00\x02"
        + mark
        + b"\xff\xd9"
    )


def push_bodies(m: Marks) -> list[tuple[str, bytes]]:
    """What terminals push, each secret with bytes of its own: query and body."""
    as_base64 = base64.b64encode(m("template in base64").encode()).decode()
    operlog = "\n".join(
        (
            "OPLOG 4\t0\t2026-11-23 08:00:00\t0\t0\t0\t0",
            f"USER PIN=1\tName=Hà\tPri=0\tPasswd={m('USER Passwd')}\tCard=[{m('USER Card')}]\tGrp=1\tTZ=0",
            f"user pin=2\tname=Nam\tpri=0\tpassword={m('user password')}\tcardno={m('user cardno')}",
            f"FP PIN=1\tFID=6\tSize=1234\tValid=1\tTMP={m('FP TMP')}",
            f"FP PIN=1\tFID=7\tSize=1234\tValid=1\tTMP={as_base64}",
            f"FACE PIN=1\tFID=0\tSIZE=1\tVALID=1\tTMP={m('FACE TMP')}",
            f"USERPIC PIN=1\tFileName=1.jpg\tSize=9\tContent={m('USERPIC Content')}",
            f"BIODATA Pin=1\tNo=0\tIndex=0\tValid=1\tType=9\tTmp={m('BIODATA Tmp')}",
            f"FVEIN Pin=1\tTmp={m('FVEIN Tmp')}",
        )
    ).encode()
    glued = (
        f"1\t2026-11-23 09:00:00\t0\t1\t0\t0\t0\n2\t2026-11-23 09:01:00\t0\t1USER PIN=2\tPasswd={m('glued Passwd')}\n"
        f"USER PIN=3\tPasswd={m('Passwd among punches')}\tCard={m('Card among punches')}\n"
    ).encode()
    rtlog = (
        f"time=2026-11-23 09:10:00\tpin=1\tcardno={m('rtlog cardno')}\teventaddr=1\tevent=0\tinoutstatus=0"
        f"\tverifytype=1\tindex=7\r\ntime=2026-11-23 09:11:00\tpin=0\tcardno={m('refused cardno')}\tevent=27\r\n"
    ).encode()
    users = (
        f"user uid=1\tcardno={m('acc cardno')}\tpin=1\tpassword={m('acc password')}\tgroup=1\tname=Hà\tprivilege=0\r\n"
    ).encode()
    options = (
        f"~DeviceName=X,ComPwd={m('ComPwd')},VMSPasswd={m('VMSPasswd')},authKey={m('authKey')},UserCount=3"
    ).encode()
    tables = (
        ("FP", f"PIN=1\tTMP={m('table FP')}"), ("FACE", f"PIN=1\tTMP={m('table FACE')}"),
        ("BIODATA", f"Tmp={m('table BIODATA')}"), ("BIOPHOTO", f"Content={m('table BIOPHOTO')}"),
        ("USERPIC", f"Content={m('table USERPIC')}"), ("IDCARD", f"IDNum={m('table IDCARD')}"),
    )  # fmt: skip
    return [
        ("table=OPERLOG&Stamp=1", operlog),
        ("table=ATTLOG&Stamp=1", glued),
        ("table=rtlog", rtlog),
        ("table=tabledata&tablename=user&count=1", users),
        ("table=tabledata&tablename=templatev10&count=1", f"template={m('templatev10')}".encode()),
        ("table=tabledata&tablename=biophoto&count=1", f"content={m('biophoto')}".encode()),
        ("table=tabledata&tablename=mulcarduser&count=1", f"cardno={m('mulcarduser')}".encode()),
        ("table=options", options),
        ("table=ATTPHOTO", b"PIN=20261123090000-1.jpg\nSN=x\nsize=9\nCMD=uploadphoto\0" + jpeg(m("ATTPHOTO").encode())),
        ("table=errorlog", f"errcode=1\tdataorigin=x\tcmdid=1\tadditional={m('errorlog')}".encode()),
        *((f"table={name}", body.encode()) for name, body in tables),
    ]


@pytest.mark.parametrize("shape", ["att", pytest.param("acc", marks=pytest.mark.long)])
def test_by_push(served: Served, open_office: Office, caplog: pytest.LogCaptureFixture, shape: Any) -> None:
    marks, told = Marks(), []
    caplog.set_level(logging.DEBUG)
    key = marks("push key")
    terminal = PushingTerminal(
        f"http://127.0.0.1:{served.port}", serial=SERIAL, users=USERS, records=body_of(6), shape=shape, push_key=key,
        now=open_office.clock, timeout_seconds=30,
    )  # fmt: skip
    terminal.operate(Operation.USER_ADDED, 1)
    terminal.greet()
    given = {"create": "P-1", "unit": "A"}
    assert open_office.client("root").post(f"/api/v1/terminals/pushing/{SERIAL}/approve", json=given).status_code == 200
    assert terminal.greet()
    assert terminal.push()
    for uid, *_ in USERS:
        marks.all[f"pushed password {uid}"] = password_of(uid)
    sent = b"".join(bytes(str(exchange), "utf-8", "replace") for exchange in terminal.journal)
    assert b"USER PIN" in sent or b"tabledata" in sent
    for query, body in push_bodies(marks):
        answer = served.ask("POST", f"/iclock/cdata?SN={SERIAL}&{query}", body)
        told.append(answer.text.encode())  # type: ignore[attr-defined]
        assert answer.status == 200, (query, answer.text)  # type: ignore[attr-defined]
    for path, body in (
        (f"/iclock/devicecmd?SN={SERIAL}", f"ID=1&Return=0&CMD=DATA&Content={marks('devicecmd')}"),
        (f"/iclock/querydata?SN={SERIAL}&type=tabledata&tablename=user", f"user password={marks('querydata')}"),
        (f"/iclock/fdata?SN={SERIAL}&table=ATTPHOTO", f"PIN=1.jpg\0{marks('fdata')}"),
        (f"/iclock/registry?SN={SERIAL}", f"~DeviceName=X,ComPwd={marks('registry ComPwd')}"),
        (f"/iclock/cdata?SN={SERIAL}&table=OPERLOG&pushcommkey={marks('key in a query')}", "OPLOG"),
    ):
        told.append(served.ask("POST", path, body.encode()).text.encode())  # type: ignore[attr-defined]
    assert terminal.poll() is not None
    assert rows(open_office.database, "SELECT count(*) FROM pull WHERE source = 'push'")[0][0] >= 4
    assert marks.found(everything(open_office, caplog, told)) == []


def test_photographs_stand_in_their_own_table_alone_where_somebody_turned_them_on(
    served: Served, open_office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    marks = Marks()
    caplog.set_level(logging.DEBUG)
    served.ask("GET", f"/iclock/cdata?SN={SERIAL}&options=all")
    given = {"create": "P-1", "unit": "A", "photos": True}
    assert open_office.client("root").post(f"/api/v1/terminals/pushing/{SERIAL}/approve", json=given).status_code == 200
    picture = jpeg(marks("photograph").encode())
    body = b"PIN=20261123090000-1.jpg\nSN=x\nsize=9\nCMD=uploadphoto\0" + picture
    served.ask("POST", f"/iclock/cdata?SN={SERIAL}&table=ATTPHOTO", body)
    places = {place for place, data in columns(open_office.database) if marks.all["photograph"] in data}
    assert places == {"punch_photo"}
    assert marks.found([*answers(open_office), *shown(open_office), ("log", caplog.text.encode())]) == []


# by file -------------------------------------------------------------------------------------------------------------


def test_by_usb_stick(open_office: Office, caplog: pytest.LogCaptureFixture) -> None:
    marks, database = Marks(), open_office.database
    caplog.set_level(logging.DEBUG)
    with database.writing() as session:
        registering.add_terminal(session, "P-1", unit="A", at=open_office.clock())
    log = "".join(f"{1 + n % 3:>9}\t2026-11-23 0{7 + n}:25:00\t1\t0\t1\t0\r\n" for n in range(3))
    log += f"USER PIN=1\tPasswd={marks('stick Passwd')}\tCard={marks('stick Card')}\r\n"
    log += f"FP PIN=1\tFID=1\tTMP={marks('stick TMP')}\r\n"
    told = [str(_brought(database, "1_attlog.dat", log.encode(), open_office.clock())).encode()]
    assert rows(database, "SELECT new FROM pull WHERE source = 'file'") == [(3,)]
    mark_users(marks, UIDS, ["user72", "user28"])
    with SimulatedTerminal(users=USERS).running() as terminal:
        tables = [terminal.machine.users.pack(layout)[4:] for layout in ("user72", "user28")]
    for name, table in zip(("user.dat", "user28.dat"), tables, strict=True):
        assert marks.found([(name, table)])
        told.append(str(_brought(database, name, table, open_office.clock())).encode())
        upload = {"file": (name, table)}
        told.append(
            open_office.client("hr").post("/api/v1/imports/punches", data={"terminal": "P-1"}, files=upload).content
        )
    assert marks.found(everything(open_office, caplog, told)) == []


def _brought(database: Database, name: str, data: bytes, at: datetime) -> Any:
    try:
        preview = preview_import(database, "P-1", name, data, zone=ZONE, at=at)
        return preview, import_export(database, "P-1", name, data, zone=ZONE, at=at)
    except Exception as error:  # what is refused is told in a sentence, which is looked at too
        return error


# over a site ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", ["zk40", pytest.param("zk16", marks=pytest.mark.long)])
def test_by_a_site_that_forwards(
    sqlite_database: Database, migrated_sqlite: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, layout: str
) -> None:
    marks = Marks()
    caplog.set_level(logging.DEBUG)
    mark_users(marks, UIDS, ["user72" if layout == "zk40" else "user28"])
    clock = Ticking()
    centre = open_centre(sqlite_database, clock)
    folder = tmp_path / "site"
    folder.mkdir()
    with open_site(migrated_sqlite, folder, centre, clock, layout=layout) as site:
        for pin in ("1001", "1002"):
            clock.pass_by(hours=1)
            site.terminals["GATE"].punch(pin)
        assert site.pull() == "ok"
        site.forward()
        assert isinstance(site.line, Line)
        assert rows(centre.database, "SELECT count(*) FROM terminal_user")[0][0] == 3, "its table of users came along"
        places = [*columns(site.database), *columns(centre.database), *files(tmp_path)]
        places += [("log", caplog.text.encode()), *(("line", each) for each in site.line.requests)]
    assert marks.found(places) == []


# reasons -------------------------------------------------------------------------------------------------------------


def test_reasons_are_in_no_log_and_no_figure(open_office: Office, caplog: pytest.LogCaptureFixture) -> None:
    """Reasons and documents are filed, judged, asked for, exported and refused; no line of the log has one."""
    from attendance.services.evaluate import evaluate_dirty

    marks, database, at = Marks(), open_office.database, open_office.clock()
    caplog.set_level(logging.DEBUG)
    with database.writing() as session:
        papers.add_leave(
            session, "E1", date(2026, 11, 19), code="Ô", document=marks("leave document"), approved_at=at, at=at
        )
        papers.add_exemption(
            session, "E2", code="nursing", minutes_per_day=60, from_on=date(2026, 11, 1), to_on=date(2026, 11, 30),
            document=marks("exemption document"), approved_at=at, at=at,
        )  # fmt: skip
        papers_decided.explain(
            session, "E2", date(2026, 11, 3), part="pm", covers="late", minutes=12, reason=marks("explanation"),
            submitted_at=at, at=at,
        )  # fmt: skip
        papers_decided.annul(
            session, "E2", "T-A", FIRST, reason=marks("annulment"), decision="approved", decided_at=at, at=at
        )
    evaluate_dirty(database, ZONE, at + timedelta(hours=1))
    client = open_office.client("e2")
    asked = {"kind": "complaint", "text": marks("request")}
    assert client.post("/api/v1/me/requests", json=asked).status_code == 201
    assert client.post("/api/v1/me/requests", json=asked | {"kind": marks("wrong kind")}).status_code == 422
    hr = open_office.client("hr")
    path = "/api/v1/personal-data/requests/1"
    assert hr.post(f"{path}/answer", json={"text": marks("answer")}).status_code == 200
    assert hr.post(f"{path}/answer", json={"text": marks("second answer")}).status_code == 422
    assert hr.post(f"{path}/extend", json={"text": marks("extension")}).status_code == 422
    told = client.get("/api/v1/me/export").content
    assert marks.all["explanation"] in told, "the person reads it in their export"
    metrics = open_office.client(address="127.0.0.1").get("/api/v1/metrics").content
    with pytest.raises(Exception, match="append-only"), database.writing() as session:
        session.execute(text("UPDATE pull SET message = :mark"), {"mark": marks("statement that fails")})
    assert marks.found([("log", caplog.text.encode()), ("metrics", metrics)]) == []


def test_the_search_finds_what_is_there(open_office: Office, tmp_path: Path) -> None:
    """Each place that is searched, with a mark planted in it past all that keeps it out."""
    marks = Marks()
    bring(
        open_office.database, f"1\t2026-11-23 07:25:00\t1\t0\t1\t0\r\nX {marks('packed')}\r\n".encode(), terminal="T-A"
    )
    with open_office.database.writing() as session:
        registering.rename_employee(session, "E1", marks("name"))
    (tmp_path / "x").write_bytes(base64.b64encode(b"1" + marks("base64").encode() + b"22"))
    found = marks.found([*columns(open_office.database), *answers(open_office), *shown(open_office), *files(tmp_path)])
    places = {line.split(" in ")[1] for line in found}
    assert {"pull", "employee", "x", "/today", "export", "/api/v1/employees"} <= places
    assert any(line.startswith("base64 as base64") for line in found)
