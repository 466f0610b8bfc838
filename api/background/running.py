"""Makes papers in the background of the serving process: each in a process of its own, so that no page waits for one.

A job survives whatever ends: a maker that dies gives it back, and jobs of a service that died fall silent and are taken
up again by the next one. See `docs/decisions/0051-papers-in-the-background.md`.
"""

from __future__ import annotations

import json
import logging
import secrets
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from fastapi import FastAPI

from api.background.making import Task
from api.settings import Settings
from attendance.clock import Now
from attendance.errors import AttendanceError
from attendance.services import report_jobs
from attendance.services.report_jobs import Outcome
from attendance.store.database import Database
from attendance.store.report_job_tables import ReportJobRow

IDLE_SECONDS = 60.0
"""So often it is looked whether something waits, and what is too old deleted; whoever asks here wakes it at once."""
BEAT_SECONDS = 2.0
LONGEST_SECONDS = 1800.0
TOO_LONG = f"The paper was not made within {LONGEST_SECONDS / 60:.0f} minutes; ask for fewer days or a smaller unit."
_log = logging.getLogger(__name__)


@dataclass
class Runner:
    """Makes the papers of a database from `start` to `stop`."""

    settings: Settings
    database: Database
    now: Now
    name: str = field(default_factory=lambda: secrets.token_hex(8))

    def __post_init__(self) -> None:
        self._woken, self._stopped = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._makers: list[threading.Thread] = []

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="reports", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Something was asked for, or taken back."""
        self._woken.set()

    def stop(self) -> None:
        """End what is being made; it waits for the next start."""
        self._stopped.set()
        self._woken.set()
        for thread in [*self._makers, *([self._thread] if self._thread else [])]:
            thread.join(20)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._woken.clear()
            try:
                self._take_up()
                self._sweep()
            except (AttendanceError, OSError) as error:
                _log.error("papers in the background: %s", error)
            busy = bool(self._makers)
            self._woken.wait(report_jobs.SILENT.total_seconds() / 2 if busy else IDLE_SECONDS)

    def _take_up(self) -> None:
        self._makers = [thread for thread in self._makers if thread.is_alive()]
        while not self._stopped.is_set():
            row = report_jobs.claim(self.database, self.name, self.now())
            if row is None:
                return
            thread = threading.Thread(target=self._make, args=(row,), name=f"report {row.name}", daemon=True)
            self._makers.append(thread)
            thread.start()

    def _make(self, row: ReportJobRow) -> None:
        try:
            self._made(row)
        except (AttendanceError, OSError) as error:  # it falls silent, and is taken up again
            _log.error("the paper %s could not be written down: %s", row.name, error)
        finally:
            with suppress(OSError):
                self._partial(row).unlink(missing_ok=True)
            self._woken.set()

    def _made(self, row: ReportJobRow) -> None:
        folder = self.settings.reports_dir
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        self._partial(row).unlink(missing_ok=True)
        maker = _Maker(self.task_of(row))
        try:
            said = self._watched(row, maker)
        finally:
            maker.end()
        at = self.now()
        if said is None:
            return
        if "made" in said:
            self._partial(row).rename(folder / row.file)
            if not report_jobs.made(self.database, row, Outcome(**said["made"]), at):
                (folder / row.file).unlink(missing_ok=True)
        elif "problem" in said:
            report_jobs.failed(self.database, row, said["problem"], said["sentence"], at)
        else:
            report_jobs.give_back(self.database, row, at, is_fault=not self._stopped.is_set())

    def task_of(self, row: ReportJobRow) -> Task:
        """What the maker of a job in one's hands is told."""
        assert row.begun_at is not None
        return Task(
            self.settings.url, self.settings.timezone, row.begun_at, row.name, self._partial(row),
            self.settings.pdf_key_file, self.settings.pdf_key_password_file,
        )  # fmt: skip

    def _watched(self, row: ReportJobRow, maker: _Maker) -> dict[str, Any] | None:
        """What was said at last; empty: it ended without a word. None: nobody wants it any more."""
        begun = time.monotonic()
        while not maker.ended.wait(BEAT_SECONDS):
            if self._stopped.is_set():
                return {}
            if time.monotonic() - begun > LONGEST_SECONDS:
                return {"problem": "too_long", "sentence": TOO_LONG}
            with suppress(AttendanceError):  # a full disk: the beat is left out
                if not report_jobs.heard(self.database, row, maker.rows, self.now()):
                    return None
        return maker.said

    def _partial(self, row: ReportJobRow) -> Path:
        return self.settings.reports_dir / f"{row.file}.part"

    def _sweep(self) -> None:
        """Delete files that belong to no job any more."""
        known = report_jobs.tidy(self.database, timedelta(days=self.settings.report_keep_days), self.now())
        if not self.settings.reports_dir.is_dir():
            return
        for path in self.settings.reports_dir.iterdir():
            if path.name.removesuffix(".part") not in known:
                path.unlink(missing_ok=True)


def runner_of(app: FastAPI) -> Runner:
    """The runner of a service."""
    found: Runner = app.state.report_runner
    return found


class _Maker:
    """A process that makes one paper, and what it says."""

    def __init__(self, task: Task) -> None:
        self.said: dict[str, Any] = {}
        self.rows = 0
        self.ended = threading.Event()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "api.background.making"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._listener = threading.Thread(target=self._listen, args=(task,), name="maker", daemon=True)
        self._listener.start()

    def end(self) -> None:
        """Whatever it does, it ends."""
        self._process.kill()
        self._process.wait()
        self._listener.join()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()

    def _listen(self, task: Task) -> None:
        given, told = self._process.stdin, self._process.stdout
        assert given is not None
        assert told is not None
        try:
            with suppress(OSError, ValueError):
                given.write(task.line())
                given.flush()
                self._read(told)
        finally:
            self.ended.set()

    def _read(self, told: IO[bytes]) -> None:
        for line in told:
            content = json.loads(line)
            self.rows = content.get("rows", self.rows)
            if "made" in content or "problem" in content:
                self.said = content
                return
