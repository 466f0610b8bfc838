"""Public halves of the keys with which this installation signed. Never taken back."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from attendance.store.minutes_tables import SigningKeyRow


def keep(session: Session, key: str, public: bytes, at: datetime) -> None:
    """Keep a key once, with the moment it first signs."""
    if session.exec(select(SigningKeyRow.id).where(SigningKeyRow.key == key)).first() is None:
        session.add(SigningKeyRow(key=key, public=public, since=at))
        session.flush()


def known(session: Session) -> dict[str, bytes]:
    """Every key that ever signed here: public half by fingerprint, the oldest first."""
    return {row.key: row.public for row in session.exec(select(SigningKeyRow).order_by(col(SigningKeyRow.id)))}
