"""Files the invented office in a fresh database, through the same verbs every office uses; no punch among it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from api.cli.demo.office import DemoOffice
from api.cli.demo.past import file_past
from api.cli.demo.rules import file_rules
from attendance import clock
from attendance.store import papers, registering
from attendance.store.database import Database

SCHEDULE_NAMES = {"HC": "Giờ hành chính, chấm 4 lượt (mẫu)", "HAI": "Giờ hành chính, chấm 2 lượt (mẫu)"}


def file_office(
    database: Database, office: DemoOffice, addresses: Mapping[str, tuple[str, int]], *, poll_seconds: int
) -> None:
    """One transaction. `addresses` are host and port of each terminal by code. Everything was recorded long before."""
    at = clock.to_instant(datetime.combine(office.first_on, datetime.min.time()), office.zone)
    with database.writing() as session:
        for code, content in office.schedules.items():
            registering.add_schedule(session, code, name=SCHEDULE_NAMES.get(code, code), at=at)
            for version in content["versions"]:
                registering.add_schedule_version(
                    session,
                    code,
                    sessions=version["sessions"],
                    weekdays=version["weekdays"],
                    regime=version["regime"],
                    by_weekday=version.get("by_weekday"),
                    from_on=_day(version.get("from")),
                    to_on=_day(version.get("to")),
                    document=version.get("document", ""),
                    at=at,
                )
        for unit in office.units:
            registering.add_unit(session, unit.code, name=unit.name, parent=unit.parent, schedule=unit.schedule, at=at)
        for terminal in office.terminals:
            host, port = addresses[terminal.code]
            registering.add_terminal(
                session,
                terminal.code,
                unit=terminal.unit,
                name=terminal.name,
                host=host,
                port=port,
                has_comm_key=bool(terminal.comm_key),
                poll_seconds=poll_seconds,
                live=terminal.behaviour not in ("dead", "flaky"),
                at=at,
            )
        for employee in office.employees:
            registering.add_employee(session, employee.code, name=employee.name, at=at)
        for assignment in office.assignments:
            registering.assign(
                session,
                assignment.employee,
                assignment.unit,
                from_on=assignment.from_on,
                to_on=assignment.to_on,
                schedule=assignment.schedule,
                terminals=assignment.terminals,
                at=at,
            )
        for enrolment in office.enrolments:
            registering.enrol(
                session,
                enrolment.terminal,
                enrolment.pin,
                enrolment.employee,
                from_on=enrolment.from_on,
                to_on=enrolment.to_on,
                at=at,
            )
        file_past(session, office, at)
        file_rules(session, office, at)
        for entry in office.calendar:
            registering.add_calendar_entry(
                session,
                date.fromisoformat(entry["date"]),
                entry["kind"],
                pair_on=_day(entry.get("for")),
                unit=entry.get("unit"),
                part=entry.get("session"),
                document=entry.get("document", ""),
                at=at,
            )
        for leave in office.leaves:
            papers.add_leave(
                session,
                leave.employee,
                leave.on,
                code=leave.code,
                part=leave.session,
                document=leave.document,
                approved_at=leave.approved_at,
                at=leave.approved_at or at,
            )
        for mission in office.missions:
            papers.add_mission(
                session,
                mission.employee,
                mission.starts,
                mission.ends,
                document=mission.document,
                approved_at=mission.approved_at,
                at=mission.approved_at or at,
            )
        for outage in office.outages:
            recorded_at = clock.to_instant(outage.ends, office.zone)
            papers.add_outage(session, outage.terminal, outage.starts, outage.ends, mode=outage.mode, at=recorded_at)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
