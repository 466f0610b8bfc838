"""Puts the HTTP API together from parts that the composition root made."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from prometheus_client import CollectorRegistry, ProcessCollector
from starlette.routing import BaseRoute

from api.background.running import Runner
from api.http import errors
from api.http.answers import answer
from api.http.auth import beside_or_signed_in
from api.http.backup_figures import BackupFigures
from api.http.errors import API, PageError
from api.http.guard import Guard
from api.http.idempotency import keep_answers
from api.http.openapi import describe
from api.http.routers import (
    assignments,
    audit,
    calendar,
    checkpoints,
    commitment_progress,
    commitments,
    conduct,
    dossiers,
    employees,
    enrolments,
    explanations,
    exports,
    feedback_points,
    health,
    iclock,
    imports,
    inspections,
    lost_accounts,
    minutes,
    months,
    notifications,
    observations,
    own_account,
    papers,
    personal_data,
    personal_requests,
    presence,
    punches,
    pushing,
    report_catalogue,
    report_jobs,
    reports,
    restorations,
    retention,
    rosters,
    rules,
    schedules,
    search,
    sheet_forms,
    sheets,
    sign_in,
    sites,
    system,
    teams,
    terminal_health,
    terminals,
    unit_index,
    unit_parts,
    units,
    users,
    verdicts,
    violations,
    visit_notes,
)
from api.http.service import Evidence, Importer, Puller, Service
from api.http.terminal_figures import TerminalFigures
from api.notifying.notifier import Notifier, make_notifier
from api.pulling import thresholds_of
from api.settings import Settings
from attendance import clock
from attendance.services.accounts import Accounts
from attendance.store.database import Database
from device_sync.agent.receiving import Receiver
from device_sync.push.receiver import Receiver as PushReceiver

ROUTERS = (
    sign_in.router,
    own_account.router,
    lost_accounts.router,
    health.router,
    system.router,
    restorations.router,
    pushing.router,
    terminals.router,
    terminal_health.router,
    sites.router,
    imports.router,
    sheets.router,
    punches.router,
    verdicts.router,
    violations.router,
    dossiers.router,  # before what answers for every name of a report
    reports.router,
    exports.router,
    report_jobs.router,
    report_catalogue.router,
    search.router,
    units.router,
    unit_parts.router,
    presence.router,
    employees.router,
    assignments.router,
    enrolments.router,
    schedules.router,
    calendar.router,
    users.router,
    personal_data.router,
    personal_requests.router,
    retention.router,
    rules.router,
    rosters.router,
    *papers.ROUTERS,
    *explanations.ROUTERS,
    months.router,
    sheet_forms.router,
    commitment_progress.router,  # before those with a number in the place of its word
    commitments.router,
    audit.router,
    checkpoints.router,
    notifications.router,
    conduct.router,
    unit_index.router,
    observations.router,
    *feedback_points.ROUTERS,
    minutes.router,
    teams.router,
    inspections.router,
    visit_notes.router,
)

keep_answers(*ROUTERS)


def create_app(
    settings: Settings,
    database: Database,
    *,
    now: clock.Now = clock.utc_now,
    puller: Puller | None = None,
    importer: Importer | None = None,
    previewer: Importer | None = None,
    evidence: Evidence | None = None,
    accounts: Accounts | None = None,
    page_error: PageError | None = None,
    notifier: Notifier | None = None,
    extra_routers: Iterable[APIRouter] = (),
) -> FastAPI:
    """The application over an open database with the current schema. Raises Invalid where the secret key is missing.

    `puller` (terminal codes, whole logs again?) answers an entry of `pull` for each, `importer` (terminal, file name,
    bytes, create?, where the day stands) that of `import punches`, `previewer` what that would be, `evidence` (session,
    violation, what may be told) what is shown under that name; without one of them its address answers 503, or nothing.
    `notifier` sends what people asked to be told; by default that of the settings. `page_error` (request, status,
    incident) draws errors outside of the API. `extra_routers` are the pages: each of
    their addresses looks after its own login with `page_user`.

    The caller may start `app.state.report_runner`, which makes papers in the background, set
    `app.state.scheduler_ready` (a question that GET /ready asks) and add to `app.state.metrics`.
    """
    app = FastAPI(
        title="Attendance compliance",
        version=_version(),
        openapi_url=None,
        docs_url=None,  # their scripts come from elsewhere, which the content policy refuses
        redoc_url=None,
        redirect_slashes=False,  # such a redirect would be built from the Host header
    )
    database.seal_with(settings.secret())
    app.state.service = Service(
        settings=settings,
        database=database,
        accounts=accounts
        or Accounts(
            database,
            now=now,
            secret_key=settings.secret(),
            phone_now=clock.utc_now,
            second_factor=settings.second_factor,
        ),
        now=now,
        secret_key=settings.secret(),
        receiver=Receiver(database, settings.timezone, now=now, thresholds=thresholds_of(settings)),
        puller=puller,
        importer=importer,
        previewer=previewer,
        evidence=evidence,
    )
    app.state.notifier = notifier or make_notifier(settings, database, now, settings.secret())
    app.state.report_runner = Runner(settings, database, now)
    app.state.metrics = CollectorRegistry()
    ProcessCollector(registry=app.state.metrics)
    app.state.metrics.register(TerminalFigures(database, settings.timezone, now))
    app.state.metrics.register(BackupFigures(database, now))
    errors.install(app, page_error)
    for router in ROUTERS:
        _include(app, router, prefix=API)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    for router in (_described, *extra_routers):
        _include(app, router)
    if settings.push:
        receiver = PushReceiver(database, settings.timezone, settings.secret(), now)
        iclock.install(app, iclock.Door(receiver, settings.push_networks))
    app.add_middleware(Guard, owner=app, registry=app.state.metrics)
    return app


# Not inside create_app: FastAPI keeps every route function it has seen, and one that holds an app keeps that too.
_described = APIRouter()


@_described.get(
    f"{API}/openapi.json",
    include_in_schema=False,
    dependencies=[Depends(beside_or_signed_in)],
    openapi_extra={"x-open": "for programs of this machine and whoever is signed in: it is about nobody"},
)
def openapi(request: Request) -> Response:
    return answer(request.app.openapi())


_INCLUDED: dict[tuple[int, str], list[BaseRoute]] = {}


def _include(app: FastAPI, router: APIRouter, prefix: str = "") -> None:
    """Its routes under the prefix. At the first request FastAPI works out what each of the 600 takes, which costs a
    second: that once in a process, however many applications it makes."""
    key = id(router), prefix  # routers have no hash; what is kept holds the router, so that its id stays its own
    if key not in _INCLUDED:
        holder = APIRouter()
        holder.include_router(router, prefix=prefix)
        _INCLUDED[key] = holder.routes
    app.router.routes.extend(_INCLUDED[key])


def _version() -> str:
    try:
        return version("attendance-compliance")
    except PackageNotFoundError:
        return "0"
