"""What a terminal is told when it starts: how often to call, what to send, and which hour it is.

Source: terminals.md 3.2 for Attendance PUSH, ZKTeco's Security PUSH document for the other. A terminal sets its clock
by the `Date` header of every answer, which the web server writes, and turns it into its own time with `TimeZone`.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from attendance import clock
from device_sync.wire import encode_time

PROTOCOL = "2.4.1"
OLDEST = "2.2.14"
SECURITY_PROTOCOL = "3.1.2"
ERROR_DELAY_SECONDS = 60
DELAY_SECONDS = 10
EVERYTHING, ON_ITS_OWN = 0, 9999


def attendance_options(
    serial: str, *, zone: str, now: datetime, version: str | None, photos: bool, whole_log: bool
) -> str:
    """The lines of `GET OPTION FROM`.

    Stamps are never those the terminal sent: 0 asks for the whole log again, 9999 leaves it to the terminal, whose own
    record of what was acknowledged is then the only cursor. Old firmware that does take 9999 for a moment sends
    everything. Templates, cards and photographs of users are not asked for; photographs of punches if `photos`.
    """
    stamp = EVERYTHING if whole_log else ON_ITS_OWN
    spoken = lower_version(version)
    lines = [
        f"GET OPTION FROM: {serial}",
        f"ATTLOGStamp={stamp}",
        f"OPERLOGStamp={ON_ITS_OWN}",
        f"ATTPHOTOStamp={ON_ITS_OWN}",
        f"Stamp={stamp}",
        f"OpStamp={ON_ITS_OWN}",
        f"PhotoStamp={ON_ITS_OWN}",
        f"ErrorDelay={ERROR_DELAY_SECONDS}",
        f"Delay={DELAY_SECONDS}",
        "TransTimes=00:00;14:05",
        "TransInterval=1",
        f"TransFlag={_wanted(version, photos)}",
        f"TimeZone={time_zone(zone, now)}",
        "Realtime=1",
        "Encrypt=0",
        f"ServerVer={spoken}",
        f"PushProtVer={spoken}",
        "PushOptionsFlag=1",
        "PushOptions=FirmVer,~DeviceName,~MaxAttLogCount,UserCount,TransactionCount",
    ]
    return "\n".join(lines) + "\n"


def _wanted(version: str | None, photos: bool) -> str:
    """Old firmware knows one digit for each kind of data, newer names."""
    if _numbers(version or "0") < _numbers(OLDEST):
        return f"11{int(photos)}0101000"
    return "TransData AttLog\tOpLog" + ("\tAttPhoto" if photos else "") + "\tEnrollUser\tChgUser"


def lower_version(given: str | None) -> str:
    """The protocol both sides speak: the older of the two; a terminal that names none speaks the oldest."""
    return min(given or OLDEST, PROTOCOL, key=_numbers)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def time_zone(zone: str, now: datetime) -> int:
    """Whole hours between -12 and 12, else minutes: 7 for Vietnam, 330 for India."""
    hours, minutes = divmod(_offset_minutes(zone, now), 60)
    return hours if minutes == 0 and -12 < hours < 12 else hours * 60 + minutes


def _offset_minutes(zone: str, now: datetime) -> int:
    return int((clock.to_wall(now, zone) - clock.to_wall(now, "UTC")) / timedelta(minutes=1))


def registered(code: str, session: str) -> str:
    """The answer to the first call of a terminal in access-control mode: it is registered already, and under what."""
    return "\n".join(["registry=ok", f"RegistryCode={code}", *_security_lines(session)])


def registry_code(code: str) -> str:
    return f"RegistryCode={code}"


def security_options(session: str) -> str:
    """The answer to /iclock/push: the same settings again, as both ways must leave the terminal alike."""
    return "\n".join(_security_lines(session))


def _security_lines(session: str) -> list[str]:
    return [
        f"ServerVersion={SECURITY_PROTOCOL}",
        "ServerName=ADMS",
        f"PushProtVer={SECURITY_PROTOCOL}",
        f"PushVersion={SECURITY_PROTOCOL}",
        f"ErrorDelay={ERROR_DELAY_SECONDS}",
        f"RequestDelay={DELAY_SECONDS}",
        "TransTimes=00:00;14:05",
        "TransInterval=1",
        "TransTables=User Transaction",
        "Realtime=1",
        f"SessionID={session}",
        "TimeoutSec=10",
    ]


def security_time(zone: str, now: datetime) -> str:
    """The answer to `rtdata?type=time`: Greenwich time as terminals count it, and the offset of the office."""
    minutes = _offset_minutes(zone, now)
    sign, minutes = ("-" if minutes < 0 else "+"), abs(minutes)
    return f"DateTime={encode_time(clock.to_wall(now, 'UTC'))},ServerTZ={sign}{minutes // 60:02}{minutes % 60:02}"
