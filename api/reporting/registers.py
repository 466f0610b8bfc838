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
from reports.registers.missing_punches import missing_punches

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


_SPAN: tuple[Need, ...] = ("unit", "employee", "span")
ENTRIES: tuple[Entry, ...] = (
    entry_of("missing_punches", "attendance.read", _SPAN, _named(missing_punches), is_long=True),
)
