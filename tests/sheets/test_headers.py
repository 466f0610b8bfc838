"""Columns are known by any of their names, in any order, among others, under titles; what is not sure is asked."""

from __future__ import annotations

import random
from typing import Any

import pytest

from attendance.sheets import KINDS, Kind, read_book, read_pasted, read_rows, recognise
from attendance.sheets.book import index, letter
from attendance.sheets.header_words import KNOWN
from attendance.sheets.headers import fold, vocabulary
from tests.sheets.making import csv_text, xlsx

VALUES: dict[str, list[Any]] = {
    "code": ["CB01", "CB02"],
    "employee": ["CB01", "CB02"],
    "name": ["Trần Văn Đức", "Lê Thị Mai"],
    "unit": ["VP", "NV"],
    "schedule": ["HC", "HC"],
    "parent": ["A", "A"],
    "from": ["24/11/2026", "25/11/2026"],
    "to": ["26/11/2026", "27/11/2026"],
    "date": ["24/11/2026", "25/11/2026"],
    "for": ["28/11/2026", "29/11/2026"],
    "approved_at": ["20/11/2026", "21/11/2026"],
    "document": ["1/QĐ", "2/QĐ"],
    "pin": ["7", "8"],
    "terminal": ["T1", "T1"],
    "regime": ["theo buổi", "theo buổi"],
    "session": ["sáng", "chiều"],
    "start": ["7h30", "7h30"],
    "end": ["11h30", "11h30"],
    "weekdays": ["T2-T6", "T2-T6"],
    "kind": ["nghỉ", "nghỉ"],
    "counts_as_schedule": ["có", "không"],
    "desk": ["Quầy 1", "Quầy 2"],
}
SPECIAL: dict[tuple[str, str], list[Any]] = {
    ("absences", "code"): ["P", "Ô"],
    ("rosters", "code"): ["trực", "trực đêm"],
    ("rosters", "from"): ["24/11/2026 17:00", "25/11/2026 17:00"],
    ("rosters", "to"): ["25/11/2026 07:00", "26/11/2026 07:00"],
    ("calendar", "kind"): ["nghỉ lễ", "làm bù"],
}
SURE = {
    kind: {
        target: sorted(word for word, worth in words.items() if worth == 1.0)
        for target, words in vocabulary(kind).items()
        if not target.startswith("!")
    }
    for kind in KINDS
}


def own_words(kind: Kind, target: str) -> list[str]:
    """The words for a target that stand for no other one of the list, nor for something that is left out."""
    others = {word for known in KNOWN.values() for word in map(fold, known.split("|"))}
    for other, words in vocabulary(kind.name).items():
        if other != target:
            others |= words.keys()
    return [word for word in SURE[kind.name][target] if word not in others]


@pytest.mark.parametrize("trials", [12, pytest.param(4000, marks=pytest.mark.long)])
@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_any_of_its_names_will_do(kind: Kind, trials: int) -> None:
    chance = random.Random(21)
    for _ in range(trials):
        columns = [column.name for column in kind.columns if column.required or chance.random() < 0.7]
        heads: list[tuple[str, str]] = [(target, chance.choice(own_words(kind, target))) for target in columns]
        extra = [(f"!{known}", chance.choice(KNOWN[known].split("|"))) for known in chance.sample(sorted(KNOWN), 3)]
        heads += [
            one for one in extra if fold(one[1]) not in {word for words in SURE[kind.name].values() for word in words}
        ]
        chance.shuffle(heads)
        style = chance.choice([str, str.upper, str.title, lambda word: f" {word} :", lambda word: f"{word} (*)"])
        grid: list[list[Any]] = [[f"Tiêu đề {at}"] for at in range(chance.randrange(11))]
        grid.append([style(word) for _, word in heads])
        cells = [SPECIAL.get((kind.name, name), VALUES.get(name, ["x9", "x8"])) for name, _ in heads]
        grid += zip(*cells, strict=True)
        recognised = recognise(read_pasted(csv_text(grid, "\t")), kind.name)
        expected = {letter(at): target for at, (target, _) in enumerate(heads) if not target.startswith("!")}
        assert recognised.mapping == expected, heads
        assert recognised.missing == ()


@pytest.mark.parametrize("kind", KINDS)
def test_the_canonical_names_are_known_as_they_are(kind: str) -> None:
    names = [column.name for column in KINDS[kind].columns]
    recognised = recognise(read_pasted(",".join(names) + "\n" + ",".join("1" * len(names)) + "\n"), kind)
    assert recognised.mapping == {letter(at): name for at, name in enumerate(names)}


def test_a_missing_column_is_asked_for_and_can_be_pointed_at() -> None:
    recognised = recognise(read_pasted("Zzz\tHọ và tên\nA1\tTrần Văn Đức\n"), "employees")
    assert recognised.missing == ("code",)
    (question,) = recognised.questions
    assert (question.code, question.choices) == ("column", ("A",))
    assert [error.code for error in read_rows(recognised).errors] == ["required"]
    rows = read_rows(recognised, {"A": "code", "B": "name"})
    assert [row.values["code"] for row in rows.rows] == ["A1"]


