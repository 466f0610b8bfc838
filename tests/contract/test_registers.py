"""Each register against an office whose every fact is known beforehand: rows, n/N, scope, reasons, files."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

import api.http.app  # noqa: F401 - the catalogue is made of its rooms
from api.reporting import registers, violations
from api.reporting.entry import Asked, Entry
from api.reporting.words import percent, register_words
from attendance import clock
from attendance.errors import Invalid, NotFound
from attendance.store import office
from attendance.store.database import Database, sqlite_url
from attendance.store.tables import UnitRow
from attendance.store.within import EVERYTHING, NOTHING, Within
from reports import register_pdf, register_xlsx
from reports.register_files import write_register
from reports.register_table import Column, Figure, Register, TooManyRows
from tests import register_office as made
from tests.builders import ZONE
from tests.register_office import FIRST, LAST, NOW, PEOPLE, SATURDAY, Planned

ENTRIES = {entry.key: entry for entry in (*registers.ENTRIES, *violations.ENTRIES)}
OF_PEOPLE = ("violations", "missing-punches", "explanations", "duties")
LIVE = re.compile(r"[\s\u00a0\u200b\ufeff\"]*[=+\-@＝＋－＠﹢﹣﹦−\t\r\n]")
PAYLOADS = (
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "  +cmd|' /C calc'!A0", "＝1+1", "＋1",
    "－1", "＠A1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x","y")', "007", "1e5", "=\u0000".replace("\u0000", ""),
    "\ufeff=1", "\u200b=1", '"=1', "−1", "﹦1",
)  # fmt: skip


@pytest.fixture(scope="module")
def planned_office(
    tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path
) -> Iterator[tuple[Database, Planned]]:
    path = tmp_path_factory.mktemp("registers") / "attendance.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    database = Database(sqlite_url(path))
    planned = made.build(database)
    yield database, planned
    database.close()


def asking(**more: Any) -> Asked:
    given: dict[str, Any] = {
        "within": EVERYTHING, "elsewhere": lambda _: EVERYTHING, "zone": ZONE, "today": clock.today(NOW, ZONE),
        "at": NOW, "lang": "vi", "from_on": FIRST, "to_on": LAST,
    }  # fmt: skip
    return Asked(**given | more)


class Made:
    """A register as it was made: rows as dictionaries, figures by name."""

    def __init__(self, register: Register) -> None:
        names = [column.name for column in register.columns]
        self.rows = [dict(zip(names, row, strict=True)) for row in register.rows]
        self.figures = {each.name: (each.value, each.of) for each in register.figures}
        self.bars, self.notes, self.people = register.bars, register.notes, register.people


@pytest.fixture(scope="module")
def make(planned_office: tuple[Database, Planned]) -> Callable[..., Made]:
    database, _ = planned_office

    def made_of(key: str, **more: Any) -> Made:
        with database.reading() as session:
            preview = ENTRIES[key].preview
            assert preview is not None
            return Made(preview(session, asking(**more)))

    return made_of


@pytest.fixture(scope="module")
def planned(planned_office: tuple[Database, Planned]) -> Planned:
    return planned_office[1]


@pytest.fixture(scope="module")
def unit_a(planned_office: tuple[Database, Planned]) -> Within:
    """What the head of A sees."""
    with planned_office[0].reading() as session:
        return Within(units=frozenset({office.key(office.get(session, UnitRow, "A"))}))


# rows and figures, counted again from what was done ---------------------------------------------------------------


def test_missing_punches_are_those_left_out_by_given_name(make: Callable[..., Made], planned: Planned) -> None:
    found = make("missing-punches")
    assert [(row["employee"], row["date"], row["session"], row["type"]) for row in found.rows] == planned.of()
    states = {
        (code, on, *made.SIDES[side]): state for (code, on, side), state in planned.omitted.items()
    }  # fmt: skip
    assert {(r["employee"], r["date"], r["session"], r["type"]): r["question"] for r in found.rows} == states
    said = [row for row in found.rows if row["question"] != "none"]
    assert {row["ground"] for row in said} == {"forgot_punch"}
    missing, due = len(planned.omitted), len(made.days()) * len(PEOPLE)
    assert found.figures == {
        "missing_punches": (missing, None),
        "missing_days": (len({key[:2] for key in planned.omitted}), due),
        "missing_people": (len({key[0] for key in planned.omitted}), len(PEOPLE)),
        "missing_explained": (len(said), missing),
        "missing_excused": (sum(state == "approved" for state in states.values()), missing),
    }
    sides = Counter(f"session.{key[2]} · violation.{key[3]}" for key in states)
    assert dict(found.bars["missing_by_side"]) == dict(sides)


def test_violations_are_what_was_late_and_left_out_in_order(make: Callable[..., Made], planned: Planned) -> None:
    found = make("violations")
    late = {(on, code, "am", "late", minutes) for (code, on), minutes in planned.late.items()}
    missing = {(on, code, *made.SIDES[side], None) for code, on, side in planned.omitted}
    told = [(row["date"], row["employee"], row["session"], row["type"], row["minutes"]) for row in found.rows]
    assert set(told) == late | missing
    assert len(told) == len(set(told)) == found.figures["violations"][0]
    assert [row["date"] for row in found.rows] == sorted(row["date"] for row in found.rows)
    statuses = Counter(row["status"] for row in found.rows)
    assert found.figures["violations_excused"] == (statuses["excused"], len(told))
    assert found.figures["violations_pending"] == (statuses["pending"], len(told))
    assert found.figures["violations_counted"] == (statuses["counted"], len(told))
    assert {row["document"] for row in found.rows} == {"TB 02/TB-UBND"}


def test_explanations_are_those_handed_in_with_what_became_of_them(make: Callable[..., Made], planned: Planned) -> None:
    found = make("explanations")
    expected = [
        (code, on, part, covers)
        for code, on, part, covers in planned.of()
        if planned.omitted[(code, on, made.SIDES.index((part, covers)))] != "none"
    ]
    assert [(row["employee"], row["date"], row["session"], row["about"]) for row in found.rows] == expected
    states = Counter(state for state in planned.omitted.values() if state != "none")
    assert found.figures["explanations"] == (len(expected), None)
    assert found.figures["explanations_decided"] == (len(expected), len(expected))
    assert found.figures["explanations_approved"] == (states["approved"], len(expected))
    assert all(row["reason"].startswith(made.SAID) and row["decided_by"] == "vinh" for row in found.rows)


def test_duties_tell_who_was_there(make: Callable[..., Made], planned: Planned) -> None:
    found = make("duties")
    assert {row["employee"]: row["duty_state"] for row in found.rows} == {
        code: "kept" if is_there else "no_show" for code, is_there in planned.duties.items()
    }
    assert found.figures["duties_kept"] == (1, 2)
    assert found.figures["duties_no_show"] == (1, 2)
    assert {row["duty_minutes"] for row in found.rows} == {180}
    assert {clock.to_wall(row["starts"], ZONE).date() for row in found.rows} == {SATURDAY}


def test_visits_are_the_sealed_ones_alone(make: Callable[..., Made]) -> None:
    found = make("visits")
    (row,) = found.rows
    assert (row["minutes_number"], clock.to_wall(row["arrived_at"], ZONE)) == ("001/BB", made.ARRIVAL)
    assert (row["present"], row["with_reason"], row["without_reason"], row["not_known"]) == ((2, 4), 1, 1, 0)
    assert (row["conclusions_done"], row["conclusions_overdue"]) == ((1, 2), 1)
    assert found.figures["visits_units"] == (1, 3)
    assert found.figures["visits_without_reason"] == (1, 4)
    told = json.dumps([str(row) for row in found.rows])
    assert "b" * 32 not in told
    assert "c" * 32 not in told


def test_commitments_of_the_year(make: Callable[..., Made]) -> None:
    found = make("commitments", from_on=date(2026, 1, 1), to_on=date(2026, 12, 31))
    people = {row["employee"]: row["commitment_state"] for row in found.rows if row["scope"] == "person"}
    assert people == dict.fromkeys(PEOPLE, "none") | {"E1": "confirmed", "E2": "signed", "E3": "asked"}
    assert found.figures["commitments_signed"] == (2, len(PEOPLE))
    assert found.figures["commitments_confirmed"] == (1, 2)
    assert found.figures["commitments_overdue"] == (1, len(PEOPLE))
    of_a = [row["employee"] for row in found.rows if row["unit"] == "A"]
    assert of_a == ["E1", *(code for code in made.ORDER if code in ("001", "002", "003", "004"))]


def test_terminals_and_what_they_sent(make: Callable[..., Made], planned: Planned) -> None:
    found = make("terminals", to_on=LAST + timedelta(days=3))
    rows = {row["terminal"]: row for row in found.rows}
    assert {code: row["readings"] for code, row in rows.items()} == {"T-A": (2, 2), "T-B": (1, 1)}
    assert {code: row["depending"] for code, row in rows.items()} == {"T-A": 6, "T-B": 2}
    punches = len(made.days()) * len(PEOPLE) * 4 - len(planned.omitted) + 2 + 4
    assert found.figures["terminals_new"] == (punches, None)
    assert found.figures["terminals_set_aside"] == (2, punches + 3)


def test_numbers_of_nobody(make: Callable[..., Made], planned: Planned) -> None:
    found = make("orphans")
    (row,) = found.rows
    assert (row["terminal"], row["pin"], row["punches"], row["days"]) == ("T-B", "7777", 4, 3)
    assert clock.to_wall(row["first_punch"], ZONE) == datetime(2026, 3, 3, 7, 30)
    assert clock.to_wall(row["last_punch"], ZONE) == datetime(2026, 3, 6, 7, 30)
    total = len(made.days()) * len(PEOPLE) * 4 - len(planned.omitted) + 2 + 4
    assert found.figures["orphan_punches"] == (4, total)
    assert found.figures["orphan_terminals"] == (1, 2)


def test_records_set_aside(make: Callable[..., Made], planned: Planned) -> None:
    found = make("quarantine", to_on=LAST + timedelta(days=10))
    of_b = len(made.days()) * 2 * 4 - len(planned.of("B")) + len(made.STRANGE)
    assert [(row["terminal"], row["set_aside_reason"], row["position"]) for row in found.rows] == [
        ("T-B", "bad_time", of_b), ("T-A", "bad_pin", 0)
    ]  # fmt: skip
    texts = {row["terminal"]: row["record"] for row in found.rows}
    assert texts["T-A"].strip().startswith("=1+1")
    assert bytes.fromhex(next(r["record_hex"] for r in found.rows if r["terminal"] == "T-A")).startswith(b"=1+1")
    assert found.figures["quarantined"][0] == 2


@pytest.mark.postgres
def test_both_databases_tell_the_same(postgres_database: Database, make: Callable[..., Made]) -> None:
    made.build(postgres_database)
    more: Mapping[str, Any] = {"to_on": LAST + timedelta(days=3)}
    with postgres_database.reading() as session:
        for key, entry in ENTRIES.items():
            told = Made(entry.preview(session, asking(**more)))  # type: ignore[misc]
            expected = make(key, **more)
            assert (told.rows, told.figures, told.bars) == (expected.rows, expected.figures, expected.bars), key


# whose rows, and whose reasons ------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", OF_PEOPLE)
def test_a_head_sees_their_unit_alone(make: Callable[..., Made], unit_a: Within, key: str) -> None:
    whole, part = make(key), make(key, within=unit_a)
    assert part.rows == [row for row in whole.rows if row["unit"] == "A"]
    assert part.rows
    by_filter = make(key, unit="A")
    assert by_filter.rows == part.rows
    assert part.figures == by_filter.figures
    with pytest.raises(NotFound):
        make(key, within=unit_a, unit="B")
    with pytest.raises(NotFound):
        make(key, within=unit_a, employee="E2")


def test_things_of_other_units_are_not_there(make: Callable[..., Made], unit_a: Within) -> None:
    assert make("orphans", within=unit_a).rows == []
    assert {row["terminal"] for row in make("terminals", within=unit_a).rows} == {"T-A"}
    assert {row["terminal"] for row in make("quarantine", within=unit_a, to_on=date(2026, 3, 20)).rows} == {"T-A"}
    assert {row["unit"] for row in make("commitments", within=unit_a).rows} == {"A"}
    with pytest.raises(NotFound):
        make("commitments", within=unit_a, unit="B")


def test_who_walks_a_register_knows_whom_it_named(planned_office: tuple[Database, Planned], unit_a: Within) -> None:
    database, planned = planned_office
    with database.reading() as session:
        register = registers.ENTRIES[1].preview(session, asking(within=unit_a))  # type: ignore[misc]
        assert register.people == set()
        assert len({row[0] for row in register.rows}) == len(register.people)
        assert len(register.people) == len({key[0] for key in planned.omitted if PEOPLE[key[0]][0] == "A"})


def test_reasons_are_told_to_whom_they_may_be_told(make: Callable[..., Made], unit_a: Within) -> None:
    def only_a(_: str) -> Within:
        return unit_a

    masked, half = make("explanations", elsewhere=lambda _: NOTHING), make("explanations", elsewhere=only_a)
    assert masked.notes == ("reasons_hidden",)
    secret = ("ground", "reason", "paper", "attachments", "decision_note")
    assert {row[name] for row in masked.rows for name in secret} == {None}
    assert [row["explanation"] for row in masked.rows] == [row["explanation"] for row in half.rows]
    assert all((row["reason"] is not None) == (row["unit"] == "A") for row in half.rows)
    missing = make("missing-punches", elsewhere=only_a)
    assert {row["unit"] for row in missing.rows if row["ground"]} == {"A"}
    assert make("explanations").notes == ()


def test_dates_the_wrong_way_round_or_too_many_are_refused(make: Callable[..., Made]) -> None:
    with pytest.raises(Invalid, match="swap them"):
        make("missing-punches", from_on=LAST, to_on=FIRST)
    with pytest.raises(Invalid, match="731 days"):
        make("duties", from_on=date(2020, 1, 1), to_on=LAST)
    with pytest.raises(Invalid, match="leave the person out"):
        make("orphans", employee="001")


# files ------------------------------------------------------------------------------------------------------------


def file_of(database: Database, entry: Entry, format: str, folder: Path, **more: Any) -> tuple[bytes, int]:
    path = folder / f"{entry.key}.{format}"
    with database.reading() as session:
        rows = entry.write(session, asking(**more), format, path).rows  # type: ignore[arg-type]
    return path.read_bytes(), rows


@pytest.mark.parametrize("key", ENTRIES)
@pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.long)])
def test_every_register_is_a_workbook_with_heads_and_totals(
    planned_office: tuple[Database, Planned], make: Callable[..., Made], tmp_path: Path, key: str, lang: str
) -> None:
    more: Mapping[str, Any] = {"to_on": LAST + timedelta(days=3)}
    found = make(key, **more)
    content, count = file_of(planned_office[0], ENTRIES[key], "xlsx", tmp_path, lang=lang, **more)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    heads, *rows = book.get_sheet_by_index(0).to_python()
    assert (len(rows), count, len(heads)) == (len(found.rows), len(found.rows), len(set(heads)))
    for name, values in zip(found.rows[0], zip(*rows, strict=True), strict=True):
        kinds = {type(value) for value in values if value != ""}
        dated = any(isinstance(row[name], date) for row in found.rows)
        assert kinds <= ({date, datetime} if dated else {str, float, int, bool}), name
    summary = "\n".join(str(cell) for row in book.get_sheet_by_index(1).to_python() for cell in row)
    for n, whole in found.figures.values():
        assert whole is None or f"{n}/{whole}" in summary
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert sum(name.startswith("xl/charts/chart") for name in names) == len(found.bars) > 0
    sheet = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b'state="frozen"' in sheet


def test_codes_keep_their_zeros(planned_office: tuple[Database, Planned], tmp_path: Path) -> None:
    content, _ = file_of(planned_office[0], ENTRIES["missing-punches"], "xlsx", tmp_path)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert {row[0] for row in rows[1:]} == {code for code, *_ in planned_office[1].omitted}


def told_by(pdf: bytes) -> list[str]:
    """The text of each page, its white space and line breaks as single spaces."""
    document = pypdfium2.PdfDocument(pdf)
    found = [unicodedata.normalize("NFC", " ".join(page.get_textpage().get_text_range().split())) for page in document]
    document.close()
    return found


def test_a_paper_has_every_letter_heads_on_every_page_and_its_number(
    planned_office: tuple[Database, Planned], tmp_path: Path
) -> None:
    content, _ = file_of(planned_office[0], ENTRIES["explanations"], "pdf", tmp_path, unit="H")
    pages = told_by(content)
    together = "".join("".join(pages).split())
    assert len(made.letters()) == 134
    assert [letter for letter in made.letters() if letter not in together] == []
    for number, text in enumerate(pages, 1):
        assert f"Trang {number}/{len(pages)}" in text
        assert "Họ và tên" in text
    for line in ("Sở Nội vụ", "SỔ GIẢI TRÌNH", "02/03/2026–13/03/2026", "Theo dữ liệu lúc: 10:00 16/03/2026"):
        assert line in pages[0]


@pytest.mark.parametrize("key", ENTRIES)
def test_every_register_is_a_paper_with_its_totals(
    planned_office: tuple[Database, Planned], make: Callable[..., Made], tmp_path: Path, key: str
) -> None:
    more: Mapping[str, Any] = {"to_on": LAST + timedelta(days=3)}
    content, _ = file_of(planned_office[0], ENTRIES[key], "pdf", tmp_path, lang="en", **more)
    again, _ = file_of(planned_office[0], ENTRIES[key], "pdf", tmp_path, lang="en", **more)
    assert content == again, "the same rows and moment make the same bytes"
    text = told_by(content)[0]
    for n, whole in make(key, **more).figures.values():
        assert (f"{n}/{whole}" if whole is not None else str(n)) in text


@pytest.mark.parametrize("key", ENTRIES)
def test_data_for_programs_has_names_and_codes(
    planned_office: tuple[Database, Planned], make: Callable[..., Made], tmp_path: Path, key: str
) -> None:
    more: Mapping[str, Any] = {"to_on": LAST + timedelta(days=3)}
    plain, _ = file_of(planned_office[0], ENTRIES[key], "json", tmp_path, **more)
    rows = json.loads(plain)
    for row, found in zip(rows, make(key, **more).rows, strict=True):
        for name, value in found.items():
            if isinstance(value, tuple):
                assert (row[name], row[f"{name}_of"]) == value
            elif isinstance(value, datetime):
                assert datetime.fromisoformat(row[name]) == value.replace(microsecond=0)
            else:
                assert row[name] == (value.isoformat() if isinstance(value, date) else value)
    text, _ = file_of(planned_office[0], ENTRIES[key], "csv", tmp_path, **more)
    heads, *lines = csv.reader(io.StringIO(text.decode("utf-8-sig")))
    assert (heads, len(lines)) == (list(rows[0]), len(rows))


@pytest.mark.parametrize("key", ENTRIES)
def test_no_text_of_any_column_becomes_a_formula(
    planned_office: tuple[Database, Planned], tmp_path: Path, key: str
) -> None:
    """Every payload in every column of texts and codes, in the register's own columns."""
    with planned_office[0].reading() as session:
        register = ENTRIES[key].preview(session, asking())  # type: ignore[misc]
        words = register_words(session, asking(), register)
    texts = [at for at, column in enumerate(register.columns) if column.kind in ("text", "code")]
    assert texts
    hostile = [tuple(text if at in texts else None for at in range(len(register.columns))) for text in PAYLOADS]

    def written(format: str) -> bytes:
        path = tmp_path / f"hostile.{format}"
        write_register(replace(register, rows=hostile), format, path, words)
        return path.read_bytes()

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(written("xlsx"))).get_sheet_by_index(0).to_python()
    assert b"<f" not in zipfile.ZipFile(tmp_path / "hostile.xlsx").read("xl/worksheets/sheet1.xml")
    for text, row in zip(PAYLOADS, sheet[1:], strict=True):
        assert {re.sub(r"\r\n?", "\n", row[at]) for at in texts} == {re.sub(r"\r\n?", "\n", text)}
    _, *lines = csv.reader(io.StringIO(written("csv").decode("utf-8-sig"), newline=""))
    live = [cell for line in lines for cell in line if LIVE.match(cell)]
    assert live == []


