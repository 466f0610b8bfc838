"""Asking the service as somebody, and what it did to answer: its statements, and whether anything was stored."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import event

from api.http import create_app
from api.http.openapi import Declared, declared
from api.http.service import Puller
from api.importing import import_export
from api.pages.routes import show_error
from api.serving import PAGES
from api.settings import Settings
from attendance.clock import Now
from attendance.services.accounts import Accounts, seal
from attendance.store import schema
from attendance.store.database import Database, sqlite_url
from attendance.store.trail import Actor
from device_sync.hints import Hub
from device_sync.poller import Job
from reports.evidence import evidence_of
from tests.access.calls import FILE, Call
from tests.access.marks import NOW, ZONE
from tests.access.office import World, build

CHEAP = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)
SECRET = "a secret of the tests, long enough"
_LISTS = re.compile(r"IN \([^()]*\)|VALUES .*")


@dataclass(frozen=True)
class Answer:
    status: int
    body: str
    headers: Mapping[str, str]
    statements: tuple[str, ...]
    stored: bool

    def without(self, things: Mapping[str, str]) -> Answer:
        """The same with the things that were asked for taken out, so that two answers can be compared."""
        body = self.body
        for name, value in things.items():
            if value.isdigit():  # a number may stand anywhere; as the thing asked for it stands here
                body = body.replace(f"/{value}/", f"/{name}/").replace(f"'{value}'", f"'{name}'")
                body = body.replace(f'/{value}"', f'/{name}"').replace(f"/{value}?", f"/{name}?")
            else:
                body = body.replace(value, name)
        kept = {name: value for name, value in self.headers.items() if name not in ("content-length", "set-cookie")}
        return Answer(self.status, body, kept, self.statements, self.stored)


class HandedOn:
    """In place of a poller: what it is asked to read, it would read; no terminal is there."""

    hub = Hub()

    def begin(self, codes: Sequence[str], on_progress: Any = None) -> list[Job]:
        assert all(isinstance(code, str) for code in codes)
        found = [Job(code, 0.0) for code in codes]
        for job in found:
            job.done.set()
        return found

    def join(self, codes: Sequence[str]) -> list[tuple[Job, bool]]:
        return [(Job(code, 0.0), False) for code in codes]


@dataclass
class Service:
    """The service over the marked office; a change is undone before the next question."""

    folder: Path
    world: World
    database: Database
    accounts: Accounts
    app: FastAPI
    client: TestClient
    routes: list[Declared]
    statements: list[str] = field(default_factory=list)
    secrets: dict[tuple[str, str], str] = field(default_factory=dict)
    undoes: bool = True

    def ask(self, user: str, method: str, path: str, call: Call) -> Answer:
        """The answer to a call whose things are filled in, and everything that was done for it."""
        address, is_page = path.format_map(call.path), not path.startswith("/api/")
        headers = {"Accept": "*/*"}
        form = dict(call.form) if call.form is not None else None
        if is_page:
            secret = self._secret(user, "session")
            headers["Cookie"] = f"attendance_session={secret}; attendance_language=vi"
            form = {**form, "csrf_token": seal(SECRET.encode(), "form", secret)} if form is not None else None
        else:
            headers["Authorization"] = f"Bearer {self._secret(user, 'bearer')}"
        sent: dict[str, Any] = {"params": call.query, "json": call.body, "data": form}
        if call.file:
            sent["files"] = {"file": ("1_attlog.dat", FILE)}
        before = self._version()
        self.statements.clear()
        found = self.client.request(
            method, address, headers=headers, **{k: v for k, v in sent.items() if v is not None}
        )
        statements = tuple(self.statements)
        stored = self._version() != before
        if stored and self.undoes and method != "GET":  # looking writes down that one looked, and no more
            self.undo()
        return Answer(found.status_code, found.text, dict(found.headers), statements, stored)

    def _secret(self, user: str, kind: Any) -> str:
        if (user, kind) not in self.secrets:
            raise KeyError(f"{user} was not signed in")
        return self.secrets[user, kind]

    def sign_in(self, users: Sequence[str]) -> None:
        """Sign everybody in before the first question, and remember the office as it is then."""
        for user in users:
            signed = self.accounts.verify_password(user, PASSWORD_OF_ALL)
            for kind in ("bearer", "session"):
                self.secrets[user, kind] = self.accounts.open(signed, kind).secret  # type: ignore[arg-type]
        self.keep()

    def keep(self) -> None:
        self.database.close()
        for name in ("kept.db", "kept.db-wal"):
            (self.folder / name).unlink(missing_ok=True)
        with sqlite3.connect(self.folder / "attendance.db") as plain:
            plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        plain.close()
        shutil.copy(self.folder / "attendance.db", self.folder / "kept.db")
        self._watch = sqlite3.connect(self.folder / "attendance.db", check_same_thread=False)

    def _version(self) -> int:
        return int(self._watch.execute("PRAGMA data_version").fetchone()[0])

    def undo(self) -> None:
        self._watch.close()
        self.database.close()
        for name in ("attendance.db-wal", "attendance.db-shm"):
            (self.folder / name).unlink(missing_ok=True)
        shutil.copy(self.folder / "kept.db", self.folder / "attendance.db")
        self._watch = sqlite3.connect(self.folder / "attendance.db", check_same_thread=False)


PASSWORD_OF_ALL = "mưa rơi trên mái ngói"


def read_at_once(codes: Sequence[str], full: bool) -> list[dict[str, Any]]:
    return [{"terminal": code, "outcome": "ok"} for code in codes]


@dataclass(frozen=True)
class Built:
    """The file of the office, and what can be named in it."""

    file: Path
    world: World


def build_once(folder: Path) -> Built:
    database = Database(sqlite_url(folder / "attendance.db"))
    schema.upgrade(database)
    world = build(database, Accounts(database, now=lambda: NOW, hasher=CHEAP))
    database.close()
    return Built(folder / "attendance.db", world)


def serve(folder: Path, built: Built, now: Now = lambda: NOW, puller: Puller = read_at_once) -> Service:
    """The service with every route it can have: pages, pushing terminals, files, evidence."""
    settings = Settings(_env_file=None, data_dir=folder, secret_key=SECRET, push="on")
    shutil.copy(built.file, folder / "attendance.db")
    database = Database(sqlite_url(folder / "attendance.db"))
    accounts = Accounts(database, now=now, hasher=CHEAP)

    def bring(terminal: str, name: str, data: bytes, create: bool, dates: str | None, actor: Actor) -> dict[str, Any]:
        return import_export(database, terminal, name, data, zone=ZONE, at=NOW, create=create, dates=dates, actor=actor)

    app = create_app(
        settings,
        database,
        now=now,
        puller=puller,
        importer=bring,
        evidence=lambda session, key, shown: evidence_of(session, ZONE, NOW, key, shown=shown),
        accounts=accounts,
        page_error=show_error,
        extra_routers=PAGES,
    )
    app.state.poller = HandedOn()
    client = TestClient(app, client=("10.20.30.40", 50000), follow_redirects=False)
    made = Service(folder, built.world, database, accounts, app, client, declared(app))

    @event.listens_for(database.engine, "before_cursor_execute")
    def heard(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        # how many values a list has follows from what the reader sees, which is the same for both answers
        if not statement.startswith("PRAGMA"):  # a connection of the pool is told how long to wait
            made.statements.append(_LISTS.sub("IN (…)", statement))

    return made
