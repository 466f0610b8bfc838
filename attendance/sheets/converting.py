"""Text of a sheet that may be TCVN3 or VNI, cell by cell: converted when it was asked and is sure, else refused."""

from __future__ import annotations

from dataclasses import dataclass

from attendance.sheets import legacy
from attendance.sheets.book import Sheet
from attendance.sheets.legacy import Evidence
from attendance.sheets.problems import Problem


@dataclass(frozen=True, slots=True)
class Converter:
    """`answer`: tcvn3, vni, none, or nothing where nobody was asked yet."""

    sheet: Sheet
    evidence: Evidence
    answer: str

    def text(self, row: int, column: int, text: str) -> str:
        """The text in Unicode (0-based place). Raises Problem: legacy_text (ask first), unclear_text."""
        if text.isascii():
            return text
        by_font = self.sheet.legacy_cells.get((row, column), "")
        possible, sensible = legacy.could_be(text), legacy.makes_sense(text)
        if self.answer == "none":
            return text
        encoding = self.answer or self.evidence.encoding
        if sensible and not possible:
            return text
        if not by_font and not encoding:
            if sensible or not possible:
                return text
            raise Problem("legacy_text", value=text, converted=legacy.convert(text, possible[0]))
        by_all = self.evidence.consistent or (by_font and not self.evidence.unicode)
        if sensible and not by_all:
            raise Problem("unclear_text", value=text, converted=legacy.convert(text, encoding))
        if not by_font and encoding not in possible:
            if any(ord(sign) > 0xFF for sign in text) and not sensible:
                return text  # letters that no legacy text has: Unicode, of another language
            raise Problem("unclear_text", value=text, converted=legacy.convert(text, encoding))
        if not self.answer:
            raise Problem("legacy_text", value=text, converted=legacy.convert(text, by_font or encoding))
        return legacy.convert(text, by_font or encoding)
