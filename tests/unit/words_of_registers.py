"""Groups of the catalogue that registers take their words from, with every code there is; see test_i18n."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import reports.registers
from api.reporting.words import NARROWED
from attendance.services.terminal_health import STATES
from reports.registers import duties
from reports.registers.terminals import RETIRED

FOLDER = Path(reports.registers.__file__).parent


def _calls(name: str) -> Iterator[ast.Call]:
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                yield node


def _first(calls: Iterable[ast.Call]) -> set[str]:
    return {call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)}


def _keywords(name: str) -> Iterator[ast.expr]:
    for call in _calls("Register"):
        yield from (each.value for each in call.keywords if each.arg == name)


def _texts(expression: ast.expr) -> set[str]:
    return {
        node.value for node in ast.walk(expression) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def _charts() -> set[str]:
    """Keys of the dictionaries of bars."""
    return {
        key.value
        for bars in _keywords("bars")
        for node in ast.walk(bars)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant)
    }


REGISTER_WORDS: dict[str, Iterable[str]] = {
    "register": _first(_calls("Column")),
    "register_title": set().union(*(_texts(key) for key in _keywords("key"))),
    "register_figure": _first(_calls("Figure")),
    "register_chart": _charts(),
    "register_note": set().union(*(_texts(notes) for notes in _keywords("notes"))) - {"reasons.read"},
    "register_narrowed": NARROWED,
    "register_terminal": (*STATES, RETIRED),
    "duty_state": duties.STATES,
    "register_paper": (
        *("page", "summary", "yes", "no", "none", "row_number", "span", "unit", "employee", "known_at"),
    ),
}
