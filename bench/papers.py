"""Papers: the month's sheet of 1,000 people as workbook and PDF, beside the bare writers of the same cells.

The yardsticks are given the cells ready made; ours is measured from the sheet on, with its sums and checks.
"""

from __future__ import annotations

import io
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from statistics import median

import xlsxwriter

from api.pages.i18n import Translator
from api.pages.month_rows import weekday
from api.pages.names import name_key
from attendance.engine.period import MonthLine
from attendance.engine.timesheet import Cell, Line, Timesheet
from attendance.services.timesheet.forms import shipped
from bench.measuring import Line as Measured
from bench.measuring import interleave, timed
from reports.official_pdf import as_pdf
from reports.official_sheet import OfficialSheet, official
from reports.official_xlsx import write_xlsx
from reports.timesheet import Head, Table, lay_out

MONTH = date(2026, 5, 1)
_CELLS = (
    Cell("workday", (("am", "+"), ("pm", "+"))),
    Cell("weekend", (("am", ""), ("pm", ""))),
    Cell("workday", (("am", "Ô"), ("pm", "+")), leave=True),
    Cell("workday", (("am", "P"), ("pm", "P")), leave=True),
    Cell("workday", (("am", "KP"), ("pm", "+")), ("late",)),
)
_FAMILIES, _GIVEN = ("Nguyễn Thị", "Trần Văn", "Lê Đức", "Phạm Thị"), ("Ánh", "Bình", "Cường", "Hạnh", "Lượng", "Mỹ")


def bench(folder: Path, people: int, rounds: int) -> list[Measured]:
    """Workbook and PDF, each over its bare writer, and the memory of the workbook."""
    table, head = invented(people)
    t = Translator("vi")
    words = (t, lambda on: weekday(on, t), t.moment)

    def sheet() -> OfficialSheet:
        return official(table, head, shipped()["public"])

    cells = [[str(at), row.code, row.name, *row.days, *map(t.number, row.credit)]
             for at, row in enumerate(sheet().rows, 1)]  # fmt: skip
    ways: dict[str, Callable[[], object]] = {
        "xlsx": lambda: write_xlsx(sheet(), table, folder / "ours.xlsx", words),
        "bare xlsx": lambda: bare_xlsx(cells, table, folder / "bare.xlsx"),
        "pdf": lambda: as_pdf(sheet(), *words, t.number, lang="vi", at=datetime(2026, 6, 2, tzinfo=UTC)),
        "bare pdf": lambda: bare_pdf(cells),
    }
    seconds = interleave({name: partial(timed, way) for name, way in ways.items()}, rounds)
    return [
        _line(seconds, f"timesheet of {people:,}, XLSX / bare XlsxWriter", "xlsx", 1.5),
        _line(seconds, f"timesheet of {people:,}, PDF / bare ReportLab", "pdf", 3),
        Measured(f"timesheet of {people:,}, XLSX, extra memory in MB", _extra_mb(folder, people), at_most=60),
    ]


def _line(seconds: dict[str, list[float]], what: str, name: str, bar: float) -> Measured:
    ours, bare = seconds[name], seconds[f"bare {name}"]
    ratio = median(one / other for one, other in zip(ours, bare, strict=True))
    return Measured(what, ratio, at_most=bar, note=f"{median(ours):.2f} s / {median(bare):.2f} s")


def _extra_mb(folder: Path, people: int) -> float:
    """What a process of its own grows by at most while it writes the workbook."""
    program = (
        "import sys; from pathlib import Path; from bench import papers\n"
        "table, head = papers.invented(int(sys.argv[1])); from api.pages.i18n import Translator\n"
        "t = Translator('vi'); t('form.unit'); words = (t, lambda on: papers.weekday(on, t), t.moment)\n"
        "from bench.measuring import memory_mb; Path('/proc/self/clear_refs').write_text('5')\n"
        "before = memory_mb('VmRSS'); sheet = papers.official(table, head, papers.shipped()['public'])\n"
        "papers.write_xlsx(sheet, table, Path(sys.argv[2]), words); print(memory_mb('VmHWM') - before)"
    )
    told = subprocess.run(
        [sys.executable, "-c", program, str(people), str(folder / "memory.xlsx")], capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return float(told.stdout)


def invented(people: int) -> tuple[Table, Head]:
    """A month of invented people, laid out."""
    drawn = random.Random(8)
    kinds = tuple("weekend" if MONTH.replace(day=day).weekday() > 4 else "workday" for day in range(1, 32))
    sums = MonthLine(21, 1, 12, 2, 1, 12, 1, "A", True)
    lines = tuple(
        Line(
            f"{number:05d}", f"{drawn.choice(_FAMILIES)} {drawn.choice(_GIVEN)}",
            tuple(1 if kind == "weekend" else drawn.choice((0,) * 20 + (2, 3, 4)) for kind in kinds), sums,
        )
        for number in range(people)
    )  # fmt: skip
    sheet = Timesheet("X-TAN-MAI", MONTH, kinds, _CELLS, lines)
    return lay_out(sheet, name_key), Head("X-TAN-MAI", "UBND xã Tân Mai", MONTH, 1, datetime(2026, 6, 2, 9), "5a" * 32)


def bare_xlsx(cells: list[list[str]], table: Table, path: Path) -> None:
    """The same cells, those of the figures among them, without a format or a check."""
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        page = book.add_worksheet()
        for row, values in enumerate(cells):
            for at, value in enumerate(values):
                page.write_string(row, at, value)
        page = book.add_worksheet()
        for row, (line, totals) in enumerate(zip(table.lines, table.totals, strict=True)):
            page.write_string(row, 0, line.employee)
            page.write_string(row, 1, line.name)
            for at, total in enumerate(totals, 2):
                page.write_number(row, at, total)


def bare_pdf(cells: list[list[str]]) -> None:
    from reportlab.lib.pagesizes import A3, landscape
    from reportlab.platypus import SimpleDocTemplate
    from reportlab.platypus import Table as Grid

    plain = [[value.encode("ascii", "replace").decode() for value in row] for row in cells]
    style = [("GRID", (0, 0), (-1, -1), 0.4, (0, 0, 0)), ("FONTSIZE", (0, 0), (-1, -1), 7)]
    grid = Grid(plain, repeatRows=1, style=style)
    SimpleDocTemplate(io.BytesIO(), pagesize=landscape(A3), margin=28).build([grid])
