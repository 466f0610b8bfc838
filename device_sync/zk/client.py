"""A ZKTeco terminal on port 4370, read whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from math import ceil
from time import monotonic
from typing import Literal, TypeVar

from attendance.clock import to_wall
from device_sync import wire
from device_sync.terminal import LogDigest, Sizes, TerminalError, TerminalLog, TerminalUser
from device_sync.wire import Command
from device_sync.zk.address import PRIVATE_NETWORKS, Network, parse_address
from device_sync.zk.failures import Place
from device_sync.zk.records import COUNT_BYTES, looks_like_punches
from device_sync.zk.session import Session
from device_sync.zk.transport import Channel, Limits, TcpChannel, UdpChannel

T = TypeVar("T")
Transport = Literal["tcp", "udp"]
USER_FUNCTION = 5
MAX_COMM_KEY = 0xFFFFFFFF
EMPTY_SET = bytes(COUNT_BYTES)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class ZkTerminal:
    """One terminal; satisfies `device_sync.terminal.Terminal`.

    Every call opens one connection, ends within `limits.total_seconds` (plus the goodbye) and closes it. It never
    disables, clears or sets anything. Raises AddressRefused or ValueError when built, afterwards only TerminalError.
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
        known_bytes: int = 0,
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
        self._with_users = with_users
        self._channel: Channel | None = None
        self.on_reading: Callable[[], object] = lambda: None
        self._known_bytes = known_bytes  # how much of the log is stored, so that its digest is taken on the way

    def __repr__(self) -> str:
        return f"ZkTerminal({self.place})"

    def read_log(self) -> TerminalLog:
        """The whole punch log, checked. Raises Unreachable, Refused, Garbled or Changed, nothing else."""
        return self._converse(self._read)

    def identify(self) -> TerminalLog:
        """Serial, firmware, clock offset and counters; the payload is empty. Raises like `read_log`."""
        return self._converse(self._introduce)

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
        digest = LogDigest(self._known_bytes)
        self.on_reading()
        started = monotonic()
        payload = session.read_set("punches", Command.PUNCHES, digest=digest) or EMPTY_SET
        seconds = monotonic() - started
        before, after = self._check(payload, head.sizes_before, session.count())
        return TerminalLog(
            serial=head.serial,
            firmware=head.firmware,
            payload=payload,
            read_at=read_at,
            clock_offset_seconds=head.clock_offset_seconds,
            sizes_before=before,
            sizes_after=after,
            users=self._read_users(session) if self._with_users else None,
            transfer_seconds=seconds,
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

    def _check(self, payload: bytes, before: Sizes, after: Sizes) -> tuple[Sizes, Sizes]:
        """The counters to report. Raises Garbled unless the payload is one whole log of 40-byte records."""
        body = len(payload) - COUNT_BYTES
        declared = int.from_bytes(payload[:COUNT_BYTES], "little")
        if declared != body:
            what = f"the log says it holds {declared} bytes but {body} came."
            raise self.place.garbled("byte_count", what, declared=declared, received=body)
        if body and before.records == 0 and after.records == 0:
            # firmware whose counters pyzk does not understand shows zeros
            before, after = _without_records(before), _without_records(after)
        low, high = before.records or 0, after.records
        known = before.records is not None and high is not None
        count, rest = divmod(body, wire.PUNCH_BYTES)
        fits = rest == 0 and low <= count and (high is None or count <= high)
        if not fits and known and body:
            for size in wire.OTHER_PUNCH_BYTES:
                if body % size == 0 and low <= body // size <= (high or 0):
                    raise self.place.unread_layout(f"the records have {size} bytes", record_size=size, received=body)
        if rest:
            raise self.place.unread_layout(f"{body} bytes are not made of 40-byte records", received=body)
        if not fits:
            what = f"the terminal counted {low} to {high} punches but sent {count}."
            raise self.place.garbled("count", what, before=before.records, after=high, received=count)
        if not known and not looks_like_punches(payload):
            raise self.place.unread_layout("the bytes do not look like 40-byte records", received=body)
        return before, after

    def _read_users(self, session: Session) -> tuple[TerminalUser, ...] | None:
        """The user table without passwords; None when it cannot be read, for the log is already here."""
        try:
            table = session.read_set("users", Command.USERS, USER_FUNCTION)
        except TerminalError:
            return None
        rows = memoryview(table)[COUNT_BYTES:]
        if len(rows) % wire.USER_BYTES or int.from_bytes(table[:COUNT_BYTES], "little") != len(rows):
            return None
        users = (wire.parse_user(rows[at : at + wire.USER_BYTES]) for at in range(0, len(rows), wire.USER_BYTES))
        return tuple(
            TerminalUser(
                row.uid, row.pin.decode("utf-8", "replace"), row.name.decode("utf-8", "replace"), row.privilege
            )
            for row in users
        )


def _without_records(sizes: Sizes) -> Sizes:
    return Sizes(sizes.users, None, sizes.record_capacity)
