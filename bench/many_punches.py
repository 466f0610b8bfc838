"""A made-up office with any number of punches in blocks, and what it takes to export them: seconds and memory.

`python -m bench.many_punches 10000000` measures an export over a line that is cut again and again.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import quote

import numpy as np
import orjson

from attendance import clock
from attendance.store import intake_log, punch_log, registering, schema
from attendance.store.database import Database, Session, sqlite_url
from attendance.store.evidence_tables import PullRow
from attendance.store.tables import AssignmentRow, EmployeeRow, EnrolmentRow
from bench.million import name_of

AT = datetime(2026, 1, 1, tzinfo=UTC)
TERMINALS = 20
PEOPLE = 50
FIRST = date(2016, 1, 4)
ROUTE = "/api/v1/exports/punches"
PASSWORD = "mưa rơi trên mái ngói"


def prepare(database: Database, count: int) -> dict[str, int]:
    """Terminals, people enrolled on them and `count` punches in all; answers the numbers of the terminals by code."""
    sites = {}
    with database.writing() as session:
        for number in range(TERMINALS):
            unit = registering.add_unit(session, f"U{number:02}", name=f"Phòng số {number}", at=AT)
            site = registering.add_terminal(session, f"T{number:02}", unit=unit.code, at=AT)
            sites[site.code] = site.id or 0
            people = [
                EmployeeRow(code=f"CC-{number:02}{pin:03}", name=name_of(number * PEOPLE + pin), recorded_at=AT)
                for pin in range(PEOPLE)
            ]
            session.add_all(people)
            session.flush()
            for pin, person in enumerate(people, 1):
                assert person.id
                assert unit.id
                session.add(AssignmentRow(employee_id=person.id, unit_id=unit.id, from_on=FIRST, recorded_at=AT))
                session.add(
                    EnrolmentRow(terminal_id=sites[site.code], pin=str(pin), employee_id=person.id, recorded_at=AT)
                )
    each = count // TERMINALS
    for number in sites.values():
        with database.writing() as session:
            add_punches(session, number, 1, each, np.random.default_rng(number))
    return sites


def add_punches(session: Session, terminal: int, first: int, count: int, rng: np.random.Generator) -> None:
    """Punches of a terminal in one pull: one of 51 numbers each, of which nobody has the last, over the years."""
    begin = clock.day_number(FIRST) * clock.DAY_SECONDS
    wall = np.sort(rng.integers(begin, begin + 3650 * clock.DAY_SECONDS, count))
    pull = intake_log.add_pull(session, PullRow(terminal_id=terminal, started_at=AT, finished_at=AT))
    punch_log.append(
        session, terminal_id=terminal, pull_id=pull, first_sequence=first, received_at=AT, wall=wall,
        pin=rng.integers(0, PEOPLE + 1, count).astype(np.int32), pins=[str(pin + 1) for pin in range(PEOPLE + 1)],
        state=rng.integers(0, 2, count).astype(np.uint8), verify=np.ones(count, np.uint8), index=np.arange(count),
    )  # fmt: skip


class Taker:
    """Takes an export of punches over a line that breaks, and goes on each time: its digest, and whether every row is
    the next one of its terminal."""

    def __init__(self, port: int, token: str, route: str = ROUTE) -> None:
        self._port, self._token, self._route = port, token, route
        self.snapshot = ""
        self.rows = self.cuts = 0
        self.digest = hashlib.sha256()
        self._key: tuple[str, int] | None = None

    def take(self, between: object = None) -> None:
        """Ask until an answer came whole; `between` is called after each cut."""
        while not self._once():
            self.cuts += 1
            if callable(between):
                between()

    def _once(self) -> bool:
        query = "?format=ndjson"
        if self.snapshot:
            query += f"&snapshot={self.snapshot}"
        if self._key is not None:
            query += f"&cursor={quote(orjson.dumps(self._key).decode())}"
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        with suppress(OSError, http.client.HTTPException), closing(line), ExitStack() as taken:
            line.request("GET", self._route + query, headers={"Authorization": f"Bearer {self._token}"})
            answer = taken.enter_context(line.getresponse())
            assert answer.status == 200, answer.read()
            self.snapshot = answer.headers["Export-Snapshot"]
            while text := answer.readline():
                if not text.endswith(b"\n"):
                    break
                self._took(text)
            else:
                return answer.chunked is True and answer.isclosed()
        return False

    def _took(self, line: bytes) -> None:
        row = orjson.loads(line)
        key = (row["terminal"], row["sequence"])
        before = self._key or ("", 0)
        begins = key[0] > before[0] and key[1] == 1
        assert begins or key == (before[0], before[1] + 1), (before, key)
        self._key = key
        self.rows += 1
        self.digest.update(line)


def serve(folder: Path, port: int) -> None:
    """The service over that database, in this process."""
    import uvicorn

    from api.http import create_app
    from api.settings import Settings

    settings = Settings(_env_file=None, data_dir=folder, secret_key="a secret of the bench, long enough")
    uvicorn.run(create_app(settings, Database(settings.url)), port=port, log_level="error", access_log=False)


def memory_of(process: int) -> int:
    """The most memory a process ever held, in MB."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) // 1024


def measure(count: int, folder: Path, cuts: int, seed: int = 5) -> dict[str, float]:
    """Export `count` punches from a service of its own, the line cut about so many times."""
    from attendance.services.accounts import Accounts
    from tests.serving import BreakingLine, listen

    database = Database(sqlite_url(folder / "attendance.db"))
    schema.upgrade(database)
    sites = prepare(database, count)
    accounts = Accounts(database, secret_key=b"a secret of the bench, long enough")
    accounts.create_user("hr", PASSWORD, "hr", None)
    token = accounts.sign_in("hr", PASSWORD, "127.0.0.1", "bearer").secret
    listener = listen()
    port = int(listener.getsockname()[1])
    listener.close()
    server = subprocess.Popen([sys.executable, "-m", "bench.many_punches", "serve", str(folder), str(port)])
    rng, late = random.Random(seed), iter(range(10**9))

    def between() -> None:
        """Another terminal is read meanwhile, and the line breaks again somewhere else."""
        number = list(sites.values())[next(late) % TERMINALS]
        with database.writing() as session:
            add_punches(session, number, 10**9 + taker.cuts * 100, 10, np.random.default_rng(taker.cuts))
        line.down = rng.randrange(1000, 2 * count * 250 // cuts) if taker.cuts < cuts else None

    try:
        line = BreakingLine(port, down=count * 250 // cuts)
        with line.open() as through:
            _wait(port)
            taker = Taker(through, token)
            begun = time.perf_counter()
            taker.take(between)
            seconds = time.perf_counter() - begun
        most = memory_of(server.pid)
    finally:
        server.terminate()
        server.wait()
        database.close()
    assert taker.rows == count // TERMINALS * TERMINALS, taker.rows
    return {"rows": taker.rows, "cuts": taker.cuts, "seconds": seconds, "server_mb": most}


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            line.request("GET", "/api/v1/health")
            line.getresponse().read()
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the service does not answer")


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        with tempfile.TemporaryDirectory(prefix="many-", dir=os.environ.get("TMPDIR")) as name:
            print(measure(int(sys.argv[1]), Path(name), 12))
            print("client", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "MB")
