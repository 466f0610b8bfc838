"""Views of a page that somebody saved under a name: every query. They are the account's own; nobody else is told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from attendance.errors import Invalid, NotFound
from attendance.store.list_tables import SavedViewRow
from attendance.store.listing_keys import MAX_ID

REASONS = ("view_name", "view_taken", "view_many", "view_long")
MOST_VIEWS = 30
LONGEST_NAME, LONGEST_QUERY = 64, 2000


class ViewRefused(Invalid):
    """A view that cannot be kept so; `reason` is one of REASONS."""

    code = "view_refused"

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


def of_account(session: Session, user_id: int, page: str) -> list[SavedViewRow]:
    """In the order in which they were saved."""
    mine = select(SavedViewRow).where(SavedViewRow.user_id == user_id, SavedViewRow.page == page)
    return list(session.exec(mine.order_by(col(SavedViewRow.id))))


def get(session: Session, user_id: int, number: int) -> SavedViewRow:
    """Raises NotFound, also for a view of somebody else."""
    row = session.get(SavedViewRow, number) if 0 < number <= MAX_ID else None
    if row is None or row.user_id != user_id:
        raise NotFound("view", str(number))
    return row


def save(
    session: Session, user_id: int, page: str, name: str, query: str, *, is_default: bool, at: datetime
) -> SavedViewRow:
    """Save filters under a name; what stood under it before is replaced. Raises ViewRefused."""
    name = _checked(name)
    if len(query) > LONGEST_QUERY:
        raise ViewRefused("view_long", "These filters are too long to be kept; name fewer of them.")
    mine = of_account(session, user_id, page)
    row = next((one for one in mine if one.name.casefold() == name.casefold()), None)
    if row is None:
        if len(mine) >= MOST_VIEWS:
            raise ViewRefused("view_many", f"You keep {MOST_VIEWS} views already; delete one you need no more.")
        row = SavedViewRow(user_id=user_id, page=page, name=name, query=query, recorded_at=at)
    row.name, row.query = name, query
    session.add(row)
    session.flush()
    if is_default or row.is_default:
        make_default(session, row, is_default)
    return row


def rename(session: Session, row: SavedViewRow, name: str) -> None:
    """Raises ViewRefused."""
    name = _checked(name)
    for other in of_account(session, row.user_id, row.page):
        if other.id != row.id and other.name.casefold() == name.casefold():
            raise ViewRefused("view_taken", f"Another view is named {name!r}; choose another name.")
    row.name = name
    session.add(row)


def delete(session: Session, row: SavedViewRow) -> None:
    session.delete(row)


def make_default(session: Session, row: SavedViewRow, is_default: bool = True) -> None:
    """Make a view the one that is shown where nothing is asked, in place of any other; or no longer."""
    mine = (col(SavedViewRow.user_id) == row.user_id, col(SavedViewRow.page) == row.page)
    session.execute(update(SavedViewRow).where(*mine).values(is_default=False))
    row.is_default = is_default
    session.add(row)
    session.flush()


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        raise ViewRefused("view_name", f"A view has a name of 1 to {LONGEST_NAME} letters; write one.")
    return name
