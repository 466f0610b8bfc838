"""Papers of the catalogue, made as their readers get them, read back, and each figure held beside the recount."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pypdfium2

from api.pages.i18n import Translator
from api.reporting.catalogue import find
from api.reporting.entry import Asked, Format
from attendance.store.database import Database
from attendance.store.within import EVERYTHING
from tests.province import FIRST, LAST
from tests.recounted import Compared, Day, Recount, Row, block, cell, half_up, shares, tenths

ZONE = "Asia/Ho_Chi_Minh"
NOW = datetime(2026, 6, 1, 1, tzinfo=UTC)
TODAY = date(2026, 6, 1)
KINDS = ("late", "early", "absent", "missing_in", "missing_out", "left_post")
CREDIT = {
    "paid": ("+", "CT", "H", "P", "Nb", "N", "LĐ"), "unpaid": ("No", "KP"), "insured": ("Ô", "Cô", "Ts", "T"),
}  # fmt: skip
"""Columns of "quy ra công" of the administrative form (design/domain.md §4.1) and what makes a day of each."""
say = Translator("vi")


def asked(**given: Any) -> Asked:
    """As somebody asks who sees all; of the month, if nothing is said."""
    span = {"from_on": FIRST, "to_on": LAST} | given
    return Asked(EVERYTHING, lambda _: EVERYTHING, ZONE, TODAY, NOW, "vi", **span)


class Papers:
    """Everything that can be made of one database for a reader who sees all."""

    def __init__(
        self, database: Database, folder: Path, recount: Recount, compared: Compared, units: tuple[str, ...]
    ) -> None:
        self.database, self._folder = database, folder
        self.recount, self.compared, self.units = recount, compared, units

    def _file(self, key: str, format: Format, **given: Any) -> bytes:
        path = self._folder / f"{key}.{format}"
        with self.database.reading() as session:
            find(key).write(session, asked(**given), format, path)
        return path.read_bytes()

    def data(self, key: str, **given: Any) -> Any:
        return json.loads(self._file(key, "json", **given))

    def rows(self, key: str, **given: Any) -> list[list[str]]:
        return list(csv.reader(io.StringIO(self._file(key, "csv", **given).decode("utf-8-sig"))))

    def text(self, key: str, **given: Any) -> str:
        """Of a PDF, without white space and line breaks."""
        with pypdfium2.PdfDocument(self._file(key, "pdf", **given)) as document:
            return "".join(_plain(page.get_textpage().get_text_range()) for page in document)

    def printed(self, text: str, cells: Iterable[str], where: str) -> None:
        """Each of the cells stands on the paper, one beside the other."""
        told = list(cells)
        row = _plain("".join(told))
        self.compared.figures += len(told)
        if row not in text:
            self.compared.differences.append(f"{where}: {told!r} is not printed")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", "".join(text.replace("\ufffe", "").split()))


def number(value: Fraction | float) -> str:
    """As a Vietnamese reads it: `1.234,5`."""
    whole, _, rest = f"{float(value):,.3f}".partition(".")
    rest = rest.rstrip("0")
    return whole.replace(",", ".") + (f",{rest}" if rest else "")


def share(part: int, whole: int) -> str:
    """`12/345 (3,5%)`, always with its tenth."""
    percent = f" ({float(tenths(part, whole)):.1f}%)".replace(".", ",") if whole else ""
    return f"{number(part)}/{number(whole)}{percent}"


def word(group: str, code: str) -> str:
    """A code as a cell begins; an office's own name for a session stands as it is."""
    found = say.label(group, code)
    return found if found == code else found[:1].upper() + found[1:]


def hours(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}" if minutes else ""


# timesheet -----------------------------------------------------------------------------------------------------------


def timesheet(papers: Papers, unit: str) -> None:
    told, same = papers.data("timesheet", unit=unit), papers.compared.same
    counted = papers.recount.in_unit(unit)
    same({each["employee"] for each in told["people"]}, set(counted), f"people of {unit}")
    sums: Counter[str] = Counter()
    wanted: dict[str, dict[str, Fraction]] = {}
    dates = [FIRST + n * timedelta(days=1) for n in range(30)]
    for each in told["people"]:
        code, mine = each["employee"], counted.get(each["employee"], {})
        for on, sign in zip(dates, each["days"], strict=True):
            same(sign, cell(mine[on].row) if on in mine else "", f"sheet of {unit}: {code} {on}")
        line = papers.recount.line(code, unit)
        found = {name: half_up(part, 2) for name, part in shares(day.row for day in mine.values()).items()}
        found = {sign: part for sign, part in found.items() if sign not in ("L", "NB", "NX")}
        found |= {name: Fraction(line[name]) for name in (
            "workdays", "late_count", "late_min", "occurrences", "counted_occurrences", "missing_count",
        )}  # fmt: skip
        wanted[code] = found
        for name in {**each["totals"], **found}:
            same(each["totals"].get(name), float(found.get(name, 0)), f"total of {unit}: {code} {name}")
        sums.update(found)
    for name, total in told["bottom"].items():
        same(total, float(sums[name]), f"bottom of {unit}: {name}")
    _timesheet_rows(papers, unit, told, wanted)
    _timesheet_printed(papers, unit, [each["employee"] for each in told["people"]], counted)


