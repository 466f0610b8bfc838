"""Text of cells, as it should have been typed: one composition, no invisible signs, no blanks around it."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, 0x202A, 0x202C, 0x202D, 0x202E])
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SPACES = re.compile(r"\s+")


def raw(text: str) -> str | None:
    """A text as a raw cell: NFC, without invisible signs (a soft hyphen stays: TCVN3 writes `ư` so); blank is None."""
    if text.isascii():
        found = text.strip()
        if not found.isprintable() and not line(found):
            return None
    else:
        found = unicodedata.normalize("NFC", text.translate(_INVISIBLE)).strip(" \t\r\n\xa0\u3000")
    return found or None


def unescaped(text: str) -> str:
    """Excel's `_x000D_` in XML as the sign it stands for."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def line(text: str) -> str:
    """One line: every run of blanks and line breaks is one space, control signs are gone."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    kept = "".join(sign if sign.isprintable() or sign.isspace() or sign == "\xad" else "" for sign in text)
    return _SPACES.sub(" ", kept).strip()
