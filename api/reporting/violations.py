"""The register of violations in the catalogue: what `GET /violations` lists for a unit, a person and a span."""

from __future__ import annotations

from api.reporting.entry import Entry
from api.reporting.registers import entry_of
from reports.registers.violations import violations_asked

ENTRIES: tuple[Entry, ...] = (
    entry_of("violations", "attendance.read", ("span", "unit", "employee"), violations_asked, is_long=True),
)
