"""Everything that reading a spreadsheet can say has its sentence in both languages, with the same gaps."""

from __future__ import annotations

import re
from pathlib import Path

import attendance.sheets
from api.sheet_speech import catalogue, say, tell, tell_where
from attendance.sheets import KINDS, read_pasted, read_rows, recognise

ROOM = Path(attendance.sheets.__file__).parent
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in sorted(ROOM.glob("*.py")))
GAP = re.compile(r"\{(\w+)\}")


def sentences(lang: str) -> dict[str, str]:
    return {str(message.id): str(message.string) for message in catalogue(lang) if message.id}


def test_both_languages_hold_the_same_keys_with_the_same_gaps() -> None:
    vietnamese, english = sentences("vi"), sentences("en")
    assert vietnamese.keys() == english.keys()
    for key, said in vietnamese.items():
        assert set(GAP.findall(said)) == set(GAP.findall(english[key])), key
        if key.split(".")[1] in ("error", "question", "note", "refused"):
            assert said[-1] in ".?", key


def test_every_code_of_an_error_has_a_sentence_and_every_sentence_is_used() -> None:
    raised = set(re.findall(r'Problem\(\s*"(\w+)"', SOURCE)) | {"not_a_text", "not_a_code"}
    known = {key.removeprefix("sheets.error.") for key in sentences("vi") if key.startswith("sheets.error.")}
    assert raised == known
    refused = set(re.findall(r'BookRefused\(\s*"(\w+)"', SOURCE))
    assert refused == {key.removeprefix("sheets.refused.") for key in sentences("vi") if ".refused." in key}
    asked = set(re.findall(r'"sheets\.question\.(\w+)"', SOURCE))
    assert asked == {key.removeprefix("sheets.question.") for key in sentences("vi") if ".question." in key}
    noted = set(re.findall(r'_note\("(\w+)"', SOURCE)) | {"other_sheets"}
    noted |= {f"skipped_{why}" for why in re.findall(r'return "(\w+)"', (ROOM / "skipping.py").read_text())} - {
        "skipped_blank"
    }
    assert noted == {key.removeprefix("sheets.note.") for key in sentences("vi") if ".note." in key}
    for kind in KINDS.values():
        for column in kind.columns:
            assert say(f"sheets.template.{kind.name}.{column.name}", "vi")


def test_an_error_says_where_what_and_what_to_do() -> None:
    table = "Mã NV\tLoại nghỉ\tTừ ngày\tĐến ngày\n1\tPhép\t32/13/2026\t24/11/2026\n"
    (error,) = read_rows(recognise(read_pasted(table), "absences")).errors
    assert tell_where(error, "vi") == (
        "Hàng 2, cột C (Từ ngày): “32/13/2026” không phải là một ngày; hãy ghi như 24/11/2026."
    )
    assert tell_where(error, "en") == "Row 2, column C (Từ ngày): “32/13/2026” is not a date; write it as 24/11/2026."
    assert tell(error, "en") == "“32/13/2026” is not a date; write it as 24/11/2026."


def test_braces_in_a_cell_are_text() -> None:
    table = "Mã NV\tLoại nghỉ\tTừ ngày\tĐến ngày\n1\tPhép\t{0.__class__}\t24/11/2026\n"
    (error,) = read_rows(recognise(read_pasted(table), "absences")).errors
    assert "{0.__class__}" in tell_where(error, "vi")


def test_a_column_that_a_sheet_does_not_have_is_called_as_people_call_it() -> None:
    found = recognise(read_pasted("Họ tên\tNơi\nLê Mai\tA\n"), "employees")
    [error] = [error for error in read_rows(found).errors if error.target == "code"]
    assert "code" not in tell_where(error, "vi")
    assert "Mã" in tell_where(error, "vi")
