"""The command line says its sentences in both languages, from catalogues that hold what the code asks for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.cli.speech import LOCALE_FOLDER, Speech, sentences, speak
from api.pages.i18n import LANGUAGES
from attendance.errors import Invalid

KEY = re.compile(r"""["']((?:diff|list|scope|holidays)\.[a-z_]+)["']""")
BUILT = {
    *(f"diff.{name}" for name in (
        "day_kind", "flags", "scheduled_min", "worked_min", "credited_min", "leave_min", "unverified_min", "duties",
        "overtime", "findings",
    )),
    *(f"scope.{kind}" for kind in ("default", "nation", "province", "unit", "person")),
}  # fmt: skip
"""Keys made from codes: fields of a day, kinds of scope."""


def texts(lang: str) -> dict[str, tuple[str, ...]]:
    return {
        m.id if isinstance(m.id, str) else m.id[0]: (m.string,) if isinstance(m.string, str) else tuple(m.string)
        for m in sentences(lang)
        if m.id
    }


def test_both_catalogues_hold_the_same_sentences_with_the_same_places() -> None:
    vietnamese, english = texts("vi"), texts("en")
    assert set(vietnamese) == set(english)
    for key, forms in vietnamese.items():
        assert all((*forms, *english[key]))
        assert len({frozenset(re.findall(r"\{(\w+)\}", form)) for form in (*forms, *english[key])}) == 1, key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_catalogues_hold_what_is_asked_for_and_nothing_else(lang: str) -> None:
    asked = {key for path in Path(LOCALE_FOLDER.parent).glob("*.py") for key in KEY.findall(path.read_text("utf-8"))}
    assert asked | BUILT == set(texts(lang))


def test_numbers_take_the_form_of_the_language() -> None:
    assert [Speech("en").n("diff.count", n) for n in (1, 37)] == [
        "1 conclusion would change",
        "37 conclusions would change",
    ]
    assert Speech("vi").n("diff.count", 37) == "37 kết luận sẽ thay đổi"


def test_words_of_the_pages_are_known_too() -> None:
    assert Speech("vi").label("violation", "late") == "Đi muộn"
    assert speak(None, "en").minutes(1) == "1 minute"
    with pytest.raises(Invalid, match="vi or en"):
        speak("fr", "vi")
