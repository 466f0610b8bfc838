"""Rules in force with their sources, and rule files to be adopted."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.http.answers import answer
from api.http.errors import Forbidden
from api.http.params import EmployeeFilter, IsoDate, moment
from api.http.schemas.rules import Adopted, NewRules, RulesInForce, Trial, TriedRules
from api.http.scope import Reader, may
from api.http.service import service
from attendance.errors import Invalid, NotFound
from attendance.rules.rule_file import read_rule_file
from attendance.rules.scoped import Scope
from attendance.rules.toml_reading import parse_toml
from attendance.services import rules
from attendance.services.rule_listing import in_force
from attendance.services.what_if import compare
from attendance.store import office, people
from attendance.store.database import Session
from reports.rule_trial import LONGEST_SPAN, MOST_DAYS, trial_of

router = APIRouter(prefix="/rules", tags=["rules"])


@router.get("", operation_id="listRules", summary="Rules in force", response_model=RulesInForce)
def list_rules(
    request: Request,
    reader: Annotated[Reader, Depends(may("office.read"))],
    unit: Annotated[
        str | None,
        Query(max_length=64, description="Code of the unit; left out: the first.", examples=["X-TAN-MAI"]),
    ] = None,
    employee: EmployeeFilter = None,
    on: Annotated[IsoDate | None, Query(description="Date; left out: today.", examples=["2026-11-25"])] = None,
    as_of: Annotated[str | None, Query(max_length=40, description="As known at this moment; left out: now.")] = None,
) -> Response:
    """Every rule for a unit, and if named a person, on a date: value, scope, path, dates and document."""
    parts = service(request)
    known = moment(as_of, parts.settings.timezone)
    with parts.database.reading() as session:
        code = reader.unit(session, unit or office.first_unit(session)).code
        if employee is not None:
            reader.employee_id(session, employee)
        found = in_force(session, on or parts.today(), unit=code, person=employee, as_of=known)
    lines = [asdict(line) for line in found.lines]
    for line in lines:
        line["from"], line["to"] = line.pop("from_on"), line.pop("to_on")
    announced = [
        {"date": entry.on, "kind": entry.kind, "unit": entry.unit, "document": entry.citation.document}
        for entry in found.announced
    ]
    content = {"unit": found.unit, "date": found.on, "rulebook": found.rulebook, "rules": lines}
    return answer(content | {"announced": announced})


@router.post("", operation_id="adoptRules", summary="Adopt a rule file", status_code=201, response_model=Adopted)
def adopt_rules(request: Request, reader: Annotated[Reader, Depends(may("office.write"))], given: NewRules) -> Response:
    """For HR and administrators: the whole file or nothing of it, in the part of the tree one looks after."""
    parts = service(request)
    read = read_rule_file(parse_toml(given.file.encode()), "file", parts.settings.timezone)
    with parts.database.writing() as session:
        _check_scope(session, reader, read.scope, given.unit)
        done = rules.adopt_within(
            session, read, unit=given.unit, schedule=given.schedule, replace=given.replace, at=parts.now(),
            actor=reader.actor,
        )  # fmt: skip
        content = {
            "scope": done.scope.kind,
            "code": done.scope.code,
            "filed": done.filed,
            "standing": done.standing,
            "announced": done.announced,
            "replaced": list(done.cut),
            "days_marked": done.marked,
        }
    return answer(content, 201)


@router.post("/trial", operation_id="tryRules", summary="Try a rule file", response_model=Trial)
def try_rules(request: Request, reader: Annotated[Reader, Depends(may("office.write"))], given: TriedRules) -> Response:
    """What a rule file would have changed on past dates, had it held on all of them; nothing is stored.

    `unit`: on whose people; left out: on those the file is for. Conclusions about people are told only where one may
    see their attendance; of all others their number, where they are about five people or more.
    """
    parts = service(request)
    read = read_rule_file(parse_toml(given.file.encode()), "file", parts.settings.timezone)
    if given.to > parts.today() or (given.to - given.from_).days >= LONGEST_SPAN:
        raise Invalid(f"Rules are tried on at most {LONGEST_SPAN} days up to today; choose other dates.")
    unit = given.unit or (read.scope.code if read.scope.kind == "unit" else None)
    with parts.database.reading() as session:
        _check_scope(session, reader, read.scope, unit)
    found = compare(
        parts.database, parts.settings.timezone, None, read, given.from_, given.to, unit=unit, schedule=given.schedule,
        most=MOST_DAYS,
    )  # fmt: skip
    with parts.database.reading() as session:
        number = reader.user.employee_id
        own = people.names(session, [number])[number][0] if number is not None else ""
        told = trial_of(session, found, reader.elsewhere(session, "attendance.read"), own)
        reader.saw(session, "rule_trial", [change.employee for change in told.changes], at=parts.now())
    changes = [asdict(change) for change in told.changes]
    for change in changes:
        change["date"] = change.pop("on")
    return answer(
        {
            "days_judged": told.days,
            "days_locked": told.locked,
            "conclusions_changed": told.total,
            "people": told.people,
            "changes": changes,
            "left_out": told.more,
            "hidden": told.hidden,
            "too_few": told.too_few,
        }
    )


def _check_scope(session: Session, reader: Reader, scope: Scope, unit: str | None) -> None:
    """Raises NotFound, or Forbidden where the file holds beyond the part of the tree the reader looks after."""
    if unit is not None or scope.kind == "unit":
        found = reader.unit(session, unit or scope.code)
        if not reader.within.sees(found.id):
            raise NotFound("unit", unit or scope.code)
    elif not reader.within.is_all:
        raise Forbidden(
            f"This file holds for a {scope.kind}; you look after a part of the tree: adopt files for its units."
        )
