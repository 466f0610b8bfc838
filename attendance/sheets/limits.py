"""What a file may weigh. Lists of offices are far below; beyond these bounds a file is refused before it is parsed."""

from __future__ import annotations

from attendance.sheets.book import BookRefused

FILE_BYTES = 20 * 2**20
INSIDE_BYTES = 160 * 2**20
FILES_INSIDE = 2_000
ROWS = 200_000
COLUMNS = 256
CELLS = 2_500_000
SHEETS = 100


def check_extent(sheet: str, rows: int, columns: int) -> None:
    """Refuses a sheet that reaches further than lists do. Raises BookRefused."""
    if rows > ROWS or rows * columns > CELLS:
        raise BookRefused(
            "too_many_rows",
            "The sheet {sheet} has {rows} rows, more than the {most} that one import takes; split it into several "
            "files.",
            sheet=sheet, rows=rows, most=min(ROWS, CELLS // max(1, columns)),
        )  # fmt: skip
    if columns > COLUMNS:
        raise BookRefused(
            "too_many_columns",
            "The sheet {sheet} has cells in column {columns}, beyond the {most} columns that are read; delete what "
            "stands far to the right.",
            sheet=sheet, columns=columns, most=COLUMNS,
        )  # fmt: skip


def check_sheets(count: int) -> None:
    if count > SHEETS:
        raise BookRefused(
            "too_many_sheets",
            "The file has {count} sheets, more than the {most} that are read; keep the one to import.",
            count=count, most=SHEETS,
        )  # fmt: skip


def damaged(file_name: str) -> BookRefused:
    return BookRefused(
        "damaged",
        "{file} cannot be read: it is damaged or was cut off; open it in Excel or LibreOffice and save it again as "
        ".xlsx.",
        file=file_name,
    )  # fmt: skip


def encrypted(file_name: str) -> BookRefused:
    return BookRefused(
        "encrypted",
        "{file} is protected by a password; open it, save it without a password, and hand it in again.",
        file=file_name,
    )  # fmt: skip


def macros(file_name: str) -> BookRefused:
    return BookRefused(
        "macros",
        "{file} contains macros, which are never taken; save it as .xlsx without macros.",
        file=file_name,
    )  # fmt: skip


def external(file_name: str) -> BookRefused:
    return BookRefused(
        "external",
        "{file} wants to fetch data from elsewhere (DDE, a data connection or an outside entity), which is never done; "
        "copy the values into a new file.",
        file=file_name,
    )  # fmt: skip


def not_a_sheet(file_name: str) -> BookRefused:
    return BookRefused(
        "not_a_sheet",
        "{file} is not a spreadsheet that is read here; save it as .xlsx, .xls, .ods or .csv.",
        file=file_name,
    )  # fmt: skip
