"""Hypothesis strategies for what holds for everybody: policy, calendar, and what went wrong with the terminals."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.property.cases_hours import Doc, Draw, chance, stamp, windows_of_time


@st.composite
def policies(draw: Draw, features: frozenset[str]) -> Doc:
    """A policy: mostly the defaults, each key now and then another."""
    policy: Doc = {}
    variants: list[tuple[str, str, list[Any]]] = [
        ("basic", "duplicate_window_seconds", [0, 60, 120]),
        ("basic", "repeat_minutes", [0, 1, 15, 30]),
        ("basic", "session_window_minutes", [30, 120, 360]),
        ("basic", "absent_over_minutes", [0, 5, 60, 120]),
        ("grace", "late_grace_minutes", [1, 5, 10]),
        ("grace", "early_grace_minutes", [1, 5, 10]),
        ("clock", "clock_tolerance_seconds", [0, 60, 300]),
        ("home_only", "site_policy", ["home_only"]),
        ("track", "track_mid_session", [True]),
        ("explanation", "missing_punch_refused", ["none", "session"]),
        ("explanation", "explanation_deadline_workdays", [1, 2]),
        ("months", "grade_thresholds", [{"A": [0, 0], "B": [1, 2], "C": [3, None]}, {"A": [0, 1], "D": [4, 9]}]),
    ]
    for feature, key, values in variants:
        if feature in features and chance(draw, 2 if feature != "basic" else 5):
            policy[key] = draw(st.sampled_from(values))
    return policy


@st.composite
def calendars(draw: Draw, days: list[date], units: list[str], names: list[str]) -> list[Doc]:
    """Entries for at most three of the days: whole days and single sessions, swaps, withdrawals, nearer units."""
    free = draw(st.permutations(days))[:3]
    entries: list[Doc] = []
    while free:
        on = free.pop()
        shape = draw(st.sampled_from(["whole", "session", "swap", "session swap", "tree", "back", "both", "none"]))
        unit = draw(st.sampled_from([None, *units]))
        place = {} if unit is None else {"unit": unit}
        off = draw(st.sampled_from(["holiday", "compensation", "stoppage"]))
        about = {"session": draw(st.sampled_from(names))} if "session" in shape or shape == "both" else {}
        if shape == "whole":
            entries.append({"date": str(on), "kind": draw(st.sampled_from([off, "workday"])), **place})
        elif shape == "session":
            entries.append({"date": str(on), "kind": draw(st.sampled_from([off, off, "workday"])), **about, **place})
        elif shape == "tree":  # the nearest wins
            entries.append({"date": str(on), "kind": off, "unit": units[0]})
            entries.append({"date": str(on), "kind": "workday", "unit": units[-1], "recorded_at": f"{on}T09:00"})
        elif shape == "both":  # a whole day wins over a session
            entries.append({"date": str(on), "kind": "stoppage", **about, **place})
            entries.append({"date": str(on), "kind": draw(st.sampled_from([off, "workday"]))})
        elif shape == "back":  # of two the one recorded last holds, however they are written
            pair = [
                {"date": str(on), "kind": off, "recorded_at": f"{on - timedelta(days=9)}T09:00", **place},
                {"date": str(on), "kind": "workday", "recorded_at": f"{on}T10:00", **place},
            ]
            entries += draw(st.permutations(pair))
        elif "swap" in shape and free:
            other = free.pop()
            entries.append({"date": str(on), "kind": "swapped_work", "for": str(other), **about, **place})
            entries.append({"date": str(other), "kind": "swapped_off", "for": str(on), **about, **place})
    return entries


@st.composite
def troubles(draw: Draw, features: frozenset[str], terminals: list[str], schedule: Doc, days: list[date]) -> list[Doc]:
    """Outages and clock offsets of the terminals; at most one network outage or offset for each."""
    found: list[Doc] = []
    for terminal in terminals:
        network = False
        if "outage" in features:
            for begins, ends in draw(st.lists(windows_of_time(schedule, days), max_size=2)):
                mode = "network" if not network and chance(draw, 3) else "dead"
                network = network or mode == "network"
                window = {"from": stamp(begins), "to": stamp(ends)}
                found.append({"kind": "outage", "mode": mode, "terminal": terminal, **window})
        if "clock" in features and not network and chance(draw):
            begins, ends = draw(windows_of_time(schedule, days))
            offset = draw(st.sampled_from([30, 60, 61, -61, 420, -420, 3600]))
            window = {"from": stamp(begins), "to": stamp(ends)}
            found.append({"kind": "clock_offset", "terminal": terminal, **window, "offset_seconds": offset})
        if "clock_invalid" in features and chance(draw, 3):
            begins, ends = draw(windows_of_time(schedule, days))
            window = {"from": stamp(begins), "to": stamp(min(ends, begins + timedelta(hours=6)))}
            found.append({"kind": "clock_invalid", "terminal": terminal, **window})
    return found
