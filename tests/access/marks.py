"""What the marked office is made of: dates, places, and the marks by which a leak is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

ZONE = "Asia/Ho_Chi_Minh"
FIRST, LAST = date(2026, 11, 16), date(2026, 11, 20)
LATE_ON, LEAVE_ON, EXEMPT_ON, MISSION_ON = (FIRST + timedelta(days=shift) for shift in (1, 2, 3, 4))
BEGUN = datetime(2026, 10, 1, tzinfo=UTC)
JUDGED = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
PASSWORD = "mưa rơi trên mái ngói"

REASON = "zRSNz"
"""In every code, document and text that tells why somebody was away or exempt."""
ALARM = "zALMz"
"""In the alarms of terminals, which officials are not told of."""


def mark(place: str) -> str:
    return f"z{place}z"


UNITS = {"PAR": None, "OWN": "PAR", "SIS": "PAR"}
PEOPLE = {"OWN": "OWN", "COL": "OWN", "SIS": "SIS", "PAR": "PAR"}  # mark of the person → mark of the unit
