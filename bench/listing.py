"""Benchmark of a list: a page of a hundred violations out of a million, against bytes that were made beforehand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Response

from api.http import create_app
from api.http.scope import Reader, may
from api.settings import Settings
from attendance.services.accounts import Accounts
from attendance.store.database import Database
from bench.asking import Asking
from bench.measuring import Line, interleave, ratio, spent, timed
from bench.million import AT, FIRST, LAST, prepare

PAGE = 100
PREBUILT = "/prebuilt"
LIST = f"/api/v1/violations?from={FIRST}&to={LAST}&limit={PAGE}"


class Incomplete(AssertionError):
    """Two pages are not what they should be: their time means nothing."""


def _prebuilt(body: bytes) -> APIRouter:
    """The same bytes behind the same door."""
    router = APIRouter()

    @router.get(PREBUILT)
    def prebuilt(reader: Annotated[Reader, Depends(may("attendance.read"))]) -> Response:
        return Response(body, media_type="application/json")

    return router


def _sign_in(database: Database, settings: Settings) -> tuple[Accounts, str]:
    accounts = Accounts(database, now=lambda: AT, secret_key=settings.secret())
    accounts.create_user("hr", "mưa rơi trên mái ngói", "hr", None)
    return accounts, accounts.sign_in("hr", "mưa rơi trên mái ngói", "10.20.30.40", "bearer").secret


def bench(
    folder: Path, violations: int, rounds: int, *, people: int = 20_000, deep: int = 1_000, asked: int = 100
) -> list[Line]:
    """Each way is asked `asked` times in a round. Raises Incomplete where a page does not hold what it should."""
    database = prepare(folder / "million.db", people, violations)
    settings = Settings(_env_file=None, data_dir=folder, secret_key="a secret of the bench, long enough")  # type: ignore[call-arg]
    accounts, secret = _sign_in(database, settings)
    first = Asking(create_app(settings, database, now=lambda: AT, accounts=accounts), token=secret)
    body = first.get(LIST)
    first.close()
    page = orjson.loads(body)
    if page["total"] != violations or len(page["items"]) != min(PAGE, violations):
        raise Incomplete(f"{len(page['items'])} of {page['total']} violations")
    app = create_app(settings, database, now=lambda: AT, accounts=accounts, extra_routers=[_prebuilt(body)])
    asking = Asking(app, token=secret)
    address, seen = LIST, {row["id"] for row in page["items"]}
    for _ in range(deep - 1):
        address = f"{LIST}&cursor={page['next']}"
        page = orjson.loads(asking.get(address))
        seen.update(row["id"] for row in page["items"])
    if len(seen) != PAGE * deep:
        raise Incomplete(f"{deep} pages hold {len(seen)} violations")
    skipping = f"{LIST}&offset={PAGE * (deep - 1)}"
    if orjson.loads(asking.get(skipping))["items"] != page["items"]:
        raise Incomplete(f"page {deep} by number is not page {deep} by cursor")
    ways = {
        name: (lambda address=where: timed(asking.times(address, asked)))
        for name, where in {"bytes": PREBUILT, "first": LIST, "deep": address, "number": skipping}.items()
    }
    for way in ways.values():
        way()
    seconds = interleave(ways, rounds)
    asking.close()
    database.close()
    each = {name: [taken / asked for taken in found] for name, found in seconds.items()}
    return [
        Line(
            f"rate of a page of {PAGE} / rate of prebuilt bytes",
            ratio(each["bytes"], each["first"]),
            at_least=0.2,
            note=f"of {violations:,} violations; {spent(each['first'])}, bytes {spent(each['bytes'])}",
        ),
        Line(
            f"  page {deep:,} / page 1, by cursor",
            ratio(each["deep"], each["first"]),
            at_most=1.3,
            note=spent(each["deep"]),
        ),
        Line(
            f"  page {deep:,} / page 1, by number",
            ratio(each["number"], each["first"]),
            at_most=1.3,
            note=spent(each["number"]),
        ),
    ]
