"""A centre, a site with simulated terminals, and a line between them that a test can spoil."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from attendance.clock import Now
from attendance.services.evaluate import evaluate_span
from attendance.store import office, registering, site_outbox, sites
from attendance.store.database import Database, sqlite_url
from attendance.store.site_tables import SiteRow
from attendance.store.tables import TerminalRow
from device_sync.agent.centre import CentreError
from device_sync.agent.forwarding import Forwarder, Standing
from device_sync.agent.framing import Claim, Holding, pack_request
from device_sync.agent.overview import describe_site
from device_sync.agent.receiving import Receiver, file_backlog
from device_sync.agent.sealing import seal_pulls
from device_sync.agent.segment import Segment, seal_key, token_digest
from device_sync.pulling import Puller
from device_sync.simulator import SimulatedTerminal
from tests.builders import QUICK, RECORDED_AT, ZONE, build_office, rows, stored_punches, truth_of

TOKEN = "site_" + "t" * 43
OTHER_TOKEN = "site_" + "o" * 43
MONDAY = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)  # 07:00 there
SERIAL = "SIM0000000001"


@dataclass
class Ticking:
    """A clock that stands still until it is moved."""

    at: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **span: float) -> None:
        self.at += timedelta(**span)


class Cut(CentreError):
    """The line broke."""

    def __init__(self) -> None:
        super().__init__("The line broke.")


@dataclass
class Line:
    """Carries requests to a receiver as they are framed on the real one.

    `down` lets nothing through; `carries` lets so many segments of a request arrive and then breaks; `lose_answers`
    lets that many requests be taken and not answered; `reorder` and `spoil` alter what is sent, before and after it is
    framed.
    """

    receiver: Receiver
    token: str = TOKEN
    down: bool = False
    carries: int | None = None
    lose_answers: int = 0
    spoil: Callable[[bytes], bytes] = field(default=bytes)
    reorder: Callable[[list[Segment]], list[Segment]] = field(default=list)
    sent: list[int] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)

    def tell(self, claim: Claim, segments: Sequence[Segment] = ()) -> Holding:
        if self.down:
            raise Cut
        key = seal_key(self.token)
        segments = list(segments)[: self.carries]
        body = self.spoil(pack_request(key, claim, self.reorder(segments) if segments else []))
        self.sent += [segment.number for segment in segments]
        self.requests.append(body)
        found = self.receiver.receive(self.token, body)
        if segments and self.carries is not None:
            raise Cut
        if segments and self.lose_answers:
            self.lose_answers -= 1
            raise Cut
        assert found.is_sealed(key, claim.nonce)
        return found


@dataclass
class CentreOffice:
    """An office of three people whose terminal T-A hangs at a site; `clock` is the centre's."""

    database: Database
    clock: Ticking
    receiver: Receiver

    def site(self, code: str = "S") -> SiteRow:
        with self.database.reading() as session:
            found = sites.get(session, code)
            session.expunge(found)
            return found

    def describe(self) -> dict[str, object]:
        with self.database.reading() as session:
            return describe_site(sites.states(session)[0], ZONE, self.clock())

    def accept(self, terminal: str = "T-A", serial: str = SERIAL, code: str = "S") -> int:
        with self.database.writing() as session:
            known = sites.accept(session, code, serial, terminal=terminal, create=None, unit=None, at=self.clock())
            site_id = known.site_id
        return file_backlog(self.database, ZONE, site_id, now=self.clock)

    def renew(self, token: str = TOKEN) -> None:
        """Let the site begin a new chain."""
        with self.database.writing() as session:
            sites.renew(session, "S", token_digest(token), new_chain=True)

    def judge(self, first: date, last: date) -> None:
        evaluate_span(self.database, ZONE, self.clock(), first, last)

    def kept(self) -> list[int]:
        """Numbers of the segments kept, in the order in which they came."""
        return [number for (number,) in rows(self.database, "SELECT number FROM site_segment ORDER BY id")]

    def watermark(self, code: str = "T-A") -> datetime | None:
        sql = "SELECT max(until) FROM coverage JOIN terminal ON terminal.id = terminal_id WHERE code = :code"
        found = rows(self.database, sql, code=code)[0][0]
        return datetime.fromisoformat(found) if isinstance(found, str) else found


