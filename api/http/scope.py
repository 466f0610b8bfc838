"""Who is asking, for one permission: which rows they may see, and whether more is allowed for a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import Depends, Request, Response

from api.http.auth import (
    SignedInUser,
    address_of,
    bearer_secret,
    is_beside,
    maybe_token,
    page_user,
    signed_in,
    token_holder,
)
from api.http.errors import API, Forbidden, LedTo, SignInNeeded, answer_error
from api.http.guard import STILL
from api.http.service import service
from attendance.errors import AttendanceError, NotFound
from attendance.services import access
from attendance.services.access import Permission
from attendance.services.accounts import SignedIn
from attendance.store import listing, office, people
from attendance.store.database import Session
from attendance.store.tables import TerminalRow, UnitRow
from attendance.store.trail import Actor, look
from attendance.store.tree import Spread, StoredTree
from attendance.store.within import NOTHING, Within


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody with the rows for which they have the permission that was asked for."""

    user: SignedIn
    within: Within
    actor: Actor
    permission: Permission
    today: date

    def narrowed(self, session: Session, unit: str | None) -> Within:
        """The rows of a filter, which are among those the reader sees. Raises NotFound for any other unit."""
        if unit is None:
            return self.within
        found = office.key(self.unit(session, unit))
        return self.within.narrowed(StoredTree(session).below([found], self.today))

    def part(self, session: Session, unit: str | None, from_on: date, to_on: date) -> Spread | None:
        """The units that a filter meant on each date of a span; None: no filter. Raises NotFound for one not seen.

        A row of a past date is of the tree of that date; whether it may be seen at all says `within`.
        """
        if unit is None:
            return None
        return StoredTree(session).spread(office.key(self.unit(session, unit)), from_on, to_on)

    def elsewhere(self, session: Session, permission: Permission) -> Within:
        """The rows for which the same person has another permission; none where they have it nowhere."""
        if not _is_in_scope(self.user, permission):
            return NOTHING
        if self.within.only is None and self._granted(permission) == self._granted(self.permission):
            return self.within  # the same grants allow both: nothing new to ask the tree
        return access.within(session, permission, self.user.grants, self.user.employee_id, self.today) or NOTHING

    def _granted(self, permission: Permission) -> list[int]:
        return [grant.id for grant in self.user.grants if access.may(grant.role, permission)]

    def unit(self, session: Session, code: str) -> UnitRow:
        found = office.find(session, UnitRow, askable("unit", code))
        if found is None or not self.within.names(found.id):
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

    def saw(
        self,
        session: Session,
        view: str,
        codes: Iterable[str | None],
        *,
        at: datetime,
        polled: bool = False,
        key: str = "",
    ) -> None:
        """Write down that the reader is shown records of these people, themselves left out. See `trail.look`."""
        self.saw_people(session, view, people.numbers(session, codes), at=at, polled=polled, key=key)

    def saw_people(
        self,
        session: Session,
        view: str,
        numbers: Iterable[int],
        *,
        at: datetime,
        polled: bool = False,
        key: str = "",
    ) -> None:
        """The same for people known by their numbers."""
        shown = set(numbers) - {self.user.employee_id}
        look(session, self.actor, view, shown, at=at, polled=polled, key=key)


def askable(kind: str, code: str) -> str:
    """A code that can stand in a query: databases refuse some signs, and no code has them. Raises NotFound."""
    if not code.isprintable() or not code or len(code) > 64:
        raise NotFound(kind, code[:64])
    return code


def reader_of(request: Request, user: SignedIn, permission: Permission) -> Reader:
    """The reader that somebody signed in is for a permission, in the API and in pages. Raises Forbidden."""
    via: Literal["api", "page"] = "api" if request.url.path.startswith(f"{API}/") else "page"
    if not _is_in_scope(user, permission):
        raise Forbidden(f"This token was made without {permission}; make one with it, or sign in with a password.")
    today = service(request).today()
    with service(request).database.reading() as session:
        within = access.within(session, permission, user.grants, user.employee_id, today)
    if within is None:
        wanted = ", ".join(access.roles_that_may(permission))
        raise Forbidden(
            f"This needs one of the roles {wanted}; yours at present: {', '.join(user.roles) or 'none'}. What is "
            "granted to whom is up to the administrators."
        )
    acting = access.leading(grant for grant in user.grants if access.may(grant.role, permission))
    role = acting.role if acting is not None else ""
    return Reader(user, within, Actor(user.name, user.user_id, via, address_of(request), role), permission, today)


def still_may(request: Request, permission: Permission, who: Callable[[], SignedIn]) -> None:
    """Have it asked again, before an answer that took long is given, whether its reader may still have it."""

    def still() -> Response | None:
        try:
            reader_of(request, who(), permission)
        except (SignInNeeded, LedTo):
            return Response(status_code=401)
        except AttendanceError as error:
            return answer_error(request, error)
        return None

    setattr(request.state, STILL, still)


def _is_in_scope(user: SignedIn, permission: Permission) -> bool:
    """Whether what somebody is signed in by is not held to other permissions, as a token for a program may be."""
    return user.held.scopes is None or permission in user.held.scopes


def may(permission: Permission) -> Callable[..., Reader]:
    """A dependency of the API that lets on whoever may do this, as the reader they are. Raises Forbidden."""

    def permitted(request: Request, user: SignedInUser, secret: Annotated[str, Depends(bearer_secret)]) -> Reader:
        still_may(request, permission, lambda: signed_in(token_holder(request, secret)))
        return reader_of(request, user, permission)

    permitted.permission = permission  # type: ignore[attr-defined]
    return permitted


def page_may(permission: Permission) -> Callable[..., Reader]:
    """The same for a page: nobody signed in is sent to sign in, and back. Raises SignInNeeded, Forbidden."""

    def permitted(request: Request, user: Annotated[SignedIn, Depends(page_user)]) -> Reader:
        still_may(request, permission, lambda: page_user(request))
        return reader_of(request, user, permission)

    permitted.permission = permission  # type: ignore[attr-defined]
    return permitted


def whole_office(permission: Permission) -> Callable[..., Reader]:
    """`page_may` for what concerns the installation itself: whoever looks after a part of the tree has no say in it.

    Raises SignInNeeded, Forbidden.
    """
    inner = page_may(permission)

    def permitted(request: Request, user: Annotated[SignedIn, Depends(page_user)]) -> Reader:
        reader = inner(request, user)
        if not reader.within.is_all:
            raise Forbidden(_WHOLE)
        return reader

    permitted.permission = permission  # type: ignore[attr-defined]
    return permitted


_WHOLE = "This is about the whole office, and you look after a part of it."


def beside_or(permission: Permission) -> Callable[..., None]:
    """A dependency that lets on programs of this machine, and whoever may do this for the whole office.

    Raises NotSignedIn, Forbidden.
    """

    def permitted(request: Request, token: Annotated[str | None, Depends(maybe_token)]) -> None:
        if not is_beside(request):
            user = signed_in(token_holder(request, bearer_secret(token)))
            reader = reader_of(request, user, permission)
            if not reader.within.is_all:
                raise Forbidden(_WHOLE)

    permitted.permission = permission  # type: ignore[attr-defined]
    return permitted
