"""The timetable: pull every terminal on its interval, judge what became dirty, read everything again at night.

APScheduler holds three jobs that only call others. A tick never waits for a terminal: it hands due ones to a pool, so a
dead terminal occupies one lane until its deadline and delays nobody.
"""

from __future__ import annotations

import logging
import random
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobEvent
from apscheduler.schedulers.background import BackgroundScheduler

from attendance.clock import Now, utc_now
from attendance.services.evaluate import Evaluation, evaluate_dirty
from attendance.store import leases, office
from attendance.store.database import Database
from device_sync.pulling import Puller

log = logging.getLogger(__name__)

LANES = 16
JITTER = 0.2  # each interval is lengthened by up to this share, so that terminals do not all answer at once
LEASE_SECONDS = 30
BACKOFF_LIMIT = 8  # a terminal that keeps failing is asked at most this many times less often


@dataclass
class Timetable:
    """Runs until `stop()`. Safe to start twice on one database: one leads, the other waits for the lease.

    `tick_seconds` is how often due terminals are looked for, `evaluate_seconds` how often marked days are judged;
    without `judging`, as at a site that only forwards, none are.
    """

    database: Database
    puller: Puller
    zone: str
    now: Now = utc_now
    tick_seconds: float = 2.0
    evaluate_seconds: float = 2.0
    nightly_hour: int = 1
    judging: bool = True
    on_evaluated: Callable[[Evaluation], None] | None = None
    holder: str = field(default_factory=lambda: secrets.token_hex(8))

    def __post_init__(self) -> None:
        self._due: dict[str, float] = {}
        self._failures: dict[str, int] = {}
        self._busy: set[str] = set()
        self._guard = threading.Lock()
        self._pool = ThreadPoolExecutor(LANES, thread_name_prefix="pull")
        self._scheduler = BackgroundScheduler(
            timezone=self.zone,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._stopped = threading.Event()

    def start(self) -> None:
        self._scheduler.add_job(self._tick, "interval", seconds=self.tick_seconds, id="tick", misfire_grace_time=60)
        if self.judging:
            self._scheduler.add_job(self._evaluate, "interval", seconds=self.evaluate_seconds, id="evaluate")
        self._scheduler.add_job(self._nightly, "cron", hour=self.nightly_hour, minute=30, id="nightly")
        self._scheduler.add_listener(_log_trouble, EVENT_JOB_MISSED | EVENT_JOB_ERROR | EVENT_JOB_MAX_INSTANCES)
        self._scheduler.start()

    def stop(self) -> None:
        """Finish what is running, give the lease back, end every thread."""
        self._stopped.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        self._pool.shutdown(wait=True, cancel_futures=True)
        with self.database.writing() as session:
            leases.release(session, "timetable", self.holder)

    @property
    def running(self) -> bool:
        return bool(self._scheduler.running) and not self._stopped.is_set()

    def _leads(self) -> bool:
        with self.database.writing() as session:
            return leases.hold(session, "timetable", self.holder, self.now(), LEASE_SECONDS)

    def _tick(self) -> None:
        if self._stopped.is_set() or not self._leads():
            return
        moment = time.monotonic()
        with self.database.reading() as session:
            terminals = [(row.code, row.poll_seconds) for row in office.terminals(session) if row.host and row.in_use]
        for code, interval in terminals:
            due = self._due.setdefault(code, moment)
            with self._guard:
                if moment < due or code in self._busy:
                    continue
                self._busy.add(code)
            self._pool.submit(self._pull, code, interval, False)

    def _pull(self, code: str, interval: int, full: bool) -> None:
        failed = True
        try:
            if not self._stopped.is_set():
                failed = self.puller.pull(code, full=full).outcome != "ok"
        except Exception:
            log.exception("pulling terminal %s failed", code)
        finally:
            self._failures[code] = self._failures.get(code, 0) + 1 if failed else 0
            pause = interval * min(1 + self._failures[code], BACKOFF_LIMIT) * (1 + random.random() * JITTER)
            self._due[code] = time.monotonic() + pause
            with self._guard:
                self._busy.discard(code)

    def _evaluate(self) -> None:
        if self._stopped.is_set() or not self._leads():
            return
        done = evaluate_dirty(self.database, self.zone, self.now())
        for sentence in done.unruled:
            log.warning("Nobody was judged there: %s", sentence)
        if self.on_evaluated is not None and done.days_judged:
            self.on_evaluated(done)

    def _nightly(self) -> None:
        """Read every log from its beginning and compare it with what is stored."""
        if self._stopped.is_set() or not self._leads():
            return
        with self.database.reading() as session:
            terminals = [(row.code, row.poll_seconds) for row in office.terminals(session) if row.host and row.in_use]
        for code, interval in terminals:
            with self._guard:
                if code in self._busy:
                    continue
                self._busy.add(code)
            self._pool.submit(self._pull, code, interval, True)


def _log_trouble(event: JobEvent) -> None:
    if getattr(event, "exception", None):
        log.error("job %s failed: %s", event.job_id, event.exception)
    else:
        log.warning("job %s was late or still running and was skipped once", event.job_id)