def test_two_columns_that_would_do_are_asked_about_unless_they_agree() -> None:
    head = "Mã NV\tMã số cán bộ\tHọ và tên\n"
    asked = recognise(read_pasted(head + "A1\tB1\tTrần Văn Đức\n"), "employees")
    assert [question.code for question in asked.questions] == ["two_columns", "column"]
    agreed = recognise(read_pasted(head + "A1\tA1\tTrần Văn Đức\n"), "employees")
    assert agreed.mapping == {"A": "code", "C": "name"}


def test_the_number_at_the_terminal_is_the_code_only_where_nothing_else_looks_like_one() -> None:
    alone = recognise(read_pasted("Mã chấm công\tHọ và tên\n15\tTrần Văn Đức\n"), "employees")
    assert alone.mapping["A"] == "code"
    both = recognise(read_pasted("Mã NV\tMã chấm công\tHọ và tên\nA1\t15\tTrần Văn Đức\n"), "employees")
    assert both.mapping == {"A": "code", "B": "pin", "C": "name"}
    doubtful = recognise(read_pasted("Mzz\tMã chấm công\tHọ và tên\nA1\t15\tTrần Văn Đức\n"), "employees")
    assert doubtful.missing == ("code",)


@pytest.mark.parametrize(
    ("heads", "entry", "mapping"),
    [
        ("Mã\tHọ và tên\tTên", "1\tTrần Văn Đức\tĐức", {"A": "code", "B": "name"}),
        ("Mã\tHọ và tên\tTên", "1\tTrần Văn\tĐức", {"A": "code", "B": "family_name", "C": "given_name"}),
        ("Mã\tHọ và tên\t", "1\tTrần Văn\tĐức", {"A": "code", "B": "family_name", "C": "given_name"}),
        ("Mã\tTên", "1\tTrần Văn Đức", {"A": "code", "B": "name"}),
    ],
)
def test_names_are_whole_or_put_together(heads: str, entry: str, mapping: dict[str, str]) -> None:
    recognised = recognise(read_pasted(f"{heads}\n{entry}\n"), "employees")
    assert recognised.mapping == mapping
    assert [row.values["name"] for row in read_rows(recognised).rows] == ["Trần Văn Đức"]


def test_half_a_name_is_no_name() -> None:
    assert recognise(read_pasted("Mã\tTên\n1\tĐức\n2\tMai\n"), "employees").missing == ("name",)


def test_sheet_and_header_can_be_named() -> None:
    book = read_book(
        xlsx({"A": [["Mã", "Họ tên"], ["1", "Trần Văn Đức"]], "B": [["x"], ["9", "Lê Thị Mai"]]}), "a.xlsx"
    )
    assert recognise(book, "employees").sheet.name == "A"
    chosen = recognise(book, "employees", sheet="B", header_row=0)
    assert chosen.header_rows == (0, 0)
    rows = read_rows(chosen, {"A": "code", "B": "name"})
    assert [row.number for row in rows.rows] == [2]
    with pytest.raises(KeyError):
        recognise(book, "employees", sheet="C")


def test_other_sheets_like_it_are_told_and_hidden_rows_are_read_and_told() -> None:
    grid = [["Mã", "Họ tên"], ["1", "Trần Văn Đức"], ["2", "Lê Thị Mai"]]
    book = read_book(xlsx({"Phòng A": grid, "Phòng B": grid}, hidden_rows=[2]), "a.xlsx")
    recognised = recognise(book, "employees")
    assert recognised.other_sheets == ("Phòng B",)
    rows = read_rows(recognised)
    assert {note.code: note.rows for note in rows.notes} == {"hidden_rows": (3,), "other_sheets": ()}


def test_a_value_for_all_rows_stands_in_for_a_column() -> None:
    recognised = recognise(read_pasted("Mã NV\tTừ ngày\tĐến ngày\n1\t24/11/2026\t25/11/2026\n"), "absences")
    assert recognised.missing == ("kind",)
    rows = read_rows(recognised, constants={"kind": "nghỉ phép"})
    assert [(row.values["kind"], row.values["code"]) for row in rows.rows] == [("leave", "P")]
    assert [error.row for error in read_rows(recognised, constants={"kind": "gì đó"}).errors] == [0, 2]
    with pytest.raises(ValueError, match="colour"):
        read_rows(recognised, constants={"colour": "red"})


@pytest.mark.parametrize("mapping", [{"A": "colour"}, {"A": "code", "B": "code"}])
def test_a_mapping_that_makes_no_sense_is_refused(mapping: dict[str, str]) -> None:
    recognised = recognise(read_pasted("Mã\tHọ tên\n1\tTrần Văn Đức\n"), "employees")
    with pytest.raises(ValueError, match=r"colour|code"):
        read_rows(recognised, mapping)


def test_letters_of_columns() -> None:
    assert [letter(at) for at in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert all(index(letter(at)) == at for at in range(2000))
    with pytest.raises(ValueError, match="1"):
        index("A1")
