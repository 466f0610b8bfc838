"""One sheet on its way into the store: its rows checked against what is stored, each wrong cell named, nothing written.

Every kind is a function `take(taking, rows)` that goes through the rows in the order of the sheet, refuses what cannot
be, and has the pen do what is new. A row that is refused does nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from attendance.services.imports.known import Known
from attendance.sheets import KINDS, CellError, Row, Sentence
from attendance.store import leading
from attendance.store.database import Session
from attendance.store.import_pen import Pen, Table
from attendance.store.register_tables import PaperRow
from attendance.store.within import EVERYTHING, Within

State = Literal["new", "changed", "unchanged", "wrong"]
Values = dict[str, Any]

_STAMPS = ("id", "recorded_at", "withdrawn_at")


@dataclass(slots=True)
class Taking:
    """`states`: what each row of the sheet comes to. `headers`: the header above each column, by letter.

    `approving`: the rows whose papers the importer may also approve; never their own, whose number is `own`.
    """

    kind: str
    session: Session
    known: Known
    pen: Pen
    today: date
    zone: str
    approving: Within = EVERYTHING
    own: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    errors: list[CellError] = field(default_factory=list)
    states: dict[int, State] = field(default_factory=dict)

    @property
    def at(self) -> datetime:
        return self.pen.at

    def refuse(self, row: Row, target: str, code: str, /, **values: str | int) -> None:
        """One cell of a row cannot be taken, for a reason of the catalogue (`imports.error.CODE`)."""
        letter = self._letter(row, target)
        value = row.values.get(target)
        shown = "" if value is None else _shown(value)
        sentence = Sentence(f"imports.error.{code}", {"value": shown, **values})
        self.errors.append(CellError(row.number, letter, self.headers.get(letter, ""), target, shown, code, sentence))
        self.states[row.number] = "wrong"

    def _letter(self, row: Row, target: str) -> str:
        """The column a value came from; where it was put together of several, the first of them."""
        parts = (part.name for part in KINDS[self.kind].parts if part.part_of == target)
        cell = next((row.cells[name] for name in (target, *parts) if name in row.cells), "")
        return cell.rstrip("0123456789")

    def is_wrong(self, row: Row) -> bool:
        return self.states.get(row.number) == "wrong"

    def settle(self, row: Row, state: State) -> None:
        """What a row comes to; of several things one row does, the greatest counts."""
        rank = ("unchanged", "changed", "new", "wrong")
        held = self.states.get(row.number)
        if held is None or rank.index(state) > rank.index(held):
            self.states[row.number] = state

    def may_approve(self, employee_id: int, on: date) -> bool:
        """Whether the importer may sign for a person where they serve on a date; who leads is signed for further up."""
        if employee_id == self.own or self.approving.units is None:
            return employee_id != self.own
        serving = self.known.serving.get(employee_id, ())
        if not any(covers(each, on) and self.approving.sees(each["unit_id"]) for each in serving):
            return False
        return leading.led_beside(self.session, employee_id, on, self.approving) is None

    def add(self, table: Table, row: Row, **values: Any) -> Values:
        """File a row; answers it as if it were read again."""
        number = self.pen.add(table, row.number, **values)
        return {"id": number, **values}

    def enter(self, row: Row, kind: str, employee_id: int, approved_at: datetime | None, **said: Any) -> int:
        """Enter a paper of the register that one row of the sheet is; answers its number.

        `said`: its code, from_on, to_on and document. Signed on paper: who signed is not in the sheet.
        """
        serving = self.known.serving.get(employee_id, ())
        on = said["from_on"] or self.today
        unit = next((each["unit_id"] for each in serving if covers(each, on)), None)
        values = {
            "kind": kind,
            "employee_id": employee_id,
            "terminal_id": None,
            "unit_id": unit,
            "place": "",
            "note": "",
            "author_id": self.pen.by.user_id,
            "author": self.pen.by.name,
            "decision": "approved" if approved_at is not None else None,
            "decided_at": approved_at,
            "decided_by_id": None,
            "decided_by": "",
            "decision_note": "",
            "withdrawn_by_id": None,
            "withdrawn_by": "",
            "withdrawal_note": "",
            **said,
        }
        return self.pen.add(PaperRow, row.number, **values)

    def approve(self, row: Row, paper_id: int, papers: dict[int, Values], approved_at: datetime) -> int:
        """The same paper with its approval, in place of the one that waited for it; answers its number."""
        old = papers[paper_id]
        changes = {"decision": "approved", "decided_at": approved_at}
        new = self.replace(PaperRow, row, old, **changes)
        papers[new["id"]] = new
        return int(new["id"])

    def replace(self, table: Table, row: Row, old: Values, **changes: Any) -> Values:
        """What stood holds no longer; the same with some values changed does."""
        self.pen.end(table, old["id"], row.number, old)
        kept = {name: value for name, value in old.items() if name not in _STAMPS}
        return self.add(table, row, **(kept | changes))

    def end(self, table: Table, row: Row, old: Values) -> None:
        self.pen.end(table, old["id"], row.number, old)


def meets(a: Values, from_on: date | None, to_on: date | None) -> bool:
    """Whether a dated row shares a date with a span; None is open."""
    before = to_on is not None and a["from_on"] is not None and a["from_on"] > to_on
    after = a["to_on"] is not None and from_on is not None and a["to_on"] < from_on
    return not (before or after)


def covers(row: Values, on: date) -> bool:
    return meets(row, on, on)


def day(on: date | None) -> str:
    """A date inside a sentence, as it is written in Vietnam."""
    return f"{on:%d/%m/%Y}" if on not in (None, date.min, date.max) else "…"


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return day(value)
    return ", ".join(value) if isinstance(value, tuple) else str(value)
