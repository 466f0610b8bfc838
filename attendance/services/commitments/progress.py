"""How commitments stand by what is stored, as known at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from attendance import clock
from attendance.services.commitments import judging
from attendance.services.commitments.chains import chains
from attendance.services.commitments.facts import Facts
from attendance.services.commitments.gathering import Gathered
from attendance.services.commitments.judging import Judged
from attendance.store.commitment_tables import CommitmentRow
from attendance.store.database import Session

judge_clauses = judging.judge_clauses


@dataclass(frozen=True, slots=True)
class Figure:
    """As `judging.ClauseProgress`, without its list."""

    kind: str
    state: str
    n: int
    of: int | None
    maybe: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How a commitment stands: `judged` over all signed texts that follow each other with it, from the first day on
    which one held (`from_on`) to the last (`to_on`); both None where nothing is signed. `is_over`: that day has passed.
    """

    number: int
    judged: Judged
    from_on: date | None
    to_on: date | None
    known_at: datetime
    is_over: bool

    @property
    def state(self) -> str:
        """One of `judging.STATES`."""
        return self.judged.state

    @property
    def figures(self) -> list[Figure]:
        """What is counted, clause by clause, without the lists."""
        return [
            Figure(each.clause.kind, each.state, each.n, each.of, each.maybe)
            for each in self.judged.clauses
            if each.clause.is_measured
        ]


def progress(session: Session, zone: str, commitment: CommitmentRow, at: datetime) -> Progress:
    """How one commitment stands, as known at `at`."""
    return progress_of(session, zone, [commitment], at)[commitment.id or 0]


def progress_of(session: Session, zone: str, rows: Sequence[CommitmentRow], at: datetime) -> dict[int, Progress]:
    """The same of many, by their numbers. What is asked of the database does not grow with them, except that duties of
    the roster are judged a stretch of dates at a time."""
    today = clock.today(at, zone)
    linked = list(chains(session, rows, zone, at))
    signed = [chain for chain in linked if chain.terms]
    gathered = Gathered(session, zone, signed, at) if signed else None
    found = {}
    for chain in linked:
        number = chain.row.id or 0
        if chain.terms and gathered is not None:
            judged = judging.judge_terms(chain.terms, gathered.facts(chain), today)
            found[number] = Progress(number, judged, chain.first, chain.last, at, chain.last < today)
        else:
            judged = judging.judge_terms([chain.unsigned], Facts(), today)
            found[number] = Progress(number, judged, None, None, at, chain.row.to_on < today)
    return found
