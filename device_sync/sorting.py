"""Telling records apart: new, known already, or not to be believed; the same for every way in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import numpy.typing as npt

from attendance import clock
from attendance.plausible import BEFORE_FIRST_SANE, IN_THE_FUTURE, implausible
from attendance.store import intake_log, office, punch_log
from attendance.store.database import Session
from attendance.store.punch_log import StoredPunches
from attendance.store.tables import TerminalRow
from device_sync.terminal import Records

Suspect = tuple[int, bytes, str]  # position in the log, the record as it came, reason

SAME_VERIFY = np.arange(256, dtype=np.uint8)
"""Verify mode → the same for modes that firmware numbers differently when it pushes: card 2 and 4, password 0 and 3
(terminals.md 1.8)."""
SAME_VERIFY[4], SAME_VERIFY[3] = 2, 0


@dataclass(frozen=True, slots=True)
class Sorted:
    """`new` are rows of `records` to file. `suspect` lists all that cannot be believed, `to_quarantine` those of them
    not kept yet. `first_wall` is the time of the first believable row in the order of the log, `span` the earliest and
    latest of all believable rows; None where there is none. Times in wall seconds as the terminal sent them.
    """

    records: Records
    new: npt.NDArray[np.int64]
    suspect: tuple[Suspect, ...]
    to_quarantine: tuple[Suspect, ...]
    first_wall: int | None
    span: tuple[int, int] | None

    @property
    def first_new_day(self) -> int | None:
        """The earliest day (since 1970-01-01) a new punch is dated on."""
        return int(self.records.wall[self.new].min()) // clock.DAY_SECONDS if self.new.size else None

    def days_of(self, pin: str) -> set[int]:
        """The days (since 1970-01-01) a number has new punches on."""
        if pin not in self.records.pins:
            return set()
        mine = self.records.pin_code[self.new] == self.records.pins.index(pin)
        return set((self.records.wall[self.new][mine] // clock.DAY_SECONDS).tolist())


def sort_records(
    session: Session,
    terminal: TerminalRow,
    records: Records,
    *,
    received: int,
    zone: str,
    raw: Callable[[int], bytes],
    seen_before: bool = True,
    pushed: bool = False,
) -> Sorted:
    """Sort records of one log or file received at an epoch second; `raw` answers a record's bytes by its position.

    A date before the terminal's first sane date, or over 24 h ahead of receipt, is suspect. A punch is known when one
    with the same number, second, state and verify mode is stored, or stands earlier in the same log; between what was
    `pushed` and what came otherwise, verify modes that name the same thing are the same. `seen_before` is False for the
    tail of a log, whose records no earlier reading can have put into quarantine.
    """
    first_sane = clock.day_number(terminal.first_sane_on) * clock.DAY_SECONDS
    early, ahead = implausible(records.wall, received, first_sane, zone)
    doubtful = seen_before or bool(records.rejected) or bool(early.any()) or bool(ahead.any())
    kept = intake_log.quarantined_records(session, office.key(terminal)) if doubtful else set()
    # a date that was ahead when it was received does not become true by waiting for it
    if received_ahead := {record for record, reason in kept if reason == IN_THE_FUTURE}:
        ahead = ahead | np.array([raw(index) in received_ahead for index in records.index.tolist()], np.bool_)
    believable = np.flatnonzero(~(early | ahead))
    suspects = [
        *records.rejected,
        *((index, raw(index), BEFORE_FIRST_SANE) for index in records.index[early].tolist()),
        *((index, raw(index), IN_THE_FUTURE) for index in records.index[ahead].tolist()),
    ]
    suspects.sort(key=lambda suspect: suspect[0])
    wall = records.wall[believable]
    span = (int(wall.min()), int(wall.max())) if wall.size else None
    new = believable
    if span is not None:
        stored = punch_log.read(session, [office.key(terminal)], from_wall=span[0], to_wall=span[1])
        new = believable[_unseen(session, office.key(terminal), stored, records, believable, pushed)]
    return Sorted(
        records=records,
        new=new.astype(np.int64),
        suspect=tuple(suspects),
        to_quarantine=tuple(suspect for suspect in suspects if (suspect[1], suspect[2]) not in kept),
        first_wall=int(wall[0]) if wall.size else None,
        span=span,
    )


def _unseen(
    session: Session,
    terminal_id: int,
    stored: StoredPunches,
    records: Records,
    rows: npt.NDArray[np.int64],
    pushed: bool,
) -> npt.NDArray[np.bool_]:
    """Which of these rows of `records` are not stored yet, by whichever way they came first."""
    wall, pin = records.wall[rows], records.pin_code[rows]
    state, verify = records.state[rows], records.verify[rows]
    fresh = punch_log.unseen(stored, wall, pin, records.pins, state, verify)
    if not len(stored) or not fresh.any():
        return fresh
    by_push = np.isin(stored.pull, intake_log.pulls_from(session, terminal_id, "push"))
    other_way = ~by_push if pushed else by_push
    if other_way.any():
        # a stored punch that is here exactly is that one, and no other
        other_way &= ~punch_log.contained(stored, wall, pin, records.pins, state, verify)
        others = stored.take(other_way)
        others = replace(others, verify=SAME_VERIFY[others.verify])
        fresh &= ~punch_log.known(others, wall, pin, records.pins, state, SAME_VERIFY[verify])
    return fresh


def append_new(
    session: Session, terminal: TerminalRow, pull_id: int, next_sequence: int, found: Sorted, received_at: datetime
) -> int:
    """File the new punches in the order of the log; answers the next free number."""
    records, new = found.records, found.new
    if not new.size:
        return next_sequence
    everything = new.size == len(records)  # the first reading of a terminal, and the usual tail
    return punch_log.append(
        session,
        terminal_id=office.key(terminal),
        pull_id=pull_id,
        first_sequence=next_sequence,
        received_at=received_at,
        wall=records.wall if everything else records.wall[new],
        pin=records.pin_code if everything else records.pin_code[new],
        pins=records.pins,
        state=records.state if everything else records.state[new],
        verify=records.verify if everything else records.verify[new],
        index=records.index if everything else records.index[new],
    )


def past_changed(session: Session, terminal_id: int, records: Records) -> bool:
    """Whether a whole log no longer holds what earlier pulls read from it.

    A log that only lost its oldest records has turned over, as a full terminal does; one that lost or altered any
    other, or shares none, was cleared or edited.
    """
    stored = punch_log.read(session, [terminal_id])
    # what a file or a push said, the log may never have held
    stored = stored.take(~np.isin(stored.pull, intake_log.pulls_from(session, terminal_id, "file", "push")))
    if not len(stored):
        return False
    still_there = punch_log.contained(
        stored, records.wall, records.pin_code, records.pins, records.state, records.verify
    )
    if not still_there.any():
        return True
    return bool((~still_there[int(np.argmax(still_there)) :]).any())
