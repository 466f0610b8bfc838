"""The public form's own proofs, without a login or a cookie: a ticket in the page, and the code on the receipt.

A ticket is made when a form is opened, for one counter. It holds a number drawn by chance, from which the receipt's
code follows: whoever sends the same form again (a double press, a page loaded anew, a replay) lands on one receipt.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from attendance.errors import Invalid
from attendance.services.guessing import place
from attendance.services.second_factor import derive_key

SHORTEST = timedelta(seconds=3)
"""Nobody reads and fills the form faster."""
LONGEST = timedelta(hours=12)
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without letters that are taken for others: I, L, O, U."""
_LONG = 12
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0"})


class TicketRefused(Invalid):
    """`reason`: `forged` (not made here, or for another counter), `stale`, `hasty` (faster than anybody reads)."""

    code = "ticket_refused"

    def __init__(self, reason: str) -> None:
        super().__init__(
            "The form was sent faster than it can be filled in; wait a moment and send it again."
            if reason == "hasty"
            else "The form was open for too long; open it again and send it."
        )
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Ticket:
    number: str
    made_at: int
    sign: str

    def __str__(self) -> str:
        return f"{self.number}.{self.made_at}.{self.sign}"


def new_ticket(secret_key: bytes, token: str, at: datetime) -> Ticket:
    """A ticket for the form of the counter with this token."""
    number, made_at = secrets.token_hex(16), int(at.timestamp())
    return Ticket(number, made_at, _sign(secret_key, token, number, made_at))


def read_ticket(secret_key: bytes, token: str, text: str) -> Ticket:
    """The ticket that a form was sent with, however old. Raises TicketRefused for one that was not made for it."""
    parts = text.split(".") if len(text) <= 140 and text.isascii() else []
    if len(parts) != 3 or not parts[1].isdigit() or len(parts[1]) > 12:
        raise TicketRefused("forged")
    ticket = Ticket(parts[0], int(parts[1]), parts[2])
    if not hmac.compare_digest(ticket.sign, _sign(secret_key, token, ticket.number, ticket.made_at)):
        raise TicketRefused("forged")
    return ticket


def check_ticket(secret_key: bytes, token: str, text: str, at: datetime) -> Ticket:
    """The ticket that a form was sent with, while it holds. Raises TicketRefused."""
    ticket = read_ticket(secret_key, token, text)
    age = at.timestamp() - ticket.made_at
    if age > LONGEST.total_seconds():
        raise TicketRefused("stale")
    if age < SHORTEST.total_seconds():
        raise TicketRefused("hasty")
    return ticket


def receipt_code(secret_key: bytes, number: str) -> str:
    """The code of a receipt, 60 bits in three groups: `7K3M-9QPX-2TRD`. The same number gives the same code."""
    found = int.from_bytes(_keyed(secret_key, "receipt", number)[:8], "big")
    signs = "".join(_SIGNS[(found >> (5 * at)) & 31] for at in range(_LONG))
    return "-".join(signs[at : at + 4] for at in range(0, _LONG, 4))


def new_receipt(secret_key: bytes) -> str:
    """A code for what an officer takes in."""
    return receipt_code(secret_key, secrets.token_hex(16))


def code_digest(code: str) -> str | None:
    """By which a code is found; None for what is none. Written small, without dashes, with O for 0 it is the same."""
    plain = "".join(sign for sign in code[:40].upper() if sign.isalnum()).translate(_READ_AS)
    if len(plain) != _LONG or not set(plain) <= set(_SIGNS):
        return None
    return hashlib.sha256(plain.encode()).hexdigest()


def sender(secret_key: bytes, address: str, on: date) -> str:
    """Where a form came from, as a keyed digest that differs from day to day: it bounds floods and names nobody."""
    return _keyed(secret_key, "sender", f"{on.isoformat()} {place(address)}").hex()[:32]


def _sign(secret_key: bytes, token: str, number: str, made_at: int) -> str:
    return _keyed(secret_key, "ticket", f"{token}|{number}|{made_at}").hex()


def _keyed(secret_key: bytes, purpose: str, text: str) -> bytes:
    return hmac.new(derive_key(secret_key, f"citizen-{purpose}".encode()), text.encode(), hashlib.sha256).digest()
