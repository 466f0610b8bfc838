"""Running the web service in this process."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI

from attendance.errors import Invalid

LAST_ANSWERS_SECONDS = 10


class _Server(uvicorn.Server):
    """Tells when it is asked to end, for streams that would go on for ever."""

    def __init__(self, config: uvicorn.Config, on_end: Callable[[], object]) -> None:
        super().__init__(config)
        self._on_end = on_end

    def handle_exit(self, sig: int | signal.Signals, frame: FrameType | None) -> None:
        self._on_end()
        super().handle_exit(sig, frame)


def run_web(
    app: FastAPI,
    host: str,
    port: int,
    *,
    on_ready: Callable[[str], object],
    on_end: Callable[[], object] = lambda: None,
    proxy: str | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM. Raises Invalid where the port is taken, before anything else happens.

    `on_end` is called at the signal; what is being answered then has ten seconds.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise Invalid(
            f"Nothing can listen on {host}, port {port} ({error.strerror}); name another with --port."
        ) from error
    trusted = {"proxy_headers": True, "forwarded_allow_ips": proxy} if proxy else {"proxy_headers": False}
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=LAST_ANSWERS_SECONDS,
        **trusted,  # type: ignore[arg-type]
    )
    server = _Server(config, on_end)
    on_ready(f"http://{'localhost' if host == '127.0.0.1' else host}:{port}/")
    try:
        server.run(sockets=[listener])
    finally:
        listener.close()
