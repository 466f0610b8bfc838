"""Webhooks and the outbox through the API: who may, what is told once, and nothing of other parts of the tree."""

from __future__ import annotations

from attendance.store import notices
from attendance.store.notices import NewNotice
from tests.e2e.conftest import Office
from tests.noticed import notifier
from tests.receivers import hook_server

API = "/api/v1"
GIVEN = {"name": "Cổng báo cáo", "url": "https://hook.example.vn/a", "events": ["violation.opened", "month.locked"]}


def add(office: Office, user: str = "root", **more: object) -> dict[str, object]:
    answer = office.client(user).post(f"{API}/webhooks", json=GIVEN | more)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_the_secret_is_told_once(office: Office) -> None:
    made = add(office)
    assert str(made["secret"]).startswith("whsec_")
    assert "secret" not in office.get("root", "/webhooks")["items"][0]
    number = made["id"]
    again = office.client("root").post(f"{API}/webhooks/{number}/rotate").json()
    assert again["secret"] != made["secret"]
    for verb, shut in (("disable", "by_hand"), ("enable", "")):
        answer = office.client("root").post(f"{API}/webhooks/{number}/{verb}")
        assert (answer.status_code, answer.json()["disabled_why"]) == (200, shut)
        assert "secret" not in answer.json()
    with office.database.reading() as session:
        told = session.connection().exec_driver_sql("SELECT content FROM trail_detail")
        assert not any(str(made["secret"])[6:] in str(row) for row in told)


def test_the_path_of_an_address_may_be_a_password_and_is_not_told(office: Office) -> None:
    made = add(office, url="https://hook.example.vn:8443/services/T0/bi-mat-9?k=zqx-7")
    shown = "https://hook.example.vn:8443/…"
    assert (made["url"], office.get("root", "/webhooks")["items"][0]["url"]) == (shown, shown)
    page = office.client("root").get("/system/notifications").text
    with office.database.reading() as session:
        told = [str(row) for row in session.connection().exec_driver_sql("SELECT content FROM trail_detail")]
        [kept] = session.connection().exec_driver_sql("SELECT url FROM webhook").scalars()
    assert any("hook.example.vn:8443" in row for row in told)
    for text in (*told, page):
        assert "bi-mat" not in text
        assert "zqx-7" not in text
    assert kept.endswith("bi-mat-9?k=zqx-7")


def test_only_administrators_may(office: Office) -> None:
    for user in ("hr", "head.a1", "leader.h", "auditor", "e1", "inspector"):
        client = office.client(user)
        assert client.get(f"{API}/webhooks").status_code == 403
        assert client.post(f"{API}/webhooks", json=GIVEN).status_code == 403
        assert client.get(f"{API}/notices").status_code == 403
        assert client.post(f"{API}/webhooks/1/rotate").status_code == 403


def test_an_administrator_of_a_part_sees_and_changes_that_part(office: Office) -> None:
    whole, below = add(office), add(office, "root.a", unit="A1")
    other = add(office, unit="B", name="Xã Yên Nghĩa")
    assert [row["id"] for row in office.get("root.a", "/webhooks")["items"]] == [below["id"]]
    assert office.client("root.a").post(f"{API}/webhooks", json=GIVEN).status_code == 403
    assert office.client("root.a").post(f"{API}/webhooks", json=GIVEN | {"unit": "B"}).status_code == 404
    nowhere = office.client("root.a").post(f"{API}/webhooks/99999/rotate")
    for number in (whole["id"], other["id"]):
        for verb in ("rotate", "disable", "enable", "test"):
            answer = office.client("root.a").post(f"{API}/webhooks/{number}/{verb}")
            assert answer.status_code == 404
            assert answer.json()["detail"] == nowhere.json()["detail"].replace("99999", str(number))
    assert len(office.get("root", "/webhooks")["items"]) == 3


def test_what_cannot_be_is_refused_and_nothing_stored(office: Office) -> None:
    client = office.client("root")
    wrong: list[dict[str, object]] = [{"url": "ftp://x.vn"}, {"events": []}, {"events": ["everything"]}, {"name": ""}]
    for one in (*wrong, {"url": "https://u:p@x.vn/"}, {"url": "https://x.vn/#a"}):
        assert client.post(f"{API}/webhooks", json=GIVEN | one).status_code == 422
    assert office.get("root", "/webhooks")["items"] == []


def test_the_outbox_tells_to_whom_and_whether_and_never_what(office: Office) -> None:
    with hook_server() as hook:
        number = add(office, url=hook.url)["id"]
        assert office.client("root").post(f"{API}/webhooks/{number}/test").status_code == 202
        hook.status = 400
        sender = notifier(office.database, office.clock)
        sender.round()
        [row] = office.get("root", "/notices")["items"]
        assert (row["kind"], row["webhook"], row["state"]) == ("notification.test", "Cổng báo cáo", "waiting")
        assert row["error"] == "127.0.0.1 answered 400."
        assert "body" not in row
        hook.status = 204
        assert office.client("root").post(f"{API}/notices/{row['id']}/retry").status_code == 202
        sender.round()
        [row] = office.get("root", "/notices")["items"]
        assert row["state"] == "sent"
        assert office.client("root").post(f"{API}/notices/{row['id']}/retry").status_code == 409
        assert office.client("root").post(f"{API}/notices/777/retry").status_code == 404
        assert office.get("root", "/notices", state="failed")["total"] == 0


def test_what_is_for_people_is_for_whoever_looks_after_all(office: Office) -> None:
    with office.database.writing() as session:
        notices.put(session, [NewNotice("test:1:inbox:x", "test", "inbox", 1)], office.clock())
    assert office.get("root", "/notices")["total"] == 1
    assert office.get("root.a", "/notices")["total"] == 0
    number = office.get("root", "/notices")["items"][0]["id"]
    assert office.client("root.a").post(f"{API}/notices/{number}/retry").status_code == 404
