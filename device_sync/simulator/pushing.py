"""A simulated terminal that pushes (ADMS): it calls a server under /iclock and repeats what was not accepted."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import quote

from attendance.clock import to_wall
from device_sync import wire
from device_sync.layouts import ZK40
from device_sync.simulator import push_bodies
from device_sync.simulator.calling import Caller, Exchange
from device_sync.simulator.clock import Clock
from device_sync.simulator.log import Punch, PunchLog
from device_sync.simulator.operations import Operation, OperationLog
from device_sync.simulator.users import UserRow, UserTable, invent_users

Shape = Literal["att", "acc"]
PUSH_VERSIONS = {"att": "2.4.1", "acc": "3.1.2"}
VIETNAMESE = 86
DONE, NOTHING_FOUND, UNSUPPORTED, NO_TABLE = 0, -1, -1002, -1004
CUT_SHARE = 2
COMM_KEY = 47_114_711
_QUERY = re.compile(r"DATA QUERY ATTLOG StartTime=([-\d: ]+)\tEndTime=([-\d: ]+)")


class PushingTerminal:
    """Keeps punches, operations and users, and brings them to the server at `url` (http) until it says OK.

    `shape` is 'att' (Attendance PUSH, lines of `columns` 7 or 10) or 'acc' (security PUSH: registry, `rtlog`). A batch
    has at most `batch_lines` lines; it counts as delivered when the answer is 200 and begins with OK (users of 'acc':
    `user=n`), and is sent again otherwise, at the next `push`. With `obeys_date` it sets its clock from the Date of the
    answers and the TimeZone it is told, as real ones do. `fault` 'cut' breaks every other upload in the middle of its
    body, 'twice' sends every batch twice, 'deaf' takes no OK for one.

    Drive it step by step (`greet`, `push`, `poll`) or have it `running`. Its own record is `truth`, `journal`,
    `commands`. Punching is safe from any thread.
    """

    def __init__(
        self,
        url: str,
        *,
        serial: str = "SIM0000000001",
        shape: Shape = "att",
        users: int | Sequence[UserRow] = 5,
        records: bytes = b"",
        columns: int = push_bodies.LONG,
        batch_lines: int = 50,
        push_key: str = "",
        firmware: str = "Ver 8.0.4.2-20200827",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        zone_name: str = "Asia/Ho_Chi_Minh",
        clock_offset_seconds: float = 0,
        obeys_date: bool = False,
        fault: Literal["cut", "twice", "deaf"] | None = None,
        timeout_seconds: float = 5.0,
    ) -> None:
        self._caller = Caller(url, timeout_seconds)
        self.serial = serial
        self.shape = shape
        self.fault = fault
        self.commands: list[str] = []
        """Every command the server gave, as it came."""
        self.told: dict[str, str] = {}
        """What the server answered to the greeting."""
        self.clock = Clock(now, zone_name, clock_offset_seconds)
        self.operations = OperationLog()
        self.registry_code = ""
        self._users = UserTable(invent_users(users) if isinstance(users, int) else users)
        self._log = PunchLog(records, ZK40)
        self._lock = threading.RLock()
        self._columns, self._batch_lines = columns, batch_lines
        self._push_key, self._firmware = push_key, firmware
        self._obeys_date = obeys_date
        self._punches_sent = self._operations_sent = 0
        self._users_sent = self._said_info = False
        self._results: list[str] = []
        self._uploads = 0
        self.operations.add(Operation.STARTED, self.clock.read())

    # its own record ----------------------------------------------------------------------------------------------

    @property
    def truth(self) -> tuple[Punch, ...]:
        """Every punch it holds, in order."""
        with self._lock:
            return self._log.list_punches()

    @property
    def journal(self) -> list[Exchange]:
        """Every request, in order."""
        return self._caller.journal

    @property
    def unsent(self) -> int:
        """Punches no server has accepted yet."""
        return len(self._log) - self._punches_sent

    @property
    def pins(self) -> tuple[str, ...]:
        """The numbers of its users."""
        return tuple(user.pin for user in self._users.list_users())

    def punch(self, pin: str, at: datetime | None = None, state: int = 0, verify: int = 1) -> None:
        """Somebody punches at that wall time (default: now by its own clock)."""
        with self._lock:
            wall = (self.clock.read() if at is None else at).replace(microsecond=0)
            self._log.append(self._users.uid_of(pin) or 0, pin, wire.encode_time(wall), state, verify)

    def operate(self, code: Operation, *objects: int, administrator: int = 0) -> None:
        """Something is done at the terminal."""
        with self._lock:
            self.operations.add(code, self.clock.read(), *objects, administrator=administrator)

    def send_all_again(self) -> None:
        """As after a reset of its cursors: whatever was accepted comes once more."""
        self._punches_sent = self._operations_sent = 0
        self._users_sent = False

    # the exchange ------------------------------------------------------------------------------------------------

    def greet(self) -> bool:
        """The handshake of its shape; whether the server wants it. A stamp of 0 makes it send everything again."""
        key = f"&pushcommkey={quote(self._push_key)}" if self._push_key else ""
        version = PUSH_VERSIONS[self.shape]
        query = f"options=all&pushver={version}&language={VIETNAMESE}&DeviceType={self.shape}&PushOptionsFlag=1{key}"
        status, answer = self._ask("GET", f"cdata?SN={self.serial}&{query}")
        if status != 200:
            return False
        self.told = _pairs(answer)
        if self.shape == "acc":
            return self._register(answer)
        if not answer.startswith("GET OPTION FROM:"):
            return False
        if self.told.get("ATTLOGStamp", self.told.get("Stamp")) == "0":
            self.send_all_again()
        self._ask("POST", f"cdata?SN={self.serial}&table=options", self._describe())
        return True

    def _register(self, answer: str) -> bool:
        if "registry=ok" not in answer:
            status, answer = self._ask("POST", f"registry?SN={self.serial}", self._describe())
            if status != 200 or "RegistryCode" not in answer:
                return False
        self.registry_code = _pairs(answer).get("RegistryCode", "")
        self.told |= _pairs(self._ask("POST", f"push?SN={self.serial}", b"")[1])
        self._ask("GET", f"rtdata?SN={self.serial}&type=time")
        return True

    def _describe(self) -> bytes:
        """What it tells about itself; a key is among it, as with real ones."""
        told = f"DeviceType={self.shape},~DeviceName=Simulated,MAC=00:17:61:00:00:01,FirmVer={self._firmware}"
        return f"{told},PushVersion={PUSH_VERSIONS[self.shape]},ComPwd={COMM_KEY}".encode()

    def push(self) -> bool:
        """Sends what is pending, batch after batch; whether all of it was accepted."""
        with self._lock:
            punches = self.truth
            lines = list(self.operations.lines)
        if not self._users_sent:
            self._users_sent = self._push_users()
        while self._punches_sent < len(punches):
            at, until = self._punches_sent, self._punches_sent + self._batch_lines
            if not self._push_punches(list(enumerate(punches, 1))[at:until]):
                return False
            self._punches_sent = min(until, len(punches))
        if self.shape == "att" and self._operations_sent < len(lines):
            body = push_bodies.write_operations(lines[self._operations_sent :])
            if not self._upload("table=OPERLOG&OpStamp=9999", body):
                return False
            self._operations_sent = len(lines)
        return self._users_sent

    def _push_punches(self, punches: Sequence[tuple[int, Punch]]) -> bool:
        if self.shape == "acc":
            return self._upload("table=rtlog", push_bodies.write_rtlog(punches))
        return self._upload("table=ATTLOG&Stamp=9999", push_bodies.write_attlog((p for _, p in punches), self._columns))

    def _push_users(self) -> bool:
        users = self._users.list_users()
        if not users:
            return True
        if self.shape == "att":
            return self._upload("table=OPERLOG&OpStamp=9999", push_bodies.write_users_att(users))
        query = f"table=tabledata&tablename=user&count={len(users)}"
        return self._upload(query, push_bodies.write_users_acc(users), wanted=f"user={len(users)}")

    def push_photo(self, pin: str, picture: bytes, at: datetime | None = None) -> bool:
        """A photograph of a punch; whether it was accepted."""
        body = push_bodies.write_photo(self.serial, pin, at or self.clock.read(), picture)
        return self._upload("table=ATTPHOTO&Stamp=9999", body)

    def push_door_event(self, event: int, pin: str = "0", at: datetime | None = None) -> bool:
        """An event that is no punch: number 0 (a door), or a refused person (event 20 to 99). Shape 'acc' alone."""
        time = wire.encode_time((at or self.clock.read()).replace(microsecond=0))
        return self._upload("table=rtlog", push_bodies.write_rtlog([(0, Punch(pin, time, 0, 200))], event))

    def push_state(self) -> bool:
        """The state of its door, which tells of nobody. Shape 'acc' alone."""
        return self._upload("table=rtstate", push_bodies.write_rtstate(self.clock.read()))

    def poll(self) -> list[str]:
        """Asks for commands, carries them out and reports; answers the commands."""
        counts = f"{quote(self._firmware)},{len(self._users)},0,{len(self._log)},127.0.0.1"
        info = "" if self._said_info else f"&INFO={counts}"
        status, answer = self._ask("GET", f"getrequest?SN={self.serial}{info}")
        if status != 200:
            return []
        self._said_info = True
        found = [line for line in answer.splitlines() if line.startswith("C:")]
        for line in found:
            _c, number, command = line.split(":", 2)
            self.commands.append(command)
            self._results.append(f"ID={number}&Return={self._carry_out(command)}&CMD={command.split(' ')[0]}")
        self._report()
        return [line.split(":", 2)[2] for line in found]

    def _carry_out(self, command: str) -> int:
        if command in ("INFO", "LOG", "CHECK"):
            if command == "CHECK":
                self.greet()
            if command != "INFO":
                self.push()
            return DONE
        query = _QUERY.fullmatch(command)
        if query:
            starts, ends = (wire.encode_time(datetime.fromisoformat(text)) for text in query.groups())
            punches = [(n, punch) for n, punch in enumerate(self.truth, 1) if starts <= punch.time <= ends]
            return DONE if punches and self._push_punches(punches) else NOTHING_FOUND
        return NO_TABLE if command.startswith("DATA QUERY") else UNSUPPORTED

    def _report(self) -> None:
        """Results the server has not taken yet, batched; kept until it does."""
        if not self._results:
            return
        status, answer = self._ask("POST", f"devicecmd?SN={self.serial}", "\n".join(self._results).encode())
        if status == 200 and answer.startswith("OK"):
            self._results.clear()

    def ping(self) -> bool:
        return self._ask("GET", f"ping?SN={self.serial}") == (200, "OK")

    @contextmanager
    def running(self, poll_seconds: float = 1.0) -> Iterator[PushingTerminal]:
        """Greets until it is wanted, then pushes and polls from a background thread until the block ends."""
        stop = threading.Event()
        name = f"pushing-{self.serial}"
        thread = threading.Thread(target=self.run, args=(stop, poll_seconds), name=name, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            stop.set()
            thread.join()

    def run(self, stop: threading.Event, poll_seconds: float) -> None:
        """As `running`, in the caller's thread."""
        greeted = False
        while True:
            greeted = greeted or self.greet()
            if greeted:
                self.push()
                self.poll()
            if stop.wait(poll_seconds):
                return

    def _upload(self, query: str, body: bytes, wanted: str = "OK") -> bool:
        self._uploads += 1
        cut = len(body) // CUT_SHARE if self.fault == "cut" and self._uploads % 2 else None
        target = f"cdata?SN={self.serial}&{query}"
        status, answer = self._ask("POST", target, body, cut)
        if self.fault == "twice":
            status, answer = self._ask("POST", target, body)
        return self.fault != "deaf" and status == 200 and answer.strip().startswith(wanted)

    def _ask(self, method: str, target: str, body: bytes = b"", cut: int | None = None) -> tuple[int, str]:
        status, answer, date = self._caller.call(method, target, body, cut)
        self._take_date(date)
        return status, answer

    def _take_date(self, date: str | None) -> None:
        """Whole hours between -12 and 12 are hours, else minutes (terminals.md 3.2)."""
        if not self._obeys_date or date is None:
            return
        told = self.told.get("TimeZone")
        try:
            east = None if told is None else int(told)
        except ValueError:
            east = None
        instant = parsedate_to_datetime(date)
        if east is None:
            self.clock.show(to_wall(instant, self.clock.zone_name))
        else:
            minutes = east * 60 if -12 <= east <= 12 else east
            self.clock.show(instant.replace(tzinfo=None) + timedelta(minutes=minutes))


def _pairs(answer: str) -> dict[str, str]:
    found: Iterable[tuple[str, str, str]] = (line.strip().partition("=") for line in answer.splitlines())
    return {name: value for name, equals, value in found if equals}
