"""The lines that add up: scheduled = credited + leave + unverified + counted, of each session and of the day."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from attendance.engine.columns import TYPES
from attendance.services.explain.conclusions import Session
from attendance.services.explain.look import DayLook
from attendance.services.explain.statements import Minutes, Statement, Sum, Value, Word, phrase

PARTS_OF_LEDGER = ("credited", "leave", "unverified", "counted")


def of_session(session: Session) -> Iterator[Statement]:
    """The minutes of a session, and of them those that are credited without presence."""
    look, at = session.look, session.at
    minutes = look.judgement.sessions
    if look.due.taken[at]:
        return
    amounts: dict[str, Value] = {part: int(getattr(minutes, part)[at]) for part in PARTS_OF_LEDGER}
    yield session.say("balance", "balance.session", scheduled=Minutes(int(minutes.scheduled[at])), **amounts)
    worked, credited = int(minutes.worked[at]), int(minutes.credited[at])
    if 0 < worked < credited:
        shown: dict[str, Value] = {"credited": Minutes(credited), "worked": worked, "other": credited - worked}
        yield session.say("balance", "balance.credited", **shown)


def of_day(look: DayLook) -> Iterator[Statement]:
    """The line of the day that adds up, and of what the counted minutes consist."""
    days, violations, row = look.judgement.days, look.judgement.violations, look.row
    amounts: dict[str, Value] = {part: int(getattr(days, part)[row]) for part in PARTS_OF_LEDGER}
    yield Statement("ledger", "ledger.line", {"scheduled": Minutes(int(days.scheduled[row])), **amounts})
    counted = [at for at in np.flatnonzero(violations.counted > 0).tolist() if int(violations.due[at]) in look.sessions]
    if len(counted) > 1:
        items = tuple(
            phrase(
                "ledger.part",
                kind=Word("violation", TYPES[int(violations.kind[at])]),
                session=look.word(int(violations.due[at])),
                counted=int(violations.counted[at]),
            )
            for at in counted
        )
        total = Minutes(int(days.counted[row]))
        yield Statement("ledger", "ledger.counted", {"counted": total, "parts": Sum(items)})
