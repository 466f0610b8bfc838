"""A punch's bytes are found again in what is kept of a pull, a file and a message."""

from __future__ import annotations

import pytest

from attendance.store.evidence_tables import PullRow
from attendance.store.intake_log import compress
from device_sync.files.export import read_export
from device_sync.layouts import ZK8A, ZK16, ZK40
from device_sync.raw_records import records_of
from tests import dossier_office

LINES = [f"{pin}\t2026-11-{day:02} 07:1{pin}:00\t1\t0\t1\t0" for day in (2, 3) for pin in (1, 2, 3)]


def pull(payload: bytes | None, **fields: object) -> PullRow:
    width = {layout.name: layout.size for layout in (ZK8A, ZK16, ZK40)}.get(str(fields.get("format")), 0)
    return PullRow(terminal_id=1, payload=compress(payload, width) if payload is not None else None, **fields)


@pytest.mark.parametrize("layout", [ZK8A, ZK16, ZK40])
@pytest.mark.parametrize("skipped", [0, 5])
def test_of_a_log_each_record_is_its_own_bytes(layout: object, skipped: int) -> None:
    size = layout.size  # type: ignore[attr-defined]
    whole = bytes(place for place in range(9) for _ in range(size))
    kept = pull(whole[skipped * size :], format=layout.name, payload_from=skipped * size)  # type: ignore[attr-defined]
    found = records_of(kept, range(9))
    assert found == {place: bytes([place]) * size for place in range(skipped, 9)}
    assert records_of(kept, [9, 100]) == {}


def test_of_a_file_and_of_a_message_it_is_the_line() -> None:
    data = ("\r\n".join(LINES) + "\r\n").encode()
    rows = read_export(data, source="1_attlog.dat").records.index.tolist()
    found = records_of(pull(data, source="file", file_name="1_attlog.dat"), rows)
    assert list(found.values()) == [line.encode() for line in LINES]
    pushed = ("\n" + "\n\n".join(LINES)).encode()
    assert records_of(pull(pushed, source="push"), [0, 4]) == {0: LINES[0].encode(), 4: LINES[4].encode()}


def test_what_is_no_longer_kept_is_not_invented() -> None:
    assert records_of(pull(None, format="zk40"), [0]) == {}
    assert records_of(pull(dossier_office.payload()[4:], format="unheard-of"), [0]) == {}
    assert records_of(pull(b"no rows in here", source="file", file_name="x"), [0]) == {}
