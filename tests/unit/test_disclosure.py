"""What is told without reasons: masked alike, and nothing that is no reason."""

from __future__ import annotations

from typing import Any

import pytest

from attendance.services import disclosure
from attendance.store.within import EVERYTHING, NOTHING, Within
from reports.view import FLAGS, SYMBOLS

LEAVES = ("Ô", "Cô", "Ts", "T", "P", "H", "Nb", "No", "LĐ", "kind-of-the-office")


def test_every_kind_of_leave_has_the_same_sign() -> None:
    told = [disclosure.signs({"am": sign, "pm": "+"}, "workday", 240) for sign in (*LEAVES, "N")]
    assert told == [{"am": "CP", "pm": "+"}] * len(told)


def test_signs_of_the_calendar_and_of_the_judgement_stay() -> None:
    plain = [sign for sign in SYMBOLS if sign not in (*LEAVES, "CP")]
    assert disclosure.signs(dict.fromkeys(plain, "+"), "workday", 0) == dict.fromkeys(plain, "+")
    for sign in plain:
        assert disclosure.signs({"am": sign}, "stoppage" if sign == "N" else "workday", 0) == {"am": sign}


def test_every_exemption_has_the_same_flag_and_other_flags_stay() -> None:
    codes = ["nursing", "menstruation", "maternity_hard_work", "not_enrolled", "exemption"]
    assert disclosure.flags([*codes, "duplicates_ignored:2"]) == ["duplicates_ignored:2", "exempt"]
    plain = sorted(flag for flag in FLAGS if flag not in ("not_enrolled", "exempt"))
    assert disclosure.flags(plain) == plain


@pytest.mark.parametrize(
    ("reasons", "knows"),
    [(EVERYTHING, True), (NOTHING, False), (Within(frozenset({3})), False), (Within(frozenset(), 7), True)],
)
def test_a_day_is_told_whole_to_whom_its_reasons_concern(reasons: Within, knows: bool) -> None:
    row = {
        "unit_id": 2, "employee_id": 7, "day_kind": "workday", "leave_min": 480, "symbols": {"am": "Ts", "pm": "Ts"},
        "flags": ["nursing"], "citations": [{"rule": "schedule.HC"}, {"rule": "leave.Ts"}],
    }  # fmt: skip
    told = disclosure.verdict(dict(row), reasons)
    assert "unit_id" not in told
    assert "employee_id" not in told
    assert ("Ts" in str(told), "nursing" in str(told)) == (knows, knows)
    assert {"rule": "schedule.HC"} in told["citations"]


@pytest.mark.parametrize("kind", ["leave", "exemption", "explanation", "decision", "protection"])
def test_the_trail_tells_what_became_of_a_paper_and_not_its_reason(kind: str) -> None:
    content: dict[str, Any] = {
        "kind": kind,
        "code": "secret",
        "document": "secret",
        "reason": "secret",
        "status": "filed",
    }
    row = {"kind": "paper", "why": "secret", "before": None, "after": content, "act": "paper.filed"}
    told = disclosure.entry(row)
    assert "secret" not in str(told)
    assert told["after"]["status"] == "filed"
    assert ("protection" in str(told)) is False
    filed = {"kind": "papers", "why": "", "before": None, "after": {"by": "lan", "facts": [content]}}
    assert "secret" not in str(disclosure.entry(filed))


def test_the_trail_tells_that_a_month_was_reopened_and_not_why() -> None:
    row = {"kind": "month", "act": "month.reopened", "why": "Bà Hà nghỉ ốm", "before": None, "after": {"by": "hoa"}}
    assert disclosure.entry(row) == row | {"why": ""}


def test_a_mission_keeps_its_document_in_the_trail_and_in_lists() -> None:
    row = {"kind": "paper", "why": "đúng việc", "before": None, "after": {"kind": "mission", "document": "GĐĐ 5"}}
    assert disclosure.entry(row) == row
    assert disclosure.paper({"document": "GĐĐ 5"}, "mission", disclosed=False) == {"document": "GĐĐ 5"}
    assert disclosure.paper({"document": "ĐP 7"}, "leave", disclosed=False) == {"document": ""}
