"""Checking that signed commitments are as they were signed, and their reviews as they were written."""

from __future__ import annotations

from dataclasses import dataclass

from attendance.services.commitments.frozen import wrong
from attendance.services.commitments.reviewing import wrong as wrong_review
from attendance.store import commitment_reviews, commitments
from attendance.store.database import Session


@dataclass(frozen=True, slots=True)
class CommitmentsChecked:
    """`broken`: number of the first commitment that is not as it was signed, `wrong`: what of it (text, name, clauses,
    dates, or something of its review); None: all are."""

    commitments: int
    broken: int | None = None
    wrong: str = ""

    @property
    def holds(self) -> bool:
        return self.broken is None


def check_commitments(session: Session) -> CommitmentsChecked:
    """Go through every signed commitment by its number, then through the reviews."""
    count = 0
    for row in commitments.signed(session):
        if found := wrong(row):
            return CommitmentsChecked(count, row.id, found)
        count += 1
    for review in commitment_reviews.every(session):
        if found := wrong_review(review):
            return CommitmentsChecked(count, review.commitment_id, f"{found} of its review")
    return CommitmentsChecked(count)