def _timesheet_rows(papers: Papers, unit: str, told: Any, wanted: dict[str, dict[str, Fraction]]) -> None:
    counted, same = papers.recount.in_unit(unit), papers.compared.same
    for row in papers.rows("timesheet", unit=unit)[1:]:
        days, totals = row[2:32], [float(text) for text in row[32:]]
        if row[0]:
            mine = counted[row[0]]
            for at, sign in enumerate(days):
                on = FIRST + at * timedelta(days=1)
                # a plus alone would be read as the beginning of a formula
                same(sign.lstrip("'"), cell(mine[on].row) if on in mine else "", f"CSV of {unit}: {row[0]} {on}")
            line = [float(wanted[row[0]].get(name, 0)) for name in told["totals"]]
            same(totals, line, f"CSV of {unit}: totals of {row[0]}")
        else:
            for at, present in enumerate(days):
                on = FIRST + at * timedelta(days=1)
                there = sum(
                    on in mine and bool({"+", "CT"} & set(mine[on].row["symbols"].values()))
                    for mine in counted.values()
                )
                same(int(present), there, f"CSV of {unit}: present on {on}")


def _timesheet_printed(papers: Papers, unit: str, order: list[str], counted: dict[str, dict[date, Day]]) -> None:
    text = papers.text("timesheet", unit=unit)
    bottom = dict.fromkeys(CREDIT, Fraction(0))
    for at, code in enumerate(order, 1):
        mine = counted[code]
        days = [cell(mine[on].row, {"KP": "No"}) if (on := FIRST + n * timedelta(days=1)) in mine else ""
                for n in range(30)]  # fmt: skip
        parts = shares(day.row for day in mine.values())
        credit = {key: half_up(sum((parts.get(sign, Fraction(0)) for sign in signs), Fraction(0)), 2)
                  for key, signs in CREDIT.items()}  # fmt: skip
        for key, value in credit.items():
            bottom[key] += value
        row = [str(at), papers.recount.names[code], *days, *(number(value) for value in credit.values())]
        papers.printed(text, row, f"PDF of {unit}: {code}")
    if order:
        papers.printed(text, [say("form.sum"), *(number(value) for value in bottom.values())], f"sums of {unit}")


# overtime ------------------------------------------------------------------------------------------------------------


def overtime(papers: Papers, unit: str) -> None:
    told, same = papers.data("overtime", unit=unit), papers.compared.same
    wanted: dict[str, dict[date, tuple[list[Row], bool]]] = {}
    for code, mine in papers.recount.in_unit(unit).items():
        for on, day in mine.items():
            known = papers.recount.ordered(day)
            if known or day.row["overtime"]:
                wanted.setdefault(code, {})[on] = day.row["overtime"], all(known)
    same({each["employee"] for each in told["people"]}, set(wanted), f"overtime: people of {unit}")
    total: Counter[str] = Counter()
    for each in told["people"]:
        mine = wanted.get(each["employee"], {})
        found = {
            day["date"]: (
                [(line["kind"], line["from"][:16], line["to"][:16], line["minutes"], line["night_min"])
                 for line in day["overtime"]], day["known"],
            ) for day in each["days"]
        }  # fmt: skip
        counted = {
            on.isoformat(): (sorted(((line["kind"], line["from"], line["to"], line["minutes"], line["night_min"])
                                     for line in lines), key=lambda line: line[1]), known)
            for on, (lines, known) in mine.items()
        }  # fmt: skip
        papers.compared.each(found, counted, f"overtime of {unit}: {each['employee']}")
        sums = overtime_sums(line for lines, _ in mine.values() for line in lines)
        papers.compared.each(each["minutes"], dict(sums), f"overtime sums of {unit}: {each['employee']}")
        total.update(sums)
    papers.compared.each(told["sums"], dict(overtime_sums(()) | total), f"overtime sums of {unit}")
    same(told["unknown"], sum(not known for mine in wanted.values() for _, known in mine.values()), f"? of {unit}")
    _overtime_rows(papers, unit, wanted)
    _overtime_printed(papers, unit, [each["employee"] for each in told["people"]], wanted, total)


def overtime_sums(lines: Iterable[Row]) -> dict[str, int]:
    found = {"NT": 0, "NN": 0, "NL": 0, "Đ": 0}
    for line in lines:
        found[line["kind"]] += line["minutes"]
        found["Đ"] += line["night_min"]
    return found


def _overtime_rows(papers: Papers, unit: str, wanted: dict[str, dict[date, tuple[list[Row], bool]]]) -> None:
    told = Counter(
        (row[2], row[4], row[5], row[6], row[7], row[8], row[9], row[10])
        for row in papers.rows("overtime", unit=unit)[1:]
    )
    counted: Counter[tuple[str, ...]] = Counter()
    for code, mine in wanted.items():
        for on, (lines, known) in mine.items():
            said = "yes" if known else "no"
            for line in lines:
                amounts = (line["kind"], line["from"], line["to"], str(line["minutes"]), str(line["night_min"]))
                counted[(code, on.isoformat(), *amounts, said)] += 1
            if not lines and not known:
                counted[(code, on.isoformat(), "", "", "", "", "", said)] += 1
    for row in told | counted:
        papers.compared.same(told[row], counted[row], f"overtime CSV of {unit}: {row}")


