"""What is shipped for commitments: the words of measured clauses, and examples to begin a template from."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

from attendance.services.commitments.clauses import Clause, read_clauses


@dataclass(frozen=True, slots=True)
class Wording:
    """The paragraphs of a commitment as they are printed, empty where there is none."""

    heading: str = ""
    addressee: str = ""
    basis: str = ""
    opening: str = ""
    responsibility: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    code: str
    scope: str
    wording: Wording
    clauses: tuple[Clause, ...]


def worded(clauses: Iterable[Clause], language: str) -> tuple[Clause, ...]:
    """The clauses with the shipped sentence where one has no text of its own, so that what is signed is all there."""
    return tuple(clause if clause.text else replace(clause, text=sentence(clause, language)) for clause in clauses)


def sentence(clause: Clause, language: str) -> str:
    """How a measured clause is said in a language (vi, en); empty for a clause of text."""
    said = _shipped()["sentences"]
    none = f"{clause.kind}_none"
    name = none if none in said and not (clause.limit or clause.days) else clause.kind
    text: str = said.get(name, {}).get(language, "")
    on = f"{clause.on:%d/%m/%Y}" if clause.on is not None else ""
    return text.format(limit=clause.limit, days=clause.days, on=on)


def examples() -> tuple[Example, ...]:
    """The examples, in Vietnamese, one for each scope."""
    return tuple(
        Example(each["code"], each["scope"], Wording(**{name: each[name] for name in Wording.__slots__}),
                read_clauses(each["clause"]))
        for each in _shipped()["example"]
    )  # fmt: skip


@cache
def _shipped() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("shipped.toml").read_text(encoding="utf-8"))