@dataclass
class Site:
    """What runs at the site: its own database, its terminals, the way to the centre."""

    path: Path
    clock: Ticking
    terminals: dict[str, SimulatedTerminal]
    database: Database
    puller: Puller
    line: Line
    forwarder: Forwarder

    def pull(self, code: str = "GATE", *, full: bool = False) -> str:
        outcome = self.puller.pull(code, full=full).outcome
        self.seal()
        return outcome

    def seal(self) -> None:
        seal_pulls(self.database, ZONE, self.clock())

    def forward(self) -> Standing:
        self.seal()
        return self.forwarder.forward()

    def held(self) -> int:
        with self.database.reading() as session:
            return site_outbox.head(session).number

    def replace_database(self, path: Path) -> None:
        """Go on with another file in place of the database, as after a restored backup."""
        self.database.close()
        self._open(path)

    def _open(self, path: Path) -> None:
        self.path = path
        self.database = Database(sqlite_url(path))
        self.puller = puller_at(self.database, self.clock)
        self.forwarder = Forwarder(self.database, self.line, now=self.clock)


def puller_at(database: Database, now: Now) -> Puller:
    return Puller(database, ZONE, lambda _code: 0, now=now, limits=QUICK)


def open_centre(database: Database, clock: Ticking, *, accepted: bool = True) -> CentreOffice:
    build_office(database)
    with database.writing() as session:
        sites.add(session, "S", unit="A", name="", token_digest=token_digest(TOKEN), at=RECORDED_AT)
        if accepted:
            site = sites.get(session, "S")
            sites.see(session, site, SERIAL, "GATE", RECORDED_AT)
            sites.accept(session, "S", SERIAL, terminal="T-A", create=None, unit=None, at=RECORDED_AT)
    return CentreOffice(database, clock, Receiver(database, ZONE, now=clock))


@contextmanager
def open_site(
    empty: Path,
    folder: Path,
    centre: CentreOffice,
    clock: Ticking,
    codes: Sequence[str] = ("GATE",),
    layout: str = "zk40",
) -> Iterator[Site]:
    """A site with a simulated terminal per code, serials SIM0000000001.., all by the clock given."""
    path = folder / "site.db"
    shutil.copyfile(empty, path)
    with ExitStack() as stack:
        running = {
            code: stack.enter_context(
                SimulatedTerminal(serial=f"SIM{number:010}", users=3, now=clock, layout=layout).running()
            )
            for number, code in enumerate(codes, 1)
        }
        database = Database(sqlite_url(path))
        register(database, {code: simulated.port for code, simulated in running.items()})
        line = Line(centre.receiver)
        site = Site(
            path, clock, running, database, puller_at(database, clock), line, Forwarder(database, line, now=clock)
        )
        yield site
        site.database.close()


def register(database: Database, ports: dict[str, int]) -> None:
    with database.writing() as session:
        if not office.units(session):
            registering.add_unit(session, "A", at=RECORDED_AT)
        for code, port in ports.items():
            if office.find(session, TerminalRow, code) is None:
                registering.add_terminal(session, code, unit="A", host="127.0.0.1", port=port, at=RECORDED_AT)


DAY = ((0.4, ("1001", "1002")), (4.6, ("1001", "1003")), (1.0, ("1001",)), (3.9, ("1001", "1002")))


def work(site: Site, days: int, rng: random.Random) -> None:
    """So many days of punches of 1001, 1002 and 1003, and three pulls a day."""
    terminal = site.terminals["GATE"]
    for _ in range(days):
        for hours, pins in DAY:
            site.clock.pass_by(hours=hours)
            for pin in pins:
                site.clock.pass_by(seconds=rng.randint(1, 40))
                terminal.punch(pin)
            if len(pins) > 1:
                site.clock.pass_by(minutes=5)
                site.pull()
        site.clock.at = (site.clock.at + timedelta(days=1)).replace(hour=0, minute=0, second=0)


def assert_delivered(centre: CentreOffice, site: Site, terminal: str = "T-A", code: str = "GATE") -> None:
    """The centre holds exactly what the terminal holds: 0 lost, 0 doubled, 0 invented."""
    assert stored_punches(centre.database, terminal) == truth_of(site.terminals[code])
