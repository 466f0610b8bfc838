"""Entries that stand in a list twice, or that contradict one above."""

from __future__ import annotations

from dataclasses import dataclass, field

from attendance.sheets.kinds import Kind
from attendance.sheets.problems import Problem
from attendance.sheets.rows import Row, Value

_KEYS = {
    "employees": ("code", "from"),
    "units": ("code", "from"),
    "schedules": ("schedule", "from", "session", "weekdays"),
    "calendar": ("date", "unit", "session"),
    "absences": ("employee", "employee_name", "kind", "code", "from", "to", "session"),
    "rosters": ("employee", "employee_name", "code", "from", "to", "desk"),
    "enrolments": ("terminal", "pin", "from"),
}


@dataclass(slots=True)
class Repeats:
    """Remembers the rows of one list."""

    kind: Kind
    seen: dict[tuple[Value, ...], int] = field(default_factory=dict)
    names: dict[Value, tuple[Value, int]] = field(default_factory=dict)
    numbers: dict[tuple[Value, ...], tuple[Value, int]] = field(default_factory=dict)

    def refuses(self, row: Row) -> tuple[str, Problem] | None:
        """The target and the problem of a row that repeats or contradicts one above; None where it does not."""
        values = row.values
        key = tuple(values.get(name) for name in _KEYS[self.kind.name])
        first = self.seen.setdefault(key, row.number)
        if first != row.number:
            target = (
                "employee_name"
                if values.get("employee_name") and not values.get("employee")
                else self.kind.columns[0].name
            )
            return target, Problem("repeated", first=first)
        if self.kind.name != "employees":
            return None
        name, at = self.names.setdefault(values["code"], (values["name"], row.number))
        if name != values["name"]:
            return "name", Problem("other_name", other=str(name), first=at)
        if values["pin"] is not None:
            number = (values["terminal"], values["pin"])
            code, at = self.numbers.setdefault(number, (values["code"], row.number))
            if code != values["code"]:
                return "pin", Problem("pin_taken", other=str(code), first=at)
        return None
