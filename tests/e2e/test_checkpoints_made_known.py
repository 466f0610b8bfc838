"""Checkpoints are made when they are due and brought to where an office wants them, over real lines; what is not taken
is tried again and told."""

from __future__ import annotations

import json
import logging
import shutil
import sqlite3
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms, tsp
from pypdfium2 import PdfDocument

from api.pages.i18n import Translator
from api.printing.checkpoint import draw_checkpoint
from api.publishing.publisher import Publisher, make_publisher
from api.publishing.time_stamps import read_authorities, stamped_at
from api.settings import Settings
from attendance.errors import Invalid
from attendance.services import health
from attendance.services.backups.keeping import Plan
from attendance.services.evidence import checkpoints as making
from attendance.services.evidence import notes
from attendance.services.evidence.checking import check_checkpoints
from attendance.store import checkpoints
from attendance.store.database import Database
from tests.noticed import SECRET_KEY, mailing
from tests.receivers import hook_server, mail_server
from tests.stamping import pem, time_stamping

START = datetime(2026, 11, 20, 2, tzinfo=UTC)  # 9 o'clock in Viet Nam
TO = "thanhtra@example.vn"


class Clock:
    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


def publisher(database: Database, clock: Clock, **settings: Any) -> Publisher:
    given = {"secret_key": SECRET_KEY, "webhook_networks": "127.0.0.0/8", "public_url": "https://cc.example.vn"}
    chosen = Settings(_env_file=None, **(given | settings))  # type: ignore[call-arg]
    return make_publisher(chosen, database, clock, chosen.secret())


def findings(database: Database, at: datetime) -> dict[str, health.Finding]:
    place = health.Place("0", Path("/"), Plan(Path("/"), 1, 5, "Asia/Ho_Chi_Minh"), True)
    return {each.reason: each for each in health.findings(database, place, "Asia/Ho_Chi_Minh", at)}


def kept(database: Database) -> list[str]:
    with database.reading() as session:
        return [row.occasion for row in checkpoints.every(session)]


def test_one_each_day_and_one_after_sealed_minutes(sqlite_database: Database, clock: Clock) -> None:
    office = publisher(sqlite_database, clock)
    for _ in range(3):
        office.round()
    assert kept(sqlite_database) == ["day"]
    clock.at = START + timedelta(hours=14)  # 23 o'clock
    office.round()
    assert kept(sqlite_database) == ["day"]
    clock.at = START + timedelta(hours=15, minutes=1)  # the next day has begun
    office.round()
    clock.at = START + timedelta(days=6)  # nobody was there for days: one is made, none is invented
    office.round()
    assert kept(sqlite_database) == ["day", "day", "day"]
    sealed = (clock.at + timedelta(minutes=5)).strftime("%Y-%m-%d %H:%M:%S.%f")
    with sqlite3.connect(str(sqlite_database.engine.url.database)) as connection:  # without keys to other tables
        connection.execute(
            "INSERT INTO minutes (visit_id, unit_id, number, code, content, digest, pdf, pdf_digest, signing_key, "
            "signature, sealed_by, sealed_at) VALUES (1, 1, '', 'C', '', '', '', '', '', '', '', ?)",
            (sealed,),
        )
    connection.close()
    clock.at += timedelta(minutes=6)
    office.round()
    office.round()
    assert kept(sqlite_database) == ["day", "day", "day", "visit"]


