"""Malformed pushing: whatever is sent, the service stands, nothing is invented, and what was good is there once.

A seeded run sends mutated requests of an approved terminal, of strangers and of nobody, and among them sound bodies.
The judge of what a line says is written here anew, from the protocol's page, and shares nothing with the reader.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import re
import resource
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes

import pytest

from api.http import create_app
from api.settings import Settings
from attendance import clock
from attendance.store.database import Database
from tests.builders import Key, build_office, rows, stored_punches
from tests.pushing import ADDRESS, SERIAL, Ticking, approve, keys, line

SEED = 20_261_128
STRICT = re.compile(
    rb" *([0-9A-Za-z._-]{1,24}) *\t *(\d{4})[-/](\d\d?)[-/](\d\d?)[ T]+(\d\d?):(\d\d):(\d\d) *"
    rb"\t *(\d{1,3}) *\t *(\d{1,3}) *(?:\t.*)?"
)
EVENT = b"time=2026-03-02 07:3%d:00\tpin=%d\tcardno=0\teventaddr=1\tevent=%d\tinoutstatus=0\tverifytype=15\tindex=%d"
OTHERS = (  # with the query they come with
    (
        b"table=OPERLOG",
        b"OPLOG 4\t1\t2026-03-02 11:26:07\t1\t0\t0\t0\n"
        b"USER PIN=982\tName=A\tPri=0\tPasswd=hidden-word\tCard=[09E4812202]",
    ),
    (b"table=tabledata&tablename=user&count=1", b"user pin=1\tpassword=hidden-word\tname=A\tprivilege=0"),
    (b"table=ATTPHOTO", b"PIN=20260302073000-1001.jpg\nSN=X\nsize=9\nCMD=uploadphoto\0\xff\xd8\xff\xe0\0\x10JFIF"),
    (b"table=options", b"~DeviceName=X,FirmVer=1,ComPwd=hidden-word"),
    (b"table=rtlog", EVENT % (1, 1001, 27, 1) + b"\n" + EVENT % (2, 0, 206, 2)),
)
RESULT = b"ID=1&Return=0&CMD=DATA\nID=2&Return=-1002&CMD=INFO\nFirmVer=1,ComPwd=hidden-word"
TABLES = (
    b"ATTLOG",
    b"rtlog",
    b"OPERLOG",
    b"ATTPHOTO",
    b"options",
    b"tabledata",
    b"BIODATA",
    b"rtstate",
    b"",
    b"x" * 40,
)
VERBS = (b"cdata", b"fdata", b"getrequest", b"devicecmd", b"ping", b"registry", b"push", b"rtdata", b"querydata", b"zz")


@dataclass
class Sent:
    """What may be stored: `said` by any body, `sound` punches that were acknowledged and must be."""

    said: set[Key] = field(default_factory=set)
    sound: set[Key] = field(default_factory=set)
    statuses: dict[int, int] = field(default_factory=dict)


def says(body: bytes) -> Iterator[Key]:
    for text in re.split(rb"[\r\n]+", body):
        found = STRICT.fullmatch(text)
        if found is not None:
            try:
                wall = datetime(*(int(found[n]) for n in range(2, 8)))  # type: ignore[arg-type]
            except ValueError:
                continue
            yield found[1].decode(), clock.wall_seconds(wall), int(found[8]), int(found[9])


class Mutator:
    """Requests made worse, the same for a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.ways: tuple[Callable[[bytes], bytes], ...] = (
            self.flip, self.cut, self.repeat, self.insert, self.drop, self.nuls, self.rubbish, self.recode, self.glue,
        )  # fmt: skip

    def worse(self, body: bytes) -> bytes:
        for _ in range(self.random.randint(1, 3)):
            body = self.random.choice(self.ways)(body)
        return body[:200_000]

    def at(self, body: bytes) -> int:
        return self.random.randrange(len(body) + 1)

    def flip(self, body: bytes) -> bytes:
        found = bytearray(body)
        for _ in range(min(len(found), self.random.randint(1, 8))):
            found[self.random.randrange(len(found))] = self.random.randrange(256)
        return bytes(found)

    def cut(self, body: bytes) -> bytes:
        return body[: self.at(body)]

    def repeat(self, body: bytes) -> bytes:
        return body * self.random.choice((2, 3, 50))

    def insert(self, body: bytes) -> bytes:
        at = self.at(body)
        return body[:at] + self.random.choice((b"\t", b"\n", b"\r", b"=", b"&", b"\0", b"\xff\xfe", b"%00")) + body[at:]

    def drop(self, body: bytes) -> bytes:
        return body.replace(self.random.choice((b"\t", b"\n", b"=", b"-", b":", b"2026")), b"")

    def nuls(self, body: bytes) -> bytes:
        at = self.at(body)
        return body[:at] + bytes(self.random.choice((1, 8, 4096))) + body[at:]

    def rubbish(self, body: bytes) -> bytes:
        return self.random.randbytes(self.random.choice((0, 1, 40, 5000)))

    def recode(self, body: bytes) -> bytes:
        return body.decode("latin-1").encode(self.random.choice(("utf-16", "utf-8", "utf-7", "utf-32")))

    def glue(self, body: bytes) -> bytes:
        return body.replace(b"\n", b"") + b"x" * self.random.choice((0, 70_000))


