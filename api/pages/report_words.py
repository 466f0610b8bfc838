"""Says the first rows of a paper on its page: heads, codes, dates and figures as readers of the language write them."""

from __future__ import annotations

from datetime import date, datetime

from api.pages.i18n import Translator
from api.reporting.words import BETWEEN, figure_text
from attendance import clock
from reports.register_table import Column, Figure, Value

_NUMBERS = ("integer", "share")


class PreviewWords:
    """For one language and zone."""

    def __init__(self, lang: str, zone: str) -> None:
        self.t, self.zone = Translator(lang), zone

    def head(self, column: Column) -> str:
        """A column without a word of ours is headed by its name: a day of the month, a sign of the sheet."""
        known = (key for key in (f"register.{column.name}", f"sheet_total.{column.name}") if self.t.knows(key))
        key = next(known, None)
        return self.t(key) if key is not None else column.name

    def cell(self, column: Column, value: Value) -> str:
        t = self.t
        match value:
            case None:
                return ""
            case bool():
                return t("register_paper.yes") if value else t("register_paper.no")
            case tuple():
                return figure_text(t, Figure(column.name, *value))
            case datetime():
                return t.moment(clock.to_wall(value, self.zone))
            case date():
                return t.date(value)
            case int():
                return t.number(value)
        return t.label(column.words, value) if column.kind == "code" and column.words and value else value

    def figure(self, figure: Figure) -> str:
        return figure_text(self.t, figure)

    def is_number(self, column: Column) -> bool:
        return column.kind in _NUMBERS

    def bar(self, label: str) -> str:
        """Its parts that have words of ours in them, the others as they are."""
        return BETWEEN.join(self.t(part) if self.t.knows(part) else part for part in label.split(BETWEEN))
