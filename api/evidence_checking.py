"""A checkpoint or its code as somebody brings it, held against the database: for pages, API and commands alike."""

from __future__ import annotations

from dataclasses import dataclass

from attendance.services.evidence import notes
from attendance.services.evidence.checking import CheckpointsChecked, check_checkpoints
from attendance.store import checkpoints
from attendance.store.database import Session


@dataclass(frozen=True, slots=True)
class Brought:
    """`numbers` of the checkpoints that were brought; `by_code`: as a code alone, which says only that it is known.

    `checked` None: no checkpoint has this code.
    """

    numbers: tuple[int, ...]
    by_code: bool
    checked: CheckpointsChecked | None

    @property
    def holds(self) -> bool:
        return self.checked is not None and self.checked.holds


def check_brought(session: Session, text: str) -> Brought:
    """Raises Invalid for a text that is neither a code nor holds a checkpoint."""
    begins = notes.digest_begins(text)
    if begins is not None:
        row = checkpoints.beginning(session, begins)
        return Brought((row.number,) if row else (), True, check_checkpoints(session) if row else None)
    given = notes.read(text)
    return Brought(tuple(each.note.number for each in given), False, check_checkpoints(session, given))
