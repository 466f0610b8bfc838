"""The bytes of single punches as they came, found again in what is kept of what brought them."""

from __future__ import annotations

from collections.abc import Iterable

from attendance.store.evidence_tables import PullRow
from attendance.store.intake_log import READINGS, decompress
from device_sync.files.export import NotAnExport, read_export
from device_sync.files.families import as_lines
from device_sync.layouts import PUNCH_LAYOUTS
from device_sync.push.batch import lines_of


def records_of(pull: PullRow, places: Iterable[int]) -> dict[int, bytes]:
    """The records at these places of a pull's log (from 0), each as it came; one whose bytes are not kept is left out.

    A record of a log is its bytes, one of a file or a message its line without what ends it.
    """
    if pull.payload is None:
        return {}
    payload = decompress(pull.payload)
    if pull.source in READINGS:
        return _of_log(payload, pull, places)
    lines = _of_file(payload, pull.file_name) if pull.source == "file" else dict(enumerate(lines_of(payload)))
    return {place: lines[place] for place in places if place in lines}


def _of_log(payload: bytes, pull: PullRow, places: Iterable[int]) -> dict[int, bytes]:
    layout = PUNCH_LAYOUTS.get(pull.format)
    if layout is None:
        return {}
    found = {}
    for place in places:
        begins = place * layout.size - pull.payload_from
        if 0 <= begins <= len(payload) - layout.size:
            found[place] = payload[begins : begins + layout.size]
    return found


def _of_file(payload: bytes, name: str) -> dict[int, bytes]:
    """The rows of a file by their number; which of day and month comes first changes no row's place."""
    try:
        export = read_export(payload, source=name, dates="dmy")
    except NotAnExport:
        return {}
    lines = as_lines(payload).split(b"\n")
    return {row: lines[int(line) - 1] for row, line in enumerate(export.lines) if int(line) <= len(lines)}
