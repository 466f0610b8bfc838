"""Checking what is kept against its own chains and digests, at night and whenever somebody asks."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from attendance.services.commitments.checking import check_commitments
from attendance.services.evidence.checking import check_checkpoints
from attendance.services.evidence.notes import Given
from attendance.services.visiting.sealed_checking import check_minutes
from attendance.store.chain_checking import check_chains
from attendance.store.database import Database, Session
from attendance.store.evidence_checking import check_evidence
from attendance.store.trail import TIMETABLE, record
from attendance.store.trail_checking import check_trail, missing_guards
from attendance.store.trail_reading import VERIFIED

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Part:
    """A kind of what is kept: `counts` of it hold; `broken` is the first that does not, and `wrong` says what of it.

    `links`: the newest entry of each chain, number and link, to be noted elsewhere.
    """

    name: str
    counts: Mapping[str, int]
    broken: str | int | None
    wrong: str
    links: Mapping[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        return self.broken is None


def check_parts(session: Session, given: Sequence[Given] = (), own: Mapping[str, bytes] | None = None) -> list[Part]:
    """Everything beside the trail: punches and their pulls, what verdicts rest on, checkpoints, commitments, minutes.

    `given`: checkpoints noted elsewhere, to which the chains are held too; `own`: this office's keys beside the kept.
    """
    evidence, chains = check_evidence(session), check_chains(session)
    commitments, minutes = check_commitments(session), check_minutes(session)
    return [
        Part(
            "evidence",
            {"pulls": evidence.pulls, "punches": evidence.punches, "unchecked": evidence.unchecked},
            evidence.broken,
            evidence.wrong,
        ),
        Part("chains", {"chained": chains.entries, "rows": chains.rows}, chains.broken, chains.wrong, chains.heads),
        _checkpoints(session, given, own),
        Part("commitments", {"signed": commitments.commitments}, commitments.broken, commitments.wrong),
        Part(
            "minutes", {"minutes": minutes.minutes, "annexes": minutes.annexes}, minutes.broken, minutes.wrong
        ),
    ]  # fmt: skip


def _checkpoints(session: Session, given: Sequence[Given], own: Mapping[str, bytes] | None) -> Part:
    found = check_checkpoints(session, given, own=own)
    return Part("checkpoints", {"checkpoints": found.kept, "noted": found.given}, found.broken, found.wrong)


def verify_nightly(database: Database, at: datetime) -> bool:
    """Check trail and everything else, write down that it was done and what came of it, and alarm the log where they
    do not hold. Answers whether they do."""
    with database.reading() as session:
        trail = check_trail(session, [database.sealer] if database.sealer is not None else [])
        parts = check_parts(session)
        guards = missing_guards(session)
    broken = [part for part in parts if not part.holds]
    holds = trail.holds and not broken and not guards
    found = {"entries": trail.entries, "head": trail.head}
    for part in parts:
        found |= {name: count for name, count in part.counts.items() if name != "unchecked"}
    wrong: dict[str, object] = {"broken": trail.broken, "wrong": trail.wrong}
    for part in broken:
        wrong |= {part.name: part.broken, f"{part.name}_wrong": part.wrong}
        _log.error("ALARM the %s do not verify at %s: %s", part.name, part.broken, part.wrong)
    if not trail.holds:
        _log.error("ALARM the trail does not verify from entry %s on: %s", trail.broken, trail.wrong)
    if guards:
        _log.error("ALARM the database no longer refuses changes to the trail; removed: %s", ", ".join(guards))
    if holds:
        _log.info("the trail verifies: %d entries, newest link %s", trail.entries, trail.head)
    with database.writing() as session:
        act = VERIFIED[0] if holds else VERIFIED[1]
        record(
            session, TIMETABLE, act, kind="trail", key=str(trail.entries), after=found | ({} if holds else wrong), at=at
        )
    return holds
