"""Sorts people as a Vietnamese list does: by given name (the last word), then by the rest, in alphabetical order."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
# The order of tones in Vietnamese dictionaries: level, huyền, hỏi, ngã, sắc, nặng.
TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}

_RANK = {letter: position for position, letter in enumerate(ALPHABET)}

WordKey = tuple[tuple[int, ...], tuple[int, ...]]


@lru_cache(maxsize=8192)
def collation_key(word: str) -> WordKey:
    """Letters first, tones only between words of the same letters; other characters come after the alphabet."""
    letters: list[int] = []
    tones: list[int] = []
    for character in unicodedata.normalize("NFC", word.casefold()):
        tone = 0
        marks = []
        for part in unicodedata.normalize("NFD", character):
            if part in TONES:
                tone = TONES[part]
            else:
                marks.append(part)
        letter = unicodedata.normalize("NFC", "".join(marks))
        letters.append(_RANK.get(letter, len(_RANK) + ord(letter[0])) if letter else 0)
        tones.append(tone)
    return tuple(letters), tuple(tones)


def name_key(name: str) -> tuple[WordKey, tuple[WordKey, ...]]:
    """Key for `sorted`: *Trần Văn An* before *Lê Thị Ánh* before *Đỗ Bình*."""
    words = name.split()
    if not words:
        return ((), ()), ()
    return collation_key(words[-1]), tuple(collation_key(word) for word in words[:-1])
