"""Who may approve a paper, refuse it, take it back: nobody their own (`attendance.services.impartial`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attendance.services import impartial
from attendance.services.impartial import Decider, Matter, NotTheirs
from attendance.services.roster import entering
from attendance.store import paper_register
from attendance.store.database import Session
from attendance.store.register_tables import PaperRow
from attendance.store.trail import Actor
from attendance.store.within import EVERYTHING


def approve(session: Session, zone: str, paper: PaperRow, by: Decider, *, note: str = "", at: datetime) -> None:
    """The paper counts from now on, and did not before. Raises NotTheirs, NotAsItWas, DutyRefused."""
    check_may_decide(session, paper, by, at)
    if paper.status == "proposed":
        entering.check_before_approval(session, zone, paper)
    paper_register.decide(session, paper, "approved", by.actor, note=note, at=at)
    entering.take_over(session, paper, by.actor, at)


def was_signed(session: Session, zone: str, paper: PaperRow, signed_by: str, *, at: datetime) -> None:
    """A paper that was signed on paper counts from now on. `signed_by` may be left out; it is nobody's own name."""
    if signed_by:
        check_may_decide(session, paper, Decider(Actor(signed_by), EVERYTHING), at)
    entering.check_before_approval(session, zone, paper)
    signer = Actor(signed_by)
    paper_register.decide(session, paper, "approved", signer, at=at)
    entering.take_over(session, paper, signer, at)


def refuse(session: Session, paper: PaperRow, by: Decider, *, note: str = "", at: datetime) -> None:
    """The paper will never count; handed in anew it is another paper. Raises NotTheirs, NotAsItWas."""
    check_may_decide(session, paper, by, at)
    paper_register.decide(session, paper, "refused", by.actor, note=note, at=at)


def withdraw(session: Session, paper: PaperRow, by: Actor, *, note: str = "", at: datetime) -> None:
    """The paper counts no longer; that it did stays known. Raises NotAsItWas."""
    paper_register.withdraw(session, paper, by, note=note, at=at)


def decidable(session: Session, numbers: Sequence[int], by: Decider, at: datetime) -> frozenset[int]:
    """Which of these papers somebody may decide on. What is asked of the database does not grow with the papers."""
    papers = paper_register.find_all(session, numbers)
    theirs = impartial.theirs(session, [_matter(paper, at) for paper in papers], by)
    return frozenset(paper.id or 0 for paper, may in zip(papers, theirs, strict=True) if may)


def check_may_decide(session: Session, paper: PaperRow, by: Decider, at: datetime) -> None:
    """Raises NotTheirs with the reason."""
    impartial.check(session, _matter(paper, at), by)


def _matter(paper: PaperRow, at: datetime) -> Matter:
    return Matter(
        f"Paper {paper.id}", paper.unit_id, paper.employee_id, paper.author_id, paper.author, paper.from_on or at.date()
    )


__all__ = [
    "Decider",
    "NotTheirs",
    "approve",
    "check_may_decide",
    "decidable",
    "refuse",
    "was_signed",
    "withdraw",
]
