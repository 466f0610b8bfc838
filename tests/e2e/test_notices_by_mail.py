"""Mail as servers take it: sealed lines, passwords, refusals, servers that are down; nothing is lost or told twice."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import ValidationError
from sqlalchemy import text

from api.notifying.mail import Mail
from api.notifying.notifier import ways_of
from api.settings import Settings
from attendance.errors import Invalid
from attendance.services.notifications.delivering import Letter, Parcel, Undelivered
from attendance.store import accounts, notices
from attendance.store.notices import NewNotice
from attendance.store.notification_tables import NoticeAddressRow
from attendance.store.tables import UserRow
from tests.e2e.conftest import Office
from tests.noticed import SECRET_KEY, SENDER, mailing, notifier, states, wants
from tests.receivers import Letterbox, hook_server, mail_server

PASSWORD = "mat-khau-thu-4711"
LETTER = Letter("Tình hình hôm nay", "Có mặt: 3", "Có mặt: 3", "/today")


@pytest.fixture
def box() -> Iterator[Letterbox]:
    with mail_server() as found:
        yield found


def parcel(**changes: Any) -> Parcel:
    letter = Letter(**({"title": LETTER.title, "text": LETTER.text, "brief": "", "link": "/today"} | changes))
    return Parcel("msg_1", "ha@hadong.example.vn", letter)


def carry(mail: Mail, what: Parcel) -> None:
    try:
        mail.carry(what)
    finally:
        mail.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def sealed(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_sealed_line_with_a_password(certificate: Path) -> None:
    with mail_server(certificate=sealed(certificate), login=("cc", PASSWORD)) as box:

        def mail(**more: Any) -> Mail:
            given = {"user": "cc", "password": PASSWORD, "ca_file": certificate} | more
            return Mail("127.0.0.1", box.port, "starttls", SENDER, **given)

        carry(mail(), parcel())
        [(_, message)] = box.taken
        assert message["Subject"] == LETTER.title
        assert message.get_content() == "Có mặt: 3\n"
        for wrong in ({"password": "another"}, {"ca_file": None}):
            with pytest.raises(Undelivered) as refused:
                carry(mail(**wrong), parcel())
            assert refused.value.scope == "way"
            assert PASSWORD not in str(refused.value)
        assert len(box.taken) == 1
        assert PASSWORD not in repr(mail())


def test_what_should_be_sealed_is_never_sent_in_the_open(box: Letterbox) -> None:
    with pytest.raises(Undelivered, match="mail_settings"):
        carry(Mail("127.0.0.1", box.port, "starttls", SENDER), parcel())
    assert box.taken == []


def test_a_name_adds_no_line_to_the_head(box: Letterbox) -> None:
    mail = Mail("127.0.0.1", box.port, "none", SENDER)
    titles = ("Máy\r\nBcc: ai@khac.vn", "Máy\nX: y", "Máy\x0b\x0cBcc: z", "=?utf-8?q?a?=\r\n b")
    for title in titles:
        mail.carry(parcel(title=title, text=".\r\n.\r\nQUIT\r\n"))
    mail.close()
    heads = ["Content-Type", "MIME-Version", "Content-Transfer-Encoding", "From", "To", "Subject", "Date", "Message-ID"]
    assert len(box.taken) == len(titles)
    for addresses, message in box.taken:
        assert addresses == ["ha@hadong.example.vn"]
        assert sorted(message.keys()) == sorted([*heads, "Auto-Submitted"])
        assert "QUIT" in message.get_content()


def test_two_that_share_a_server_do_not_cut_each_other_off(box: Letterbox) -> None:
    """A code is sent while the timetable sends letters over the same line."""
    import threading

    mail = Mail("127.0.0.1", box.port, "none", SENDER)
    threads = [threading.Thread(target=lambda: [carry(mail, parcel()) for _ in range(15)]) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(box.taken) == 45


def test_a_long_vietnamese_subject_arrives_as_it_was(box: Letterbox) -> None:
    title = "Hôm nay 25/11/2026: có mặt 1.204, đến sau giờ 16, chưa ghi nhận 3, chưa đủ dữ liệu 120, và một câu dài nữa"
    carry(Mail("127.0.0.1", box.port, "none", SENDER), parcel(title=title))
    assert box.taken[0][1]["Subject"] == title


def due(office: Office, *names: str) -> None:
    """A test is due to each of these accounts by mail."""
    for name in names:
        wants(office.database, name, "system")
    with office.database.writing() as session:
        at = office.clock()
        due = [
            NewNotice(f"test:{name}:{at:%H%M%S}", "test", "mail", accounts.get_user(session, name).id) for name in names
        ]
        notices.put(session, due, at)


def test_an_address_that_is_refused_stops_nobody_else(office: Office, box: Letterbox) -> None:
    box.refuse = {"e1@hadong.example.vn": "550 no such box", "e2@hadong.example.vn": "451 later"}
    due(office, "e1", "e2", "hr")
    sender = notifier(office.database, office.clock, **mailing(box.port))
    sender.deliverer().deliver()
    assert states(office.database) == [
        ("test", "mail", "failed", "The mail server refuses the address (550)."),
        ("test", "mail", "waiting", "The mail server refuses the address (451)."),
        ("test", "mail", "sent", ""),
    ]
    box.refuse = {}
    office.clock.pass_by(seconds=60)
    sender.deliverer().deliver()
    assert [addresses for addresses, _ in box.taken] == [["hr@hadong.example.vn"], ["e2@hadong.example.vn"]]


def test_a_server_that_is_down_is_tried_once_a_round_and_gets_everything_later(office: Office) -> None:
    with mail_server() as box:
        port = box.port
    due(office, "e1", "e2", "hr", "head.a1")
    sender = notifier(office.database, office.clock, **mailing(port))
    for _ in range(3):
        sender.deliverer().deliver()
        office.clock.pass_by(minutes=40)
    with office.database.reading() as session:
        assert session.scalar(text("SELECT sum(attempts) FROM notice")) == 3
    with mail_server(port=port) as box:
        office.clock.pass_by(hours=3)
        sender.deliverer().deliver()
        assert len(box.taken) == 4
        assert len({message["Message-ID"] for _, message in box.taken}) == 4


def test_settings_that_cannot_be_are_named(tmp_path: Path) -> None:
    def chosen(**given: Any) -> Settings:
        return Settings(_env_file=None, secret_key=SECRET_KEY, **given)  # type: ignore[call-arg]

    with pytest.raises(Invalid, match="ATTENDANCE_SMTP_FROM"):
        ways_of(chosen(smtp_host="mail.example.vn"))
    with pytest.raises(Invalid, match="ATTENDANCE_SMTP_PASSWORD_FILE"):
        ways_of(chosen(smtp_host="m.example.vn", smtp_from=SENDER, smtp_password_file=tmp_path / "none"))
    (tmp_path / "password").write_text("mật khẩu", encoding="utf-8")
    with pytest.raises(Invalid, match="ATTENDANCE_SMTP_PASSWORD_FILE"):
        ways_of(chosen(smtp_host="m.example.vn", smtp_from=SENDER, smtp_password_file=tmp_path / "password"))
    (tmp_path / "password").write_text(f"{PASSWORD}\n", encoding="utf-8")
    settings = chosen(smtp_host="m.example.vn", smtp_from=SENDER, smtp_password_file=tmp_path / "password")
    assert PASSWORD not in repr(settings) + repr(ways_of(settings))
    with pytest.raises(ValidationError):
        chosen(public_url="javascript:alert(1)")
    assert chosen(public_url="https://cc.example.vn/").public_url == "https://cc.example.vn"


# processes ---------------------------------------------------------------------------------------------------------


def environment(office: Office, port: int) -> dict[str, str]:
    return os.environ | {
        "ATTENDANCE_DATA_DIR": str(office.settings.data_dir), "ATTENDANCE_SECRET_KEY": SECRET_KEY,
        "ATTENDANCE_SMTP_HOST": "127.0.0.1", "ATTENDANCE_SMTP_PORT": str(port), "ATTENDANCE_SMTP_TLS": "none",
        "ATTENDANCE_SMTP_FROM": SENDER, "ATTENDANCE_WEBHOOK_NETWORKS": "127.0.0.0/8",
    }  # fmt: skip


def test_a_sender_that_is_killed_loses_nothing_and_repeats_at_most_one(office: Office) -> None:
    """Killed while a receiver thinks: what it was sending is sent again under the same name, the rest once."""
    import threading

    from attendance.services.notifications import endpoints
    from attendance.store.trail import CONSOLE
    from attendance.store.within import EVERYTHING

    with hook_server() as hook:
        with office.database.writing() as session:
            at = office.clock() + timedelta(days=1)
            row, secret = endpoints.add(
                session, SECRET_KEY.encode(), name="x", url=hook.url, events=["month.locked"], unit_id=None,
                actor=CONSOLE, at=at,
            )  # fmt: skip
            for shift in range(6):
                endpoints.send_test(
                    session, row.id or 0, EVERYTHING, actor=CONSOLE, at=at - timedelta(days=700, seconds=shift)
                )
        office.database.close()
        hook.wait = threading.Event()
        command = [sys.executable, "-m", "api.cli.main", "notifications", "send-now"]
        child = subprocess.Popen(command, env=environment(office, 1), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        until = time.monotonic() + 60
        while not hook.asked and time.monotonic() < until:
            time.sleep(0.05)
        assert len(hook.asked) == 1
        child.send_signal(signal.SIGKILL)
        child.communicate()
        hook.wait.set()
        hook.wait = None
        with office.database.writing() as session:
            held = session.execute(text("SELECT count(*) FROM notice WHERE state = 'sending'")).scalar_one()
            session.execute(text("UPDATE notice SET held_until = '2026-01-01' WHERE state = 'sending'"))
        assert held == 6, "what was taken is held"
        notifier(office.database, lambda: datetime.now(UTC)).deliverer().deliver()
        ids = hook.ids()
        assert len(set(ids)) == 6
        assert len(ids) == 7
        assert ids[0] in ids[1:]
        assert len(hook.events(secret)) >= 6


def test_two_senders_at_once_send_each_letter_once(office: Office, box: Letterbox) -> None:
    import threading

    many(office, 60)
    senders = [notifier(office.database, office.clock, **mailing(box.port)).deliverer() for _ in range(3)]
    threads = [threading.Thread(target=sender.deliver) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    addresses = [address for to, _ in box.taken for address in to]
    assert len(addresses) == len(set(addresses)) == 60


def many(office: Office, count: int) -> None:
    with office.database.writing() as session:
        at = office.clock()
        rows = [UserRow(name=f"u{n}", password_hash="", recorded_at=at) for n in range(count)]
        session.add_all(rows)
        session.flush()
        session.add_all(
            NoticeAddressRow(user_id=row.id or 0, way="mail", address=f"{row.name}@x.vn", confirmed_at=at)
            for row in rows
        )
        notices.put(session, [NewNotice(f"test:{row.id}", "test", "mail", row.id) for row in rows], at)


@pytest.mark.parametrize("count", [80, pytest.param(2000, marks=[pytest.mark.long, pytest.mark.timeout(900)])])
def test_many_recipients_are_sent_in_bounded_time_over_one_line(office: Office, box: Letterbox, count: int) -> None:
    many(office, count)
    sender = notifier(office.database, office.clock, **mailing(box.port)).deliverer()
    begun = time.monotonic()
    done = sender.deliver(seconds=0.2)
    assert time.monotonic() - begun < 5, "a round ends when its time is over"
    assert 0 < done.sent < count
    assert {state for *_, state, _ in states(office.database)} == {"sent", "waiting"}, "nothing stays held"
    sender.deliver(seconds=600)
    assert len(box.taken) == count
    assert len(box.lines) == 2, "a line for each round, not for each letter"


def test_the_commands_send_and_tell(office: Office, box: Letterbox, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from api.cli.main import app

    for name, value in environment(office, box.port).items():
        monkeypatch.setenv(name, value)
    wants(office.database, "hr", "morning")
    said = CliRunner().invoke(app, ["notifications", "test", "hr"])
    assert (said.exit_code, said.stdout) == (0, "inbox: sent\nmail: sent\n")
    assert len(box.taken) == 1
    shown = CliRunner().invoke(app, ["notifications", "outbox", "--state", "sent"])
    assert shown.exit_code == 0
    assert "hr by mail\tsent" in shown.stdout
    assert CliRunner().invoke(app, ["notifications", "test", "hr2"]).exit_code == 1
    assert CliRunner().invoke(app, ["notifications", "send-now", "--json"]).exit_code == 0
