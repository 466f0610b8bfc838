"""Presence at a minute: the engine over columns and the slow judge say the same of everybody, whenever it is asked."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from attendance.engine.present import SEEN, present_at
from attendance.facts import Exemption, Leave, Mission
from attendance.scenario.document import load
from attendance.scenario.known import case_at
from tests.oracle import Undecided
from tests.oracle.present import Said, said_of
from tests.oracle.words import instant, prepared
from tests.property.cases_hours import Doc, Draw, near
from tests.property.cases_strategy import ANNOUNCED, moments, worlds
from tests.property.packs import HOURS, full, modest


@dataclass(frozen=True)
class Asked:
    """A document, and minutes of wall time with what was known at a moment of each."""

    document: Doc
    minutes: list[tuple[datetime, datetime | None]]


@st.composite
def questions(draw: Draw) -> Asked:
    """Minutes of the days and around them, most of them close to where a session begins or ends."""
    document, days = draw(worlds(ANNOUNCED))
    around = [days[0] - timedelta(days=1), *days * 3, days[-1] + timedelta(days=1)]
    asked = []
    for _ in range(draw(st.integers(1, 4))):
        on: date = draw(st.sampled_from(around))
        if draw(st.booleans()):
            minute = draw(near(document["schedules"]["S1"], on))
        else:
            minute = datetime.combine(on, time(draw(st.integers(0, 23)), draw(st.integers(0, 59))))
        minute = minute.replace(second=0, microsecond=0)
        known = draw(st.sampled_from([None, minute + timedelta(seconds=59), draw(moments(document, days))]))
        asked.append((minute, known))
    return Asked(document, asked)


def said_by_engine(document: Doc, minute: datetime, known: datetime | None) -> dict[str, Said]:
    scenario, _ = load(document)
    told, _ = present_at(case_at(scenario, known), minute)
    kinds = {Leave: "leave", Mission: "mission", Exemption: "exemption"}
    return {
        each.employee: Said(
            each.state,
            each.session,
            kinds.get(type(each.paper), "explanation") if each.paper is not None else "",
            each.why,
            each.late if each.state == SEEN else None,
        )
        for each in told
    }


def assert_agree(asked: Asked) -> None:
    document = prepared(asked.document)
    zone = document["timezone"]
    for minute, known in asked.minutes:
        then = instant(known, zone) if known is not None else None
        try:
            expected = {
                person["code"]: said_of(document, person["code"], instant(minute, zone), then)
                for person in document["employees"]
            }
        except Undecided:
            reject()
        assert said_by_engine(asked.document, minute, known) == expected, (minute, known)


@modest(25)
@given(asked=questions())
def test_engine_and_oracle_agree_on_who_is_present(asked: Asked) -> None:
    assert_agree(asked)


@pytest.mark.long
@pytest.mark.timeout(HOURS)
@full
@given(asked=questions())
def test_engine_and_oracle_agree_on_who_is_present_in_full(asked: Asked) -> None:
    assert_agree(asked)
