"""What columns and codes of the export for the emulation council are called."""

from __future__ import annotations

from collections.abc import Callable

from api.pages.i18n import Translator


def words_of(table: str, lang: str) -> tuple[Callable[[str], str], Callable[[str, str], str]]:
    """What columns and codes of an export are called."""
    t = Translator(lang)

    def say(column: str, code: str) -> str:
        if column == "reason" and code:
            return t.label("index_reason", code)
        if column == "note" and code:
            return t("emulation.exempt")
        return code if column != "name" or code or table != "units" else t("index.small")

    return lambda name: t(f"emulation_{table}.{name}"), say
