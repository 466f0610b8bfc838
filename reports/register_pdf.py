"""A register as a paper: A4 lying, totals and bars before the rows, heads on every page. PDF/A by Typst."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from reports.printing import as_text, own_template, pdf
from reports.register_table import Register
from reports.register_words import RegisterWords
from reports.register_xlsx import TooManyRows

MOST_PRINTED = 5_000
"""So many rows a paper of ours holds: some two hundred pages, which is more than anybody files."""
_TAGGED_ROWS = 500
"""With more, a PDF is not tagged for screen readers: its structure would be ten times what it shows."""
_RIGHT = ("integer", "share")


def write_pdf(register: Register, path: Path, words: RegisterWords) -> int:
    """Write the paper; answers how many rows it has. Raises TooManyRows."""
    columns = [column for column in register.columns if column.printed]
    cells = [
        [words.cell(column, value) for column, value in zip(register.columns, row, strict=True) if column.printed]
        for row in islice(register.rows, MOST_PRINTED + 1)
    ]
    if len(cells) > MOST_PRINTED:
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
        "rows": cells,
        "page": words.paper("page"),
        "none": words.paper("none"),
        "no": words.paper("row_number"),
    }
    tagged = len(cells) <= _TAGGED_ROWS
    path.write_bytes(
        pdf(own_template("register"), {"values": as_text(values)}, at=words.at.replace(microsecond=0), tagged=tagged)
    )
    return len(cells)
