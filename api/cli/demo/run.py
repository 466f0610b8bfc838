"""The demo: a fresh database in a temporary folder, terminals on loopback, one round or a living office."""

from __future__ import annotations

import logging
import os
import secrets
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from api.cli.demo.citizens import file_citizens
from api.cli.demo.committing import file_commitments
from api.cli.demo.conduct import file_conduct
from api.cli.demo.explaining import file_explanations
from api.cli.demo.filing import file_office
from api.cli.demo.late_paper import file_late_paper
from api.cli.demo.months import close_last_month
from api.cli.demo.night import play_night
from api.cli.demo.notices import SILENT_MINUTES, choose_notices
from api.cli.demo.office import DemoOffice, build_office
from api.cli.demo.on_terminals import file_filling
from api.cli.demo.overtime import file_overtime
from api.cli.demo.points import make_points
from api.cli.demo.rules import file_proposed_swap
from api.cli.demo.stage import Stage, choose_moment
from api.cli.demo.visiting import hold_visit
from api.cli.demo.visits import file_visits
from api.cli.demo.waiting import CLERK, file_waiting
from api.keys import read_comm_key
from api.settings import Settings
from attendance import clock
from attendance.clock import Now
from attendance.services.evaluate import Evaluation, evaluate_dirty
from attendance.store import schema
from attendance.store.database import Database, sqlite_url
from device_sync.intake import Filed
from device_sync.poller import Poller
from device_sync.pulling import Puller
from device_sync.schedule import Timetable
from device_sync.zk.transport import Limits

POLL_SECONDS = 5
VISIT, VISITED = timedelta(days=14), "Đoàn kiểm tra công vụ (dữ liệu mẫu)"
APART_SEE = {"auditor": "the trail alone", "administrator": "no attendance"}
ATTEMPTS = 2  # a line that breaks is tried once more, as the timetable would
PATIENCE = Limits(connect_seconds=2, idle_seconds=5, total_seconds=30)


@dataclass(frozen=True)
class Demo:
    office: DemoOffice
    stage: Stage
    database: Database
    puller: Puller
    now: Now
    folder: Path


@contextmanager
def open_demo() -> Iterator[Demo]:
    """Everything but the web: office filed, terminals listening. Nothing is left behind."""
    moment, now = choose_moment(clock.utc_now())
    zone = "Asia/Ho_Chi_Minh"
    local = clock.to_wall(moment, zone)
    office = build_office(local.date(), now=local)
    with tempfile.TemporaryDirectory(prefix="attendance-demo-") as name, Stage(office, now).running() as stage:
        folder = Path(name)
        database = Database(sqlite_url(folder / "attendance.db"))
        try:
            schema.upgrade(database)
            file_office(database, office, stage.addresses, poll_seconds=POLL_SECONDS)
            file_filling(database, office)
            keys = _settings(folder, office.zone).keys_dir
            puller = Puller(
                database,
                office.zone,
                lambda code: stage.comm_key(code) or read_comm_key(keys, code) or 0,
                now=now,
                limits=PATIENCE,
            )
            yield Demo(office, stage, database, puller, now, folder)
        finally:
            database.close()


def play_round(demo: Demo) -> tuple[list[Filed], Evaluation, dict[str, float]]:
    """Pull every terminal once, through the protocol, and judge what became dirty."""
    begun = perf_counter()
    with ThreadPoolExecutor(len(demo.stage.addresses)) as pool:
        filed = list(pool.map(lambda code: _pull(demo.puller, code), demo.stage.addresses))
    pulled = perf_counter()
    judged = evaluate_dirty(demo.database, demo.office.zone, demo.now())
    done = perf_counter()
    return filed, judged, {"pull": pulled - begun, "evaluate": done - pulled}


def _pull(puller: Puller, code: str) -> Filed:
    filed = puller.pull(code)
    for _ in range(ATTEMPTS - 1):
        if filed.outcome not in ("interrupted", "unreachable"):
            break
        filed = puller.pull(code)
    return filed


def run_once() -> dict[str, Any]:
    """The first complete round and its summary."""
    begun = perf_counter()
    with open_demo() as demo:
        filed, judged, seconds = play_round(demo)
        return {
            "terminals": len(filed),
            "pulled": sum(one.outcome == "ok" for one in filed),
            "failed": sum(one.outcome != "ok" for one in filed),
            "punches": sum(one.new for one in filed),
            "repeated": sum(one.repeated for one in filed),
            "quarantined": sum(one.quarantined for one in filed),
            "employees": len(demo.office.employees),
            "days_judged": judged.days_judged,
            "unverified_days": judged.unverified_days,
            "violations": dict(sorted(judged.violations.items())),
            "seconds": {name: round(value, 3) for name, value in seconds.items()}
            | {"total": round(perf_counter() - begun, 3)},
        }


