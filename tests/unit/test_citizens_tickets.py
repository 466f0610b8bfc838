"""Text of citizens made fit to be kept, tickets of the public form, codes of receipts."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attendance.services.citizens import tickets
from attendance.services.citizens.tickets import TicketRefused
from attendance.services.citizens.wording import TooLong, Unreadable, clean

KEY, OTHER = b"a secret of the tests, long enough", b"another secret of the tests, longer"
AT = datetime(2026, 4, 3, 2, tzinfo=UTC)
LATER = AT + timedelta(minutes=2)


def test_signs_that_nobody_sees_are_taken_out_and_letters_composed() -> None:
    assert clean("a\x00b\x07c\x1b[31m\u202ed\u2066e\u200bf\ufeff", 100) == "abc[31mdef"
    assert clean("  Quầy  3 \r\n\r\n\r\n\r\nkhông ai \t", 100) == "Quầy  3\n\nkhông ai"
    assert clean(unicodedata.normalize("NFD", "Quầy hộ tịch"), 100) == "Quầy hộ tịch"
    assert clean("một\nhai", 100, lines=False) == "một hai"
    assert clean("<script>alert(1)</script> =1+1", 100) == "<script>alert(1)</script> =1+1"


def test_what_is_too_long_or_was_not_read_is_refused() -> None:
    with pytest.raises(TooLong):
        clean("a" * 101, 100)
    with pytest.raises(TooLong):
        clean("\x00" * 1_000_000, 100)
    with pytest.raises(Unreadable):
        clean("Qu\ufffdy", 100)


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=300))
def test_cleaning_again_changes_nothing_and_leaves_nothing_unseen(text: str) -> None:
    try:
        once = clean(text, 400)
    except Unreadable:
        assert "\ufffd" in text
        return
    assert clean(once, 400) == once
    assert not [sign for sign in once if sign != "\n" and unicodedata.category(sign) in ("Cc", "Cf", "Cs")]


def refusal(token: str, text: str, at: datetime = LATER, key: bytes = KEY) -> str:
    with pytest.raises(TicketRefused) as raised:
        tickets.check_ticket(key, token, text, at)
    return raised.value.reason


def test_a_ticket_holds_for_its_counter_and_for_a_while() -> None:
    ticket = str(tickets.new_ticket(KEY, "quay-3", AT))
    assert tickets.check_ticket(KEY, "quay-3", ticket, LATER).number == ticket.split(".")[0]
    assert refusal("quay-3", ticket, AT + timedelta(seconds=1)) == "hasty"
    assert refusal("quay-3", ticket, AT - timedelta(days=1)) == "hasty"
    assert refusal("quay-3", ticket, AT + timedelta(hours=13)) == "stale"
    assert refusal("quay-4", ticket) == "forged"
    assert refusal("quay-3", ticket, key=OTHER) == "forged"
    number, made_at, sign = ticket.split(".")
    for odd in ("", ".", "..", "a.b.c", f"{number}.{int(made_at) + 1}.{sign}", f"{number}.{made_at}.{sign}x", "é.1.é",
                f"{number}.{'9' * 40}.{sign}", "x" * 5000, f"{number}.-1.{sign}"):  # fmt: skip
        assert refusal("quay-3", odd) == "forged", odd[:40]


def test_a_code_is_the_same_for_the_same_form_and_can_be_typed_as_people_type() -> None:
    code = tickets.receipt_code(KEY, "1" * 32)
    assert code == tickets.receipt_code(KEY, "1" * 32)
    assert tickets.receipt_code(OTHER, "1" * 32) != code
    assert len({tickets.receipt_code(KEY, str(number)) for number in range(2000)}) == 2000
    digest = tickets.code_digest(code)
    assert digest is not None
    for typed in (code.lower(), code.replace("-", ""), f" {code} ", code.replace("0", "O").replace("1", "l")):
        assert tickets.code_digest(typed) == digest
    for odd in ("", "ABC", "%", "' OR 1=1 --", "U" * 12, code + "7", "é" * 12, "x" * 100_000):
        assert tickets.code_digest(odd) is None


def test_where_a_form_came_from_is_told_apart_by_household_and_by_day_alone() -> None:
    on = date(2026, 4, 3)
    assert tickets.sender(KEY, "2001:db8::1", on) == tickets.sender(KEY, "2001:db8::ffff", on)
    assert tickets.sender(KEY, "10.0.0.1", on) != tickets.sender(KEY, "10.0.0.2", on)
    assert tickets.sender(KEY, "10.0.0.1", on) != tickets.sender(KEY, "10.0.0.1", date(2026, 4, 4))
    assert "10.0.0.1" not in tickets.sender(KEY, "10.0.0.1", on)
