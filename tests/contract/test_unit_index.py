"""The index of units from stored verdicts, against a recount of each day; what is published can be made again."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.main import app
from api.pages.names import name_key
from attendance.engine.verdict import DayVerdict
from attendance.errors import Invalid, Overlap
from attendance.services.conduct.good import without_occurrence
from attendance.services.evaluate import evaluate_dirty
from attendance.services.unit_index import formulas, publishing
from attendance.services.unit_index.formulas import NewFormula
from attendance.services.unit_index.publishing import AlreadyPublished
from attendance.services.unit_index.standing import Standing, standing
from attendance.store import index_formulas, office, papers, papers_decided, registering, rulings
from attendance.store.database import Database, Session
from attendance.store.tables import UnitRow
from attendance.store.trail import Actor
from attendance.store.within import EVERYTHING
from reports import emulation, unit_index
from tests.builders import RECORDED_AT, WEEK, ZONE, file_body, record
from tests.e2e.site import copied

MARCH = (date(2026, 3, 1), date(2026, 3, 31))
AT = datetime(2026, 4, 3, 2, tzinfo=UTC)
TODAY = date(2026, 4, 3)
CLERK = Actor("lan")
WEIGHTS = {"late": 50, "early": 50, "absent": 100}
SIZES = {"B": 6, "C": 5, "D": 2, "E": 3}
HOURS = {"am": ["07:30", "12:00"], "pm": ["13:30", "17:00"]}
"""People of each unit under A; D and E are small, E's terminal was never read."""


def _code(unit: str, number: int) -> str:
    return f"{unit}{number}"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Database]:
    database = copied(migrated_sqlite, tmp_path_factory.mktemp("index"))
    pins: dict[str, str] = {}
    with database.writing() as session:
        for code in ("HC", "NUA"):
            registering.add_schedule(session, code, at=RECORDED_AT)
            registering.add_schedule_version(
                session, code, sessions=HOURS, weekdays=WEEK, document="QD 1", at=RECORDED_AT,
                to_on=date(2026, 6, 30) if code == "NUA" else None,
            )  # fmt: skip
        registering.add_unit(session, "A", schedule="HC", at=RECORDED_AT)
        for code in ("T-A", "T-E"):
            registering.add_terminal(session, code, unit="A", host=None, at=RECORDED_AT)
        for unit, size in SIZES.items():
            registering.add_unit(session, unit, name=f"Xã {unit}", parent="A", at=RECORDED_AT)
            for number in range(1, size + 1):
                code, pin = _code(unit, number), str(1001 + len(pins))
                pins[code] = pin
                terminal = "T-E" if unit == "E" else "T-A"
                registering.add_employee(session, code, name=f"=Người {unit} {number}", at=RECORDED_AT)
                registering.assign(
                    session, code, unit, from_on=date(2020, 1, 1), terminals=[terminal], at=RECORDED_AT,
                    schedule="NUA" if code == "B6" else None,
                )  # fmt: skip
                registering.enrol(session, terminal, pin, code, at=RECORDED_AT)
    body = []
    for day in range(31):
        on = MARCH[0] + timedelta(days=day)
        for code, pin in pins.items():
            if on.weekday() >= 5 or (code, on.day) in {("C2", 17), ("D1", 18)}:
                continue
            for at, text in enumerate(("07:20:00", "12:03:00", "13:22:00", "17:04:00")):
                late = at == 0 and (code, on.day) in {("B1", 10), ("B2", 11), ("C1", 12), ("B6", 13)}
                if (code, on.day, at) != ("C3", 19, 3):
                    body.append((datetime.fromisoformat(f"{on}T{'07:45:30' if late else text}"), pin))
    file_body(database, b"", read_at=datetime(2026, 2, 27, 8), offset=None)
    file_body(
        database, b"".join(record(pin, at) for at, pin in sorted(body)), read_at=datetime(2026, 4, 2, 8), offset=None
    )
    evaluate_dirty(database, ZONE, AT)
    with database.writing() as session:
        formulas.file(session, NewFormula("A", WEIGHTS, date(2026, 1, 1), "QĐ 9", excluded=("NUA",)), by=CLERK, at=AT)
    yield database
    database.close()


