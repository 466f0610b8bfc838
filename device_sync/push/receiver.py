"""What is answered to a pushing terminal. Who calls is settled first; OK is said only after what came was filed."""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from attendance import clock
from attendance.store import office, push_commands, push_devices, push_evidence
from attendance.store.database import Database
from attendance.store.push_tables import PushDeviceRow
from attendance.store.tables import TerminalRow
from device_sync import intake
from device_sync.push import covering, handshake
from device_sync.push.asking import read_info, read_options, read_results
from device_sync.push.attlog import read_attlog
from device_sync.push.batch import Batch, TooManyLines
from device_sync.push.call import OK, Answer, Call
from device_sync.push.operlog import read_operlog, read_users
from device_sync.push.photo import read_photo
from device_sync.push.rtlog import read_rtlog

log = logging.getLogger(__name__)

NOT_YET = Answer(403, "Waiting for approval; keep your data.")
NOT_REGISTERED = Answer(406, "Waiting for approval; keep your data.")
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
    _told: set[tuple[str, str]] = field(default_factory=set)

    def answer(self, call: Call) -> Answer:
        """The answer to one request. Raises StoreUnavailable, with nothing half-filed."""
        if call.verb not in VERBS:
            return NOTHING_HERE
        serial = call.serial
        if serial is None:
            return NO_SERIAL
        with self.database.reading() as session:
            device = push_devices.as_it_stands(session, serial)
        refusal = self._refusal(call, serial, device)
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
        self._tell(serial, "size", "terminal %s sends bodies that are too large to be taken", serial)

    # who calls -------------------------------------------------------------------------------------------------------

    def _refusal(self, call: Call, serial: str, device: PushDeviceRow | None) -> Answer | None:
        """Why this serial is not listened to now; None: it is. A refused terminal keeps what it has and asks again."""
        refusal = NOT_REGISTERED if call.verb == "registry" else NOT_YET
        if device is None:
            self._knock(call, serial)
            return refusal
        if device.status != push_devices.APPROVED:
            if self.now() - device.last_seen_at >= push_devices.SEEN_EVERY:
                self._note(device, last_address=call.address, **self._said(call))
            return refusal
        if not push_devices.may_call_from(device, call.address):
            self._tell(
                serial, call.address, "terminal %s calls from %s, which it is not bound to", serial, call.address
            )
            at = self.now()
            if device.refused_at is None or at - device.refused_at >= push_devices.SEEN_EVERY:
                with self.database.writing() as session:
                    push_devices.note(session, device, refused_address=call.address, refused_at=at)
            return refusal
        seal = self._seal(call)
        if call.verb == "cdata" and call.method == "GET" and device.key_seal is not None and seal != device.key_seal:
            self._tell(serial, "key", "terminal %s does not show the key it showed when it was approved", serial)
            return refusal
        return None

    def _knock(self, call: Call, serial: str) -> None:
        with self.database.writing() as session:
            known = push_devices.knock(
                session, serial, address=call.address, at=self.now(), shape="att", status=push_devices.PENDING
            )
            if known:
                push_devices.note(session, push_devices.get(session, serial), **self._said(call))
        if known:
            log.warning("a terminal with the serial number %s wants to push and waits for approval", serial)
        else:
            self._tell("", "full", "more serial numbers want to push than are listed; refuse those that are not yours")

    def _said(self, call: Call) -> dict[str, str]:
        """What a request says about the terminal itself, as columns."""
        said: dict[str, str] = {}
        kind = call.query.get("devicetype", "").strip().lower()
        if kind == "acc" or call.verb in ("registry", "push", "rtdata", "querydata"):
            said["shape"] = "acc"
        elif kind or call.table == "attlog":
            said["shape"] = "att"
        if call.push_version:
            said["push_version"] = call.push_version
        seal = self._seal(call)
        if seal is not None and call.verb == "cdata":
            said["key_seal"] = seal
        return said

    def _seal(self, call: Call) -> str | None:
        key = call.query.get("pushcommkey")
        return self._code("key", key) if key else None

    def _code(self, purpose: str, text: str) -> str:
        return hmac.new(self.secret, f"push {purpose}:{text}".encode(), hashlib.sha256).hexdigest()

    def _note(self, device: PushDeviceRow, **told: object) -> None:
        with self.database.writing() as session:
            push_devices.note(session, device, last_seen_at=self.now(), **told)

    def _tell(self, serial: str, what: str, sentence: str, *values: object) -> None:
        """Log a trouble once, not at every request that shows it."""
        if (serial, what) not in self._told and len(self._told) < 10_000:
            self._told.add((serial, what))
            log.warning(sentence, *values)

    # what it says ----------------------------------------------------------------------------------------------------

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
        said = {name: value for name, value in self._said(call).items() if name != "key_seal"} | told
        changed = {name: value for name, value in said.items() if getattr(device, name) != value}
        if (
            changed
            or self.now() - device.last_seen_at >= push_devices.SEEN_EVERY
            or device.last_address != call.address
        ):
            self._note(device, last_address=call.address, **changed)

    def _start(self, call: Call, device: PushDeviceRow) -> Answer:
        shape = self._said(call).get("shape", device.shape)
        if shape == "acc":
            return Answer(200, handshake.registered(*self._registration(device)))
        version = call.push_version or device.push_version or None
        text = handshake.attendance_options(
            device.serial, zone=self.zone, now=self.now(), version=version, photos=device.photo_days > 0,
            whole_log=device.whole_log_wanted,
        )  # fmt: skip
        return Answer(200, text)

    def _registration(self, device: PushDeviceRow) -> tuple[str, str]:
        return self._code("registry", device.serial)[:16], self._code("session", device.serial)[:32].upper()

    def _register(self, call: Call, device: PushDeviceRow) -> Answer:
        self._keep_options(device, read_options(call.body))
        return Answer(200, handshake.registry_code(self._registration(device)[0]))

    def _push_options(self, call: Call, device: PushDeviceRow) -> Answer:
        return Answer(200, handshake.security_options(self._registration(device)[1]))

    def _time(self, call: Call, device: PushDeviceRow) -> Answer:
        return Answer(200, handshake.security_time(self.zone, self.now()))

    def _commands(self, call: Call, device: PushDeviceRow) -> Answer:
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
            self._note(device, options=options, firmware=firmware)

    # what it brings --------------------------------------------------------------------------------------------------

    def _upload(self, call: Call, device: PushDeviceRow) -> Answer:
        table = call.table
        if table == "attlog":
            return self._punches(device, read_attlog(call.body))
        if table == "rtlog":
            filed = self._punches(device, read_rtlog(call.body))
            return OK if filed.status == 200 else filed
        if table == "operlog":
            return self._punches(device, read_operlog(call.body).batch)
        if table == "tabledata":
            return self._table_data(call, device)
        if table == "options":
            self._keep_options(device, read_options(call.body))
            return OK
        if table == "attphoto" or call.verb == "fdata":
            return self._photo(call, device)
        if table != "rtstate" and table not in TEMPLATES:
            self._tell(device.serial, table, "terminal %s sends a table %r nobody reads here", device.serial, table)
        return OK

    def _table_data(self, call: Call, device: PushDeviceRow) -> Answer:
        if call.table_name.lower() != "user":
            return self._dropped(call, device)
        batch = read_users(call.body).batch
        self._punches(device, batch)
        return Answer(200, f"{call.table_name}={call.count(sum(batch.counts.values()))}")

    def _dropped(self, call: Call, device: PushDeviceRow) -> Answer:
        return Answer(200, f"{call.table_name}={call.count(0)}") if call.table_name else OK

    def _punches(self, device: PushDeviceRow, batch: Batch) -> Answer:
        """File a body and acknowledge as many lines as it had, which is what the terminal counts."""
        number, terminal_id = push_devices.numbers(device)
        with self.database.reading() as session:
            code = office.code_of(session, TerminalRow, terminal_id)
            answering = covering.is_answering(push_commands.opened(session, number))
        intake.file_push(
            self.database, code, batch, serial=device.serial, firmware=device.firmware, zone=self.zone,
            received_at=self.now(), keep_bytes=answering,
        )  # fmt: skip
        if device.whole_log_wanted and batch.read:
            self._note(device, whole_log_wanted=False)
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
