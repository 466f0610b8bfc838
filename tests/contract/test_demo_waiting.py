"""The demo has papers that wait, and a roster of two weeks with one gap."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from sqlmodel import select

from api.cli.demo import build_office
from api.cli.demo.filing import file_office
from api.cli.demo.waiting import file_waiting
from attendance.services.roster import filling
from attendance.store.database import Database
from attendance.store.register_tables import PaperRow
from attendance.store.within import EVERYTHING

TODAY, MONDAY = date(2026, 11, 24), date(2026, 11, 23)


def test_papers_wait_and_the_roster_has_one_gap(sqlite_database: Database) -> None:
    office = build_office(TODAY, now=datetime(2026, 11, 24, 9), days=40, people=80)
    addresses = {terminal.code: ("127.0.0.1", 4370) for terminal in office.terminals}
    file_office(sqlite_database, office, addresses, poll_seconds=300)
    file_waiting(sqlite_database, office, datetime(2026, 11, 24, 2, tzinfo=UTC))
    with sqlite_database.reading() as session:
        gaps = filling.gaps(session, EVERYTHING, MONDAY, MONDAY + timedelta(days=13))
        ours = select(PaperRow).where(PaperRow.author == "vanthu")
        papers = Counter((paper.kind, paper.status) for paper in session.exec(ours))
    assert [(gap.starts.date(), gap.slot.desk) for gap in gaps] == [(date(2026, 12, 2), "Địa chính")]
    assert papers == {
        ("leave", "proposed"): 2,
        ("meeting", "proposed"): 1,
        ("leave", "refused"): 1,
        ("duty", "approved"): 19,
    }
