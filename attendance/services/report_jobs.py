"""Papers made in the background: asked for, made once at a time per account, kept for some days, taken away.

A job belongs to the account that asked. Whoever makes papers calls `claim`, `heard` and one of `made`, `failed` and
`give_back`; each of them finds the job in its own hands or says that it is not any more.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from attendance.errors import AttendanceError, Invalid, NotFound
from attendance.services.accounts import Held, SignedIn
from attendance.store import grants, people, report_jobs
from attendance.store.database import Database, Session
from attendance.store.report_job_tables import DONE, FAILED, RUNNING, WAITING, ReportJobRow
from attendance.store.trail import Actor, record
from attendance.store.tree import StoredTree

MOST_KEPT = 20
"""So many jobs an account has at a time; the oldest that ended makes room for the next."""
MOST_RUNNING = 2
"""So many are made at a time by all together: pages and judging have the rest of the machine."""
MOST_ATTEMPTS = 3
SILENT = timedelta(seconds=20)
"""After so long without a word whoever made a job is taken for dead, and the job is taken up again."""
PROBLEMS = (
    "forbidden", "not_found", "invalid", "too_many_rows", "disk_full", "interrupted", "too_long", "fault",
)  # fmt: skip
"""Why one could not be made."""
INTERRUPTED = (
    f"The program ended {MOST_ATTEMPTS} times while it was made; ask for fewer days or a smaller unit, or again later."
)
_WAITS = {"state": WAITING, "runner": "", "file": "", "rows": 0}


class TooManyJobs(Invalid):
    """So many papers wait to be made for an account that it gets no more."""

    code = "too_many_jobs"


class NotReady(AttendanceError):
    """There is nothing to fetch of a job; the sentence says why."""

    code = "report_not_ready"


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be made: a paper of the catalogue, in a format and a language, with what it is asked with."""

    paper: str
    format: str
    lang: str
    asked: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A file that was written: how many rows it has, whom it names (numbers), its size and SHA-256, and the
    `reach_digest` of then."""

    rows: int
    people: Collection[int]
    size: int
    digest: str
    grants: str


def ask(session: Session, user: SignedIn, order: Order, *, actor: Actor, at: datetime) -> ReportJobRow:
    """Put a paper among those that are to be made. Raises TooManyJobs."""
    mine = report_jobs.of_account(session, user.user_id)
    ended = [row for row in reversed(mine) if row.ended_at is not None]
    if len(mine) >= MOST_KEPT:
        if not ended:
            raise TooManyJobs(
                f"{MOST_KEPT} papers wait to be made for you; wait for one of them, or take one back, and ask again."
            )
        report_jobs.drop(session, [row.id for row in ended[: len(mine) - MOST_KEPT + 1]])
    scopes = sorted(user.held.scopes) if user.held.scopes is not None else None
    row = ReportJobRow(
        name=secrets.token_hex(12), user_id=user.user_id, paper=order.paper, format=order.format, lang=order.lang,
        asked=dict(order.asked), scopes=scopes, asked_at=at,
    )  # fmt: skip
    report_jobs.add(session, row)
    _record(session, actor, "asked", row, at, {"format": row.format, "asked": row.asked})
    return row


def listed(session: Session, user: SignedIn) -> list[ReportJobRow]:
    """The jobs of an account, the newest first; to a token those that were asked for within its scopes."""
    return [row for row in report_jobs.of_account(session, user.user_id) if _opens(user, row)]


def get(session: Session, user: SignedIn, name: str) -> ReportJobRow:
    """Raises NotFound, also for a job of somebody else."""
    row = report_jobs.find(session, name) if name.isalnum() and len(name) <= 32 else None
    if row is None or row.user_id != user.user_id or not _opens(user, row):
        raise NotFound("report job", name[:32])
    return row


def fetchable(session: Session, user: SignedIn, name: str, today: date) -> ReportJobRow:
    """A job whose file may be fetched by whoever it belongs to. Raises NotFound, NotReady."""
    row = get(session, user, name)
    if row.state != DONE:
        raise NotReady(
            {
                WAITING: "This paper waits for its turn; ask again in a while.",
                RUNNING: "This paper is being made; ask again in a while.",
                FAILED: row.sentence or "This paper could not be made.",
            }.get(row.state, "This file was taken away, as data it told of are erased; ask for the paper anew.")
        )
    if row.grants != reach_digest(session, user, today):
        raise NotReady("What you may see has changed since this paper was made; ask for it anew.")
    return row


def drop(session: Session, user: SignedIn, name: str, *, actor: Actor, at: datetime) -> None:
    """Take a job back: one that is being made ends, one that is made loses its file. Raises NotFound."""
    row = get(session, user, name)
    _record(session, actor, "dropped", row, at, {"state": row.state})
    report_jobs.drop(session, [row.id])


def standing(session: Session, row: ReportJobRow, at: datetime) -> SignedIn | None:
    """Whoever asked for a job as they stand now, held to what their token was held to; None: the account is closed."""
    account = people.accounts(session, [row.user_id]).get(row.user_id)
    if account is None or account.disabled:
        return None
    scopes = frozenset(row.scopes) if row.scopes is not None else None
    held = grants.holding(session, row.user_id, at)
    return SignedIn(row.user_id, account.name, account.employee_id, held, Held(scopes=scopes))


def reach_digest(session: Session, user: SignedIn, today: date) -> str:
    """What somebody may see at present: each role with the units below its own today, so that a change is seen also
    where units were moved and nothing that was granted."""
    tree = StoredTree(session)
    told = []
    for grant in user.grants:
        below = sorted(tree.below([grant.unit_id], today)) if grant.unit_id is not None else None
        told.append(f"{grant.role} {grant.unit_id} {below}")
    return hashlib.sha256("\n".join([*sorted(told), str(user.employee_id)]).encode()).hexdigest()


# for whoever makes them ---------------------------------------------------------------------------------------------


def claim(database: Database, runner: str, at: datetime) -> ReportJobRow | None:
    """Take the next job into one's hands: the oldest of an account of which none is being made.

    Jobs whose maker fell silent wait again, or have failed where that happened too often.
    """
    with database.reading() as session:
        if not report_jobs.are_due(session):
            return None
    with database.writing() as session:
        busy: set[int] = set()
        for row in report_jobs.running(session):
            if row.heard_at is None or row.heard_at < at - SILENT or row.heard_at > at + SILENT:
                _again(session, row, row.runner, at)
            else:
                busy.add(row.user_id)
        if len(busy) >= MOST_RUNNING:
            return None
        for row in report_jobs.waiting(session):
            if row.user_id in busy:
                continue
            taken = {
                "state": RUNNING, "runner": runner, "begun_at": at, "heard_at": at, "attempts": row.attempts + 1,
                "rows": 0, "file": secrets.token_hex(16),
            }  # fmt: skip
            if report_jobs.move(session, row.id, WAITING, "", taken):
                session.refresh(row)
                return row
        return None


def heard(database: Database, row: ReportJobRow, rows: int, at: datetime) -> bool:
    """Say how far a job is; False: it is not in these hands any more, and is to be let go."""
    with database.writing() as session:
        return report_jobs.move(session, row.id, RUNNING, row.runner, {"heard_at": at, "rows": rows})


def made(database: Database, row: ReportJobRow, outcome: Outcome, at: datetime) -> bool:
    """The file stands under its name; False: nobody wants it any more."""
    with database.writing() as session:
        values = {
            "state": DONE, "runner": "", "ended_at": at, "heard_at": at, "rows": outcome.rows, "size": outcome.size,
            "digest": outcome.digest, "known_at": row.begun_at, "grants": outcome.grants,
            "people": sorted(outcome.people),
        }  # fmt: skip
        done = report_jobs.move(session, row.id, RUNNING, row.runner, values)
        if done:
            _record(session, _job(row), "made", row, at, {"rows": outcome.rows, "digest": outcome.digest})
        return done


def failed(database: Database, row: ReportJobRow, problem: str, sentence: str, at: datetime) -> None:
    """It cannot be made, for one of PROBLEMS."""
    with database.writing() as session:
        _fail(session, row, row.runner, problem, sentence, at)


def give_back(database: Database, row: ReportJobRow, at: datetime, *, is_fault: bool) -> None:
    """It waits again. `is_fault`: whoever made it died, which happens to a job so many times; else it was stopped."""
    with database.writing() as session:
        if is_fault:
            _again(session, row, row.runner, at)
        else:
            back = {**_WAITS, "attempts": max(0, row.attempts - 1)}
            report_jobs.move(session, row.id, RUNNING, row.runner, back)


def tidy(database: Database, keep: timedelta, at: datetime) -> frozenset[str]:
    """Forget what ended too long ago; answers the files that belong to a job."""
    with database.reading() as session:
        old = bool(report_jobs.over(session, at - keep))
    if old:
        with database.writing() as session:
            report_jobs.drop(session, [row.id for row in report_jobs.over(session, at - keep)])
    with database.reading() as session:
        return report_jobs.files(session)


def _again(session: Session, row: ReportJobRow, runner: str, at: datetime) -> None:
    if row.attempts >= MOST_ATTEMPTS:
        _fail(session, row, runner, "interrupted", INTERRUPTED, at)
    else:
        report_jobs.move(session, row.id, RUNNING, runner, _WAITS)


def _fail(session: Session, row: ReportJobRow, runner: str, problem: str, sentence: str, at: datetime) -> None:
    values = {
        "state": FAILED, "runner": "", "file": "", "ended_at": at, "problem": problem, "sentence": sentence[:500],
    }  # fmt: skip
    if report_jobs.move(session, row.id, RUNNING, runner, values):
        _record(session, _job(row), "failed", row, at, {"outcome": problem})


def _opens(user: SignedIn, row: ReportJobRow) -> bool:
    if user.held.scopes is None:
        return True
    return row.scopes is not None and set(row.scopes) <= user.held.scopes


def _job(row: ReportJobRow) -> Actor:
    return Actor("reports", row.user_id, "job")


def _record(
    session: Session, actor: Actor, act: str, row: ReportJobRow, at: datetime, after: Mapping[str, object]
) -> None:
    record(session, actor, f"report.{act}", kind="report", key=row.paper, after={"job": row.name, **after}, at=at)
