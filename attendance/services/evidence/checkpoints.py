"""Making checkpoints: one each day, one at each sealed visit, and whenever somebody asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from attendance import clock
from attendance.errors import EvidenceBroken, Invalid
from attendance.services.evidence import notes
from attendance.services.evidence.notes import FIRST, OF_THE_MOMENT, Note
from attendance.services.signing_key import SigningKey, fingerprint
from attendance.store import checkpoints, office, signing_keys, trail_reading
from attendance.store.checkpoint_tables import CheckpointRow
from attendance.store.database import Session
from attendance.store.merkle import Peaks
from attendance.store.trail import Actor, record

MADE = "checkpoint.made"
Occasion = Literal["day", "visit", "asked"]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint as it is made known: the note, its signed text, and the trees its root is made of."""

    note: Note
    text: str
    heads: Mapping[str, Peaks]

    @property
    def whole(self) -> str:
        """The text with what its root is made of below it."""
        return notes.with_heads(self.text, self.heads)


def make(session: Session, key: SigningKey, occasion: Occasion, *, by: Actor, at: datetime) -> Checkpoint:
    """Make the next checkpoint over what was committed before, and keep it. Raises Invalid before there is an office.

    What is entered in this very transaction stands under the next one.
    """
    checkpoints.hold(session)
    before = checkpoints.newest(session)
    trees = checkpoints.heads(session, checkpoints.read_heads(before.heads) if before is not None else None)
    number = before.number + 1 if before is not None else 1
    note = _signed(session, key, trees, number, at, before.digest if before is not None else FIRST)
    made = Checkpoint(note, note.text(key.public), trees)
    checkpoints.add(
        session,
        CheckpointRow(
            number=number, at=note.at, occasion=occasion, size=note.size, root=note.root, digest=note.digest,
            text=made.text, heads=checkpoints.pack_heads(trees),
        ),
    )  # fmt: skip
    said = {"size": note.size, "digest": note.digest, "occasion": occasion}
    record(session, by, MADE, kind="checkpoint", key=str(number), after=said, at=at)
    return made


def due(session: Session, zone: str, at: datetime) -> Occasion | None:
    """What a checkpoint is due for: a day that began, however many were missed, or minutes sealed since the last."""
    last = checkpoints.last_of_occasion(session, "day")
    if last is None or clock.today(last, zone) < clock.today(at, zone):
        return "day"
    sealed, newest = checkpoints.last_seal(session), checkpoints.newest(session)
    return "visit" if sealed is not None and newest is not None and sealed > newest.at else None


def of_the_moment(session: Session, key: SigningKey, at: datetime) -> Checkpoint:
    """A checkpoint over what stands now, signed and not kept: nobody can hold it to what was made known."""
    before = checkpoints.newest(session)
    trees = checkpoints.heads(session, checkpoints.read_heads(before.heads) if before is not None else None)
    note = _signed(session, key, trees, OF_THE_MOMENT, at, before.digest if before is not None else FIRST)
    return Checkpoint(note, note.text(key.public), trees)


def kept(row: CheckpointRow) -> Checkpoint:
    """Raises EvidenceBroken for a row that no checkpoint can be read from."""
    return read_kept(row.number, row.text, row.heads)


def read_kept(number: int, text: str, heads: bytes) -> Checkpoint:
    """The same from what is in the row."""
    try:
        (given,) = notes.read(text)
        return Checkpoint(given.note, text, checkpoints.read_heads(heads))
    except checkpoints.UNREADABLE as error:
        raise EvidenceBroken(f"checkpoint {number} cannot be read any more") from error


def known_keys(session: Session, own: SigningKey | None = None) -> dict[str, bytes]:
    """Every key that ever signed here, by fingerprint; where the database names one by another's, it is left out."""
    found = {name: public for name, public in signing_keys.known(session).items() if fingerprint(public) == name}
    return found if own is None else {own.name: own.public} | found


def _signed(
    session: Session, key: SigningKey, trees: Mapping[str, Peaks], number: int, at: datetime, previous: str
) -> Note:
    if not trees:
        raise Invalid("Nothing was entered yet; set the office up first with `attendance init`.")
    return notes.signed(
        key, trees, origin=office.name(session), number=number, at=at, trail=trail_reading.head(session),
        previous=previous,
    )  # fmt: skip