def _overtime_printed(
    papers: Papers, unit: str, order: list[str], wanted: dict[str, dict[date, tuple[list[Row], bool]]],
    total: Counter[str],
) -> None:  # fmt: skip
    text = papers.text("overtime", unit=unit)
    for at, code in enumerate(order, 1):
        mine = wanted.get(code, {})
        days = []
        for n in range(30):
            lines, known = mine.get(FIRST + n * timedelta(days=1), ([], True))
            for line in sorted(lines, key=lambda line: line["from"]):
                days += [line["kind"], line["from"][11:16], line["to"][11:16]]
                days += ["Đ", hours(line["night_min"])] if line["night_min"] else []
            days += [] if known else ["?"]
        sums = overtime_sums(line for lines, _ in mine.values() for line in lines)
        row = [str(at), papers.recount.names[code], *days, *map(hours, sums.values())]
        papers.printed(text, row, f"overtime PDF of {unit}: {code}")
    if order:
        row = [say("form.sum"), *(f"{total[k] // 60}:{total[k] % 60:02}" for k in ("NT", "NN", "NL", "Đ"))]
        papers.printed(text, row, f"overtime PDF of {unit}: sums")


# statement -----------------------------------------------------------------------------------------------------------

_COUNTS = ("late", "early", "left_post", "absent", "refused")
_BLOCKS = (*_COUNTS, "excused", "missing", "no_show", "finding")


def statements(papers: Papers, unit: str) -> None:
    found: dict[str, dict[str, list[tuple[Any, ...]]]] = {}
    sessions: dict[str, Counter[str]] = {}
    for day in papers.recount.of(unit):
        mine = found.setdefault(day.employee, {name: [] for name in _BLOCKS})
        held = sessions.setdefault(day.employee, Counter())
        signs = list(day.row["symbols"].values())
        held["known"] += signs.count("+") + signs.count("KP")
        held["due"] += signs.count("+") + signs.count("KP") + signs.count("?")
        for each in day.row["violations"]:
            mine[block(each)].append(
                (day.on.isoformat(), each["session"], each["type"], each["minutes"], each["counted_min"],
                 each["excused_min"])
            )  # fmt: skip
        mine["finding"] += [(day.on.isoformat(), "", each["result"], None, 0, 0) for each in day.row["findings"]]
    for duty in papers.recount.duties(unit):
        if duty["state"] == "no_show":
            found[duty["employee"]]["no_show"].append((duty["on"].isoformat(), "", "duty", None, 0, 0))
    told = papers.data("statement", unit=unit)
    papers.compared.same({each["employee"] for each in told}, set(found), f"statements of {unit}")
    text = papers.text("statement", unit=unit)
    for each in told:
        code = each["employee"]
        mine, held = found[code], sessions[code]
        counted = sum(len(mine[name]) for name in _COUNTS)
        papers.compared.each(
            {name: each[name] for name in ("due", "known", "unverified", "counted")},
            {**held, "due": held["due"], "known": held["known"], "unverified": held["due"] - held["known"],
             "counted": counted}, f"statement of {code}",
        )  # fmt: skip
        rows = {}
        for name in _BLOCKS:
            minutes = sum(item[5] if name == "excused" else item[4] for item in mine[name])
            rows[name] = [say(f"statement_fact.{name}"), number(len(mine[name])),
                          number(minutes) if name in (*_COUNTS, "excused") else ""]  # fmt: skip
            fact = each["facts"][name]
            listed = sorted(
                ((item["date"], item["session"], item["type"], item["minutes"], item["counted_min"],
                  item["excused_min"]) for item in fact["items"]), key=str,
            )  # fmt: skip
            papers.compared.same(listed, sorted(mine[name], key=str), f"statement of {code}: {name}")
            papers.compared.same((fact["times"], fact["minutes"]), (len(mine[name]), minutes), f"{code}: {name}")
        minutes = sum(item[4] for name in _COUNTS for item in mine[name])
        total = [say("statement.total"), number(counted), number(minutes)]
        who = say("statement.who", name=papers.recount.names[code], code=code)
        due = {name: number(value) for name, value in (
            ("due", held["due"]), ("known", held["known"]), ("unverified", held["due"] - held["known"]),
        )}  # fmt: skip
        head = [who, say("statement.sessions", **due), *(say(f"statement.{name}") for name in (
            "fact", "times", "counted_minutes",
        ))]  # fmt: skip
        top = [cell for name in _COUNTS for cell in rows[name]]
        papers.printed(text, [*head, *top, *total], f"statement PDF of {code}")
        papers.printed(text, [cell for name in _BLOCKS[5:] for cell in rows[name]], f"apart, PDF of {code}")