def test_a_list_too_long_is_refused_with_what_to_do(
    planned_office: tuple[Database, Planned], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register_pdf, "MOST_PRINTED", 3)
    monkeypatch.setattr(register_xlsx, "MOST_ROWS", 3)
    for kind, advice in (("pdf", "for one unit"), ("xlsx", "fewer days at a time")):
        with pytest.raises(TooManyRows, match=advice):
            file_of(planned_office[0], ENTRIES["missing-punches"], kind, tmp_path)


def test_an_empty_register_says_so(planned_office: tuple[Database, Planned], tmp_path: Path) -> None:
    for kind in ("pdf", "xlsx", "csv", "json"):
        content, rows = file_of(
            planned_office[0], ENTRIES["missing-punches"], kind, tmp_path,
            from_on=date(2025, 1, 1), to_on=date(2025, 1, 31),
        )  # fmt: skip
        assert rows == 0
        if kind == "pdf":
            assert "Không có nội dung nào trong thời gian này." in told_by(content)[0]


def test_shares_are_half_up_and_of_nothing_there_is_none(planned_office: tuple[Database, Planned]) -> None:
    assert [str(percent(n, whole)) for n, whole in ((1, 8), (3, 8), (64, 70), (1, 3), (0, 5))] == [
        "12.5", "37.5", "91.4", "33.3", "0.0"
    ]  # fmt: skip
    assert str(percent(1, 2000)) == "0.1"  # 0.05, half up
    assert percent(0, 0) is None
    with planned_office[0].reading() as session:
        register = Register("violations", (Column("date", "date"),), (), figures=(Figure("violations_counted", 1, 8),))
        assert register_words(session, asking(), register).figures[0][1] == "1/8 (12,5%)"
        assert register_words(session, asking(lang="en"), register).figures[0][1] == "1/8 (12.5%)"


