"""What programs are told, by a real receiver that checks each signature as the library of Standard Webhooks does."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from api.notifying.hooks import HookPost
from api.notifying.reaching import reach
from attendance.errors import Invalid
from attendance.services.evaluate import evaluate_span
from attendance.services.evidence import checkpoints
from attendance.services.notifications import endpoints, events
from attendance.services.notifications.delivering import Event, Undelivered
from attendance.services.notifications.kinds import EVENTS
from attendance.services.notifications.sealing import new_secret
from attendance.services.signing_key import signing_key
from attendance.store import month_events
from attendance.store.trail import CONSOLE, TIMETABLE
from attendance.store.within import EVERYTHING
from tests.e2e.conftest import LAST, Office
from tests.noticed import SECRET_KEY, file_day, notifier, states, wall, wants
from tests.receivers import Hook, hook_server

KEY = SECRET_KEY.encode()


@pytest.fixture
def hook() -> Iterator[Hook]:
    with hook_server() as found:
        yield found


def add(office: Office, url: str, *events: str, unit: str | None = None) -> tuple[int, str]:
    with office.database.writing() as session:
        unit_id = None
        if unit is not None:
            unit_id = int(session.scalar(text("SELECT id FROM unit WHERE code = :code"), {"code": unit}) or 0)
        row, secret = endpoints.add(
            session, KEY, name="Cổng báo cáo", url=url, events=events or EVENTS, unit_id=unit_id,
            actor=CONSOLE, at=office.clock(),
        )  # fmt: skip
        assert row.id is not None
        return row.id, secret


def judge_late(office: Office) -> None:
    """Wednesday: E2 (in A1) came 11 minutes late and went home; read past the last window and judged."""
    office.clock.at = wall("2026-11-26 01:00")
    punches = [("2", f"2026-11-25 {at}:00") for at in ("07:41", "12:03", "13:20", "17:05")]
    file_day(office.database, "T-A", "2026-11-26 00:30:00", punches)
    on = wall("2026-11-25 12:00").date()
    evaluate_span(office.database, "Asia/Ho_Chi_Minh", office.clock(), on, on)


def test_a_violation_is_told_once_signed_and_without_its_person(office: Office, hook: Hook) -> None:
    _, secret = add(office, hook.url)
    sender = notifier(office.database, office.clock)
    sender.round()
    assert hook.asked == [], "what was concluded before is no event"
    judge_late(office)
    sender.round()
    notifier(office.database, office.clock).round()
    [event] = [one for one in hook.events(secret) if one["type"] == "violation.opened" and one["data"]["unit"] == "A1"]
    assert event["data"] == {
        "unit": "A1", "date": "2026-11-25", "session": "am", "violation_type": "late", "status": "counted",
    }  # fmt: skip
    assert event["timestamp"] == "2026-11-25T18:00:00Z"
    assert len(set(hook.ids())) == len(hook.ids())
    everything = b"".join(body for _, body in hook.taken).decode()
    for name in ("Trần Văn Nam", "Lê Hoàng Yến", "ĐP 7", '"E2"', "2-20261125-am-late"):
        assert name not in everything
    headers, body = hook.taken[0]
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body + b" ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(body, headers)


def test_whom_an_event_is_of_cannot_be_found_out_from_its_id(office: Office, hook: Hook) -> None:
    """Its key holds the number of the person: a bare digest of it could be tried for everybody."""
    number, _ = add(office, hook.url, "violation.opened")
    judge_late(office)
    notifier(office.database, office.clock).round()
    with office.database.reading() as session:
        keys = list(session.scalars(text("SELECT key FROM notice WHERE webhook_id = :id"), {"id": number}))
    assert len(keys) == len(hook.ids()) > 0
    assert not {f"msg_{hashlib.sha256(key.encode()).hexdigest()[:32]}" for key in keys} & set(hook.ids())


def test_nothing_of_other_units_is_told(office: Office, hook: Hook) -> None:
    _, secret = add(office, hook.url, unit="A1")
    judge_late(office)
    notifier(office.database, office.clock).round()
    assert {one["data"]["unit"] for one in hook.events(secret)} == {"A1"}


def test_terminals_and_months_are_told(office: Office, hook: Hook) -> None:
    _, secret = add(office, hook.url, "terminal.silent", "month.locked")
    sender = notifier(office.database, office.clock, silent_minutes=10)
    sender.round()
    office.clock.pass_by(minutes=11)
    with office.database.writing() as session:
        first = LAST.replace(day=1)
        month_events.lock(session, "A1", first, moment=office.clock(), by="head.a1", at=office.clock())
    sender.round()
    sender.round()
    told = hook.events(secret)
    assert {(one["type"], one["data"].get("terminal")) for one in told} == {
        ("terminal.silent", "T-A"), ("terminal.silent", "T-B"), ("month.locked", None),
    }  # fmt: skip
    [month] = [one["data"] for one in told if one["type"] == "month.locked"]
    assert (month["unit"], month["month"]) == ("A1", "2026-11")


def test_checkpoints_are_told_to_who_hears_of_the_whole_office(office: Office, hook: Hook) -> None:
    sender = notifier(office.database, office.clock)
    office.clock.pass_by(minutes=1)
    _, whole = add(office, hook.url, "checkpoint.published")
    add(office, hook.url, "checkpoint.published", unit="A1")
    office.clock.pass_by(minutes=1)
    with office.database.writing() as session:
        key = signing_key(session, office.settings.secret(), office.clock())
        made = checkpoints.make(session, key, "day", by=TIMETABLE, at=office.clock())
    sender.round()
    sender.round()
    (told,) = hook.events(whole)
    assert (told["type"], told["data"]["number"], told["data"]["text"]) == ("checkpoint.published", 1, made.text)


def test_a_receiver_that_is_down_gets_it_once_it_is_back(office: Office, hook: Hook) -> None:
    number, secret = add(office, hook.url, "month.locked")
    ask_test(office, number)
    sender = notifier(office.database, office.clock)
    hook.status = 503
    sender.round()
    assert len(hook.asked) == 1
    sender.round()
    assert len(hook.asked) == 1, "not before its time"
    for seconds in (40, 140):
        office.clock.pass_by(seconds=seconds)
        sender.round()
    assert len(hook.asked) == 3
    assert states(office.database) == [("notification.test", "webhook", "waiting", "127.0.0.1 answered 503.")]
    hook.status = 204
    office.clock.pass_by(minutes=12)
    sender.round()
    [event] = hook.events(secret)
    assert event["type"] == "notification.test"
    assert len(set(hook.ids())) == 1, "the same name at every try"
    assert len(hook.ids()) == 4
    assert len({body for _, body in hook.asked}) == 1
    office.clock.pass_by(hours=5)
    sender.round()
    assert len(hook.asked) == 4


def ask_test(office: Office, number: int) -> str:
    with office.database.writing() as session:
        return endpoints.send_test(session, number, EVERYTHING, actor=CONSOLE, at=office.clock())


def test_one_that_is_down_does_not_hold_up_the_others(office: Office, hook: Hook) -> None:
    with hook_server() as other:
        down, _ = add(office, "http://127.0.0.1:9/nobody")
        up, secret = add(office, other.url)
        for _ in range(20):
            office.clock.pass_by(seconds=1)
            ask_test(office, down)
            ask_test(office, up)
        notifier(office.database, office.clock).round()
        assert len(other.events(secret)) == 20
    with office.database.reading() as session:
        tried = session.scalar(text("SELECT sum(attempts) FROM notice WHERE webhook_id = :id"), {"id": down})
    assert tried == 1, "a way that is down is tried once a round"


def test_one_that_takes_nothing_for_days_is_shut_and_somebody_told(office: Office, hook: Hook) -> None:
    number, secret = add(office, hook.url, "month.locked")
    wants(office.database, "root", "system", "inbox")
    hook.status = 500
    sender = notifier(office.database, office.clock)
    ask_test(office, number)
    for _ in range(16):
        sender.round()
        office.clock.pass_by(hours=11)
    assert standing(office)["disabled_why"] == "failing"
    asked = len(hook.asked)
    office.clock.pass_by(days=1)
    sender.round()
    assert len(hook.asked) == asked, "it is left alone"
    with office.database.reading() as session:
        titles = session.scalars(text("SELECT title FROM notice WHERE kind = 'system' AND state = 'sent'")).all()
        acts = session.scalars(text("SELECT actor FROM trail WHERE act = 'webhook.shut'")).all()
    assert "Webhook Cổng báo cáo đã bị đóng" in titles
    assert acts == [TIMETABLE.name]
    hook.status = 200
    with office.database.writing() as session:
        endpoints.enable(session, number, EVERYTHING, actor=CONSOLE, at=office.clock())
    office.clock.pass_by(hours=11)
    sender.round()
    assert [event["type"] for event in hook.events(secret)] == ["notification.test"], "what waited is told late"


def standing(office: Office) -> dict[str, Any]:
    with office.database.reading() as session:
        row = session.execute(text("SELECT * FROM webhook")).mappings().one()
        return dict(row)


def test_whoever_runs_a_part_is_not_told_of_webhooks_of_others(office: Office, hook: Hook) -> None:
    wants(office.database, "root", "system", "inbox")
    wants(office.database, "root.a", "system", "inbox")
    number, _ = add(office, hook.url)
    hook.status = 410
    ask_test(office, number)
    notifier(office.database, office.clock).round()
    with office.database.reading() as session:
        told = session.execute(text(
            "SELECT app_user.name, state, title FROM notice JOIN app_user ON app_user.id = user_id "
            "WHERE kind = 'system' ORDER BY app_user.name"
        )).all()  # fmt: skip
    assert [tuple(row) for row in told] == [
        ("root", "sent", "Webhook Cổng báo cáo đã bị đóng"), ("root.a", "dropped", ""),
    ]  # fmt: skip


def test_numbers_that_are_looked_at_again_are_not_told_again_a_month_later(
    office: Office, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL the newest numbers are looked at again, by then the outbox has forgotten what it told of them."""
    monkeypatch.setattr(events, "is_sqlite", lambda _session: False)
    _, secret = add(office, hook.url, "violation.opened")
    judge_late(office)
    for hours in (29 * 24, *[6] * 12):
        notifier(office.database, office.clock).round()
        office.clock.pass_by(hours=hours)
    assert len(hook.events(secret)) > 0
    assert len(hook.ids()) == len(set(hook.ids()))


