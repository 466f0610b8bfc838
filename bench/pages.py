"""Benchmark of pages: the board of a day and a search, in the milliseconds people wait for the server.

No ratio: the bars are promises to people. They are missed where the machine is busy with something else.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from api.http import create_app
from api.http.auth import SESSION_COOKIE
from api.pages.routes import show_error, static_files
from api.serving import PAGES
from api.settings import Settings
from attendance.services.accounts import Accounts
from attendance.services.evaluate import evaluate_span
from attendance.store.database import Database, sqlite_url
from bench import million, storing
from bench.asking import Asking
from bench.measuring import Line
from bench.office import FROM_ON, ZONE, invent_punches

MORNING = datetime(2026, 6, 23, 0, 45, tzinfo=UTC)  # 07:45 at the office
PASSWORD = "mưa rơi trên mái ngói"
SEARCHES = ("ngoc anh", "nguyen", "hung tran", "cc-00417", "n")
BAR_PAGE, BAR_SEARCH = 300.0, 100.0


class Incomplete(AssertionError):
    """A page does not show what it should: its time means nothing."""


def _asking(database: Database, folder: Path, at: datetime) -> Asking:
    """The pages as the officer `hr` of the whole office sees them."""
    settings = Settings(_env_file=None, data_dir=folder, secret_key="a secret of the bench, long enough")  # type: ignore[call-arg]
    accounts = Accounts(database, now=lambda: at, secret_key=settings.secret())
    accounts.create_user("hr", PASSWORD, "hr", None)
    secret = accounts.sign_in("hr", PASSWORD, "10.20.30.40", "session").secret
    app = create_app(settings, database, now=lambda: at, accounts=accounts, extra_routers=PAGES, page_error=show_error)
    app.mount(*static_files())
    return Asking(app, cookie=f"{SESSION_COOKIE}={secret}")


def _milliseconds(asking: Asking, address: str, rounds: int) -> tuple[float, float]:
    """Medians of what one answer takes and of what of it this process works, after one that was not counted."""
    asking.get(address)
    taken, worked = [], []
    for _ in range(rounds):
        begun, busy = perf_counter(), process_time()
        asking.get(address)
        taken.append((perf_counter() - begun) * 1000)
        worked.append((process_time() - busy) * 1000)
    return median(taken), median(worked)


def office_at_work(path: Path, people: int) -> Database:
    """So many people on a Tuesday morning, the days before it judged."""
    storing.prepare(path, people, invent_punches(people))
    database = Database(sqlite_url(path))
    evaluate_span(database, ZONE, MORNING, date(2026, 6, 15), date(2026, 6, 22))
    assert date(2026, 6, 15) > FROM_ON
    return database


def board(folder: Path, people: int, rounds: int) -> list[Line]:
    """The page of the day, and its live part where nothing happened since."""
    database = office_at_work(folder / "board.db", people)
    asking = _asking(database, folder, MORNING)
    page = asking.get("/today")
    if b"data-unit" not in page:
        raise Incomplete("the board names no unit")
    tag = asking.headers["etag"] if (asking.get("/today/live?state=") and "etag" in asking.headers) else ""
    whole, worked = _milliseconds(asking, "/today", rounds)
    live, live_worked = _milliseconds(asking, "/today/live?state=", rounds)
    begun = perf_counter()
    for _ in range(rounds):
        if asking.status("/today/live?state=", if_none_match=tag) != 304:
            raise Incomplete("the board was drawn anew although nothing happened")
    same = (perf_counter() - begun) * 1000 / rounds
    asking.close()
    database.close()
    return [
        Line(
            f"board of {people:,} people, ms",
            whole,
            at_most=BAR_PAGE,
            note=f"{worked:.0f} ms at work; {len(page) / 1024:,.0f} KiB of HTML",
        ),
        Line("  its live part, ms", live, at_most=BAR_PAGE, note=f"{live_worked:.0f} ms at work"),
        Line("  live part where nothing changed, ms", same, at_most=BAR_PAGE / 5),
    ]


def search(folder: Path, people: int, rounds: int) -> list[Line]:
    """People found without accents, the slowest of a few questions."""
    database = million.prepare(folder / "search.db", people, 0)
    asking = _asking(database, folder, million.AT)
    taken = {text: _milliseconds(asking, f"/search?q={text.replace(' ', '+')}", rounds) for text in SEARCHES}
    found = asking.get("/search?q=anh+ngoc").decode()
    if "Ngọc Anh" not in found:
        raise Incomplete("nobody was found")
    asking.close()
    database.close()
    slowest = max(taken, key=lambda text: taken[text][0])
    spent, worked = taken[slowest]
    note = f"{slowest!r}, the slowest of {len(SEARCHES)}; {worked:.0f} ms at work"
    return [Line(f"search of {people:,} people, ms", spent, at_most=BAR_SEARCH, note=note)]


def bench(folder: Path, rounds: int, *, people: int = 2_000, searched: int = 20_000) -> list[Line]:
    """Raises Incomplete where a page does not show what it should."""
    return [*board(folder, people, rounds), *search(folder, searched, rounds)]
