"""How a commitment stands as plain values: what an answer gives, what a page shows, what a review freezes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import orjson

from attendance.services.commitments.clauses import written
from attendance.services.commitments.judging import ClauseProgress, Item
from attendance.services.commitments.progress import Progress
from attendance.store import heads, people
from attendance.store.commitment_tables import COLLECTIVE, CommitmentRow
from attendance.store.database import Session
from attendance.store.heads import Heading
from attendance.store.questions import codes
from attendance.store.tables import UnitRow
from attendance.store.within import Within

Told = dict[str, Any]


def told(session: Session, row: CommitmentRow, found: Progress) -> Told:
    """The whole of it, people and units by their codes, dates as they are; nothing in it says when it was asked.

    Of a collective, `heads` says who led it from when to when, and each item who did on its date.
    """
    terms = heads.terms_of(session, row.unit_id) if row.scope == COLLECTIVE else []
    items = [item for clause in found.judged.clauses for item in clause.items]
    persons = people.names(session, {item.employee_id for item in items})
    units = codes(session, UnitRow) if items else {}

    def line(item: Item) -> Told:
        values = asdict(item)
        del values["employee_id"], values["unit_id"]
        leading = [term.employee for term in _leading(terms, item.on, item.on)]
        named = {"employee": persons[item.employee_id][0], "unit": units.get(item.unit_id)}
        return values | named | {"head": leading[0] if leading else None}

    def clause(each: ClauseProgress) -> Told:
        (text,) = written([each.clause])
        return text | {
            "state": each.state,
            "n": each.n,
            "of": each.of,
            "maybe": each.maybe,
            "months": [asdict(month) for month in each.months],
            "items": [line(item) for item in each.items],
        }

    return {
        "commitment": found.number,
        "state": found.state,
        "from": found.from_on,
        "to": found.to_on,
        "known_days": found.judged.known_days,
        "unknown_days": found.judged.unknown_days,
        "clauses": [clause(each) for each in found.judged.clauses],
        "heads": [
            {"employee": term.employee, "kind": term.kind, "from": term.from_on, "to": term.to_on}
            for term in (_leading(terms, found.from_on, found.to_on) if found.from_on and found.to_on else ())
        ],
    }


def _leading(terms: Sequence[Heading], from_on: date, to_on: date) -> list[Heading]:
    """Who leads on some day of a span, whoever acts before the head; deputies decide nothing by being one."""
    there = [
        term
        for term in terms
        if term.kind != "deputy" and term.from_on <= to_on and (term.to_on is None or term.to_on >= from_on)
    ]
    return sorted(there, key=lambda term: (term.kind != "acting", term.from_on))


def masked(session: Session, given: Told, within: Within) -> Told:
    """The same with the items alone that a reader may see; each clause says how many are `elsewhere`."""
    if within.is_all:
        return given | {"clauses": [each | {"elsewhere": 0} for each in given["clauses"]]}
    units = {code: number for number, code in codes(session, UnitRow).items()}
    persons = people.by_code(session, {item["employee"] for c in given["clauses"] for item in c["items"]})

    def kept(item: Told) -> bool:
        return within.sees(units.get(item["unit"]), persons.get(item["employee"]))

    clauses = []
    for each in given["clauses"]:
        seen = [item for item in each["items"] if kept(item)]
        clauses.append(each | {"items": seen, "elsewhere": len(each["items"]) - len(seen)})
    return given | {"clauses": clauses}


def canonical(values: Told) -> bytes:
    """One way to write it: JSON with sorted keys and ISO dates."""
    return orjson.dumps(values, option=orjson.OPT_SORT_KEYS)


def read(content: bytes) -> Told:
    """Values as `told` gives them, from JSON."""
    values: Told = orjson.loads(content)
    for name in ("from", "to"):
        values[name] = date.fromisoformat(values[name]) if values[name] else None
    for clause in values["clauses"]:
        for month in clause["months"]:
            month["month"] = date.fromisoformat(month["month"])
        for item in clause["items"]:
            item["on"] = date.fromisoformat(item["on"])
            item["until"] = date.fromisoformat(item["until"]) if item["until"] else None
    for term in values["heads"]:
        term["from"] = date.fromisoformat(term["from"])
        term["to"] = date.fromisoformat(term["to"]) if term["to"] else None
    return values
