"""Setting a terminal's clock: asked for by a person with a reason, recorded whatever comes of it, never a routine."""

from __future__ import annotations

from collections.abc import Callable

from attendance import clock
from attendance.errors import Invalid
from attendance.store import intake_log, office, operation_log, pulls, touched
from attendance.store.database import Session
from attendance.store.operation_log import ClockSetting
from attendance.store.tables import TerminalRow
from attendance.store.trail import CONSOLE, Actor, record
from device_sync.noticing import USUAL
from device_sync.pulling import Puller
from device_sync.zk.clock_setting import Attempted, ClockSetter

OK = "ok"
NOT_TAKEN = "not_taken"
MOST_NAME, MOST_REASON = 200, 500


def set_clock(
    puller: Puller,
    code: str,
    *,
    by: str,
    reason: str,
    actor: Actor = CONSOLE,
    on_wait: Callable[[], object] = lambda: None,
) -> ClockSetting:
    """Set the clock of a terminal to the true time and record who, why, and its offset before and after.

    A failure is recorded as well and answered with its `outcome` and `message`. What the clock showed before holds for
    the punches made until now; their days are judged again. `on_wait` is called where somebody else talks to the
    terminal first. Raises Invalid, before anything is sent, where nobody or no reason is named or the terminal has no
    address, and NotFound.
    """
    by, reason = _line("who asks for it", by, MOST_NAME), _line("why the clock is set", reason, MOST_REASON)
    with puller.alone(code, on_wait=on_wait):
        # before anything is sent: what cannot be written down is not done
        with puller.database.writing() as session:
            record(session, actor, "clock.asked", kind="terminal", key=code, why=reason, after={"by": by},
                   at=puller.now())  # fmt: skip
        attempted = puller.adapter(ClockSetter, code).set_clock()
        setting = ClockSetting(
            set_at=puller.now(),
            set_by=by,
            reason=reason,
            offset_before=attempted.offset_before,
            offset_after=attempted.offset_after,
            outcome=_outcome(attempted),
            message=_message(code, attempted),
        )
        with puller.database.writing() as session:
            terminal = office.get(session, TerminalRow, code)
            operation_log.add_clock_setting(session, office.key(terminal), setting)
            _record_offsets(session, terminal, setting, puller.zone)
            before, after = {"offset": setting.offset_before}, {"offset": setting.offset_after, "by": by}
            record(session, actor, "clock.set", kind="terminal", key=code, why=reason, before=before,
                   after=after | {"outcome": setting.outcome}, at=setting.set_at)  # fmt: skip
    return setting


def _line(what: str, text: str, most: int) -> str:
    text = text.strip()
    if not text or len(text) > most or not text.isprintable():
        raise Invalid(f"Say {what} in one line of at most {most} letters; the clock was not touched.")
    return text


def _outcome(attempted: Attempted) -> str:
    if attempted.error is not None:
        return attempted.error.outcome
    return OK if _is_right(attempted) else NOT_TAKEN


def _is_right(attempted: Attempted) -> bool:
    return attempted.offset_after is not None and abs(attempted.offset_after) <= USUAL.clock_off


def _message(code: str, attempted: Attempted) -> str:
    if attempted.error is not None:
        return str(attempted.error)
    if _is_right(attempted):
        return ""
    found = "it cannot be read" if attempted.offset_after is None else f"it is {attempted.offset_after:+d} s off"
    return f"Terminal {code} said yes, but its clock is not right afterwards: {found}. Set it in the terminal's menu."


def _record_offsets(session: Session, terminal: TerminalRow, setting: ClockSetting, zone: str) -> None:
    """The old offset holds until the moment of the setting, in the terminal's own time, the new one from there on."""
    if setting.offset_before is None or setting.offset_after is None:
        return
    number = office.key(terminal)
    last = pulls.last_reading(session, number)
    now = clock.to_wall(setting.set_at, zone).replace(microsecond=0)
    for offset, since in ((setting.offset_before, last and last.complete_until), (setting.offset_after, now)):
        span = intake_log.record_clock(session, number, offset, since=since, at=setting.set_at)
        if span is not None and last is not None:
            session.flush()
            touched.mark_punches(session, terminal, span.starts, None, "clock", setting.set_at)
