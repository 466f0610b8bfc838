"""Compliance of units, seasons and years as they are asked for: checked, counted, and said to people or programs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from api.pages.i18n import Translator
from api.reporting.asked_for import the_unit
from api.reporting.entry import Asked
from api.reporting.words import decimal, percent
from attendance.errors import Invalid
from attendance.store.database import Session
from attendance.store.tree import StoredTree
from reports import periods_compared
from reports.compliance import Compliance, compliance
from reports.counted import Figures
from reports.register_table import Register
from reports.registers.asking import span, unit_number
from reports.registers.compared import Says, mark_of, seasons_register, units_register, years_register

_DAY = timedelta(days=1)


def units_of(session: Session, asked: Asked) -> Compliance:
    """Raises Invalid, NotFound, SumsDiffer."""
    number, (first, last) = unit_number(session, asked), span(asked)
    part = StoredTree(session).spread(number, first, last) if number is not None else None
    return compliance(session, asked.within, unit=asked.unit or "", part=part, from_on=first, to_on=last)


def units(session: Session, asked: Asked, *, plain: bool = False) -> Register:
    """A line for each unit. `plain`: percentages as programs read them."""
    return units_register(units_of(session, asked), says(Translator(asked.lang), plain=plain))


def seasons(session: Session, asked: Asked, *, plain: bool = False) -> Register:
    """The hours of a unit in the span asked for, as far as it is over."""
    first, last = span(asked)
    last = min(last, asked.today - _DAY)
    if last < first:
        raise Invalid(f"No day from {first} is over yet; ask for earlier dates.")
    found = periods_compared.seasons(session, asked.within, the_unit(session, asked), first, last)
    return seasons_register(found, says(Translator(asked.lang), plain=plain))


def years(session: Session, asked: Asked, *, plain: bool = False) -> Register:
    """The year of the first date asked for beside the one before."""
    year = (asked.from_on or asked.today).year
    found = periods_compared.years(session, asked.within, the_unit(session, asked), year, asked.today)
    return years_register(found, says(Translator(asked.lang), plain=plain))


def units_plain(found: Compliance) -> dict[str, Any]:
    """Compliance for programs. Percentages are numbers rounded half up to one decimal, null where nothing is known."""
    return {
        "unit": found.unit or None,
        "from": found.from_on.isoformat(),
        "to": found.to_on.isoformat(),
        "formula": "known sessions without a counted occurrence / known sessions",
        "exempt_sessions": found.left_out,
        "total": len(found.lines),
        "figures": plain_figures(found.whole),
        "items": [
            {
                "unit": line.code,
                "name": line.name,
                "level": line.depth,
                "parent": line.parent or None,
                **plain_figures(line.figures),
                "mark": mark_of(line) or None,
            }
            for line in found.lines
        ],
    }


def plain_figures(figures: Figures) -> dict[str, Any]:
    """n is `clear`, N is `known`; `due` = `known` + `unverified`."""
    kinds = sorted({kind for kind, _ in figures.occurrences})
    return {
        "people": figures.people,
        "due": figures.due,
        "known": figures.known,
        "unverified": figures.unverified,
        "clear": figures.clear,
        "with_counted": figures.counted,
        "with_excused": figures.excused,
        "compliance_percent": None if figures.tenths is None else figures.tenths / 10,
        "counted": {kind: figures.times(type=kind, status="counted") for kind in kinds},
        "excused": figures.times(status="excused"),
        "pending": figures.times(status="pending"),
    }


def says(t: Translator, *, plain: bool) -> Says:
    """`97,9%` for people, `97.9` for programs; `–` and nothing where nothing is known."""
    if plain:
        return Says(_plain, _plain, lambda on: on.isoformat())
    return Says(lambda tenths: percent(tenths, t), lambda tenths: points(tenths, t), t.date)


def points(tenths: int | None, t: Translator) -> str:
    """A difference of two percentages, with its sign."""
    if tenths is None:
        return "–"
    return f"{'+' if tenths > 0 else '−' if tenths else ''}{decimal(abs(tenths), t)}"


def _plain(tenths: int | None) -> str:
    return "" if tenths is None else f"{tenths / 10:.1f}"
