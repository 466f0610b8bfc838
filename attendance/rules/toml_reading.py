"""A rule file's text: TOML with every mistake named by its place, also where it is no TOML at all."""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime
from typing import Any, ClassVar

from attendance.reading import Node, Refusal, Refused

FIRST_YEAR, LAST_YEAR = 1945, 2200
_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"^\s*([\w.-]+)\s*=")
_PLACE = re.compile(r"\(at (?:line (\d+), column (\d+)|end of document)\)")


class TomlNode(Node):
    """A value of a rule file. Dates no office can mean and texts that are no line of text are refused too."""

    __slots__ = ()
    hint: ClassVar[str] = 'write it between quotation marks, as "07:30"'
    mapping: ClassVar[str] = "a table of keys and values is expected here, as [scope] or {vi = ..., en = ...}"
    listing: ClassVar[str] = "a list is expected here: [..., ...], or a section headed by two brackets, as [[rule]]"

    def child(self, key: str) -> Node:
        name = key if key and key.isprintable() else repr(key)
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return TomlNode(value, f"{self.path}.{name}" if self.path else name, self.refusals)

    def text(self, default: str = "") -> str:
        found = super().text(default)
        if found.isprintable():
            return found
        self.refuse("wrong_type", "one line of text is expected here; take line breaks and control characters out")
        return default

    def day(self) -> date | None:
        on = super().day()
        return on if on is None or self._is_meant(on.year) else None

    def moment(self) -> datetime | None:
        at = super().moment()
        return at if at is None or self._is_meant(at.year) else None

    def _is_meant(self, year: int) -> bool:
        if FIRST_YEAR <= year <= LAST_YEAR:
            return True
        self.refuse("bad_date", f"the year {year} cannot be meant; write one from {FIRST_YEAR} to {LAST_YEAR}")
        return False


def parse_toml(data: bytes) -> dict[str, Any]:
    """The document of a rule file. Raises Refused with the section and key on whose line it is no TOML."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        sentence = f"line {line} is not UTF-8; save the file as UTF-8 (Unicode) and nothing else"
        raise Refused([Refusal("file", "not_toml", sentence)]) from error
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise Refused([Refusal("file", "not_toml", "lists or tables nest too deep; write them flat")]) from error
    except ValueError as error:
        raise Refused([_syntax(text, " ".join(str(error).split()))]) from error


def _syntax(text: str, message: str) -> Refusal:
    """What TOML says is wrong, at the place of the document that its line belongs to."""
    found = _PLACE.search(message)
    lines = text.splitlines()
    number = int(found[1]) if found and found[1] else len(lines)
    where = f"line {number}" + (f", column {found[2]}" if found and found[2] else "")
    reason = _PLACE.sub("", message).strip().rstrip(".")[:120]
    fix = "put texts and times between quotation marks, dates as 2026-03-04"
    if "overwrite" in reason or "twice" in reason:
        fix = "it is written twice, take one of the two out"
    sentence = f"{where} is not TOML ({reason}); {fix}"
    return Refusal(_path_of(lines[:number]) or f"line {number}", "not_toml", sentence)


def _path_of(lines: list[str]) -> str:
    """The section and key the last of these lines is part of: `entry[3].date`."""
    counts: dict[str, int] = {}
    section = key = ""
    for line in lines:
        if header := _HEADER.match(line):
            name, key = header[2], ""
            if header[1] == "[[":
                outer, _, inner = name.rpartition(".")
                counts = {known: n for known, n in counts.items() if not known.startswith(f"{name}.")}
                counts[name] = counts.get(name, -1) + 1
                section = f"{_indexed(outer, counts)}.{inner}" if outer else inner
                section += f"[{counts[name]}]"
            else:
                section = _indexed(name, counts)
        elif assigned := _KEY.match(line):
            key = assigned[1]
    return ".".join(part for part in (section, key) if part)


def _indexed(name: str, counts: dict[str, int]) -> str:
    """A dotted name with the number of each list it goes through."""
    parts = name.split(".")
    shown = []
    for length, part in enumerate(parts, 1):
        at = counts.get(".".join(parts[:length]))
        shown.append(part if at is None else f"{part}[{at}]")
    return ".".join(shown)
