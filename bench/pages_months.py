"""The month's sheet of 2,000 people × 31 days: server time, bytes, first paint with a slowed processor, scrolling.

Run it by itself: `python -m bench.pages_months`. Ends with 1 where a bar is missed. Paint and scrolling need Chromium.
"""

from __future__ import annotations

import gzip
import shutil
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import uvicorn
from pwdlib.hashers.argon2 import Argon2Hasher

from api.serving import make_app
from api.settings import Settings
from attendance.services.accounts import Accounts
from attendance.store.database import Database
from bench.month_office import UNIT, build
from device_sync.poller import Poller

PEOPLE, ROUNDS, SLOWER = 2_000, 15, 4
NOW = datetime(2026, 6, 3, 2, tzinfo=UTC)
PASSWORD = "mưa rơi trên mái ngói"
PATH = f"/months/{UNIT}/2026-05"
SERVER_MS, PAINT_MS, FIRST_LOAD_KB, FRAME_MS = 300.0, 1500.0, 150.0, 50.0
DRAGGED_MS = 200.0  # blocks of rows come into sight with every frame: it follows the hand, it does not glide


def main() -> int:
    missed = 0
    with tempfile.TemporaryDirectory(prefix="bench-months-") as name:
        path = Path(name) / "months.db"
        build(path, PEOPLE)
        for what, value, bar, unit in measure(path):
            missed += value > bar
            print(f"{what:<58} {value:>9.1f} <= {bar:g} {unit} {'met' if value <= bar else 'MISSED'}", flush=True)
    return 1 if missed else 0


def measure(path: Path) -> list[tuple[str, float, float, str]]:
    """(what, value, at most, unit) of everything that is measured."""
    address, stop = serve(path)
    found = []
    try:
        browser = sign_in(address)
        seconds, cpu = [], []
        for _ in range(ROUNDS + 2):
            begun, used = time.perf_counter(), time.process_time()
            content = browser.open(f"{address}{PATH}").read()
            seconds.append(time.perf_counter() - begun)
            cpu.append(time.process_time() - used)
        size = len(gzip.compress(content, 8))
        found.append((f"server time, {PEOPLE:,} x 31, median of {ROUNDS}", median(seconds[2:]) * 1000, SERVER_MS, "ms"))
        found.append(
            ("  of it this processor's own, whatever else runs on it", median(cpu[2:]) * 1000, SERVER_MS, "ms")
        )
        found.append(("  the page itself, compressed", size / 1024, FIRST_LOAD_KB, "KB"))
        if shutil.which("chromium"):
            found += in_browser(address)
    finally:
        stop()
    return found


def serve(path: Path) -> tuple[str, Callable[[], None]]:
    """The service over a database on a port of this machine, and how it is stopped."""
    settings = Settings(_env_file=None, data_dir=path.parent, database_url=f"sqlite:///{path}", secret_key="x" * 40)  # type: ignore[arg-type]
    database = Database(settings.url)
    hasher = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)
    accounts = Accounts(database, now=lambda: NOW, hasher=hasher, secret_key=settings.secret())
    accounts.create_user("hr", PASSWORD, "hr")
    app = make_app(settings, database, Poller(lambda *_: []), now=lambda: NOW, accounts=accounts)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)

    def stop() -> None:
        server.should_exit = True
        thread.join(10)
        database.close()

    return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", stop


def sign_in(address: str) -> Any:
    """Something that opens pages as HR."""
    found = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    page = found.open(f"{address}/sign-in").read().decode()
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    form = urllib.parse.urlencode({"csrf_token": token, "username": "hr", "password": PASSWORD})
    found.open(f"{address}/sign-in", form.encode()).read()
    return found


def in_browser(address: str) -> list[tuple[str, float, float, str]]:
    """First paint and scrolling with the processor slowed, and what the first load weighs without a cache."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{address}/sign-in")
        page.fill("[name=username]", "hr")
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        weight = first_load(page, address)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        paints = []
        for _ in range(5):
            page.goto(f"{address}{PATH}", wait_until="load")
            paints.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
        dragged = page.evaluate(SCROLLING, BAR_DRAGGED)
        page.goto(f"{address}{PATH}", wait_until="load")
        flung = page.evaluate(SCROLLING, WHEEL)
        browser.close()
    return [
        ("first load, all requests, compressed", weight / 1024, FIRST_LOAD_KB, "KB"),
        (f"first paint, processor {SLOWER} times slower, median of 5", median(paints), PAINT_MS, "ms"),
        (f"  a frame while scrolling through it, median of {len(flung)}", median(flung), FRAME_MS, "ms"),
        (f"  a frame while its bar is dragged, median of {len(dragged)}", median(dragged), DRAGGED_MS, "ms"),
    ]


WHEEL, BAR_DRAGGED = 100, 400
"""Pixels from one frame to the next: a wheel or thumb flung hard (6,000 a second), and a scroll bar dragged through."""
SCROLLING = """async (step) => {
  const sheet = document.querySelector(".sheet"), frames = [];
  const next = () => new Promise(requestAnimationFrame);
  let last = await next();
  for (let top = 0; top < sheet.scrollHeight && frames.length < 120; top += step) {
    sheet.scrollTop = top;
    const now = await next();
    frames.push(now - last);
    last = now;
  }
  return frames;
}"""


def first_load(page: Any, address: str) -> float:
    """Bytes of everything the page asks for; what is sent whole is counted as a proxy in front would compress it."""
    answers: list[Any] = []
    page.goto("about:blank")  # what the page before still asks for is none of this
    page.on("response", lambda answer: answers.append(answer))
    page.goto(f"{address}{PATH}", wait_until="networkidle")
    total = 0
    for answer in answers:
        body = answer.body()
        total += len(body) if answer.url.split("?")[0].endswith(".woff2") else len(gzip.compress(body, 8))
    return total


if __name__ == "__main__":
    sys.exit(main())
