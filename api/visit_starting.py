"""The first seconds of a visit: terminals are read on the spot; then, or after a while, the list freezes.

A terminal that does not answer holds nobody: the list freezes without it and says how far it was read before. What
comes of it later is known later. A beginning goes on when whoever pressed has lost the line; pressing again joins it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from time import monotonic
from typing import Any

from fastapi import Request

from api.http.routers.terminals import note_pull
from api.http.scope import Reader
from api.http.service import Service, service
from attendance.services.visiting import beginning
from attendance.services.visiting.entering import own_visit
from attendance.store import office, polling, visit_marks
from attendance.store.database import Session
from attendance.store.trail import Actor
from attendance.store.tree import StoredTree
from attendance.store.visit_marks import number_of
from attendance.store.visit_tables import PLANNED, VisitRow
from device_sync.poller import Job, Poller
from device_sync.pulling import Progress

PATIENCE_SECONDS = 20.0
"""So long a team waits for terminals at most."""
_log = logging.getLogger(__name__)


@dataclass(eq=False)
class Starting:
    """A visit that is being begun. `told`: how far each terminal is, by code; `problem`: why nothing was frozen."""

    key: str
    codes: Sequence[str]
    at: datetime
    told: dict[str, Progress] = field(default_factory=dict)
    problem: Exception | None = None
    over: threading.Event = field(default_factory=threading.Event)
    news: threading.Condition = field(default_factory=threading.Condition)

    def tell(self, progress: Progress) -> None:
        with self.news:
            self.told[progress.terminal] = progress
            self.news.notify_all()

    def end(self) -> None:
        self.over.set()
        with self.news:
            self.news.notify_all()

    def steps(self) -> Iterator[dict[str, Progress]]:
        """How far the terminals are, each time that changes, until it is over."""
        last: dict[str, Progress] | None = None
        ends = monotonic() + PATIENCE_SECONDS + 60
        while monotonic() < ends:
            with self.news:
                if self.told == last and not self.over.is_set():
                    self.news.wait(1.0)
                now = dict(self.told)
            if now != last:
                last = now
                yield now
            if self.over.is_set():
                return

    def wait(self) -> None:
        """Until it is over. Raises what it met where nothing could be frozen."""
        self.over.wait(PATIENCE_SECONDS + 60)
        if self.problem is not None:
            raise self.problem


def codes_of(session: Session, visit: VisitRow, on: date) -> tuple[list[str], list[str]]:
    """The terminals that stand in a visit's unit and below it on a date, or on which people of them depend, by code:
    those that can be read now, and the others."""
    wanted = office.terminals_of(session, set(StoredTree(session).below([visit.unit_id], on)))
    needed = sorted(row.code for row in office.terminals(session) if row.in_use and office.key(row) in wanted)
    can = set(polling.pullable(session))
    return [code for code in needed if code in can], [code for code in needed if code not in can]


def wait_for(jobs: Sequence[Job]) -> None:
    """Until these terminals were read, or have been waited for long enough."""
    ends = monotonic() + PATIENCE_SECONDS
    for job in jobs:
        job.done.wait(max(0.0, ends - monotonic()))


def start(request: Request, reader: Reader, visit_key: str) -> Starting:
    """Begin a visit of one's own team in the background, or join whoever is beginning it. Raises NotFound."""
    parts, at = service(request), service(request).now()
    with _LOCK:
        under_way: dict[str, Starting] = request.app.state.__dict__.setdefault("visits_starting", {})
        if visit_key in under_way:
            with parts.database.reading() as session:
                own_visit(session, reader.user.user_id, visit_key, reader.today)
            return under_way[visit_key]
        with parts.database.reading() as session:
            visit = own_visit(session, reader.user.user_id, visit_key, reader.today)
            poller: Poller | None = getattr(request.app.state, "poller", None)
            fresh = visit.state == PLANNED and poller is not None
            codes = codes_of(session, visit, reader.today)[0] if fresh else []
            number = number_of(visit)
        found = Starting(visit_key, codes, at)
        if codes:
            note_pull(request, reader, codes)
        jobs = poller.begin(codes, on_progress=found.tell) if poller is not None and codes else []
        under_way[visit_key] = found
    run = threading.Thread(
        target=_run, args=(parts, reader.actor, found, number, jobs, under_way), name="visit", daemon=True
    )
    run.start()
    return found


_LOCK = threading.Lock()


def _run(
    parts: Service, by: Actor, found: Starting, visit_id: int, jobs: Sequence[Job], under_way: dict[str, Any]
) -> None:
    try:
        wait_for(jobs)
        with parts.database.writing() as session:
            row = visit_marks.locked(session, visit_id)
            beginning.begin(session, parts.settings.timezone, row, by=by, at=found.at, known_at=parts.now())
    except Exception as error:
        _log.exception("visit %s did not begin", visit_id)
        found.problem = error
    finally:
        under_way.pop(found.key, None)
        found.end()
