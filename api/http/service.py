"""What a request can reach: the parts the app was put together from, by the composition root."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import Request

from api.settings import Settings
from attendance import clock
from attendance.services.accounts import Accounts
from attendance.services.disclosure import Disclosed
from attendance.store.database import Database, Session
from attendance.store.listing_keys import ViolationKey
from attendance.store.trail import Actor
from device_sync.agent.receiving import Receiver

Puller = Callable[[Sequence[str], bool], list[dict[str, Any]]]  # terminals, whole logs again → entries of `pull`
# terminal, file name, bytes, create?, where the day stands, who → `import punches`, or what it would say
Importer = Callable[[str, str, bytes, bool, str | None, Actor], dict[str, Any]]
Evidence = Callable[[Session, ViolationKey, Disclosed], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Service:
    settings: Settings
    database: Database
    accounts: Accounts
    now: clock.Now
    secret_key: bytes
    receiver: Receiver
    puller: Puller | None = None
    importer: Importer | None = None
    previewer: Importer | None = None
    evidence: Evidence | None = None

    def today(self) -> date:
        return clock.today(self.now(), self.settings.timezone)


def service(request: Request) -> Service:
    found: Service = request.app.state.service
    return found
