"""Headers as people write them, folded so that accents, case, composition and spacing do not matter."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

from attendance.letters import without_marks
from attendance.sheets.header_words import KNOWN, WORDS

_NOT_WORDS = re.compile(r"[^0-9a-z]+")
_FILLERS = re.compile(r"\((?:[^()]*)\)|\b(?:dd|d)[/\-. ]?(?:mm|m)[/\-. ]?(?:yyyy|yy)\b|\*")
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


@lru_cache(maxsize=4096)
def likeness(kind: str, header: str) -> tuple[tuple[str, float, Why], ...]:
    """What a header may be, best first: (target or `!known`, 0 to 1, why). Canonical names are known as they are."""
    whole, short = fold(header), fold(_FILLERS.sub(" ", without_marks(header)))
    if not whole:
        return ()
    best: dict[str, tuple[float, Why]] = {}
    for target, words in vocabulary(kind).items():
        found = max((_match(form, penalty, target, words) for form, penalty in ((whole, 0.0), (short, 0.02)) if form))
        if found[0] >= 0.5:
            best[target] = found
    return tuple((target, *best[target]) for target in sorted(best, key=lambda one: -best[one][0]))


def _match(form: str, penalty: float, target: str, words: dict[str, float]) -> tuple[float, Why]:
    if form == target.replace("_", " "):
        return 1.0, "exact"
    worth = words.get(form)
    if worth is not None:
        return worth - penalty, "exact" if worth == 1.0 else "weak"
    joined = form.replace(" ", "")
    best: tuple[float, Why] = (0.0, "weak")
    held = f" {form} "
    for word, worth in words.items():
        if len(joined) >= 4 and joined == word.replace(" ", ""):
            best = max(best, (worth - 0.03 - penalty, "exact"))
        elif f" {word} " in held and len(word) >= 2:
            # the more of the header the word is, the surer: `Đơn vị công tác hiện nay` is less a unit than `Đơn vị`
            share = len(word) / len(form)
            best = max(best, (worth * (0.45 + 0.45 * share) - penalty, "words"))
        elif len(form) >= 6 and abs(len(word) - len(form)) <= 2:
            matcher = SequenceMatcher(None, form, word)
            if min(matcher.real_quick_ratio(), matcher.quick_ratio()) < 0.88:
                continue
            ratio = matcher.ratio()
            if ratio >= 0.88:
                best = max(best, (worth * ratio * 0.92 - penalty, "close"))
    return best
