"""Claims in quarantine that name a date: kept aside, shown, never counted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from attendance import clock
from attendance.plausible import AHEAD_SECONDS
from attendance.services.explain.look import DayLook
from attendance.services.explain.punches import UsedPunch
from attendance.services.explain.statements import Statement, Terminals, Value, notes, phrase


def used(look: DayLook) -> Iterator[tuple[UsedPunch, Statement]]:
    """Claims under the person's number that name this date and cannot be believed."""
    case, punches = look.case, look.case.punches
    midnight = clock.day_number(look.on) * clock.DAY_SECONDS
    named = ~punches.sane & (punches.wall >= midnight) & (punches.wall < midnight + clock.DAY_SECONDS)
    for row in np.flatnonzero(named).tolist():
        site, pin = case.sites[int(punches.site[row])], punches.pins[int(punches.pin[row])]
        enrolled = any(
            (e.terminal, e.pin, e.employee) == (site.code, pin, look.employee)
            and (e.from_on is None or e.from_on <= look.on)
            and (e.to_on is None or look.on <= e.to_on)
            for e in case.enrolments
        )
        if enrolled:
            shown = clock.from_wall_seconds(int(punches.wall[row]))
            what = phrase("punch.ahead", hours=AHEAD_SECONDS // 3600)
            if look.on < site.first_sane_on:
                what = phrase("punch.too_early", date=site.first_sane_on)
            at = Terminals((site.code,))
            values: dict[str, Value] = {"time": shown, "terminal": at, "use": what, "notes": notes()}
            used_as = UsedPunch(row, look.moment(shown), "quarantined", corrected=False)
            yield used_as, Statement("punch", "punch.line", values, punch=row)
