"""A real web server on loopback, and a line to it that breaks after so many bytes."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from api.http import create_app
from api.settings import Settings
from attendance.clock import Now, utc_now
from attendance.store.database import Database


def make_app(database: Database, folder: Path, now: Now = utc_now) -> FastAPI:
    settings = Settings(_env_file=None, data_dir=folder, secret_key="a secret of the tests, long enough")
    return create_app(settings, database, now=now)


def listen() -> socket.socket:
    """A socket that listens on a free port."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen()  # who comes before the server is up waits
    return listener


@contextmanager
def serving(app: FastAPI) -> Iterator[int]:
    """Serves in a thread until the block ends; answers the port."""
    listener = listen()
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="web", daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@dataclass
class BreakingLine:
    """Hands bytes on between a client and a port, and breaks each connection after so many bytes of a direction.

    `up` and `down` are how many bytes still pass towards the server and back, None: all of them.
    """

    port: int
    up: int | None = None
    down: int | None = None
    broken: int = 0
    _listener: socket.socket = field(default_factory=listen)

    @contextmanager
    def open(self) -> Iterator[int]:
        thread = threading.Thread(target=self._accept, name="line", daemon=True)
        thread.start()
        try:
            yield self._listener.getsockname()[1]
        finally:
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            thread.join()

    def break_somewhere(self, rng: random.Random, up: int, down: int) -> None:
        """The next connections break at a random byte, in one of the directions."""
        if rng.random() < 0.6:
            self.up, self.down = rng.randrange(up), None
        else:
            self.up, self.down = None, rng.randrange(down)

    def mend(self) -> None:
        self.up = self.down = None

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.port))
            except OSError:
                client.close()
                continue
            for source, sink, most in ((client, server, self.up), (server, client, self.down)):
                threading.Thread(target=self._hand_on, args=(source, sink, most), daemon=True).start()

    def _hand_on(self, source: socket.socket, sink: socket.socket, most: int | None) -> None:
        passed = 0
        with suppress(OSError):
            while data := source.recv(4096):
                if most is not None and passed + len(data) > most:
                    sink.sendall(data[: most - passed])
                    self.broken += 1
                    break
                sink.sendall(data)
                passed += len(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
