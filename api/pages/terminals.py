"""What is said of a terminal: its state, what to do next, its alarms and what was done at it, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from api.pages.i18n import Translator
from device_sync.operations import name_of

MADE_OF = {"full_soon": "full_by"}  # with the day it is full


def health_sentence(t: Translator, reason: str, params: Mapping[str, Any]) -> str:
    """Why the terminal is in its state."""
    return t(f"health.{reason}", **_written(t, params))


def next_step(t: Translator, reason: str) -> str:
    """What somebody is to do about it."""
    return t(f"health_next.{reason}")


def alarm_sentence(t: Translator, kind: str, params: Mapping[str, Any]) -> str:
    """What an alarm tells; a kind we have no sentence for is shown by its name, never hidden."""
    name = MADE_OF.get(kind, kind) if params.get("date") else kind
    return t(f"alarm.{name}", **_written(t, params)) if t.knows(f"alarm.{name}") else kind


def operation_word(t: Translator, name: str) -> str:
    """What was done at a terminal, or the number of its code."""
    return t.label("operation", name)


def deed_word(t: Translator, code: int) -> str:
    """What was done at a terminal, by the number its log has for it."""
    return operation_word(t, name_of(code))


def _written(t: Translator, params: Mapping[str, Any]) -> dict[str, str]:
    return {name: _value(t, name, value) for name, value in params.items()}


def _value(t: Translator, name: str, value: Any) -> str:
    """A value as readers of the language write it; what it is follows from its name."""
    if name.startswith("offset"):
        return t.offset(value) if value else t("clock.right")
    if name == "at" and value is None:
        return t("alarm.time_unknown")
    if name == "privilege":
        return t.label("privilege", str(value))
    if name == "date":
        return t.date(date.fromisoformat(str(value))) if value else ""
    if name in ("at", "first") or name.startswith("time"):
        return t.moment(datetime.fromisoformat(value))
    if isinstance(value, int):
        return t.number(value)
    return str(value)
