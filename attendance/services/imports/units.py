"""Units and where they stand in the tree; the unit above may stand further down in the sheet."""

from collections.abc import Sequence

from attendance.services.imports.taking import Taking
from attendance.sheets import Row


def take(taking: Taking, rows: Sequence[Row]) -> None:
    raise NotImplementedError
