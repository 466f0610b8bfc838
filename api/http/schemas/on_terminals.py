"""Users on a terminal beside the people of the office."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, Field


class PersonOnTerminal(BaseModel):
    employee: str = Field(description="Code of the person.")
    name: str = Field(description="Their name, from the personnel file.")
    number: str | None = Field(description="Their number on this terminal; null: none.")


class ProposedPerson(PersonOnTerminal):
    ground: str = Field(
        description="Why: `number` is their code, `name` is the same without marks, `order` in another order, `cut` as "
        "far as the terminal keeps it."
    )


class TerminalUser(BaseModel):
    number: str = Field(description="User number on the terminal.")
    name: str | None = Field(
        description="Name on the terminal; empty: none; null: its bytes cannot be read for certain."
    )
    readable: bool = Field(description="Whether the name could be read for certain.")
    privilege: str = Field(description="user, enroller, manager or super administrator, as the terminal has it.")
    disabled: bool = Field(description="Whether the terminal lets them in no more.")
    since: dt.datetime | None = Field(description="Terminal time since when it stands so; null: from the beginning.")
    employee: str | None = Field(description="Code of whoever is enrolled under the number.")
    employee_name: str | None = Field(description="Their name.")
    proposal: ProposedPerson | None = Field(description="Whose number it is, where nothing speaks against it.")
    candidates: list[ProposedPerson] = Field(description="Everybody it may be.")


class TerminalUsers(BaseModel):
    terminal: str = Field(description="Code of the terminal.")
    unit: str = Field(description="Unit it stands in.")
    users: int | None = Field(description="Users on the terminal; null: it was never read, and told of nobody.")
    unmatched: list[TerminalUser] = Field(description="Numbers that nobody is enrolled under.")
    renamed: list[TerminalUser] = Field(description="Numbers whose name on the terminal is not their owner's.")
    without_number: list[PersonOnTerminal] = Field(description="People who depend on it and have no number on it.")
    not_on_terminal: list[PersonOnTerminal] = Field(description="People whose number the terminal does not know.")
    administrators: list[TerminalUser] = Field(description="Users who may change the terminal.")
    exact: int = Field(description="Unmatched numbers proposed because they are somebody's code.")
