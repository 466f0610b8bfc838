"""The trail: who did what, who looked at whose record. Written in the transaction of the act itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlmodel import Session

Via = Literal["console", "api", "page", "job", "terminal"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `user_id` None: nobody who is signed in (the console, a job); `address`: where a request came from."""

    name: str
    user_id: int | None = None
    via: Via = "console"
    address: str = ""


CONSOLE = Actor("console")


def record(
    session: Session,
    actor: Actor,
    act: str,
    *,
    kind: str,
    key: str,
    employees: Iterable[int] = (),
    why: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    at: datetime,
) -> None:
    """Write down an act such as `paper.approved` on an object (kind and key), in the caller's transaction.

    `employees`: numbers of the people it is about; `before` and `after`: what changed, as JSON values.
    """


def look(session: Session, actor: Actor, what: str, employees: Iterable[int], *, at: datetime) -> None:
    """Write down that somebody was shown records of these people (numbers)."""
