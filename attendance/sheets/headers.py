"""Headers as people write them, folded so that accents, case, composition and spacing do not matter."""

from __future__ import annotations

import re

from attendance.letters import without_marks

_NOT_WORDS = re.compile(r"[^0-9a-z]+")


def fold(text: str) -> str:
    """Lower case, no accents, only letters and digits with single spaces: `Mã  NV:` and `ma nv` are one."""
    return _NOT_WORDS.sub(" ", without_marks(text)).strip()
