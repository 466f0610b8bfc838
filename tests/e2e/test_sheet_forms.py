"""Forms of the sheet on their page and by API: said with a document, kept, previewed, and only for who may."""

from __future__ import annotations

from pathlib import Path

from attendance.store import office as offices
from attendance.store import sheet_forms, trail_reading
from attendance.store.database import Database
from attendance.store.tables import UnitRow
from attendance.store.trail_reading import Asked
from tests.e2e.conftest import Office
from tests.e2e.site import open_site

FORM = {
    "unit": "A", "form": "enterprise", "number": "01a-LĐTL", "overtime_number": "01b-LĐTL",
    "issued_under": "TT 200/2014/TT-BTC", "budget_code": "", "paper": "a4", "document": "QĐ 15/QĐ-UBND",
}  # fmt: skip


def told(office: Office, user: str = "hr") -> dict[str, dict[str, object]]:
    return {each["unit"]: each for each in office.get(user, "/sheet-forms")["items"]}


def test_a_form_is_said_for_a_unit_and_those_below_and_what_was_said_is_kept(office: Office) -> None:
    hr = office.client("hr")
    assert {each["form"] for each in told(office).values()} == {"public"}
    answer = hr.post("/api/v1/sheet-forms", json=FORM)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["overtime_number"], answer.json()["own"]) == ("01b-LĐTL", True)
    assert told(office)["A1"] | {"document": ""} == told(office)["A1"]
    assert [told(office)[code]["form"] for code in ("A", "A1", "B")] == ["enterprise", "enterprise", "public"]
    whole = {name: text for name, text in FORM.items() if name != "unit"} | {"form": "public", "number": "C01a-HD"}
    assert hr.post("/api/v1/sheet-forms", json=whole).status_code == 200
    assert [told(office)[code]["number"] for code in ("A", "B")] == ["01a-LĐTL", "C01a-HD"]
    hr.post("/api/v1/sheet-forms", json=FORM | {"number": "02"})
    with office.database.reading() as session:
        assert [row.number for row in sheet_forms.history(session, told_number(office, "A"))] == ["02", "01a-LĐTL"]
        newest = trail_reading.entries(session, Asked(act="sheet.form"), limit=1).rows[0]
    assert (newest["before"]["number"], newest["after"]["number"], newest["after"]["document"]) == (
        "01a-LĐTL", "02", "QĐ 15/QĐ-UBND",
    )  # fmt: skip


def told_number(office: Office, code: str) -> int:
    with office.database.reading() as session:
        return offices.key(offices.get(session, UnitRow, code))


def test_it_needs_a_document_and_the_right_to_say_it(office: Office) -> None:
    hr = office.client("hr")
    assert hr.post("/api/v1/sheet-forms", json=FORM | {"document": ""}).status_code == 422
    assert hr.post("/api/v1/sheet-forms", json=FORM | {"issued_under": "a\nb"}).status_code == 422
    assert office.client("hr.a").post("/api/v1/sheet-forms", json=FORM | {"unit": "B"}).status_code == 404
    assert office.client("hr.a").post("/api/v1/sheet-forms", json=FORM | {"unit": None}).status_code == 403
    assert office.client("hr.a").post("/api/v1/sheet-forms", json=FORM).status_code == 200
    assert set(told(office, "hr.a")) <= {"A", "A1", "A2"}
    for name in ("head.a1", "leader.b", "e1", "auditor"):
        assert office.client(name).post("/api/v1/sheet-forms", json=FORM).status_code == 403, name


def test_signs_are_of_the_whole_office(office: Office) -> None:
    sign = {"sign": "KP", "printed": "V", "document": "QĐ 15"}
    assert office.client("hr.a").post("/api/v1/sheet-signs", json=sign).status_code == 403
    assert office.client("hr").post("/api/v1/sheet-signs", json=sign).json() == {"sign": "KP", "printed": "V"}
    assert {"sign": "KP", "printed": "V"} in office.get("hr", "/sheet-signs?limit=100")["items"]
    assert office.client("hr").post("/api/v1/sheet-signs", json=sign | {"sign": "ZZ"}).status_code == 422


def test_the_page_shows_what_it_would_look_like_and_saves_it(sqlite_database: Database, tmp_path: Path) -> None:
    site = open_site(sqlite_database, tmp_path / "data")
    person = site.signed_in("lan")
    assert "Hành chính sự nghiệp" in person.see("/sheet-forms")
    one = "/sheet-forms/one?unit=A"
    looks = person.send("/sheet-forms/preview", on=one, **FORM).text
    for said in ("Mẫu số 01a-LĐTL", "(TT 200/2014/TT-BTC)", "<b>TS</b>", "BẢNG CHẤM CÔNG LÀM THÊM GIỜ"):
        assert said in looks, said
    assert "01a-LĐTL" not in person.see("/sheet-forms")  # nothing was stored
    assert person.send("/sheet-forms", on=one, **(FORM | {"document": " "})).status_code == 422
    assert person.send("/sheet-forms", on=one, **FORM).headers["location"] == "/sheet-forms?done=form"
    page = person.see("/sheet-forms?done=form")
    assert "01a-LĐTL" in page
    assert "QĐ 15/QĐ-UBND · lan" in person.see(one)
    assert person.send("/sheet-forms/signs", on="/sheet-forms", sign="KP", printed="V", document="").status_code == 422
    sign = {"sign": "KP", "printed": "V", "document": "QĐ 16"}
    assert person.send("/sheet-forms/signs", on="/sheet-forms", **sign).status_code == 303
    assert "<b>V</b>" in person.see("/sheet-forms")
    assert person.send("/sheet-forms", on=one, **(FORM | {"unit": "nowhere"})).status_code == 404
    head = site.signed_in("hoa")
    assert head.client.get("/sheet-forms").status_code == 403
    assert head.send("/sheet-forms/preview", on="/account", **FORM).status_code == 403
