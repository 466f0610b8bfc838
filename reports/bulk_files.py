"""Rows of an export for analysts as NDJSON, CSV or Parquet.

In CSV no cell is a formula and no row is longer than its line, so that a file that was cut can be told from its lines.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from attendance.errors import Invalid
from attendance.services.bulk_export import COLUMNS
from attendance.store.export_rows import Piece
from reports.safe_cells import inert

FORMATS = ("ndjson", "csv", "parquet")
MEDIA = {
    "ndjson": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}
_INTEGERS = frozenset({
    "sequence", "state", "verify", "pull", "log_position", "scheduled_min", "worked_min", "credited_min", "leave_min",
    "unverified_min", "minutes", "excused_min", "counted_min", "revision",
})  # fmt: skip
_MOMENTS = frozenset({"at", "received_at", "recorded_at"})
_DATES = frozenset({"date"})
_ONE_LINE = str.maketrans("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029", " " * 10)


class NoParquet(Invalid):
    """Parquet is asked for where it is not installed."""

    code = "no_parquet"


def lines(pieces: Iterable[Piece], kind: str, format: str, *, head: bool) -> Iterator[bytes]:
    """NDJSON or CSV, as many bytes at a time as a piece has. `head`: with the names of the columns, which NDJSON has
    in every row. Text for spreadsheets is read in UTF-8."""
    if format == "ndjson":
        names = COLUMNS[kind]
        for piece in pieces:
            yield b"".join([orjson.dumps(dict(zip(names, row, strict=True))) + b"\n" for row in piece.rows])
        return
    if head:
        yield _csv([COLUMNS[kind]])
    for piece in pieces:
        yield _csv([[_cell(value) for value in row] for row in piece.rows])


def _csv(rows: Iterable[Iterable[Any]]) -> bytes:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue().encode()


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return inert(value.translate(_ONE_LINE))
    if isinstance(value, Mapping):
        return inert(";".join(f"{name}={sign}" for name, sign in value.items()).translate(_ONE_LINE))
    if isinstance(value, list):
        return inert(";".join(value).translate(_ONE_LINE))
    return value


def check_parquet() -> None:
    """Raises NoParquet where the program is installed without what writes it."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        raise NoParquet(
            "Parquet needs an addition to this installation: pip install 'attendance-compliance[scale]', "
            "or ask for csv or ndjson."
        ) from None


def write_parquet(pieces: Iterable[Piece], kind: str, path: Path) -> int:
    """Write a Parquet file, a row group at a time; answers how many rows it has. Raises NoParquet."""
    check_parquet()
    import pyarrow as pa
    import pyarrow.parquet as pq

    fields = [(name, _type_of(pa, name)) for name in COLUMNS[kind]]
    schema = pa.schema(fields)
    count = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for piece in pieces:
            if not piece.rows:
                continue
            columns = zip(fields, zip(*piece.rows, strict=True), strict=True)
            arrays = [_array(pa, name, column, form) for (name, form), column in columns]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            count += len(piece.rows)
    return count


def _type_of(pa: Any, name: str) -> Any:
    if name in _INTEGERS:
        return pa.int64()
    if name in _MOMENTS:
        return pa.timestamp("us", tz="UTC")
    if name in _DATES:
        return pa.date32()
    return pa.list_(pa.string()) if name == "flags" else pa.string()


def _array(pa: Any, name: str, column: tuple[Any, ...], kind: Any) -> Any:
    if name == "symbols":
        column = tuple(orjson.dumps(value).decode() for value in column)
    if name in _MOMENTS or name in _DATES:
        return pa.array(column, pa.string()).cast(kind)
    return pa.array(column, kind)
