"""The review at the end of a commitment: the facts as they are known then, and what a person says of them. Once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

import orjson

from attendance import clock
from attendance.errors import Invalid
from attendance.services.commitments import told as telling
from attendance.services.commitments.frozen import digest_of, seal_of
from attendance.services.commitments.progress import Progress, progress
from attendance.services.commitments.signing import check_decider, name_of
from attendance.services.commitments.standing import MovedOn
from attendance.services.commitments.told import Told
from attendance.services.impartial import Decider, NotTheirs
from attendance.store import commitment_reviews, commitments, office
from attendance.store.commitment_tables import COLLECTIVE, CommitmentRow
from attendance.store.database import Session
from attendance.store.review_tables import OUTCOMES, CommitmentReviewRow
from attendance.store.trail import record

FORMAT = "commitment-review/1"
LONGEST_REMARK = 2000


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet of a review. `facts`: as they were frozen, or of one not reviewed yet as they are known now; `digest`:
    of the facts alone, for whoever reviews what they saw. `obstacle`: why it cannot be reviewed yet (not_signed,
    not_over, replaced), else empty. `holds`: a stored one is as it was written. `moved_on`: its facts are others now.
    """

    facts: Told
    digest: str
    review: CommitmentReviewRow | None
    obstacle: str
    holds: bool = True
    moved_on: bool = False


def sheet(session: Session, zone: str, row: CommitmentRow, at: datetime) -> Sheet:
    """The sheet as it stands at a moment."""
    found = progress(session, zone, row, at)
    facts = telling.told(session, row, found)
    digest = facts_digest(facts)
    review = commitment_reviews.find(session, row.id or 0)
    if review is None:
        return Sheet(facts, digest, None, obstacle(session, zone, row, found, at))
    frozen = telling.read(orjson.dumps(orjson.loads(review.content)["facts"]))
    then = facts_digest(frozen)
    return Sheet(frozen, then, review, "", holds=wrong(review) == "", moved_on=then != digest)


def facts_digest(facts: Told) -> str:
    return digest_of(telling.canonical(facts))


def obstacle(session: Session, zone: str, row: CommitmentRow, found: Progress, at: datetime) -> str:
    """Why it is not reviewed yet: not_signed, replaced (by one that is signed), not_over; empty: it may be.

    One of somebody who serves nowhere any more is over for them.
    """
    if row.signed_at is None or found.from_on is None:
        return "not_signed"
    if commitments.held_until(session, [row], zone)[row.id or 0] < row.to_on:
        return "replaced"
    left = row.scope != COLLECTIVE and row.employee_id is not None
    left = left and office.unit_on(session, row.employee_id or 0, clock.today(at, zone)) is None
    return "" if found.is_over or left else "not_over"


_SENTENCES = {
    "not_signed": "Commitment {} is not signed; there is nothing to review.",
    "replaced": "Another one took the place of commitment {}; both are reviewed together with that one.",
    "not_over": "The time of commitment {} is not over; it is reviewed after its last day.",
}


def review(
    session: Session,
    zone: str,
    number: int,
    by: Decider,
    *,
    outcome: str,
    remark: str,
    seen: str,
    at: datetime,
) -> CommitmentReviewRow:
    """Write what a person concludes, and why, under the facts they saw (`seen`: their digest). Once and for good.

    Raises NotTheirs for one's own, MovedOn where it is not time, was reviewed, or the facts are others by now; Invalid,
    NotFound.
    """
    row = commitments.get(session, number, lock=True)
    check_decider(session, row, by, zone, clock.today(at, zone))
    found = sheet(session, zone, row, at)
    if found.review is not None:
        raise MovedOn(f"{found.review.reviewed_by} has reviewed commitment {number} already; a review is written once.")
    if found.obstacle:
        raise MovedOn(_SENTENCES[found.obstacle].format(number))
    if seen != found.digest:
        raise MovedOn(f"The facts of commitment {number} are not those you saw; look at them again.")
    if outcome not in OUTCOMES:
        raise Invalid(f"{outcome[:20]!r} is no outcome; write one of {', '.join(OUTCOMES)}.")
    remark = remark.strip()
    if not remark:
        raise Invalid("Write in a few words what you conclude and why; a review without a remark is none.")
    if len(remark) > LONGEST_REMARK:
        raise Invalid(f"The remark has at most {LONGEST_REMARK} letters; shorten it.")
    salt = secrets.token_hex(16)
    content = telling.canonical(
        {
            "format": FORMAT,
            "text": row.digest,
            "facts": found.facts,
            "known_at": at,
            "outcome": outcome,
            "remark": seal_of(remark, salt),
            "account": by.actor.user_id,
        }
    )
    written = CommitmentReviewRow(
        commitment_id=number, employee_id=row.employee_id, outcome=outcome, remark=remark, salt=salt,
        content=content.decode(), digest=digest_of(content), known_at=at, reviewed_at=at,
        reviewed_by=name_of(session, by.actor)[:200], reviewed_by_id=by.actor.user_id,
    )  # fmt: skip
    commitment_reviews.add(session, written)
    about = [each for each in (row.employee_id, row.head_id) if each is not None]
    after = {"outcome": outcome, "digest": written.digest}
    record(
        session,
        by.actor,
        "commitment.reviewed",
        kind="commitment",
        key=str(number),
        employees=about,
        after=after,
        at=at,
    )
    return written


def may_review(session: Session, zone: str, row: CommitmentRow, by: Decider, at: datetime) -> bool:
    """Whether somebody who may review at all may review this one."""
    try:
        check_decider(session, row, by, zone, clock.today(at, zone))
    except NotTheirs:
        return False
    return True


def wrong(row: CommitmentReviewRow) -> str:
    """What of a stored review is not as it was written: text, remark or outcome; empty: it holds."""
    content = row.content.encode()
    if digest_of(content) != row.digest:
        return "text"
    values = orjson.loads(content)
    if row.salt and values["remark"] != seal_of(row.remark, row.salt):
        return "remark"
    told = (values["outcome"], values["facts"]["commitment"])
    return "" if told == (row.outcome, row.commitment_id) else "outcome"
