"""Running the web service in this process."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from attendance.errors import Invalid


def run_web(app: FastAPI, host: str, port: int, *, on_ready: Callable[[str], object], proxy: str | None = None) -> None:
    """Serve until SIGINT or SIGTERM. Raises Invalid where the port is taken, before anything else happens."""
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
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, **trusted))  # type: ignore[arg-type]
    on_ready(f"http://{'localhost' if host == '127.0.0.1' else host}:{port}/")
    try:
        server.run(sockets=[listener])
    finally:
        listener.close()
