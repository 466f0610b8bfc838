"""Checking what is kept against its own chains and digests, at night and whenever somebody asks."""

from __future__ import annotations

import logging
from datetime import datetime

from attendance.services.commitments.checking import check_commitments
from attendance.store.database import Database
from attendance.store.evidence_checking import check_evidence
from attendance.store.trail import TIMETABLE, record
from attendance.store.trail_checking import check_trail, missing_guards
from attendance.store.trail_reading import VERIFIED

_log = logging.getLogger(__name__)


def verify_nightly(database: Database, at: datetime) -> bool:
    """Check trail and evidence, write down that it was done and what came of it, and alarm the log where they do not
    hold. Answers whether they do."""
    with database.reading() as session:
        trail = check_trail(session, [database.sealer] if database.sealer is not None else [])
        evidence = check_evidence(session)
        commitments = check_commitments(session)
        guards = missing_guards(session)
    holds = trail.holds and evidence.holds and commitments.holds and not guards
    found = {
        "entries": trail.entries,
        "head": trail.head,
        "pulls": evidence.pulls,
        "punches": evidence.punches,
        "commitments": commitments.commitments,
    }
    wrong = {
        "broken": trail.broken,
        "wrong": trail.wrong,
        "evidence": evidence.broken,
        "evidence_wrong": evidence.wrong,
        "commitment": commitments.broken,
        "commitment_wrong": commitments.wrong,
    }
    if not trail.holds:
        _log.error("ALARM the trail does not verify from entry %s on: %s", trail.broken, trail.wrong)
    if not evidence.holds:
        _log.error("ALARM the evidence does not verify at %s: %s", evidence.broken, evidence.wrong)
    if not commitments.holds:
        _log.error("ALARM commitment %s is not as it was signed: %s", commitments.broken, commitments.wrong)
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
