"""Letters without their marks: for comparing what people and machines wrote, never for showing it."""

from __future__ import annotations

import unicodedata

_STROKES = str.maketrans({"đ": "d", "Đ": "d", "ð": "d", "Ð": "d"})  # Đ has no decomposition; some keyboards give Ð


def without_marks(text: str) -> str:
    """Lower case, no accents, `đ` as `d`, however the marks were composed; other characters stay."""
    parts = unicodedata.normalize("NFKD", text.translate(_STROKES)).casefold()
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def searched(code: str, name: str) -> str:
    """What a person is found by: name and code without marks, words apart by one space, each after a space."""
    return " " + " ".join(without_marks(f"{name} {code}").split())
