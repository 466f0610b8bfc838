"""The few errors of the core. Each carries its ids, says what, where and what to do next, and is safe to show."""

from __future__ import annotations

from datetime import date


class AttendanceError(Exception):
    """Base of every error of the core; `str(error)` is one clear sentence."""

    code = "error"


class UnknownZone(AttendanceError):
    code = "unknown_zone"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no time zone named {name!r}; write an IANA name such as Asia/Ho_Chi_Minh.")
        self.name = name


class NoVersionInForce(AttendanceError):
    """A rule was asked for a date that none of its versions covers; guessing would be judging without a rule."""

    code = "no_version_in_force"

    def __init__(self, rule: str, on: date) -> None:
        super().__init__(
            f"No version of {rule} is in force on {on.isoformat()}; add a version that covers this date, with its "
            "document."
        )
        self.rule, self.on = rule, on


class NoHours(NoVersionInForce):
    """Neither a person, nor their unit, nor one above it has official hours on a date; others are judged."""

    def __init__(self, unit: str, on: date) -> None:
        super().__init__(f"schedule of {unit}", on)
        self.args = (f"Unit {unit} has no schedule and none above it has; give one of them official hours.",)


class Overlap(AttendanceError):
    """Two dated entries of the same thing hold on the same date."""

    code = "overlap"

    def __init__(self, what: str, on: date) -> None:
        super().__init__(
            f"Two versions of {what} hold on {on.isoformat()}; end the earlier one before the later begins."
        )
        self.what, self.on = what, on


class LedgerBroken(AttendanceError):
    """The minutes of a day do not add up: a fault of this program, never of a person; nothing of it may be stored."""

    code = "ledger_broken"

    def __init__(self, employee: str, on: date, parts: str) -> None:
        super().__init__(
            f"Internal error: the minutes of {employee} on {on.isoformat()} do not add up ({parts}). Nothing was "
            "stored; please report this day."
        )
        self.employee, self.on = employee, on


class NotSupported(AttendanceError):
    """A case asks for a rule this version does not know; it is refused rather than judged without it."""

    code = "not_supported"


class NotFound(AttendanceError):
    code = "not_found"

    def __init__(self, kind: str, code: str, hint: str = "") -> None:
        super().__init__(f"There is no {kind} with the code {code!r}." + (f" {hint}" if hint else ""))
        self.kind, self.key = kind, code


class AlreadyExists(AttendanceError):
    code = "already_exists"

    def __init__(self, kind: str, code: str) -> None:
        super().__init__(f"There is already a {kind} with the code {code!r}; choose another code.")
        self.kind, self.key = kind, code


class Conflict(AttendanceError):
    """Somebody else stored something at the same time that this change cannot stand beside."""

    code = "conflict"

    def __init__(self) -> None:
        super().__init__("Somebody else changed the same thing at this moment: nothing was stored. Look and try again.")


class ChangedMeanwhile(AttendanceError):
    """A change rests on a version of something that is not the newest any more."""

    code = "changed_meanwhile"

    def __init__(self, what: str, seen: int, now: int) -> None:
        super().__init__(
            f"{what} was changed since you looked (version {now} by now, not {seen}): nothing was stored. Look at it "
            "again and repeat your change if it still fits."
        )
        self.seen, self.now = seen, now


class Invalid(AttendanceError):
    """A value that cannot be accepted; the sentence names the field, the value and what is expected."""

    code = "invalid"


class Unstorable(Invalid):
    """A value that the database refuses: PostgreSQL takes no zero sign in a text and none longer than its column."""

    code = "unstorable"

    def __init__(self) -> None:
        super().__init__(
            "Something in this is too long, or holds a sign that cannot be stored: nothing was stored. Shorten the "
            "text, or type it anew, and send it again."
        )


class MonthMovedOn(Invalid):
    """Something was asked of a month that is not, or no longer, as whoever asks took it to be."""

    code = "month_moved_on"


class MayNotSign(AttendanceError):
    """Somebody who may sign sheets may not sign this one in this part."""

    code = "not_theirs_to_sign"


class MonthNotLockable(AttendanceError):
    """A month has question marks: `blockers` are (employee, date, session) of each."""

    code = "lock_with_unverified"

    def __init__(self, unit: str, month: date, blockers: list[tuple[str, date, str]]) -> None:
        employee, on, session = blockers[0]
        others = f" and {len(blockers) - 1} more" if len(blockers) > 1 else ""
        super().__init__(
            f"{month:%Y-%m} of unit {unit} cannot be locked: {session} of {employee} on {on.isoformat()}{others} is "
            "not settled yet. Settle what is open, or wait until the terminals are read."
        )
        self.unit, self.month, self.blockers = unit, month, blockers


class EvidenceBroken(AttendanceError):
    """What is stored no longer agrees with its own chains and checkpoints: nothing is handed out as proof of it."""

    code = "evidence_broken"

    def __init__(self, what: str) -> None:
        super().__init__(f"What is stored no longer agrees with its own chains: {what}. Run `attendance verify`.")


class StoreUnavailable(AttendanceError):
    """The database refused to take a change (full disk, locked, wrong settings): nothing was half-stored."""

    code = "store_unavailable"
