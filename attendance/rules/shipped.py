"""What is shipped with the package: the working calendar of the Vietnamese public sector, with its documents."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from importlib import resources

from attendance.rules.citation import Citation


@dataclass(frozen=True, slots=True)
class ShippedEntry:
    """A day off or a swap. `status` is `confirmed`, or `announced` where an administrator has yet to confirm it."""

    on: date
    kind: str
    pair_on: date | None
    status: str
    citation: Citation


def shipped_calendar() -> tuple[ShippedEntry, ...]:
    """Every entry by date, certain or only announced; what is announced decides nothing until it is confirmed."""
    text = resources.files("attendance.rules.vietnam").joinpath("calendar.toml").read_text(encoding="utf-8")
    entries = [
        ShippedEntry(
            on=on,
            kind=written["kind"],
            pair_on=written.get("for"),
            status=written.get("status", "confirmed"),
            citation=Citation("calendar", on, on, written.get("document", "")),
        )
        for written in tomllib.loads(text)["entry"]
        for on in written.get("dates") or [written["date"]]
    ]
    return tuple(sorted(entries, key=lambda entry: entry.on))
