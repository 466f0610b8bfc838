"""Says in Vietnamese or English what reading a spreadsheet found: errors, questions, notes, refusals, templates."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Protocol

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from api.pages.i18n import LANGUAGES, LOCALE_FOLDER, Translator
from attendance.sheets import CellError, Sentence, make_template


class Said(Protocol):
    """Whatever carries a sentence: an error, a question, a note, a match, a refused book."""

    @property
    def sentence(self) -> Sentence: ...


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(lang: str) -> Catalog:
    """The sentences of one language as they stand in its .po file."""
    with (LOCALE_FOLDER / lang / "LC_MESSAGES" / "sheets.po").open("rb") as file:
        return read_po(file, locale=lang)


@lru_cache(maxsize=len(LANGUAGES))
def _said(lang: str) -> Mapping[str, str]:
    return {str(message.id): str(message.string) for message in catalogue(lang) if message.id}


def say(key: str, /, lang: str, **values: object) -> str:
    """The sentence of a key (`sheets.…`) with its gaps filled. Raises KeyError for a key no catalogue has."""
    return _said(lang)[key].format(**values)


def tell(said: Said | Sentence, lang: str) -> str:
    """One sentence. Of a CellError it is what is wrong, without where; `tell_where` says both."""
    sentence = said if isinstance(said, Sentence) else said.sentence
    values = dict(sentence.values)
    if isinstance(said, CellError) and not said.header and "header" in values:
        values["header"] = Translator(lang).label("imports.column", said.target)  # the sheet has no such column
    return say(sentence.key, lang, **values)


def tell_where(error: CellError, lang: str) -> str:
    """`Hàng 7, cột C (Từ ngày): “32/13” không phải là một ngày; …`"""
    key = "sheets.where.cell" if error.column else "sheets.where.row" if error.row else "sheets.where.all"
    header = error.header or Translator(lang).label("imports.column", error.target)
    return say(key, lang, row=error.row, column=error.column, header=header, sentence=tell(error, lang))


def template(kind: str, lang: str) -> bytes:
    """The .xlsx to fill in for a kind of list. Raises KeyError for a kind there is not."""
    return make_template(kind, lang, partial(_say_in, lang))


def _say_in(lang: str, key: str, /, **values: object) -> str:
    return say(key, lang, **values)
