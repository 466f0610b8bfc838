"""After a restoration: somebody says that what was lost has been entered again, or that nothing was."""

from __future__ import annotations

from datetime import datetime

from attendance.errors import Invalid
from attendance.store import restorations
from attendance.store.database import Session
from attendance.store.trail import Actor, record

_LONGEST = 1000


def settle(session: Session, number: int, note: str, *, actor: Actor, at: datetime) -> None:
    """Raises NotFound, and Invalid without a note or where it was settled before."""
    row = restorations.get(session, number)
    said = " ".join(note.split())
    if not said or len(said) > _LONGEST:
        raise Invalid(f"Say what was entered again, or that nothing was lost, in at most {_LONGEST} letters.")
    if row.settled_at is not None:
        raise Invalid(f"{row.settled_by} called this restoration settled before; nothing was changed.")
    row.settled_at, row.settled_by, row.settled_note = at, actor.name[:255], said
    session.add(row)
    session.flush()
    record(session, actor, "backup.settled", kind="restoration", key=str(number), why=said, at=at)