@pytest.mark.parametrize(
    "count",
    [
        pytest.param(300, id="sample"),
        pytest.param(10_000, id="all", marks=[pytest.mark.long, pytest.mark.timeout(3600)]),
    ],
)
def test_malformed_pushing_invents_nothing_and_loses_nothing(
    sqlite_database: Database, tmp_path: Path, count: int, capsys: pytest.CaptureFixture[str]
) -> None:
    ticking = Ticking()
    build_office(sqlite_database)
    settings = Settings(_env_file=None, data_dir=tmp_path, secret_key="a secret of the tests, long enough", push=True)
    app = create_app(settings, sqlite_database, now=ticking)
    seconds = itertools.count()
    for rates in (app.state.push_door.by_address, app.state.push_door.by_serial):
        rates.clock = lambda: float(next(seconds))
    sent = Sent()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    asyncio.run(storm(app, sqlite_database, ticking, count, sent))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    stored = stored_punches(sqlite_database)
    with capsys.disabled():
        print(
            f"\n{count} malformed: {dict(sorted(sent.statuses.items()))}, {len(stored)} punches, {grown:.0f} MiB more"
        )
    assert not [status for status in sent.statuses if status >= 500]
    assert len(stored) == len(set(stored))
    assert set(stored) <= sent.said
    assert sent.sound <= set(stored)
    assert len(sent.sound) >= count // 20
    assert grown < 160
    kept = b"".join(bytes(part) for (part,) in rows(sqlite_database, "SELECT record FROM quarantine"))
    text = str(rows(sqlite_database, "SELECT options, firmware FROM push_device"))
    assert b"hidden-word" not in kept
    assert "hidden-word" not in text
    assert len(rows(sqlite_database, "SELECT 1 FROM push_device")) <= 64


async def storm(app: Any, database: Database, ticking: Ticking, count: int, sent: Sent) -> None:
    mutator = Mutator(SEED)
    choose = mutator.random
    await ask(app, b"cdata", b"SN=" + SERIAL.encode() + b"&options=all", b"", sent, method="GET")
    await asyncio.to_thread(approve, database)
    good = iter(keys(count, seconds=7))
    for number in range(count):
        ticking.pass_by(seconds=1)
        if number % 10 == 0:  # a sound body among them
            part = list(itertools.islice(good, choose.randint(1, 4)))
            body = b"\n".join(line(key) for key in part) + b"\n"
            query = b"SN=" + SERIAL.encode() + b"&table=ATTLOG&Stamp=9999"
            status, text = await ask(app, b"cdata", query, body, sent)
            assert (status, text) == (200, f"OK: {len(part)}".encode())
            sent.sound.update(part)
            continue
        verb, start = b"cdata", datetime(2026, 3, 2, 8) + timedelta(seconds=choose.randrange(7200))
        table = b"table=" + (choose.choice(TABLES) if choose.random() < 0.5 else b"ATTLOG")
        body = b"\n".join(line(key) for key in keys(3, first=start))
        if choose.random() < 0.3:
            table, body = choose.choice(OTHERS)
        elif choose.random() < 0.2:
            verb = choose.choice(VERBS)
            body = RESULT if verb == b"devicecmd" else body
        serial = SERIAL.encode() if choose.random() < 0.8 else quote_from_bytes(choose.randbytes(4)).encode()
        query = b"SN=" + serial + b"&" + table + choose.choice((b"", b"&Stamp=0", b"&INFO=1,2,3", b"&pushver=9.9"))
        if table == b"table=ATTLOG" and choose.random() < 0.2:
            query = mutator.worse(query).replace(b"\n", b"")
        method = choose.choice(("POST", "POST", "POST", "POST", "GET", "PUT"))
        await ask(app, verb, query, mutator.worse(body), sent, method=method)


async def ask(
    app: Any, verb: bytes, query: bytes, body: bytes, sent: Sent, *, method: str = "POST"
) -> tuple[int, bytes]:
    """One request to the whole application, as a server hands it on; half of the bodies come in pieces."""
    sent.said.update(says(body))
    cut = len(body) // 2 if len(body) % 2 else 0
    parts = iter(
        [
            {"type": "http.request", "body": body[:cut], "more_body": True},
            {"type": "http.request", "body": body[cut:], "more_body": False},
        ]
    )
    answers: list[dict[str, Any]] = []

    async def receive() -> Any:
        return next(parts, {"type": "http.disconnect"})

    async def send(message: Any) -> None:
        answers.append(message)

    scope = {
        "type": "http", "method": method, "path": f"/iclock/{verb.decode()}", "raw_path": b"/iclock/" + verb,
        "query_string": query, "headers": [(b"host", b"x"), (b"content-length", str(len(body)).encode())],
        "client": (ADDRESS, 1), "server": ("x", 80), "scheme": "http", "root_path": "", "http_version": "1.1",
        "state": {},
    }  # fmt: skip
    await app(scope, receive, send)
    status = int(answers[0]["status"])
    sent.statuses[status] = sent.statuses.get(status, 0) + 1
    told = dict(answers[0]["headers"])
    assert told[b"content-type"] == b"text/plain; charset=utf-8"
    return status, b"".join(message.get("body", b"") for message in answers)
