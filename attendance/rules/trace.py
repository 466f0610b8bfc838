"""How a rule came to hold for somebody, as plain values any face of the product can show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from attendance.rules.scoped import Resolved


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One scope that was asked. `taken`: the wider ones let it decide; `holds`: nobody narrower decided after it."""

    scope: str
    code: str
    value: Any
    taken: bool
    holds: bool
    from_on: date | None
    to_on: date | None
    document: str
    article: str


def trace_of(resolved: Resolved | None) -> tuple[TraceStep, ...]:
    """The path on which a version was found, widest scope first; empty where the default of the rule holds."""
    if resolved is None:
        return ()
    return tuple(
        TraceStep(
            scope=step.version.scope.kind,
            code=step.version.scope.code,
            value=step.version.value,
            taken=step.taken,
            holds=step.version is resolved.version,
            from_on=step.version.from_on,
            to_on=step.version.to_on,
            document=step.version.document,
            article=step.version.article,
        )
        for step in resolved.path
    )
