"""Each register against an office whose every fact is known beforehand: rows, n/N, scope, reasons."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from api.reporting import registers
from attendance import clock
from attendance.errors import Invalid, NotFound
from attendance.store.database import Database
from attendance.store.within import NOTHING, Within
from tests import register_office as made
from tests.builders import ZONE
from tests.contract.register_making import ENTRIES, Made, asking
from tests.register_office import FIRST, LAST, PEOPLE, SATURDAY, Planned

OF_PEOPLE = ("violations", "missing-punches", "explanations", "duties")


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