def _standing(database: Database, **given: Any) -> Standing:
    with database.reading() as session:
        return standing(session, EVERYTHING, office.get(session, UnitRow, "A"), MARCH, **given)


def test_each_figure_is_what_a_recount_of_the_days_gives(filled: Database) -> None:
    found = {line.code: line for line in _standing(filled).lines}
    sessions, known, times = Counter[str](), Counter[str](), Counter[tuple[str, str]]()
    with filled.reading() as session:
        for (code, _), day in _days(session).items():
            if code == "B6":
                continue  # of the schedule that the formula leaves out
            sessions[code[0]] += sum(sign in ("+", "KP", "?") for _, sign in day.symbols)
            known[code[0]] += sum(sign in ("+", "KP") for _, sign in day.symbols)
            for each in day.violations:
                times[code[0], each.type] += each.status in ("counted", "partly_excused")
    for unit in ("B", "C"):
        line = found[unit]
        assert (line.due, line.known) == (sessions[unit], known[unit])
        assert line.times == {kind: count for (of, kind), count in times.items() if of == unit and count}
    assert found["B"].times == {"late": 2}
    assert (found["B"].known, found["B"].tenths) == (220, 995), "100 × (1 − 2 × 0,50 ÷ 220) is 99.545…"
    assert found["C"].known == found["C"].due - 1, "a session with one punch is unknown, and in no number"


def test_small_units_stand_together_and_have_no_rank(filled: Database) -> None:
    found = _standing(filled)
    assert [line.code for line in found.lines] == ["B", "C", ""]
    together = found.lines[-1]
    assert (together.folded, together.people, together.rank) == (2, 5, None)
    assert found.left_out == {"NUA": 44}, "one person, two sessions on 22 days"


def test_too_little_data_is_not_ranked_and_neither_rewarded_nor_punished(filled: Database) -> None:
    together = _standing(filled).lines[-1]
    assert (together.reason, together.known, together.due) == ("little_data", 88, 220)
    assert together.times == {"absent": 2}
    assert together.tenths == 977, "100 × (1 − 2 ÷ 88) is 97.727…: E's unread sessions are in neither number"


def test_ranks_within_a_kind_and_alone_without_a_rank(filled: Database) -> None:
    rule = _standing(filled).formula
    assert rule is not None
    kinds = {"B": "xã", "C": "phường"}
    apart = _standing(filled, formula=replace(rule, kinds=kinds)).lines
    assert [(line.code, line.rank, line.reason) for line in apart[:2]] == [("C", None, "alone"), ("B", None, "alone")]
    assert [(line.code, line.rank) for line in _standing(filled).lines[:2]] == [("B", 1), ("C", 2)]


def test_fewer_people_than_allowed_in_all_have_no_figure(filled: Database) -> None:
    with filled.reading() as session:
        found = standing(session, EVERYTHING, office.get(session, UnitRow, "D"), MARCH)
    assert (found.too_few, found.lines) == (True, ())


def test_formulas_are_dated_overlaps_refused_and_no_handful_is_shown(filled: Database) -> None:
    new = NewFormula("A", WEIGHTS, date(2026, 3, 1), "QĐ 10")
    with pytest.raises(Overlap), filled.writing() as session:
        formulas.file(session, new, by=CLERK, at=AT)
    wrongs = ({"fewest": 4}, {"weights": {"lateness": 1}}, {"weights": {}}, {"document": " "}, {"coverage": 101})
    for wrong in wrongs:
        with pytest.raises(Invalid), filled.writing() as session:
            formulas.file(
                session,
                replace(new, **{"from_on": date(2020, 1, 1), "to_on": date(2020, 2, 1)} | wrong),
                by=CLERK,
                at=AT,
            )