def test_the_order_of_names_is_a_dictionary_s() -> None:
    assert [PEOPLE[code][1].split()[-1] for code in made.ORDER] == [
        "An", "Ánh", "Ân", "Ẩn", "Bình", "Dung", "Đức", "Ý"
    ]  # fmt: skip


BIG = """
import resource, sys
from datetime import UTC, date, datetime
from pathlib import Path
from reports.register_files import write_register
from reports.register_table import Register
from reports.register_words import RegisterWords
from reports.registers.violations import COLUMNS
words = RegisterWords(
    "vi", "UTC", datetime(2026, 1, 1, tzinfo=UTC), "t", "o", (), {c.name: c.name for c in COLUMNS}, (), (), (),
    lambda group, code: code, str, str, str,
)
def rows(count):
    for n in range(count):
        day, code = date(2026, 11, 1 + n % 28), f"NV{n:06}"
        yield day, code, f"Nguyễn Thị Ánh {n}", "X-1", "am", "late", n % 60, 0, n % 60, "counted", "TB 248"
def peak(count):
    write_register(Register("violations", COLUMNS, rows(count)), sys.argv[1], Path(sys.argv[2]), words)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak(100)
print((peak(200_000) - before) // 1024)
"""


@pytest.mark.long
@pytest.mark.parametrize("kind", ["xlsx", "csv", "json"])
def test_two_hundred_thousand_rows_take_no_more_memory_than_a_few(kind: str, tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", BIG, kind, str(tmp_path / "big")], capture_output=True, text=True, check=True
    )
    assert int(ran.stdout) <= 60, "MB beside what a hundred rows took"
