"""How often somebody may guess: a password, a code of a second factor. Nobody is locked out by others' guesses.

Three circles, each with guesses of its own:

1. A device that signed in to the account before and shows its cookie guesses for itself alone.
2. A place the account has signed in from guesses for itself alone.
3. All other places together guess for the account; and each of them, for all accounts together.

So a guesser with a thousand addresses uses up the third circle of an account, and its owner at their desk sees nothing
of it. In memory, so per process, and bounded.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from attendance.errors import AttendanceError

QUARTER, DAY = timedelta(minutes=15), timedelta(hours=24)


class TooManyAttempts(AttendanceError):
    """`first`: nothing was refused for this reason a moment ago, so it is worth writing down."""

    code = "too_many_attempts"

    def __init__(self, retry_after: int, *, first: bool = True) -> None:
        minutes = -(-retry_after // 60)
        super().__init__(f"Too many failed sign-ins; wait {minutes} min and try again.")
        self.retry_after, self.first = retry_after, first


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many failures of one key within a span."""

    circle: str
    key: str
    most: int
    span: timedelta


class FailedSignIns:
    """Failures per account, place and device. Safe to share between threads.

    An attempt counts before it is checked and is given back when it was right, so that a thousand guesses sent at once
    are not a thousand guesses.
    """

    def __init__(
        self,
        *,
        per_account: int = 5,
        per_address: int = 30,
        per_account_anywhere: int = 20,
        window: timedelta = QUARTER,
        most_keys: int = 20_000,
    ) -> None:
        self.per_account, self.per_address, self.per_account_anywhere = per_account, per_address, per_account_anywhere
        self.window, self.most_keys = window, most_keys
        # One store per circle: a flood of addresses must not push out what is known of accounts.
        self._failed: dict[str, OrderedDict[str, list[datetime]]] = {}
        self._refused: OrderedDict[tuple[str, str], datetime] = OrderedDict()
        self._lock = threading.Lock()

    def reserve(self, name: str, address: str, at: datetime, *, device: str | None = None, known: bool = False) -> None:
        """Count an attempt. Raises TooManyAttempts, and then does not count it.

        `device`: the number of a device that has signed in to this account before; `known`: the account has signed in
        from this address before.
        """
        with self._lock:
            allowances = list(self._allowances(name, address, device, known))
            for allowance in allowances:
                recent = self._recent(allowance, at)
                if len(recent) >= allowance.most:
                    wait = recent[-allowance.most] + allowance.span - at
                    raise TooManyAttempts(max(1, int(wait.total_seconds()) + 1), first=self._is_news(allowance, at))
            for circle, key in dict.fromkeys((allowance.circle, allowance.key) for allowance in allowances):
                store = self._failed.setdefault(circle, OrderedDict())
                store.setdefault(key, []).append(at)
                store.move_to_end(key)
                while len(store) > self.most_keys:
                    store.popitem(last=False)

    def forgive(self, name: str, address: str, at: datetime, *, device: str | None = None, known: bool = False) -> None:
        """The attempt made at `at` was right: where it was made the account starts anew, others get this one back."""
        with self._lock:
            for allowance in self._allowances(name, address, device, known):
                store = self._failed.get(allowance.circle, OrderedDict())
                if allowance.circle in ("device", "pair"):
                    store.pop(allowance.key, None)
                elif at in store.get(allowance.key, ()):
                    store[allowance.key].remove(at)

    def held(self) -> int:
        """How many keys are kept at the moment."""
        with self._lock:
            return sum(len(store) for store in self._failed.values()) + len(self._refused)

    def _allowances(self, name: str, address: str, device: str | None, known: bool) -> Iterator[Allowance]:
        account = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()
        if device is not None:
            yield Allowance("device", f"{account}:{device}", self.per_account, self.window)
            yield Allowance("device", f"{account}:{device}", self.per_account * 10, DAY)
            return
        where = place(address)
        yield Allowance("pair", f"{account}:{where}", self.per_account, self.window)
        yield Allowance("pair", f"{account}:{where}", self.per_account * 10, DAY)
        if not known:
            yield Allowance("place", where, self.per_address, self.window)
            yield Allowance("account", account, self.per_account_anywhere, self.window)
            yield Allowance("account", account, self.per_account_anywhere * 5, DAY)

    def _recent(self, allowance: Allowance, at: datetime) -> list[datetime]:
        """The failures that count for an allowance; those that count for none any more are forgotten."""
        store = self._failed.get(allowance.circle, OrderedDict())
        moments = store.get(allowance.key)
        if moments is None:
            return []
        keep = self.window if allowance.circle == "place" else DAY
        moments[:] = [moment for moment in moments if at - moment < keep]
        if not moments:
            del store[allowance.key]
        return [moment for moment in moments if at - moment < allowance.span]

    def _is_news(self, allowance: Allowance, at: datetime) -> bool:
        key = (allowance.circle, allowance.key)
        before = self._refused.get(key)
        if before is not None and at - before < allowance.span:
            return False
        self._refused[key] = at
        self._refused.move_to_end(key)
        while len(self._refused) > self.most_keys:
            self._refused.popitem(last=False)
        return True


def place(address: str) -> str:
    """An address as one guesser: a household of IPv6 has a whole /64 to guess from."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(ip_network((parsed, 64), strict=False))
    return str(parsed)
