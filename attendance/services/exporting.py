"""What leaves the system is in the trail, with a manifest by which a file found later can be told and checked.

A file is told by the SHA-256 of its bytes, which is the key of the entry: whoever has the file finds who took it, what
it was narrowed by, as known at which moment, and under which rules.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from attendance.store.database import Database, Session
from attendance.store.rulebook_reading import read_rulebook
from attendance.store.trail import Actor, record

MADE = "export.made"
CUT = "export.cut"
"""What was asked for did not reach whom it was for to its end; `rows` are those that were sent."""
PAPERS = (
    "timesheet", "violations", "observations", "index_units", "emulation_persons", "charts", "personal_data", "punches",
    "days", "dossier",
)  # fmt: skip
"""What is handed out beside the papers of the catalogue, by name."""
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is written down of an export. `asked`: what it was narrowed by, as it was given; `rulebook`: fingerprint of
    the versions of rules in force as known at `known_at`; `digest`: SHA-256 of the bytes, in hexadecimal."""

    paper: str
    asked: Mapping[str, str]
    known_at: datetime
    rulebook: str
    rows: int
    digest: str

    def as_json(self) -> dict[str, Any]:
        """The manifest as it stands in the trail: each thing it was narrowed by under its own name."""
        return {"paper": self.paper} | dict(self.asked) | {
            "paper": self.paper, "known_at": self.known_at.astimezone(UTC).isoformat(), "rulebook": self.rulebook,
            "rows": self.rows, "digest": self.digest,
        }  # fmt: skip


def manifest(
    session: Session, *, paper: str, asked: Mapping[str, str], known_at: datetime, rows: int, digest: str
) -> Manifest:
    """The manifest of an export; values of `asked` that say nothing are left out."""
    given = {name: value for name, value in asked.items() if value}
    return Manifest(paper, given, known_at, read_rulebook(session, known_at).fingerprint, rows, digest)


def made(
    session: Session,
    actor: Actor,
    *,
    paper: str,
    asked: Mapping[str, str],
    known_at: datetime,
    rows: int,
    digest: str,
    at: datetime,
    cut: bool = False,
) -> None:
    """Write down that somebody takes an export, in a transaction that writes; before its first byte leaves.

    `paper`: its name in the catalogue, such as `timesheet`. `asked`: texts by name. `known_at`: aware. `cut`: it is
    written down afterwards, and its end did not arrive.
    """
    found = manifest(session, paper=paper, asked=asked, known_at=known_at, rows=rows, digest=digest)
    record(session, actor, CUT if cut else MADE, kind="export", key=digest, after=found.as_json(), at=at)


def digest_of(path: Path) -> str:
    """SHA-256 of a file in hexadecimal, read a piece at a time."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    return found.hexdigest()


def digest_of_bytes(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def write_down(
    database: Database,
    actor: Actor,
    content: bytes | Path,
    *,
    paper: str,
    asked: Mapping[str, str],
    rows: int,
    at: datetime,
) -> None:
    """Write down that somebody takes a file, before it leaves. Raises StoreUnavailable, and then it must not."""
    digest = digest_of_bytes(content) if isinstance(content, bytes) else digest_of(content)
    with database.writing() as session:
        made(session, actor, paper=paper, asked=asked, known_at=at, rows=rows, digest=digest, at=at)


Written = Callable[[str, bool], None]
"""Is told the SHA-256 of what was sent, and whether that is the whole."""


def watched(pieces: Iterable[bytes], written: Written) -> Iterator[bytes]:
    """Pieces of a file as they come, and what is to be written down of them.

    The last piece is held back until it is, so that no whole file leaves unwritten; what is cut off is told as such.
    """
    digest, held, whole = hashlib.sha256(), b"", False
    try:
        for piece in pieces:
            if held:
                digest.update(held)
                yield held
            held = piece
        whole = True
    finally:
        if not whole:
            written(digest.hexdigest(), False)
    digest.update(held)
    written(digest.hexdigest(), True)
    if held:
        yield held
