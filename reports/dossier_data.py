"""A dossier as plain data for programs: canonical JSON, the same value the same bytes, every moment with its offset."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson

from reports.dossier import FORMAT, Dossier, DossierDay, RawRecord
from reports.evidence import evidence_in, with_offset

CASES = "case.json"
"""The file of a bundle that `attendance scenario run` takes."""


def as_json(dossier: Dossier) -> bytes:
    """The whole dossier; `days[].evidence` is what `GET /violations/{id}` tells of the same day."""
    return _canonical(as_data(dossier))


def as_data(dossier: Dossier) -> dict[str, Any]:
    zone = dossier.zone
    return {
        "format": FORMAT,
        "subject": with_offset(asdict(dossier.subject), zone),
        "made_at": with_offset(dossier.made_at, zone),
        "zone": zone,
        "reasons": dossier.reasons,
        "days": [_day(day, zone) for day in dossier.days],
        "idle": with_offset(dossier.idle, zone),
        "papers": [with_offset(asdict(paper), zone) for paper in dossier.papers],
        "pulls": [with_offset(asdict(pull), zone) for pull in dossier.pulls],
        "chain": {
            "code": dossier.code,
            "checkpoint": with_offset(asdict(dossier.sealed), zone) if dossier.sealed is not None else None,
            "heads": [{"chain": chain, "number": number, "link": link} for chain, number, link in dossier.heads],
        },
    }


def cases(dossier: Dossier) -> bytes:
    """The case files of all days, as one that `attendance scenario run` takes."""
    return _canonical([day.replay.document for day in dossier.days if day.replay is not None])


def _day(day: DossierDay, zone: str) -> dict[str, Any]:
    page, told = day.page, day.replay
    rest = {
        name: with_offset([asdict(each) for each in getattr(day, name)], zone)
        for name in ("terminals", "rules", "explanations", "asked", "changes")
    }
    return {
        "date": page.day.isoformat(),
        "unit": page.unit,
        "unit_name": page.unit_name,
        "day_kind": page.day_kind,
        "violations": with_offset([asdict(each) for each in page.violations], zone),
        "focus": page.focus.id if page.focus is not None else None,
        "reasons": day.reasons,
        "evidence": evidence_in(page, zone),
        "records": [_record(each, zone) for each in day.records],
        **rest,
        "looks": with_offset([asdict(each) for each in day.looks], zone) if day.looks is not None else None,
        "looks_total": day.looks_total,
        "replay": {"id": told.id, "holds": told.holds, "differs": list(told.differs)} if told is not None else None,
    }


def _record(record: RawRecord, zone: str) -> dict[str, Any]:
    found = asdict(record) | {"record": record.record.hex() if record.record is not None else None}
    plain: dict[str, Any] = with_offset(found, zone)
    return plain


def _canonical(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS) + b"\n"
