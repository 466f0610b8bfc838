"""A ZKTeco terminal on port 4370, read whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import ceil
from time import monotonic
from typing import Literal, TypeVar

from attendance.clock import to_wall
from device_sync import wire
from device_sync.layouts import OPERATION_BYTES, PUNCH_LAYOUTS, ZK40, PunchLayout
from device_sync.terminal import Known, LogDigest, Sizes, TerminalError, TerminalLog, TerminalUser
from device_sync.wire import Command
from device_sync.zk.address import PRIVATE_NETWORKS, Network, parse_address
from device_sync.zk.failures import Place
from device_sync.zk.recognising import Evidence, can_be, recognise, still_fits
from device_sync.zk.records import COUNT_BYTES
from device_sync.zk.session import Session
from device_sync.zk.transport import Channel, Limits, TcpChannel, UdpChannel
from device_sync.zk.users import parse_users

T = TypeVar("T")
Transport = Literal["tcp", "udp"]
USER_FUNCTION = 5
MAX_COMM_KEY = 0xFFFFFFFF
EMPTY_SET = bytes(COUNT_BYTES)
OPTIONS = ("~Platform", "~DeviceName", "MAC", "~ExtendFmt", "~UserExtFmt", "~PIN2Width", "~ShowState")
"""What a terminal is asked about its own build. Not secret, and of use when a layout is doubted."""

Users = tuple[str, tuple[TerminalUser, ...]]  # how the table stood, and what stood in it


def _utc_now() -> datetime:
    return datetime.now(UTC)


class ZkTerminal:
    """One terminal; satisfies `device_sync.terminal.Terminal`.

    Every call opens one connection, ends within `limits.total_seconds` (plus the goodbye) and closes it. It never
    disables, clears or sets anything. Raises AddressRefused or ValueError when built, afterwards only TerminalError.

    `known` is what earlier pulls left. `with_users`: read the user table, the operation log and what the terminal says
    of its build too; the first pull of a terminal does so anyway, and records without a user number need the table.
    """

    session_kind = Session

    def __init__(
        self,
        host: str,
        port: int = wire.DEFAULT_PORT,
        transport: Transport = "tcp",
        comm_key: int = 0,
        expected_serial: str | None = None,
        limits: Limits | None = None,
        now: Callable[[], datetime] = _utc_now,
        allowed_networks: Iterable[Network] = PRIVATE_NETWORKS,
        zone_name: str = "Asia/Ho_Chi_Minh",
        with_users: bool = True,
        known: Known | None = None,
    ) -> None:
        self.address = parse_address(host, allowed_networks)
        if not 0 < port < 65_536:
            raise ValueError(f"port {port} is outside 1..65535")
        if transport not in ("tcp", "udp"):
            raise ValueError(f"transport is 'tcp' or 'udp', not {transport!r}")
        if not 0 <= comm_key <= MAX_COMM_KEY:
            raise ValueError("a comm key is a number of up to six digits")
        self.place = Place(str(self.address), port, transport)
        self.expected_serial = expected_serial
        self.limits = limits or Limits()
        self._comm_key = comm_key
        self._now = now
        self._zone_name = zone_name
        self._known = known or Known()
        self._whole = with_users or not self._known.was_read
        self._channel: Channel | None = None
        self.on_reading: Callable[[], object] = lambda: None

    def __repr__(self) -> str:
        return f"ZkTerminal({self.place})"

    def read_log(self) -> TerminalLog:
        """The whole punch log, checked. Raises Unreachable, Refused, Garbled or Changed, nothing else."""
        return self._converse(self._read)

    def identify(self) -> TerminalLog:
        """Serial, firmware, clock offset, counters and build; the payload is empty. Raises like `read_log`."""
        return self._converse(lambda session: replace(self._introduce(session), options=self._read_options(session)))

    def transferred(self) -> tuple[int, int | None]:
        """How many bytes have come so far, and how many were announced where they were; from any thread."""
        channel = self._channel
        return (0, None) if channel is None else (channel.received, channel.announced)

    def break_off(self) -> None:
        """Ends what another thread is asking of the terminal; that thread gets Unreachable."""
        if self._channel is not None:
            self._channel.break_off()

    def _open_channel(self) -> Channel:
        kind = TcpChannel if self.place.transport == "tcp" else UdpChannel
        self._channel = kind(self.address, self.place.port, self.limits, self.place)
        return self._channel

    def _converse(self, talk: Callable[[Session], T]) -> T:
        try:
            session = self.session_kind(self._open_channel(), self._comm_key)
        except OSError as error:  # pyzk takes a socket of its own at once, and there may be none left
            raise self.place.no_route(error.strerror or type(error).__name__) from error
        try:
            session.greet()
            with session.doing("read"):
                return talk(session)
        finally:
            session.leave()

    def _introduce(self, session: Session) -> TerminalLog:
        serial = session.ask("serial number", session.get_serialnumber, "").strip()
        if not serial:
            raise self.place.garbled("no_serial", "the terminal does not tell its serial number.")
        if self.expected_serial is not None and serial != self.expected_serial:
            raise self.place.changed(self.expected_serial, serial)
        firmware = session.ask("firmware", session.get_firmware_version, "").strip()
        offset = self._measure_clock(session)
        sizes = session.count()
        return TerminalLog(
            serial=serial,
            firmware=firmware,
            payload=b"",
            read_at=self._now(),
            clock_offset_seconds=offset,
            sizes_before=sizes,
            sizes_after=sizes,
        )

    def _read(self, session: Session) -> TerminalLog:
        head = self._introduce(session)
        # what is recorded from here on may miss the set the terminal prepares next
        read_at = self._now()
        digest = LogDigest(self._known.log_bytes)
        self.on_reading()
        started = monotonic()
        payload = session.read_set("punches", Command.PUNCHES, digest=digest) or EMPTY_SET
        seconds = monotonic() - started
        before, after = self._check_bytes(payload, head.sizes_before, session.count())
        wants_users = self._whole or self._known.person in ("uid", None)
        users = self._read_users(session, after.users) if wants_users else None
        layout = self._tell_layout(payload, read_at, before, after, users)
        self._check_count(payload, layout, before, after)
        if not layout.has_user_id and users is None and not self._known.users_kept:
            raise self.place.no_user_table(layout.name)
        changed = after.operations != self._known.operations
        return TerminalLog(
            serial=head.serial,
            firmware=head.firmware,
            payload=payload,
            read_at=read_at,
            clock_offset_seconds=head.clock_offset_seconds,
            sizes_before=before,
            sizes_after=after,
            users=users[1] if users is not None else None,
            user_layout=users[0] if users is not None else "",
            operations=self._read_operations(session) if self._whole or changed else None,
            options=self._read_options(session) if self._whole else {},
            transfer_seconds=seconds,
            layout=layout.name,
            digest=digest,
        )

    def _measure_clock(self, session: Session) -> int | None:
        """Terminal time minus true time in whole seconds, None when the clock cannot be read.

        The terminal is taken to look at its clock half-way through the round trip; it cuts the fraction of a second
        off, so the difference is rounded up.
        """
        asked_at, started = self._now(), monotonic()
        shown = session.read_clock()
        if shown is None:
            return None
        true_wall = to_wall(asked_at + timedelta(seconds=(monotonic() - started) / 2), self._zone_name)
        return ceil((shown - true_wall).total_seconds())

    def _check_bytes(self, payload: bytes, before: Sizes, after: Sizes) -> tuple[Sizes, Sizes]:
        """The counters to go by. Raises Garbled unless the payload is one whole set, and empty only where it may be."""
        body = len(payload) - COUNT_BYTES
        declared = int.from_bytes(payload[:COUNT_BYTES], "little")
        if declared != body:
            what = f"the log says it holds {declared} bytes but {body} came."
            raise self.place.garbled("byte_count", what, declared=declared, received=body)
        if body and before.records == 0 and after.records == 0:
            # firmware whose counters are not understood shows zeros
            return replace(before, records=None), replace(after, records=None)
        if not body and (self._known.log_bytes or (before.records is None and after.records is None)):
            raise self.place.emptied(self._known.log_bytes, before.records)
        return before, after

    def _tell_layout(
        self, payload: bytes, read_at: datetime, before: Sizes, after: Sizes, users: Users | None
    ) -> PunchLayout:
        """The layout an administrator named, the learned one, or the one the content shows. Raises Garbled in doubt."""
        named, learned = self._known.layout, self._known.learned
        if len(payload) == COUNT_BYTES:
            return PUNCH_LAYOUTS[named or learned or ZK40.name]
        table = users[1] if users is not None else ()
        evidence = Evidence(
            now=to_wall(read_at, self._zone_name),
            before=before,
            after=after,
            first_sane_on=self._known.first_sane_on,
            pins=frozenset(user.pin for user in table),
            uids=frozenset(user.uid for user in table),
        )
        body = len(payload) - COUNT_BYTES
        if named is not None:
            if not can_be(payload, PUNCH_LAYOUTS[named], evidence):
                raise self.place.layout_does_not_fit(named, body, named=True)
            return PUNCH_LAYOUTS[named]
        if learned is not None:
            if not still_fits(payload, PUNCH_LAYOUTS[learned], evidence):
                raise self.place.layout_does_not_fit(learned, body, named=False)
            return PUNCH_LAYOUTS[learned]
        found = recognise(payload, evidence)
        if found.layout is None:
            raise self.place.layout_unclear(found.scores, body)
        return found.layout

    def _check_count(self, payload: bytes, layout: PunchLayout, before: Sizes, after: Sizes) -> None:
        """Raises Garbled unless there are as many records as the terminal counted before and after."""
        count = (len(payload) - COUNT_BYTES) // layout.size
        low, high = before.records or 0, after.records
        if not (low <= count and (high is None or count <= high)):
            what = f"the terminal counted {low} to {high} punches but sent {count}."
            raise self.place.garbled("count", what, before=before.records, after=high, received=count)

    def _read_users(self, session: Session, counted: int | None) -> Users | None:
        """The user table without passwords; None when it cannot be read, for the log is already here."""
        try:
            return parse_users(session.read_set("users", Command.USERS, USER_FUNCTION) or EMPTY_SET, counted)
        except TerminalError:
            return None

    def _read_operations(self, session: Session) -> bytes | None:
        """The lines of the operation log; None when the terminal declines or sends something else."""
        try:
            with session.in_haste():
                table = session.read_set("operations", Command.OPERATIONS)
        except TerminalError:
            return None
        lines = table[COUNT_BYTES:]
        declared = int.from_bytes(table[:COUNT_BYTES], "little")
        whole = len(table) >= COUNT_BYTES and declared == len(lines) and len(lines) % OPERATION_BYTES == 0
        return lines if whole else None

    def _read_options(self, session: Session) -> dict[str, str]:
        try:
            with session.in_haste():
                told = {name: session.read_option(name) for name in OPTIONS}
        except TerminalError:
            return {}
        return {name: value for name, value in told.items() if value is not None}
