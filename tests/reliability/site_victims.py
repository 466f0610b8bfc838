"""The two processes of a site without a road that are killed: the agent at the site, and the service at the centre."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from attendance.store.database import Database
from device_sync.agent.centre import Centre, CentreError, Patience
from device_sync.agent.forwarding import Forwarder
from device_sync.agent.sealing import seal_pulls
from tests.builders import ZONE, puller_for
from tests.contract.site_office import TOKEN
from tests.reliability.victim import DONE, READING, Fate, watch
from tests.serving import listen, make_app

QUICK = Patience(connect=5.0, silence=5.0, whole=20.0)


@dataclass(frozen=True, slots=True)
class AgentFate(Fate):
    port: int = 0


@dataclass(frozen=True, slots=True)
class ServiceFate(Fate):
    """`ready`: a file that gets the port once it is open."""

    ready: Path = Path()


def run_agent_and_die(fate: AgentFate) -> None:
    """Pull, seal and forward once; whoever comes to the end waits to be killed."""
    database = Database(fate.url)
    mark = watch(database, fate)
    puller = puller_for(database)
    forwarder = Forwarder(database, Centre(f"http://127.0.0.1:{fate.port}", TOKEN, patience=QUICK))
    mark(READING)
    puller.pull("GATE")
    seal_pulls(database, ZONE, puller.now())
    try:
        forwarder.forward()
    except CentreError:
        mark("x")
    mark(DONE)
    time.sleep(60)


def serve_and_die(fate: ServiceFate) -> None:
    """Serve the centre until killed."""
    database = Database(fate.url)
    watch(database, fate)
    listener = listen()
    draft = fate.ready.with_suffix(".new")
    draft.write_text(str(listener.getsockname()[1]))
    os.replace(draft, fate.ready)
    app = make_app(database, fate.ready.parent)
    uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False)).run(sockets=[listener])
