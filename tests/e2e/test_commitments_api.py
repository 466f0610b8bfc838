"""Commitments as a client meets them: a template, asking a unit, signing with the password again, n of N."""

from __future__ import annotations

from tests.e2e.conftest import PASSWORD, Office

TEMPLATE = {
    "code": "CA-NHAN",
    "heading": "BẢN CAM KẾT",
    "clauses": [{"kind": "late_early_per_month", "limit": 2}, {"kind": "text", "text": "Không trễ hẹn"}],
}
API = "/api/v1/commitments"


def test_hr_asks_a_unit_an_official_signs_and_the_head_confirms(office: Office) -> None:
    hr, official, head = office.client("hr"), office.client("e2"), office.client("head.a1")
    made = hr.post(f"{API}/templates", json=TEMPLATE)
    assert made.status_code == 201
    assert all(clause["text"] for clause in made.json()["clauses"])
    asked = hr.post(API, json={"template": "CA-NHAN", "year": 2026, "unit": "A1", "due": "2026-12-15"})
    assert asked.status_code == 201, asked.text
    people = asked.json()["counts"]["new"]
    assert people >= 1
    again = hr.post(API, json={"template": "CA-NHAN", "year": 2026, "unit": "A1", "due": "2026-12-15"}).json()
    assert again["counts"] == {"new": 0, "renewed": 0, "amended": 0, "already": people}

    (mine,) = official.get(API).json()["items"]
    text = official.get(f"{API}/{mine['id']}").json()
    where = f"{API}/{mine['id']}/signatures"
    signature = {"digest": text["digest"], "password": PASSWORD}
    wrong = official.post(where, json=signature | {"password": "không phải"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "password_wrong")
    assert official.post(where, json=signature | {"digest": "0" * 64}).status_code == 409
    assert head.post(where, json=signature).status_code == 403
    signed = official.post(where, json=signature)
    assert (signed.status_code, signed.json()["digest"], signed.json()["state"]) == (201, text["digest"], "signed")
    assert official.post(where, json=signature).status_code == 409

    for who, status in ((official, 403), (head, 200), (head, 409)):
        assert who.post(f"{API}/{mine['id']}/confirmation", json={}).status_code == status
    standing = hr.get(f"{API}/standing", params={"unit": "A1"}).json()
    assert (standing["signed"], standing["people"]) == (1, people)
    assert mine["employee"] not in [line["employee"] for line in standing["not_signed"]]
    assert hr.post(f"{API}/{mine['id']}/withdraw", json={"why": "nhầm"}).status_code == 409


def test_a_refusal_is_told_with_its_reason_to_whom_reasons_are(office: Office) -> None:
    hr, head = office.client("hr"), office.client("head.a1")
    hr.post(f"{API}/templates", json=TEMPLATE)
    hr.post(API, json={"template": "CA-NHAN", "year": 2026, "unit": "A1"})
    mine = office.client("e2").get(API).json()["items"][0]
    noted = head.post(f"{API}/{mine['id']}/refusal", json={"reason": "Đề nghị làm rõ mục 2"})
    assert noted.json()["state"] == "refused"
    for who, told in (("hr", True), ("e2", True), ("inspector", False)):
        found = office.client(who).get(f"{API}/{mine['id']}").json()
        assert found["refused_at"], who
        assert (found["refusal_reason"] is not None) == told, who


def test_what_cannot_be_meant_is_one_sentence_and_nothing_is_stored(office: Office) -> None:
    hr = office.client("hr")
    for clauses in ([], [{"kind": "late_early_per_month"}], [{"kind": "x"}]):
        assert hr.post(f"{API}/templates", json=TEMPLATE | {"clauses": clauses}).status_code == 422
    assert hr.get(f"{API}/templates").json()["total"] == 0
    hr.post(f"{API}/templates", json=TEMPLATE)
    for asked in (
        {"template": "CA-NHAN", "year": 2026},
        {"template": "CA-NHAN", "year": 2026, "from": "2026-12-01", "unit": "A1"},
        {"template": "CA-NHAN", "year": 2026, "units": ["A1"]},
        {"template": "CA-NHAN", "year": 2025, "unit": "A1"},
    ):
        assert hr.post(API, json=asked).status_code == 422, asked
    assert hr.post(API, json={"template": "KHAC", "year": 2026, "unit": "A1"}).status_code == 404
    assert hr.get(API).json()["total"] == 0
