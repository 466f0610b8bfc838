"""Text in cells of files that spreadsheets open: never a formula, whichever separator they take a line apart by."""

from __future__ import annotations

import re

SIGNS = "=+\\-@＝＋－＠﹢﹣﹦﹫−"
"""What a cell that is calculated begins with, also as the wide signs some keyboards write; for a character class."""
_ENDS = "\\t\\r\\n\\x0b\\x0c\\x1c-\\x1e\\x85\\u2028\\u2029;"
"""Where another cell or line may begin for a spreadsheet that takes another sign than ours for the separator."""
_PASSED = "\\x00-\\x08\\x0e-\\x1b\\x1f \\x7f-\\x84\\x86-\\xa0\\xad\\u061c\\u1680\\u180e\\u2000-\\u200f\\u202a-\\u202f"
_PASSED += '\\u205f-\\u206f\\u3000\\ufeff"'
"""What is passed over, or not seen, before a cell begins."""
_LIVE = re.compile(f"(^|[{_ENDS}])([{_PASSED}]*)(?=[{SIGNS}])")
_BEGUN = ("\t", "\r", "\n")


def inert(text: str | None) -> str:
    """The same text, with an apostrophe before whatever of it a spreadsheet would calculate."""
    if not text:
        return ""
    safe = _LIVE.sub(r"\1'\2", text)
    return f"'{safe}" if safe.startswith(_BEGUN) else safe


def plain(cell: str) -> str:
    """What stood in a cell before it was made inert, as far as its beginning goes."""
    return cell[1:] if cell.startswith("'") and inert(cell[1:]) == cell else cell
