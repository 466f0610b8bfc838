"""A dossier as a bundle for machines: its files under the office's signature, and what proves its rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import orjson

from api.printing.dossier import draw
from attendance.services.dossier.proving import Row, provable
from attendance.services.evidence.bundling import bundle
from attendance.services.signing_key import SigningKey
from attendance.store import rulebooks
from attendance.store.database import Session
from attendance.store.tree import StoredTree
from attendance.store.within import Within
from reports.dossier import Dossier
from reports.dossier_data import CASES, as_json, cases


def bundle_of(
    session: Session, dossier: Dossier, key: SigningKey, reasons: Within, lang: str, *, at: datetime
) -> bytes:
    """The bundle. `reasons`: the rows whose reasons its reader may know; no entry tells them more.

    In it: dossier.json, dossier.pdf, the bytes of each punch, the rulebooks its conclusions rest on, and case.json,
    which `attendance scenario run` judges again.
    """
    about = dossier.subject
    files = {
        "dossier.json": as_json(dossier),
        "dossier.pdf": draw(dossier, lang),
        CASES: cases(dossier),
        **{each.file: each.record for day in dossier.days for each in day.records if each.record is not None},
        **dict(_rulebooks(session, dossier)),
    }
    title = f"{about.employee} {about.violation or f'{about.from_on} – {about.to_on}'}"
    shown = provable(session, _rows(dossier), reasons)
    return bundle(session, key, title=title, files=files, rows=[], at=at, shown=shown)


def _rows(dossier: Dossier) -> Iterator[Row]:
    """What stands in the chains: pulls; conclusions, papers and explanations where their reasons are told."""
    yield from (("pull", str(pull.number)) for pull in dossier.pulls)
    told = {day.page.day for day in dossier.days if day.reasons}
    yield from (("ruling", str(row.number)) for row in dossier.rulings if row.on in told)
    if dossier.reasons:
        yield from (("paper", str(line.id)) for line in dossier.papers)
        yield from (("explanation", str(line.id)) for day in dossier.days for line in day.explanations)


def _rulebooks(session: Session, dossier: Dossier) -> Iterator[tuple[str, bytes]]:
    """Each rulebook without what it says for other people alone, and for units in which they did not serve. Where it is
    whole, its name is the beginning of the SHA-256 of its content as JSON with sorted keys."""
    wanted = {day.page.rulebook for day in dossier.days} | {row.rulebook for row in dossier.rulings}
    units = _units(session, dossier)
    for name, content in sorted(rulebooks.contents(session, wanted).items()):
        kept = content | {
            "units": [unit for unit in content.get("units", []) if unit["code"] in units],
            "calendar": [entry for entry in content.get("calendar", []) if entry["unit"] in {*units, "", None}],
            "rules": [rule for rule in content.get("rules", []) if _is_theirs(rule, dossier.subject.employee, units)],
        }
        told = {"rulebook": name, "whole": kept == content, "content": kept}
        yield f"rules/{name}.json", orjson.dumps(told, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)


def _units(session: Session, dossier: Dossier) -> frozenset[str]:
    """Codes of the units they served in on the days of the dossier, and of those above."""
    stored = StoredTree(session)
    served = {(stored.numbers[day.page.unit], day.page.day) for day in dossier.days if day.page.unit}
    return frozenset(stored.codes[number] for unit, on in served for number in (unit, *stored.path(unit, on)))


def _is_theirs(rule: dict[str, Any], employee: str, units: frozenset[str]) -> bool:
    scope = rule.get("scope") or {"kind": "nation"}
    if scope["kind"] == "person":
        return bool(scope["code"] == employee)
    return scope["kind"] == "nation" or scope["code"] in units
