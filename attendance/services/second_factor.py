"""A second proof beside the password: codes of an authenticator app (TOTP, RFC 6238), and recovery codes on paper.

Secrets lie encrypted in the database, under a key derived from the installation's secret key and bound to the account:
a stolen copy of the database yields no codes, and a row moved to another account opens nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from attendance import clock
from attendance.errors import AttendanceError, Invalid
from attendance.store import second_factors, trail
from attendance.store.database import Database, Session
from attendance.store.trail import Actor

STEP_SECONDS = 30
DRIFT_STEPS = 1  # phones are some seconds off, and people take some to type
RECOVERY_CODES = 10
ISSUER = "Cham cong"
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
_NONCE = 12


class SecondFactorNeeded(AttendanceError):
    """The password was right, and this account asks for a code too."""

    code = "second_factor_needed"

    def __init__(self) -> None:
        super().__init__(
            "The password is right; this account asks for a second factor too: send the code of the authenticator app, "
            "or a recovery code, as `totp`."
        )


class SecondFactorWrong(AttendanceError):
    code = "second_factor_wrong"

    def __init__(self) -> None:
        super().__init__("This code is not right, or it was used before; wait for the next one and try again.")


class SecondFactorUnreadable(AttendanceError):
    code = "second_factor_unreadable"

    def __init__(self) -> None:
        super().__init__(
            "The second factor of this account cannot be read any more, because the secret key of the installation was "
            "changed. An administrator has to remove it: attendance users remove-second-factor NAME"
        )


@dataclass(frozen=True, slots=True, repr=False)
class Enrolment:
    """What an authenticator app is given: the same secret as an address (for a QR code) and as text."""

    address: str
    text: str


class SecondFactors:
    """Second factors of the accounts of one database. `now` is the time that phones show, not that of a demo."""

    def __init__(self, database: Database, secret_key: bytes, now: clock.Now) -> None:
        self.database, self.now = database, now
        self._secret_key = secret_key

    def begin(self, user_id: int, name: str) -> Enrolment:
        """Make a new secret for an account without one; it counts once a code of it is given. Raises Invalid."""
        secret = pyotp.random_base32()
        with self.database.writing() as session:
            self._refuse_second(session, user_id)
            second_factors.begin(session, user_id, self._seal(user_id, secret), self.now())
        return _enrolment(secret, name)

    def begun(self, user_id: int, name: str) -> Enrolment | None:
        """The secret that waits for its first code, to be shown again; None where there is none."""
        with self.database.reading() as session:
            stored = second_factors.find(session, user_id)
        if stored is None or stored.confirmed_at is not None:
            return None
        try:
            return _enrolment(self._open(user_id, stored.sealed), name)
        except SecondFactorUnreadable:
            return None

    def confirm(self, user_id: int, code: str, actor: Actor) -> list[str]:
        """Turn it on with the first code; answers the recovery codes, which are shown this once.

        Raises SecondFactorWrong, and Invalid where it was not begun or is on already.
        """
        at = self.now()
        with self.database.writing() as session:
            self._refuse_second(session, user_id)
            if second_factors.find(session, user_id) is None:
                raise Invalid("There is no second factor to confirm; begin with a new one.")
            if not self._takes(session, user_id, code, at):
                raise SecondFactorWrong
            second_factors.confirm(session, user_id, at)
            codes = self._renew_recovery_codes(session, user_id)
            trail.record(session, actor, "account.second_factor_set", kind="account", key=actor.name, at=at)
        return codes

    def renew_recovery_codes(self, user_id: int, actor: Actor) -> list[str]:
        """Ten new recovery codes in place of those before. Raises Invalid where there is no second factor."""
        with self.database.writing() as session:
            if not self._is_set(session, user_id):
                raise Invalid("There is no second factor; set one up first.")
            codes = self._renew_recovery_codes(session, user_id)
            trail.record(
                session, actor, "account.recovery_codes_renewed", kind="account", key=actor.name, at=self.now()
            )
        return codes

    def is_set(self, user_id: int) -> bool:
        with self.database.reading() as session:
            return self._is_set(session, user_id)

    def recovery_codes_left(self, user_id: int) -> int:
        with self.database.reading() as session:
            return second_factors.recovery_codes_left(session, user_id)

    def check(self, user_id: int, code: str) -> None:
        """Use up a code of the app or a recovery code. Raises SecondFactorWrong, also for one used before."""
        at = self.now()
        with self.database.writing() as session:
            if not self._is_set(session, user_id):
                raise SecondFactorWrong
            right = self._takes(session, user_id, code, at) or second_factors.use_recovery_code(
                session, user_id, self._digest(user_id, code), at
            )
        if not right:
            raise SecondFactorWrong

    def remove(self, session: Session, user_id: int) -> bool:
        """Take it away within a transaction of the caller, who writes down why; whether there was one."""
        was_set = self._is_set(session, user_id)
        second_factors.remove(session, user_id)
        return was_set

    def _takes(self, session: Session, user_id: int, code: str, at: datetime) -> bool:
        stored = second_factors.find(session, user_id)
        given = code.replace(" ", "")
        if stored is None or len(given) != 6 or not given.isascii() or not given.isdecimal():
            return False
        app = pyotp.TOTP(self._open(user_id, stored.sealed))
        present = int(at.timestamp()) // STEP_SECONDS
        found = None
        for step in range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1):
            if hmac.compare_digest(app.generate_otp(step), given):
                found = step
        return found is not None and second_factors.take_step(session, user_id, found)

    def _is_set(self, session: Session, user_id: int) -> bool:
        stored = second_factors.find(session, user_id)
        return stored is not None and stored.confirmed_at is not None

    def _refuse_second(self, session: Session, user_id: int) -> None:
        if self._is_set(session, user_id):
            raise Invalid("This account has a second factor already; remove it before setting up another.")

    def _renew_recovery_codes(self, session: Session, user_id: int) -> list[str]:
        codes = [
            "-".join("".join(secrets.choice(_READABLE) for _ in range(5)) for _ in range(2))
            for _ in range(RECOVERY_CODES)
        ]
        second_factors.set_recovery_codes(session, user_id, [self._digest(user_id, code) for code in codes])
        return codes

    def _digest(self, user_id: int, code: str) -> str:
        plain = code.lower().replace(" ", "").replace("-", "")
        message = f"{user_id}:{plain}".encode("utf-8", "replace")
        return hmac.new(self._key(b"recovery code"), message, hashlib.sha256).hexdigest()

    def _seal(self, user_id: int, secret: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self._key(b"second factor")).encrypt(nonce, secret.encode(), _bound(user_id))

    def _open(self, user_id: int, sealed: bytes) -> str:
        """Raises SecondFactorUnreadable where the secret key is another than when it was sealed."""
        cipher = AESGCM(self._key(b"second factor"))
        try:
            return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(user_id)).decode()
        except InvalidTag:
            raise SecondFactorUnreadable from None

    def _key(self, purpose: bytes) -> bytes:
        if not self._secret_key:
            raise Invalid("Second factors need the secret key of the installation; set ATTENDANCE_SECRET_KEY_FILE.")
        return derive_key(self._secret_key, purpose)


def derive_key(secret_key: bytes, purpose: bytes) -> bytes:
    """A key of 256 bits for one purpose alone (HKDF, RFC 5869)."""
    return HKDF(SHA256(), 32, salt=None, info=b"attendance/" + purpose).derive(secret_key)


def _enrolment(secret: str, name: str) -> Enrolment:
    text = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return Enrolment(pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER), text)


def _bound(user_id: int) -> bytes:
    return str(user_id).encode()
