"""Savepoints: whether what was noted under one is undone with another."""

from __future__ import annotations

from sqlalchemy.orm import SessionTransaction


def is_within(under: SessionTransaction | None, ended: SessionTransaction) -> bool:
    """Whether a savepoint is the one that ended, or one opened inside it."""
    while under is not None:
        if under is ended:
            return True
        under = under.parent
    return False
