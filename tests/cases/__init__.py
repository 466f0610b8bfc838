"""Cases written as files, and what they say. To be read alone: each is taken apart once for all who ask of it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from attendance.scenario.reading import parse


@cache
def documents(path: Path) -> tuple[Any, ...]:
    """The cases of a file, in its order."""
    return tuple(parse(path.read_text("utf-8"), path.name))
