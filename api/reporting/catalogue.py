"""The catalogue of papers: every module of this folder that has ENTRIES adds its own. Nothing else knows which there
are; pages, API, command line and background take them from here."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

import api.reporting
from api.pages.i18n import Translator
from api.reporting.entry import Entry, Format
from attendance.errors import NotFound

MEDIA: Mapping[Format, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "bundle": "application/zip",
}
ENDINGS: Mapping[Format, str] = {"xlsx": "xlsx", "pdf": "pdf", "csv": "csv", "json": "json", "bundle": "zip"}
PURPOSES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("month", ("timesheet", "overtime", "duties", "statement", "brief")),
    ("hours", ("violations", "missing-punches", "explanations")),
    ("compared", ("units", "seasons", "years")),
    ("control", ("visits", "commitments", "dossier")),
    ("data", ("terminals", "orphans", "quarantine")),
)
"""For what papers are made, in the order they are offered; one that is not named here stands at the end."""
OTHER = "other"


@cache
def entries() -> tuple[Entry, ...]:
    """Every paper there is, by purpose. Each has the words `report.KEY` (its title) and `report_for.KEY` (for whom)."""
    found: dict[str, Entry] = {}
    for module in pkgutil.iter_modules(api.reporting.__path__):
        for entry in getattr(import_module(f"api.reporting.{module.name}"), "ENTRIES", ()):
            if entry.key in found:
                raise ValueError(f"the catalogue has two papers called {entry.key}")
            found[entry.key] = entry
    known = [key for _, keys in PURPOSES for key in keys if key in found]
    return tuple(found[key] for key in [*known, *sorted(found.keys() - set(known))])


def find(key: str) -> Entry:
    """Raises NotFound for a paper that is not in the catalogue."""
    for entry in entries():
        if entry.key == key:
            return entry
    raise NotFound("report", key[:64])


def purpose(key: str) -> str:
    """For what a paper is made."""
    return next((name for name, keys in PURPOSES if key in keys), OTHER)


def title(t: Translator, key: str) -> str:
    """What a paper is called: a register as it is headed in print."""
    known = (name for name in (f"report.{key}", f"register_title.{key}") if t.knows(name))
    name = next(known, None)
    return t(name) if name is not None else key


def for_whom(t: Translator, key: str) -> str:
    """For whom it is, in one line."""
    return t(f"report_for.{key}") if t.knows(f"report_for.{key}") else title(t, key)
