"""Headers as people write them, folded so that accents, case, composition and spacing do not matter."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal, NamedTuple

from attendance.letters import without_marks
from attendance.sheets.header_words import KNOWN, NEUTRAL, WORDS

_NOT_WORDS = re.compile(r"[^0-9a-z]+")
_FILLERS = re.compile(r"\((?:[^()]*)\)|\b(?:dd|d)[/\-. ]?(?:mm|m)[/\-. ]?(?:yyyy|yy)\b|\*")
_NEUTRAL = frozenset(NEUTRAL.split())
"""Words that may stand beside a usual name without making another thing of it."""
LONGEST = 80
Why = Literal["exact", "words", "close", "remembered", "weak"]


@lru_cache(maxsize=16_384)
def fold(text: str) -> str:
    """Lower case, no accents, only letters and digits with single spaces: `Mã  NV:` and `ma nv` are one."""
    return _NOT_WORDS.sub(" ", without_marks(text)).strip()


@lru_cache(maxsize=64)
def vocabulary(kind: str) -> dict[str, dict[str, float]]:
    """Target (or `!known`) → its words, folded, with what an exact match of each is worth."""
    found = {}
    for target, words in (*WORDS[kind].items(), *((f"!{known}", words) for known, words in KNOWN.items())):
        found[target] = {fold(word): 0.72 if word.endswith("~") else 1.0 for word in reversed(words.split("|"))}
    return found


def title_of(kind: str, target: str) -> str:
    """The header that templates put above a column, in Vietnamese."""
    return WORDS[kind][target].split("|")[0]


class _Word(NamedTuple):
    """A word of the vocabulary, as it is compared."""

    text: str
    held: str
    joined: str
    letters: frozenset[str]
    worth: float


@lru_cache(maxsize=64)
def _compared(kind: str) -> dict[str, tuple[_Word, ...]]:
    return {
        target: tuple(
            _Word(one, f" {one} ", one.replace(" ", ""), frozenset(one), worth) for one, worth in words.items()
        )
        for target, words in vocabulary(kind).items()
    }


@lru_cache(maxsize=4096)
def likeness(kind: str, header: str) -> tuple[tuple[str, float, Why], ...]:
    """What a header may be, best first: (target or `!known`, 0 to 1, why). Canonical names are known as they are."""
    whole, short = fold(header), fold(_FILLERS.sub(" ", without_marks(header)))
    forms = [(form, penalty) for form, penalty in ((whole, 0.0), (short, 0.02)) if form and len(form) <= LONGEST]
    if len(forms) == 2 and whole == short:
        forms.pop()
    best: dict[str, tuple[float, Why]] = {}
    for target, words in vocabulary(kind).items():
        for form, penalty in forms:
            score, why = _match(form, target, words, _compared(kind)[target])
            if score - penalty >= max(0.5, best.get(target, (0.0, why))[0]):
                best[target] = score - penalty, why
    return tuple((target, *best[target]) for target in sorted(best, key=lambda one: -best[one][0]))


def _match(form: str, target: str, words: dict[str, float], compared: tuple[_Word, ...]) -> tuple[float, Why]:
    if form == target.replace("_", " "):
        return 1.0, "exact"
    worth = words.get(form)
    if worth is not None:
        return worth, "exact" if worth == 1.0 else "weak"
    joined, held, letters = form.replace(" ", ""), f" {form} ", frozenset(form)
    best: tuple[float, Why] = (0.0, "weak")
    for word in compared:
        if len(joined) >= 4 and joined == word.joined:
            best = max(best, (word.worth - 0.03, "exact"))
        elif len(word.text) >= 2 and word.held in held:
            # what stands beside the word must not narrow it: `Ngày vào ngành` is not when somebody came to the office
            if set(held.replace(word.held, " ").split()) <= _NEUTRAL:
                best = max(best, (word.worth * (0.6 + 0.3 * len(word.text) / len(form)), "words"))
        elif len(form) >= 6 and abs(len(word.text) - len(form)) <= 2 and len(letters ^ word.letters) <= 3:
            ratio = SequenceMatcher(None, form, word.text).ratio()
            if ratio >= 0.88:
                best = max(best, (word.worth * ratio * 0.92, "close"))
    return best
