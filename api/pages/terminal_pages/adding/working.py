"""What takes longer than a page: searching, trying, and the first reading, each in a thread that fills its draft."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, time

from api.pages.terminal_pages.adding.drafts import Draft, First, KnownTerminal, Search, Trial
from api.settings import Settings
from api.terminal_finding import registered, unregistered
from attendance import clock
from attendance.clock import Now
from attendance.services import onboarding
from attendance.services.evaluate import evaluate_dirty
from attendance.services.matching import OnTerminal
from attendance.store import office
from attendance.store.database import Database, Session
from attendance.store.tables import TerminalRow
from attendance.store.trail import Actor
from attendance.store.within import Within
from device_sync.checking import FAILED, NOT_TRIED, OK, PAUSE_SECONDS, STEPS, Step, check_terminal
from device_sync.discovery import discover_terminals
from device_sync.layouts import PUNCH_LAYOUTS
from device_sync.poller import Poller
from device_sync.previewing import FIRST_SANE
from device_sync.terminal import Terminal, TerminalLog
from device_sync.user_tables import MAX_PIN
from device_sync.zk.records import decode
from device_sync.zk.transport import Limits

log = logging.getLogger(__name__)

MOST_AT_ONCE = 4
"""Searches and trials of this process at the same time: each opens many connections, or keeps a terminal busy."""
TRIAL = Limits(connect_seconds=4.0, idle_seconds=8.0, total_seconds=180.0)
"""Somebody waits at the page: a terminal that is silent for so long is told of, not waited for."""
_lanes = threading.BoundedSemaphore(MOST_AT_ONCE)


class Busy(Exception):
    """As many searches and trials as may run are running."""


def search(draft: Draft, database: Database, settings: Settings, networks: Sequence[str], port: int) -> None:
    """Begin to look through networks, which were read already. Raises Busy."""
    found = draft.search = Search(tuple(networks))

    def work() -> None:
        try:
            with database.reading() as session:
                known = registered(session, settings)
            for network in networks:
                before = found.done

                def tell(done: int, of: int, before: int = before) -> None:
                    found.done, found.addresses = before + done, before + of

                found.found += discover_terminals(
                    network, settings.allowed_networks, port=port, registered=known, progress=tell
                )
        except Exception:
            found.failed = True
            log.exception("looking for terminals failed")
        finally:
            found.is_running = False

    _begin(work, lambda: setattr(draft, "search", None))


def try_out(draft: Draft, database: Database, settings: Settings, within: Within) -> None:
    """Begin to try the terminal of a draft step by step. One of the office is not talked to. Raises Busy, Invalid."""
    trial = draft.trial = Trial()
    with database.reading() as session:
        trial.known = known_address(session, draft.host, draft.port, within)
    if trial.known is not None:
        trial.is_running = False
        return
    found = unregistered(settings, draft.host, draft.port, draft.transport, draft.comm_key, TRIAL)
    terminal = _Listening(found, trial)

    def work() -> None:
        try:
            for step in check_terminal(terminal, pause_seconds=PAUSE_SECONDS):
                if step.name == "serial" and step.state == OK:
                    trial.serial, trial.model = str(step.values["serial"]), str(step.values.get("model", ""))
                    with database.reading() as session:
                        trial.known = known_serial(session, trial.serial, within)
                    if trial.known is not None:
                        _stop_at(trial, step)
                        return
                trial.steps.append(step)
        except Exception:
            log.exception("trying a terminal failed")
            _stop_at(trial, Step(STEPS[min(len(trial.steps), len(STEPS) - 1)], FAILED, "unexpected"))
        finally:
            trial.is_running = False

    _begin(work, lambda: setattr(draft, "trial", None))


def read_first(
    draft: Draft, code: str, database: Database, zone: str, poller: Poller, *, now: Now, actor: Actor
) -> None:
    """Begin the first reading of a terminal that is filed; then people are made where wanted, and days judged."""
    first = draft.first = First()
    [(first.job, _)] = poller.join([code])

    def work() -> None:
        assert first.job is not None
        try:
            first.job.done.wait()
            if first.job.filed is None or first.job.filed.outcome != "ok":
                return
            first.state = "judging"
            if draft.makes_people:
                since = draft.counts_from
                first.made = onboarding.enrol_strangers(database, code, since=since, at=now(), actor=actor)
            first.days = evaluate_dirty(database, zone, now()).days_judged
        except Exception:
            first.failed = True
            log.exception("the first reading of terminal %s was not judged", code)
        finally:
            first.state = "done"

    threading.Thread(target=work, name="first-reading", daemon=True).start()


def known_address(session: Session, host: str, port: int, within: Within) -> KnownTerminal | None:
    """The terminal in use that is looked for at an address; None: none."""
    rows = (row for row in office.terminals(session) if row.in_use and row.host == host and row.port == port)
    return _known(next(rows, None), "address", within)


def known_serial(session: Session, serial: str, within: Within) -> KnownTerminal | None:
    """The terminal in use that bears a serial number; None: none."""
    rows = (row for row in office.terminals(session) if row.in_use and row.serial == serial)
    return _known(next(rows, None), "serial", within)


def _known(row: TerminalRow | None, why: str, within: Within) -> KnownTerminal | None:
    if row is None:
        return None
    if not within.sees(row.unit_id):
        return KnownTerminal(why)
    return KnownTerminal(why, row.code, row.name, f"{row.host}:{row.port}" if row.host else "")


def _begin(work: Callable[[], None], undo: Callable[[], None]) -> None:
    if not _lanes.acquire(blocking=False):
        undo()
        raise Busy

    def run() -> None:
        try:
            work()
        finally:
            _lanes.release()

    threading.Thread(target=run, name="adding", daemon=True).start()


def _stop_at(trial: Trial, step: Step) -> None:
    """The step that failed, and those behind it that nobody tries any more."""
    place = STEPS.index(step.name)
    trial.steps = [each for each in trial.steps if STEPS.index(each.name) < place]
    trial.steps.append(replace(step, state=FAILED))
    trial.steps += [Step(name, NOT_TRIED) for name in STEPS[place + 1 :]]


class _Listening:
    """A terminal that notes in a trial what it tells, for the pages that follow."""

    def __init__(self, terminal: Terminal, trial: Trial) -> None:
        self._terminal, self._trial = terminal, trial

    def identify(self) -> TerminalLog:
        said = self._terminal.identify()
        self._trial.records, self._trial.capacity = said.sizes_after.records, said.sizes_after.record_capacity
        self._trial.offset_seconds = said.clock_offset_seconds
        return said

    def read_log(self) -> TerminalLog:
        read, trial = self._terminal.read_log(), self._trial
        trial.transfer_seconds = read.transfer_seconds
        if read.users is not None:
            trial.users = tuple(
                OnTerminal(user.pin[:MAX_PIN], user.name_bytes, user.privilege, user.disabled) for user in read.users
            )
        if read.has_user_id:
            wall = decode(read.payload, layout=PUNCH_LAYOUTS[read.layout]).wall
            trial.records = int(wall.size)
            believable = (
                clock.wall_seconds(datetime.combine(FIRST_SANE, time.min)),
                int(read.read_at.timestamp()) + 2 * clock.DAY_SECONDS,
            )
            sane = wall[(wall > believable[0]) & (wall < believable[1])]
            if sane.size:
                trial.first, trial.last = (
                    clock.from_wall_seconds(int(moment)).date() for moment in (sane.min(), sane.max())
                )
        return read
