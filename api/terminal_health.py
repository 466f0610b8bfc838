"""The health of a terminal as JSON, the same for API and commands: codes for programs, sentences for people."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from api.pages.i18n import Translator
from api.pages.terminals import alarm_sentence, health_sentence, next_step, operation_word
from attendance import clock
from attendance.services.terminal_health import TerminalHealth, health_of_terminal
from attendance.store import alarms, operation_log, terminal_health
from attendance.store.alarms import Alarm
from attendance.store.database import Session
from attendance.store.operation_log import ClockSetting, KeptOperation
from attendance.store.terminal_health import ClockSpan
from device_sync.operations import name_of

SHOWN = 50  # of operations, past alarms and clock readings: what somebody looks through


def state_json(health: TerminalHealth, t: Translator) -> dict[str, Any]:
    """The state in a few words."""
    return {
        "state": health.state,
        "reason": health.reason,
        "sentence": health_sentence(t, health.reason, health.params),
        "next_step": next_step(t, health.next_step),
        "since": health.since.isoformat() if health.since else None,
    }


def health_json(health: TerminalHealth, t: Translator, zone: str) -> dict[str, Any]:
    """All that a list of terminals shows of one."""
    facts = health.facts
    fill, last = facts.fill, facts.last
    return {
        "terminal": facts.code,
        "name": facts.name,
        **state_json(health, t),
        "reachable": health.reachable,
        "key_ok": health.key_ok,
        "serial_ok": health.serial_ok,
        "serial": facts.serial,
        "outcome": last.outcome if last else None,
        "message": last.message if last else "",
        "last_attempt_at": last.finished_at.isoformat() if last else None,
        "last_good_pull_at": facts.last_ok_at.isoformat() if facts.last_ok_at else None,
        "complete_until": clock.local_iso(facts.data_until, zone) if facts.data_until else None,
        "failures": facts.failures,
        "clock_offset_seconds": facts.clock_offset_seconds,
        "records": fill.records if fill else None,
        "capacity": fill.capacity if fill else None,
        "fill_percent": round(fill.share * 100, 1) if fill and fill.share is not None else None,
        "full_on": fill.full_on.isoformat() if fill and fill.full_on else None,
        "alarms": [alarm_json(alarm, t) for alarm in health.alarms],
    }


def alarm_json(alarm: Alarm, t: Translator) -> dict[str, Any]:
    return {
        "id": alarm.id,
        "kind": alarm.kind,
        "subject": alarm.subject,
        "params": alarm.params,
        "sentence": alarm_sentence(t, alarm.kind, alarm.params),
        "raised_at": alarm.raised_at.isoformat(),
        "pull": alarm.pull_id,
        "ended_at": alarm.ended_at.isoformat() if alarm.ended_at else None,
        "seen_by": alarm.seen_by,
        "seen_at": alarm.seen_at.isoformat() if alarm.seen_at else None,
    }


def whole_health_json(session: Session, terminal_id: int, t: Translator, zone: str, now: datetime) -> dict[str, Any]:
    """Everything known of one terminal's health; lists are newest first."""
    health = health_of_terminal(session, zone, now, terminal_id)
    return {
        **health_json(health, t, zone),
        "alarm_history": [alarm_json(alarm, t) for alarm in alarms.alarms_of(session, terminal_id, SHOWN)],
        "operations": [_operation(kept, t, zone) for kept in operation_log.operations_of(session, terminal_id, SHOWN)],
        "coverage": [
            {"from": clock.local_iso(starts, zone), "until": clock.local_iso(until, zone)}
            for starts, until in terminal_health.coverage_of(session, terminal_id, SHOWN)
        ],
        "clock_history": [_span(span, zone) for span in terminal_health.clock_history(session, terminal_id, SHOWN)],
        "clock_settings": [
            clock_setting_json(setting) for setting in reversed(operation_log.clock_settings_of(session, terminal_id))
        ],
    }


def clock_setting_json(setting: ClockSetting) -> dict[str, Any]:
    return {
        "set_at": setting.set_at.isoformat(),
        "set_by": setting.set_by,
        "reason": setting.reason,
        "offset_before": setting.offset_before,
        "offset_after": setting.offset_after,
        "outcome": setting.outcome,
        "message": setting.message,
    }


def _operation(kept: KeptOperation, t: Translator, zone: str) -> dict[str, Any]:
    name = name_of(kept.code)
    return {
        "at": clock.local_iso(kept.at, zone) if kept.at else None,
        "code": kept.code,
        "name": name,
        "word": operation_word(t, name),
        "objects": list(kept.objects),
        "pull": kept.pull_id,
    }


def _span(span: ClockSpan, zone: str) -> dict[str, Any]:
    return {
        "from": clock.local_iso(span.starts, zone) if span.starts else None,
        "offset_seconds": span.offset_seconds,
        "recorded_at": span.recorded_at.isoformat(),
    }
