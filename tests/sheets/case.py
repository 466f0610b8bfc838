"""One spreadsheet of the pack: how it was made, and everything that is true of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from attendance.sheets import Book, Dates, read_book, read_pasted
from attendance.sheets.book import index


@dataclass(frozen=True)
class Case:
    """`columns`: letter → target as a person would map them. `truth`: row number → values by target.

    `wrong`: cells that nobody can read for certain, with the code of their error; their rows are not in `truth`.
    `asks`: codes of the questions it must ask; `legacy`, `dates`: what the office answers. `skipped`: rows by number
    that are no entries.
    """

    name: str
    kind: str
    content: bytes | str
    columns: dict[str, str]
    truth: dict[int, dict[str, Any]]
    wrong: dict[str, str] = field(default_factory=dict)
    asks: tuple[str, ...] = ()
    legacy: str | None = None
    dates: Dates | None = None
    skipped: tuple[int, ...] = ()
    file_name: str = "danh sach.xlsx"

    def book(self) -> Book:
        return read_pasted(self.content) if isinstance(self.content, str) else read_book(self.content, self.file_name)


def cell(reference: str) -> tuple[int, str]:
    """`C7` as row and column letter."""
    letters = reference.rstrip("0123456789")
    index(letters)
    return int(reference[len(letters) :]), letters


def rows(first: int, targets: str, *entries: Sequence[Any]) -> dict[int, dict[str, Any]]:
    """Truth of rows that follow each other; targets separated by blanks."""
    names = targets.split()
    return {first + at: dict(zip(names, entry, strict=True)) for at, entry in enumerate(entries)}


def letters(targets: str) -> dict[str, str]:
    """`B:code C:name` as a mapping."""
    return dict(one.split(":") for one in targets.split())
