"""What is answered to a pushing terminal. Who calls is settled first; OK is said only after what came was filed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from attendance import clock
from attendance.store import office, push_commands, push_devices, push_evidence
from attendance.store.database import Database
from attendance.store.push_tables import PushDeviceRow
from attendance.store.tables import TerminalRow
from device_sync.push import covering, handshake
from device_sync.push.admission import NOT_YET, Admission, said_of
from device_sync.push.asking import read_info, read_options, read_results
from device_sync.push.attlog import read_attlog
from device_sync.push.batch import Batch, TooManyLines
from device_sync.push.call import OK, Answer, Call
from device_sync.push.filing import Then, file_push
from device_sync.push.operations import file_operations
from device_sync.push.operlog import Operations, read_operlog, read_users
from device_sync.push.photo import read_photo
from device_sync.push.rtlog import read_rtlog

NO_SERIAL = Answer(400, "The serial number is missing.")
NOTHING_HERE = Answer(404, "There is nothing at this address.")
TOO_MUCH = Answer(413, "Too much at once; send it in parts.")

TEMPLATES = frozenset(
    (
        "fp", "face", "finger", "fingertmp", "fvein", "biodata", "biophoto", "userpic", "templatev10", "facev7",
        "idcard", "identitycard", "mulcarduser", "errorlog", "workcode", "sms", "user_sms", "extuser",
    )
)  # fmt: skip
"""Tables that are acknowledged and dropped unread: templates and pictures of people, and what says nothing here."""
VERBS = frozenset(("cdata", "fdata", "getrequest", "devicecmd", "ping", "registry", "push", "rtdata", "querydata"))


def is_dropped(call: Call) -> bool:
    """Whether the body of a request is of a kind that is not even read into memory."""
    if call.verb == "querydata" or call.table in TEMPLATES:
        return True
    return call.table == "tabledata" and call.table_name.lower() != "user"


@dataclass
class Receiver:
    """Answers the requests of pushing terminals over one database.

    `secret` makes registration codes and the seals of keys; it is the installation's own and appears nowhere.
    """

    database: Database
    zone: str
    secret: bytes
    now: clock.Now = clock.utc_now

    def __post_init__(self) -> None:
        self.admission = Admission(self.database, self.secret, self.now)
        self._told: set[str] = set()

    def answer(self, call: Call) -> Answer:
        """The answer to one request. Raises StoreUnavailable, with nothing half-filed."""
        if call.verb not in VERBS:
            return NOTHING_HERE
        serial = call.serial
        if serial is None:
            return NO_SERIAL
        with self.database.reading() as session:
            device = push_devices.as_it_stands(session, serial)
        refusal = self.admission.refusal(call, serial, device)
        if refusal is not None or device is None:
            return refusal or NOT_YET
        try:
            return self._dispatch(call, device)
        except TooManyLines:
            self.note_too_large(call)
            return TOO_MUCH

    def note_too_large(self, call: Call) -> None:
        """A body that cannot be taken: no window is whole any more to which it may belong."""
        serial = call.serial
        if serial is None:
            return
        with self.database.writing() as session:
            device = push_devices.find(session, serial)
            if device is None or device.id is None or not push_devices.may_call_from(device, call.address):
                return
            for row in push_commands.opened(session, device.id):
                if row.state != push_commands.WAITING:
                    row.state = push_commands.FAILED
                    session.add(row)
        self.admission.tell(serial, "size", "terminal %s sends bodies that are too large to be taken", serial)

    def _dispatch(self, call: Call, device: PushDeviceRow) -> Answer:
        if call.verb == "getrequest":
            return self._commands(call, device)
        if call.verb == "devicecmd":
            return self._results(call, device)
        self._seen(call, device)
        answers: dict[str, Callable[[Call, PushDeviceRow], Answer]] = {
            "registry": self._register, "push": self._push_options, "rtdata": self._time, "querydata": self._dropped,
        }  # fmt: skip
        if call.verb in answers:
            return answers[call.verb](call, device)
        if call.verb == "ping":
            return OK
        return self._upload(call, device) if call.method == "POST" else self._start(call, device)

    def _seen(self, call: Call, device: PushDeviceRow, **told: object) -> None:
        said = said_of(call) | told
        changed = {name: value for name, value in said.items() if getattr(device, name) != value}
        if (
            changed
            or self.now() - device.last_seen_at >= push_devices.SEEN_EVERY
            or device.last_address != call.address
        ):
            self.admission.note(device, last_address=call.address, **changed)

    def _start(self, call: Call, device: PushDeviceRow) -> Answer:
        shape = said_of(call).get("shape", device.shape)
        if shape == "acc":
            return Answer(200, handshake.registered(*self._registration(device)))
        version = call.push_version or device.push_version or None
        if device.whole_log_wanted:
            self._told.add(device.serial)
        text = handshake.attendance_options(
            device.serial, zone=self.zone, now=self.now(), version=version, photos=device.photo_days > 0,
            whole_log=device.whole_log_wanted,
        )  # fmt: skip
        return Answer(200, text)

    def _registration(self, device: PushDeviceRow) -> tuple[str, str]:
        code = self.admission.code
        return code("registry", device.serial)[:16], code("session", device.serial)[:32].upper()

    def _register(self, call: Call, device: PushDeviceRow) -> Answer:
        self._keep_options(device, read_options(call.body))
        return Answer(200, handshake.registry_code(self._registration(device)[0]))

    def _push_options(self, call: Call, device: PushDeviceRow) -> Answer:
        return Answer(200, handshake.security_options(self._registration(device)[1]))

    def _time(self, call: Call, device: PushDeviceRow) -> Answer:
        return Answer(200, handshake.security_time(self.zone, self.now()))

    def _commands(self, call: Call, device: PushDeviceRow) -> Answer:
        lines: list[str] = []
        with self.database.reading() as session:
            has_work = covering.has_work(session, device, self.now())
        if has_work:
            with self.database.writing() as session:
                current = push_devices.get(session, device.serial)
                lines = covering.next_lines(session, current, zone=self.zone, at=self.now())
        info = read_info(call.query.get("info", ""))
        if info:
            self._keep_options(device, info)
        self._seen(call, device)
        return Answer(200, "\n".join(lines) + "\n") if lines else OK

    def _results(self, call: Call, device: PushDeviceRow) -> Answer:
        with self.database.writing() as session:
            for result in read_results(call.body):
                covering.note_result(
                    session, push_devices.numbers(device)[0], result.number, result.returned, self.now()
                )
        if b"CMD=INFO" in call.body:
            self._keep_options(device, read_options(call.body))
        self._seen(call, device)
        return OK

    def _keep_options(self, device: PushDeviceRow, told: dict[str, str]) -> None:
        options = dict(device.options) | told
        firmware = options.get("firmware", device.firmware)[:80]
        if options != device.options or firmware != device.firmware:
            self.admission.note(device, options=options, firmware=firmware)

    # what it brings --------------------------------------------------------------------------------------------------

    def _upload(self, call: Call, device: PushDeviceRow) -> Answer:
        table = call.table
        if table == "attlog":
            return self._punches(device, read_attlog(call.body))
        if table == "rtlog":
            filed = self._punches(device, read_rtlog(call.body))
            return OK if filed.status == 200 else filed
        if table == "operlog":
            return self._operations(device, read_operlog(call.body))
        if table == "tabledata":
            return self._table_data(call, device)
        if table == "options":
            self._keep_options(device, read_options(call.body))
            return OK
        if table == "attphoto" or call.verb == "fdata":
            return self._photo(call, device)
        if table != "rtstate":
            self._tell_unread(device, table)
        return OK

    def _tell_unread(self, device: PushDeviceRow, table: str) -> None:
        """Nothing is dropped in silence but what is known to hold no punch."""
        if table.lower() not in TEMPLATES:
            self.admission.tell(device.serial, table, "terminal %s sends table %r, unread", device.serial, table)

    def _table_data(self, call: Call, device: PushDeviceRow) -> Answer:
        if call.table_name.lower() != "user":
            return self._dropped(call, device)
        batch = read_users(call.body).batch
        self._punches(device, batch)
        return Answer(200, f"{call.table_name}={call.count(sum(batch.counts.values()))}")

    def _dropped(self, call: Call, device: PushDeviceRow) -> Answer:
        self._tell_unread(device, call.table_name)
        return Answer(200, f"{call.table_name}={call.count(0)}") if call.table_name else OK

    def _operations(self, device: PushDeviceRow, read: Operations) -> Answer:
        at = self.now()
        keep = partial(file_operations, told=read.operations, since=device.decided_at or at, zone=self.zone, at=at)
        return self._punches(device, read.batch, lambda session, terminal, pull: keep(session, terminal, pull_id=pull))

    def _punches(self, device: PushDeviceRow, batch: Batch, then: Then | None = None) -> Answer:
        """File a body and acknowledge as many lines as it had, which is what the terminal counts."""
        number, terminal_id = push_devices.numbers(device)
        with self.database.reading() as session:
            code = office.code_of(session, TerminalRow, terminal_id)
            answering = covering.is_answering(push_commands.opened(session, number))
        file_push(
            self.database, code, batch, serial=device.serial, firmware=device.firmware, zone=self.zone,
            received_at=self.now(), keep_bytes=answering, then=then,
        )  # fmt: skip
        if device.whole_log_wanted and batch.read and device.serial in self._told:  # else it was not asked for it yet
            self._told.discard(device.serial)
            self.admission.note(device, whole_log_wanted=False)
        return Answer(200, f"OK: {max(batch.read, len(batch.lines), sum(batch.counts.values()))}")

    def _photo(self, call: Call, device: PushDeviceRow) -> Answer:
        """Kept only where somebody turned photographs on; acknowledged always, or it would be sent for ever."""
        photo = read_photo(call.body) if device.photo_days > 0 else None
        if photo is not None:
            at = self.now()
            with self.database.writing() as session:
                push_evidence.keep_photo(
                    session, push_devices.numbers(device)[1], taken=photo.taken, pin=photo.pin or "", jpeg=photo.jpeg,
                    digest=hashlib.sha256(photo.jpeg).hexdigest(), at=at,
                    delete_on=clock.today(at, self.zone) + timedelta(days=device.photo_days),
                )  # fmt: skip
        return OK
