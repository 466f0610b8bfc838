"""Values of .xlsx and .xls through calamine, with its panics and its blanks turned into ours."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from contextlib import contextmanager

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from attendance.sheets import limits, texts
from attendance.sheets.book import BookRefused, Broken, Cell, Merged


class Opened:
    """An open workbook. Only sheets of cells are named, not charts or dialogs."""

    def __init__(self, workbook: CalamineWorkbook) -> None:
        self._workbook = workbook
        self._about = {about.name: about for about in workbook.sheets_metadata}
        self.names = [name for name, about in self._about.items() if about.typ == SheetTypeEnum.WorkSheet]

    def hidden(self, name: str) -> bool:
        return bool(self._about[name].visible != SheetVisibleEnum.Visible)

    def grid(self, name: str) -> list[list[Cell]]:
        """All cells from A1; texts are cleaned, blanks are None."""
        sheet = self._workbook.get_sheet_by_name(name)
        return [[_cell(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]

    def merged(self, name: str) -> tuple[Merged, ...]:
        ranges = self._workbook.get_sheet_by_name(name).merged_cell_ranges or []
        return tuple(Merged(top, left, bottom, right) for (top, left), (bottom, right) in ranges)


def _cell(value: Cell) -> Cell:
    if isinstance(value, str):
        return texts.raw(texts.unescaped(value))
    if isinstance(value, float) and not math.isfinite(value):
        return Broken("#NUM!")
    return value


@contextmanager
def opened(data: bytes, file_name: str) -> Iterator[Opened]:
    """Raises BookRefused (damaged, encrypted) for whatever goes wrong inside, a panic of the library too."""
    try:
        yield Opened(CalamineWorkbook.from_filelike(io.BytesIO(data)))
    except BookRefused:
        raise
    except PasswordError as error:
        raise limits.encrypted(file_name) from error
    except (CalamineError, ValueError, OSError, OverflowError, UnicodeError) as error:
        raise limits.damaged(file_name) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # pyo3 lets a panic of Rust through as a BaseException of its own
            raise
        raise limits.damaged(file_name) from error
