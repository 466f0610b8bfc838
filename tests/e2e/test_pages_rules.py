"""*Quy chế* and its trial, asked as a browser does: what holds and why, what would change, from when it does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from attendance.rules.rule_file import read_rule_file
from attendance.rules.shipped import shipped
from attendance.rules.toml_reading import parse_toml
from attendance.services import rules
from attendance.services.what_if import Change, WhatIf
from attendance.store.within import EVERYTHING, NOTHING
from reports.rule_trial import trial_of
from tests.builders import count
from tests.e2e.conftest import Office
from tests.e2e.rule_visits import GRACE, SPAN, browser, judge, late, open_pages, press, read_only, seen, words

TUESDAYS = ["2026-11-03", "2026-11-10", "2026-11-17"]
LATE_OF_E2 = ["2026-11-10", "2026-11-17"]  # on the 3rd E2 is on leave


@pytest.fixture
def pages(make_office: Callable[..., Office]) -> Office:
    return open_pages(make_office)


@pytest.fixture(scope="module")
def still(template: Path, cheap_hasher: Argon2Hasher, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with read_only(template, cheap_hasher, tmp_path_factory.mktemp("still")) as office:
        yield office


def adopt(office: Office, text: str) -> None:
    file = read_rule_file(parse_toml(f"rules = 1\n{text}".encode()), "file")
    rules.adopt(office.database, file, replace=True, at=office.clock())


def test_each_rule_stands_with_its_question_value_document_and_path(pages: Office) -> None:
    adopt(pages, '[scope]\nunit = "H"\n[[rule]]\nid = "late_grace_minutes"\nvalue = 3\ndocument = "QC 1"\n')
    adopt(pages, '[scope]\nunit = "A"\n[[rule]]\nid = "late_grace_minutes"\nvalue = 7\nfrom = 2026-11-23\n'
                 'document = "QC 2"\narticle = "Điều 4"\n')  # fmt: skip
    hr = browser(pages, "hr")
    page = hr.get("/rules", params={"unit": "A1"}).text
    card = words(page[page.index('id="late_grace_minutes"') : page.index('id="early_grace_minutes"')])
    assert "Vào muộn quá bao nhiêu phút thì ghi nhận đi muộn? 7 phút" in card
    assert "UBND xã Tân Mai · từ 23/11/2026 · QC 2, Điều 4" in card
    assert re.search(r"UBND huyện Hà Đông: 3 phút .*UBND xã Tân Mai: 7 phút \(đang áp dụng\)", card)
    assert "2 phiên bản" in card
    early = words(page[page.index('id="early_grace_minutes"') : page.index('id="absent_over_minutes"')])
    assert "0 phút Mặc định" in early
    before = hr.get("/rules", params={"unit": "A1", "on": "20/11/2026"}).text
    card = words(before[before.index('id="late_grace_minutes"') : before.index('id="early_grace_minutes"')])
    assert card.startswith('id="late_grace_minutes"')
    assert "3 phút" in card.split("phiên bản")[0]
    assert "Từ 23/11/2026: 7 phút" in card


def test_what_is_shipped_law_and_what_is_the_offices_own_is_told_apart(pages: Office) -> None:
    rules.adopt(pages.database, shipped("exemptions"), at=pages.clock())
    text = seen(browser(pages, "e1"), "/rules", unit="B")
    assert "60 phút mỗi ngày Theo pháp luật, có sẵn Nghị định 145/2020" in text
    assert "Có sẵn trong chương trình chưa ghi văn bản ban hành" in text


def test_officials_read_and_change_nothing(still: Office) -> None:
    official = browser(still, "e2")
    page = official.get("/rules").text
    assert "/rules/try" not in page
    assert "Bộ phận một cửa" in page
    assert official.get("/rules", params={"unit": "B"}).status_code == 404
    assert official.get("/rules/try", params=GRACE).status_code == 403
    assert official.get("/rules/try/changes", params=GRACE).status_code == 403
    assert "/calendar/decide" not in official.get("/calendar").text


def test_a_trial_lists_who_what_and_when_and_stores_nothing(still: Office) -> None:
    hr = browser(still, "hr")
    before = count(still.database, "rule_version")
    page = hr.get("/rules/try", params=GRACE | SPAN).text
    assert 'hx-get="/rules/try/changes?' in page
    assert "Đi muộn" not in words(page)
    text = seen(hr, "/rules/try/changes", **GRACE, **SPAN)
    assert "2 kết luận sẽ đổi" in text
    assert "Của 1 người" in text
    assert "Đi muộn: 2 → 0" in text
    assert "10/11/2026 Trần Văn Nam E2 buổi sáng Đi muộn 12 phút, đã ghi nhận có mặt làm việc" in text
    assert 'href="/days/E2/2026-11-10"' in hr.get("/rules/try/changes", params=GRACE | SPAN).text
    fragment = hr.get("/rules/try/changes", params=GRACE | SPAN, headers={"HX-Request": "true"}).text
    assert fragment.lstrip().startswith('<section class="panel" id="changes"')
    assert count(still.database, "rule_version") == before
    assert late(still, "E2") == LATE_OF_E2


def test_who_may_see_no_attendance_is_told_nothing_of_few_people(still: Office) -> None:
    """One person of the unit would be late no more: their number would name them."""
    root = browser(still, "root")
    text = seen(root, "/rules/try/changes", **GRACE, **SPAN)
    assert "chỉ được nêu số lượng khi thuộc về ít nhất 5 người" in text
    assert "kết luận sẽ đổi" not in text
    assert "Không có kết luận nào đổi" not in text, "nor that there is nobody"
    assert "Đi muộn" not in text
    assert "Trần Văn Nam" not in text
    assert "E2" not in text
    assert seen(root, "/rules/try/changes", **GRACE | {"value": "60"}, **SPAN).count("ít nhất 5 người") == 1


def test_who_may_see_no_attendance_is_told_numbers_alone(still: Office) -> None:
    on, late = date(2026, 11, 10), {"symbol": "+", "violations": [{"type": "late"}]}
    changes = [
        Change(f"P{n}", f"Người {n}", "A1", on, session, late, {"symbol": "+", "violations": []})
        for n in range(5)
        for session in ("am", "pm")
    ]
    with still.database.reading() as session:
        found = WhatIf("", "", 50, 0, tuple(changes), frozenset({"A1"}))
        told = trial_of(session, found, NOTHING, "")
        assert (told.total, told.people, told.hidden, told.kinds) == (10, 5, 10, (("late", 10, 0),))
        assert (told.changes, told.too_few) == ((), False)
        told = trial_of(session, replace(found, changes=tuple(changes[:8])), NOTHING, "")
        assert (told.total, told.people, told.hidden, told.kinds, told.too_few) == (0, 0, 0, (), True)
        told = trial_of(session, replace(found, changes=tuple(changes[:8])), EVERYTHING, "")
        assert (told.total, told.people, told.hidden, told.too_few) == (8, 4, 0, False)


def test_a_trial_names_those_who_were_shown_in_the_trail(pages: Office) -> None:
    hr = browser(pages, "hr")
    seen(hr, "/rules/try/changes", **GRACE, **SPAN)
    assert "Thử một quy định trên những ngày đã qua" in seen(browser(pages, "e2"), "/looks")
    assert "Thử một quy định" not in seen(browser(pages, "e1"), "/looks")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"value": "mười"}, "Mức này không dùng được"),
        ({"value": ""}, "Mức này không dùng được"),
        ({"first": "31/2", "last": "20/11"}, "Chưa đọc được ngày"),
        ({"first": "20/11/2026", "last": "02/11/2026"}, "Ngày cuối trước ngày đầu"),
        ({"last": "30/11/2026"}, "Chỉ thử được trên những ngày đã qua"),
        ({"first": "01/01/2026"}, "dài quá 92 ngày"),
        ({"rule": "rounding"}, "Không có quy định này"),
    ],
)
def test_what_cannot_be_tried_is_said_and_what_was_typed_is_kept(
    still: Office, typed: dict[str, str], said: str
) -> None:
    hr = browser(still, "hr")
    answer = hr.get("/rules/try", params=GRACE | SPAN | typed)
    assert answer.status_code == 422
    assert said in words(answer.text)
    if typed.get("value"):
        assert 'value="mười"' in answer.text
    answer = hr.get("/rules/try/changes", params=GRACE | SPAN | typed, headers={"HX-Request": "true"})
    assert (answer.status_code, said in words(answer.text)) == (200, True)


def test_a_rule_that_a_wider_one_does_not_allow_is_refused(pages: Office) -> None:
    adopt(pages, '[scope]\nnation = true\n[[rule]]\nid = "late_grace_minutes"\nvalue = 3\nallows = []\n')
    hr = browser(pages, "hr")
    assert "Cấp trên không cho" in seen(hr, "/rules/try/changes", 422, **GRACE, **SPAN)
    put = {"from": "01/12/2026", "document": "QC 7"}
    assert "Cấp trên không cho" in seen(hr, "/rules/adopt", 422, **GRACE, **put)


def test_a_rule_put_in_force_from_a_date_is_followed_from_then_on(pages: Office) -> None:
    hr = browser(pages, "hr")
    form = seen(hr, "/rules/adopt", **GRACE)
    assert "Khi áp dụng" not in form
    missing = GRACE | {"from": "16/11/2026"}
    assert "Chưa có văn bản" in seen(hr, "/rules/adopt", 422, **missing)
    assert "Chưa có ngày bắt đầu" in seen(hr, "/rules/adopt", 422, **GRACE, document="QC 7")
    draft = missing | {"document": "QC 7/2026", "article": "Điều 2"}
    before = seen(hr, "/rules/adopt", **draft)
    told = re.search(r"(\d+) ngày công đã qua của 1 người phải xét lại, từ 15/11/2026 đến 21/11/2026", before)
    assert told is not None, before
    answer = press(hr, "/rules/adopt", draft)
    assert answer.headers["location"] == f"/rules?unit=A1&done=adopted&days={told[1]}#late_grace_minutes"
    after = seen(hr, answer.headers["location"])
    assert f"Đã cho áp dụng. {told[1]} ngày công đã qua sẽ được xét lại." in after
    assert "15 phút Cơ quan quy định Bộ phận một cửa · từ 16/11/2026 · QC 7/2026, Điều 2" in after
    judge(pages)
    assert late(pages, "E2") == ["2026-11-10"]
    trail = seen(browser(pages, "auditor"), "/trail")
    assert "late_grace_minutes" in trail


def test_the_trial_lists_exactly_what_adopting_over_the_same_dates_changes(pages: Office) -> None:
    hr = browser(pages, "hr")
    draft = {"rule": "absent_over_minutes", "unit": "", "value": "10"}
    listed = re.findall(r'href="/days/(E\d)/(\d{4}-\d\d-\d\d)"', hr.get("/rules/try/changes", params=draft | SPAN).text)
    assert len(listed) > 3

    def held() -> dict[tuple[str, str], object]:
        rows = pages.get("hr", "/verdicts", limit=500, **{"from": "2026-11-02", "to": "2026-11-20"})["items"]
        return {(row["employee"], row["date"]): (row["symbols"], row["violations"], row["credited_min"])
                for row in rows}  # fmt: skip

    before = held()
    press(hr, "/rules/adopt", draft | {"from": "02/11/2026", "to": "20/11/2026", "document": "QC 7"})
    judge(pages)
    after = held()
    assert sorted(set(listed)) == sorted(key for key in before if before[key] != after[key])


def test_rules_changed_meanwhile_are_not_put_in_force_unseen(pages: Office) -> None:
    hr = browser(pages, "hr")
    draft = GRACE | {"from": "01/12/2026", "document": "QC 7"}
    page = hr.get("/rules/adopt", params=draft).text
    fields = dict(re.findall(r'name="(csrf_token|rulebook)" value="(\w+)"', page))
    adopt(pages, '[scope]\nunit = "A"\n[[rule]]\nid = "early_grace_minutes"\nvalue = 2\n')
    answer = hr.post("/rules/adopt", params=draft, data=fields)
    assert answer.status_code == 422
    assert "vừa được người khác thay đổi" in words(answer.text)
    assert hr.post("/rules/adopt", params=draft, data={"csrf_token": "x"}).status_code == 403
    held = {row["rule"]: row["value"] for row in pages.get("hr", "/rules", unit="A1", on="2026-12-02")["rules"]}
    assert (held["late_grace_minutes"], held["early_grace_minutes"]) == (0, 2)


def test_who_looks_after_a_part_decides_for_it_alone(pages: Office) -> None:
    part = browser(pages, "hr.a")
    whole = {"rule": "late_grace_minutes", "unit": "", "value": "15", "from": "01/12/2026", "document": "QC 7"}
    assert "Việc này áp dụng cho toàn cơ quan" in seen(part, "/rules/adopt", 422, **whole)
    assert part.get("/rules/adopt", params=whole | {"unit": "B"}).status_code == 404
    assert part.get("/rules/try/changes", params=GRACE | SPAN | {"among": "B"}).status_code == 404
    assert "Trần Văn Nam" in seen(part, "/rules/try/changes", **GRACE, **SPAN)
    assert press(part, "/rules/adopt", GRACE | {"from": "01/12/2026", "document": "QC 7"}).status_code == 303


def test_a_threshold_for_the_future_judges_nothing_again(pages: Office) -> None:
    hr = browser(pages, "hr")
    draft = {"rule": "explanation_deadline_workdays", "unit": "A", "value": "3"}
    draft |= {"from": "01/01/2027", "document": "QC 9"}
    assert "Không có ngày công nào đã qua phải xét lại" in seen(hr, "/rules/adopt", **draft)
    after = seen(hr, press(hr, "/rules/adopt", draft).headers["location"])
    assert "Không có ngày công nào đã qua phải xét lại." in after
    assert "Từ 01/01/2027: 3 ngày làm việc , QC 9" in after
    held = {row["rule"]: row for row in pages.get("hr", "/rules", unit="A1", on="2027-01-01")["rules"]}
    assert held["explanation_deadline_workdays"]["value"] == 3
    assert date.fromisoformat(held["explanation_deadline_workdays"]["from"]) == date(2027, 1, 1)


def test_rules_are_tried_through_the_api(still: Office) -> None:
    file = 'rules = 1\n[scope]\nunit = "A1"\n[[rule]]\nid = "late_grace_minutes"\nvalue = 15\n'
    body = {"file": file, "from": "2026-11-02", "to": "2026-11-20"}
    told = still.client("hr").post("/api/v1/rules/trial", json=body).json()
    assert (told["conclusions_changed"], told["people"], told["hidden"], told["left_out"]) == (2, 1, 0, 0)
    assert [(row["employee"], row["date"], row["session"]) for row in told["changes"]] == [
        ("E2", on, "am") for on in LATE_OF_E2
    ]
    hidden = still.client("root").post("/api/v1/rules/trial", json=body).json()
    assert (hidden["conclusions_changed"], hidden["people"], hidden["hidden"], hidden["changes"]) == (0, 0, 0, [])
    assert (hidden["too_few"], told["too_few"]) == (True, False)
    for wrong in ({"to": "2026-12-24"}, {"from": "2026-08-01"}, {"from": "2026-11-20", "to": "2026-11-02"}):
        answer = still.client("hr").post("/api/v1/rules/trial", json=body | wrong)
        assert answer.status_code == 422, answer.text
    assert still.client("hr.a").post("/api/v1/rules/trial", json=body | {"unit": "B"}).status_code == 404