def test_a_receiver_that_is_gone_is_shut(office: Office, hook: Hook) -> None:
    number, _ = add(office, hook.url)
    ask_test(office, number)
    hook.status = 410
    notifier(office.database, office.clock).round()
    assert standing(office)["disabled_why"] == "gone"


def test_a_new_secret_signs_beside_the_old_one_for_a_day(office: Office, hook: Hook) -> None:
    number, old = add(office, hook.url, "month.locked")
    with office.database.writing() as session:
        new = endpoints.rotate(session, KEY, number, EVERYTHING, actor=CONSOLE, at=office.clock())
    ask_test(office, number)
    sender = notifier(office.database, office.clock)
    sender.round()
    assert len(hook.events(old)) == len(hook.events(new)) == 1
    office.clock.pass_by(hours=25)
    ask_test(office, number)
    sender.round()
    assert len(hook.events(new)) == 2
    with pytest.raises(WebhookVerificationError):
        hook.events(old)


def test_no_secret_lies_in_the_database_or_in_the_log(
    office: Office, hook: Hook, caplog: pytest.LogCaptureFixture
) -> None:
    number, secret = add(office, hook.url)
    hook.status = 500
    ask_test(office, number)
    with caplog.at_level("DEBUG"):
        notifier(office.database, office.clock).round()
    office.database.settle()
    raw = b"".join(path.read_bytes() for path in office.settings.data_dir.rglob("*") if path.is_file())
    assert secret.removeprefix("whsec_").encode() not in raw
    assert secret.removeprefix("whsec_") not in caplog.text
    other = notifier(office.database, office.clock, secret_key="another secret key, also long enough")
    hook.status = 204
    office.clock.pass_by(minutes=5)
    other.round()
    assert hook.taken == [], "under another secret key nothing can be signed"
    assert "cannot be read" in states(office.database)[0][3]


