"""An office whose every fact is known beforehand: two weeks of punches with omissions and delays drawn by chance, what
was said of them, duties kept and not, a sealed visit beside a plan, commitments, numbers of nobody, bad records."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from attendance import clock
from attendance.services.evaluate import evaluate_dirty
from attendance.store import heads, office, papers_decided, papers_roster, registering
from attendance.store.database import Database, Session
from attendance.store.minutes_tables import DONE, FollowupRow, MinutesPersonRow, MinutesRow
from attendance.store.tables import EmployeeRow, UnitRow, UserRow
from attendance.store.visit_tables import TeamRow, VisitRow
from tests.builders import HOURS, RECORDED_AT, WEEK, ZONE, bad_date, bring, file_body, record
from tests.contract import commitment_office

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 13)
SATURDAY = date(2026, 3, 7)
READ_AT = datetime(2026, 3, 16, 8)
NOW = datetime(2026, 3, 16, 3, tzinfo=UTC)
ARRIVAL = datetime(2026, 3, 11, 8, 30)
USUAL = ("07:20", "12:03", "13:22", "17:04")
SIDES = (("am", "missing_in"), ("am", "missing_out"), ("pm", "missing_in"), ("pm", "missing_out"))
VOWELS = "aăâeêioôơuưy"
TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
UNITS = {"H": "Sở Nội vụ", "A": "Phòng Tổ chức", "B": "Phòng Hành chính – Quản trị"}
PEOPLE = {
    "001": ("A", "Trần Văn Bình"), "002": ("A", "Nguyễn Thị Ánh"), "003": ("A", "Đỗ Thị An"),
    "004": ("A", "Lê Hoàng Đức"), "E1": ("A", "Hồ Văn Dung"), "E2": ("B", "Vũ Thị Ân"), "E3": ("B", "Phan Văn Ẩn"),
    "E9": ("H", "Cao Thị Ý"),
}  # fmt: skip
ORDER = ("003", "002", "E2", "E3", "001", "E1", "004", "E9")
"""By given name: An, Ánh, Ân, Ẩn... as a Vietnamese dictionary has them; worked out by hand, see the test."""
STRANGE = ((3, 7), (4, 7), (4, 17), (6, 7))
"""Day of March and hour of the punches of nobody."""
SAID = "Máy không nhận vân tay, tôi có mặt tại phòng"


def letters() -> str:
    """Every accented letter of Vietnamese, small and capital, with đ: 134."""
    found = [unicodedata.normalize("NFC", vowel + tone) for vowel in VOWELS for tone in TONES]
    accented = [letter for letter in found if not letter.isascii()] + ["đ"]
    return "".join(accented) + "".join(letter.upper() for letter in accented)


@dataclass
class Planned:
    """What was done: punches left out by (person, date, side), late minutes by (person, date), what became of those
    explained; duties by who was there."""

    omitted: dict[tuple[str, date, int], str] = field(default_factory=dict)
    late: dict[tuple[str, date], int] = field(default_factory=dict)
    duties: dict[str, bool] = field(default_factory=dict)

    def of(self, *units: str) -> list[tuple[str, date, str, str]]:
        """Missing punches of people of these units: person, date, session, type; by given name and date."""
        found = [
            (person, on, *SIDES[side]) for person, on, side in self.omitted if not units or PEOPLE[person][0] in units
        ]
        return sorted(found, key=lambda each: (ORDER.index(each[0]), *each[1:]))


def days() -> list[date]:
    every = (FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1))
    return [on for on in every if on.weekday() < 5]


def build(database: Database, seed: int = 8) -> Planned:
    """The office as it is known at NOW."""
    draw, planned = random.Random(seed), Planned()
    _register(database)
    walls = list(_punches(draw, planned))
    for terminal, units in (("T-A", "AH"), ("T-B", "B")):
        body = [record(pin, wall) for wall, pin in sorted(walls) if PEOPLE[_code(pin)][0] in units]
        if terminal == "T-B":
            body += [record("7777", datetime(2026, 3, day, hour, 30)) for day, hour in STRANGE]
            body.append(record("1", bad_date()))
        file_body(database, b"", terminal=terminal, read_at=datetime(2026, 2, 27, 8), offset=None, serial=terminal)
        file_body(
            database, b"".join(body), terminal=terminal, read_at=READ_AT, offset=None, serial=terminal
        )  # fmt: skip
    bring(database, b"=1+1\t2026-03-05 07:20:00\t1\t0\t1\t0\r\n  1002\t2026-03-07 07:55:00\t1\t0\t1\t0\r\n",
          at=NOW, terminal="T-A")  # fmt: skip
    with database.writing() as session:
        _duties(session, planned)
    evaluate_dirty(database, ZONE, NOW)
    with database.writing() as session:
        _explain(session, planned)
    evaluate_dirty(database, ZONE, NOW)
    with database.writing() as session:
        _visit(session)
    _commit(database)
    return planned


def pin_of(code: str) -> str:
    return str(1001 + list(PEOPLE).index(code))


def _code(pin: str) -> str:
    return list(PEOPLE)[int(pin) - 1001]


def _register(database: Database) -> None:
    with database.writing() as session:
        registering.add_schedule(session, "HC", at=RECORDED_AT)
        registering.add_schedule_version(
            session, "HC", sessions=HOURS, weekdays=WEEK, document="TB 02/TB-UBND", at=RECORDED_AT
        )
        for unit, name in UNITS.items():
            above = None if unit == "H" else "H"
            registering.add_unit(session, unit, name=name, parent=above, schedule="HC", at=RECORDED_AT)
        for terminal, unit in (("T-A", "A"), ("T-B", "B")):
            registering.add_terminal(session, terminal, name=f"Cửa {unit}", unit=unit, at=RECORDED_AT)
        for code, (unit, name) in PEOPLE.items():
            terminal = "T-B" if unit == "B" else "T-A"
            person = registering.add_employee(session, code, name=name, at=RECORDED_AT)
            registering.assign(session, code, unit, from_on=date(2024, 1, 1), terminals=[terminal], at=RECORDED_AT)
            registering.enrol(session, terminal, pin_of(code), code, at=RECORDED_AT)
            if code[0] == "E":
                session.add(
                    UserRow(name=code.lower(), password_hash="x", employee_id=person.id, recorded_at=RECORDED_AT)
                )
        heads.name_head(session, "A", "E1", from_on=date(2024, 1, 1), at=RECORDED_AT)
        heads.name_head(session, "H", "E9", from_on=date(2024, 1, 1), at=RECORDED_AT)


def _punches(draw: random.Random, planned: Planned) -> Iterator[tuple[datetime, str]]:
    for on in days():
        for code in PEOPLE:
            side = draw.randrange(4) if draw.random() < 0.3 else None
            late = draw.randint(1, 40) if side not in (0, 1) and draw.random() < 0.25 else 0
            if side is not None:
                planned.omitted[(code, on, side)] = "none"
            if late:
                planned.late[(code, on)] = late
            for place, text in enumerate(USUAL):
                if place != side:
                    wall = datetime.fromisoformat(f"{on}T{text}:00")
                    if place == 0 and late:
                        wall = datetime.fromisoformat(f"{on}T07:30:00") + timedelta(minutes=late)
                    yield wall, pin_of(code)
    yield datetime(2026, 3, 7, 7, 55), pin_of("002")
    yield datetime(2026, 3, 7, 11, 3), pin_of("002")


def _duties(session: Session, planned: Planned) -> None:
    unit = office.key(office.get(session, UnitRow, "A"))
    for code, is_there in (("002", True), ("001", False)):
        planned.duties[code] = is_there
        papers_roster.add_duty(
            session, code, datetime(2026, 3, 7, 8), datetime(2026, 3, 7, 11), code="saturday", desk="Quầy 01",
            unit_id=unit, approved_at=RECORDED_AT, at=RECORDED_AT,
        )  # fmt: skip


def _explain(session: Session, planned: Planned) -> None:
    """Of every three missing punches one is explained and accepted, one explained and refused, one left."""
    at = clock.to_instant(datetime(2026, 3, 14, 9), ZONE)
    for place, (code, on, side) in enumerate(sorted(planned.omitted)):
        if place % 3 == 2:
            continue
        part, covers = SIDES[side]
        row = papers_decided.explain(
            session, code, on, part=part, covers=covers, reason=f"{SAID} {letters()}" if not place else SAID,
            submitted_at=at, at=at,
        )  # fmt: skip
        row.ground = "forgot_punch"
        state = ("approved", "refused")[place % 3]
        papers_decided.decide(session, row, state, decided_by="vinh", decided_at=at, at=at)
        planned.omitted[(code, on, side)] = state


def _visit(session: Session) -> None:
    """One visit with sealed minutes, one begun, one planned, all to A."""
    unit = office.key(office.get(session, UnitRow, "A"))
    team = TeamRow(
        name="Tổ công tác 01", document="QĐ 118/QĐ-UBND", from_on=date(2026, 1, 1), to_on=date(2026, 12, 31),
        created_at=RECORDED_AT,
    )  # fmt: skip
    session.add(team)
    session.flush()
    for state, key in (("sealed", "a" * 32), ("ended", "b" * 32), ("planned", "c" * 32)):
        row = VisitRow(key=key, team_id=team.id or 0, unit_id=unit, state=state, created_at=RECORDED_AT)
        row.wall_time = ARRIVAL if state != "planned" else None
        row.planned_for = date(2026, 3, 12) if state == "planned" else None
        session.add(row)
        session.flush()
        if state != "sealed":
            continue
        row.sealed_at = NOW - timedelta(days=2)
        minutes = MinutesRow(
            visit_id=row.id or 0, unit_id=unit, number="001/BB", code="CODE0001", content=b"", digest="", pdf=b"",
            pdf_digest="", signing_key="", signature=b"", sealed_at=row.sealed_at,
        )  # fmt: skip
        session.add(minutes)
        session.flush()
        for code, found in (("001", "present"), ("002", "present"), ("003", "with_reason"), ("004", "without_reason")):
            who = office.key(office.get(session, EmployeeRow, code))
            session.add(MinutesPersonRow(minutes_id=minutes.id or 0, employee_id=who, found=found))
        for number, (due, state_of) in enumerate(((date(2026, 3, 12), "open"), (date(2026, 3, 20), DONE)), 1):
            session.add(
                FollowupRow(
                    minutes_id=minutes.id or 0, unit_id=unit, number=number, text="Báo cáo", due=due, state=state_of
                )
            )
    session.flush()


def _commit(database: Database) -> None:
    """E1, E2 and E3 were asked; E2 signed, and E1 by the head above confirmed; the collective A was asked."""
    commitment_office.publish(database)
    asked = {
        code: commitment_office.ask(database, code).rows[0].id or 0 for code in ("E1", "E2", "E3")
    }  # fmt: skip
    for code in ("E1", "E2"):
        commitment_office.sign(database, asked[code], code)
    commitment_office.confirm(database, asked["E1"], "E9", "H", "A")
