"""One request of a pushing terminal, and one answer to it; no web framework in either.

Source: terminals.md 3. Firmware spells names in any case, adds `.aspx` or a stroke at the end, and sends what it likes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

MAX_QUERY = 4096
MAX_PARAMETERS = 64
MAX_VALUE = 1024
MAX_COUNT = 1_000_000

_SERIAL = re.compile(r"[0-9A-Za-z._-]{1,32}")
_TABLE = re.compile(r"[0-9A-Za-z_]{1,32}")
_VERSION = re.compile(r"\d{1,3}(?:\.\d{1,3}){1,3}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a terminal is told: plain text. 200 and OK mean that it may forget what it sent, anything else that not."""

    status: int
    text: str


OK = Answer(200, "OK")


@dataclass(frozen=True, slots=True)
class Call:
    """A request: `verb` is the last part of its path (`cdata`), `query` has lower-case names; `address` is the source.

    Values are text as it came, cut to `MAX_VALUE` characters; none of them is believed.
    """

    method: str
    verb: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    address: str = ""

    @property
    def serial(self) -> str | None:
        """The serial number it names; None where that is missing or can be none."""
        given = self.query.get("sn", "")
        return given if _SERIAL.fullmatch(given) else None

    @property
    def table(self) -> str:
        """The table a body belongs to, in lower case; empty where none is named."""
        given = self.query.get("table", "")
        return given.lower() if _TABLE.fullmatch(given) else ""

    @property
    def table_name(self) -> str:
        """The name inside `table=tabledata`, as it was spelled."""
        given = self.query.get("tablename", "")
        return given if _TABLE.fullmatch(given) else ""

    def count(self, otherwise: int) -> int:
        """The number of rows it says it sends, which its acknowledgement repeats."""
        given = self.query.get("count", "")
        said = int(given) if given.isascii() and given.isdecimal() and len(given) < 8 else MAX_COUNT
        return said if said < MAX_COUNT else otherwise

    @property
    def push_version(self) -> str | None:
        found = _VERSION.search(self.query.get("pushver", ""))
        return found[0] if found else None


def verb_of(path: str) -> str:
    """The last part of a path below /iclock/: `cdata` of `/iclock/cdata`, `/iclock/cdata/` and `/iclock/cdata.aspx`."""
    return path.removeprefix("/iclock/").rstrip("/").removesuffix(".aspx").lower()[:40]


def read_query(raw: bytes) -> dict[str, str]:
    """The parameters of a query string, the first of each name; bytes that are no UTF-8 become replacement signs."""
    found: dict[str, str] = {}
    for part in raw[:MAX_QUERY].split(b"&", MAX_PARAMETERS)[:MAX_PARAMETERS]:
        name, _, value = part.decode("latin-1").partition("=")
        found.setdefault(unquote_plus(name)[:64].lower(), unquote_plus(value, errors="replace")[:MAX_VALUE])
    return found
