"""Sheets over HTTP: who may bring in what, what is answered, what hostile uploads come to."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from tests.e2e.conftest import Office

API = "/api/v1"
STAFF = "Mã NV,Họ và tên,Đơn vị,Từ ngày\nCC-0101,Nguyễn Thị Hà,A,24/11/2026\nCC-0102,Trần Văn Bình,B,25/11/2026\n"


def send(
    office: Office, kind: str, content: str | bytes = STAFF, user: str = "hr", name: str = "ds.csv", **data: Any
) -> Any:
    raw = content.encode() if isinstance(content, str) else content
    return office.client(user).post(f"{API}/imports/{kind}", files={"file": (name, raw)}, data=data)


def codes(office: Office) -> set[str]:
    return {row["code"] for row in office.get("hr", "/employees", limit=500)["items"]}


def test_a_sheet_is_tried_stored_listed_and_undone(office: Office) -> None:
    tried = send(office, "employees", dry_run="true")
    assert tried.status_code == 200
    assert (tried.json()["new"], tried.json()["stored"], tried.json()["batch"]) == (2, False, None)
    stored = send(office, "employees").json()
    assert (stored["stored"], stored["batch"], stored["mapping"]) == (
        True,
        1,
        {"A": "code", "B": "name", "C": "unit", "D": "from"},
    )
    assert {"CC-0101", "CC-0102"} <= codes(office)
    again = send(office, "employees").json()
    assert (again["unchanged"], again["batch"]) == (2, None)
    [batch] = office.get("hr", "/imports")["items"]
    assert (batch["id"], batch["file"], batch["author"], batch["undone_at"]) == (1, "ds.csv", "hr", None)
    undone = office.client("hr").post(f"{API}/imports/1/undo")
    assert (undone.status_code, undone.json()["withdrawn"]) == (200, 4)
    assert not {"CC-0101", "CC-0102"} & codes(office)
    twice = office.client("hr").post(f"{API}/imports/1/undo")
    assert (twice.status_code, twice.json()["code"]) == (409, "undone_before")


def test_wrong_cells_are_named_and_nothing_is_stored(office: Office) -> None:
    wrong = STAFF + "CC-0103,,A,25/11/2026\nCC-0104,Lê Văn Tám,Phòng Lạ,25/11/2026\nCC-0105,Đỗ Chín,A,31/02/2026\n"
    answer = send(office, "employees", wrong, lang="vi")
    assert (answer.status_code, answer.json()["code"]) == (422, "rows_wrong")
    found = answer.json()["import"]["errors"]
    assert [(cell["row"], cell["column"], cell["code"]) for cell in found] == [
        (4, "B", "required"),
        (5, "C", "unknown_unit"),
        (6, "D", "not_a_date"),
    ]
    assert "Không có đơn vị “Phòng Lạ”" in found[1]["message"]
    assert "CC-0101" not in codes(office)
    mends = {"B4": "Phạm Lan", "C5": "B", "D6": "28/02/2026"}
    mended = send(office, "employees", wrong, mends=json.dumps(mends))
    assert (mended.status_code, mended.json()["new"]) == (200, 5)


def test_the_right_rows_alone_are_stored_when_that_is_asked_for(office: Office) -> None:
    answer = send(office, "employees", STAFF + "CC-0103,,A,25/11/2026\n", partial="true")
    assert answer.status_code == 200
    assert (answer.json()["new"], answer.json()["left_out"], answer.json()["batch"]) == (2, 1, 1)
    assert {"CC-0101", "CC-0102"} <= codes(office)


def test_text_is_taken_in_place_of_a_file_and_a_mapping_is_remembered(office: Office) -> None:
    text = "Số\tAi\nX-1\tNguyễn Thị Hà\n"
    client = office.client("hr")
    given = {"text": text, "mapping": json.dumps({"Số": "code", "Ai": "name"})}
    first = client.post(f"{API}/imports/employees", data=given).json()
    assert (first["new"], first["remembered"]) == (1, False)
    second = client.post(f"{API}/imports/employees", data={"text": text.replace("X-1", "X-2")}).json()
    assert (second["new"], second["remembered"], second["mapping"]) == (1, True, {"A": "code", "B": "name"})


@pytest.mark.parametrize(
    ("user", "kind", "status"),
    [
        ("hr", "employees", 200),
        ("root", "employees", 200),
        ("inspector", "employees", 403),
        ("leader.b", "employees", 403),
        ("root", "absences", 403),
        ("inspector", "rosters", 403),
        ("inspector", "calendar", 403),
    ],
)
def test_each_kind_needs_the_permission_for_what_it_files(office: Office, user: str, kind: str, status: int) -> None:
    sheets = {
        "employees": STAFF,
        "absences": "Mã NV,Loại,Mã,Từ ngày\nE1,nghỉ,P,03/11/2026\n",
        "rosters": "Mã NV,Từ,Đến\nE1,03/11/2026 17:00,04/11/2026 07:00\n",
        "calendar": "Ngày,Loại ngày\n03/11/2026,nghỉ lễ\n",
    }
    assert send(office, kind, sheets[kind], user=user, dry_run="true").status_code == status


def test_what_is_outside_of_ones_part_of_the_tree_is_unknown(office: Office) -> None:
    answer = send(office, "employees", user="hr.a")
    assert answer.status_code == 422
    [wrong] = answer.json()["import"]["errors"]
    assert (wrong["row"], wrong["code"]) == (3, "unknown_unit")
    send(office, "employees")
    assert office.get("hr.a", "/imports")["total"] == 0
    assert office.client("hr.a").post(f"{API}/imports/1/undo").status_code == 404
    own = send(office, "employees", STAFF.replace("CC-01", "CC-02").replace(",B,", ",A,"), user="hr.a").json()
    assert [row["id"] for row in office.get("hr.a", "/imports")["items"]] == [own["batch"]]
    assert office.client("hr.a").post(f"{API}/imports/{own['batch']}/undo").status_code == 200


def test_templates_come_back_without_a_touch(office: Office) -> None:
    for kind in ("employees", "units", "schedules", "calendar", "absences", "rosters", "enrolments"):
        answer = office.client("hr").get(f"{API}/imports/templates/{kind}", params={"lang": "vi"})
        assert answer.status_code == 200
        assert zipfile.ZipFile(io.BytesIO(answer.content)).testzip() is None
    assert office.client("hr").get(f"{API}/imports/templates/cats").status_code == 404


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * 150_000_000)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.xlsx", b""),
        ("noise.xlsx", bytes(range(256)) * 40),
        ("noise.csv", bytes(range(256)) * 40),
        ("cut.xlsx", b"PK\x03\x04" + b"\0" * 100),
        ("page.csv", b"<!doctype html><script>alert(1)</script>"),
        ("program.xls", b"MZ" + b"\0" * 4096),
        ("bomb.xlsx", bomb()),
        ("../../etc/passwd", b"root:x:0:0"),
    ],
)
def test_hostile_uploads_are_answered_by_a_sentence(office: Office, name: str, content: bytes) -> None:
    answer = send(office, "employees", content, name=name)
    assert answer.status_code in (413, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert 20 < len(answer.json()["detail"]) < 600
    assert office.get("hr", "/imports")["total"] == 0


@pytest.mark.parametrize(
    "data",
    [
        {"mapping": "[1]"},
        {"mapping": '{"Họ và tên": "salary"}'},
        {"mapping": '{"Không có": "code"}'},
        {"mends": '{"17D": "x"}'},
        {"mends": "{"},
        {"dates": "sometimes"},
        {"year": "26"},
        {"legacy": "klingon"},
        {"sheet": "Không có"},
        {"constants": '{"salary": "1"}'},
        {"dry_run": "perhaps"},
        {"lang": "fr"},
        {"header_row": "x"},
    ],
)
def test_choices_that_cannot_be_are_refused_with_a_sentence(office: Office, data: dict[str, str]) -> None:
    answer = send(office, "employees", **data)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert "CC-0101" not in codes(office)
