"""What becomes of the readings that people asked for on these pages: kept in memory while somebody may look at it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from fastapi import Request

from api.http.errors import NotAvailable
from api.http.service import service
from attendance.services.terminal_health import failure_of
from attendance.store import listing_terminals
from device_sync.intake import Filed
from device_sync.poller import Job, Occupied, Poller
from device_sync.pulling import DONE, WAITING

SHOWN_SECONDS = 600.0
"""How long what became of a reading is shown beside its button."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How far a reading is, or what it brought. `shared`: somebody else had asked for it already.

    `reason` names a sentence of the health of terminals that `params` fill, where it brought nothing; `is_occupied`:
    another program held the terminal for too long.
    """

    state: str
    received: int = 0
    announced: int | None = None
    shared: bool = False
    filed: Filed | None = None
    reason: str | None = None
    params: Mapping[str, Any] | None = None
    is_occupied: bool = False

    @property
    def is_done(self) -> bool:
        return self.state == DONE


class AskedReadings:
    """The last reading of each terminal that somebody asked for, in this process. Safe to use from many threads."""

    def __init__(self, poller: Poller) -> None:
        self._poller = poller
        self._jobs: dict[str, tuple[Job, bool]] = {}
        self._guard = threading.Lock()

    def ask(self, codes: Sequence[str]) -> None:
        """Have these terminals read now; what is being read already is shared, so that two who ask get one reading."""
        found = self._poller.join(codes)
        with self._guard:
            self._forget_old()
            self._jobs |= {job.code: (job, shared) for job, shared in found}

    def of(self, request: Request, codes: Iterable[str] | None = None) -> dict[str, Reading]:
        """How the readings of these terminals are (None: of all), by code; those not asked for of late are left out."""
        with self._guard:
            self._forget_old()
            wanted = tuple(self._jobs) if codes is None else codes
            jobs = {code: self._jobs[code] for code in wanted if code in self._jobs}
        return {code: reading_of_job(request, job, shared) for code, (job, shared) in jobs.items()}

    def _forget_old(self) -> None:
        oldest = monotonic() - SHOWN_SECONDS
        for code in [code for code, (job, _) in self._jobs.items() if job.done.is_set() and job.ended_at < oldest]:
            del self._jobs[code]


def asked_readings(request: Request) -> AskedReadings:
    """Those of this process. Raises NotAvailable where it reads no terminals."""
    state = request.app.state
    if getattr(state, "poller", None) is None:
        raise NotAvailable("This process does not read terminals.")
    if not hasattr(state, "asked_readings"):
        state.asked_readings = AskedReadings(state.poller)
    found: AskedReadings = state.asked_readings
    return found


def readings_of(request: Request, codes: Iterable[str] | None = None) -> dict[str, Reading]:
    """As `AskedReadings.of`; nothing where this process reads no terminals."""
    found: AskedReadings | None = getattr(request.app.state, "asked_readings", None)
    return {} if found is None else found.of(request, codes)


def reading_of_job(request: Request, job: Job, shared: bool) -> Reading:
    if not job.done.is_set():
        progress = job.attempt.progress() if job.attempt is not None else None
        if progress is None or progress.state == DONE:
            return Reading(WAITING, shared=shared)
        return Reading(progress.state, progress.received, progress.announced, shared)
    if job.filed is None:
        return Reading(DONE, shared=shared, is_occupied=isinstance(job.error, Occupied))
    params: Mapping[str, Any] = {}
    if job.filed.outcome != "ok" and job.filed.pull_id is not None:
        with service(request).database.reading() as session:
            params = listing_terminals.params_of(session, [job.filed.pull_id]).get(job.filed.pull_id, {})
    failure = failure_of(job.filed.outcome, params)
    return Reading(DONE, shared=shared, filed=job.filed, reason=failure[1] if failure else None, params=params)
