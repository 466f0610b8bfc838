"""Papers of every kind, and what is special in handing each of them in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.http.paper_routes import add_deciding, add_reading, take_in, wall
from api.http.schemas.papers import (
    NewAbsence,
    NewExemption,
    NewMission,
    NewOutage,
    NewOvertime,
    NewProtection,
    NewSiteFact,
    Paper,
)
from api.http.scope import Reader, may
from api.http.service import service
from attendance.errors import NotFound
from attendance.services.papers import handing_in
from attendance.store.register_tables import PAPER_KINDS

Filing = Annotated[Reader, Depends(may("papers.file"))]

papers = APIRouter(prefix="/papers", tags=["papers"])
absences = APIRouter(prefix="/absences", tags=["papers"])
missions = APIRouter(prefix="/missions", tags=["papers"])
exemptions = APIRouter(prefix="/exemptions", tags=["papers"])
protections = APIRouter(prefix="/protections", tags=["papers"])
overtime = APIRouter(prefix="/overtime", tags=["papers"])
site_facts = APIRouter(prefix="/site-facts", tags=["papers"])
outages = APIRouter(prefix="/outages", tags=["papers"])
ROUTERS = (papers, absences, missions, exemptions, protections, overtime, site_facts, outages)

add_reading(papers, PAPER_KINDS, "Paper", "Papers")
for router, kinds, one, many in (
    (absences, ("leave",), "Absence", "Absences"),
    (missions, ("mission", "meeting"), "Mission", "Missions"),
    (exemptions, ("exemption",), "Exemption", "Exemptions"),
    (overtime, ("overtime",), "Overtime", "OvertimeOrders"),
    (site_facts, ("site",), "SiteFact", "SiteFacts"),
    (outages, ("outage",), "Outage", "Outages"),
):
    add_reading(router, kinds, one, many)
    add_deciding(router, kinds, one)
add_reading(protections, ("protection",), "Protection", "Protections", read="reasons.read")
add_deciding(protections, ("protection",), "Protection")


@absences.post("", operation_id="addAbsence", summary="Hand in leave", status_code=201, response_model=Paper)
def add_absence(request: Request, reader: Filing, given: NewAbsence) -> Response:
    """One paper for one or many days. Officials hand in their own; somebody else approves it."""
    with take_in(request, reader, given) as (session, handed, done):
        reader.employee_id(session, given.employee)
        done.paper = handing_in.leave(
            session, handed, given.employee, given.from_, given.to or given.from_, code=given.code, part=given.session,
            first_part=given.first_session, last_part=given.last_session,
        )  # fmt: skip
        return done.told()


@missions.post("", operation_id="addMission", summary="Hand in a mission", status_code=201, response_model=Paper)
def add_mission(request: Request, reader: Filing, given: NewMission) -> Response:
    """A mission or a meeting, with its place and the number of its document."""
    parts = service(request)
    with take_in(request, reader, given) as (session, handed, done):
        reader.employee_id(session, given.employee)
        starts, ends = wall(given.starts, parts), wall(given.ends, parts)
        done.paper = handing_in.mission(session, handed, given.employee, starts, ends, kind=given.kind)
        return done.told()


@exemptions.post("", operation_id="addExemption", summary="Hand in an exemption", status_code=201, response_model=Paper)
def add_exemption(request: Request, reader: Filing, given: NewExemption) -> Response:
    """Minutes of each day at one end of it, or a window of time."""
    parts = service(request)
    with take_in(request, reader, given) as (session, handed, done):
        reader.employee_id(session, given.employee)
        done.paper = handing_in.exemption(
            session, handed, given.employee, code=given.code, minutes_per_day=given.minutes_per_day,
            placement=given.placement, from_on=given.from_, to_on=given.to, dates=given.dates,
            starts=wall(given.starts, parts) if given.starts else None,
            ends=wall(given.ends, parts) if given.ends else None,
        )  # fmt: skip
        return done.told()


@protections.post(
    "", operation_id="addProtection", summary="Hand in a protection", status_code=201, response_model=Paper
)
def add_protection(request: Request, reader: Filing, given: NewProtection) -> Response:
    """A protection by law; those who may not know reasons never learn which."""
    with take_in(request, reader, given) as (session, handed, done):
        reader.employee_id(session, given.employee)
        done.paper = handing_in.protection(
            session, handed, given.employee, code=given.code, from_on=given.from_, to_on=given.to
        )
        return done.told()


@overtime.post("", operation_id="addOvertime", summary="Order overtime", status_code=201, response_model=Paper)
def add_overtime(request: Request, reader: Filing, given: NewOvertime) -> Response:
    """Overtime exists only by an order that was approved."""
    parts = service(request)
    with take_in(request, reader, given) as (session, handed, done):
        reader.employee_id(session, given.employee)
        starts, ends = wall(given.starts, parts), wall(given.ends, parts)
        done.paper = handing_in.overtime(session, handed, given.employee, starts, ends)
        return done.told()


@site_facts.post(
    "", operation_id="addSiteFact", summary="Send somebody elsewhere", status_code=201, response_model=Paper
)
def add_site_fact(request: Request, reader: Filing, given: NewSiteFact) -> Response:
    """On that date the person depends on other terminals than their own."""
    with take_in(request, reader, given) as (session, handed, done):
        reader.employee_id(session, given.employee)
        for code in given.terminals:
            reader.terminal(session, code)
        done.paper = handing_in.site(session, handed, given.employee, given.date, given.terminals, part=given.session)
        return done.told()


@outages.post("", operation_id="addOutage", summary="Report an outage", status_code=201, response_model=Paper)
def add_outage(request: Request, reader: Filing, given: NewOutage) -> Response:
    """A terminal of a unit one is responsible for was out of order; nothing is concluded from what it could not do."""
    parts = service(request)
    with take_in(request, reader, given) as (session, handed, done):
        if not reader.within.sees(reader.terminal(session, given.terminal).unit_id):
            raise NotFound("terminal", given.terminal)
        starts, ends = wall(given.starts, parts), wall(given.ends, parts)
        done.paper = handing_in.outage(session, handed, given.terminal, starts, ends, mode=given.mode)
        return done.told()
