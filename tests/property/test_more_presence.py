"""More presence never adds absence: one more punch inside a session takes nothing from anybody."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from attendance.engine.verdict import DayVerdict
from tests.oracle import Office
from tests.oracle.seen import punches_of, true_time
from tests.oracle.words import wall
from tests.property.cases_hours import Doc, Draw
from tests.property.cases_strategy import FEATURES, Questions, offices
from tests.property.judging import missing, verdicts
from tests.property.packs import HOURS, full, modest

PRESENCE = FEATURES - {"as_of", "explanation"}


@dataclass(frozen=True)
class OneMore:
    """An office, and one more punch of one of its people."""

    questions: Questions
    punch: Doc


@st.composite
def one_more(draw: Draw) -> OneMore:
    """A punch at any second inside a session of a person, at a terminal of the session that could take it.

    None that makes one after it a repeat: the repeat would be ignored (§4), and its time with it. None under
    check_in_only beside outs: while there are only outs the first of them shows when the person came, and no longer
    when there is another punch, so that two sentences of §4 contradict the property there.
    """
    questions = draw(offices(PRESENCE))
    office = Office(questions.document)
    person, on = draw(st.sampled_from(questions.people)), draw(st.sampled_from(questions.days))
    plans = office.knowledge(None).around(person, on)
    plan = plans.get(on)
    if plan is None or not plan.sessions:
        reject()
    session = draw(st.sampled_from(plan.sessions))
    at = session.start + timedelta(seconds=draw(st.integers(1, int((session.end - session.start).total_seconds()) - 1)))
    terminal = draw(st.sampled_from(session.terminals))
    dead = [f for f in office.document["facts"] if f["kind"] == "outage" and f["terminal"] == terminal]
    if any(f["from"] <= at < f["to"] for f in dead):
        reject()  # punches are impossible there
    shown = wall(at, office.document["timezone"]).isoformat()
    punch = {"terminal": terminal, "employee": person, "at": shown}
    true = true_time(office.document, {"terminal": terminal}, at)
    window = timedelta(seconds=(questions.document["policy"]).get("duplicate_window_seconds", 60))
    others = punches_of(office.document, person, None)
    after = [p.true for p in others]
    if any(p.regime == "check_in_only" for p in plans.values()) and any(p.way == "out" for p in others):
        reject()
    if not session.start < true < session.end or any(true <= t <= true + window for t in after):
        reject()
    return OneMore(questions, punch)


def lost(verdict: DayVerdict) -> int:
    """Minutes of absence of the day."""
    return sum(v.minutes or 0 for v in verdict.violations if v.type in ("absent", "late", "early"))


def assert_never_adds(case: OneMore) -> None:
    document, days = case.questions.document, case.questions.days
    before = verdicts(document, days)
    after = verdicts(document | {"punches": [*document["punches"], case.punch]}, days)
    for key, verdict in before.items():
        if not missing(verdict) and not missing(after[key]):
            assert lost(after[key]) <= lost(verdict), (key, case.punch)


@modest(60)
@given(case=one_more())
def test_more_presence_never_adds_absence(case: OneMore) -> None:
    """Where nothing was missing or unverified, one more punch adds no minute of absent, late or early."""
    assert_never_adds(case)


@pytest.mark.long
@pytest.mark.timeout(HOURS)
@full
@given(case=one_more())
def test_more_presence_never_adds_absence_in_full(case: OneMore) -> None:
    assert_never_adds(case)
