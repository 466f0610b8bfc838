"""Text typed for fonts of the nineties: TCVN3 (`.VnTime`) and VNI. Recognised by its words, converted when asked.

Such a text is stored as Western letters that only the right font shows as Vietnamese: `NguyÔn` is Nguyễn in TCVN3,
`Nguyeãn` in VNI. A text can make sense both ways (`Hòa` is Hòa, or Hịa typed in VNI): then nothing is decided here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from attendance.sheets.syllables import accented, is_syllable

ENCODINGS = ("tcvn3", "vni")

_TCVN3 = dict(
    zip(
        range(0xA1, 0xAF),
        "ĂÂÊÔƠƯĐăâêôơưđ",
        strict=True,
    )
) | dict(
    zip(
        (
            0xB5, 0xB6, 0xB7, 0xB8, 0xB9, 0xBB, 0xBC, 0xBD, 0xBE, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA, 0xCB, 0xCC, 0xCE, 0xCF,
            0xD0, 0xD1, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8, 0xDC, 0xDD, 0xDE, 0xDF, 0xE1, 0xE2, 0xE3, 0xE4, 0xE5,
            0xE6, 0xE7, 0xE8, 0xE9, 0xEA, 0xEB, 0xEC, 0xED, 0xEE, 0xEF, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8,
            0xF9, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE,
        ),
        "àảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        strict=True,
    )
)  # fmt: skip
_CP1258 = str.maketrans("ĂĐƠƯăđơư₫", "\xc3\xd0\xd5\xdd\xe3\xf0\xf5\xfd\xfe")  # as a Vietnamese Windows stored them

_BASES = {"a": "a", "e": "e", "o": "o", "u": "u", "y": "y", "\xf4": "ơ", "\xf6": "ư"}
_MARKS = {"\xf9": "\u0301", "\xf8": "\u0300", "\xfb": "\u0309", "\xf5": "\u0303", "\xef": "\u0323"}
_ROOFS = {"\xe2": "", "\xe1": "\u0301", "\xe0": "\u0300", "\xe5": "\u0309", "\xe3": "\u0303", "\xe4": "\u0323"}
_BREVES = {"\xea": "", "\xe9": "\u0301", "\xe8": "\u0300", "\xfa": "\u0309", "\xfc": "\u0303", "\xeb": "\u0323"}
_SINGLES = {
    "\xed": "í", "\xec": "ì", "\xe6": "ỉ", "\xf3": "ĩ", "\xf2": "ị", "\xee": "ỵ", "\xf1": "đ", "\xf4": "ơ", "\xf6": "ư",
}  # fmt: skip


def _vni() -> dict[str, str]:
    pairs = {base + mark: letter + tone for base, letter in _BASES.items() for mark, tone in _MARKS.items()}
    pairs |= {base + mark: base + "\u0302" + tone for base in "aeo" for mark, tone in _ROOFS.items()}
    pairs |= {"a" + mark: "a\u0306" + tone for mark, tone in _BREVES.items()}
    pairs |= _SINGLES
    pairs |= {key.upper(): value.upper() for key, value in pairs.items()}
    pairs |= {key[0].upper() + key[1]: value[0].upper() + value[1:] for key, value in pairs.items() if len(key) == 2}
    return {key: unicodedata.normalize("NFC", value) for key, value in pairs.items()}


_VNI = _vni()


def convert(text: str, encoding: str) -> str:
    """The text in Unicode, NFC. `encoding`: tcvn3, tcvn3_capitals or vni. Signs that it does not have stay."""
    if encoding == "vni":
        return _convert_vni(text)
    found = "".join(_TCVN3.get(ord(sign), sign) for sign in text.translate(_CP1258))
    return found.upper() if encoding == "tcvn3_capitals" else found


def _convert_vni(text: str) -> str:
    parts, at = [], 0
    while at < len(text):
        for length in (2, 1):
            found = _VNI.get(text[at : at + length])
            if found is not None:
                parts.append(found)
                at += length
                break
        else:
            parts.append(text[at])
            at += 1
    return "".join(parts)


def share_of_words(text: str) -> float:
    """Which part of the words with letters beyond ASCII can be Vietnamese, 0 to 1; 1 where there is none of them."""
    words = accented(text)
    return sum(map(is_syllable, words)) / len(words) if words else 1.0


@lru_cache(maxsize=16_384)
def makes_sense(text: str) -> bool:
    """Whether every word with a letter beyond ASCII can be Vietnamese as it stands."""
    return all(map(is_syllable, accented(text)))


@lru_cache(maxsize=16_384)
def could_be(text: str) -> tuple[str, ...]:
    """The encodings as which the text would make sense, though it has none of its letters outside them."""
    if text.isascii() or any(ord(sign) > 0xFF and chr(ord(sign)).translate(_CP1258) == sign for sign in text):
        return ()
    return tuple(
        encoding for encoding in ENCODINGS if (found := convert(text, encoding)) != text and makes_sense(found)
    )


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the texts of a sheet show together. `encoding`: tcvn3, vni or nothing.

    `legacy`: texts that make sense in that encoding alone; `unicode`: texts that make sense as they stand alone;
    `examples`: some of the first, with where they stand (0-based).
    """

    encoding: str = ""
    legacy: int = 0
    unicode: int = 0
    examples: tuple[tuple[int, int, str], ...] = ()

    @property
    def consistent(self) -> bool:
        """Whether all that can be told is legacy, so that a text that makes sense both ways is legacy too."""
        return self.legacy >= 3 and self.unicode == 0


def weigh(cells: Iterable[tuple[int, int, str]], fonts: Iterable[str]) -> Evidence:
    """Evidence of texts with their places, and of the encodings that the fonts of the file stand for."""
    counts = dict.fromkeys(ENCODINGS, 0)
    examples: dict[str, list[tuple[int, int, str]]] = {encoding: [] for encoding in ENCODINGS}
    either: dict[str, list[tuple[int, int, str]]] = {encoding: [] for encoding in ENCODINGS}
    standing = 0
    for row, column, text in cells:
        if text.isascii():
            continue
        possible, sensible = could_be(text), makes_sense(text)
        if sensible and not possible:
            standing += 1
        for encoding in possible:
            counts[encoding] += not sensible
            (either if sensible else examples)[encoding].append((row, column, text))
    by_font = {"tcvn3" if font.startswith("tcvn3") else font for font in fonts}
    best = max(ENCODINGS, key=lambda encoding: (counts[encoding], encoding in by_font))
    if best not in by_font and (counts[best] < 2 or counts[best] <= standing):
        return Evidence(unicode=standing)  # a word or two that no Vietnamese has are a name, not an encoding
    shown = tuple((examples[best] + either[best])[:3])
    return Evidence(best, counts[best], standing, shown) if shown else Evidence(unicode=standing)
