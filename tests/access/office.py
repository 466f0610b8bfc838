"""An office in which every name, code, document and reason carries a mark of the place it belongs to.

`H` is the parent of `A` (one's own unit) and `B` (the sister); in A serve the person whose account may be an official's
and a colleague. An answer that holds the mark of a place it should not know of has leaked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from api.importing import import_export
from attendance.services import granting
from attendance.services.access import ROLES
from attendance.services.accounts import Accounts
from attendance.services.evaluate import evaluate_span
from attendance.services.explanations import attaching
from attendance.services.papers import deciding, handing_in
from attendance.services.papers.handing_in import Handed
from attendance.services.roster import entering, filling
from attendance.store import (
    explanation_register,
    heads,
    papers,
    papers_decided,
    registering,
    sites,
)
from attendance.store import office as store_office
from attendance.store import serving as store_serving
from attendance.store.database import Database, Session
from attendance.store.listing_keys import ViolationKey, violation_id
from attendance.store.paper_register import number_of
from attendance.store.tables import EmployeeRow
from attendance.store.trail import CONSOLE, Actor
from tests.access import conduct_of_places, office_minutes, office_parts, office_visits
from tests.access.marks import (
    BEGUN,
    EXEMPT_ON,
    FIRST,
    JUDGED,
    LAST,
    LATE_ON,
    LEAVE_ON,
    MISSION_ON,
    NOW,
    PASSWORD,
    PEOPLE,
    REASON,
    UNITS,
    ZONE,
    mark,
)


@dataclass(frozen=True)
class Place:
    """What can be named of a place in a request; all codes of a kind are equally long, so answers can be compared."""

    name: str
    unit: str
    employee: str
    terminal: str
    user: str
    serial: str
    grant: int = 0
    alarm: int = 0
    violation: str = ""
    early: str = ""
    explanation: int = 0
    attachment: str = "0" * 64
    papers: Mapping[str, int] = field(default_factory=dict)
    assignment: int = 0
    term: int = 0
    threshold: int = 0
    formula: int = 0
    publication: int = 0
    proposal: int = 0
    observation: int = 0
    point: int = 0
    commitment: int = 0
    template: str = ""
    team: int = 0
    member: int = 0
    plan: str = "0" * 32
    sealed: str = "0" * 32

    @property
    def mark(self) -> str:
        return mark(self.name)

    def fills(self) -> dict[str, str]:
        named = (
            "unit", "employee", "terminal", "user", "serial", "grant", "alarm", "violation", "assignment", "term",
            "early", "explanation", "attachment", "observation", "point", "commitment", "template", "team", "member",
            "plan", "sealed",
            "threshold", "formula", "publication", "proposal",
        )  # fmt: skip
        papers = {kind: str(self.papers.get(kind, ABSENT)) for kind in PAPERS}
        return {name: str(getattr(self, name)) for name in named} | papers


def place(name: str, unit: str | None = None, **more: Any) -> Place:
    token, of = mark(name), mark(unit or name)
    more = {"template": f"M-{of}"} | more
    return Place(name, f"U-{of}", f"P-{token}", f"T-{of}", f"a-{token}", f"S-{token}", **more)


PAPERS = (
    "leave", "mission", "exemption", "protection", "overtime", "site", "outage", "decision", "duty", "post",
)  # fmt: skip
OUTSIDE_VISITORS = ("PAR", "SIS")
STATES = ("holds", "ended", "revoked", "later")
ABSENT = 999_999


@dataclass(frozen=True)
class World:
    """Places by name: own, colleague (in the same unit), sister, parent, and one that is nowhere."""

    places: dict[str, Place]

    def __getitem__(self, name: str) -> Place:
        return self.places[name]


def reader(role: str, state: str = "holds") -> str:
    """The account that has this role for unit A, in this state."""
    return f"r-{role}-{state}-{mark('OWN')}"


def build(database: Database, accounts: Accounts) -> World:
    """Fill an empty database; answers what can be named in it."""
    with database.writing() as session:
        _rules(session)
        for name, parent in UNITS.items():
            _unit(session, name, parent)
        for number, (name, unit) in enumerate(PEOPLE.items()):
            _person(session, name, unit, f"7{number}")
        registering.enrol(session, f"T-{mark('OWN')}", "88", f"P-{mark('SIS')}", at=BEGUN)
    for name in UNITS:
        import_export(database, f"T-{mark(name)}", f"{mark(name)}_attlog.dat", _file(name), zone=ZONE, at=JUDGED)
    with database.writing() as session:
        alarms = {name: office_parts.terminal(session, name) for name in UNITS}
        terms = {name: _head(session, name) for name in UNITS}
    evaluate_span(database, ZONE, JUDGED, FIRST, LAST)
    grants = _accounts(database, accounts)
    with database.writing() as session:
        waiting = {name: _papers(session, name, unit) for name, unit in PEOPLE.items()}
    members = {name: reader("inspector") if name == "OWN" else f"v-{mark(name)}" for name in UNITS}
    for name in OUTSIDE_VISITORS:
        accounts.create_user(members[name], PASSWORD)
    with database.writing() as session:
        visited = office_visits.fill(session, members, "all-inspector")
        office_minutes.fill(session, visited)
    with database.writing() as session:
        promised = office_parts.commitments(session)
    with database.writing() as session:
        said = {name: _said(session, name) for name in PEOPLE}
    with database.writing() as session:
        heard = {name: office_parts.heard(session, name, unit) for name, unit in PEOPLE.items()}
    with database.reading() as session:
        numbers = {name: store_office.key(store_office.get(session, EmployeeRow, f"P-{mark(name)}")) for name in PEOPLE}
        assigned = {name: store_serving.of_employee(session, number)[0].id or 0 for name, number in numbers.items()}
    with database.writing() as session:
        ruled = conduct_of_places.of_everybody(session, UNITS, PEOPLE, numbers)
    found = {
        name: place(
            name,
            unit,
            grant=grants[name],
            alarm=alarms[unit],
            violation=violation_id(numbers[name], LATE_ON, "am", "late"),
            early=violation_id(numbers[name], FIRST, "pm", "early"),
            explanation=said[name][0],
            attachment=said[name][1],
            papers=waiting[name],
            assignment=assigned[name],
            term=terms[unit],
            **ruled[name],
            observation=heard[name][0],
            point=heard[name][1],
            commitment=promised[name],
            **visited[unit],
        )
        for name, unit in PEOPLE.items()
    }
    nowhere = place(
        "NIL",
        grant=ABSENT,
        alarm=ABSENT,
        assignment=ABSENT,
        term=ABSENT,
        commitment=ABSENT,
        team=ABSENT,
        member=ABSENT,
        violation=violation_id(9, LATE_ON, "am", "late"),
        early=violation_id(9, FIRST, "pm", "early"),
        explanation=ABSENT,
        threshold=ABSENT,
        formula=ABSENT,
        publication=ABSENT,
        proposal=ABSENT,
        observation=ABSENT,
        point=ABSENT,
    )
    return World({**found, "NIL": nowhere})


def _rules(session: Session) -> None:
    registering.add_schedule(session, "HC", name="Giờ hành chính", at=BEGUN)
    registering.add_schedule_version(
        session,
        "HC",
        sessions={"am": ["07:30", "12:00"], "pm": ["13:30", "17:00"]},
        weekdays=["mon", "tue", "wed", "thu", "fri"],
        from_on=date(2026, 1, 1),
        document="QĐ 41/QĐ-UBND",
        at=BEGUN,
    )


def _unit(session: Session, name: str, parent: str | None) -> None:
    token = mark(name)
    above = f"U-{mark(parent)}" if parent else None
    registering.add_unit(session, f"U-{token}", name=f"Đơn vị {token}", parent=above, schedule="HC", at=BEGUN)
    registering.add_terminal(
        session, f"T-{token}", unit=f"U-{token}", name=f"Máy {token}", host="127.0.0.1", port=1, at=BEGUN
    )
    registering.add_calendar_entry(
        session, date(2026, 11, 25), "stoppage", unit=f"U-{token}", document=f"CV {token}", at=BEGUN
    )
    sites.add(session, f"X-{token}", unit=f"U-{token}", name=f"Trạm {token}", token_digest=token, at=BEGUN)


def _person(session: Session, name: str, unit: str, pin: str) -> None:
    token, of = mark(name), mark(unit)
    code = f"P-{token}"
    registering.add_employee(session, code, name=f"Người {token}", at=BEGUN)
    registering.assign(session, code, f"U-{of}", from_on=date(2026, 1, 1), document=f"QĐ {token}", at=BEGUN)
    registering.enrol(session, f"T-{of}", pin, code, at=BEGUN)
    why = f"{REASON}{token}"
    papers.add_leave(session, code, LEAVE_ON, code=why, document=f"ĐP {why}", approved_at=BEGUN, at=BEGUN)
    papers.add_exemption(
        session,
        code,
        code=f"{why}x",
        starts=datetime.combine(EXEMPT_ON, datetime.min.time()).replace(hour=13, minute=30),
        ends=datetime.combine(EXEMPT_ON, datetime.min.time()).replace(hour=15),
        document=f"MT {why}",
        approved_at=BEGUN,
        at=BEGUN,
    )
    papers.add_mission(
        session,
        code,
        datetime.combine(MISSION_ON, datetime.min.time()).replace(hour=8),
        datetime.combine(MISSION_ON, datetime.min.time()).replace(hour=10),
        document=f"GĐĐ {token}",
        approved_at=BEGUN,
        at=BEGUN,
    )
    papers_decided.explain(
        session, code, LATE_ON, part="am", covers="late", reason=f"lý do {why}", document=f"GT {why}",
        submitted_at=None, at=BEGUN,
    )  # fmt: skip


def _papers(session: Session, name: str, unit: str) -> dict[str, int]:
    """A paper of each kind that waits for somebody, and a post to be filled; answers their numbers."""
    token, of = mark(name), mark(unit)
    code, why, on = f"P-{token}", f"{REASON}{token}", date(2026, 12, 7)
    first, last = datetime(2026, 12, 7, 18), datetime(2026, 12, 7, 20)
    told = Handed(Actor("archive"), BEGUN, f"CV {token}", f"nơi {token}", f"ghi {token}")
    secret = Handed(Actor("archive"), BEGUN, f"CV {why}", "", f"ghi {why}")
    terms = {"code": f"{why}p", "from_on": on, "to_on": None}
    rules = {"code": f"{why}e", "minutes_per_day": 60, "from_on": on}
    found = {
        "leave": handing_in.leave(session, secret, code, on, on),
        "mission": handing_in.mission(session, told, code, first, last),
        "exemption": handing_in.exemption(session, secret, code, **rules),
        "protection": handing_in.protection(session, secret, code, **terms),
        "overtime": handing_in.overtime(session, told, code, first, last),
        "site": handing_in.site(session, told, code, on, [f"T-{of}"]),
        "outage": handing_in.outage(session, told, f"T-{of}", first, last),
        "decision": handing_in.calendar(session, told, on, "stoppage", unit=f"U-{of}"),
        "duty": entering.enter(session, ZONE, told, code, first, last, kind="one_stop", desk=f"bàn {token}"),
    }
    post = filling.add_post(
        session, Actor("archive"), f"U-{of}", kind="one_stop", desk=f"bàn {of}", weekdays=["mon"], starts="07:30",
        ends="11:30", document=f"CV {token}", at=BEGUN,
    )  # fmt: skip
    held = entering.enter(
        session, ZONE, told, code, datetime(2026, 11, 18, 18), datetime(2026, 11, 18, 20), kind="duty",
        desk=f"bàn {token}",
    )  # fmt: skip
    deciding.was_signed(session, ZONE, held, "", at=BEGUN)
    assert post.id is not None
    return {kind: number_of(paper) for kind, paper in found.items()} | {"post": post.id}


def _said(session: Session, name: str) -> tuple[int, str]:
    """What the person said of being late, with a file; who asked for it."""
    person = store_office.key(store_office.get(session, EmployeeRow, f"P-{mark(name)}"))
    key = ViolationKey(person, LATE_ON, "am", "late")
    (row,) = explanation_register.of_question(session, key)
    file = attaching.Taken(f"{REASON}{mark(name)}.pdf", "application/pdf", f"%PDF-1.7 {mark(name)} %%EOF".encode())
    attaching.attach(session, row, Actor("archive"), [file], at=BEGUN)
    question = explanation_register.question(session, key)
    assert question is not None
    explanation_register.enter_request(
        session, question, Actor("archive"), note=f"hỏi {REASON}{mark(name)}", due_on=None, at=BEGUN
    )
    return explanation_register.number_of(row), file.digest


def _head(session: Session, name: str) -> int:
    """The person of a unit leads it; answers the number of the term."""
    token = mark(name)
    row = heads.name_head(
        session, f"U-{token}", f"P-{token}", from_on=date(2026, 1, 1), document=f"QĐ {token}", at=BEGUN
    )
    return row.id or 0


def _file(name: str) -> bytes:
    """A week of punches as a terminal writes them to a stick: everybody of the unit, and a number nobody has."""
    pins = [f"7{number}" for number, unit in enumerate(PEOPLE.values()) if unit == name] + ["99"]
    lines = []
    for day in range((LAST - FIRST).days + 1):
        on = FIRST + timedelta(days=day)
        leaves = "16:30:00" if on == FIRST else "17:05:00"
        for at in ("07:42:00" if on == LATE_ON else "07:20:00", "12:03:00", "13:20:00", leaves):
            lines += [f"{pin}\t{on} {at}\t1\t0\t0\t0\r\n" for pin in pins]
    return "".join(lines).encode()


def _accounts(database: Database, accounts: Accounts) -> dict[str, int]:
    """Accounts of each place with a grant there, and readers of unit A in every role and state of its grant."""
    found = {}
    for name, unit in PEOPLE.items():
        token = mark(name)
        accounts.create_user(f"a-{token}", PASSWORD, employee=f"P-{token}")
        found[name] = _give(database, f"a-{token}", "hr", f"U-{mark(unit)}", "holds", document=f"QĐ {token}")
    accounts.create_user(f"b-{mark('SIS')}", PASSWORD)  # of A and of B: nobody of A alone looks after it
    for unit in ("OWN", "SIS"):
        _give(database, f"b-{mark('SIS')}", "leader", f"U-{mark(unit)}", "holds")
    for role in ROLES:
        for state in STATES:
            official = role == "official"
            accounts.create_user(reader(role, state), PASSWORD, employee=f"P-{mark('OWN')}" if official else None)
            _give(database, reader(role, state), role, None if official else f"U-{mark('OWN')}", state)
        if role != "official":
            accounts.create_user(f"all-{role}", PASSWORD)
            _give(database, f"all-{role}", role, None, "holds")
    return found


def _give(database: Database, user: str, role: str, unit: str | None, state: str, document: str = "QĐ 1") -> int:
    ends = {"ended": NOW - timedelta(seconds=1), "later": NOW + timedelta(days=9)}.get(state, NOW + timedelta(days=5))
    starts = NOW + timedelta(seconds=1) if state == "later" else BEGUN
    with database.writing() as session:
        wanted = granting.Wanted(role, unit, starts, ends, document, f"Đợt kiểm tra {user}")
        given = granting.give(session, user, wanted, by=CONSOLE, at=BEGUN)
        if state == "revoked":
            granting.take_back(session, given.id, by=CONSOLE, at=NOW)
    return given.id
