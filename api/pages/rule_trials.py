"""*Thử trước khi áp dụng*: a threshold or hours tried on a past span, looked over, and put in force from a date.

The draft lives in the address, so a colleague who may enter rules can be sent it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.http.auth import sent_from_here
from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.routes import show
from api.pages.rule_forms import (
    Typed,
    Unread,
    day_of,
    draft_of,
    padded,
    rows_of,
    span_of,
    typed,
    validity_of,
    value_text,
)
from api.pages.rules import unit_shown
from attendance.errors import AttendanceError, NotFound, NoVersionInForce
from attendance.reading import Refused
from attendance.rules.policy import MEASURES, Measure
from attendance.rules.schedule import WEEKDAYS, Schedule
from attendance.services import rule_drafts, rule_listing
from attendance.services.what_if import TooMuch, compare
from attendance.store import people
from attendance.store.database import Session
from attendance.store.rulebook_reading import read_rulebook
from reports.rule_trial import HOURS, MOST_DAYS, TryPage, trial_of
from reports.rules import place_of
from reports.schedules import schedules_page

router = APIRouter(include_in_schema=False, prefix="/rules")
Writing = Annotated[Reader, Depends(page_may("office.write"))]


@router.get("/try")
def try_rule(request: Request, reader: Writing) -> Response:
    """The form of a draft, and the place where what it would change appears."""
    given = typed(request.query_params)
    with service(request).database.reading() as session:
        view = _page(session, request, reader, given)
        if not given.is_empty and not view.problem:
            with _problems(view) as found:
                view = _drafted(session, request, reader, given, view)
            view = found.view or view
    return show(request, "rules_try.html", view, user=reader.user, status=422 if view.problem else 200)


@router.get("/try/changes")
def changes(request: Request, reader: Writing) -> Response:
    """What would change: alone for the page that waits for it, else with the whole page."""
    parts, given = service(request), typed(request.query_params)
    with parts.database.reading() as session:
        view = _page(session, request, reader, given)
        with _problems(view) as found:
            view = _drafted(session, request, reader, given, view)
            among = _among(session, reader, given)
    if found.view is None and view.draft is not None and view.first is not None and view.last is not None:
        with _problems(view) as found:
            file = rule_drafts.as_file(view.draft, view.first, view.last, parts.settings.timezone)
            told = compare(
                parts.database, parts.settings.timezone, None, file, view.first, view.last, unit=among or None,
                most=MOST_DAYS,
            )  # fmt: skip
            with parts.database.reading() as session:
                view = replace(view, trial=_told(session, reader, told))
                assert view.trial is not None
                codes = [change.employee for change in view.trial.changes]
                reader.saw(session, "rule_trial", codes, at=parts.now())
    view = found.view or view
    template = "rules_changes.html" if request.headers.get("hx-request") else "rules_try.html"
    status = 422 if view.problem and template == "rules_try.html" else 200
    return show(request, template, view, user=reader.user, status=status)


@router.get("/adopt")
def look_over(request: Request, reader: Writing) -> Response:
    """What putting a draft in force would do, before anybody does it."""
    given = typed(request.query_params)
    with service(request).database.reading() as session:
        view = _page(session, request, reader, given)
        with _problems(view) as found:
            view = _looked_over(session, request, reader, given, view)
        view = found.view or view
    return show(request, "rules_adopt.html", view, user=reader.user, status=422 if view.problem else 200)


@router.post("/adopt", dependencies=[Depends(sent_from_here)])
def adopt(request: Request, reader: Writing, rulebook: Annotated[str, Form(max_length=16)] = "") -> Response:
    """Put the draft of the address in force. `rulebook`: the rules as they stood when it was looked over."""
    parts, given = service(request), typed(request.query_params)
    with parts.database.reading() as session:
        view = _page(session, request, reader, given)
    with _problems(view) as found:
        draft = draft_of(given)
        file = rule_drafts.as_file(draft, *validity_of(given, parts.today()), parts.settings.timezone)
        with parts.database.reading() as session:
            effect = rule_drafts.effect(session, file, view.today, parts.now())
        with parts.database.writing() as session:
            _check_scope(session, reader, given, write=True)
            if rulebook and read_rulebook(session).fingerprint != rulebook:
                raise Unread("changed")
            rule_drafts.adopt_draft(session, draft, file, at=parts.now(), actor=reader.actor)
    if found.view is not None:
        return show(request, "rules_adopt.html", found.view, user=reader.user, status=422)
    told = {"done": "adopted", "days": effect.days}
    if given.is_hours:
        return RedirectResponse(f"/schedules?{urlencode(told)}", 303)
    return RedirectResponse(f"/rules?{urlencode({'unit': view.place.unit, **told})}#{given.fields['rule']}", 303)


class _Found:
    """The page with what is wrong on it, if anything was."""

    view: TryPage | None = None


@contextmanager
def _problems(view: TryPage) -> Iterator[_Found]:
    """What is wrong with a draft becomes a sentence on its page; what lies outside stays nowhere."""
    found = _Found()
    try:
        yield found
    except NotFound:
        raise
    except Unread as error:
        found.view = replace(view, problem=error.problem)
    except TooMuch as error:
        found.view = replace(view, problem="too_much", amounts={"days": error.days, "most": error.most})
    except Refused as error:
        found.view = replace(view, problem=_of_refused(error))
    except NoVersionInForce:
        found.view = replace(view, problem="gap")
    except AttendanceError:
        found.view = replace(view, problem="gap" if view.rule == HOURS else "refused")


def _of_refused(error: Refused) -> str:
    refusal = error.refusals[0]
    if refusal.code == "scope_not_allowed":
        return "overruled"
    if refusal.path.startswith("schedule"):
        return "hours"
    return "value" if refusal.code == "bad_value" else "refused"


def _page(session: Session, request: Request, reader: Reader, given: Typed) -> TryPage:
    """The form with what was typed; empty fields begin with what is in force."""
    today = service(request).today()
    rule = given.fields["rule"]
    unit = unit_shown(session, reader, given.fields.get("unit", ""), today)
    view = TryPage(
        place=place_of(session, unit, reader.within, today),
        rule=rule,
        measure=MEASURES.get(rule, Measure("hours")),
        fields=given.fields,
        rows=padded(given.rows),
        weekdays=given.weekdays,
        pairs=given.pairs,
        today=today,
        is_whole=reader.within.is_all,
    )
    if rule == HOURS:
        return _with_hours(session, reader, given, view)
    if rule not in MEASURES:
        return replace(view, problem="no_rule")
    found = rule_listing.in_force(session, today, unit=unit.code)
    held = next(line for line in found.lines if line.rule == rule)
    fields = {"value": value_text(held.value)} | given.fields
    return replace(view, held=held, fields=fields, rulebook=found.rulebook)


def _with_hours(session: Session, reader: Reader, given: Typed, view: TryPage) -> TryPage:
    book = read_rulebook(session)
    cards = schedules_page(session, view.today, within=reader.within, people=reader.within, may_write=True).cards
    listed = tuple((card.code, card.name) for card in cards)
    code = given.fields.get("code") or (listed[0][0] if listed and "code" not in given.fields else "")
    held = book.schedules.get(code, Schedule(code, ()))
    version = next((each for each in held.versions if each.covers(view.today)), None)
    view = replace(
        view, schedules=listed, version=version, fields={"code": code} | given.fields, rulebook=book.fingerprint
    )
    if given.is_empty and version is not None:
        days = frozenset(WEEKDAYS[day] for day in version.weekdays)
        fields = {"regime": version.regime} | dict(view.fields)
        return replace(view, rows=padded(rows_of(version)), weekdays=days, fields=fields)
    return view


def _drafted(session: Session, request: Request, reader: Reader, given: Typed, view: TryPage) -> TryPage:
    """With the draft and the span it is tried on. Raises Unread, Refused."""
    _check_scope(session, reader, given, write=False)
    _among(session, reader, given)
    draft = draft_of(given)
    first, last = span_of(given, view.today)
    rule_drafts.as_file(draft, first, last, service(request).settings.timezone)
    return replace(view, draft=draft, first=first, last=last)


def _looked_over(session: Session, request: Request, reader: Reader, given: Typed, view: TryPage) -> TryPage:
    parts = service(request)
    _check_scope(session, reader, given, write=True)
    draft = draft_of(given)
    view = replace(view, draft=draft)
    if day_of(given, "from", view.today) is None and not draft.document:
        return view  # the form is only opened
    from_on, to_on = validity_of(given, view.today)
    if not draft.document:
        raise Unread("no_document")
    file = rule_drafts.as_file(draft, from_on, to_on, parts.settings.timezone)
    return replace(
        view, from_on=from_on, to_on=to_on, effect=rule_drafts.effect(session, file, view.today, parts.now())
    )


def _check_scope(session: Session, reader: Reader, given: Typed, *, write: bool) -> None:
    """Who looks after a part of the tree decides for units of it. Raises NotFound, Unread."""
    unit = "" if given.is_hours else given.fields.get("unit", "")
    if unit:
        if not reader.within.sees(reader.unit(session, unit).id):
            raise NotFound("unit", unit)
    elif write and not reader.within.is_all:
        raise Unread("not_whole")


def _among(session: Session, reader: Reader, given: Typed) -> str:
    """On whose people a draft is tried: those of a unit and below, empty: everybody. Raises NotFound."""
    wanted = given.fields.get("among") or ("" if given.is_hours else given.fields.get("unit", ""))
    if not wanted and reader.within.is_all:
        return ""
    row = unit_shown(session, reader, wanted, reader.today)
    if not reader.within.sees(row.id):
        raise NotFound("unit", row.code)
    return row.code


def _told(session: Session, reader: Reader, found: Any) -> Any:
    """What the reader may know of it: conclusions about people only where they may see attendance."""
    number = reader.user.employee_id
    own = people.names(session, [number])[number][0] if number is not None else ""
    return trial_of(session, found, reader.elsewhere(session, "attendance.read"), own)
