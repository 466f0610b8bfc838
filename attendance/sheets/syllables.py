"""Whether a word can be Vietnamese, by how its syllable is built: the evidence for the encoding of a text."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_INITIALS = ("ngh", "ng", "nh", "ch", "gh", "gi", "kh", "ph", "qu", "th", "tr", *"bcdđghklmnprstvx")
_OPEN = (
    "a ai ao au ay am an ang anh ă ăm ăn ăng â âm ân âng âu ây e em en eng eo ê êm ên ênh êu i ia im in inh iu "
    "iê iêm iên iêng iêu o oa oai oam oan oang oanh oao oay oăm oăn oăng oe oen oeo oi om on ong oong ô ôi ôm ôn "
    "ông ôông "
    "ơ ơi ơm ơn ơng u ua uân uâng uây uê uênh ui um un ung uơ uôi uôm uôn uông uy uya uyên uynh uyu ư ưa ưi ưm "
    "ưn ưng ưu "
    "ươi ươm ươn ương ươu y yn ynh yêm yên yêng yêu uyn uen uao uau uai uan uang uay uanh ươ uô yê ue ueo uăn uăng uâ"
)
_STOPPED = (
    "ac ach ap at ăc ăp ăt âc âp ât ec ep et êch êp êt ich ip it iêc iêp iêt oac oach oap oat oăc oăt oet oc op ot ooc "
    "ôc ôp ôt ơp ơt uât uc up ut uôc uôp uôt uych uyt uyêt ưc ưp ưt ươc ươp ươt yêt yt ych yp uac uat uăc uêch "
    "uach uyp uap"
)
_RHYMES, _RHYMES_STOPPED = frozenset(_OPEN.split()), frozenset(_STOPPED.split())
_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
_CARRIERS = {*"aeiouy", "\u0302", "\u0306", "\u031b"}
_STROKES = str.maketrans("đĐ", "dD")


@lru_cache(maxsize=20_000)
def is_syllable(word: str) -> bool:
    """Whether a word, with its accents, is built as a Vietnamese syllable is. Case does not matter."""
    plain: list[str] = []
    tones: list[str] = []
    for sign in unicodedata.normalize("NFD", word.casefold()):
        if sign in _TONES:
            if not plain or plain[-1] not in _CARRIERS:
                return False
            tones.append(sign)
        else:
            plain.append(sign)
    if len(tones) > 1:
        return False
    body = unicodedata.normalize("NFC", "".join(plain))
    for initial in (*_INITIALS, ""):
        if not body.startswith(initial):
            continue
        rhyme = body[len(initial) :]
        if rhyme in _RHYMES or (initial == "gi" and rhyme == ""):
            return True
        if rhyme in _RHYMES_STOPPED and (not tones or tones[0] in ("\u0301", "\u0323")):
            return bool(tones)
        if initial == "gi" and ("i" + rhyme) in _RHYMES | _RHYMES_STOPPED:
            return True
    return False


def accented(text: str) -> list[str]:
    """Words with a letter that is not ASCII, with the signs that stand inside a word of a wrong encoding.

    Words whose only such letter is `đ` are left out: abbreviations have it too (`SĐT`), and they prove nothing.
    """
    words = re.findall(r"[^\s\d.,;:()/\"'!?+*=<>\[\]{}_-]+", text)
    return [word for word in words if not word.translate(_STROKES).isascii()]
