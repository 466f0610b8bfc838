"""Run a case through the engine that serves the database, and compare row by row, field by field."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from attendance.engine.plain import text_of
from attendance.errors import AttendanceError
from attendance.reading import Refusal, Refused
from attendance.scenario.answers import Answers
from attendance.scenario.document import Scenario, expected_refusals, load
from attendance.scenario.rows import actual_rows

KEYS_OF_ROW = frozenset({"employee", "date", "month", "as_of", "note"})
SETS = frozenset({"violations", "duty", "overtime", "findings", "blockers", "roster_errors"})


@dataclass(frozen=True, slots=True)
class Difference:
    """`path` names the field as `expect[2].worked_min`."""

    path: str
    expected: object
    actual: object


@dataclass(frozen=True, slots=True)
class Result:
    id: str
    differences: tuple[Difference, ...]
    actual: tuple[dict[str, Any], ...] = field(default=())

    @property
    def ok(self) -> bool:
        return not self.differences


def run_document(document: dict[str, Any]) -> Result:
    """Judge one document. Raises Refused where it is malformed and does not expect to be refused."""
    name = str(document.get("id", ""))
    wanted = expected_refusals(document)
    try:
        scenario, _ = load(document)
        _refuse_unverified_locks(scenario)
    except Refused as error:
        if wanted is None:
            raise
        found = {(refusal.path, refusal.code) for refusal in error.refusals}
        listed = tuple({"path": r.path, "code": r.code, "sentence": r.sentence} for r in error.refusals)
        return Result(name, () if found == wanted else (Difference("refuse", sorted(wanted), sorted(found)),), listed)
    except AttendanceError as error:
        return Result(name, (Difference("", "a verdict", str(error)),))
    if wanted is not None:
        return Result(name, (Difference("refuse", sorted(wanted), []),))
    try:
        actual = tuple(actual_rows(scenario, Answers(scenario)))
    except AttendanceError as error:
        return Result(name, (Difference("", "a verdict", str(error)),))
    return Result(name, tuple(compare(scenario, actual)), actual)


def _refuse_unverified_locks(scenario: Scenario) -> None:
    """A month with a question mark in it, as known at the lock, cannot be locked."""
    if not scenario.papers.month_events:
        return
    refusals = [
        Refusal(
            path,
            "lock_with_unverified",
            f"{mark.session} of {mark.employee} on {mark.on.isoformat()} was still unverified then; settle it first",
        )
        for path, mark in Answers(scenario).marks_at_locks()
    ]
    if refusals:
        raise Refused(refusals)


def compare(scenario: Scenario, actual: tuple[dict[str, Any], ...]) -> Iterable[Difference]:
    """Where the actual rows differ from the expected ones, in the fields that are expected."""
    for index, (row, found) in enumerate(zip(scenario.expect, actual, strict=True)):
        for name, expected in row.items():
            if name in KEYS_OF_ROW:
                continue
            if name not in found:
                yield Difference(f"expect[{index}].{name}", expected, "nothing of the kind in this row")
            elif not _equal(name, _plain(expected), _plain(found[name])):
                yield Difference(f"expect[{index}].{name}", expected, found[name])


def _equal(name: str, expected: Any, actual: Any) -> bool:
    if name == "flags":
        return sorted(expected or []) == sorted(actual)
    if name in SETS:
        return _same_set(expected or [], actual)
    if name == "overtime_min" and isinstance(expected, dict):
        return bool(expected.items() <= actual.items())
    return bool(expected == actual)


def _same_set(expected: list[dict[str, Any]], actual: list[dict[str, Any]]) -> bool:
    """Each expected entry matches one actual entry on the fields it gives, and none is left over."""
    left = list(actual)
    # those that say most choose first, so that a vague entry does not take their match
    for entry in sorted(expected, key=len, reverse=True):
        match = next((a for a in left if all(key in a and a[key] == value for key, value in entry.items())), None)
        if match is None:
            return False
        left.remove(match)
    return not left


def _plain(value: Any) -> Any:
    """The same value with dates and moments written in one way, so that YAML dates equal text."""
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, datetime):
        return text_of(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and len(value) > len("2026-03-04T07") and value[4:5] == value[7:8] == "-":
        try:
            return text_of(datetime.fromisoformat(value))
        except ValueError:
            return value
    return value
