"""A sick paper that came days after the day it is about: the day is concluded anew, the first conclusion stays."""

from __future__ import annotations

from datetime import datetime

from api.cli.demo.office import DemoOffice
from api.cli.demo.waiting import CLERK, LEADER
from attendance.services.papers import deciding, handing_in
from attendance.services.papers.deciding import Decider
from attendance.services.papers.handing_in import Handed
from attendance.store.database import Database
from attendance.store.within import EVERYTHING

DOCUMENT = "Giấy nghỉ ốm C65-MAU 0412"


def file_late_paper(database: Database, office: DemoOffice, at: datetime) -> None:
    """File it for whoever was absent first, not the official of the logins: their absence stays to be looked at."""
    own = {login.employee for login in office.logins if login.employee}
    absences = sorted((on, who) for who, on in office.told.get("absent", ()) if who not in own)
    if not absences:
        return
    on, who = absences[0]
    with database.writing() as session:
        handed = Handed(CLERK, at, DOCUMENT, note="Nhập viện, nộp giấy sau khi ra viện")
        paper = handing_in.leave(session, handed, who, on, on, code="Ô")
        deciding.approve(session, office.zone, paper, Decider(LEADER, EVERYTHING), at=at)
