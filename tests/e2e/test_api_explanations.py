"""Explanations over the API: each step by whom it is for, told to whom it concerns, and safe to download."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from api.cli.demo.explaining import picture
from attendance.services.evaluate import evaluate_dirty
from tests.e2e.conftest import ZONE, Office
from tests.e2e.test_api_papers import API

LATE = "2-20261117-am-late"
SAID = {"ground": "finger_not_read", "text": "Máy không nhận vân tay"}
YES = {"decision": "approved", "note": "Đã kiểm tra"}


def post(office: Office, user: str, path: str, body: Any, status: int = 200, **headers: str) -> Any:
    answer = office.client(user).post(f"{API}{path}", json=body, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


def hand_in(office: Office, user: str = "e2", violation: str = LATE, **more: Any) -> int:
    return int(post(office, user, f"/violations/{violation}/explanations", SAID | more, 201)["id"])


def violation(office: Office) -> tuple[int, int, int, str]:
    found = office.get("hr", f"/violations/{LATE}")
    return found["minutes"], found["excused_min"], found["counted_min"], found["status"]


def test_from_the_question_to_the_answer(office: Office) -> None:
    asked = post(office, "hr", "/explanations/requests", {"violations": [LATE], "note": "Mời giải trình"}, 201)
    assert asked == {"asked": [LATE], "not_needed": []}
    (waiting,) = office.get("e2", "/explanations/requests", waiting="true")["items"]
    assert (waiting["violation"], waiting["state"], waiting["note"]) == (LATE, "open", "Mời giải trình")
    number = hand_in(office)
    assert office.get("head.a1", "/explanations", status="confirm")["total"] == 1
    told = post(office, "leader.h", f"/explanations/{number}/decision", YES, 422)
    assert told["code"] == "not_confirmed"
    post(office, "head.a1", f"/explanations/{number}/confirmation", {"confirmation": "confirmed"})
    done = post(office, "leader.h", f"/explanations/{number}/decision", YES | {"minutes": 4})
    assert (done["status"], done["decided_minutes"], done["version"]) == ("approved", 4, 3)
    evaluate_dirty(office.database, ZONE, office.clock.at)
    minutes, excused, counted, status = violation(office)
    assert (minutes, excused, counted, status) == (12, 4, 8, "partly_excused")
    assert office.get("e2", "/explanations/requests")["items"][0]["state"] == "answered"


def test_without_an_explanation_and_the_person_may_still_say_something(office: Office) -> None:
    path = f"/violations/{LATE}/decision"
    done = post(office, "leader.h", path, {"decision": "refused", "reason": "Không có lý do"}, 201)
    assert (done["by_head"], done["status"]) == (True, "refused")
    number = hand_in(office)
    post(office, "head.a1", f"/explanations/{number}/decision", YES)
    evaluate_dirty(office.database, ZONE, office.clock.at)
    assert violation(office) == (12, 12, 0, "excused")


def test_what_was_seen_is_no_longer_what_there_is(office: Office) -> None:
    number = hand_in(office)
    seen = office.client("head.a1").get(f"{API}/explanations/{number}").headers["ETag"]
    post(office, "head.a1", f"/explanations/{number}/decision", YES, **{"If-Match": seen})
    told = post(office, "leader.h", f"/explanations/{number}/decision", YES, 412, **{"If-Match": seen})
    assert "approved by head.a1" in told["detail"]
    told = post(office, "leader.h", f"/explanations/{number}/decision", YES | {"decision": "refused"}, 409)
    assert (told["code"], "approved by head.a1" in told["detail"]) == ("not_as_it_was", True)


def test_two_at_once_over_http_and_one_is_told_who_was_faster(office: Office) -> None:
    number = hand_in(office)
    begin = threading.Barrier(2)
    answers: dict[str, Any] = {}
    clients = {user: office.client(user) for user in ("head.a1", "leader.h")}

    def act(user: str) -> None:
        begin.wait()
        body = YES | {"without_confirmation": True}
        answers[user] = clients[user].post(f"{API}/explanations/{number}/decision", json=body)

    threads = [threading.Thread(target=act, args=(user,)) for user in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    codes = {user: answer.status_code for user, answer in answers.items()}
    assert sorted(codes.values()) == [200, 409]
    winner = next(user for user, code in codes.items() if code == 200)
    assert all(f"by {winner}" in answer.json()["detail"] for answer in answers.values() if answer.status_code == 409)


def test_a_repeated_request_hands_in_once(office: Office) -> None:
    path = f"{API}/violations/{LATE}/explanations"
    first = office.client("e2").post(path, json=SAID, headers={"Idempotency-Key": "k-1"})
    again = office.client("e2").post(path, json=SAID, headers={"Idempotency-Key": "k-1"})
    assert (first.status_code, again.json()) == (201, first.json())
    assert office.get("hr", "/explanations")["total"] == 1


@pytest.mark.parametrize(
    ("user", "path", "body", "status"),
    [
        ("e1", f"/violations/{LATE}/explanations", SAID, 404),  # somebody else's
        ("e1", "/explanations/{number}/withdrawal", {}, 404),
        ("leader.b", "/explanations/{number}/decision", YES, 404),
        ("e2", "/explanations/{number}/decision", YES, 403),
        ("hr", "/explanations/{number}/decision", YES, 403),  # HR enters and asks, and decides nothing
        ("hr", "/explanations/{number}/withdrawal", {}, 403),  # nobody takes back what somebody else said
        ("inspector", "/explanations/requests", {"violations": [LATE]}, 403),
        ("head.a1", "/explanations/{number}/decision", {"decision": "approved", "note": " "}, 422),
        ("head.a1", "/explanations/{number}/decision", YES | {"minutes": 13}, 422),
        ("head.a1", "/explanations/{number}/confirmation", {"confirmation": "denied"}, 422),
        ("head.a1", "/violations/2-20261117-am-lately/decision", {"decision": "approved", "reason": "x"}, 404),
    ],
)
def test_what_is_not_for_everybody(office: Office, user: str, path: str, body: Any, status: int) -> None:
    number = hand_in(office)
    post(office, user, path.format(number=number), body, status)
    assert office.get("hr", f"/explanations/{number}")["status"] == "confirm"


def attach(office: Office, number: int, user: str = "e2", content: bytes | None = None) -> Any:
    files = {"file": ("../ảnh <1>.png", picture() if content is None else content)}
    return office.client(user).post(f"{API}/explanations/{number}/attachments", files=files)


def test_a_file_is_told_and_given_as_a_download_to_whom_reasons_are(office: Office) -> None:
    number = hand_in(office)
    told = attach(office, number)
    assert told.status_code == 201, told.text
    (file,) = told.json()["attachments"]
    assert (file["file_name"], file["media_type"]) == ("ảnh _1_.png", "image/png")
    path = f"{API}/explanations/{number}/attachments/{file['digest']}"
    for user in ("e2", "head.a1", "leader.h", "hr"):
        answer = office.client(user).get(path)
        assert answer.content == picture()
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="giai-trinh-')
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"
    assert office.client("e1").get(path).status_code == 404
    assert office.client("inspector").get(path).status_code == 403
    assert office.client("auditor").get(path).status_code == 403
    assert attach(office, number, "hr").status_code == 403
    assert attach(office, number, content=b"<svg/>").json()["code"] == "file_refused"
    assert office.get("e2", f"/explanations/{number}")["version"] == 2


def test_nothing_is_added_after_the_decision(office: Office) -> None:
    number = hand_in(office)
    post(office, "head.a1", f"/explanations/{number}/decision", YES)
    assert attach(office, number).status_code == 409


def test_the_trail_and_the_day_tell_no_reason(office: Office) -> None:
    number = hand_in(office, document="GXN 5")
    attach(office, number)
    post(office, "head.a1", f"/explanations/{number}/decision", YES | {"note": "Con ốm"})
    evaluate_dirty(office.database, ZONE, office.clock.at)
    trail = office.client("auditor").get(f"{API}/audit", params={"limit": 100}).text
    day = office.client("inspector").get(f"{API}/violations/{LATE}").text
    assert "explanation.approved" in trail
    for text in (trail, day):
        assert not any(word in text for word in ("vân tay", "GXN 5", "Con ốm", "finger_not_read", "ảnh"))
