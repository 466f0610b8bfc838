"""Rules of the demo's office: what it decided itself, what comes next year, and a swap that waits for approval.

None of it changes a conclusion of the month that is shown: what is in force says what the defaults say.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from api.cli.demo.office import DemoOffice
from api.cli.demo.past import REFORM
from attendance.rules.calendar import CalendarEntry
from attendance.rules.citation import Citation
from attendance.rules.policy import Policy
from attendance.rules.scoped import RuleVersion, Scope
from attendance.rules.shipped import shipped
from attendance.rules.written import RuleFile, Written, WrittenEntry
from attendance.services import rules
from attendance.services.papers import handing_in
from attendance.services.papers.handing_in import Handed
from attendance.store.database import Database, Session
from attendance.store.trail import Actor

TOP, COMMUNE = "H", "X1"
STATUTE, PLAN = "Quy chế làm việc 12/QC-MAU, 20/6/2025", "Quyết định 31/QĐ-MAU (sửa đổi quy chế)"
_DAY = timedelta(days=1)


def file_rules(session: Session, office: DemoOffice, at: datetime) -> None:
    """Kinds of leave and exemption as shipped, the office's own thresholds, and an announced day of next year."""
    year = date(office.today.year + 1, 1, 1)
    for name in ("leave", "exemptions"):
        rules.adopt_within(session, shipped(name), at=at)
    own = (
        _version("late_grace_minutes", 0, REFORM, year - _DAY, STATUTE, "Điều 5"),
        _version("late_grace_minutes", 5, year, None, PLAN, "Điều 1"),
        _version("early_grace_minutes", 0, REFORM, None, STATUTE, "Điều 5"),
        _version("missing_punch_refused", "none", REFORM, None, STATUTE, "Điều 6"),
        _version("explanation_deadline_workdays", 3, year, None, PLAN, "Điều 2"),
        _version("grade_thresholds", Policy().grade_thresholds, REFORM, None, STATUTE, "Điều 9"),
    )
    culture = date(year.year, 11, 24)
    citation = Citation("calendar", culture, culture, "80-NQ/TW (mới thông báo)")
    entry = WrittenEntry("entry", CalendarEntry(culture, "holiday", citation=citation), "announced")
    file = RuleFile("demo", scope=Scope("unit", TOP), rules=own, entries=(entry,))
    rules.adopt_within(session, file, at=at)
    narrower = _version("early_grace_minutes", 0, REFORM, None, "Nội quy cơ quan xã (mẫu)", "Mục 2")
    rules.adopt_within(session, RuleFile("demo", scope=Scope("unit", COMMUNE), rules=(narrower,)), at=at)


def file_proposed_swap(database: Database, office: DemoOffice, by: Actor, at: datetime) -> None:
    """A Monday off next May, worked on a Saturday: handed in, and nobody approved it yet."""
    first = date(office.today.year + 1, 5, 3)
    off = first + ((7 - first.weekday()) % 7) * _DAY
    handed = Handed(by, at, "Tờ trình 21/TTr-MAU", note="Nối liền kỳ nghỉ lễ")
    with database.writing() as session:
        handing_in.calendar(session, handed, off, "swapped_off", for_on=off + 5 * _DAY, unit=TOP)


def _version(
    rule: str, value: object, from_on: date, to_on: date | None, document: str, article: str
) -> Written[RuleVersion]:
    scope = Scope("unit", TOP)
    return Written(rule, RuleVersion(rule, value, scope, from_on, to_on, document=document, article=article))
