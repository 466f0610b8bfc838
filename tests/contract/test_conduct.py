"""Thresholds propose from stored verdicts, people decide, and what rests on facts that are none is taken back."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from attendance.errors import ChangedMeanwhile, Invalid, Overlap
from attendance.rules.scoped import RuleVersion, Scope
from attendance.rules.written import RuleFile, Written
from attendance.services import units
from attendance.services.conduct import deciding, proposing, thresholds
from attendance.services.conduct.deciding import AlreadyDecided
from attendance.services.conduct.keeping import Keeper
from attendance.services.conduct.thresholds import NewThreshold
from attendance.services.evaluate import evaluate_dirty
from attendance.services.impartial import Decider, NotTheirs
from attendance.services.rules import adopt
from attendance.store import conduct, heads, office, papers, papers_decided, registering
from attendance.store.conduct_tables import ProposalRow
from attendance.store.database import Database, sqlite_url
from attendance.store.tables import EmployeeRow
from attendance.store.trail import Actor
from attendance.store.within import EVERYTHING, Within
from reports.conduct import lines, proposal_page
from tests import month_office
from tests.builders import ZONE
from tests.e2e.site import copied
from tests.month_office import AT, LATE_ON, MARCH

TODAY = date(2026, 4, 3)
CLERK = Actor("lan")
HEAD = Decider(Actor("vinh"), EVERYTHING)
NEW = NewThreshold("A", "NN", "Nhắc nhở từ 1 lượt", "reminder", 1, date(2026, 1, 1), "QC 15", types=("late",))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Any) -> Any:
    database = copied(migrated_sqlite, tmp_path_factory.mktemp("conduct"))
    month_office.fill(database)
    yield database
    database.close()


@pytest.fixture
def office_(filled: Database, tmp_path: Any) -> Any:
    """March of the sample office: E1 was late once, E3 forgot a punch, E2 was on leave a day."""
    filled.engine.dispose()
    shutil.copyfile(Path(str(filled.engine.url.database)), tmp_path / "office.db")
    database = Database(sqlite_url(tmp_path / "office.db"))
    yield database
    database.close()


def _file(database: Database, **changed: Any) -> int:
    with database.writing() as session:
        fields = {name: getattr(NEW, name) for name in NEW.__slots__}
        return thresholds.file(session, NewThreshold(**{**fields, **changed}), by=CLERK, at=AT).id or 0


def _refresh(database: Database, at: datetime = AT) -> list[Any]:
    with database.writing() as session:
        proposing.refresh(session, TODAY, at=at)
    with database.reading() as session:
        return [_plain(row) for row in conduct.listed(session, EVERYTHING, conduct.Asked(), limit=100, offset=0)[0]]


def _plain(row: ProposalRow) -> Any:
    return SimpleNamespace(**row.model_dump(), state=row.state)


def _explain(database: Database, decision: str = "approved", at: datetime = AT) -> None:
    with database.writing() as session:
        row = papers_decided.explain(
            session, "E1", LATE_ON, part="am", covers="late", reason="Đưa con đi viện", submitted_at=at, at=at
        )
        papers_decided.decide(session, row, decision, decided_by="vinh", decided_at=at, at=at)
    evaluate_dirty(database, ZONE, at)


def _decide(database: Database, number: int, by: Decider = HEAD, decision: str = "accept", **more: Any) -> Any:
    with database.writing() as session:
        given = {"note": "Đã trao đổi", "version": None, "today": TODAY, "at": AT} | more
        return _plain(deciding.decide(session, EVERYTHING, number, by, decision, **given))


def test_a_threshold_proposes_with_its_facts_document_and_sessions_known(office_: Database) -> None:
    number = _file(office_)
    (found,) = _refresh(office_)
    assert (found.proposes, found.figure, found.at_least, found.document) == ("reminder", 1, 1, "QC 15")
    assert (found.from_on, found.to_on, found.threshold_id) == (MARCH, date(2026, 3, 31), number)
    assert [(each["date"], each["type"], each["counted_min"]) for each in found.facts] == [("2026-03-10", "late", 15)]
    assert (found.known, found.due) == (44, 44)
    assert _refresh(office_) == [found], "counting again changes nothing"


def test_a_missing_punch_that_nobody_decided_on_never_counts(office_: Database) -> None:
    _file(office_, code="TH", types=("missing_in", "missing_out"))
    assert _refresh(office_) == []
    with office_.writing() as session:
        about = {"part": "pm", "covers": "missing_out", "reason": "Quên", "submitted_at": AT}
        row = papers_decided.explain(session, "E3", month_office.FORGOTTEN_ON, at=AT, **about)
        papers_decided.decide(session, row, "refused", decided_by="vinh", decided_at=AT, at=AT)
    evaluate_dirty(office_, ZONE, AT)
    assert [row.facts[0]["type"] for row in _refresh(office_)] == ["missing_out"]


def test_facts_that_count_no_more_take_an_open_proposal_back_and_say_why(office_: Database) -> None:
    _file(office_)
    _refresh(office_)
    _explain(office_)
    (found,) = _refresh(office_)
    assert found.state == "withdrawn"
    assert [(each["type"], each["now"]) for each in found.withdrawn_why] == [("late", "excused")]
    with pytest.raises(AlreadyDecided):
        _decide(office_, found.id or 0)


def test_a_refused_explanation_takes_nothing_back(office_: Database) -> None:
    _file(office_)
    _refresh(office_)
    _explain(office_, "refused")
    assert [row.state for row in _refresh(office_)] == ["open"]


def test_what_was_decided_stays_with_a_word_that_the_facts_changed(office_: Database) -> None:
    _file(office_)
    (found,) = _refresh(office_)
    _decide(office_, found.id or 0)
    _explain(office_)
    (after,) = _refresh(office_)
    assert (after.state, after.decision, after.figure) == ("decided", "accept", 1)
    assert after.facts_changed_at == AT
    assert after.facts_now == []
    assert after.facts == found.facts
    with pytest.raises(AlreadyDecided):
        _decide(office_, found.id or 0)


def test_a_decision_has_a_reason_and_rests_on_what_was_seen(office_: Database) -> None:
    _file(office_)
    (found,) = _refresh(office_)
    for wrong in ({"note": " "}, {"decision": "other"}, {"decision": "other", "instead": "Cảnh  CÁO"}):
        with pytest.raises(Invalid):
            _decide(office_, found.id or 0, **wrong)
    with pytest.raises(ChangedMeanwhile):
        _decide(office_, found.id or 0, version=found.version + 1)
    decided = _decide(office_, found.id or 0, decision="other", instead="Phân công người kèm", version=found.version)
    assert (decided.decision, decided.instead, decided.decided_by) == ("other", "Phân công người kèm", "vinh")


def test_nobody_decides_on_themselves_above_their_place_or_on_a_head_beside(office_: Database) -> None:
    _file(office_)
    (found,) = _refresh(office_)
    number = found.id or 0
    with pytest.raises(NotTheirs, match="about you"):
        _decide(office_, number, Decider(Actor("Trần Văn Bình"), EVERYTHING))
    with pytest.raises(NotTheirs, match="more than the units"):
        _decide(office_, number, Decider(Actor("hoa"), Within(frozenset({999}))))
    with office_.writing() as session:
        heads.name_head(session, "A", "E1", from_on=date(2026, 1, 1), document="QĐ 2", at=AT)
    with pytest.raises(NotTheirs, match="one level up"):
        _decide(office_, number, Decider(Actor("phó"), Within(frozenset({found.unit_id}))))
    assert _decide(office_, number).decision == "accept", "who sees everything stands above"


def test_a_nearer_threshold_holds_and_an_overlap_is_refused(office_: Database) -> None:
    with office_.writing() as session:
        registering.add_unit(session, "TOP", name="Tỉnh", schedule="HC", at=AT)
    with office_.writing() as session:
        units.move(session, "A", "TOP", on=date(2026, 1, 1), document="QĐ 1", actor=CLERK, at=AT)
    evaluate_dirty(office_, ZONE, AT)
    above = _file(office_, unit="TOP", label="Mức của tỉnh")
    assert [row.threshold_id for row in _refresh(office_)] == [above]
    nearer = _file(office_, at_least=2)
    assert [row.state for row in _refresh(office_)] == ["withdrawn"], "A asks for two, and one was counted"
    with pytest.raises(Overlap):
        _file(office_, from_on=date(2026, 3, 1))
    with office_.writing() as session:
        thresholds.end(session, conduct.threshold(session, nearer), date(2026, 2, 28), by=CLERK, at=AT)
    assert [row.state for row in _refresh(office_)] == ["open", "withdrawn"]


@pytest.mark.postgres
def test_of_two_that_file_at_once_one_is_told_of_the_other(postgres_database: Database) -> None:
    with postgres_database.writing() as session:
        registering.add_unit(session, "A", at=AT)
    with ThreadPoolExecutor(1) as other:
        with postgres_database.writing() as session:
            thresholds.file(session, NEW, by=CLERK, at=AT)
            second = other.submit(_file, postgres_database)
            assert not wait([second], 0.3).done
        with pytest.raises(Overlap):
            second.result(20)


def test_a_version_counts_the_days_on_which_it_holds(office_: Database) -> None:
    first = _file(office_, to_on=date(2026, 3, 10))
    second = _file(office_, from_on=date(2026, 3, 11))
    (found,) = _refresh(office_)
    assert (found.threshold_id, found.from_on, found.to_on) == (first, MARCH, date(2026, 3, 10))
    assert found.threshold_id != second


def test_reminders_that_were_given_may_propose_a_review(office_: Database) -> None:
    _file(office_)
    _file(office_, code="XX", label="Xem xét", types=(), proposes="review", measure="reminders", period="year")
    (reminder,) = _refresh(office_)
    _decide(office_, reminder.id or 0)
    review = next(row for row in _refresh(office_) if row.proposes == "review")
    assert (review.figure, review.facts[0]["proposal"], review.from_on) == (1, reminder.id, date(2026, 1, 1))


@pytest.mark.parametrize("text", ["Khiển trách", "CẢNH CÁO lần 1", "cach chuc", "Buộc  thôi-việc", "Hạ bậc lương"])
def test_no_threshold_bears_the_name_of_a_legal_form(office_: Database, text: str) -> None:
    with pytest.raises(Invalid, match="legal form"):
        _file(office_, label=text)


@pytest.mark.parametrize(("part", "most"), [("code", 32), ("label", 200), ("document", 200), ("article", 64)])
def test_a_threshold_is_no_longer_than_it_can_be_kept(office_: Database, part: str, most: int) -> None:
    with pytest.raises(Invalid, match=f"{part} of a threshold has at most {most}"):
        _file(office_, **{part: "x" * (most + 1)})


def test_grades_come_from_the_rule_with_its_document_and_not_without_data(office_: Database) -> None:
    assert _refresh(office_) == [], "the default of the contract rests on no document"
    grades = RuleVersion(
        "grade_thresholds", (("A", 0, 0), ("B", 1, 2), ("C", 3, None)), Scope("unit", "A"), date(2026, 1, 1),
        document="QC 16",
    )  # fmt: skip
    adopt(office_, RuleFile("grades", scope=Scope("unit", "A"), rules=(Written("rule", grades),)), at=AT)
    found = {row.employee_id: row for row in _refresh(office_)}
    with office_.reading() as session:
        codes = {number: office.code_of(session, EmployeeRow, number) for number in found}
    assert {codes[number]: (row.grade, row.document) for number, row in found.items()} == {
        "E1": ("B", "QC 16"), "E2": ("A", "QC 16"), "E3": ("A", "QC 16"),
    }  # fmt: skip
    _explain(office_)
    after = {codes[row.employee_id]: row.grade for row in _refresh(office_)}
    assert after == {"E1": "A", "E2": "A", "E3": "A"}


def test_a_protection_is_told_as_one_word_to_whoever_decides(office_: Database) -> None:
    _file(office_)
    _refresh(office_)
    with office_.writing() as session:
        papers.add_exemption(
            session, "E1", code="nursing", minutes_per_day=60, placement="day_end", from_on=MARCH,
            document="Giấy khai sinh 8", approved_at=AT, at=AT,
        )  # fmt: skip
    with office_.reading() as session:
        rows, _ = conduct.listed(session, EVERYTHING, conduct.Asked(), limit=9, offset=0)
        (told,) = lines(session, ZONE, rows, HEAD, now=AT)
        (untold,) = lines(session, ZONE, rows, None, now=AT)
        page = proposal_page(session, ZONE, AT, EVERYTHING, HEAD, rows[0].id or 0)
    assert (told.protected, untold.protected) == (True, None)
    assert "nursing" not in repr(page)
    assert "khai sinh" not in repr(page)


def test_a_protection_of_another_time_is_not_told_for_what_else_stands_on_the_page(office_: Database) -> None:
    _file(office_)
    _refresh(office_)
    with office_.writing() as session:
        papers.add_exemption(
            session, "E1", code="nursing", minutes_per_day=60, placement="day_end", from_on=date(2026, 1, 5),
            to_on=date(2026, 1, 30), document="Giấy khai sinh 8", approved_at=AT, at=AT,
        )  # fmt: skip
    with office_.reading() as session:
        (row,), _ = conduct.listed(session, EVERYTHING, conduct.Asked(), limit=9, offset=0)
        older = ProposalRow(
            **row.model_dump(exclude={"id", "from_on", "to_on"}), from_on=date(2026, 1, 1), to_on=date(2026, 1, 31)
        )
        told = lines(session, ZONE, [row, older], HEAD, now=AT)
    assert [each.protected for each in told] == [False, True]


def test_the_timetable_counts_of_whom_something_was_concluded(office_: Database) -> None:
    _file(office_)
    keeper = Keeper(office_, ZONE)
    assert keeper.round(AT).proposed == 1
    later = datetime(2026, 4, 3, 3, tzinfo=UTC)
    assert keeper.round(later).withdrawn == 0
    _explain(office_, at=later)
    assert keeper.round(later).withdrawn == 1
