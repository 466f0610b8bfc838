"""How far the readings of terminals are, drawn on a terminal while they run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from device_sync.pulling import Progress

MOST_LINES = 8
"""Terminals shown by name at once; the others only count."""


def say_it_waits(code: str) -> None:
    """On a terminal, and nothing in a pipe."""
    if sys.stderr.isatty():
        sys.stderr.write(f"Another program is talking to terminal {code}; this one waits until it has ended.\n")


@contextmanager
def bars(count: int) -> Iterator[Callable[[Progress], None]]:
    """What to tell each step: a bar over all terminals and a line for those being read; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TaskID, TextColumn
    from rich.progress import Progress as Bars

    from device_sync.pulling import CONNECTING, DONE, READING, STORING, WAITING

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[note]}"))
    same_place = sys.stdout.isatty()
    with Bars(
        *columns, console=Console(stderr=True), transient=True, redirect_stdout=same_place, redirect_stderr=False
    ) as drawn:
        whole = drawn.add_task("Pulling", total=count, note=f"0 of {count}")
        lines: dict[str, TaskID] = {}
        ended = 0

        def show(progress: Progress) -> None:
            nonlocal ended
            code = progress.terminal
            if progress.state == DONE:
                ended += 1
                drawn.update(whole, completed=ended, note=f"{ended} of {count}")
                if code in lines:
                    drawn.remove_task(lines.pop(code))
                return
            if progress.state == WAITING and not progress.is_occupied:
                return
            if code not in lines:
                if len(lines) >= MOST_LINES:
                    return
                lines[code] = drawn.add_task(code, total=None, note="")
            if progress.state == WAITING:
                drawn.update(lines[code], note="waits: another program is talking to this terminal")
            elif progress.state == CONNECTING:
                drawn.update(lines[code], note="connecting")
            elif progress.state == READING:
                known = progress.announced
                of = "" if known is None else f" of {known / 1024:,.0f}"
                note = f"reading, {min(progress.received, known or progress.received) / 1024:,.0f}{of} KiB"
                drawn.update(lines[code], total=known, completed=progress.received, note=note)
            elif progress.state == STORING:
                drawn.update(lines[code], note="storing")

        yield show
