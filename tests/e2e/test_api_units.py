"""The tree through the API: units of a date, what becomes of them, who may, and two who change the same unit."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.conftest import Office

API = "/api/v1"
DOCUMENT = "NQ 1656/NQ-UBTVQH15"


def post(
    office: Office, path: str, body: dict[str, Any], *, user: str = "hr", status: int = 200, **headers: str
) -> Any:
    answer = office.client(user).post(f"{API}{path}", json=body, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def codes(office: Office, user: str, **params: Any) -> list[str]:
    return [row["code"] for row in office.get(user, "/units", **params)["items"]]


def test_two_communes_become_one_and_each_day_shows_its_own_tree(office: Office) -> None:
    said = {"on": "2026-11-16", "document": DOCUMENT}
    post(office, "/units", {"code": "N", "name": "UBND xã Tân Yên", "parent": "H", "from": "2026-11-16"}, status=201)
    merged = post(office, "/units/B/merge", {"into": "N", **said})
    assert (merged["moved"], merged["to_move"], merged["terminals"]) == ([], ["E1", "E3"], ["T-B"])
    assert merged["version"] == 2
    assert merged["marked"] > 0
    post(office, "/units/A/rename", {"name": "UBND phường Tân Mai", **said})
    post(office, "/units/A1/move", {"parent": "N", **said})
    assert codes(office, "hr", on="2026-11-15") == ["A", "A1", "B", "H"]
    assert codes(office, "hr") == codes(office, "hr", on="2026-11-16") == ["A", "A1", "H", "N"]
    names = {
        on: {u["code"]: u["name"] for u in office.get("hr", "/units", on=on)["items"]}
        for on in ("2026-11-15", "2026-11-16")
    }
    assert names["2026-11-15"]["A"] == "UBND xã Tân Mai"
    assert names["2026-11-16"]["A"] == "UBND phường Tân Mai"

    history = office.client("hr").get(f"{API}/units/B")
    assert history.headers["ETag"] == '"2"'
    assert [(v["to"], v["into"], v["document"]) for v in history.json()["versions"]] == [("2026-11-15", "N", DOCUMENT)]
    assert office.get("hr", "/units/N")["merged"] == ["B"]

    span = {"from": "2026-11-02", "to": "2026-11-20"}
    by_unit = {unit: office.get("hr", "/violations", unit=unit, **span)["items"] for unit in ("A", "N", "H", "B")}
    assert {(v["unit"], v["date"] >= "2026-11-16") for v in by_unit["N"]} == {("B", True), ("A1", True)}
    assert {v["unit"] for v in by_unit["B"]} == {"B"}
    assert {v["unit"] for v in by_unit["A"] if v["date"] >= "2026-11-16"} <= {"A"}
    assert len(by_unit["H"]) == office.get("hr", "/violations", **span)["total"]


def test_who_leads_a_merged_unit_sees_what_became_part_of_it_and_the_old_head_no_more_than_before(
    office: Office,
) -> None:
    said = {"on": "2026-11-16", "document": DOCUMENT}
    before = office.get("leader.b", "/verdicts", **{"from": "2026-11-02", "to": "2026-11-20"})["total"]
    post(office, "/units/B/merge", {"into": "A", **said})
    assert office.get("leader.b", "/verdicts", **{"from": "2026-11-02", "to": "2026-11-20"})["total"] == before
    mine = office.get("hr.a", "/verdicts", **{"from": "2026-11-02", "to": "2026-11-20", "limit": 500})["items"]
    assert {row["unit"] for row in mine} == {"A", "A1", "B"}
    assert office.client("hr.a").get(f"{API}/units/B").status_code == 200


def test_two_who_change_the_same_unit_do_not_undo_each_other(office: Office) -> None:
    body = {"name": "Tên mới", "on": "2026-11-16", "document": DOCUMENT}
    post(office, "/units/A/rename", body, **{"If-Match": '"1"'})
    late = post(office, "/units/A/rename", body | {"name": "Tên khác"}, status=412, **{"If-Match": '"1"'})
    assert late["code"] == "changed_meanwhile"
    assert "Unit A was changed since you looked" in late["detail"]
    post(office, "/units/A/rename", body | {"name": "Tên khác"}, **{"If-Match": "2"})
    post(office, "/units/A/rename", body | {"name": "Tên ba"}, **{"If-Match": "*"})
    wrong = post(office, "/units/A/rename", body, status=422, **{"If-Match": '"hai"'})
    assert "not a version" in wrong["detail"]


@pytest.mark.parametrize(
    ("user", "path", "body", "status"),
    [
        ("inspector", "/units/A/end", {"to": "2026-11-16"}, 403),
        ("e1", "/units/A/rename", {"name": "x", "on": "2026-11-16"}, 403),
        ("auditor", "/units/A/heads", {"employee": "E2", "from": "2026-11-16"}, 403),
        ("hr.a", "/units/B/rename", {"name": "x", "on": "2026-11-16"}, 404),
        ("hr.a", "/units/A1/move", {"parent": "B", "on": "2026-11-16"}, 404),
        ("hr.a", "/units/A1/move", {"parent": None, "on": "2026-11-16"}, 403),
        ("hr.a", "/units/A1/merge", {"into": "B", "on": "2026-11-16"}, 404),
        ("hr.a", "/units/A1/hours", {"schedule": "CA", "on": "2026-11-16"}, 200),
        ("hr.a", "/units/A1/heads", {"employee": "E3", "from": "2026-11-16"}, 404),
        ("hr.a", "/employees/E2/transfer", {"unit": "B", "on": "2026-11-16"}, 404),
        ("hr.a", "/employees/E1/transfer", {"unit": "A", "on": "2026-11-16"}, 404),
        ("hr.a", "/employees/E2/transfer", {"unit": "A", "on": "2026-11-16"}, 200),
        ("hr.a", "/assignments/2/end", {"to": "2026-11-16"}, 404),
        ("hr.a", "/assignments/3/withdraw", {"why": "nhầm"}, 204),
        ("hr.a", "/assignments/999/end", {"to": "2026-11-16"}, 404),
        ("hr", "/units/H/end", {"to": "2026-11-16"}, 422),
        ("hr", "/units/H/move", {"parent": "A1", "on": "2026-11-16"}, 422),
        ("hr", "/units/A/end", {}, 422),
        ("hr", "/units/A/end", {"to": "2026-13-16"}, 422),
        ("hr", "/units/A/move", {"parent": "H", "on": "2026-11-16"}, 422),
        ("hr", "/units/A/places", {"name": "Trụ sở", "terminals": ["T-B"]}, 422),
        ("hr.a", "/units/A/places", {"name": "Trụ sở", "terminals": ["T-B"]}, 404),
    ],
)
def test_who_may_change_what_of_the_tree(
    office: Office, user: str, path: str, body: dict[str, Any], status: int
) -> None:
    answer = post(office, path, body, user=user, status=status)
    if status >= 400:
        assert answer["detail"].endswith(".")
        assert answer["status"] == status


def test_heads_houses_and_a_transfer_in_mid_month(office: Office) -> None:
    term = post(office, "/units/A/heads", {"employee": "E1", "from": "2026-01-01", "document": "QĐ 1"}, status=201)
    post(
        office,
        "/units/A/heads",
        {"employee": "E2", "kind": "acting", "from": "2026-11-10", "to": "2026-11-20"},
        status=201,
    )
    twice = post(office, "/units/A/heads", {"employee": "E2", "from": "2026-05-01"}, status=409)
    assert twice["code"] == "overlap"
    on = office.get("hr", "/units/A/heads", on="2026-11-12")["items"]
    assert [(head["kind"], head["employee"], head["name"]) for head in on] == [
        ("acting", "E2", "Trần Văn Nam"), ("head", "E1", "Nguyễn Thị Thu Hà"),
    ]  # fmt: skip
    assert office.get("hr", "/units/A/heads", on="2025-01-01")["items"] == []
    ended = post(office, f"/units/A/heads/{term['id']}/end", {"to": "2026-10-31"})
    assert ended["to"] == "2026-10-31"
    post(office, f"/units/B/heads/{ended['id']}/withdraw", {"why": "nhầm"}, status=404)
    post(office, f"/units/A/heads/{ended['id']}/withdraw", {"why": "nhầm"}, status=204)
    assert office.get("hr", "/units/A/heads")["total"] == 1

    house = post(
        office, "/units/A/places", {"name": "Trụ sở cũ", "address": "Thôn 2", "terminals": ["T-A"]}, status=201
    )
    assert office.get("hr", "/units/A/places")["items"] == [house]
    assert office.get("hr", "/units/A")["places"] == [house]

    moved = post(office, "/employees/E2/transfer", {"unit": "B", "on": "2026-11-16", "document": "QĐ 40"})
    assert (moved["ended"]["unit"], moved["ended"]["to"]) == ("A1", "2026-11-15")
    assert (moved["begun"]["unit"], moved["begun"]["from"], moved["begun"]["to"]) == ("B", "2026-11-16", None)
    listed = office.get("hr", "/assignments", employee="E2")["items"]
    assert [row["id"] for row in listed] == [moved["ended"]["id"], moved["begun"]["id"]]
    back = post(office, f"/assignments/{moved['begun']['id']}/end", {"to": "2026-11-30", "document": "QĐ 41"})
    assert back["to"] == "2026-11-30"
    assert [row["to"] for row in office.get("hr", "/assignments", employee="E2")["items"]] == [
        "2026-11-15",
        "2026-11-30",
    ]
