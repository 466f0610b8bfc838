"""Rulebooks as they were kept with the verdicts that rest on them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlmodel import Session, col, select

from attendance.store.evidence_tables import RulebookRow


def contents(session: Session, fingerprints: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What these rulebooks say, by fingerprint; one that no verdict rests on is left out."""
    query = select(RulebookRow).where(col(RulebookRow.fingerprint).in_(sorted(set(fingerprints))))
    return {row.fingerprint: row.content for row in session.exec(query)}
