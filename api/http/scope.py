"""Which rows somebody may see: the units of their part of the tree, and nothing that hangs elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from fastapi import Depends, Request

from api.http.auth import SignedInUser, address_of, allow
from api.http.errors import API
from api.http.service import service
from attendance.errors import NotFound
from attendance.services.access import Permission, roles_that_may
from attendance.services.accounts import SignedIn
from attendance.store import listing, office
from attendance.store.database import Session
from attendance.store.listing import Within
from attendance.store.tables import TerminalRow, UnitRow
from attendance.store.trail import Actor
from attendance.store.tree import Spread, StoredTree


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody and the numbers of the units they see; None: every unit."""

    user: SignedIn
    within: Within
    actor: Actor
    today: date

    def narrowed(self, session: Session, unit: str | None) -> Within:
        """The units of a filter, which are among those the reader sees. Raises NotFound for any other."""
        if unit is None:
            return self.within
        return StoredTree(session).below([office.key(self.unit(session, unit))], self.today)

    def part(self, session: Session, unit: str | None, from_on: date, to_on: date) -> Spread | None:
        """The units that a filter meant on each date of a span; None: no filter. Raises NotFound for one not seen.

        A row of a past date is of the tree of that date; whether it may be seen at all says `within`.
        """
        if unit is None:
            return None
        return StoredTree(session).spread(office.key(self.unit(session, unit)), from_on, to_on)

    def unit(self, session: Session, code: str) -> UnitRow:
        found = office.find(session, UnitRow, askable("unit", code))
        if found is None or (self.within is not None and found.id not in self.within):
            raise NotFound("unit", code)
        return found

    def employee_id(self, session: Session, code: str) -> int:
        found = listing.find_employee(session, askable("employee", code), self.within)
        if found is None:
            raise NotFound("employee", code)
        return found

    def terminal(self, session: Session, code: str) -> TerminalRow:
        found = listing.find_terminal(session, askable("terminal", code), self.within)
        if found is None:
            raise NotFound("terminal", code)
        return found


def askable(kind: str, code: str) -> str:
    """A code that can stand in a query: databases refuse some signs, and no code has them. Raises NotFound."""
    if not code.isprintable() or not code or len(code) > 64:
        raise NotFound(kind, code[:64])
    return code


def reader_of(request: Request, user: SignedIn) -> Reader:
    """The reader that somebody signed in is, for the API and for pages."""
    via: Literal["api", "page"] = "api" if request.url.path.startswith(f"{API}/") else "page"
    actor = Actor(user.name, user.user_id, via, address_of(request))
    today = service(request).today()
    if user.unit_id is None:
        return Reader(user, None, actor, today)
    with service(request).database.reading() as session:
        return Reader(user, StoredTree(session).below([user.unit_id], today), actor, today)


def may(permission: Permission) -> Callable[..., Reader]:
    """A dependency that lets on whoever may do this, as the reader they are. Raises Forbidden."""

    def permitted(request: Request, user: Annotated[SignedIn, Depends(allow(*roles_that_may(permission)))]) -> Reader:
        return reader_of(request, user)

    return permitted


def reading(request: Request, user: SignedInUser) -> Reader:
    return reader_of(request, user)


def filing(request: Request, user: Annotated[SignedIn, Depends(allow("hr", "administrator"))]) -> Reader:
    return reader_of(request, user)


def administering(request: Request, user: Annotated[SignedIn, Depends(allow("administrator"))]) -> Reader:
    return reader_of(request, user)


PULLERS = ("hr", "leader", "inspector", "administrator")
"""Roles that may have terminals read now: it files what is there and changes nothing."""


def pulling(request: Request, user: Annotated[SignedIn, Depends(allow(*PULLERS))]) -> Reader:
    return reader_of(request, user)


CurrentReader = Annotated[Reader, Depends(reading)]
CurrentFiler = Annotated[Reader, Depends(filing)]
CurrentAdministrator = Annotated[Reader, Depends(administering)]
CurrentPuller = Annotated[Reader, Depends(pulling)]
