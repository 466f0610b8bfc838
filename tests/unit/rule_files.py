"""A rule file with every section in it, as text and as a document that tests may spoil."""

from __future__ import annotations

import copy
import tomllib
from typing import Any

WHOLE = """
rules = 1
title = "Quy chế mẫu"
note = "invented"

[scope]
unit = "A"

[[rule]]
id = "late_grace_minutes"
value = 5
from = 2026-01-01
document = "QĐ 12/QĐ-MAU"
article = "2"
recorded = 2025-12-20T08:00:00
allows = ["person"]

[[rule]]
id = "absent_over_minutes"
versions = [
  {to = 2025-12-31, value = "none"},
  {from = 2026-01-01, value = 120, document = "QĐ 12/QĐ-MAU"},
]

[[rule]]
id = "grade_thresholds"
value = {A = [0, 1], B = [2, 3], C = [4]}

[[schedule]]
code = "HC"
name = "Giờ hành chính"

[[schedule.versions]]
from = 2025-10-16
to = 2026-04-15
regime = "per_session"
sessions = {am = ["07:30", "12:00"], pm = [13:30:00, 17:00:00]}
weekdays = ["mon", "tue", "wed", "thu", "fri", "sat"]
by_weekday = {sat = {am = ["07:30", "11:30"]}}
document = "TB 5/TB-MAU"

[[schedule.versions]]
from = 2026-04-16
to = 2026-10-15
regime = "first_last"
sessions = {am = ["07:00", "11:30"], pm = ["13:30", "17:00"]}
weekdays = ["mon", "tue", "wed", "thu", "fri"]

[[entry]]
dates = [2026-06-01, 2026-06-02]
kind = "stoppage"
document = "CV 3"

[[entry]]
date = 2026-07-03
kind = "swapped_off"
for = 2026-07-11

[[entry]]
date = 2026-07-11
kind = "swapped_work"
for = 2026-07-03

[[entry]]
date = 2026-08-03
kind = "holiday"
session = "pm"
status = "announced"

[[leave]]
code = "R"
symbol = "P"
name = {vi = "Việc riêng", en = "Personal leave"}
pay = "paid"

[[exemption]]
code = "union"
name = {vi = "Công đoàn", en = "Union work"}
minutes_per_day = 30
placements = ["day_end", "window"]
limits = {days_per_month_at_least = 2}
"""


def whole() -> dict[str, Any]:
    """The document of `WHOLE`, fresh each time."""
    return copy.deepcopy(tomllib.loads(WHOLE))


def spoiled(path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """The document with another value at a place; `DROP` takes it away."""
    document = whole()
    at: Any = document
    for step in path[:-1]:
        at = at[step]
    if value is DROP:
        del at[path[-1]]
    elif isinstance(at, list) and path[-1] == len(at):
        at.append(value)
    else:
        at[path[-1]] = value
    return document


DROP = ...
