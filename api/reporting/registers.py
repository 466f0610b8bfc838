"""The registers of the catalogue of papers: each as a workbook, a paper, CSV, JSON and a preview."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from api.pages.names import name_key
from api.reporting.entry import Asked, Entry, Format, Made, Need
from api.reporting.words import register_words
from attendance.services.access import Permission
from attendance.store.database import Session
from reports.register_files import FORMATS, write_register
from reports.register_table import Register
from reports.registers.asking import NameKey
from reports.registers.commitments import commitment_register
from reports.registers.duties import duty_register
from reports.registers.explanations import explanation_register
from reports.registers.missing_punches import missing_punches
from reports.registers.terminals import orphan_register, quarantine_register, terminal_health_register
from reports.registers.visits import visit_register

Build = Callable[[Session, Asked, NameKey], Register]


def entry_of(
    key: str,
    permission: Permission,
    needs: tuple[Need, ...],
    build: Callable[[Session, Asked], Register],
    *,
    must: frozenset[Need] = frozenset(),
    is_long: bool = False,
) -> Entry:
    """A register as an entry of the catalogue: one function makes its rows, everything else is the same for all."""

    def write(session: Session, asked: Asked, format: Format, path: Path) -> Made:
        register = build(session, asked)
        return Made(*write_register(register, format, path, register_words(session, asked, register)))

    return Entry(key, permission, needs, FORMATS, write, build, must, is_long)


def _named(build: Build) -> Callable[[Session, Asked], Register]:
    """People stand in the order of the pages."""
    return lambda session, asked: build(session, asked, name_key)


_OF_PEOPLE: tuple[Need, ...] = ("unit", "employee", "span")
_OF_PLACES: tuple[Need, ...] = ("unit", "span")
ENTRIES: tuple[Entry, ...] = (
    entry_of("explanations", "explanations.read", _OF_PEOPLE, _named(explanation_register), is_long=True),
    entry_of("missing-punches", "attendance.read", _OF_PEOPLE, _named(missing_punches), is_long=True),
    entry_of("duties", "attendance.read", _OF_PEOPLE, _named(duty_register), is_long=True),
    entry_of("visits", "visits.read", _OF_PLACES, _named(visit_register)),
    entry_of("commitments", "commitments.read", ("unit", "year"), _named(commitment_register)),
    entry_of("terminals", "terminals.read", _OF_PLACES, _named(terminal_health_register)),
    entry_of("orphans", "terminals.evidence", _OF_PLACES, _named(orphan_register), is_long=True),
    entry_of("quarantine", "terminals.evidence", _OF_PLACES, _named(quarantine_register), is_long=True),
)
