"""*Mẫu bảng chấm công*: by which form each unit prints, how signs are printed, and what a form would look like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from attendance import clock
from attendance.services.timesheet import forms, signs
from attendance.services.timesheet.forms import Form
from attendance.services.timesheet.signs import SIGNS
from attendance.store import office, sheet_forms
from attendance.store.database import Session
from attendance.store.form_tables import SheetFormRow
from attendance.store.tables import UnitRow
from attendance.store.tree import StoredTree
from attendance.store.within import Within

FIELDS = ("form", "number", "overtime_number", "issued_under", "budget_code", "paper", "document")
DONE = ("form", "sign")


@dataclass(frozen=True, slots=True)
class SaidForm:
    """What was said of a unit, by whom, when (wall time), by which document; `until`: when another took its place."""

    form: str
    number: str
    overtime_number: str
    issued_under: str
    budget_code: str
    paper: str
    document: str
    by: str
    at: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class FormLine:
    """A unit and the form it prints by. `own`: it was said of the unit itself; `may_change`: by this reader."""

    code: str
    name: str
    depth: int
    form: Form
    own: bool
    document: str
    may_change: bool


@dataclass(frozen=True, slots=True)
class FormsPage:
    """`whole`: the form of the whole tree, None: nothing was said. `signs`: sign and what is printed in its place."""

    lines: tuple[FormLine, ...]
    whole: Form
    whole_is_said: bool
    signs: tuple[tuple[str, str], ...]
    may_all: bool
    done: str = ""
    problem: str = ""
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FormPage:
    """One unit's form being written. `code` empty: of the whole tree. `shown`: what would be printed by `given`;
    `legend`: printed sign and ours. `past`: what was said before, the newest first."""

    code: str
    name: str
    given: Mapping[str, str]
    shown: Form
    legend: tuple[tuple[str, str], ...]
    past: tuple[SaidForm, ...]
    names: tuple[str, ...]
    papers: tuple[str, ...]
    problem: str = ""


def forms_page(session: Session, on: date, within: Within) -> FormsPage:
    """Units the reader sees with the form of each; what may be changed are those of `within`."""
    said, tree = sheet_forms.said(session), StoredTree(session)
    units = tree.shown(on, within)
    by_unit = forms.forms_of(session, tree, [unit.id for unit in units], on)
    lines = []
    for unit in units:
        row = said.get(unit.id)
        document = row.document if row is not None else ""
        form, may_change = by_unit[unit.id], within.sees(unit.id)
        lines.append(FormLine(unit.code, unit.name, unit.depth, form, row is not None, document, may_change))
    printed = signs.printed(session)
    shown = tuple((sign, printed.get(sign, sign)) for sign in SIGNS)
    return FormsPage(tuple(lines), forms.form_of_all(session), None in said, shown, within.is_all)


def form_page(
    session: Session, zone: str, on: date, unit: UnitRow | None, given: Mapping[str, str], problem: str = ""
) -> FormPage:
    """What is given goes over what holds now; what cannot be printed is left as it is now in what is shown."""
    number = office.key(unit) if unit is not None else None
    now = forms.form_of(session, unit, on) if unit is not None else forms.form_of_all(session)
    filled = {
        "form": now.name, "number": now.number, "overtime_number": now.overtime_number,
        "issued_under": now.issued_under, "budget_code": now.budget_code, "paper": now.paper, "document": "",
    } | {name: text for name, text in given.items() if name in FIELDS}  # fmt: skip
    shown = forms.as_given(session, filled)
    past = tuple(_told(row, zone) for row in sheet_forms.history(session, number))
    name = StoredTree(session).name(unit.code, on) if unit is not None else ""
    return FormPage(
        unit.code if unit is not None else "", name, filled, shown,
        tuple((shown.printed.get(sign, sign), sign) for sign in SIGNS), past, tuple(forms.shipped()), forms.PAPERS,
        problem,
    )  # fmt: skip


def _told(row: SheetFormRow, zone: str) -> SaidForm:
    return SaidForm(
        row.form, row.number, row.overtime_number, row.issued_under, row.budget_code, row.paper, row.document,
        row.recorded_by, clock.to_wall(row.recorded_at, zone),
        clock.to_wall(row.withdrawn_at, zone) if row.withdrawn_at is not None else None,
    )  # fmt: skip
