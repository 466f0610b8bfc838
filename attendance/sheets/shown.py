"""Numbers that show more than they hold: a format such as `0000` or `"NV"000` makes 15 read `0015` or `NV015`."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PIECES = re.compile(r'"([^"]*)"|\\(.)|(0+)|(#+)|([A-Za-zĐđ\-/ ]+)')


@dataclass(frozen=True, slots=True)
class Mask:
    """Text before, digits at least, text after."""

    before: str
    digits: int
    after: str

    def shown(self, number: float) -> str | None:
        """The number as its cell shows it. None where it is not a whole number from 0, which the mask cannot show."""
        if number < 0 or number != int(number) or number >= 1e15:
            return None
        return f"{self.before}{int(number):0{self.digits}d}{self.after}"


def mask(pattern: str) -> Mask | None:
    """The mask of a number format that shows zeros or letters of its own. None for every other format."""
    first = re.sub(r"\[[^\]]*\]", "", pattern.split(";")[0])
    before, after, digits, at = "", "", 0, 0
    while at < len(first):
        found = _PIECES.match(first, at)
        if found is None:
            return None
        at = found.end()
        quoted, escaped, zeros, hashes, letters = found.groups()
        if letters is not None:
            return None
        if zeros or hashes:
            if after:
                return None
            digits += len(zeros or "")
        elif digits or "#" in first[:at]:
            after += quoted or escaped or ""
        else:
            before += quoted or escaped or ""
    if not ("0" in first or "#" in first) or (digits < 2 and not before and not after):
        return None
    return Mask(before, digits, after)
