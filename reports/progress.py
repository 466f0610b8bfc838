"""How far a paper is: whoever writes rows says so, whoever waits for the paper may listen. Nobody has to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class _Watch:
    tell: Callable[[int], None]
    rows: int = 0


_WATCH: ContextVar[_Watch | None] = ContextVar("progress", default=None)


@contextmanager
def watched(tell: Callable[[int], None]) -> Iterator[None]:
    """Inside, `tell` hears how many rows were taken up so far."""
    token = _WATCH.set(_Watch(tell))
    try:
        yield
    finally:
        _WATCH.reset(token)


def took(rows: int) -> None:
    """So many more rows were taken up."""
    watch = _WATCH.get()
    if watch is not None:
        watch.rows += rows
        watch.tell(watch.rows)


def counted(rows: Iterable[T]) -> Iterable[T]:
    """The same rows, each of which is counted as it is taken where somebody listens."""
    return rows if _WATCH.get() is None else _each(rows)


def _each(rows: Iterable[T]) -> Iterator[T]:
    for row in rows:
        took(1)
        yield row
