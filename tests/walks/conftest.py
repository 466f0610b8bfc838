"""The browser of the walks, and a demo for those that only look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.browsing import chromium
from tests.walks.living import running_demo


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """The address of a demo."""
    with running_demo() as found:
        yield found
