"""The pages *Bảng chấm công tháng* (sheet, a person's line, kept versions) and *Chốt công* (lock, sign, reopen)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api import month_exports
from api.http.auth import came, sent_from_here
from api.http.compressing import compressed
from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.i18n import Translator
from api.pages.month_rows import sheet_rows
from api.pages.names import name_key
from api.pages.routes import language_of, show
from attendance.errors import AttendanceError, Invalid, MonthNotLockable, NotFound
from attendance.services import months, own_account
from attendance.services.guessing import TooManyAttempts
from attendance.services.own_account import ProofWrong
from attendance.services.timesheet import signing
from attendance.services.timesheet.differing import concluded_now, differences
from attendance.services.timesheet.obstacles import check_over
from attendance.services.timesheet.showing import ShownMonth, read_month, shown_month
from attendance.services.timesheet.signing import Signer
from attendance.services.timesheet.standing import masked
from attendance.store import office
from attendance.store.database import Session
from attendance.store.tables import UnitRow
from reports import months as pages
from reports.months import ClosePage, DifferencePage, MonthsPage, SheetPage

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Reading = Annotated[Reader, Depends(page_may("months.read"))]
Signing = Annotated[Reader, Depends(page_may("months.sign"))]
Locking = Annotated[Reader, Depends(page_may("months.lock"))]
FromHere = Depends(sent_from_here)
Code = Annotated[str, Path(max_length=64)]
Month = Annotated[str, Path(max_length=7)]
Version = Annotated[int, Path(ge=1, le=9_999)]
Short = Annotated[str, Form(max_length=64)]
Seen = Annotated[int | None, Form(ge=1, le=9_999)]
"""The version a page was about."""
Text = Annotated[str, Form(max_length=1000)]
MOST_ROWS = 1000


@router.get("/months")
def month_list(request: Request, reader: Reading, month: Annotated[str, Query(max_length=7)] = "") -> Response:
    parts = service(request)
    today = parts.today()
    first = read_month(month) if month else pages.before(today)
    with parts.database.reading() as session:
        view: MonthsPage = pages.months_page(session, parts.settings.timezone, first, today, reader.within)
    return show(request, "months.html", view, user=reader.user)


@router.get("/months/{unit}/{month}")
def sheet(request: Request, reader: Reading, unit: Code, month: Month) -> Response:
    view = _sheet(request, reader, unit, month, None)
    return _shown(request, reader, view)


@router.get("/months/{unit}/{month}/versions/{version}")
def kept_version(request: Request, reader: Reading, unit: Code, month: Month, version: Version) -> Response:
    view = _sheet(request, reader, unit, month, version)
    return _shown(request, reader, view)


@router.get("/months/{unit}/{month}/versions/{version}/difference")
def difference(
    request: Request,
    reader: Reading,
    unit: Code,
    month: Month,
    version: Version,
    against: Annotated[int | None, Query(ge=1, le=9_999)] = None,
) -> Response:
    """What another version says otherwise; without one, what would be concluded now."""
    parts = service(request)
    with parts.database.reading() as session:
        old = _month(session, request, reader, unit, month, version)
        reasons = _reasons(session, reader, old.unit)
        if against is None:
            now = concluded_now(session, parts.settings.timezone, old.unit, old.month)
            new = now if reasons else masked(now)
        else:
            new = _month(session, request, reader, unit, month, against).sheet
        found = sorted(differences(old.sheet, new), key=lambda each: (name_key(each.name), each.employee, each.on))
        head = pages.head_of(session, parts.settings.timezone, old)
        reader.saw(session, "month", {each.employee for each in found}, at=parts.now())
    view = DifferencePage(head, against, tuple(found[:MOST_ROWS]), len(found), not reasons)
    return show(request, "month_difference.html", view, user=reader.user)


@router.get("/months/{unit}/{month}/people/{employee}")
def person(request: Request, reader: Reading, unit: Code, month: Month, employee: Code) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        shown = _month(session, request, reader, unit, month, None)
        view = pages.person_month(_page(session, request, reader, shown, live=True), employee)
        if view is None:
            raise NotFound("person in this month's sheet", employee[:64])
        reader.saw(session, "month", [employee], at=parts.now())
    return show(request, "month_person.html", view, user=reader.user)


@router.get("/months/{unit}/{month}/sheet.{format}")
def export(
    request: Request,
    reader: Reading,
    unit: Code,
    month: Month,
    format: Annotated[str, Path(max_length=8)],
    version: Annotated[int | None, Query(ge=1, le=9_999)] = None,
) -> Response:
    view = _sheet(request, reader, unit, month, version)
    return month_exports.answer_file(view, format, language_of(request), service(request).settings)


@router.get("/months/{unit}/{month}/close")
def close(
    request: Request, reader: Reading, unit: Code, month: Month, done: Annotated[str, Query(max_length=16)] = ""
) -> Response:
    view = _close(request, reader, unit, month)
    return show(request, "month_close.html", replace(view, done=done if done in pages.DONE else None), user=reader.user)


@router.post("/months/{unit}/{month}/lock", dependencies=[FromHere])
def lock(
    request: Request, reader: Locking, unit: Code, month: Month, seen: Short = "", version: Seen = None
) -> Response:
    parts = service(request)

    def check() -> None:
        if not seen and any(not each.blocks for each in _close(request, reader, unit, month).obstacles):
            raise _Unread("What is undecided counts no more after the lock; say that you have seen it.")

    def act(session: Session, place: UnitRow) -> None:
        first = _first(month)
        check_over(parts.settings.timezone, first, parts.now())
        months.lock(
            session, parts.settings.timezone, place.code, first, by=reader.user.name, version=version,
            now=parts.now(), actor=reader.actor,
        )  # fmt: skip

    return _act(request, reader, unit, month, "locked", act, {}, check)


@router.post("/months/{unit}/{month}/reopen", dependencies=[FromHere])
def reopen(
    request: Request, reader: Locking, unit: Code, month: Month, reason: Text = "", version: Seen = None
) -> Response:
    parts = service(request)

    def act(session: Session, place: UnitRow) -> None:
        if not reason.strip():
            raise _NoReason("Say why the month is opened again; whoever reads the next version will want to know.")
        months.reopen(
            session, place.code, read_month(month), reason=reason, by=reader.user.name, version=version,
            now=parts.now(), actor=reader.actor,
        )  # fmt: skip

    return _act(request, reader, unit, month, "reopened", act, {"reason": reason})


@router.post("/months/{unit}/{month}/sign", dependencies=[FromHere])
def sign(
    request: Request,
    reader: Signing,
    unit: Code,
    month: Month,
    part: Short = "",
    digest: Short = "",
    password: Annotated[str, Form(max_length=1024)] = "",
) -> Response:
    parts = service(request)

    def prove() -> None:
        own_account.prove(parts.accounts, reader.user, password, came(request, reader.user.name))

    def act(session: Session, place: UnitRow) -> None:
        by = Signer(reader.user.user_id, reader.user.employee_id, reader.actor, _may_lock(session, reader, place))
        signing.sign(session, place.code, read_month(month), part, by, digest=digest, at=parts.now())

    return _act(request, reader, unit, month, "signed", act, {}, prove)


class _NoReason(Invalid):
    code = "reason"


class _Unread(Invalid):
    code = "unread"


def _act(
    request: Request,
    reader: Reader,
    unit: str,
    month: str,
    done: str,
    act: Callable[[Session, UnitRow], None],
    given: dict[str, str],
    before: Callable[[], None] = lambda: None,
) -> Response:
    """Does something with a month in one transaction; what hinders it is said on the page.

    `before` looks at something, or tries a password, which must have ended before that transaction begins.
    """
    parts = service(request)
    with parts.database.reading() as session:
        _unit(session, reader, unit)  # what is not there is told before anybody's password is tried
    try:
        before()
        with parts.database.writing() as session:
            act(session, _unit(session, reader, unit))
    except (AttendanceError, TooManyAttempts) as error:
        if isinstance(error, NotFound):
            raise
        view = pages.with_problem(_close(request, reader, unit, month), _problem(error), given)
        return show(request, "month_close.html", view, user=reader.user, status=409)
    return RedirectResponse(f"/months/{unit}/{month}/close?done={done}", 303)


def _problem(error: Exception) -> str:
    match error:
        case TooManyAttempts():
            return "too_many"
        case ProofWrong():
            return "password"
        case MonthNotLockable():
            return "lock_with_unverified"
    return str(getattr(error, "code", "invalid"))


def _unit(session: Session, reader: Reader, code: str) -> UnitRow:
    """A unit whose months the reader sees. Raises NotFound for any other, also one they may but name."""
    found = reader.unit(session, code)
    if not reader.within.sees(office.key(found)):
        raise NotFound("unit", code)
    return found


def _reasons(session: Session, reader: Reader, unit: UnitRow) -> bool:
    return reader.elsewhere(session, "reasons.read").sees(office.key(unit))


def _may_lock(session: Session, reader: Reader, unit: UnitRow) -> bool:
    return reader.elsewhere(session, "months.lock").sees(office.key(unit))


def _month(
    session: Session, request: Request, reader: Reader, unit: str, month: str, version: int | None
) -> ShownMonth:
    place = _unit(session, reader, unit)
    return shown_month(
        session, place, _first(month), service(request).today(), reasons=_reasons(session, reader, place),
        version=version,
    )  # fmt: skip


def _first(text: str) -> date:
    try:
        return read_month(text)
    except Invalid:
        raise NotFound("month", text[:20]) from None


def _page(session: Session, request: Request, reader: Reader, shown: ShownMonth, *, live: bool) -> SheetPage:
    parts = service(request)
    is_masked = not _reasons(session, reader, shown.unit)
    return pages.sheet_page(
        session, parts.settings.timezone, shown, parts.today(), live=live, masked=is_masked, key=name_key
    )


def _sheet(request: Request, reader: Reader, unit: str, month: str, version: int | None) -> SheetPage:
    parts = service(request)
    with parts.database.reading() as session:
        shown = _month(session, request, reader, unit, month, version)
        view = _page(session, request, reader, shown, live=version is None)
        _saw(session, reader, (line.employee for line in shown.sheet.lines), request)
    return view


def _saw(session: Session, reader: Reader, codes: Iterable[str], request: Request) -> None:
    reader.saw(session, "month", codes, at=service(request).now())


def _shown(request: Request, reader: Reader, view: SheetPage) -> Response:
    rows = sheet_rows(view, Translator(language_of(request)))
    return compressed(request, show(request, "month_sheet.html", view, user=reader.user, rows=rows))


def _close(request: Request, reader: Reader, unit: str, month: str) -> ClosePage:
    parts = service(request)
    with parts.database.reading() as session:
        shown = _month(session, request, reader, unit, month, None)
        may_lock = _may_lock(session, reader, shown.unit)
        may_sign = reader.elsewhere(session, "months.sign").sees(office.key(shown.unit))
        part = pages.next_part(
            shown.kept, reader.user.user_id, reader.user.employee_id, may_sign=may_sign, may_lock=may_lock
        )
        view = pages.close_page(
            session, parts.settings.timezone, parts.now(), shown, reasons=reader.elsewhere(session, "reasons.read"),
            explained=reader.elsewhere(session, "explanations.read"), may_lock=may_lock, part=part,
        )  # fmt: skip
        named = {each.code or each.key for obstacle in view.obstacles for each in obstacle.items}
        _saw(session, reader, named | {who for who, _, _ in view.later}, request)
    return view
