"""Why a single cell cannot be taken; becomes a CellError once it is known which cell it was."""

from __future__ import annotations

from attendance.sheets.saying import Sentence


class Problem(Exception):
    """`code` as in CellError. The sentence is `sheets.error.<code>` with these values."""

    def __init__(self, code: str, **values: str | int) -> None:
        super().__init__(code)
        self.code, self.values = code, values

    @property
    def sentence(self) -> Sentence:
        return Sentence(f"sheets.error.{self.code}", self.values)