def test_a_file_gets_every_one_in_order_and_once(
    sqlite_database: Database, clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    publisher(sqlite_database, clock).round()  # before there was a file
    file = tmp_path / "xa" / "checkpoints.txt"
    office = publisher(sqlite_database, clock, checkpoint_file=file)
    with caplog.at_level(logging.ERROR):
        assert office.round() == 0  # its folder is not there
    assert "ALARM checkpoint 1 was not made known by file: checkpoints.txt cannot be written" in caplog.text
    with sqlite_database.reading() as session:
        assert "cannot be written" in checkpoints.sent(session, [1])[1][0].wrong
    found = findings(sqlite_database, clock.at)
    assert (found["points_unsent"].level, found["points_unsent"].params["way"]) == ("bad", "file")
    file.parent.mkdir()
    file.write_text("Đơn vị\n12\ntorn", encoding="utf-8")  # a failure in the midst of writing
    assert office.round() == 0  # it is not time yet
    for day in range(1, 4):
        clock.at = START + timedelta(days=day)
        office.round()
    assert "points_good" in findings(sqlite_database, clock.at)
    assert findings(sqlite_database, clock.at + timedelta(days=2))["points_old"].level == "bad"
    given = notes.read(file.read_text(encoding="utf-8"))
    assert [each.note.number for each in given] == [1, 2, 3, 4]
    assert all(each.heads for each in given)
    with sqlite_database.reading() as session:
        assert check_checkpoints(session, given).given == 4


def test_mail_and_post_bring_the_text_that_is_compared_later(sqlite_database: Database, clock: Clock) -> None:
    with mail_server() as box, hook_server() as hook:
        ways = {"checkpoint_mail": f"{TO}, huyen@example.vn", "checkpoint_url": hook.url}
        office = publisher(sqlite_database, clock, **ways, **mailing(box.port))
        hook.status = 503
        office.round()
        hook.status = 204
        clock.at += timedelta(minutes=1)
        office.round()
        (letter,) = box.to(TO)
        assert len(box.to("huyen@example.vn")) == 1
    text_ = letter.get_content()
    with sqlite_database.reading() as session:
        assert check_checkpoints(session, notes.read(text_)).holds
        listed = [(row.way, row.wrong == "") for row in checkpoints.sent(session, [1])[1]]
    assert notes.read(text_)[0].heads is not None
    assert "Điểm niêm phong số 1" in str(letter["Subject"])
    assert listed == [("mail", True), ("mail", True), ("post", False), ("post", True)]
    ((headers, body),) = hook.taken
    assert headers["webhook-id"] == hook.ids()[0]
    said = json.loads(body)
    assert said["type"] == "checkpoint.published"
    assert notes.read(said["data"]["text"])[0].note.number == 1


def test_a_time_stamp_is_checked_before_it_is_kept(sqlite_database: Database, clock: Clock, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(pem("Gốc thử nghiệm"))
    with time_stamping() as authority:
        given = {"tsa_url": authority.url, "tsa_ca_file": tmp_path / "ca.pem"}
        office = publisher(sqlite_database, clock, **given)
        assert office.round() == 1
        for day, mangle in enumerate((_other_nonce, lambda answer: answer[:-40] + b"\0" * 40, lambda _: b"none"), 1):
            authority.mangle = mangle
            clock.at = START + timedelta(days=day)
            assert office.round() == 0
    with sqlite_database.reading() as session:
        (token,) = (row.receipt for row in checkpoints.sent(session, [1])[1])
        refused = [(row.wrong, row.receipt) for row in checkpoints.sent(session, [2])[2]]
        body = making.kept(next(checkpoints.every(session))).note.body
    assert token is not None
    assert [(wrong[:25], receipt) for wrong, receipt in refused] == [
        ("The time-stamping authori", None),
        ("The time stamp is not ove", None),
        ("What the time-stamping au", None),
    ]
    trusted = read_authorities(tmp_path / "ca.pem", "X")
    assert abs((stamped_at(token, body, trusted) - datetime.now(UTC)).total_seconds()) < 60
    with pytest.raises(Invalid, match="not over this checkpoint"):
        stamped_at(token, body.replace("number 1", "number 2"), trusted)
    (tmp_path / "other.pem").write_bytes(pem("Gốc khác"))
    with pytest.raises(Invalid, match="leads to none of the authorities"):
        stamped_at(token, body, read_authorities(tmp_path / "other.pem", "X"))
    if shutil.which("openssl"):  # what others say of it
        (tmp_path / "body").write_text(body, encoding="utf-8")
        (tmp_path / "token").write_bytes(token)
        asked = ["openssl", "ts", "-verify", "-data", "body", "-in", "token", "-token_in", "-CAfile", "ca.pem"]
        found = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert "Verification: OK" in found.stdout + found.stderr, found


def _other_nonce(answer: bytes) -> bytes:
    found = tsp.TimeStampResp.load(answer)
    info = found["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
    info["nonce"] = 4711
    content = cms.EncapsulatedContentInfo({"content_type": "tst_info", "content": info})
    found["time_stamp_token"]["content"]["encap_content_info"] = content
    return bytes(found.dump(force=True))


def test_what_cannot_be_set_up_is_told_at_once(sqlite_database: Database, clock: Clock) -> None:
    with pytest.raises(Invalid, match="ATTENDANCE_SMTP_HOST"):
        publisher(sqlite_database, clock, checkpoint_mail=TO)
    with pytest.raises(Invalid, match="ATTENDANCE_TSA_CA_FILE"):
        publisher(sqlite_database, clock, tsa_url="https://tsa.example.vn")
    with pytest.raises(ValueError, match="write addresses"):
        publisher(sqlite_database, clock, checkpoint_mail="khong phai")


def test_without_the_secret_key_none_is_made(sqlite_database: Database, clock: Clock) -> None:
    office = publisher(sqlite_database, clock)
    office.secret_key = b""
    assert office.round() == 0
    assert kept(sqlite_database) == []


def test_the_printed_page_bears_its_text_and_code(sqlite_database: Database, clock: Clock) -> None:
    publisher(sqlite_database, clock).round()
    with sqlite_database.reading() as session:
        made = making.kept(next(checkpoints.every(session)))
    drawn = draw_checkpoint(made, "Asia/Ho_Chi_Minh", Translator("vi"))
    assert drawn == draw_checkpoint(made, "Asia/Ho_Chi_Minh", Translator("vi"))
    document = PdfDocument(drawn)
    try:
        assert len(document) == 1
        page = document[0]
        words = page.get_textpage().get_text_range()
    finally:
        document.close()
    assert made.note.code in words
    assert "ĐIỂM NIÊM PHONG DỮ LIỆU SỐ 1" in words
    assert made.note.root.hex() in words


def test_a_code_is_read_as_people_write_it(sqlite_database: Database, clock: Clock) -> None:
    publisher(sqlite_database, clock).round()
    with sqlite_database.reading() as session:
        row = next(checkpoints.every(session))
        code = making.kept(row).note.code
        begins = notes.digest_begins(f" {code.lower().replace('0', 'o').replace('1', 'l')} ".replace("-", " "))
        assert begins is not None
        assert row.digest.startswith(begins)
        assert len(begins) == 25
    assert notes.digest_begins("not a code") is None
