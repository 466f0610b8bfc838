"""Who is listened to: a serial a person approved, calling from where it was bound to. All others keep their data."""

from __future__ import annotations

import hashlib
import hmac
import logging

from attendance import clock
from attendance.store import push_devices
from attendance.store.database import Database
from attendance.store.push_tables import PushDeviceRow
from device_sync.push.call import Answer, Call

log = logging.getLogger(__name__)

# Neither a status nor a word that firmware could take for an acknowledgement: what is not acknowledged is sent again.
NOT_YET = Answer(403, "Waiting for approval; keep your data.")
NOT_REGISTERED = Answer(406, NOT_YET.text)
MOST_TOLD = 10_000


class Admission:
    """Lets approved serials in and puts the others on the list of those to be decided about.

    A refusal never says whether a serial is known, waits, or calls from the wrong place.
    """

    def __init__(self, database: Database, secret: bytes, now: clock.Now) -> None:
        self.database, self.secret, self.now = database, secret, now
        self._told: set[tuple[str, str]] = set()

    def refusal(self, call: Call, serial: str, device: PushDeviceRow | None) -> Answer | None:
        """Why this serial is not listened to now; None: it is."""
        refusal = NOT_REGISTERED if call.verb == "registry" else NOT_YET
        if device is None:
            self._knock(call, serial)
            return refusal
        seal = self._seal(call)
        if device.status != push_devices.APPROVED:
            if self.now() - device.last_seen_at >= push_devices.SEEN_EVERY:
                self.note(device, last_address=call.address, **said_of(call), **_sealed(seal))
            return refusal
        if not push_devices.may_call_from(device, call.address):
            self._note_stranger(call, device)
            return refusal
        starts = call.verb == "cdata" and call.method == "GET"
        if starts and device.key_seal is not None and seal != device.key_seal:
            self.tell(serial, "key", "terminal %s does not show the key it showed when it was approved", serial)
            return refusal
        return None

    def note(self, device: PushDeviceRow, **told: object) -> None:
        """Keep what a terminal said of itself, and that it called."""
        with self.database.writing() as session:
            push_devices.note(session, device, last_seen_at=self.now(), **told)

    def code(self, purpose: str, text: str) -> str:
        """64 hexadecimal digits that only this installation can make of a text, for one purpose."""
        return hmac.new(self.secret, f"push {purpose}:{text}".encode(), hashlib.sha256).hexdigest()

    def tell(self, serial: str, what: str, sentence: str, *values: object) -> None:
        """Log a trouble once, not at every request that shows it."""
        if (serial, what) not in self._told and len(self._told) < MOST_TOLD:
            self._told.add((serial, what))
            log.warning(sentence, *values)

    def _knock(self, call: Call, serial: str) -> None:
        with self.database.reading() as session:
            room = push_devices.has_room(session, call.address, self.now())
        if room:
            with self.database.writing() as session:
                told = said_of(call) | _sealed(self._seal(call))
                room = push_devices.knock(session, serial, address=call.address, at=self.now(), **told)
        if room:
            self.tell(
                serial, "knock", "a terminal with the serial number %s wants to push; it waits for approval", serial
            )
        else:
            self.tell("", "full", "more serial numbers want to push than are listed; refuse those that are not yours")

    def _note_stranger(self, call: Call, device: PushDeviceRow) -> None:
        at = self.now()
        self.tell(
            device.serial, "from", "terminal %s calls from %s, which it is not bound to", device.serial, call.address
        )
        if device.refused_at is None or at - device.refused_at >= push_devices.SEEN_EVERY:
            with self.database.writing() as session:
                push_devices.note(session, device, refused_address=call.address, refused_at=at)

    def _seal(self, call: Call) -> str | None:
        key = call.query.get("pushcommkey")
        return self.code("key", key) if key and call.verb == "cdata" else None


def _sealed(seal: str | None) -> dict[str, str]:
    return {} if seal is None else {"key_seal": seal}


def said_of(call: Call) -> dict[str, str]:
    """What a request says about the terminal itself, as columns. `pushver` does not tell the two protocols apart."""
    said: dict[str, str] = {}
    kind = call.query.get("devicetype", "").strip().lower()
    if kind == "acc" or call.verb in ("registry", "push", "rtdata", "querydata"):
        said["shape"] = "acc"
    elif kind or call.table == "attlog":
        said["shape"] = "att"
    if call.push_version:
        said["push_version"] = call.push_version
    return said
