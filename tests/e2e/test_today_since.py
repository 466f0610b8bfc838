"""*Hôm nay*: from when changes are counted, where the same person presses *Seen* while their page draws itself anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from api.pages import today
from api.pages.routes import show_error
from api.serving import PAGES
from tests.e2e.conftest import PASSWORD, Office
from tests.e2e.test_violations_page import browser, see, send

TUESDAY = datetime(2026, 11, 17, 0, 31, tzinfo=UTC)  # 07:31 at the office, and everybody comes at 07:42


def test_what_was_seen_is_not_told_again_by_a_refresh_that_was_under_way(
    make_office: Callable[..., Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    office = make_office(extra_routers=PAGES, page_error=show_error)
    office.clock.at = TUESDAY
    office.accounts.create_user("lan", PASSWORD, "hr", None)
    hr = browser(office, "lan")
    assert "Lần xem đầu tiên" in see(hr, "/today")
    office.clock.pass_by(minutes=14)
    assert 'data-changed="late"' in see(hr, "/today")
    office.clock.pass_by(minutes=2)  # the refresh writes down what it shows
    keep = today._keep

    def pressed_meanwhile(*given: Any) -> None:
        monkeypatch.setattr(today, "_keep", keep)
        assert send(hr, "/today/seen", "/account").status_code == 303
        keep(*given)

    monkeypatch.setattr(today, "_keep", pressed_meanwhile)
    see(hr, "/today/live")
    assert today._keep is keep, "the refresh had nothing to write down"
    page = see(hr, "/today")
    assert "data-changed=" not in page
    assert "không có thay đổi" in page
