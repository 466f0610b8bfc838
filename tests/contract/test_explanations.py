"""The way of an explanation: asked for, handed in, confirmed, decided, closed; and what each step makes of the day."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest

from attendance.errors import AttendanceError, Invalid, NotFound
from attendance.services import explanations
from attendance.services.evaluate import evaluate_dirty
from attendance.services.explanations import NotAsItWas, NotTheirs
from attendance.services.explanations.deciding import AfterDeadline, NotConfirmed
from attendance.store import explanation_register, heads, listing_explanations
from attendance.store import papers as store_papers
from attendance.store.database import Database
from attendance.store.listing_explanations import Asked
from attendance.store.tables import RuleVersionRow
from attendance.store.within import EVERYTHING, Within
from tests.builders import RECORDED_AT, ZONE, marked, rows
from tests.explaining import LATE, LATER, NO_EVENING, NOW, WEDNESDAY, build, decider, key, verdict

HOUR = timedelta(hours=1)
GIVEN: dict[str, Any] = {"ground": "finger_not_read", "text": "Máy không nhận vân tay"}


def hand_in(database: Database, *, by: str = "an", type: str = "late", part: str = "am", **given: Any) -> int:
    with database.writing() as session:
        about = GIVEN | {"zone": ZONE, "at": NOW} | given
        row = explanations.hand_in(session, decider(session, by), key(session, type, part), **about)
        return row.id or 0


def confirm(database: Database, number: int, by: str = "head", said: str = "confirmed", **given: Any) -> None:
    with database.writing() as session:
        row = explanation_register.get(session, number)
        explanations.confirm(session, row, decider(session, by), said, **({"at": NOW + HOUR} | given))


def decide(database: Database, number: int, decision: str = "approved", by: str = "leader", **given: Any) -> None:
    with database.writing() as session:
        row = explanation_register.get(session, number)
        about = {"note": "Đã kiểm tra", "zone": ZONE, "at": NOW + 2 * HOUR} | given
        explanations.decide(session, row, decider(session, by), decision, **about)


def steps(database: Database) -> list[tuple[str, int | None]]:
    with database.reading() as session:
        return [(each.step, each.explanation_id) for each in listing_explanations.waiting(session, LATER)]


def test_a_late_arrival_is_explained_confirmed_and_excused_and_keeps_its_minutes(any_database: Database) -> None:
    build(any_database, *LATE)
    with any_database.writing() as session:
        asked = explanations.ask(
            session, decider(session, "head"), [key(session)], note="Mời giải trình", zone=ZONE, at=NOW
        )
        assert len(asked.asked) == 1
        again = explanations.ask(session, decider(session, "leader"), [key(session)], zone=ZONE, at=NOW)
        assert (len(again.asked), len(again.not_needed)) == (0, 1)
    assert steps(any_database) == [("explain", None)]
    number = hand_in(any_database)
    assert steps(any_database) == [("confirm", number)]
    assert verdict(any_database).violations[0].status == "counted"
    confirm(any_database, number)
    assert steps(any_database) == [("decide", number)]
    decide(any_database, number)
    assert steps(any_database) == []
    assert ("E1", WEDNESDAY) in marked(any_database)
    evaluate_dirty(any_database, ZONE, LATER)
    found = verdict(any_database).violations[0]
    assert (found.minutes, found.excused_min, found.counted_min, found.status) == (20, 20, 0, "excused")
    before = verdict(any_database, as_of=NOW + HOUR).violations[0]
    assert (before.counted_min, before.status) == (20, "counted"), "what was known then stays as it was"
    acts = [act for (act,) in rows(any_database, "SELECT act FROM trail WHERE kind = 'explanation' ORDER BY seq")]
    assert acts == [f"explanation.{act}" for act in ("asked", "filed", "confirmed", "approved")]


def test_a_part_is_granted_apart_from_what_was_claimed(sqlite_database: Database) -> None:
    build(sqlite_database, *LATE)
    number = hand_in(sqlite_database, minutes=15)
    confirm(sqlite_database, number)
    decide(sqlite_database, number, minutes=5)
    found = verdict(sqlite_database).violations[0]
    assert (found.minutes, found.excused_min, found.counted_min, found.status) == (20, 5, 15, "partly_excused")
    assert rows(sqlite_database, "SELECT minutes, decided_minutes FROM explanation") == [(15, 5)]


@pytest.mark.parametrize(
    ("decision", "status", "credited"), [("approved", "excused", 210), ("refused", "counted", 210)]
)
def test_a_missing_punch_is_closed_by_either_decision(
    sqlite_database: Database, decision: str, status: str, credited: int
) -> None:
    build(sqlite_database, *NO_EVENING)
    assert verdict(sqlite_database).unverified_min == 210
    number = hand_in(sqlite_database, type="missing_out", part="pm", ground="forgot_punch")
    confirm(sqlite_database, number)
    decide(sqlite_database, number, decision)
    day = verdict(sqlite_database)
    assert [v.status for v in day.violations] == [status]
    assert (day.credited_min, day.unverified_min) == (270 + credited, 0)


def test_the_direct_superior_may_decide_at_once_and_somebody_further_up_waits_for_them(
    sqlite_database: Database,
) -> None:
    build(sqlite_database, *LATE)
    number = hand_in(sqlite_database)
    with pytest.raises(NotConfirmed):
        decide(sqlite_database, number, by="leader")
    decide(sqlite_database, number, by="head")
    assert rows(sqlite_database, "SELECT decided_by, confirmation FROM explanation") == [("head", None)]


def test_without_a_confirmation_where_whoever_decides_says_so(sqlite_database: Database) -> None:
    build(sqlite_database, *LATE)
    number = hand_in(sqlite_database)
    decide(sqlite_database, number, by="leader", without_confirmation=True)
    assert verdict(sqlite_database).violations[0].status == "excused"


def test_nobody_on_their_own_and_the_heads_own_one_level_up(sqlite_database: Database) -> None:
    build(sqlite_database, *LATE)
    number = hand_in(sqlite_database)
    for act in (confirm, decide):
        with pytest.raises(NotTheirs, match=r"handed in by you|about you"):
            act(sqlite_database, number, by="an")
    with sqlite_database.writing() as session:
        heads.name_head(session, "A", "E1", from_on=date(2026, 1, 1), at=RECORDED_AT)
    with pytest.raises(NotTheirs, match="one level up"), sqlite_database.writing() as session:  # noqa: PT012
        inside = Within(units=frozenset({1}))
        row = explanation_register.get(session, number)
        explanations.decide(
            session, row, decider(session, "head", inside), "approved", note="x", zone=ZONE, at=NOW + HOUR
        )
    decide(sqlite_database, number, by="leader")


def test_who_handed_a_paper_in_for_somebody_does_not_decide_on_it(sqlite_database: Database) -> None:
    build(sqlite_database, *LATE)
    number = hand_in(sqlite_database, by="head", submitted_at=NOW - HOUR)
    with pytest.raises(NotTheirs, match="handed in by you"):
        decide(sqlite_database, number, by="head")
    decide(sqlite_database, number, by="leader", without_confirmation=True)


def test_a_denied_confirmation_goes_on_to_whoever_decides(sqlite_database: Database) -> None:
    build(sqlite_database, *LATE)
    number = hand_in(sqlite_database)
    with pytest.raises(Invalid, match="why"):
        confirm(sqlite_database, number, said="denied")
    confirm(sqlite_database, number, said="denied", note="Tôi không thấy đồng chí ở cổng")
    with pytest.raises(NotAsItWas, match="not confirmed by head"):
        confirm(sqlite_database, number)
    decide(sqlite_database, number, "refused")
    assert verdict(sqlite_database).violations[0].status == "counted"


def test_after_the_deadline_only_where_it_is_accepted_after_all(any_database: Database) -> None:
    build(any_database, *LATE)
    with any_database.writing() as session:
        session.add(RuleVersionRow(rule="explanation_deadline_workdays", value=2, recorded_at=RECORDED_AT))
    with any_database.writing() as session:
        explanations.ask(session, decider(session, "head"), [key(session)], zone=ZONE, at=NOW)
    assert rows(any_database, "SELECT due_on FROM explanation_request") == [(_stored(any_database, date(2026, 3, 6)),)]
    number = hand_in(any_database, at=LATER)
    assert "explanation_after_deadline" in verdict(any_database).flags
    with pytest.raises(AfterDeadline, match="2026-03-06"):
        decide(any_database, number, by="head", at=LATER)
    decide(any_database, number, by="head", at=LATER, accepted_after_deadline=True)
    assert verdict(any_database).violations[0].status == "excused"


def test_in_time_is_up_to_the_end_of_the_last_day_on_the_wall_of_the_office(sqlite_database: Database) -> None:
    """23:30 of the 6th in Hanoi is in time, though the next day would not be."""
    build(sqlite_database, *LATE)
    with sqlite_database.writing() as session:
        session.add(RuleVersionRow(rule="explanation_deadline_workdays", value=2, recorded_at=RECORDED_AT))
    last = NOW.replace(day=6, hour=16, minute=30)
    number = hand_in(sqlite_database, at=last)
    decide(sqlite_database, number, by="head", at=last)
    assert verdict(sqlite_database).violations[0].status == "excused"
    assert "explanation_after_deadline" not in verdict(sqlite_database).flags


def test_what_is_over_or_too_soon_is_so_on_the_wall_of_the_office(sqlite_database: Database) -> None:
    """17:30 in Greenwich is half past midnight of the next day in Hanoi."""
    build(sqlite_database, *LATE)
    midnight = NOW.replace(day=4, hour=17, minute=30)
    about: dict[str, Any] = {"due_on": WEDNESDAY, "zone": ZONE, "at": midnight}
    with pytest.raises(Invalid, match="2026-03-04 is over"), sqlite_database.writing() as session:
        explanations.ask(session, decider(session, "head"), [key(session)], **about)
    with pytest.raises(Invalid, match="before 2026-03-04"):
        hand_in(sqlite_database, by="head", submitted_at=midnight.replace(day=3, hour=16))
    hand_in(sqlite_database, by="head", submitted_at=midnight.replace(day=3))


def test_taken_back_while_nobody_decided_and_not_after(sqlite_database: Database) -> None:
    build(sqlite_database, *LATE)
    with sqlite_database.writing() as session:
        explanations.ask(session, decider(session, "head"), [key(session)], zone=ZONE, at=NOW)
    number = hand_in(sqlite_database)
    with pytest.raises(NotAsItWas, match="waits for an answer"):
        hand_in(sqlite_database)
    with sqlite_database.writing() as session:
        row = explanation_register.get(session, number)
        explanations.withdraw(session, row, decider(session, "an"), at=NOW + HOUR)
    assert steps(sqlite_database) == [("explain", None)], "who asked still waits"
    second = hand_in(sqlite_database, at=NOW + HOUR)
    decide(sqlite_database, second, "refused", by="head")
    with pytest.raises(NotAsItWas, match="refused by head"), sqlite_database.writing() as session:
        explanations.withdraw(session, explanation_register.get(session, second), decider(session, "an"), at=LATER)
    third = hand_in(sqlite_database, at=LATER)
    decide(sqlite_database, third, by="head", at=LATER)
    assert verdict(sqlite_database).violations[0].status == "excused", "the one decided last holds"


def test_decided_alone_closes_what_was_asked_and_the_same_again_changes_nothing(sqlite_database: Database) -> None:
    build(sqlite_database, *LATE)
    with sqlite_database.writing() as session:
        explanations.ask(session, decider(session, "head"), [key(session)], zone=ZONE, at=NOW)

    def alone(decision: str, **given: Any) -> int:
        with sqlite_database.writing() as session:
            about = {"reason": "Ngập đường", "zone": ZONE, "at": NOW} | given
            return explanations.decide_alone(session, decider(session, "head"), key(session), decision, **about).id or 0

    first = alone("refused")
    assert steps(sqlite_database) == []
    assert alone("refused") == first
    assert verdict(sqlite_database).violations[0].status == "counted"
    assert alone("approved", minutes=12, at=NOW + HOUR) != first
    found = verdict(sqlite_database).violations[0]
    assert (found.excused_min, found.counted_min) == (12, 8)


def test_decided_alone_is_the_answer_to_what_was_explained(sqlite_database: Database) -> None:
    build(sqlite_database, *LATE)
    number = hand_in(sqlite_database)
    with sqlite_database.writing() as session:
        row = explanations.decide_alone(
            session, decider(session, "leader"), key(session), "approved", reason="Đúng", zone=ZONE, at=NOW + HOUR
        )
    assert (row.id, row.by_head, row.decision) == (number, False, "approved")


def test_what_no_longer_stands_waits_for_nobody(any_database: Database) -> None:
    build(any_database, *LATE)
    number = hand_in(any_database)
    with any_database.writing() as session:
        store_papers.add_leave(session, "E1", WEDNESDAY, part="am", approved_at=NOW, at=NOW)
    evaluate_dirty(any_database, ZONE, LATER)
    assert steps(any_database) == []
    with any_database.reading() as session:
        asked = Asked(("moot",))
        found = listing_explanations.explanations(session, EVERYTHING, EVERYTHING, asked, limit=9, offset=0)
        assert [(row["id"], row["stands"]) for row in found.rows] == [(number, False)]
        assert not listing_explanations.undecided(session, [1], WEDNESDAY, WEDNESDAY)


def test_two_people_decide_at_once_and_one_is_told_who_was_faster(any_database: Database) -> None:
    build(any_database, *LATE)
    number = hand_in(any_database)
    confirm(any_database, number)
    begin, told = threading.Barrier(2), []

    def act(by: str, decision: str) -> None:
        begin.wait()
        try:
            decide(any_database, number, decision, by=by, version=2)
        except AttendanceError as error:
            told.append((by, type(error), str(error)))
        else:
            told.append((by, None, decision))

    both = [threading.Thread(target=act, args=each) for each in (("head", "approved"), ("leader", "refused"))]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    (winner,) = [each for each in told if each[1] is None]
    (loser,) = [each for each in told if each[1] is not None]
    assert loser[1] is NotAsItWas
    assert f"{winner[2]} by {winner[0]}" in loser[2]
    assert rows(any_database, "SELECT decision, decided_by FROM explanation") == [(winner[2], winner[0])]


REFUSED: dict[str, dict[str, Any]] = {
    "no ground there is": {"ground": "sleep"},
    "nothing said": {"text": "  "},
    "more minutes than there are": {"minutes": 21},
    "no minutes": {"minutes": 0},
    "a moment of one's own": {"submitted_at": NOW - HOUR},
    "a very long text": {"text": "á" * 2_001},
    "signs no page shows": {"text": "kẹt\0xe"},
    "such signs in a document": {"document": "GXN\x07 5"},
}


@pytest.mark.parametrize("given", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_handed_in(sqlite_database: Database, given: dict[str, Any]) -> None:
    build(sqlite_database, *LATE)
    with pytest.raises(Invalid):
        hand_in(sqlite_database, **given)
    assert rows(sqlite_database, "SELECT count(*) FROM explanation") == [(0,)]


def test_what_there_is_not_or_is_somebody_elses_is_not_found(sqlite_database: Database) -> None:
    build(sqlite_database, *LATE)
    with pytest.raises(NotFound):
        hand_in(sqlite_database, type="early")
    with pytest.raises(NotFound), sqlite_database.writing() as session:
        explanations.hand_in(
            session, decider(session, "an"), key(session, person="E2", type="absent"), **GIVEN, zone=ZONE, at=NOW
        )


def _stored(database: Database, on: date) -> date | str:
    return on.isoformat() if database.is_sqlite else on


def test_who_excused_a_part_alone_may_still_excuse_the_whole(sqlite_database: Database) -> None:
    build(sqlite_database, *LATE)
    with sqlite_database.writing() as session:
        about: dict[str, Any] = {"reason": "Đã kiểm tra", "zone": ZONE}
        by, asked = decider(session, "head"), key(session)
        part = explanations.decide_alone(session, by, asked, "approved", minutes=10, at=NOW, **about)
        again = explanations.decide_alone(session, by, asked, "approved", minutes=10, at=NOW + HOUR, **about)
        assert (part.decided_minutes, again.id) == (10, part.id)
        whole = explanations.decide_alone(session, by, asked, "approved", at=NOW + 2 * HOUR, **about)
        assert whole.id != part.id
    assert verdict(sqlite_database).violations[0].status == "excused"


def test_a_missing_punch_explained_too_late_is_closed_by_the_refusal(sqlite_database: Database) -> None:
    build(sqlite_database, *NO_EVENING)
    with sqlite_database.writing() as session:
        session.add(RuleVersionRow(rule="explanation_deadline_workdays", value=2, recorded_at=RECORDED_AT))
    about: dict[str, Any] = {"type": "missing_out", "part": "pm", "ground": "forgot_punch"}
    number = hand_in(sqlite_database, **about, at=LATER)
    assert verdict(sqlite_database).violations[0].status == "pending"
    decide(sqlite_database, number, "refused", by="head", at=LATER + HOUR)
    day = verdict(sqlite_database)
    assert ([v.status for v in day.violations], day.unverified_min) == (["counted"], 0)
    assert "explanation_after_deadline" in day.flags