# where it may go ---------------------------------------------------------------------------------------------------


def event(url: str) -> Event:
    return Event("msg_1", url, json.dumps({"type": "notification.test"}), (new_secret(),))


def test_redirects_are_not_followed(hook: Hook) -> None:
    with hook_server() as inside:
        hook.status, hook.location = 307, inside.url
        with pytest.raises(Undelivered, match="redirect"):
            HookPost(_networks("127.0.0.0/8"))(event(hook.url))
        assert inside.asked == []


def test_this_machine_is_refused_unless_it_was_named(hook: Hook) -> None:
    for allowed in (("public",), _networks("10.0.0.0/8")):
        with pytest.raises(Undelivered, match="outside"):
            HookPost(allowed)(event(hook.url))  # type: ignore[arg-type]
    assert hook.asked == []


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.1.9", "169.254.169.254", "0.0.0.0", "::1", "::ffff:127.0.0.1", "fe80::1%eth0",
     "64:ff9b::7f00:1", "2002:7f00:1::", "224.0.0.1", "100.64.0.1"],
)  # fmt: skip
def test_no_address_of_the_inside_is_public(address: str) -> None:
    with pytest.raises(Undelivered):
        reach("https://inside.example.vn/x", ("public",), lambda *_: [address])


def test_link_local_is_refused_even_where_it_was_named() -> None:
    with pytest.raises(Undelivered):
        reach("https://cloud.example.vn/", _networks("169.254.0.0/16"), lambda *_: ["169.254.169.254"])


