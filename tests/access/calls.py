"""What is asked of each route: one line per route. A route without a line fails the matrix test.

`{unit}`, `{employee}`, `{terminal}`, `{user}`, `{serial}`, `{grant}`, `{alarm}`, `{violation}`,
`{assignment}`, `{term}`, `{team}`, `{member}`, `{plan}` and `{sealed}` stand for things of a
place; the matrix puts in those of one's own unit, and then, one after the other, those of every other place.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.access import (
    calls_citizens,
    calls_commitments,
    calls_conduct,
    calls_dossiers,
    calls_evidence,
    calls_explanations,
    calls_exports,
    calls_lists,
    calls_minutes,
    calls_notifications,
    calls_presence,
    calls_progress,
    calls_reports,
    calls_teams,
    calls_terminals,
    calls_visits,
)

SPAN = {"from": "2026-11-16", "to": "2026-11-20", "limit": "500"}
ALL = {"limit": "500"}
FILE = b"99\t2026-11-19 07:15:00\t1\t0\t0\t0\r\n"


@dataclass(frozen=True)
class Call:
    """`path` names the parameters of the address. `tells`: an answer names things of the place it is asked of, so that
    a leak would show; `above`: it may name what the units above decided for everybody below them."""

    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    form: Mapping[str, str] | None = None
    file: bool = False
    tells: bool = True
    above: bool = False
    answers: int = 200
    posted: bool = False
    whole: bool = True  # who sees everything is told of every place in one answer
    refused: int = 404  # a page that says beside its form what is wrong answers 422

    def names(self) -> list[str]:
        """The things of a place that the call names."""
        parts = [self.path, self.query, self.body, self.form]
        return sorted({name for _, name, _, _ in string.Formatter().parse(_flat(parts)) if name})

    def filled(self, things: Mapping[str, str]) -> Call:
        return Call(
            _fill(self.path, things), _fill(self.query, things), _fill(self.body, things), _fill(self.form, things),
            self.file, self.tells, self.above, self.answers, self.posted, self.whole, self.refused,
        )  # fmt: skip


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(_flat(each) for each in value.values())
    if isinstance(value, list | tuple):
        return " ".join(_flat(each) for each in value)
    return value if isinstance(value, str) else ""


def _fill(value: Any, things: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {name: _fill(each, things) for name, each in value.items()}
    if isinstance(value, list):
        return [_fill(each, things) for each in value]
    return value.format_map(things) if isinstance(value, str) else value


def listing(*filters: str, span: bool = False, **more: Any) -> list[Call]:
    """A list whole, and with each of its filters."""
    base = SPAN if span else ALL
    return [Call(query=base, **more), *(Call(query={**base, name: f"{{{name}}}"}, **more) for name in filters)]


def at(name: str, thing: str, **more: Any) -> list[Call]:
    """An address that names one thing."""
    return [Call(path={name: f"{{{thing}}}"}, **more)]


UNIT = {"code": "{unit}"}
TERMINAL = {"code": "{terminal}"}
OFFICIAL_GRANT = {"role": "official"}

NOTE = {"note": "được"}


def nouns(kind: str, one: str, many: str) -> dict[str, list[Call]]:
    """What every kind of paper answers to."""
    found = {f"list{many}": listing("unit", "employee"), f"get{one}": at("id", kind)}
    for act in ("approve", "refuse", "withdraw"):
        found[f"{act}{one}"] = [Call(path={"id": f"{{{kind}}}"}, body=NOTE)]
    return found


def handed_in(**body: Any) -> list[Call]:
    return [Call(body=body, answers=201)]


TIMES = {"starts": "2026-12-14T18:00", "ends": "2026-12-14T20:00"}
RULES = (
    'rules = 1\n[scope]\nunit = "{unit}"\n[[rule]]\nid = "late_grace_minutes"\nvalue = 5\nfrom = 2026-12-01\n'
    'document = "QĐ 20"\narticle = "1"\n'
)
TRIED = 'rules = 1\n[scope]\nunit = "{unit}"\n[[rule]]\nid = "late_grace_minutes"\nvalue = 600\n'
PAPER_CALLS: dict[str, list[Call]] = {
    "listPapers": listing("unit", "employee"),
    "getPaper": at("id", "leave"),
    **nouns("leave", "Absence", "Absences"),
    **nouns("mission", "Mission", "Missions"),
    **nouns("exemption", "Exemption", "Exemptions"),
    **nouns("protection", "Protection", "Protections"),
    **nouns("overtime", "Overtime", "OvertimeOrders"),
    **nouns("site", "SiteFact", "SiteFacts"),
    **nouns("outage", "Outage", "Outages"),
    **nouns("decision", "CalendarDecision", "CalendarDecisions"),
    **nouns("duty", "Duty", "Rosters"),
    "listOutages": listing("unit"),
    "listCalendarDecisions": listing("unit"),
    "addAbsence": handed_in(employee="{employee}", **{"from": "2026-12-14"}),
    "addMission": handed_in(employee="{employee}", **TIMES),
    "addExemption": handed_in(employee="{employee}", code="nursing", **TIMES),
    "addProtection": handed_in(employee="{employee}", code="pregnancy_m7", **{"from": "2026-12-14"}),
    "addOvertime": handed_in(employee="{employee}", **TIMES),
    "addSiteFact": handed_in(employee="{employee}", date="2026-12-14", terminals=["{terminal}"]),
    "addOutage": handed_in(terminal="{terminal}", **TIMES),
    "addCalendarDecision": handed_in(date="2026-12-14", kind="stoppage", unit="{unit}", document="CV 1"),
    "addDuty": handed_in(employee="{employee}", unit="{unit}", **TIMES),
    "addSubstitute": [Call(path={"id": "{duty}"}, body={"employee": "{employee}"}, answers=422)],  # it is theirs
    "listPosts": listing("unit"),
    "addPost": handed_in(unit="{unit}", kind="one_stop", weekdays=["mon"], starts="07:30", ends="11:30"),
    "withdrawPost": at("id", "post"),
    "listGaps": listing("unit", span=True),
    "listDuties": listing("unit", span=True),
    "getRosterSheet": [Call(query={"unit": "{unit}", "week": "2026-11-18"}, posted=True)],
    "listRules": [Call(query={"unit": "{unit}", "employee": "{employee}", "on": "2026-11-18"})],
    "adoptRules": [Call(body={"file": RULES, "unit": "{unit}"}, answers=201)],
    "tryRules": [
        Call(body={"file": TRIED, "unit": "{unit}", "from": "2026-11-16", "to": "2026-11-20"}, posted=True)
    ],
    "addSchedule": [
        Call(body={"code": "HC-2", "sessions": {"am": ["07:00", "11:30"]}, "weekdays": ["mon"], "document": "QĐ 1"},
             answers=201, tells=False)  # hours are the same for the whole tree
    ],
}  # fmt: skip


def sheet(*rows: str) -> list[Call]:
    """A pasted block; what lies outside is a wrong cell in it, as if it were not there."""
    text = "\n".join(row.replace("|", "\t") for row in rows)
    return [Call(form={"text": text}, refused=422, tells=False)]  # it answers with counts alone


SHEETS: dict[str, list[Call]] = {
    "importEmployees": sheet("Mã NV|Họ và tên|Đơn vị|Từ ngày", "NEW-1|Nguyễn Thị Mới|{unit}|24/12/2026"),
    "importUnits": sheet("Mã đơn vị|Tên đơn vị|Đơn vị cấp trên", "NEW-1|Tổ mới|{unit}"),
    "importSchedules": sheet(
        "Mã ca|Từ ngày|Buổi|Giờ bắt đầu|Giờ kết thúc", "HC-3|24/12/2026|sáng|07:30|11:30"
    ),  # hours are the same for the whole tree
    "importCalendar": sheet("Ngày|Loại ngày|Đơn vị", "24/12/2026|ngừng việc|{unit}"),
    "importAbsences": sheet("Mã NV|Loại|Mã loại|Từ ngày|Đến ngày", "{employee}|nghỉ|P|24/12/2026|24/12/2026"),
    "importRosters": sheet("Mã NV|Loại trực|Từ|Đến", "{employee}|trực|24/12/2026 18:00|24/12/2026 20:00"),
    "importEnrolments": sheet("Máy chấm công|Số trên máy|Mã NV", "{terminal}|77|{employee}"),
    "listImports": [Call(query=ALL, tells=False)],  # one's own, for whoever sees a part of the tree
    "getTemplate": [Call(path={"kind": "employees"}, tells=False)],
}

CALLS: dict[str, list[Call]] = {
    **{name: [Call(**each) for each in listed] for name, listed in calls_reports.API.items()},
    **{name: [Call(**each) for each in listed] for name, listed in calls_conduct.API.items()},
    **{name: [Call(**each) for each in listed] for name, listed in calls_citizens.API.items()},
    **PAPER_CALLS,
    **SHEETS,
    **{name: [Call(**each) for each in listed] for name, listed in calls_lists.API.items()},
    **{name: [Call(**each) for each in listed] for name, listed in calls_presence.API.items()},
    **{name: [Call(**each) for each in listed] for name, listed in calls_exports.API.items()},
    **{name: [Call(**each) for each in listed] for name, listed in calls_dossiers.API.items()},
    **{name: [Call(**each) for each in listed] for name, listed in calls_notifications.API.items()},
    **{name: [Call(**each) for each in listed] for name, listed in calls_explanations.API.items()},
    **{name: [Call(**each) for each in listed] for name, listed in calls_commitments.API.items()},
    **{name: [Call(**each) for each in listed] for name, listed in calls_progress.API.items()},
    **{name: [Call(**each) for each in listed] for name, listed in calls_minutes.API.items()},
    **{name: [Call(**each) for each in listed] for name, listed in calls_teams.API.items()},
    **{name: [Call(**each) for each in listed] for name, listed in calls_visits.API.items()},
    **{name: [Call(**each) for each in listed] for name, listed in calls_evidence.API.items()},
    "health": [Call(tells=False)],
    "ready": [Call(tells=False)],
    "metrics": [Call(tells=False)],  # of the whole office, for those who run the whole of it
    "openapi": [Call(tells=False)],
    "whoAmI": [Call(whole=False)],
    "listUnits": listing(),
    "addUnit": [Call(body={"code": "NEW-1", "parent": "{unit}"}, answers=201)],
    "getUnit": at("code", "unit"),
    "renameUnit": [Call(path=UNIT, body={"name": "Tên mới", "on": "2026-12-01"})],
    "moveUnit": [Call(path=UNIT, body={"parent": "{unit}", "on": "2026-12-01"}, answers=422)],  # a circle
    "setUnitHours": [Call(path=UNIT, body={"schedule": None, "on": "2026-12-01"})],
    "endUnit": [Call(path=UNIT, body={"to": "2030-01-01"})],
    "mergeUnit": [Call(path=UNIT, body={"into": "{unit}", "on": "2026-12-01"}, answers=422)],  # into itself
    "listHeads": [Call(path=UNIT, query=ALL), Call(path=UNIT, query=ALL | {"on": "2026-11-20"})],
    "addHead": [
        Call(path=UNIT, body={"employee": "{employee}", "kind": "acting", "from": "2026-12-01"}, answers=201)
    ],
    "endHead": [Call(path=UNIT | {"term": "{term}"}, body={"to": "2026-12-01"})],
    "withdrawHead": [
        Call(path=UNIT | {"term": "{term}"}, body={"why": "Nhập nhầm"}, answers=204, tells=False)
    ],
    "listPlaces": [Call(path=UNIT, query=ALL, tells=False)],
    "addPlace": [Call(path=UNIT, body={"name": "Trụ sở cũ", "terminals": ["{terminal}"]}, answers=201)],
    "pullUnit": at("code", "unit"),
    "listEmployees": listing("unit"),
    "addEmployee": [Call(body={"code": "NEW-1", "unit": "{unit}", "from": "2026-12-01"}, answers=201)],
    "transferEmployee": [
        Call(path={"code": "{employee}"}, body={"unit": "{unit}", "on": "2026-12-01", "terminals": ["{terminal}"]})
    ],
    "endAssignment": [Call(path={"id": "{assignment}"}, body={"to": "2026-12-01"})],
    "withdrawAssignment": [
        Call(path={"id": "{assignment}"}, body={"why": "Nhập nhầm"}, answers=204, tells=False)
    ],
    "listAssignments": listing("unit", "employee"),
    "addAssignment": [
        Call(body={"employee": "{employee}", "unit": "{unit}", "terminals": ["{terminal}"], "from": "2030-01-01"},
             answers=409)  # somebody serves in one unit at a time, which is told only of whom one sees
    ],
    "listEnrolments": listing("employee", "terminal"),
    "addEnrolment": [Call(body={"terminal": "{terminal}", "pin": "55", "employee": "{employee}"}, answers=201)],
    "listSchedules": [Call(query=ALL, tells=False)],
    "listCalendar": listing(span=False, above=True),
    "listPunches": listing("unit", "employee", "terminal", span=True),
    "listVerdicts": listing("unit", "employee", span=True),
    "listViolations": listing("unit", "employee", span=True),
    "getViolation": at("id", "violation"),
    "listTerminals": listing(),
    "addTerminal": [Call(body={"code": "NEW-1", "unit": "{unit}"}, answers=201)],
    "pullTerminal": at("code", "terminal"),
    "listPulls": [Call(path=TERMINAL, query=ALL)],
    "listTerminalUsers": at("code", "terminal"),
    "terminalHealth": at("code", "terminal"),
    "listDifferences": [Call(path=TERMINAL, query=ALL)],
    "acknowledgeAlarm": [Call(path={"code": "{terminal}", "alarm": "{alarm}"})],
    "listPushing": [Call(tells=False)],  # of the whole office: a serial that waits belongs to no unit yet
    "approvePushing": [Call(path={"serial": "{serial}"}, body={"terminal": "{terminal}", "network": "10.0.0.0/24"})],
    "refusePushing": at("serial", "serial"),
    "listSites": listing(),
    "importPunches": [Call(form={"terminal": "{terminal}"}, file=True)],
    "readNotice": [Call(tells=False)],
    "confirmNotice": [Call(body={"digest": "0" * 64}, tells=False, answers=409)],
    "listNoticeReadings": listing(),
    "exportOwn": [Call(tells=False)],
    "exportEmployee": [Call(path={"code": "{employee}"}, query={"why": "Yêu cầu số 7"})],
    "listOwnRequests": [Call(query=ALL, tells=False)],
    "addOwnRequest": [Call(body={"kind": "access"}, tells=False, answers=201)],
    "listPersonalRequests": [Call(query=ALL, tells=False)],
    "addPersonalRequest": [Call(body={"employee": "{employee}", "kind": "access", "way": "letter"}, answers=201)],
    "personalTerms": [Call(tells=False)],  # of the whole office, and about nobody
    "listDestructions": [Call(query=ALL, tells=False)],
    "listTrail": listing("employee"),
    "listLooks": [Call(query=ALL, tells=False)],
    "listUsers": listing(),
    "addUser": [
        Call(body={"name": "new-1", "password": "một câu rất dài", "employee": "{employee}",
                   "grant": {"role": "hr", "unit": "{unit}"}}, answers=201)
    ],
    "disableUser": at("name", "user"),
    "enableUser": at("name", "user"),
    "resetPassword": at("name", "user", tells=False),
    "listSessionsOf": [Call(path={"name": "{user}"}, query=ALL, tells=False)],
    "endSessionsOf": at("name", "user", tells=False),
    "listGrants": [Call(path={"name": "{user}"}, query=ALL)],
    "addGrant": [Call(path={"name": "{user}"}, body={"role": "leader", "unit": "{unit}"}, answers=201)],
    "revokeGrant": at("id", "grant"),
}  # fmt: skip

DECISION = {"kind": "stoppage", "on": "14/12/2026", "unit": "{unit}", "document": "CV 1"}
DRAFT = {"rule": "late_grace_minutes", "value": "600", "unit": "{unit}", "first": "16/11/2026", "last": "20/11/2026"}
PUT_IN_FORCE = {"from": "01/12/2026", "document": "QĐ 20"}

PAGES: dict[tuple[str, str], list[Call]] = {
    **{where: [Call(**each) for each in listed] for where, listed in calls_citizens.PAGES.items()},
    **{where: [Call(**each) for each in listed] for where, listed in calls_lists.PAGES.items()},
    **{where: [Call(**each) for each in listed] for where, listed in calls_presence.PAGES.items()},
    **{where: [Call(**each) for each in listed] for where, listed in calls_dossiers.PAGES.items()},
    **{where: [Call(**each) for each in listed] for where, listed in calls_exports.PAGES.items()},
    **{where: [Call(**each) for each in listed] for where, listed in calls_notifications.PAGES.items()},
    **{where: [Call(**each) for each in listed] for where, listed in calls_explanations.PAGES.items()},
    **{where: [Call(**each) for each in listed] for where, listed in calls_minutes.PAGES.items()},
    **{where: [Call(**each) for each in listed] for where, listed in calls_teams.PAGES.items()},
    **{where: [Call(**each) for each in listed] for where, listed in calls_visits.PAGES.items()},
    **{where: [Call(**each) for each in listed] for where, listed in calls_evidence.PAGES.items()},
    ("GET", "/import"): [Call(tells=False)],
    ("GET", "/import/templates/{kind}"): [Call(path={"kind": "employees"}, tells=False)],
    ("POST", "/import/sheets"): [
        Call(
            form={"kind": "rosters", "text": "Mã NV\tTừ\tĐến\nX\t24/12/2026 18:00\t24/12/2026 20:00"},
            answers=303,
            tells=False,
            refused=422,
        )
    ],
    **{where: [Call(**each) for each in listed] for where, listed in calls_reports.PAGES.items()},
    **{where: [Call(**each) for each in listed] for where, listed in calls_conduct.PAGES.items()},
    **{where: [Call(**each) for each in listed] for where, listed in calls_commitments.PAGES.items()},
    **{where: [Call(**each) for each in listed] for where, listed in calls_progress.PAGES.items()},
    ("GET", "/papers"): [Call()],
    ("GET", "/rosters"): [Call(query={"unit": "{unit}", "week": "18/11/2026"}, posted=True)],
    ("POST", "/papers/leave"): [Call(form={"from": "14/12/2026"}, answers=303, tells=False)],
    ("POST", "/papers/mission"): [
        Call(form={"on": "14/12/2026", "begins": "07:30", "ends": "09:00"}, answers=303, tells=False)
    ],
    ("POST", "/papers/{number}/approve"): [Call(path={"number": "{leave}"}, form=NOTE, answers=303, tells=False)],
    ("POST", "/papers/{number}/refuse"): [Call(path={"number": "{leave}"}, form=NOTE, answers=303, tells=False)],
    ("POST", "/papers/{number}/withdraw"): [Call(path={"number": "{leave}"}, form={}, answers=303, tells=False)],
    ("GET", "/"): [Call(answers=303, tells=False)],
    ("GET", "/people"): listing("unit"),
    ("GET", "/people/{code}"): at("code", "employee"),
    ("GET", "/today"): [Call(), Call(query={"day": "2026-11-17"}), Call(query={"state": "late", "day": "2026-11-17"})],
    ("GET", "/today/live"): [Call()],
    ("GET", "/units"): [Call(), Call(query={"on": "17/11/2026"})],
    ("GET", "/units/{code}"): at("code", "unit"),
    ("GET", "/trail"): [
        Call(whole=False),
        Call(query={"employee": "{employee}"}),
    ],  # a filter that finds nothing
    ("GET", "/looks"): [Call(tells=False)],
    ("GET", "/me"): [Call(tells=False), Call(query={"month": "2026-11"}, tells=False)],
    ("GET", "/users"): [Call()],
    ("POST", "/users"): [
        Call(
            form={
                "name": "new-1",
                "password": "một câu rất dài",
                "employee": "{employee}",
                "role": "hr",
                "unit": "{unit}",
            },
            answers=303,
            tells=False,
            refused=422,
        )
    ],
    ("GET", "/users/{name}"): at("name", "user"),
    ("POST", "/users/{name}/grants"): [
        Call(
            path={"name": "{user}"},
            form={"role": "leader", "unit": "{unit}", "to": "24/12/2026"},
            answers=303,
            tells=False,
        )
    ],
    ("POST", "/users/{name}/grants/{number}/revoke"): [
        Call(path={"name": "{user}", "number": "{grant}"}, form={}, answers=303, tells=False)
    ],
    ("POST", "/users/{name}/{closing}"): [
        Call(path={"name": "{user}", "closing": "disable"}, form={}, answers=303, tells=False),
        Call(path={"name": "{user}", "closing": "enable"}, form={}, answers=303, tells=False),
    ],
    ("GET", "/violations"): [
        Call(query={"from": "16/11/2026", "to": "20/11/2026"}),
        Call(query={"unit": "{unit}", "from": "16/11/2026", "to": "20/11/2026"}),
    ],
    ("GET", "/violations/{violation}"): at("violation", "violation"),
    ("GET", "/days/{employee}/{day}"): [
        Call(path={"employee": "{employee}", "day": day}) for day in ("2026-11-17", "2026-11-18", "2026-11-19")
    ],
    ("POST", "/today/pull"): [
        Call(form={"terminal": "{terminal}"}, answers=303, tells=False),
        Call(form={"unit": "{unit}"}, answers=303, tells=False),
    ],
    **{where: [Call(**each) for each in listed] for where, listed in calls_terminals.PAGES.items()},
    ("GET", "/notice"): [Call(tells=False)],
    ("GET", "/calendar"): [Call(above=True, tells=False), Call(query={"unit": "{unit}", "year": "2026"}, above=True)],
    ("GET", "/calendar/decide"): [Call(query=DECISION, tells=False)],
    ("POST", "/calendar/decide"): [Call(query=DECISION, form={}, answers=303, tells=False)],
    ("GET", "/schedules"): [Call(tells=False)],
    ("GET", "/rules"): [Call(query={"unit": "{unit}", "on": "18/11/2026"}, above=True)],
    ("GET", "/rules/notice"): [Call(query={"unit": "{unit}", "on": "18/11/2026"}, above=True)],
    ("GET", "/rules/try"): [Call(query=DRAFT, above=True)],
    ("GET", "/rules/try/changes"): [Call(query=DRAFT, above=True)],
    ("GET", "/rules/adopt"): [Call(query=DRAFT | PUT_IN_FORCE, above=True)],
    ("POST", "/rules/adopt"): [Call(query=DRAFT | PUT_IN_FORCE, form={}, answers=303, tells=False)],
    ("GET", "/me/data"): [Call(tells=False)],
    ("GET", "/me/export"): [Call(tells=False)],
    ("GET", "/me/export.json"): [Call(tells=False)],
    ("GET", "/requests"): [Call()],
    ("GET", "/people/{employee}/export"): [Call(path={"employee": "{employee}"}, query={"why": "Yêu cầu số 7"})],
    ("GET", "/destruction"): [Call(tells=False)],
}
