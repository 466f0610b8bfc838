"""What a pushing terminal may be asked, as values: there is no way to write a command that would change it.

Source: terminals.md 3.3. `SHELL`, `CLEAR`, `PutFile`, `UPGRADE`, `SET OPTION` and the rest cannot be expressed here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from attendance.errors import Invalid

INFO, CHECK, LOG, QUERY = "INFO", "CHECK", "LOG", "QUERY"
KINDS = (INFO, CHECK, LOG, QUERY)
MOST_LINES = 10

_LINE = re.compile(r"(?:^|&)(ID|Return)=(-?\d{1,9})(?=&|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """A command of one of `KINDS`. Only a query has a window: both ends included, in the terminal's wall time."""

    kind: str
    starts: datetime | None = None
    ends: datetime | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise Invalid(f"{self.kind!r} is never asked of a terminal; only {', '.join(KINDS)} are.")
        if (self.kind == QUERY) != (self.starts is not None and self.ends is not None):
            raise Invalid("A query needs the times from and to which punches are asked for; nothing else has them.")
        if self.starts is not None and self.ends is not None and self.ends <= self.starts:
            raise Invalid(f"The window ends at {self.ends} before it begins at {self.starts}; swap the two.")

    def line(self, number: int) -> str:
        """The command as the terminal reads it, under a number which its result repeats."""
        if self.kind != QUERY:
            return f"C:{number}:{self.kind}"
        starts, ends = f"{self.starts:%Y-%m-%d %H:%M:%S}", f"{self.ends:%Y-%m-%d %H:%M:%S}"
        return f"C:{number}:DATA QUERY ATTLOG StartTime={starts}\tEndTime={ends}"


@dataclass(frozen=True, slots=True)
class Result:
    """What a terminal says became of a command; 0 is done, negative codes are its reasons (terminals.md 3.3)."""

    number: int
    returned: int


def read_results(body: bytes) -> tuple[Result, ...]:
    """The results in a body of /iclock/devicecmd, one a line; those without number or result are passed over."""
    found = []
    for line in body[:65_536].decode("latin-1").replace("\r", "\n").split("\n")[:400]:
        fields = {name.lower(): int(value) for name, value in _LINE.findall(line.strip())}
        if fields.get("id", -1) > 0 and "return" in fields:
            found.append(Result(fields["id"], fields["return"]))
    return tuple(found)


def read_options(body: bytes) -> dict[str, str]:
    """Those options of a terminal that are kept, from `name=value` separated by commas or line ends.

    Keys and passwords are among what terminals send (`ComPwd`, `VMSPasswd`, `authKey`), so only named ones are read.
    """
    found: dict[str, str] = {}
    for part in re.split(rb"[,\r\n\t]", body[:65_536]):
        name, equals, value = part.decode("utf-8", "replace").partition("=")
        kept = _KEPT.get(name.strip().lstrip("~").lower())
        if equals and kept and value.strip().isprintable():
            found[kept] = value.strip()[:80]
    return found


_KEPT = {
    "devicename": "device", "firmver": "firmware", "fwversion": "firmware", "platform": "platform",
    "oemvendor": "maker", "maxattlogcount": "record_capacity", "maxusercount": "user_capacity", "usercount": "users",
    "transactioncount": "records", "pushversion": "push_version", "language": "language", "devicetype": "type",
}  # fmt: skip

_INFO_FIELDS = ("firmware", "users", "", "records", "ip")


def read_info(given: str) -> dict[str, str]:
    """The parts of `getrequest&INFO=` that are kept: firmware, users, records, its own address."""
    parts = [part.strip()[:80] for part in given.split(",")]
    return {name: part for name, part in zip(_INFO_FIELDS, parts, strict=False) if name and part and part.isprintable()}
