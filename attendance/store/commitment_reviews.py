"""Reviews of commitments: every query."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlmodel import Session, col, select

from attendance.store.review_tables import CommitmentReviewRow


def find(session: Session, commitment: int) -> CommitmentReviewRow | None:
    return session.exec(select(CommitmentReviewRow).where(CommitmentReviewRow.commitment_id == commitment)).first()


def add(session: Session, row: CommitmentReviewRow) -> None:
    session.add(row)
    session.flush()


def outcomes(session: Session, commitments: Collection[int]) -> dict[int, str]:
    """What was concluded of these commitments, by number; one that was not reviewed is left out."""
    query = select(CommitmentReviewRow.commitment_id, CommitmentReviewRow.outcome).where(
        col(CommitmentReviewRow.commitment_id).in_(commitments)
    )
    return dict(session.exec(query).all())


def every(session: Session) -> Iterator[CommitmentReviewRow]:
    """All reviews by number, a few at a time."""
    return iter(
        session.exec(select(CommitmentReviewRow).order_by(col(CommitmentReviewRow.id)).execution_options(yield_per=200))
    )
