"""The demo as a process of its own, and people who sign in to it at the buttons of its sign-in page."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.e2e.browsing import ROOT

START_SECONDS = 90
ROLES = ("official", "head", "hr", "inspector", "leader", "auditor", "administrator")


@contextmanager
def running_demo() -> Iterator[str]:
    """The address of a demo on a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "api.cli.main", "demo", "--no-browser", "--port", str(port)]
    demo = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _wait_for(port, demo)
        yield f"http://127.0.0.1:{port}"
    finally:
        demo.send_signal(signal.SIGINT)
        demo.communicate(timeout=60)


def _wait_for(port: int, demo: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert demo.poll() is None, demo.communicate()[1].decode()[-2000:]
        try:
            socket.create_connection(("127.0.0.1", port), 0.5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"The demo did not listen within {START_SECONDS} s.")


def enter(page: Any, origin: str, role: str, lang: str = "vi") -> None:
    """Press the demo's button of a role."""
    page.goto(f"{origin}/sign-in?lang={lang}", wait_until="load")
    page.locator(f".demo-logins button[data-role={role}]").first.click()
    page.wait_for_url(re.compile(r"^(?!.*/sign-in).*$"))
