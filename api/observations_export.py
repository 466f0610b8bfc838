"""The list of observations as CSV, in which no cell becomes a formula, for pages, API and command line alike."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from urllib.parse import quote

from fastapi import Request, Response

from api.handing_out import handed_out
from api.http.scope import Reader
from api.pages.i18n import Translator
from reports.observations import ObservationLine
from reports.safe_cells import inert

COLUMNS = (
    "id", "received", "unit", "place", "channel", "kind", "date", "at", "text", "state", "outcome", "reason", "answer",
)  # fmt: skip
MOST_ROWS = 5000
_BOM = "\ufeff"  # without it spreadsheets read Vietnamese as another alphabet


def as_csv(lines: Sequence[ObservationLine], t: Translator) -> str:
    """A line per observation under heads in the reader's language; how to reach a citizen is never in it."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([t(f"observations_column.{name}") for name in COLUMNS])
    for line in lines:
        texts = (
            t.moment(line.received_at), line.unit_name, line.place, t(f"observation_channel.{line.channel}"),
            t(f"observation_kind.{line.kind}"), t.date(line.day), t.time(line.at) if line.at else "", line.text,
            t(f"observation_state.{line.state}"), t(f"observation_outcome.{line.outcome}") if line.outcome else "",
            line.reason, line.answer,
        )  # fmt: skip
        writer.writerow([line.id, *map(inert, texts)])
    return file.getvalue()


def answer_csv(request: Request, reader: Reader, lines: Sequence[ObservationLine], t: Translator) -> Response:
    """The list as a file handed out to a reader."""
    name = "phan-anh.csv"
    disposition = f"attachment; filename=\"{name}\"; filename*=UTF-8''{quote(name)}"
    content = (_BOM + as_csv(lines, t)).encode()
    handed_out(request, reader, content, paper="observations", rows=len(lines), format="csv")
    return Response(content, 200, {"Content-Disposition": disposition}, "text/csv; charset=utf-8")
