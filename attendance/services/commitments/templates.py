"""Templates: written by an office, changed by a next version, so that what rests on an older one stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date, datetime

from attendance.errors import ChangedMeanwhile, Invalid, NotFound
from attendance.services.commitments.clauses import Clause, read_clauses, written
from attendance.services.commitments.shipped import Wording, worded
from attendance.store import commitment_templates, office
from attendance.store.commitment_tables import SCOPES, CommitmentTemplateRow
from attendance.store.database import Session
from attendance.store.tables import UnitRow
from attendance.store.trail import Actor, record
from attendance.store.tree import StoredTree
from attendance.store.within import Within

LONGEST = 4000
_CODE = re.compile(r"[A-Za-z0-9ĐđÀ-ỹ][\w.-]{0,31}")


def publish(
    session: Session,
    actor: Actor,
    within: Within,
    code: str,
    *,
    scope: str,
    unit: UnitRow | None,
    wording: Wording,
    clauses: Iterable[Clause],
    language: str,
    seen: int | None = None,
    at: datetime,
) -> CommitmentTemplateRow:
    """Write a template, or the next version of one; what was signed by an older version stays as it is.

    `unit`: for it and those below (None: the whole tree). `within`: the units for which the author may write. `seen`:
    the version the author saw, 0 for a new one. The same content again changes nothing. Raises Invalid, NotFound,
    ChangedMeanwhile.
    """
    check_scope(scope)
    old = commitment_templates.newest(session, code) if _CODE.fullmatch(code) else None
    if not _CODE.fullmatch(code):
        raise Invalid(f"{code[:40]!r} is no code of a template; write up to 32 letters, digits, . or - without spaces.")
    if old is not None and not writes(within, old.unit_id):
        raise Invalid(f"The code {code} belongs to a template of another part of the office; choose another code.")
    if not writes(within, unit.id if unit is not None else None):
        raise Invalid("A template for the whole office is written by somebody who looks after all of it; name a unit.")
    if old is not None and seen is not None and seen != old.version:
        raise ChangedMeanwhile(f"Template {code}", seen, old.version)
    if old is not None and old.scope != scope:
        raise Invalid(f"Template {code} is for a {old.scope}; give one for a {scope} a code of its own.")
    row = CommitmentTemplateRow(
        code=code,
        version=old.version + 1 if old is not None else 1,
        scope=scope,
        unit_id=office.key(unit) if unit is not None else None,
        clauses=written(read_clauses(written(worded(clauses, language)))),
        created_by=actor.name[:64],
        created_by_id=actor.user_id,
        created_at=at,
        **asdict(_checked(wording)),
    )
    if old is not None and old.withdrawn_at is None and _content(old) == _content(row):
        return old
    session.add(row)
    session.flush()
    after = {"unit": unit.code if unit is not None else "", "version": row.version, "heading": row.heading}
    record(session, actor, "commitment_template.written", kind="commitment template", key=code, after=after, at=at)
    return row


def withdraw(session: Session, actor: Actor, within: Within, code: str, *, at: datetime) -> CommitmentTemplateRow:
    """Nobody is asked by a template any more; what was asked and signed by it stays. Raises NotFound."""
    row = writable(session, within, code)
    row.withdrawn_at = at
    session.add(row)
    session.flush()
    record(session, actor, "commitment_template.withdrawn", kind="commitment template", key=code, at=at)
    return row


def writable(session: Session, within: Within, code: str) -> CommitmentTemplateRow:
    """The newest version of a template that somebody may change. Raises NotFound, also of one they may but use."""
    row = commitment_templates.newest(session, code, within.places) if _CODE.fullmatch(code) else None
    if row is None or row.withdrawn_at is not None or not writes(within, row.unit_id):
        raise NotFound("template of a commitment", code[:40])
    return row


def current(session: Session, within: Within, code: str, today: date) -> CommitmentTemplateRow:
    """The newest version of a template that may be used for something `within`. Raises NotFound."""
    units = _units(session, within, today)
    row = commitment_templates.newest(session, code, units) if _CODE.fullmatch(code) else None
    if row is None or row.withdrawn_at is not None:
        raise NotFound("template of a commitment", code[:40])
    return row


def readable(session: Session, within: Within, today: date) -> list[CommitmentTemplateRow]:
    """The newest version of each template in use that may be used for something `within`, by code."""
    return commitment_templates.in_use(session, _units(session, within, today))


def _units(session: Session, within: Within, today: date) -> frozenset[int] | None:
    places = within.places
    return places if places is None else places | StoredTree(session).above(places, today, today)


def writes(within: Within, unit_id: int | None) -> bool:
    """Whether somebody may write a template for a unit and those below (None: for all of the office)."""
    return within.is_all if unit_id is None else within.sees(unit_id)


def wording_of(row: CommitmentTemplateRow) -> Wording:
    return Wording(**{name: getattr(row, name) for name in Wording.__slots__})


def clauses_of(row: CommitmentTemplateRow) -> tuple[Clause, ...]:
    return read_clauses(row.clauses)


def check_scope(scope: str) -> None:
    if scope not in SCOPES:
        raise Invalid(f"{scope[:20]!r} is nobody who promises; write one of {', '.join(SCOPES)}.")


def _content(row: CommitmentTemplateRow) -> tuple[object, ...]:
    return (row.scope, row.unit_id, row.clauses, wording_of(row))


def _checked(wording: Wording) -> Wording:
    found = replace(
        wording, **{name: getattr(wording, name).replace("\r\n", "\n").strip() for name in wording.__slots__}
    )
    if not found.heading:
        raise Invalid("A template has a heading; write what stands on top of the paper.")
    if len(found.heading) > 300:
        raise Invalid("The heading has at most 300 letters; shorten it.")
    for name in wording.__slots__:
        if len(getattr(found, name)) > LONGEST:
            raise Invalid(f"The paragraph {name} has at most {LONGEST} letters; shorten it.")
        if "\x00" in getattr(found, name):
            raise Invalid(f"The paragraph {name} holds a sign that cannot be stored; write it anew.")
    return found
