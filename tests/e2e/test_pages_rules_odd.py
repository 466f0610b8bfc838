"""Pages of rules, hours and the calendar where there is nothing yet, and at addresses nobody would write."""

from __future__ import annotations

from pathlib import Path

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from attendance.store.database import Database
from tests.e2e.rule_visits import browser, read_only, words
from tests.e2e.site import open_site

ODD = ("", "0", "-1", "1/1/1900", "31/12/2199", "\x00", "<b>", "A" * 300, "hours", "all")
PUT = {"from": "1/1/2027", "document": "x"}
DRAFT = {"rule": "late_grace_minutes", "value": "5", "first": "2/11/2026", "last": "20/11/2026"}
ADDRESSES: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "/rules": ({}, ("unit", "on", "done", "days")),
    "/rules/notice": ({}, ("unit", "on")),
    "/calendar": ({}, ("unit", "year", "done")),
    "/schedules": ({}, ("done", "days")),
    "/rules/try": (DRAFT, ("rule", "unit", "among", "value", "first", "from", "code", "s_name", "weekday")),
    "/rules/try/changes": (DRAFT, ("rule", "unit", "among", "value", "last")),
    "/rules/adopt": (DRAFT | PUT, ("rule", "unit", "value", "from", "to", "document")),
    "/calendar/decide": (
        {"kind": "holiday", "on": "1/1/2027", "document": "x"}, ("kind", "on", "for", "part", "unit", "document"),
    ),
}  # fmt: skip


def test_an_office_with_nothing_yet_has_its_pages(sqlite_database: Database, tmp_path: Path) -> None:
    hr = open_site(sqlite_database, tmp_path).signed_in("lan")
    assert "Chưa có giờ làm việc áp dụng cho ngày này" in words(hr.see("/rules"))
    assert "Đơn vị chưa có giờ làm việc; tạm coi thứ Hai đến thứ Sáu" in words(hr.see("/calendar"))
    assert "Chưa có giờ làm việc nào" in words(hr.see("/schedules"))
    assert "Chưa có giờ làm việc áp dụng" in words(hr.see("/rules/notice"))
    changes = hr.see("/rules/try/changes?rule=late_grace_minutes&value=5")
    assert (hr.last.status_code, "Không có kết luận nào đổi" in words(changes)) == (200, True)
    assert "Không có ngày công nào đã qua" in words(
        hr.see("/rules/adopt?rule=late_grace_minutes&value=5&from=1/1/2027&document=x")
    )


@pytest.mark.parametrize("step", [4, pytest.param(1, marks=pytest.mark.long)])
def test_whatever_stands_in_the_address_is_answered_with_a_page(
    template: Path, cheap_hasher: Argon2Hasher, tmp_path: Path, step: int
) -> None:
    """Every `step`-th odd text at each name of each address, another one at each."""
    found: set[object] = set()
    with read_only(template, cheap_hasher, tmp_path) as office:
        hr = browser(office, "hr")
        for path, (base, names) in ADDRESSES.items():
            for number, name in enumerate(names):
                for odd in ODD[number % step :: step]:
                    answer = hr.get(path, params=base | {name: odd})
                    if answer.status_code not in (200, 404, 422):
                        found.add((path, name, odd, answer.status_code))
    assert found == set()
