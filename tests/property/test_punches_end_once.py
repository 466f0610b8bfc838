"""Every raw punch is somebody's, nobody's or kept aside, and the order in which punches come changes nothing."""

import random
from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.engine.attribute import attribute
from attendance.scenario.document import load
from attendance.scenario.known import case_at
from tests.oracle import Office
from tests.oracle.seen import owner, received, sent_time, true_time
from tests.property.cases_hours import Doc
from tests.property.cases_strategy import FEATURES, Questions, offices
from tests.property.judging import questions_about, rows
from tests.property.packs import HOURS, full, modest


def where_each_ends(document: Doc, as_of: datetime | None) -> dict[int, str]:
    """By the place of the punch in the document: the person it is attributed to, `orphan` or `quarantined`."""
    scenario, _ = load(document)
    case = case_at(scenario, as_of)
    claims = attribute(case)
    sequence = case.punches.sequence
    ends = {place: "quarantined" for place, punch in enumerate(scenario.punches) if punch.wall is None}
    listed = [(place, "quarantined") for place in sequence[np.flatnonzero(~case.punches.sane)].tolist()]
    listed += [(place, "orphan") for place in sequence[claims.orphans].tolist()]
    people = [case.people[person] for person in claims.person.tolist()]
    listed += zip(sequence[claims.source].tolist(), people, strict=True)
    for place, end in listed:
        assert place not in ends, f"punch {place} ends as {ends[place]} and as {end}"
        ends[place] = end
    return ends


def where_each_should_end(document: Doc, as_of: datetime | None) -> dict[int, str]:
    """The same by the oracle, for the punches that have arrived; one without a date never arrives anywhere else."""
    office = Office(document)
    at, ends = office.moment(as_of), {}
    for place, punch in enumerate(office.document["punches"]):
        if punch["at"] is not None and at is not None and received(office.document, punch, punch["at"]) > at:
            continue
        sent = sent_time(office.document, punch)
        if sent is None:
            ends[place] = "quarantined"
        else:
            true = true_time(office.document, punch, sent)
            ends[place] = owner(office.document, punch, true) or "orphan"
    return ends


def assert_ends_once(questions: Questions) -> None:
    for as_of in questions.moments:
        assert where_each_ends(questions.document, as_of) == where_each_should_end(questions.document, as_of)


@modest(40)
@given(questions=offices(FEATURES))
def test_every_raw_punch_ends_attributed_orphan_or_quarantined_once(questions: Questions) -> None:
    """No punch is lost, none counted for two, and each ends where the oracle says."""
    assert_ends_once(questions)


@pytest.mark.long
@pytest.mark.timeout(HOURS)
@full
@given(questions=offices(FEATURES))
def test_every_raw_punch_ends_once_in_full(questions: Questions) -> None:
    assert_ends_once(questions)


def assert_order_is_nothing(questions: Questions, salt: int) -> None:
    document = questions.document
    shuffled = list(document["punches"])
    random.Random(salt).shuffle(shuffled)
    for as_of in questions.moments:
        asked = questions_about(questions.people, questions.days, as_of)
        assert rows(document, asked) == rows(document | {"punches": shuffled}, asked)
    # once all are here, it does not matter when each came, unless its date cannot be believed beside its receipt
    asked = questions_about(questions.people, questions.days)
    later = [
        punch | {"received_at": f"2026-05-{1 + (salt + place) % 28:02d}T00:00"} if "received_at" not in punch else punch
        for place, punch in enumerate(document["punches"])
    ]
    assert rows(document, asked) == rows(document | {"punches": later}, asked)


@modest(40)
@given(questions=offices(FEATURES), salt=st.integers(1, 999))
def test_order_of_arrival_does_not_matter(questions: Questions, salt: int) -> None:
    """Punches listed in any order, and received at any time, give the same rows once they are there."""
    assert_order_is_nothing(questions, salt)


@pytest.mark.long
@pytest.mark.timeout(HOURS)
@full
@given(questions=offices(FEATURES), salt=st.integers(1, 999))
def test_order_of_arrival_does_not_matter_in_full(questions: Questions, salt: int) -> None:
    assert_order_is_nothing(questions, salt)


def test_an_in_and_an_out_of_one_second_may_be_listed_in_any_order() -> None:
    """Whichever is kept, it is not the one that comes first."""
    hours = {"S": {"regime": "per_session", "sessions": {"am": ["07:30", "11:30"]}, "weekdays": ["wed"]}}
    terminals = [{"code": "T-A", "unit": "A", "direction": "in"}, {"code": "T-B", "unit": "A", "direction": "out"}]
    people = [{"code": "E1", "assignments": [{"unit": "A", "schedule": "S", "terminals": ["T-A", "T-B"]}]}]
    punches = [
        {"terminal": t, "at": f"2026-03-04T{at}"} for t, at in (("T-A", "07:30"), ("T-A", "11:30"), ("T-B", "11:30"))
    ]
    document = {"scenario": 1, "schedules": hours, "terminals": terminals, "employees": people}
    asked = questions_about(["E1"], [date(2026, 3, 4)])
    assert rows(document | {"punches": punches}, asked) == rows(document | {"punches": punches[::-1]}, asked)
