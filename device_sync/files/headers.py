"""The headers of exports: which line is one, and where it says that the parts of a row stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from device_sync.files.rows import BOM, LONGEST_ROW, REPORT, Layout
from device_sync.files.words import DATES, MODE_NAMES, MOMENTS, PINS, STATE_NAMES, TIMES, bare

_AGL_STATES = ("inout", "iomd")


def layouts_of(line: bytes) -> list[Layout]:
    """The layouts that a line may be the header of, the likeliest first; empty where it is none.

    agl: EnNo and DateTime among the columns; some firmware sets more tabs in the header than in the rows, so that it
    is read with and without its empty cells, and some writes in and out in words. csv: our own names. report: the
    names that programs for PCs write.
    """
    line = line.rstrip(b"\n")
    if len(line) > LONGEST_ROW:
        return []
    line = line.removeprefix(BOM)
    tabbed = _names(line, b"\t")
    found = [
        replace(layout, words=words)
        for names in (tabbed, tabbed[:1] + [name for name in tabbed[1:] if name])
        if (layout := _agl(names)) is not None
        for words in (False, True)
    ]
    for delimiter in (b",", b";", b"\t"):
        names = _names(line, delimiter)
        for layout in () if found else (_csv(names, delimiter), _report(names, delimiter)):
            if layout is not None and not found:
                found.append(layout)
    return found


def _names(line: bytes, delimiter: bytes) -> list[str]:
    names = [bare(cell) for cell in line.split(delimiter)]
    while names and not names[-1]:
        names.pop()
    return names


def _agl(names: list[str]) -> Layout | None:
    # The real header begins `o<TAB>TMNo`: its first cell is cut, so only the columns that matter are looked for.
    pin, at = _place(names, ("enno",)), _place(names, ("datetime",))
    if pin is None or at is None or any(names.count(name) > 1 for name in (*_AGL_STATES, "mode")):
        return None
    return _layout("agl", b"\t", names, pin, at, _place(names, _AGL_STATES), _place(names, ("mode",)))


def _csv(names: list[str], delimiter: bytes) -> Layout | None:
    pin, at = _place(names, ("pin",)), _place(names, ("at",))
    if pin is None or at is None or names.count("state") > 1 or names.count("verify") > 1:
        return None
    return _layout("csv", delimiter, names, pin, at, _place(names, ("state",)), _place(names, ("verify",)))


def _report(names: list[str], delimiter: bytes) -> Layout | None:
    # `No.` is the number on the terminal in one program, beside the place of the terminal, and a mere count elsewhere.
    pin = _place(names, (*PINS, "no") if "locationid" in names else PINS)
    day = _place(names, DATES)
    time = _place(names, TIMES) if day is not None else None
    at = day if time is not None else _place(names, MOMENTS)
    if pin is None or at is None:
        return None
    return _layout(REPORT, delimiter, names, pin, at, _place(names, STATE_NAMES), _place(names, MODE_NAMES), time)


def _place(names: Sequence[str], wanted: Sequence[str]) -> int | None:
    """The column of the first wanted name that stands in the header exactly once."""
    return next((names.index(name) for name in wanted if names.count(name) == 1), None)


def _layout(
    family: str,
    delimiter: bytes,
    names: list[str],
    pin: int,
    at: int,
    state: int | None,
    verify: int | None,
    time: int | None = None,
) -> Layout:
    used = [column for column in (pin, at, time, state, verify) if column is not None]
    return Layout(
        family,
        delimiter,
        pin,
        at,
        state,
        verify,
        least=max(used) + 1,
        most=len(names),
        open_ended=frozenset(used) - ({at} if family == "agl" else set()),
        has_names=len(used) < len(names),
        time=time,
        words=family == REPORT,
    )
