"""A register as a paper: A4 lying, totals and bars before the rows, heads on every page. PDF/A by Typst."""

from __future__ import annotations

from itertools import compress, islice
from pathlib import Path

from reports.printing import as_text, own_template, pdf
from reports.register_table import Register, TooManyRows
from reports.register_words import RegisterWords

MOST_PRINTED = 2_000
"""So many rows a paper of ours holds: some eighty pages, for which Typst takes 300 MB while it draws them."""
_TAGGED_ROWS = 500
"""With more, a PDF is not tagged for screen readers: its structure would be ten times what it shows."""
_RIGHT = ("integer", "share")


def write_pdf(register: Register, path: Path, words: RegisterWords) -> int:
    """Write the paper; answers how many rows it has. Raises TooManyRows."""
    columns = [column for column in register.columns if column.printed]
    is_printed = [column.printed for column in register.columns]
    cells: list[str] = []
    count = 0
    for count, row in enumerate(islice(register.rows, MOST_PRINTED + 1), 1):
        cells.append(words.number(count))
        cells += (words.cell(column, value) for column, value in zip(columns, compress(row, is_printed), strict=True))
    if count > MOST_PRINTED:
        raise TooManyRows(
            f"A paper holds at most {MOST_PRINTED:,} rows; ask for fewer days or for one unit, or for xlsx or csv."
        )
    values = {
        "lang": words.lang,
        "office": words.office,
        "title": words.title,
        "head": words.head,
        "figures": words.figures,
        "bars": [[title, [[label, value, words.number(value)] for label, value in bars]] for title, bars in words.bars],
        "notes": words.notes,
        "heads": [words.heads[column.name] for column in columns],
        "widths": [column.width for column in columns],
        "right": [column.kind in _RIGHT for column in columns],
        "cells": cells,
        "page": words.paper("page"),
        "none": words.paper("none"),
        "no": words.paper("row_number"),
    }
    tagged = count <= _TAGGED_ROWS
    path.write_bytes(
        pdf(own_template("register"), {"values": as_text(values)}, at=words.at.replace(microsecond=0), tagged=tagged)
    )
    return count
