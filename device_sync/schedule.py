"""The timetable: pull every terminal on its interval, judge what became dirty, read everything again at night.

APScheduler holds a few jobs that only call others: a tick hands due terminals to the poller's lanes and waits for none.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobEvent
from apscheduler.schedulers.background import BackgroundScheduler

from attendance.clock import Now, utc_now
from attendance.errors import AttendanceError
from attendance.services.backups import drilling
from attendance.services.backups.keeping import Plan, keep_up
from attendance.services.citizens.intake import forget_senders
from attendance.services.conduct.keeping import Keeper
from attendance.services.evaluate import Evaluation, evaluate_dirty
from attendance.services.personal import retention
from attendance.services.verifying import verify_nightly
from attendance.store import leases
from attendance.store.database import Database
from device_sync.live import Listeners
from device_sync.poller import Poller
from device_sync.push.reconciling import delete_old_photos, reconcile_all

log = logging.getLogger(__name__)

LEASE_SECONDS = 24
"""A leader that is killed is followed within 30 s: when its lease has run out, at the next tick of another."""
SLEEP_SECONDS = 60.0
"""A gap between two ticks by the clock of the wall that is longer by this than by the monotonic one: it slept."""
EVENTS = {EVENT_JOB_MISSED: "missed", EVENT_JOB_ERROR: "failed", EVENT_JOB_MAX_INSTANCES: "still_running"}


@dataclass
class Timetable:
    """Runs until `stop()`. Safe to start twice on one database: one leads, the other waits for the lease.

    `tick_seconds` is how often due terminals are looked for, `evaluate_seconds` how often marked days are judged;
    without `judging`, as at a site that only forwards, none are. `notify` sends what people asked to be told, every
    `notify_seconds`; `seal` makes and makes known the checkpoints that are due, every `seal_seconds`; every
    `backup_seconds` it is asked whether one of `backups` is due, or to be put back for trial in the folder `drill_in`.
    `events` counts what APScheduler did not run or could not end, by kind and job. The poller is stopped by whoever
    made it, for it also serves those who ask.
    """

    database: Database
    poller: Poller
    zone: str
    now: Now = utc_now
    tick_seconds: float = 2.0
    evaluate_seconds: float = 2.0
    lease_seconds: float = LEASE_SECONDS
    nightly_hour: int = 1
    judging: bool = True
    backups: Plan | None = None
    drill_in: Path | None = None
    backup_seconds: float = 300.0
    propose_seconds: float = 300.0
    forget_seconds: float = 3600.0
    on_evaluated: Callable[[Evaluation], None] | None = None
    notify: Callable[[], object] | None = None
    notify_seconds: float = 15.0
    seal: Callable[[], object] | None = None
    seal_seconds: float = 15.0
    holder: str = field(default_factory=lambda: secrets.token_hex(8))
    events: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._listeners = Listeners(self.poller, now=self.now)
        self._proposals = Keeper(self.database, self.zone)
        self._scheduler = BackgroundScheduler(
            timezone=self.zone,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._stopped = threading.Event()
        self._last_tick: tuple[datetime, float] | None = None

    def start(self) -> None:
        self._scheduler.add_job(self._tick, "interval", seconds=self.tick_seconds, id="tick", misfire_grace_time=60)
        if self.judging:
            self._scheduler.add_job(self._evaluate, "interval", seconds=self.evaluate_seconds, id="evaluate")
            self._scheduler.add_job(self._propose, "interval", seconds=self.propose_seconds, id="propose")
        if self.notify is not None:
            self._scheduler.add_job(self._notify, "interval", seconds=self.notify_seconds, id="notify")
        if self.seal is not None:
            self._scheduler.add_job(self._seal, "interval", seconds=self.seal_seconds, id="seal")
        self._scheduler.add_job(self._forget, "interval", seconds=self.forget_seconds, id="forget")
        self._scheduler.add_job(self._nightly, "cron", hour=self.nightly_hour, minute=30, id="nightly")
        self._scheduler.add_job(self._compare, "cron", hour=self.nightly_hour + 2, minute=30, id="compare")
        self._scheduler.add_job(self._verify, "cron", hour=self.nightly_hour + 3, minute=30, id="verify")
        if self.backups is not None:
            self._scheduler.add_job(self._back_up, "interval", seconds=self.backup_seconds, id="back_up")
        self._scheduler.add_listener(self._count_trouble, EVENT_JOB_MISSED | EVENT_JOB_ERROR | EVENT_JOB_MAX_INSTANCES)
        self._scheduler.start()

    def stop(self) -> None:
        """End the jobs and the listeners, and give the lease back."""
        self._stopped.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        self._listeners.stop()
        with suppress(AttendanceError):
            self.poller.write_down()
        with self.database.writing() as session:
            leases.release(session, "timetable", self.holder)

    @property
    def running(self) -> bool:
        return bool(self._scheduler.running) and not self._stopped.is_set()

    def _leads(self) -> bool:
        with self.database.writing() as session:
            return leases.hold(session, "timetable", self.holder, self.now(), self.lease_seconds)

    def _tick(self) -> None:
        if self._stopped.is_set():
            return
        if not self._leads():
            self.poller.forget()
            self._listeners.keep(())
            return
        self.poller.tick()
        if self._has_slept():
            log.warning("this machine slept or its clock was set forward; every terminal is read once now")
            self.poller.make_due()
        self._listeners.keep(self.poller.listened_to())

    def _has_slept(self) -> bool:
        now, moment = self.now(), time.monotonic()
        last, self._last_tick = self._last_tick, (now, moment)
        return last is not None and (now - last[0]).total_seconds() > moment - last[1] + SLEEP_SECONDS

    def _evaluate(self) -> None:
        if self._stopped.is_set() or not self._leads():
            return
        done = evaluate_dirty(self.database, self.zone, self.now())
        for sentence in done.unruled:
            log.warning("Nobody was judged there: %s", sentence)
        if self.on_evaluated is not None and done.days_judged:
            self.on_evaluated(done)

    def _propose(self) -> None:
        if not self._stopped.is_set() and self._leads():
            self._proposals.round(self.now())

    def _forget(self) -> None:
        """Where forms of citizens came from is kept for a day, also where no other form comes."""
        if not self._stopped.is_set() and self._leads():
            forget_senders(self.database, self.now())

    def _notify(self) -> None:
        if self.notify is not None and not self._stopped.is_set() and self._leads():
            self.notify()

    def _seal(self) -> None:
        if self.seal is not None and not self._stopped.is_set() and self._leads():
            self.seal()

    def _nightly(self) -> None:
        """Read every log from its beginning and compare it with what is stored; who fails owes it."""
        if not self._stopped.is_set() and self._leads():
            self.poller.make_due(full=True)

    def _compare(self) -> None:
        """Compare what terminals pushed with what was read, after the nightly reading; propose what is due to go."""
        if self._stopped.is_set() or not self._leads():
            return
        reconcile_all(self.database, zone=self.zone, at=self.now())
        delete_old_photos(self.database, zone=self.zone, at=self.now())
        if self.judging:
            retention.propose(self.database, self.zone, at=self.now())

    def _verify(self) -> None:
        """Check that what is kept still verifies; the log alarms where it does not."""
        if not self._stopped.is_set() and self._leads():
            verify_nightly(self.database, self.now())

    def _back_up(self) -> None:
        if self.backups is not None and not self._stopped.is_set() and self._leads():
            keep_up(self.database, self.backups, self.now)
            if self.drill_in is not None and self.judging:
                drilling.keep_up(self.database, self.backups, self.drill_in, self.now)

    def _count_trouble(self, event: JobEvent) -> None:
        kind = EVENTS[event.code]
        self.events[kind, event.job_id] += 1
        if kind == "failed":
            log.error("job %s failed: %s", event.job_id, event.exception)
        else:
            log.warning("job %s was %s and was left out once", event.job_id, kind.replace("_", " "))
