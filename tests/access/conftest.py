"""The marked office, built once for all tests of access."""

from __future__ import annotations

import pytest

from tests.access.asking import Built, build_once


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build_once(tmp_path_factory.mktemp("marked"))
