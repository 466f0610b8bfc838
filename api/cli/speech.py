"""What the command line says in Vietnamese or English: its own sentences, and the words and formats of the pages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from api.pages.i18n import LANGUAGES, Translator
from attendance.errors import Invalid

LOCALE_FOLDER = Path(__file__).parent / "locale"


@lru_cache(maxsize=len(LANGUAGES))
def sentences(lang: str) -> Catalog:
    """The sentences of one language as they stand in its .po file."""
    with (LOCALE_FOLDER / lang / "LC_MESSAGES" / "rules.po").open("rb") as file:
        return read_po(file, locale=lang)


@lru_cache(maxsize=len(LANGUAGES))
def _said(lang: str) -> Mapping[str, tuple[str, ...]]:
    """The forms of each sentence by its key: one, or one for each number the language tells apart."""
    return {
        m.id if isinstance(m.id, str) else m.id[0]: (m.string,) if isinstance(m.string, str) else tuple(m.string)
        for m in sentences(lang)
        if m.id
    }


class Speech(Translator):
    """A translator that also knows the sentences of the command line."""

    def __call__(self, key: str, /, **values: object) -> str:
        forms = _said(self.lang).get(key)
        return super().__call__(key, **values) if forms is None else forms[0].format(**values)

    def n(self, key: str, count: int, /, **values: object) -> str:
        forms = _said(self.lang).get(key)
        if forms is None:
            return super().n(key, count, **values)
        return forms[0 if count == 1 else -1].format(count=self.number(count), **values)


def speak(language: str | None, default: str) -> Speech:
    """The language asked for, else that of the settings. Raises Invalid for another."""
    spoken = language or default
    if spoken not in LANGUAGES:
        raise Invalid(f"{spoken!r} is not a language of this program; write {' or '.join(LANGUAGES)}.")
    return Speech(spoken)
