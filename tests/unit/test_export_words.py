"""An export is told in words: no name of a column and no code of the database reaches its reader."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from api.pages.export_words import ExportWords, shown_columns
from api.pages.i18n import Translator

VI, EN = (ExportWords(Translator(lang), "Asia/Ho_Chi_Minh") for lang in ("vi", "en"))
SAID = [
    ("day_kind", "workday", "Ngày làm việc"),
    ("decision", "approved", "Đã duyệt"),
    ("symbols", {"am": "Ô", "pm": "+"}, "buổi sáng: ốm, điều dưỡng, buổi chiều: có mặt làm việc"),
    ("flags", ["duplicates_ignored:2"], None),
    ("recorded_at", datetime(2026, 11, 24, 1, 20, 5, tzinfo=UTC), "08:20 24/11/2026"),
    ("recorded_at", "2026-11-24T01:20:05.871447+00:00", "08:20 24/11/2026"),
    ("starts", "2026-11-25T07:00:00", "07:00 25/11/2026"),
    ("on_date", date(2026, 11, 24), "24/11/2026"),
    ("disabled", False, "không"),
    ("state", 255, "không ghi chiều"),
    ("scheduled_min", 1480, "1.480"),
    ("citations", [{"rule": "schedule.HC", "document": "TB 02", "article": "Điều 2"}, {"rule": "policy"}],
     "TB 02, Điều 2; thiết lập của cơ quan"),
    ("duties", [{"from": "2026-11-23T08:00", "minutes": 180}], "Từ: 08:00 23/11/2026, Phút: 180"),
    ("document", "policy", "policy"),  # what people wrote stays as they wrote it
    ("note", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("column", "value", "said"), SAID)
def test_values_are_said_as_people_say_them(column: str, value: object, said: str | None) -> None:
    found = VI.value(column, value)
    if said is None:
        assert "duplicates_ignored" not in found
        assert found
    else:
        assert found == said


def test_columns_have_names_and_those_for_the_file_alone_are_left_out() -> None:
    rows = [{"id": 7, "work_date": date(2026, 11, 2), "note": "", "digest": "ab", "credited_min": 0, "minutes": None}]
    assert shown_columns(rows) == ("work_date", "credited_min")
    assert (VI.column("credited_min"), EN.column("credited_min")) == ("Phút được tính công", "Minutes credited")
