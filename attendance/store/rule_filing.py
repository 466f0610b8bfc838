"""Filing the thresholds, kinds and hours of a rule file: what stands already is left alone, nothing is overwritten."""

from __future__ import annotations

from collections.abc import Sequence

from attendance.rules.overlay import span_of
from attendance.rules.schedule import WEEKDAYS, ScheduleVersion, SessionHours, times_of
from attendance.rules.scoped import RuleVersion
from attendance.rules.written import RuleFile, Written, WrittenSchedule
from attendance.store import office
from attendance.store.filing import Filing
from attendance.store.known_rows import known_rows
from attendance.store.rulebook_reading import rule_of, version_of
from attendance.store.tables import RuleVersionRow, ScheduleRow, ScheduleVersionRow, UnitRow
from attendance.store.tree import again, versions_of


def file_rules(filing: Filing, rules: RuleFile) -> None:
    """File thresholds and kinds at the scope of the adoption."""
    by_rule: dict[str, list[Written[RuleVersion]]] = {}
    for written in rules.versions():
        by_rule.setdefault(written.value.rule, []).append(written)
    for rule, versions in by_rule.items():
        rows = known_rows(
            filing.session,
            RuleVersionRow,
            None,
            RuleVersionRow.rule == rule,
            RuleVersionRow.scope == filing.scope.kind,
            RuleVersionRow.unit_id == filing.unit_id,
            RuleVersionRow.employee_id == filing.employee_id,
        )
        stored = [(row, rule_of(row, filing.scope)) for row in rows]
        for value in filing.make_room(f"{rule} for {filing.scope}", stored, versions, _same_rule):
            row = RuleVersionRow(
                rule=rule,
                scope=filing.scope.kind,
                unit_id=filing.unit_id,
                employee_id=filing.employee_id,
                value=value.value,
                allows=sorted(value.allows),
                document=value.document,
                article=value.article,
                from_on=value.from_on,
                to_on=value.to_on,
                recorded_at=filing.at,
            )
            filing.add(row, span_of(value))


def file_hours(filing: Filing, schedule: WrittenSchedule) -> None:
    """File the versions of a schedule, and the schedule itself where its code is new."""
    row = office.find(filing.session, ScheduleRow, schedule.code)
    if row is None:
        row = ScheduleRow(code=schedule.code, name=schedule.name or schedule.code, recorded_at=filing.at)
        filing.session.add(row)
        filing.session.flush()
    rows = known_rows(filing.session, ScheduleVersionRow, None, ScheduleVersionRow.schedule_id == row.id)
    stored = [(version, version_of(version, schedule.code)) for version in rows]
    for value in filing.make_room(f"schedule {schedule.code}", stored, schedule.versions, _same_hours):
        version = ScheduleVersionRow(
            schedule_id=office.key(row),
            from_on=value.from_on,
            to_on=value.to_on,
            regime=value.regime,
            sessions=_texts(value.sessions),
            weekdays=[WEEKDAYS[day] for day in sorted(value.weekdays)],
            by_weekday={WEEKDAYS[day]: _texts(listed) for day, listed in value.by_weekday},
            document=value.citation.document,
            article=value.citation.article,
            recorded_at=filing.at,
        )
        filing.add(version, span_of(value))


def attach(filing: Filing, schedule: WrittenSchedule) -> None:
    """Let the unit of the adoption, if it has no hours of its own, work by this schedule."""
    unit = office.get(filing.session, UnitRow, filing.scope.code)
    hours = office.key(office.get(filing.session, ScheduleRow, schedule.code))
    for row in versions_of(filing.session, office.key(unit)):
        if row.schedule_id is None:
            row.withdrawn_at = filing.at
            filing.session.add_all([row, again(row, filing.at, schedule_id=hours)])
            filing.spans.append((None, None))


def _same_rule(one: RuleVersion, other: RuleVersion) -> bool:
    return (one.value, one.allows, one.citation) == (other.value, other.allows, other.citation)


def _same_hours(one: ScheduleVersion, other: ScheduleVersion) -> bool:
    return (one.regime, one.sessions, one.weekdays, dict(one.by_weekday), one.citation) == (
        other.regime, other.sessions, other.weekdays, dict(other.by_weekday), other.citation,
    )  # fmt: skip


def _texts(sessions: Sequence[SessionHours]) -> dict[str, list[str]]:
    return {hours.name: times_of(hours) for hours in sessions}
