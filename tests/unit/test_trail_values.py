"""Values of the trail as people say them."""

from __future__ import annotations

import pytest

from api.pages.i18n import Translator
from api.pages.trail_values import trail_value
from reports.trail import Difference, differences

ZONE = "Asia/Ho_Chi_Minh"


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("status", "proposed", "chờ duyệt"),
        ("kind", "duty", "trực"),
        ("kind", "session", "trên trang"),
        ("code", "one_stop", "trực một cửa"),
        ("from", "2026-12-04", "04/12/2026"),
        ("received_at", "2026-11-27T08:24:24.383386", "08:24 27/11/2026"),
        ("document", "duty", "duty"),
        ("from", "2026-13-04", "2026-13-04"),
    ],
)
def test_codes_and_times_are_words(field: str, text: str, said: str) -> None:
    assert trail_value(Translator("vi"), field, text).lower() == said


def test_an_instant_is_told_as_the_clock_of_the_office_shows_it() -> None:
    found = differences(None, {"received_at": "2026-11-27T01:24:24.383386+00:00"}, ZONE)
    assert found == (Difference("received_at", None, "2026-11-27T08:24:24.383386"),)
