"""The text of a commitment: as it would be signed today, and as it was signed, byte for byte."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import orjson

from attendance.services.commitments.clauses import Clause, read_clauses, written
from attendance.services.commitments.shipped import Wording
from attendance.services.commitments.templates import wording_of
from attendance.store import commitment_templates, commitments, heads, office, people
from attendance.store.commitment_tables import PERSON, CommitmentRow
from attendance.store.database import Session
from attendance.store.tree import StoredTree

FORMAT = "commitment/1"


@dataclass(frozen=True, slots=True)
class Paper:
    """A commitment as it is read and printed. `employee`, `name` and `post` are of the person, or of the head who
    promises for the collective; all empty where nobody leads it. `post`: what they lead their unit as, a kind of head,
    or empty. `replaces`: digest of the commitment in whose place it stands, or empty."""

    scope: str
    year: int
    from_on: date
    to_on: date
    unit: str
    unit_name: str
    employee: str
    name: str
    post: str
    wording: Wording
    clauses: tuple[Clause, ...]
    template: str
    template_version: int
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A paper with its digest. `is_frozen`: it was signed; `holds`: its bytes, name and clauses are those signed."""

    paper: Paper
    digest: str
    is_frozen: bool
    holds: bool


def shown(session: Session, row: CommitmentRow, today: date) -> Shown:
    """A commitment as it was signed, or as it would be signed today."""
    if row.signed_at is not None:
        return Shown(read_canonical(row.content.encode(), row.name), row.digest, True, wrong(row) == "")
    paper = drafted(session, row, today)
    return Shown(paper, digest_of(canonical(paper, row.salt, row.id or 0)), False, True)


def drafted(session: Session, row: CommitmentRow, today: date) -> Paper:
    """What somebody would sign today: the words of the template they were asked by, the unit they are in now."""
    template = commitment_templates.get(session, row.template_id)
    unit_id = unit_of(session, row, today)
    signer = signer_of(session, row, today)
    terms = {term.employee_id: term.kind for term in reversed(heads.heads_on(session, unit_id, today))}
    code, name = people.names(session, [signer])[signer] if signer is not None else ("", "")
    tree = StoredTree(session)
    replaced = commitments.get(session, row.replaces_id).digest if row.replaces_id is not None else ""
    return Paper(
        scope=row.scope,
        year=row.year,
        from_on=row.from_on,
        to_on=row.to_on,
        unit=tree.codes[unit_id],
        unit_name=tree.name(tree.codes[unit_id], today),
        employee=code,
        name=name,
        post=terms.get(signer or 0, ""),
        wording=wording_of(template),
        clauses=read_clauses(row.clauses),
        template=template.code,
        template_version=template.version,
        replaces=replaced,
    )


def unit_of(session: Session, row: CommitmentRow, today: date) -> int:
    """The unit whose list a commitment stands on today: a person's goes with them, a collective's stays."""
    return units_of(session, [row], today)[row.id or 0]


def units_of(session: Session, rows: Sequence[CommitmentRow], today: date) -> dict[int, int]:
    """The same of several, by their numbers."""
    persons = {row.employee_id for row in rows if row.scope == PERSON and row.employee_id is not None}
    now = office.units_on(session, persons, today) if persons else {}
    return {row.id or 0: now.get(row.employee_id or 0, row.unit_id) for row in rows}


def signer_of(session: Session, row: CommitmentRow, today: date) -> int | None:
    """The number of who may sign it today: the person, or the head in office of the collective; None: nobody leads."""
    if row.scope == PERSON:
        return row.employee_id
    head = heads.head_on(session, row.unit_id, today)
    return head.employee_id if head is not None else None


def canonical(paper: Paper, salt: str, number: int) -> bytes:
    """The bytes that are signed: JSON with sorted keys, the name as digest of salt and name. `number`: that of the
    commitment, so that two alike are not the same text."""
    values: dict[str, Any] = asdict(paper)
    values["clauses"] = written(paper.clauses)
    values["name"] = seal_of(paper.name, salt)
    return orjson.dumps({"format": FORMAT, "number": number, **values}, option=orjson.OPT_SORT_KEYS)


def read_canonical(content: bytes, name: str) -> Paper:
    """The paper that was signed, with the name that stands beside it."""
    values = orjson.loads(content)
    del values["format"], values["number"]
    values["wording"] = Wording(**values["wording"])
    values["clauses"] = read_clauses(values["clauses"])
    for each in ("from_on", "to_on"):
        values[each] = date.fromisoformat(values[each])
    return Paper(**values | {"name": name})


def wrong(row: CommitmentRow) -> str:
    """What of a signed commitment is not as it was signed: text, name, clauses or dates; empty: it holds."""
    content = row.content.encode()
    if digest_of(content) != row.digest:
        return "text"
    values = orjson.loads(content)
    if row.salt and values["name"] != seal_of(row.name, row.salt):
        return "name"
    if values["clauses"] != row.clauses:
        return "clauses"
    told = (values["number"], values["scope"], values["year"], values["from_on"], values["to_on"])
    if told != (row.id, row.scope, row.year, row.from_on.isoformat(), row.to_on.isoformat()):
        return "dates"
    return ""


def seal_of(name: str, salt: str) -> str:
    """What stands in the text for a name, so that the name can be erased and the text stay as it was signed."""
    return hashlib.sha256(f"{salt}:{name}".encode()).hexdigest()


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def freeze(row: CommitmentRow, paper: Paper, *, at: datetime) -> None:
    """Let a commitment be signed as this paper from now on."""
    content = canonical(paper, row.salt, row.id or 0)
    row.content, row.digest, row.name, row.signed_at = content.decode(), digest_of(content), paper.name[:200], at