def test_a_name_that_points_inside_and_outside_is_not_believed() -> None:
    with pytest.raises(Undelivered):
        reach("https://both.example.vn/", ("public",), lambda *_: ["203.0.114.10", "10.0.0.1"])
    host, port, address = reach("https://one.example.vn/", ("public",), lambda *_: ["8.8.8.8"])
    assert (host, port, str(address)) == ("one.example.vn", 443, "8.8.8.8")
    with pytest.raises(Undelivered, match="public_http"):
        reach("http://one.example.vn/", ("public",), lambda *_: ["8.8.8.8"])


def test_the_address_that_was_checked_is_the_one_that_is_spoken_to(hook: Hook) -> None:
    """A name that changes between the look and the call leads nowhere else."""
    asked = []

    def find(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    url = hook.url.replace("127.0.0.1", "moved.example.invalid")
    HookPost(_networks("127.0.0.0/8"), find=find)(event(url))
    assert asked == ["moved.example.invalid"]
    assert hook.taken[0][0]["host"] == f"moved.example.invalid:{hook.port}"


def test_a_receiver_that_drips_is_cut(hook: Hook) -> None:
    import threading
    from time import monotonic

    hook.wait = threading.Event()
    begun = monotonic()
    with pytest.raises(Undelivered, match="unreached"):
        HookPost(_networks("127.0.0.0/8"), seconds=0.5)(event(hook.url))
    assert monotonic() - begun < 3


@pytest.mark.parametrize(
    "url",
    ["ftp://x.vn/", "https://", "https://user:secret@x.vn/", "https://x.vn/#a", "https://x.vn/a b", "//x.vn",
     "https://x.vn/\r\nX: y", "javascript:alert(1)", "https://x.vn:0/", "https://x.vn:99999/"],
)  # fmt: skip
def test_what_is_no_address_of_a_receiver_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        endpoints.check_url(url)


def _networks(*texts: str) -> Any:
    from ipaddress import ip_network

    return tuple(ip_network(one) for one in texts)


def test_a_name_that_is_not_found_in_time_holds_up_nobody() -> None:
    asked = threading.Event()

    def slow(host: str, port: int) -> list[str]:
        asked.wait(20)
        return ["127.0.0.1"]

    begun = time.monotonic()
    try:
        with pytest.raises(Undelivered) as told:
            HookPost(_networks("127.0.0.0/8"), seconds=0.2, find=slow)(event("http://slow.example.vn/"))
    finally:
        asked.set()
    assert time.monotonic() - begun < 10
    assert (told.value.reason, told.value.scope) == ("lookup", "way")