def test_a_published_index_is_made_again_from_what_was_known_then(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with filled.writing() as session:
        unit = office.get(session, UnitRow, "A")
        number = publishing.publish(session, unit, MARCH, by=CLERK, today=TODAY, at=AT).id or 0
    with pytest.raises(AlreadyPublished), filled.writing() as session:
        publishing.publish(session, office.get(session, UnitRow, "A"), MARCH, by=CLERK, today=TODAY, at=AT)
    with pytest.raises(Invalid, match="over"), filled.writing() as session:
        publishing.publish(session, office.get(session, UnitRow, "A"), MARCH, by=CLERK, today=MARCH[1], at=AT)
    before = publishing.canonical(_standing(filled))
    later = AT + timedelta(hours=3)
    with filled.writing() as session:  # a later paper, a later explanation, somebody who moved
        papers.add_leave(session, "C2", date(2026, 3, 17), code="Ô", document="Giấy 7", approved_at=later, at=later)
        row = papers_decided.explain(
            session, "B1", date(2026, 3, 10), part="am", covers="late", reason="x", submitted_at=later, at=later
        )
        papers_decided.decide(session, row, "approved", decided_by="vinh", decided_at=later, at=later)
    evaluate_dirty(filled, ZONE, later)
    assert publishing.canonical(_standing(filled)) != before, "as the facts are now"
    with filled.reading() as session:
        row_ = index_formulas.publication(session, EVERYTHING, number)
        assert unit_index.check(session, row_) == unit_index.Checked(True, True)
        assert publishing.reproduce(session, row_) == before == row_.content
        row_.content = row_.content.replace('"index_tenths":995', '"index_tenths":996')
        assert not unit_index.check(session, row_).is_whole
        session.rollback()
    monkeypatch.setenv("ATTENDANCE_DATA_DIR", str(Path(str(filled.engine.url.database)).parent))
    told = CliRunner().invoke(app, ["index", "publication", str(number), "--json"], catch_exceptions=False).stdout
    assert json.loads(told)["content"] == json.loads(before)
    lines = CliRunner().invoke(app, ["index", "publication", str(number)], catch_exceptions=False).stdout
    assert [line.split("\t")[0] for line in lines.splitlines()[1:-1]] == [
        line["unit"] or f"{line['small_units']} small units" for line in json.loads(before)["lines"]
    ]


def test_the_export_has_safe_cells_and_of_persons_neither_rank_nor_score(filled: Database) -> None:
    with filled.reading() as session:
        found = standing(session, EVERYTHING, office.get(session, UnitRow, "A"), MARCH)
        table = emulation.of_persons(session, EVERYTHING, None, "A", MARCH, [], name_key)
    assert not {"rank", "score", "index", "grade"} & set(table.columns)
    assert [row["employee"] for row in table.rows] == sorted(
        (row["employee"] for row in table.rows), key=lambda code: (name_key(f"=Người {code[0]} {code[1:]}"), code)
    )
    text = emulation.write(table, "csv", str, lambda _, code: code).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert all(row["name"].startswith("'=") for row in rows)
    late = next(row for row in rows if row["employee"] == "B2")
    assert (late["late"], late["counted"], late["known"], late["due"]) == ("1", "1", "44", "44")
    kept = json.loads(emulation.write(emulation.of_units(found), "json", str, lambda _, code: code))
    assert next((row["unit"], row["rank"]) for row in kept["rows"]) == ("B", 1)
    with zipfile.ZipFile(io.BytesIO(emulation.write(table, "xlsx", str, lambda _, code: code))) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_who_had_no_counted_occurrence_and_of_whom_too_little_is_known(filled: Database) -> None:
    with filled.reading() as session:
        found = without_occurrence(session, EVERYTHING, None, MARCH)
    assert {each.employee for each in found.unsure} == {"E1", "E2", "E3"}, "nothing was read of them"
    good = {each.employee for each in found.without}
    assert {"B3", "B4", "B5", "C3", "C4"} <= good
    assert not {"B2", "C1", "B6", "D1"} & good
    assert found.counted == 16


def test_lists_reach_past_the_last_day_for_which_somebody_has_hours(filled: Database) -> None:
    """B6 has hours of their own, which end in June, and is listed for the year all the same."""
    year = (MARCH[0], date(2026, 12, 31))
    with filled.reading() as session:
        assert without_occurrence(session, EVERYTHING, None, year).counted == 16
        table = emulation.of_persons(session, EVERYTHING, None, "A", year, [], name_key)
    assert "B6" in [row["employee"] for row in table.rows]


def _days(session: Session) -> dict[tuple[str, date], DayVerdict]:
    return {(day.employee, day.on): day for _, day in rulings.current(session, *MARCH)}
