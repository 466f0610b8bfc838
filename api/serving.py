"""Putting the service together: API, pages and timetable over one database. The composition root of `serve`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI

from api.http.app import create_app
from api.http.figures import PollingFigures
from api.importing import import_export, preview_import
from api.notifying.notifier import Notifier
from api.openid import Provider
from api.pages.account import router as account_router
from api.pages.calendar import router as calendar_router
from api.pages.charts import router as charts_router
from api.pages.commitment_progress import router as commitment_progress_router
from api.pages.commitment_templates import router as commitment_templates_router
from api.pages.commitments import router as commitments_router
from api.pages.compared import router as compared_router
from api.pages.conduct import router as conduct_router
from api.pages.dossiers import router as dossiers_router
from api.pages.evidence import router as evidence_router
from api.pages.explanations import router as explanations_router
from api.pages.exports import router as exports_router
from api.pages.feedback_points import router as feedback_points_router
from api.pages.importing.routes import router as importing_router
from api.pages.inspections import router as inspections_router
from api.pages.me import router as me_router
from api.pages.minutes import router as minutes_router
from api.pages.months import router as months_router
from api.pages.notification_admin import router as notification_admin_router
from api.pages.notifications import router as notifications_router
from api.pages.observations import router as observations_router
from api.pages.papers import router as papers_router
from api.pages.people import router as people_router
from api.pages.personal import router as personal_router
from api.pages.personal_register import router as register_router
from api.pages.presence import router as presence_router
from api.pages.public_feedback import router as public_feedback_router
from api.pages.reports import router as reports_router
from api.pages.routes import Demo, router, show_error, static_files
from api.pages.rule_trials import router as trials_router
from api.pages.rules import router as rules_router
from api.pages.schedules import router as schedules_router
from api.pages.search import router as search_router
from api.pages.setting_up import router as setting_up_router
from api.pages.sheet_forms import router as sheet_forms_router
from api.pages.sign_in import router as sign_in_router
from api.pages.streaming import router as streaming_router
from api.pages.system import router as system_router
from api.pages.teams import router as teams_router
from api.pages.terminal_pages.adding.routes import router as adding_router
from api.pages.terminal_pages.people import router as terminal_people_router
from api.pages.terminal_pages.routes import router as terminals_router
from api.pages.terminal_pages.settings import router as terminal_settings_router
from api.pages.today import router as today_router
from api.pages.trail import router as trail_router
from api.pages.unit_index import router as index_router
from api.pages.units import router as units_router
from api.pages.users import router as users_router
from api.pages.verifying import router as verifying_router
from api.pages.violations import router as violations_router
from api.pages.visits import router as visits_router
from api.pages.why import router as why_router
from api.pulling import pull_json
from api.settings import Settings
from attendance.clock import Now, utc_now
from attendance.services.accounts import Accounts
from attendance.store.database import Database
from attendance.store.trail import Actor
from device_sync.poller import Poller
from device_sync.schedule import Timetable
from reports.evidence import evidence_of

PAGES = (
    minutes_router, evidence_router, verifying_router, streaming_router, sign_in_router, account_router, users_router,
    trail_router,
    units_router, papers_router, presence_router, months_router, today_router, violations_router, search_router,
    sheet_forms_router,
    explanations_router, importing_router, personal_router, register_router, notifications_router,
    notification_admin_router, adding_router, terminals_router, terminal_people_router, terminal_settings_router,
    calendar_router, schedules_router, rules_router, trials_router, me_router, charts_router, compared_router,
    why_router,
    people_router, setting_up_router, system_router, public_feedback_router, feedback_points_router,
    observations_router, commitment_templates_router, commitment_progress_router, commitments_router, teams_router,
    inspections_router, visits_router, conduct_router, index_router, reports_router, dossiers_router,
    exports_router,
    router,
)  # fmt: skip
"""Every page, one router per part; the test of access asks all of them. Where one has a word in an address in which
another has a number (`/commitments/progress`), it stands before it."""


def make_app(
    settings: Settings,
    database: Database,
    poller: Poller,
    *,
    timetable: Timetable | None = None,
    now: Now = utc_now,
    demo_logins: Sequence[tuple[str, str, str]] | None = None,
    accounts: Accounts | None = None,
    notifier: Notifier | None = None,
) -> FastAPI:
    """The whole web service. `accounts`: the door to it where it is not the one of the settings; `demo_logins` (role,
    name, password) turn the demo's banner and sign-in buttons on."""

    def pull(codes: Sequence[str], full: bool) -> list[dict[str, Any]]:
        return [pull_json(filed, settings.timezone) for filed in poller.ask(codes, full=full)]

    def bring(
        terminal: str, file_name: str, data: bytes, create: bool, dates: str | None, actor: Actor
    ) -> dict[str, Any]:
        return import_export(
            database, terminal or None, file_name, data, zone=settings.timezone, at=now(), create=create, dates=dates,
            actor=actor,
        )  # fmt: skip

    def preview(
        terminal: str, file_name: str, data: bytes, create: bool, dates: str | None, _: Actor
    ) -> dict[str, Any]:
        return preview_import(
            database, terminal or None, file_name, data, zone=settings.timezone, at=now(), create=create, dates=dates
        )

    app = create_app(
        settings,
        database,
        now=now,
        puller=pull,
        importer=bring,
        previewer=preview,
        accounts=accounts,
        notifier=notifier,
        evidence=lambda session, key, shown: evidence_of(session, settings.timezone, now(), key, shown=shown),
        extra_routers=PAGES,
        page_error=show_error,
    )
    app.mount(*static_files())
    app.state.poller = poller
    provider = settings.openid()
    app.state.openid = Provider(provider) if provider is not None else None
    app.state.metrics.register(PollingFigures(poller, timetable))
    if timetable is not None:
        app.state.scheduler_ready = lambda: timetable.running
    if demo_logins is not None:
        app.state.demo = Demo(tuple(demo_logins))
    return app
