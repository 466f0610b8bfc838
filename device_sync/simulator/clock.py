"""The clock of a simulated terminal, which can be wrong in every way real ones are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from attendance.clock import to_wall

BATTERY_LOST = datetime(2000, 1, 1)  # noqa: DTZ001 - terminals have no zone
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class Clock:
    """True time from `now` in the zone, shifted by `offset_seconds`; `stopped_at` is what a stuck clock shows."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    zone_name: str = "Asia/Ho_Chi_Minh"
    offset_seconds: float = 0
    stopped_at: datetime | None = None

    def read(self) -> datetime:
        return self.stopped_at or self._true() + timedelta(seconds=self.offset_seconds)

    def show(self, wall: datetime) -> None:
        """From now on it shows that wall time and goes on from there."""
        self.offset_seconds = (wall - self._true()).total_seconds()
        self.stopped_at = None

    def stop(self) -> None:
        self.stopped_at = self.read()

    def _true(self) -> datetime:
        return to_wall(self.now(), self.zone_name)

    def unlocks_after(self, seconds: int | None) -> datetime:
        """The instant that many seconds from now; the far end of time for None."""
        return self.now() + timedelta(seconds=seconds) if seconds is not None else NEVER
