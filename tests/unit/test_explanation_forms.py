"""What is typed into a form of *Giải trình* is a number of minutes, or is told to be none."""

from __future__ import annotations

import pytest

from api.pages.explanations import _minutes
from attendance.errors import Invalid


def test_minutes_of_a_form() -> None:
    assert [_minutes(text) for text in ("", " 12 ", "1440")] == [None, 12, 1440]
    for text in ("0", "-1", "1441", "12.5", "²", "000144" + "9" * 30):
        with pytest.raises(Invalid):
            _minutes(text)
