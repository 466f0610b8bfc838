"""The poller: every terminal on its tick in lanes, those that fail apart, and whoever asks now comes first.

64 lanes for terminals that answer and 8 for those whose last reading failed, so that the dead never delay the living.
Pauses are counted on the monotonic clock; what is known of a terminal is written to `poll_state`, so that a restart or
another leader goes on from there.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import monotonic

from attendance.errors import AttendanceError
from attendance.store import polling
from device_sync import intake
from device_sync.agenda import Agenda
from device_sync.hints import Hub
from device_sync.intake import Filed
from device_sync.lanes import Lanes
from device_sync.pulling import CONNECTING, DONE, READING, WAITING, Attempt, Progress, Puller, Taken

log = logging.getLogger(__name__)

HEALTHY_LANES, PROBE_LANES = 64, 8
LOOK_SECONDS = 0.2
"""How often running pulls are looked at, for progress and deadlines."""
GRACE_SECONDS = 30.0
"""What a pull may exceed its own limits by before it is broken off, and again before its lane is given up."""

ASIDE_SECONDS = 10.0
"""A listener steps aside within so long; whoever holds a terminal longer is reading it."""

Watcher = Callable[[Progress], object]


class Occupied(AttendanceError):
    """Another program talks to the terminal, and has for longer than any pull may take."""

    code = "occupied"

    def __init__(self, code: str) -> None:
        super().__init__(f"Terminal {code} is being talked to by another program; end that one, or ask again later.")


class Ended(AttendanceError):
    """The service is ending and reads no more."""

    code = "ended"

    def __init__(self, code: str) -> None:
        super().__init__(f"Terminal {code} was not read: the service is ending. Ask again when it runs.")


@dataclass(eq=False)
class Job:
    """One pull that is wanted, waited for by whoever asked before it began. `due_at` and `ended_at` are monotonic."""

    code: str
    due_at: float
    full: bool = False
    asked: bool = False
    watchers: list[Watcher] = field(default_factory=list)
    thread: threading.Thread | None = None
    attempt: Attempt | None = None
    heard_up_to: int = 0
    filed: Filed | None = None
    error: Exception | None = None
    began_at: float = 0.0
    ended_at: float = 0.0
    done: threading.Event = field(default_factory=threading.Event)
    broken_off_at: float | None = None
    is_given_up: bool = False
    last_seen: Progress | None = None

    def tell(self, progress: Progress) -> None:
        for watcher in tuple(self.watchers):
            try:
                watcher(progress)
            except Exception:
                log.exception("somebody who watches terminal %s failed", self.code)

    def result(self) -> Filed:
        """What became of it, once it is done. Raises what it met where nothing could be filed."""
        self.done.wait()
        if self.error is not None:
            raise self.error
        assert self.filed is not None
        return self.filed


class Poller:
    """Runs pulls. `tick` is called by the timetable of the process that leads; `ask` by anybody in any process.

    `hub` hears how far the readings are that somebody asked for, and what live punches became part of the record.
    `counts` and `waits` (seconds from due to begun, the last thousands) are for figures. `on_ended` is told every job.
    """

    def __init__(
        self,
        puller: Puller,
        *,
        hub: Hub | None = None,
        lanes: int = HEALTHY_LANES,
        probe_lanes: int = PROBE_LANES,
        grace_seconds: float = GRACE_SECONDS,
        on_ended: Callable[[Job], object] = lambda _: None,
    ) -> None:
        self.puller = puller
        self.hub = hub or Hub()
        self.counts: Counter[str] = Counter()
        self.waits: deque[float] = deque(maxlen=4096)
        self.healthy, self.probes = Lanes(lanes, "pull"), Lanes(probe_lanes, "probe")
        self.grace_seconds = grace_seconds
        self._on_ended = on_ended
        self._agenda = Agenda()
        self._waiting: dict[str, Job] = {}
        self._running: dict[str, Job] = {}
        self._guard = threading.RLock()
        self._news = threading.Condition(self._guard)
        self._watch: threading.Thread | None = None
        self._stopped = False

    # asking -----------------------------------------------------------------------------------------------------------

    def ask(self, codes: Sequence[str], *, full: bool = False, on_progress: Watcher | None = None) -> list[Filed]:
        """Pull these terminals now, before anything that is merely due, and answer when all have ended, in order.

        A pull that began before the question may miss a punch made since, so each gets one that begins after it; who
        waits for the same terminal shares it. `on_progress` is called from other threads. Raises NotFound, Invalid,
        StoreUnavailable, Occupied or Ended for the first terminal that could not be tried, after the others ended.
        """
        jobs = self.begin(codes, full=full, on_progress=on_progress)
        for job in jobs:
            job.done.wait()
        return [job.result() for job in jobs]

    def begin(self, codes: Iterable[str], *, full: bool = False, on_progress: Watcher | None = None) -> list[Job]:
        """As `ask`, without waiting."""
        jobs = [self._want(code, full=full, watchers=[w for w in (on_progress, self.hub.tell) if w]) for code in codes]
        for job in jobs:
            if not job.began_at:
                job.tell(Progress(job.code, WAITING))
        return jobs

    def join(self, codes: Iterable[str]) -> list[tuple[Job, bool]]:
        """As `begin`, but a reading that waits or is under way is shared, no other follows; with each, whether so."""
        found = []
        with self._guard:
            for code in codes:
                there = self._running.get(code) or self._waiting.get(code)
                if code in self._running:
                    job = self._running[code]
                    job.watchers += [self.hub.tell] if self.hub.tell not in job.watchers else []
                else:
                    [job] = self.begin([code])
                found.append((job, there is not None))
        return found

    def is_left_alone(self, code: str) -> bool:
        """Whether the breaker of a terminal is open."""
        with self._guard:
            return self._agenda.is_left_alone(code)

    def hint(self, code: str) -> None:
        """Something was heard of a terminal: read it soon, once for a burst."""
        with self._guard:
            self._agenda.hint(code, monotonic())

    # the timetable ----------------------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Hand every terminal that is due to a lane, and write down what changed. Raises StoreUnavailable."""
        with self.puller.database.reading() as session:
            listed = polling.to_poll(session)
        with self._guard:
            moment = monotonic()
            self._agenda.look_at(listed, self.puller.now(), moment)
            for known in self._agenda.due(moment):
                if known.code not in self._waiting and known.code not in self._running:
                    self._want(known.code, full=known.owes_full, due_at=known.due)
        self.write_down()

    def write_down(self) -> None:
        """What changed of the terminals since the last time, for a restart or another leader."""
        with self._guard:
            changes = self._agenda.take_changes(self.puller.now(), monotonic())
        if changes:
            with self.puller.database.writing() as session:
                polling.remember(session, changes)

    def listened_to(self) -> list[str]:
        """Codes of the terminals whose punches are wanted as they happen."""
        with self._guard:
            return [known.code for known in self._agenda.known.values() if known.is_live]

    def make_due(self, *, full: bool = False) -> None:
        """Every terminal that is not left alone is due now; with `full` each owes a whole reading, when it answers."""
        with self._guard:
            self._agenda.make_due(monotonic(), full=full)

    def forget(self) -> None:
        """Another process leads: what it writes down is what counts when this one leads again."""
        with self._guard:
            self._agenda.known.clear()

    @property
    def passed_over(self) -> int:
        """Ticks that came while their terminal was still being read, or while it had to wait."""
        return self._agenda.passed_over

    def states(self) -> Counter[str]:
        """How many terminals are in which state of the breaker."""
        with self._guard:
            return self._agenda.states()

    def stop(self, patience_seconds: float = 5.0) -> None:
        """Pull no more. What is being read has a little time, is then broken off and loses nothing; storing ends."""
        with self._guard:
            self._stopped = True
            for code in tuple(self._waiting):
                job = self._waiting.pop(code)
                job.error = Ended(code)
                job.done.set()
            self.healthy.stop()
            self.probes.stop()
            ends = monotonic() + patience_seconds
            while self._running and monotonic() < ends:
                self._news.wait(ends - monotonic())
            running = tuple(self._running.values())
        for job in running:
            if job.attempt is not None:
                job.attempt.break_off()
        self.healthy.join()
        self.probes.join()
        with self._guard:
            self._news.notify_all()
        if self._watch is not None:
            self._watch.join()

    # inside -----------------------------------------------------------------------------------------------------------

    def _want(
        self, code: str, *, full: bool = False, due_at: float | None = None, watchers: Sequence[Watcher] = ()
    ) -> Job:
        """The pull of a terminal that begins next, made where there is none. Without `due_at` somebody asks."""
        with self._guard:
            job = self._waiting.get(code)
            if self._stopped:
                job = Job(code, monotonic(), error=Ended(code))
                job.done.set()
                return job
            is_new = job is None
            if job is None:
                job = self._waiting[code] = Job(code, monotonic() if due_at is None else due_at)
            more_urgent = due_at is None and not job.asked
            job.full, job.asked = job.full or full, job.asked or due_at is None
            job.watchers += [watcher for watcher in watchers if watcher not in job.watchers]
            if code not in self._running and (is_new or more_urgent):
                self._queue(job)
            return job

    def _queue(self, job: Job) -> None:
        lanes = self.probes if self._agenda.is_doubtful(job.code) else self.healthy
        lanes.put(lambda: self._run(job), urgent=job.asked)

    def _run(self, job: Job) -> None:
        with self._guard:
            if self._waiting.get(job.code) is not job or job.code in self._running:
                return  # it was queued a second time to come first, and has begun by then
            del self._waiting[job.code]
            self._running[job.code] = job
            job.began_at = monotonic()
            job.thread, job.attempt = (
                threading.current_thread(),
                Attempt(job.code, partial(self._tell, job), self._patience(job)),
            )
            job.heard_up_to = self.hub.last_number
            self._agenda.begin(job.code, self.puller.now(), job.began_at)
            self._start_watch()
        occupied = False
        try:
            job.filed = self.puller.pull(job.code, full=job.full, attempt=job.attempt)
        except Taken:
            occupied = True
            job.error = Ended(job.code) if self._stopped else Occupied(job.code)
        except AttendanceError as error:
            job.error = error
            log.warning("terminal %s was not read: %s", job.code, error)
        except Exception as error:
            job.error = error
            log.exception("pulling terminal %s failed", job.code)
        self._settle(job, occupied)

    def _tell(self, job: Job, progress: Progress) -> None:
        if progress.state == CONNECTING:  # whoever listened has stepped aside: all that was heard is in the log
            job.heard_up_to = self.hub.last_number
        job.tell(progress)

    def _patience(self, job: Job) -> float:
        """Who asks waits for another program as long as a pull of that may last; the timetable comes again."""
        return self.puller.limits.total_seconds + self.grace_seconds if job.asked else ASIDE_SECONDS

    def _settle(self, job: Job, occupied: bool) -> None:
        with self._guard:
            if self._running.get(job.code) is not job:
                return  # its lane was given up, and somebody was told
            del self._running[job.code]
            job.ended_at = monotonic()
            self.counts["occupied" if occupied else job.filed.outcome if job.filed else "not_tried"] += 1
            if not job.asked and not occupied:
                self.waits.append(job.began_at - job.due_at)
            self._plan(job, occupied)
            following = self._waiting.get(job.code)
            if following is not None:
                self._queue(following)
            self._news.notify_all()
        if job.filed is not None and job.filed.outcome in (intake.OK, intake.CHANGED):
            self.hub.settle(job.code, job.heard_up_to)
        job.tell(Progress(job.code, DONE, filed=job.filed))
        self._on_ended(job)
        job.done.set()

    def _plan(self, job: Job, occupied: bool) -> None:
        """When the terminal comes next, by what became of this pull."""
        error = job.attempt.error if job.attempt is not None else None
        now = self.puller.now()
        if occupied:
            self._agenda.put_off(job.code, job.ended_at)
        elif job.filed is not None and error is None and not job.is_given_up:
            self._agenda.end(job.code, now, job.ended_at, full=job.full)
        elif self._agenda.fail(job.code, now, job.ended_at, error):
            log.info("terminal %s failed again and is asked less often until it answers", job.code)

    # deadlines --------------------------------------------------------------------------------------------------------

    def _start_watch(self) -> None:
        if self._watch is None:
            self._watch = threading.Thread(target=self._look_after, name="pull-watch", daemon=True)
            self._watch.start()
        self._news.notify_all()

    def _look_after(self) -> None:
        """Tell progress, and see to it that no pull holds its lane beyond its limits."""
        while True:
            with self._guard:
                while not self._running:
                    if self._stopped:
                        return
                    self._news.wait()
                running = tuple(self._running.values())
                self._news.wait(LOOK_SECONDS)
            for job in running:
                try:
                    self._look_at_one(job)
                except Exception:
                    log.exception("looking after terminal %s failed", job.code)

    def _look_at_one(self, job: Job) -> None:
        attempt = job.attempt
        if attempt is None or job.ended_at:
            return
        progress = attempt.progress()
        if progress.state == READING and progress != job.last_seen and job.watchers:
            job.last_seen = progress
            job.tell(progress)
        limits = self.puller.limits
        allowed = limits.total_seconds + limits.goodbye_seconds + self.grace_seconds
        moment = monotonic()
        if job.broken_off_at is not None:
            if moment > job.broken_off_at + self.grace_seconds:
                self._give_up(job)
        elif moment > (attempt.talking_since or job.began_at) + allowed:
            self.counts["overdue"] += 1
            log.error(
                "the pull of terminal %s is %s after %.0f s, beyond every limit; its connection is closed",
                job.code, attempt.state, moment - job.began_at,
            )  # fmt: skip
            job.broken_off_at = moment
            attempt.break_off()

    def _give_up(self, job: Job) -> None:
        """A thread cannot be killed: its lane goes to another, and whoever waits is told."""
        assert job.attempt is not None
        if job.attempt.state not in (WAITING, CONNECTING, READING):
            return  # it stores, and the database has a deadline of its own
        sentence = f"Terminal {job.code} was not read in time and the reading did not end; it will be tried again."
        job.error = Occupied(job.code) if job.attempt.state == WAITING else None
        job.filed = None if job.error else Filed(job.code, "interrupted", message=sentence)
        job.is_given_up = True
        self.counts["given_up"] += 1
        log.error("the lane of terminal %s is given up", job.code)
        if job.thread is not None:
            self.healthy.give_up(job.thread)
            self.probes.give_up(job.thread)
        self._settle(job, False)
