"""*Mẫu bản cam kết*: writing a template from an example, and seeing the paper before anybody is asked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from api.commitments import units_asked
from api.http.auth import sent_from_here
from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.i18n import read_day
from api.pages.routes import show
from attendance.errors import ChangedMeanwhile, Invalid
from attendance.services.commitments import templates
from attendance.services.commitments.clauses import MEASURED, Clause, read_clauses
from attendance.services.commitments.frozen import Paper
from attendance.services.commitments.shipped import Wording, examples, sentence, worded
from attendance.store import office
from attendance.store.commitment_tables import COLLECTIVE, PERSON, SCOPES, CommitmentTemplateRow
from attendance.store.database import Session
from attendance.store.tables import UnitRow
from attendance.store.tree import StoredTree, UnitOn

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Writing = Annotated[Reader, Depends(page_may("commitments.write"))]
FromHere = Depends(sent_from_here)
Word = Annotated[str, Query(max_length=64)]
DONE = ("written", "withdrawn")
PROBLEMS = ("changed", "invalid")
VALUES = {"late_early_per_month": "limit", "missing_explained_within": "days", "signed_before": "on"}
"""The field of each measured kind that has one."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A template as it is typed. `measured`: by kind, the value of its field (empty: none) and its own words; kinds
    that are not in it are not used. `seen`: the version it was made from, 0 for a new one."""

    code: str = ""
    scope: str = PERSON
    unit: str = ""
    seen: int = 0
    wording: Wording = field(default_factory=Wording)
    measured: dict[str, tuple[str, str]] = field(default_factory=dict)
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TemplateLine:
    code: str
    version: int
    scope: str
    unit: str
    heading: str
    clauses: int
    may_write: bool


@dataclass(frozen=True, slots=True)
class TemplatesPage:
    """`draft` None: only the list. `paper`: what it would look like, of a person called as the page says."""

    lines: tuple[TemplateLine, ...]
    units: tuple[UnitOn, ...]
    for_all: bool
    draft: Draft | None = None
    paper: Paper | None = None
    problem: str = ""
    sentence: str = ""
    done: str = ""


@router.get("/commitments/templates")
def template_list(request: Request, reader: Writing, code: Word = "", example: Word = "", done: Word = "") -> Response:
    """All templates; with a code, or an example to begin from, the editor."""
    draft = None
    with service(request).database.reading() as session:
        if code:
            draft = _draft_of(session, templates.writable(session, reader.within, code))
        elif example in SCOPES:
            found = next(each for each in examples() if each.scope == example)
            draft = _with_clauses(Draft(found.code, found.scope, wording=found.wording), found.clauses)
    view = _page(request, reader, draft)
    return show(
        request, "commitment_templates.html", replace(view, done=done if done in DONE else ""), user=reader.user
    )


@router.post("/commitments/templates", dependencies=[FromHere])
async def write_template(request: Request, reader: Writing, do: Annotated[str, Form(max_length=16)] = "") -> Response:
    """Show what it would look like (`do` = preview), or keep it."""
    draft = _typed(await request.form(), reader.today)
    if do == "preview":
        return _answer(request, _page(request, reader, draft, preview=True), reader)
    return _save(request, reader, draft)


@router.post("/commitments/templates/{code}/withdraw", dependencies=[FromHere])
def withdraw_template(request: Request, reader: Writing, code: str) -> Response:
    parts = service(request)
    with parts.database.writing() as session:
        templates.withdraw(session, reader.actor, reader.within, code[:64], at=parts.now())
    return RedirectResponse("/commitments/templates?done=withdrawn", 303)


def _save(request: Request, reader: Reader, draft: Draft) -> Response:
    parts = service(request)
    try:
        with parts.database.writing() as session:
            (unit,) = units_asked(session, reader, [draft.unit]) if draft.unit else (None,)
            templates.publish(
                session, reader.actor, reader.within, draft.code, scope=draft.scope, unit=unit, wording=draft.wording,
                clauses=_clauses(draft, reader.today), language=parts.settings.language, seen=draft.seen,
                at=parts.now(),
            )  # fmt: skip
    except (Invalid, ChangedMeanwhile) as error:
        view = _page(request, reader, draft)
        problem = "changed" if isinstance(error, ChangedMeanwhile) else "invalid"
        return _answer(request, replace(view, problem=problem, sentence=str(error)), reader, 409)
    return RedirectResponse("/commitments/templates?done=written", 303)


def _answer(request: Request, view: TemplatesPage, reader: Reader, status: int = 200) -> Response:
    return show(request, "commitment_templates.html", view, user=reader.user, status=status)


def _page(request: Request, reader: Reader, draft: Draft | None, *, preview: bool = False) -> TemplatesPage:
    parts = service(request)
    problem, paper, said = "", None, ""
    if draft is not None and preview:
        try:
            paper = _paper(draft, worded(_clauses(draft, reader.today), parts.settings.language), reader.today)
        except Invalid as error:
            problem, said = "invalid", str(error)
    with parts.database.reading() as session:
        tree = StoredTree(session)
        lines = tuple(
            TemplateLine(
                row.code, row.version, row.scope, tree.codes.get(row.unit_id or 0, ""), row.heading, len(row.clauses),
                templates.writes(reader.within, row.unit_id),
            )
            for row in templates.readable(session, reader.within, reader.today)
        )  # fmt: skip
        units = tuple(unit for unit in tree.shown(reader.today, reader.within) if reader.within.sees(unit.id))
    return TemplatesPage(lines, units, reader.within.is_all, draft, paper, problem, said)


def _paper(draft: Draft, clauses: tuple[Clause, ...], today: date) -> Paper:
    return Paper(
        draft.scope, today.year, date(today.year, 1, 1), date(today.year, 12, 31), draft.unit, "", "", "", "",
        draft.wording, clauses, draft.code, draft.seen + 1,
    )  # fmt: skip


def _draft_of(session: Session, row: CommitmentTemplateRow) -> Draft:
    unit = office.code_of(session, UnitRow, row.unit_id) if row.unit_id is not None else ""
    draft = Draft(row.code, row.scope, unit, row.version, templates.wording_of(row))
    return _with_clauses(draft, templates.clauses_of(row))


def _with_clauses(draft: Draft, clauses: tuple[Clause, ...]) -> Draft:
    measured = {}
    for clause in clauses:
        if clause.is_measured:
            value = getattr(clause, VALUES[clause.kind]) if clause.kind in VALUES else ""
            own = clause.text if clause.text not in {sentence(clause, lang) for lang in ("vi", "en")} else ""
            measured[clause.kind] = (f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value), own)
    texts = tuple(clause.text for clause in clauses if not clause.is_measured)
    return replace(draft, measured=measured, texts=texts)


def _typed(form: FormData, today: date) -> Draft:
    """The editor as it was sent. What is too long is cut where it is refused anyway."""

    def text(name: str, most: int = 5000) -> str:
        value = form.get(name)
        return value[:most].replace("\r\n", "\n").strip() if isinstance(value, str) else ""

    seen = text("seen", 6)
    return Draft(
        code=text("code", 64),
        scope=COLLECTIVE if text("scope") == COLLECTIVE else PERSON,
        unit=text("unit", 64),
        seen=int(seen) if seen.isdecimal() else 0,
        wording=Wording(**{name: text(name) for name in Wording.__slots__}),
        measured={
            kind: (text(f"value_{kind}", 20), text(f"text_{kind}", 2001)) for kind in MEASURED if text(f"use_{kind}")
        },
        texts=tuple(line.strip() for line in text("texts", 60_000).split("\n") if line.strip()),
    )


def _clauses(draft: Draft, today: date) -> tuple[Clause, ...]:
    """Raises Invalid, naming the clause."""
    found: list[dict[str, Any]] = []
    for kind, (value, own) in draft.measured.items():
        row: dict[str, Any] = {"id": kind.replace("_", "-"), "kind": kind, "text": own}
        name = VALUES.get(kind)
        if name == "on":
            day = read_day(value, today)
            row["on"] = day.isoformat() if day is not None else value
        elif name is not None:
            row[name] = int(value) if value.isdecimal() else value or None
        found.append(row)
    found += [{"id": f"text-{place}", "kind": "text", "text": text} for place, text in enumerate(draft.texts, 1)]
    return read_clauses(found)
