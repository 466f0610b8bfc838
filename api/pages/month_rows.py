"""The rows of a month's sheet as HTML, written without a template: tens of thousands of days in a few milliseconds.

End tags that HTML lets go are left out, and rows stand in parts of `PART` lines: a browser lays out those in view.
Days to be settled are links; a script makes every other day one, and names lead to the person's month without it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from urllib.parse import quote

from markupsafe import Markup, escape

from api.pages.i18n import Translator
from attendance.engine.timesheet import NO_DAY, Cell
from reports.months import SheetPage
from reports.timesheet import NOTHING_YET, Table, cell_text

PART = 10
FEW = 500
"""Sheets of so many lines show the code of everybody; longer ones of those who bear the same name as another."""
_LINKED = frozenset("mqk")
_CLASS = {"missing": "m", "unverified": "q", "late": "l", "early": "l", "left_post": "l"}


def sheet_rows(page: SheetPage, t: Translator) -> Markup:
    """Head, lines and sums of the sheet, for inside of its `table`."""
    return Markup("").join((_head(page, t), Markup("").join(_parts(page, t)), _bottom(page, t)))  # all escaped below


def _head(page: SheetPage, t: Translator) -> Markup:
    sheet = page.table.sheet
    days = (
        f'<th scope=col{" class=w" if off else ""}><abbr title="{escape(_spoken(on, kind, t))}">{on.day}'
        f"<br>{weekday(on, t)}</abbr>"
        for on, kind, off in zip(sheet.dates, sheet.kinds, page.weekend, strict=True)
    )
    totals = (f"<th scope=col class=t>{_title(name, page, t)}" for name in page.table.columns)
    return _safe(f"<thead><tr><th scope=col>{escape(t('sheet.name'))}{''.join(days)}{''.join(totals)}")


def _title(name: str, page: SheetPage, t: Translator) -> str:
    if name not in page.table.signs:
        return f'<abbr title="{escape(t(f"sheet_total_long.{name}"))}">{escape(t(f"sheet_total.{name}"))}</abbr>'
    words = t.label("symbol", name)
    return f'<abbr title="{escape(words)}">{_printed(name, page.printed)}</abbr>'


def _parts(page: SheetPage, t: Translator) -> Iterator[Markup]:
    table = page.table
    opened, linked = _cells(table, page.printed, t)
    dates = [f"/{on}" for on in table.sheet.dates]
    namesakes = Counter(line.name for line in table.lines)
    few = len(table.lines) <= FEW
    off = [
        "<td class=w>" if is_off else "<td class=n>" if on <= page.today else "<td>"
        for on, is_off in zip(table.sheet.dates, page.weekend, strict=True)
    ]
    figures = {value: t.number(value) for value in {each for totals in table.totals for each in totals}}
    where = f"{page.head.month:%Y-%m}/people/" if page.live else "../people/"  # relative: short, two thousand times
    for begin in range(0, len(table.lines), PART):
        rows = ["<tbody>"]
        part = slice(begin, begin + PART)
        for line, totals in zip(table.lines[part], table.totals[part], strict=True):
            code = quote(line.employee, safe="")
            name = escape(line.name or line.employee)
            shown = f"<i>{escape(line.employee)}</i>" if few or namesakes[line.name] > 1 else ""
            rows.append(f'<tr><th scope=row><a href="{where}{code}">{name}</a>{shown}')
            link = f"<a href=/days/{code}" if _is_bare(code) else f'<a href="/days/{code}'
            tail = "" if _is_bare(code) else '"'
            for at, place in enumerate(line.days):
                if place in linked:
                    rows.append(f"{opened[place]}{link}{dates[at]}{tail}>{linked[place]}</a>")
                elif place >= 0:
                    rows.append(opened[place])
                else:
                    rows.append(off[at] if place == NO_DAY else f"<td class=u>{NOTHING_YET}")
            rows.append("".join(f"<td>{figures[value]}" if value else "<td>" for value in totals))
        yield _safe("".join(rows))


def _is_bare(code: str) -> bool:
    """Whether an address of it needs no quotes around it."""
    return code.isascii() and code.replace("-", "").replace(".", "").replace("_", "").isalnum()


def _cells(table: Table, printed: Mapping[str, str], t: Translator) -> tuple[list[str], dict[int, str]]:
    """For each cell how it opens, with its text unless it is a link, and the text of those that are."""
    opened, linked = [], {}
    for place, cell in enumerate(table.sheet.cells):
        kind = _look(cell)
        text = _signs(cell, printed)
        if kind in _LINKED:
            linked[place] = text
            opened.append(f"<td class={kind}>")
        else:
            opened.append(f"<td class={kind}>{text}" if kind else f"<td>{text}")
    return opened, linked


def _look(cell: Cell) -> str:
    """One letter: missing, unverified, absent without leave, late or early, a day off; nothing for any other."""
    mark = next((mark for mark in ("missing", "unverified") if mark in cell.marks), None)
    if mark is not None:
        return _CLASS[mark]
    if any(sign == "KP" for _, sign in cell.symbols):
        return "k"
    if cell.marks:
        return "l"
    return "w" if cell.kind not in ("workday", "swapped_work") else ""


def _signs(cell: Cell, printed: Mapping[str, str]) -> str:
    shown = str(escape(cell_text(cell)))
    on_paper = str(escape(cell_text(cell, printed)))
    return shown if shown == on_paper else f"<b>{shown}</b><i>{on_paper}</i>"


def _printed(sign: str, printed: Mapping[str, str]) -> str:
    other = printed.get(sign)
    return str(escape(sign)) if other is None else f"<b>{escape(sign)}</b><i>{escape(other)}</i>"


def _bottom(page: SheetPage, t: Translator) -> Markup:
    table = page.table
    if not table.lines:
        return Markup("")
    present = "".join(f"<td>{many or ''}" for many in table.present)
    sums = "".join(f"<td>{t.number(value)}" for value in table.bottom)
    return _safe(f"<tfoot><tr><th scope=row>{escape(t('sheet.bottom'))}{present}{sums}")


def weekday(on: date, t: Translator) -> str:
    """Two letters: `T2` … `CN`."""
    return t(f"sheet_weekday.{on.isoweekday()}")


def _spoken(on: date, kind: str, t: Translator) -> str:
    words = t.long_date(on)
    return words if kind in ("workday", "weekend") else f"{words}: {t.label('day_kind', kind)}"


def _safe(html: str) -> Markup:
    return Markup(html)  # noqa: S704 - every name, code and sign in it was escaped