def run_demo(port: int, *, browser: bool) -> None:
    """The living office until Ctrl-C."""
    from api.background.running import runner_of
    from api.cli.web import run_web
    from api.notifying.notifier import make_notifier
    from api.serving import make_app
    from attendance.services.accounts import Accounts

    logging.getLogger("device_sync").setLevel(logging.ERROR)  # a flaky terminal is part of the play
    with open_demo() as demo:
        settings = _settings(demo.folder, demo.office.zone)
        demo.database.seal_with(settings.secret())  # what is filed as by people on pages would be missed as unsealed
        play_round(demo)
        accounts = Accounts(demo.database, now=demo.now)
        logins = []
        for login in demo.office.logins:
            password = _password()
            visit = {"ends_at": demo.now() + VISIT, "visit": VISITED} if login.role == "inspector" else {}
            accounts.create_user(login.name, password, login.role, login.unit, employee=login.employee, **visit)
            logins.append((login.role, login.name, password))
        file_overtime(demo.database, demo.office, demo.now())
        file_waiting(demo.database, demo.office, demo.now())
        close_last_month(demo.database, demo.office, demo.now())
        file_proposed_swap(demo.database, demo.office, CLERK, demo.now())
        file_explanations(demo.database, demo.office, demo.now())
        file_late_paper(demo.database, demo.office, demo.now())
        file_conduct(demo.database, demo.office, demo.now())
        file_commitments(demo.database, demo.office, demo.now())
        file_citizens(demo.database, demo.office, settings.secret(), demo.now())
        play_night(demo.database, settings.backups(), demo.folder, demo.now)
        file_visits(demo.database, demo.office, settings.secret(), demo.now())
        hold_visit(demo.database, demo.office, demo.now())
        choose_notices(demo.database, demo.office.zone, settings.secret(), demo.now())
        notifier = make_notifier(settings, demo.database, demo.now, settings.secret())
        publisher = make_points(settings, demo.database, demo.now)
        poller = Poller(demo.puller)
        timetable = Timetable(
            demo.database,
            poller,
            demo.office.zone,
            now=demo.now,
            tick_seconds=1,
            evaluate_seconds=1,
            notify=notifier.round,
            notify_seconds=5,
            seal=publisher.round,
        )
        app = make_app(
            settings,
            demo.database,
            poller,
            timetable=timetable,
            now=demo.now,
            demo_logins=logins,
            notifier=notifier,
        )
        timetable.start()
        reports = runner_of(app)
        reports.start()
        try:
            with demo.stage.people_passing():
                run_web(
                    app,
                    "127.0.0.1",
                    port,
                    on_ready=lambda url: _announce(demo, url, logins, browser),
                    on_end=poller.hub.close,
                )
        finally:
            reports.stop()
            timetable.stop()
            poller.stop()


def _settings(folder: Path, zone: str) -> Settings:
    return Settings(
        data_dir=folder,
        secret_key=SecretStr(secrets.token_urlsafe(48)),
        timezone=zone,
        silent_minutes=SILENT_MINUTES,
        webhook_networks=(),
        _env_file=None,  # type: ignore[call-arg]
    )


def _password() -> str:
    """Short enough to be typed; one in a thousand happens to look like a row of keys, which is refused."""
    from attendance.services.passwords import is_common

    while True:
        made = "-".join(secrets.token_hex(3) for _ in range(2))
        if not is_common(made):
            return made


def _announce(demo: Demo, url: str, logins: list[tuple[str, str, str]], browser: bool) -> None:
    console = Console()
    local = clock.to_wall(demo.now(), demo.office.zone)
    console.print(f"\n[bold]{url}[/bold]  (API: {url}api/v1/openapi.json)")
    console.print(f"The sample office lives at {local:%H:%M on %A %d/%m/%Y}; every name in it is invented.")
    table = Table("role", "name", "password", "sees")
    for (role, name, password), login in zip(logins, demo.office.logins, strict=True):
        sees = login.unit or (f"{login.employee} alone" if login.employee else APART_SEE[role])
        table.add_row(role, name, password, sees)
    console.print(table)
    console.print("Ctrl-C ends it and leaves nothing behind.")
    if browser and _has_screen():
        threading.Timer(1.0, webbrowser.open, (url,)).start()


def _has_screen() -> bool:
    """Whether a browser would open in a window, and not in the very terminal that shows the logins."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
