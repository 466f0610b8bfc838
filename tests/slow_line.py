"""A line between a browser and a server that is slow, and can be cut and mended: what a phone has in a corridor."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

IDLE_SECONDS = 0.02
PIECE = 8192


class SlowLine:
    """Hands bytes on, both ways together at `rate` bytes a second, each burst after `latency` seconds."""

    def __init__(self, server_port: int, *, rate: float, latency: float) -> None:
        self._server_port, self._rate, self._latency = server_port, rate, latency
        self._guard = threading.Lock()
        self._free_at = 0.0
        self._is_cut = False
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._listener.getsockname()[1])

    @contextmanager
    def running(self) -> Iterator[SlowLine]:
        threading.Thread(target=self._accept, daemon=True).start()
        try:
            yield self
        finally:
            self._listener.close()
            self._drop()

    def cut(self) -> None:
        """Nothing goes through any more; who connects is hung up on."""
        self._is_cut = True
        self._drop()

    def mend(self) -> None:
        self._is_cut = False

    def _drop(self) -> None:
        with self._guard:
            open_now, self._open = self._open, set()
        for each in open_now:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if self._is_cut:
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self._server_port))
            with self._guard:
                self._open |= {near, far}
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self._hand_on, args=(source, target), daemon=True).start()

    def _hand_on(self, source: socket.socket, target: socket.socket) -> None:
        last = 0.0
        with suppress(OSError):
            while data := source.recv(PIECE):
                if time.monotonic() - last > IDLE_SECONDS:
                    time.sleep(self._latency)
                self._pace(len(data))
                target.sendall(data)
                last = time.monotonic()
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            with self._guard:
                self._open.discard(each)
            with suppress(OSError):
                each.close()

    def _pace(self, count: int) -> None:
        with self._guard:
            self._free_at = max(self._free_at, time.monotonic()) + count / self._rate
            wait = self._free_at - time.monotonic()
        time.sleep(max(0.0, wait))
