"""Cells that are no dates and no times: codes, numbers, texts, choices, yes or no, days of the week."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from attendance.letters import without_marks
from attendance.sheets import choices, texts
from attendance.sheets.book import Broken, Cell
from attendance.sheets.choices import Choice
from attendance.sheets.kinds import Column
from attendance.sheets.problems import Problem

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EXACT = 10**15
_SCIENTIFIC = re.compile(r"^\d(?:[.,]\d+)?[eE]\+?\d+$")
_FAILED = re.compile(r"^#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|#+)$", re.IGNORECASE)
_DAY = {
    "2": 0, "3": 1, "4": 2, "5": 3, "6": 4, "7": 5, "8": 6, "hai": 0, "ba": 1, "tu": 2, "nam": 3, "sau": 4, "bay": 5,
    "cn": 6, "chu nhat": 6, "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5,
    "sunday": 6, "mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6,
}  # fmt: skip
_EVERY_DAY = {"ca tuan", "hang ngay", "hang tuan", "tat ca cac ngay", "moi ngay", "every day", "daily", "all"}


def shown(value: Cell) -> str:
    """A raw cell as a person sees it, for errors and examples."""
    if value is None:
        return ""
    if isinstance(value, Broken):
        return value.shown
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value == int(value) and abs(value) < _EXACT else repr(value)
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y %H:%M}" if value.time() != time() else f"{value:%d/%m/%Y}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60}:{minutes % 60:02}"
    return texts.line(str(value))


def refuse_formula(value: str) -> None:
    """Text that a spreadsheet would take for a formula, or shows for a failed one, is no value. Raises Problem."""
    if _FAILED.match(value):
        raise Problem("broken_formula", value=value)
    if value[:1] in ("=", "@") or (value[:1] in ("+", "-") and re.search(r"[A-Za-z]+\s*[|(!]", value)):
        raise Problem("formula_text", value=value)


def text(value: Cell, column: Column) -> str:
    """A text of one line. Dates and fractions are refused: Excel made them of something else. Raises Problem."""
    if isinstance(value, str):
        found = texts.line(value)
        refuse_formula(found)
        if not found:
            raise Problem("not_a_text", value=repr(value))
        if column.name in _NAMES and not any(sign.isalpha() for sign in found):
            raise Problem("not_a_name", value=found)
    elif isinstance(value, bool) or not isinstance(value, (int, float)) or column.name in _NAMES:
        raise Problem("not_a_text", value=shown(value))
    else:
        found = _whole(value, "not_a_text")
    return _short(found, column)


_NAMES = ("name", "family_name", "given_name", "employee_name")


def code(value: Cell, column: Column) -> str:
    """A code as written, leading zeros too; a number stored as `101.0` is `101`. Raises Problem."""
    if isinstance(value, str):
        found = texts.line(value).removeprefix("'")
        if not found:
            raise Problem("not_a_code", value=shown(value))
        refuse_formula(found)
        if _SCIENTIFIC.match(found):
            raise Problem("exact_number_lost", value=found)
    elif isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Problem("not_a_code", value=shown(value))
    else:
        found = _whole(value, "not_a_code")
    return _short(found, column)


def number(value: Cell, column: Column) -> str:
    """Digits, as text. Raises Problem."""
    found = code(value, column)
    if re.fullmatch(r"\d+\.0+", found):
        found = found.split(".")[0]
    if not re.fullmatch(r"[0-9]+", found):
        raise Problem("not_a_number", value=found)
    return found


def _whole(value: float, problem: str) -> str:
    if value != int(value) or value < 0:
        raise Problem(problem, value=shown(value))
    if value >= _EXACT:
        raise Problem("exact_number_lost", value=shown(value))
    return str(int(value))


def _short(found: str, column: Column) -> str:
    if len(found) > column.longest:
        raise Problem("too_long", value=found[:60] + "…", most=column.longest)
    return found


def choice(value: Cell, column: Column, among: Sequence[Choice]) -> Choice:
    """The choice that is meant; an open column takes another single word as it stands. Raises Problem."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise Problem("unknown_choice", value=shown(value), choices=_offered(among))
    said = texts.line(value) if isinstance(value, str) else shown(value)
    if isinstance(value, str):
        refuse_formula(said)
    found = meant(said, tuple(among))
    if found is not None:
        return found
    if column.open and isinstance(value, str) and " " not in said and len(said) <= 16 and not said.isdigit():
        return Choice(said, (said,))
    raise Problem("unknown_choice", value=said, choices=_offered(among))


def _offered(among: Sequence[Choice]) -> str:
    return ", ".join(one.words[0] for one in among)


@lru_cache(maxsize=2048)
def meant(said: str, among: tuple[Choice, ...]) -> Choice | None:
    """The choice by its value, its words, and last its words without accents where only one has them."""
    exact = [one for one in among if said in (one.value, *one.words)]
    if len(exact) == 1:
        return exact[0]
    lower = unicodedata.normalize("NFC", said).casefold()
    cased = [one for one in among if lower in (one.value.casefold(), *(word.casefold() for word in one.words))]
    if len(cased) == 1:
        return cased[0]
    plain = _folded(said)
    if not plain:
        return None
    bare = [one for one in among if plain in (_folded(one.value), *map(_folded, one.words))]
    return bare[0] if len(bare) == 1 else None


@lru_cache(maxsize=4096)
def _folded(word: str) -> str:
    return re.sub(r"[\s/,;._+&-]+", " ", without_marks(word)).strip()


def yes_no(value: Cell) -> bool:
    """Raises Problem."""
    if isinstance(value, bool):
        return value
    said = shown(value).casefold()
    if said in choices.YES:
        return True
    if said in choices.NO:
        return False
    plain = _folded(said)
    if plain in {_folded(word) for word in choices.YES} - {""}:
        return True
    if plain in {_folded(word) for word in choices.NO} - {""}:
        return False
    raise Problem("not_yes_no", value=shown(value))


def weekdays(value: Cell) -> tuple[str, ...]:
    """`T2-T6`, `Thứ 2 đến thứ 6`, `T2, T4, CN`, `mon,tue` in the order of the week. Raises Problem."""
    if not isinstance(value, str):
        raise Problem("not_weekdays", value=shown(value))
    plain = re.sub(r"\s+", " ", without_marks(value)).strip(" .;,")
    if plain in _EVERY_DAY:
        return WEEKDAYS
    found: set[int] = set()
    for part in re.split(r"\s*(?:[,;+&/]|\bva\b|\band\b)\s*", plain):
        ends = re.split(r"\s*(?:-|–|—|->|~|\bden\b|\btoi\b|\bto\b)\s*", re.sub(r"^tu\s+(?=thu|t\d|\d)", "", part))
        days = [_one_weekday(end, value) for end in ends]
        if len(days) == 1:
            found.add(days[0])
        elif len(days) == 2 and days[0] < days[1]:
            found.update(range(days[0], days[1] + 1))
        else:
            raise Problem("not_weekdays", value=shown(value))
    return tuple(WEEKDAYS[day] for day in sorted(found))


def _one_weekday(said: str, value: str) -> int:
    bare = re.sub(r"^(?:cac )?(?:ngay )?(?:thu\s+(?=\S)|thu(?=[2-8])|t\s*(?=\d)|t\.\s*)", "", said.strip(" ."))
    found = _DAY.get(said.strip(" .")) if said.strip(" .") in ("thu", "tue", "cn") else _DAY.get(bare)
    if found is None:
        raise Problem("not_weekdays", value=shown(value))
    return found
