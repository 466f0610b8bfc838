"""Which person of a province's own sign-in which account belongs to: every query."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlmodel import Session, col

from attendance.store.sign_in_tables import OpenIdLinkRow
from attendance.store.tables import UserRow


def user_of(session: Session, issuer: str, subject: str) -> str | None:
    """The name of the account that a person of the provider is linked to."""
    query = (
        select(col(UserRow.name))
        .join(OpenIdLinkRow, col(OpenIdLinkRow.user_id) == col(UserRow.id))
        .where(col(OpenIdLinkRow.issuer) == issuer, col(OpenIdLinkRow.subject) == subject)
    )
    return session.scalars(query).one_or_none()


def subject_of(session: Session, issuer: str, user_id: int) -> str | None:
    query = select(col(OpenIdLinkRow.subject)).where(
        col(OpenIdLinkRow.issuer) == issuer, col(OpenIdLinkRow.user_id) == user_id
    )
    return session.scalars(query).one_or_none()


def link(session: Session, issuer: str, subject: str, user_id: int, at: datetime) -> None:
    """In place of any link that the account had at this provider."""
    session.execute(
        delete(OpenIdLinkRow).where(col(OpenIdLinkRow.issuer) == issuer, col(OpenIdLinkRow.user_id) == user_id)
    )
    session.add(OpenIdLinkRow(issuer=issuer, subject=subject, user_id=user_id, linked_at=at))
    session.flush()


def unlink(session: Session, user_id: int) -> bool:
    ended = session.execute(delete(OpenIdLinkRow).where(col(OpenIdLinkRow.user_id) == user_id))
    return bool(ended.rowcount)  # type: ignore[attr-defined]
