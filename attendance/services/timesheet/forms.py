"""The form a unit prints its month's sheet by: which columns "quy ra công" has and what makes them, who issued it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files

from attendance.errors import Invalid
from attendance.services.timesheet import signs
from attendance.store import office, sheet_forms
from attendance.store.database import Session
from attendance.store.form_tables import SheetFormRow
from attendance.store.tables import UnitRow
from attendance.store.trail import Actor, record
from attendance.store.tree import StoredTree

PAPERS = ("a3", "a4")
LONGEST = {"number": 64, "overtime_number": 64, "issued_under": 300, "budget_code": 32, "document": 200}
"""Letters of each text a form bears."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form as a unit uses it. `columns`: key and the signs of which a whole day makes one; `printed`: how our signs
    are printed, where that is not as they are."""

    name: str
    columns: tuple[tuple[str, frozenset[str]], ...]
    printed: Mapping[str, str]
    number: str = ""
    issued_under: str = ""
    budget_code: str = ""
    paper: str = "a3"
    overtime_number: str = ""

    def credit(self, shares: Mapping[str, float]) -> tuple[float, ...]:
        """Per column the days that these shares of signs make; leave of the office's own counts as paid leave."""
        return tuple(
            sum(
                share for sign, share in shares.items() if sign in wanted or (key == "paid" and sign not in signs.SIGNS)
            )
            for key, wanted in self.columns
        )


@cache
def shipped() -> Mapping[str, Form]:
    text = files("attendance.services.timesheet").joinpath("forms.toml").read_text(encoding="utf-8")
    return {
        name: Form(name, tuple((c["key"], frozenset(c["signs"])) for c in form["columns"]), dict(form["printed"]))
        for name, form in tomllib.loads(text).items()
    }


def form_of(session: Session, unit: UnitRow, on: date) -> Form:
    """The form of a unit on a date: its own, else that of the nearest unit above it, else the administrative one."""
    number = office.key(unit)
    return forms_of(session, StoredTree(session), [number], on)[number]


def forms_of(session: Session, tree: StoredTree, numbers: Iterable[int], on: date) -> dict[int, Form]:
    """The same of many units, by number."""
    said, printed = sheet_forms.said(session), signs.printed(session)
    found = {}
    for number in numbers:
        nearest = next((said[place] for place in (*tree.path(number, on), None) if place in said), None)
        found[number] = _as_said(nearest, printed)
    return found


def form_of_all(session: Session) -> Form:
    """The form of units of which nothing is said, nor of any above them."""
    return _as_said(sheet_forms.said(session).get(None), signs.printed(session))


def as_given(session: Session, given: Mapping[str, str]) -> Form:
    """A form as it would be printed, before it is said: one line of each text, what is no form or paper left out."""
    name = given.get("form", "")
    form = shipped().get(name, shipped()["public"])
    text = {key: " ".join(given.get(key, "").split())[:most] for key, most in LONGEST.items()}
    paper = given.get("paper", "")
    return Form(
        form.name, form.columns, _printed(form, signs.printed(session)), text["number"], text["issued_under"],
        text["budget_code"], paper if paper in PAPERS else PAPERS[0], text["overtime_number"],
    )  # fmt: skip


def _as_said(said: SheetFormRow | None, signs_printed: Mapping[str, str]) -> Form:
    form = shipped()[said.form if said is not None else "public"]
    printed = _printed(form, signs_printed)
    if said is None:
        return Form(form.name, form.columns, printed)
    return Form(
        form.name, form.columns, printed, said.number, said.issued_under, said.budget_code, said.paper,
        said.overtime_number,
    )  # fmt: skip


def _printed(form: Form, signs_printed: Mapping[str, str]) -> Mapping[str, str]:
    """What the office says goes over what the form does."""
    return {sign: other for sign, other in {**form.printed, **signs_printed}.items() if other != sign}


def use_form(
    session: Session, unit: str | None, form: str, *, number: str = "", issued_under: str = "", budget_code: str = "",
    paper: str = "a3", overtime_number: str = "", document: str = "", actor: Actor, at: datetime,
) -> SheetFormRow:  # fmt: skip
    """From now on a unit and those below it (None: the whole tree) print by this form. Raises Invalid, NotFound."""
    if form not in shipped():
        raise Invalid(f"{form[:20]!r} is not a form of the sheet; write {' or '.join(shipped())}.")
    if paper not in PAPERS:
        raise Invalid(f"{paper[:10]!r} is not a paper the sheet fits on; write {' or '.join(PAPERS)}.")
    texts = {"number": number, "overtime_number": overtime_number, "issued_under": issued_under,
             "budget_code": budget_code, "document": document}  # fmt: skip
    for name, text in texts.items():
        most = LONGEST[name]
        if len(text) > most or not text.isprintable():
            raise Invalid(f"{text[:20]!r} cannot stand on the sheet; write one line to {most} letters.")
    unit_id = office.key(office.get(session, UnitRow, unit)) if unit is not None else None
    held = sheet_forms.said(session).get(unit_id)
    before = {"form": held.form, "number": held.number, "document": held.document} if held is not None else None
    row = sheet_forms.say(
        session,
        SheetFormRow(
            unit_id=unit_id, form=form, number=number.strip(), issued_under=issued_under.strip(),
            budget_code=budget_code.strip(), paper=paper, overtime_number=overtime_number.strip(), document=document,
            recorded_by=actor.name[:64], recorded_at=at,
        ),
    )  # fmt: skip
    after = {name: getattr(row, name) for name in ("form", "number", "overtime_number", "issued_under", "paper",
                                                   "document")}  # fmt: skip
    record(session, actor, "sheet.form", kind="sheet_form", key=unit or "", before=before, after=after, at=at)
    return row
