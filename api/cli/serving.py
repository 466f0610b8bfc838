"""Commands that run the service: serve, sync, demo."""

from __future__ import annotations

import signal
import sys
import threading
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.place import open_database, print_json, read_settings, say, trail_secret

if TYPE_CHECKING:
    from api.settings import Settings
    from attendance.store.database import Database

_PREPARED = {"secret.key", ".env", "keys", "backups"}


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)
    app.command("serve")(serve)
    app.command("sync")(sync)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8000,
    sync: Annotated[bool, typer.Option(help="Run the timetable in this process too.")] = True,
    proxy: Annotated[
        str | None, typer.Option(help="Address of a TLS proxy in front, whose X-Forwarded-* headers are believed.")
    ] = None,
) -> None:
    """API, pages and, unless told not to, the timetable, until Ctrl-C."""
    from api.background.running import runner_of
    from api.cli.web import run_web
    from api.notifying.notifier import make_notifier
    from api.printing.signed_pdf import check_key
    from api.publishing.publisher import make_publisher
    from api.pulling import make_puller
    from api.serving import make_app
    from attendance.clock import utc_now
    from device_sync.poller import Poller
    from device_sync.schedule import Timetable

    settings = read_settings()
    settings.secret()
    settings.openid()
    check_key(settings)
    with open_database(settings, create=_is_new_place(settings)) as database:
        poller = Poller(make_puller(settings, database))
        notifier = make_notifier(settings, database, utc_now, settings.secret())
        publisher = make_publisher(settings, database, utc_now, settings.secret())
        timetable = (
            Timetable(
                database,
                poller,
                settings.timezone,
                notify=notifier.round,
                backups=settings.backups(),
                drill_in=settings.data_dir.absolute(),
                seal=publisher.round,
            )
            if sync
            else None
        )
        app = make_app(settings, database, poller, timetable=timetable, notifier=notifier)
        if timetable is not None:
            timetable.start()
        reports = runner_of(app)
        reports.start()
        try:
            run_web(
                app,
                host,
                port,
                proxy=proxy,
                on_ready=lambda url: _announce(database, url),
                on_end=poller.hub.close,
            )
        finally:
            reports.stop()
            if timetable is not None:
                timetable.stop()
            poller.stop()


def _is_new_place(settings: Settings) -> bool:
    """Whether nothing was ever here but what somebody prepares before the first start, such as the secret key."""
    folder = settings.data_dir
    return not folder.exists() or {path.name for path in folder.iterdir()} <= _PREPARED


def _announce(database: Database, url: str) -> None:
    from attendance.services.first_administrator import new_setup_code

    say(f"The service is at {url} ; Ctrl-C ends it.")
    code = new_setup_code(database)
    if code is not None:
        say(f"Nobody can sign in yet. Open {url}setup within 15 minutes and enter this code: {code}")
    sys.stdout.flush()  # it is of no use to whoever reads it in a log when the service ends


def sync() -> None:
    """The timetable alone: pull every terminal on its interval and judge what changed. Safe to start twice."""
    from api.notifying.notifier import make_notifier
    from api.publishing.publisher import make_publisher
    from api.pulling import make_puller
    from attendance.clock import utc_now
    from device_sync.poller import Poller
    from device_sync.schedule import Timetable

    settings = read_settings()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with open_database(settings) as database:
        poller = Poller(make_puller(settings, database))
        notifier = make_notifier(settings, database, utc_now, trail_secret(settings) or b"")
        publisher = make_publisher(settings, database, utc_now, trail_secret(settings) or b"")
        timetable = Timetable(
            database,
            poller,
            settings.timezone,
            notify=notifier.round,
            backups=settings.backups(),
            drill_in=settings.data_dir.absolute(),
            seal=publisher.round,
        )
        timetable.start()
        say("The timetable runs; Ctrl-C ends it.")
        try:
            ended.wait()
        finally:
            timetable.stop()
            poller.stop()


def demo(
    port: Annotated[int, typer.Option(help="Port of the pages.", min=1, max=65535)] = 8000,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
    once: Annotated[bool, typer.Option("--once", help="One complete round, a summary as JSON, and out.")] = False,
) -> None:
    """A whole invented office on this machine: simulated terminals, a month of history, API and pages."""
    from api.cli.demo.run import run_demo, run_once

    if once:
        print_json(run_once())
    else:
        run_demo(port, browser=browser)
