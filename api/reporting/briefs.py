"""Papers made of counts: the weekly brief, statements of a month, compliance of units, seasons and years compared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import orjson

from api.pages.i18n import Translator
from api.pages.names import name_key
from api.reporting import brief_paper, compared_registers, statement_paper
from api.reporting.asked_for import over, the_people, the_unit
from api.reporting.entry import Asked, Entry, Format, Made
from api.reporting.words import register_words
from attendance.services.periods import period_of
from attendance.store.database import Session
from reports import monthly_statement, weekly_brief
from reports.monthly_statement import Statement
from reports.register_files import FORMATS, write_register
from reports.register_table import Register
from reports.weekly_brief import WeeklyBrief

COUNTS_PERMISSION: Final = "index.read"
"""Whoever may read figures of units; names in a brief need `attendance.read` besides."""


def brief_of(session: Session, asked: Asked) -> WeeklyBrief:
    """The week in which the last date asked for lies, as far as it is over."""
    seen = weekly_brief.Seen(
        attendance=asked.within,
        explanations=asked.elsewhere("explanations.read"),
        papers=asked.elsewhere("papers.read"),
        visits=asked.elsewhere("visits.read"),
        commitments=asked.elsewhere("commitments.read"),
        reasons=asked.elsewhere("reasons.read"),
        names=asked.elsewhere("attendance.read"),
    )
    unit = the_unit(session, asked)
    return weekly_brief.weekly_brief(session, asked.zone, asked.at, seen, unit, over(asked)[1])


def statements_of(session: Session, asked: Asked) -> list[Statement]:
    """The month of the first date asked for, as far as it is over, by given name."""
    month = period_of("month", asked.from_on or asked.today)
    span = over(replace(asked, from_on=month[0], to_on=month[1]))
    people, part = the_people(session, asked, span)
    seen = monthly_statement.Seen(asked.within, asked.elsewhere("reasons.read"), asked.elsewhere("papers.read"))
    found = monthly_statement.statements(session, asked.zone, asked.at, seen, people, *span, part=part)
    return sorted(found, key=lambda each: (name_key(each.name), each.code))


def _write_brief(session: Session, asked: Asked, format: Format, path: Path) -> Made:
    brief = brief_of(session, asked)
    if format == "json":
        path.write_bytes(_json(brief_paper.as_plain(brief)))
    else:
        path.write_bytes(brief_paper.draw(brief, Translator(asked.lang), at=asked.at))
    return Made(1, brief.people)


def _write_statements(session: Session, asked: Asked, format: Format, path: Path) -> Made:
    found = statements_of(session, asked)
    if format == "json":
        path.write_bytes(_json([statement_paper.as_plain(each) for each in found]))
    else:
        told = Translator(asked.lang)
        path.write_bytes(statement_paper.draw(session, found, told, zone=asked.zone, at=asked.at))
    return Made(len(found), frozenset(each.number for each in found))


def _write_units(session: Session, asked: Asked, format: Format, path: Path) -> Made:
    if format == "json":
        found = compared_registers.units_of(session, asked)
        path.write_bytes(_json(compared_registers.units_plain(found)))
        return Made(len(found.lines), frozenset())
    return _written(session, asked, format, path, compared_registers.units(session, asked, plain=format == "csv"))


def _write_seasons(session: Session, asked: Asked, format: Format, path: Path) -> Made:
    is_plain = format in ("csv", "json")
    return _written(session, asked, format, path, compared_registers.seasons(session, asked, plain=is_plain))


def _write_years(session: Session, asked: Asked, format: Format, path: Path) -> Made:
    is_plain = format in ("csv", "json")
    return _written(session, asked, format, path, compared_registers.years(session, asked, plain=is_plain))


def _written(session: Session, asked: Asked, format: Format, path: Path, register: Register) -> Made:
    return Made(*write_register(register, format, path, register_words(session, asked, register)))


def _json(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2)


ENTRIES: tuple[Entry, ...] = (
    Entry("brief", COUNTS_PERMISSION, ("unit", "span"), ("pdf", "json"), _write_brief),
    Entry("statement", "attendance.read", ("employee", "unit", "month"), ("pdf", "json"), _write_statements),
    Entry("units", COUNTS_PERMISSION, ("unit", "span"), FORMATS, _write_units, compared_registers.units),
    Entry("seasons", COUNTS_PERMISSION, ("unit", "span"), FORMATS, _write_seasons, compared_registers.seasons),
    Entry("years", COUNTS_PERMISSION, ("unit", "year"), FORMATS, _write_years, compared_registers.years),
)
