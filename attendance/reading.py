"""Reading a document strictly: every value is asked for with its type, every refusal names its path and the fix."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any, ClassVar

from attendance import clock


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """Why a document is not accepted: where (dots and [index]), which kind of mistake, and one sentence."""

    path: str
    code: str
    sentence: str = field(compare=False)


class Refused(Exception):
    """A document with at least one refusal; nothing of it is used."""

    def __init__(self, refusals: list[Refusal]) -> None:
        super().__init__("; ".join(f"{refusal.path}: {refusal.sentence}" for refusal in refusals))
        self.refusals = refusals


class Node:
    """A value and its path. Getters collect refusals and return a neutral value, so that all mistakes are named.

    The words for what the writer may have meant are those of YAML; other formats say their own.
    """

    __slots__ = ("path", "refusals", "value")
    hint: ClassVar[str] = "quote it, because YAML reads an unquoted 10:30, No or 0015 as something else"
    mapping: ClassVar[str] = "a mapping is expected here"
    listing: ClassVar[str] = "a list is expected here"

    def __init__(self, value: Any, path: str, refusals: list[Refusal]) -> None:
        self.value, self.path, self.refusals = value, path, refusals

    def refuse(self, code: str, sentence: str) -> None:
        if all(refusal.path != self.path for refusal in self.refusals):
            self.refusals.append(Refusal(self.path, code, sentence))

    def __contains__(self, key: str) -> bool:
        return isinstance(self.value, dict) and self.value.get(key) is not None

    def child(self, key: str) -> Node:
        path = f"{self.path}.{key}" if self.path else key
        return type(self)(self.value.get(key) if isinstance(self.value, dict) else None, path, self.refusals)

    def keys(self, allowed: set[str], required: set[str] = frozenset()) -> bool:  # type: ignore[assignment]
        """Whether this is a mapping with only these keys and at least the required ones."""
        if not isinstance(self.value, dict):
            self.refuse("wrong_type", self.mapping)
            return False
        before = len(self.refusals)
        for key in self.value:
            if key not in allowed:
                self.child(str(key)).refuse("unknown_key", f"this key is not known; {_known(str(key), allowed)}")
        for key in sorted(required):
            if self.value.get(key) is None:
                self.child(key).refuse("wrong_type", "this value is required; add it")
        return len(self.refusals) == before

    def items(self) -> Iterator[tuple[str, Node]]:
        if self.value is None:
            return
        if not isinstance(self.value, dict):
            self.refuse("wrong_type", self.mapping)
            return
        for key in self.value:
            if isinstance(key, str):
                yield key, self.child(key)
            else:
                self.child(str(key)).refuse("wrong_type", f"a name is expected here; {self.hint}")

    def each(self) -> Iterator[Node]:
        if self.value is None:
            return
        if not isinstance(self.value, list):
            self.refuse("wrong_type", self.listing)
            return
        for index, value in enumerate(self.value):
            yield type(self)(value, f"{self.path}[{index}]", self.refusals)

    def text(self, default: str = "") -> str:
        if self.value is None:
            return default
        if isinstance(self.value, str):
            return self.value
        self.refuse("wrong_type", f"a text is expected here; {self.hint}")
        return default

    def optional_text(self) -> str | None:
        return None if self.value is None else self.text()

    def choice(self, options: tuple[str, ...], default: str, code: str = "unknown_kind") -> str:
        chosen = self.text(default)
        if chosen not in options:
            self.refuse(code, f"{chosen!r} is not one of {', '.join(options)}; write one of these")
            return default
        return chosen

    def integer(self, default: int | None, low: int = -(10**9), high: int = 10**9) -> int | None:
        if self.value is None:
            return default
        if isinstance(self.value, bool) or not isinstance(self.value, int) or not low <= self.value <= high:
            self.refuse("wrong_type", f"a whole number from {low} to {high} is expected here")
            return default
        return self.value

    def boolean(self, default: bool) -> bool:
        if self.value is None:
            return default
        if not isinstance(self.value, bool):
            self.refuse("wrong_type", "true or false is expected here")
            return default
        return self.value

    def day(self) -> date | None:
        """A date, written as 2026-03-04. None where nothing is written or it is refused."""
        value = self.value
        if value is None:
            return None
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        if not isinstance(value, str):
            self.refuse("wrong_type", f"a date such as 2026-03-04 is expected here; {self.hint}")
            return None
        try:
            if len(value) != 10:
                raise ValueError(value)
            return date.fromisoformat(value)
        except ValueError:
            self.refuse("bad_date", f"{value!r} is not a date of the calendar; write it as 2026-03-04")
            return None

    def moment(self) -> datetime | None:
        """A date and time of day, possibly with an offset. None where nothing is written or it is refused."""
        value = self.value
        if value is None or isinstance(value, datetime):
            return value
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - wall time
        if not isinstance(value, str):
            self.refuse("wrong_type", f"a time such as '2026-03-04T07:30' is expected here; {self.hint}")
            return None
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            code = "bad_date" if _is_time_of_day(value) else "bad_time"
            self.refuse(code, f"{value!r} is not a moment; write it as 2026-03-04T07:30")
            return None


def local(node: Node, zone: str) -> datetime | None:
    """Naive wall time of what is written; a moment with Z or an offset is converted."""
    moment = node.moment()
    if moment is None or moment.tzinfo is None:
        return moment
    return clock.to_wall(moment, zone)


def validity(entry: Node) -> tuple[date | None, date | None]:
    """From and to of a validity, both included; an end before the beginning is refused."""
    from_on, to_on = entry.child("from").day(), entry.child("to").day()
    if from_on is not None and to_on is not None and to_on < from_on:
        entry.child("to").refuse("bad_date", "the last date lies before the first; swap them or correct one")
    return from_on, to_on


def _known(key: str, allowed: set[str]) -> str:
    """What may stand there in its place, and what was most likely meant."""
    meant = get_close_matches(key, sorted(allowed), 1)
    return f"known here: {', '.join(sorted(allowed))}" + (f"; did you mean {meant[0]!r}?" if meant else "")


def _is_time_of_day(text: str) -> bool:
    """Whether what stands behind the date is a time that exists, so that the date must be what is wrong."""
    if len(text) < 11:
        return False
    try:
        datetime.fromisoformat("2000-01-01T" + text[11:])
    except ValueError:
        return False
    return True
