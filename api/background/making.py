"""Makes one paper in a process of its own, for whoever runs the jobs: `python -m api.background.making`.

The order comes as a line of JSON on standard input, which stays open as long as the paper is wanted: when it closes,
this process ends at once. What becomes of it goes to standard output, a line of JSON each: `{"rows": n}` now and then,
at last `{"made": …}` or `{"problem": code, "sentence": …}`. Nothing is written but the file.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from api.printing.official import written
from api.reporting.asking import check_format, read_asked
from api.reporting.catalogue import find
from attendance import clock
from attendance.errors import AttendanceError, NotFound
from attendance.services import access
from attendance.services.access import Permission
from attendance.services.accounts import SignedIn
from attendance.services.report_jobs import reach_digest, standing
from attendance.store import report_jobs
from attendance.store.database import Database, Session
from attendance.store.within import NOTHING, Within
from reports.progress import watched

TELL_EVERY = 0.5
_FILES = ("path", "pdf_key_file", "pdf_key_password_file")
DISK_FULL = "The disk of the data folder is full: the paper was not made. Free some space and ask for it again."


@dataclass(frozen=True, slots=True)
class Task:
    """The job that is made, of the database at `url`; the file goes to `path`, in a folder that is there.

    `pdf_key_file`, `pdf_key_password_file`: what signs an official paper, where the office has a certificate.
    """

    url: str
    zone: str
    at: datetime
    job: str
    path: Path
    pdf_key_file: Path | None = None
    pdf_key_password_file: Path | None = None

    def line(self) -> bytes:
        """As `main` reads it."""
        return json.dumps(asdict(self), default=str).encode() + b"\n"

    @classmethod
    def read(cls, line: bytes) -> Task:
        """The task of such a line."""
        given = json.loads(line)
        files = {name: Path(given[name]) for name in _FILES if given[name] is not None}
        return cls(**{**given, **files, "at": datetime.fromisoformat(given["at"])})


class MayNot(AttendanceError):
    """The account may not have this paper any more."""

    code = "forbidden"


class _Standing:
    """Whoever asked for a paper, as they stand when it is made. Raises MayNot."""

    def __init__(self, session: Session, user: SignedIn, permission: Permission, today: date) -> None:
        self._user, self._today = user, today
        within = self._reach(session, permission)
        if within is None:
            raise MayNot("What is granted to you does not open this paper any more.")
        self.within = within

    def elsewhere(self, session: Session, permission: Permission) -> Within:
        return self._reach(session, permission) or NOTHING

    def _reach(self, session: Session, permission: Permission) -> Within | None:
        user, scopes = self._user, self._user.held.scopes
        if scopes is not None and permission not in scopes:
            return None
        return access.within(session, permission, user.grants, user.employee_id, self._today)


def make(database: Database, task: Task) -> dict[str, Any]:
    """Write the file, as one moment of the database has it and its owner stands then. Raises MayNot, NotFound,
    Invalid, OSError."""
    with database.reading() as session:
        job = report_jobs.find(session, task.job)
        user = standing(session, job, task.at) if job is not None else None
        if job is None or user is None:
            raise MayNot("The account that asked for this paper is closed.")
        entry = find(job.paper)
        today = clock.today(task.at, task.zone)
        reader, reach = _Standing(session, user, entry.permission, today), reach_digest(session, user, today)
        asked = read_asked(session, entry, job.asked, reader, zone=task.zone, at=task.at, lang=job.lang)
        os.close(os.open(task.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        made = written(session, entry, asked, check_format(entry, job.format), task.path, task)
    with task.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = os.fstat(file.fileno()).st_size
    people = sorted(made.people)
    return {"rows": made.rows, "people": people, "size": size, "digest": digest, "grants": reach}


def answer_of(database: Database, task: Task, tell: Callable[[int], None]) -> dict[str, Any]:
    """What is said at last of a task."""
    try:
        with watched(tell):
            return {"made": make(database, task)}
    except Exception as error:
        return {"problem": problem_of(error), "sentence": _sentence(error)}


def problem_of(error: BaseException) -> str:
    """Which of `report_jobs.PROBLEMS` an error is."""
    match error:
        case MayNot():
            return "forbidden"
        case NotFound():
            return "not_found"
        case AttendanceError():
            return "too_many_rows" if error.code == "too_many_rows" else "invalid"
        case OSError(errno=errno.ENOSPC | errno.EDQUOT | errno.EFBIG):
            return "disk_full"
    beneath = error.__cause__ or error.__context__
    return problem_of(beneath) if beneath is not None and problem_of(beneath) == "disk_full" else "fault"


def _sentence(error: Exception) -> str:
    if problem_of(error) == "disk_full":
        return DISK_FULL
    if isinstance(error, AttendanceError):
        return str(error)
    return f"The paper could not be made ({type(error).__name__}); tell the administrator."


def main() -> None:
    """One task from standard input."""
    task = Task.read(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_caller, name="caller", daemon=True).start()
    os.nice(10)  # pages and judging go first
    os.umask(0o077)
    told = 0.0

    def tell(rows: int) -> None:
        nonlocal told
        if time.monotonic() - told >= TELL_EVERY:
            told = time.monotonic()
            _say({"rows": rows})

    database = Database(task.url)
    try:
        _say(answer_of(database, task, tell))
    finally:
        database.close()


def _end_with_caller() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


def _say(content: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(content) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
