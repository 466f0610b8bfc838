"""Parts of the marked office: what people were asked to sign, what citizens said, what terminals told."""

from __future__ import annotations

from datetime import date, datetime, time

from attendance import clock
from attendance.services.citizens import intake, points, scores
from attendance.services.citizens.intake import Said
from attendance.services.citizens.scores import Score
from attendance.services.commitments import asking, templates
from attendance.services.commitments.asking import Term
from attendance.services.commitments.clauses import read_clauses
from attendance.services.commitments.shipped import Wording
from attendance.store import intake_log, push_devices, push_evidence, terminal_users
from attendance.store import office as store_office
from attendance.store.alarms import TerminalAlarms, open_alarms
from attendance.store.database import Session
from attendance.store.tables import EmployeeRow, TerminalRow, UnitRow
from attendance.store.trail import Actor
from attendance.store.within import EVERYTHING
from tests.access.marks import ALARM, BEGUN, JUDGED, LAST, PEOPLE, UNITS, ZONE, mark


def commitments(session: Session) -> dict[str, int]:
    """A template of each unit, by which its people are asked to sign; answers the numbers by person."""
    found = {}
    for unit in UNITS:
        token, archive = mark(unit), Actor("archive")
        template = templates.publish(
            session, archive, EVERYTHING, f"M-{token}", scope="person",
            unit=store_office.get(session, UnitRow, f"U-{token}"), wording=Wording(heading="BẢN CAM KẾT"),
            clauses=read_clauses([{"kind": "text", "text": "Không trễ hẹn"}]), language="vi", at=BEGUN,
        )  # fmt: skip
        names = [name for name, of in PEOPLE.items() if of == unit]
        people = [store_office.get(session, EmployeeRow, f"P-{mark(name)}") for name in names]
        asked = asking.ask(
            session, archive, template, Term(date(2026, 1, 1), date(2026, 12, 31)), people=people, zone=ZONE, at=BEGUN
        )
        numbers = {row.employee_id: row.id for row in asked.rows}
        found |= {name: numbers[person.id] or 0 for name, person in zip(names, people, strict=True)}
    return found


def heard(session: Session, name: str, unit: str) -> tuple[int, int]:
    """What a citizen said of the unit of a person, at a desk whose duty that person had, and the counter it came by."""
    token, of, by = mark(name), mark(unit), Actor("archive")
    place = store_office.get(session, UnitRow, f"U-{of}")
    point = points.add_point(session, by, place, f"Quầy {of}", at=BEGUN)
    said = Said("empty", f"Không ai ở quầy {of}", date(2026, 11, 18), time(18, 30), f"điện thoại {of}", f"bàn {token}")
    secret = b"a secret of the tests, long enough"
    taken = intake.take_in(session, secret, by, store_office.key(place), "box", said, zone=ZONE, at=JUDGED)
    score = Score(2026, 3, 4.2, 5, 120, f"BC {of}")
    scores.add_score(session, by, place, score, today=LAST, at=JUDGED)
    return taken.row.id or 0, point.id or 0


def terminal(session: Session, name: str) -> int:
    """An alarm, a user, a difference of its sides, a serial that knocks; answers the number of the alarm."""
    token = mark(name)
    terminal = store_office.key(store_office.get(session, TerminalRow, f"T-{token}"))
    (pull_id,) = intake_log.pulls_from(session, terminal, "file")
    intake_log.extend_coverage(session, terminal, datetime(2026, 11, 16), datetime(2026, 11, 20, 23))
    TerminalAlarms(session, terminal, pull_id, JUDGED).open("new_user", token, pin=f"{ALARM}{token}")
    session.flush()
    (alarm,) = open_alarms(session, [terminal])[terminal]
    _users_and_sides(session, terminal, pull_id, token)
    return alarm.id


def _users_and_sides(session: Session, terminal: int, pull_id: int, token: str) -> None:
    entry = terminal_users.Entry(5, "98", token, token.encode(), 0, False)
    terminal_users.file(session, terminal, terminal_users.Changes(begun=((entry, None),)), pull_id)
    wall = clock.wall_seconds(datetime(2026, 11, 18, 9, 9))
    # 88 is nobody's number but at A, where somebody of B has it: that punch is not for readers of A
    push_evidence.note_differences(session, terminal, "pushed_only", [(wall, "99", 0, 1), (wall, "88", 0, 1)], JUDGED)
    push_devices.knock(session, f"S-{token}", address="10.0.0.9", at=JUDGED)
