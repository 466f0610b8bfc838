"""Thresholds of the demo's office and what came of them: proposals in each state, a published index of last month."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from api.cli.demo.office import DemoOffice
from api.cli.demo.past import REFORM
from api.cli.demo.rules import COMMUNE, STATUTE, TOP
from api.cli.demo.waiting import CLERK, LEADER
from attendance.services.conduct import deciding, proposing, thresholds
from attendance.services.conduct.thresholds import NewThreshold
from attendance.services.evaluate import evaluate_dirty
from attendance.services.impartial import Decider
from attendance.services.periods import before, period_of
from attendance.services.unit_index import formulas, publishing
from attendance.services.unit_index.formulas import NewFormula
from attendance.store import conduct, office, papers_decided
from attendance.store.conduct_tables import ProposalRow
from attendance.store.database import Database, Session
from attendance.store.listing_keys import read_violation_id
from attendance.store.tables import EmployeeRow, UnitRow
from attendance.store.within import EVERYTHING

WEIGHTS = {"late": 50, "early": 50, "absent": 100, "left_post": 100, "missing_in": 25, "missing_out": 25}


def file_conduct(database: Database, demo: DemoOffice, at: datetime) -> None:
    """File thresholds and a formula, count, decide on two, have an explanation accepted under a third."""
    today = demo.today
    with database.writing() as session:
        for new in _thresholds():
            thresholds.file(session, new, by=CLERK, at=at)
        formula = NewFormula(TOP, WEIGHTS, REFORM, f"{STATUTE}, Điều 11", kinds=dict.fromkeys(("X1", "X2", "X3"), "xã"))
        formulas.file(session, formula, by=CLERK, at=at)
        proposing.refresh(session, today, at=at, by=CLERK)
    with database.writing() as session:
        taken_back = _decide(session, today, at)
    if taken_back is not None:
        evaluate_dirty(database, demo.zone, at)
    later = at + timedelta(seconds=1)
    with database.writing() as session:
        proposing.refresh(session, today, at=later)
        unit = office.get(session, UnitRow, TOP)
        publishing.publish(session, unit, before("month", period_of("month", today)), by=LEADER, today=today, at=later)


def _thresholds() -> tuple[NewThreshold, ...]:
    return (
        NewThreshold(
            TOP, "NN-THANG", "Nhắc nhở khi có từ 2 lượt trong tháng", "reminder", 2, REFORM, STATUTE, article="Điều 10",
        ),
        NewThreshold(
            TOP, "XX-QUY", "Xem xét khi có từ 4 lượt trong quý", "review", 4, REFORM, STATUTE, period="quarter",
            article="Điều 10",
        ),
        NewThreshold(
            COMMUNE, "NN-THANG", "Nhắc nhở khi có từ 60 phút trong tháng", "reminder", 60, REFORM,
            "Nội quy cơ quan xã (mẫu)", measure="minutes", article="Mục 3",
        ),
    )  # fmt: skip


def _decide(session: Session, today: date, at: datetime) -> ProposalRow | None:
    """Decide on the first two that may be decided on; the explanation of one occurrence of a third is accepted."""
    asked = conduct.Asked(("open",), ("reminder", "review"))
    rows, _ = conduct.listed(session, EVERYTHING, asked, limit=50, offset=0)
    by = Decider(LEADER, EVERYTHING)
    mine = [row for row, may in zip(rows, deciding.theirs(session, rows, by, today), strict=True) if may]
    if len(mine) < 4:
        return None
    accepted, other, withdrawn = (
        mine[0],
        mine[1],
        next((row for row in mine[2:] if row.figure == row.at_least), mine[2]),
    )
    for row, decision, note, instead in (
        (accepted, "accept", "Đã trao đổi trực tiếp, đồng chí tiếp thu và hứa sắp xếp lại việc đưa con đi học.", ""),
        (
            other,
            "other",
            "Nhà xa, đường đang sửa; nhắc nhở lúc này chưa hợp lý.",
            "Đổi sang ca trực buổi chiều một tháng",
        ),
    ):
        deciding.decide(
            session, EVERYTHING, row.id or 0, by, decision, note=note, instead=instead, version=None, today=today, at=at
        )
    key = read_violation_id(withdrawn.facts[0]["violation"])
    if key is None:
        return None
    said = papers_decided.explain(
        session, office.code_of(session, EmployeeRow, key.employee_id), key.on, part=key.session, covers=key.type,
        reason="Họp đột xuất tại thôn theo phân công", submitted_at=at, at=at,
    )  # fmt: skip
    papers_decided.decide(session, said, "approved", decided_by=LEADER.name, decided_at=at, at=at)
    return withdrawn
