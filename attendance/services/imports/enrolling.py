"""Numbers on terminals: whose each is on which dates, as stored and as the rows before have filed it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from attendance.services.imports.taking import Taking, Values, covers, day, meets
from attendance.sheets import Row
from attendance.store import import_reading
from attendance.store.tables import EnrolmentRow

_Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What a row would file: a new enrolment, or other dates for one that stands."""

    terminal_id: int
    pin: str
    from_on: date | None
    to_on: date | None
    instead_of: Values | None = None


@dataclass(slots=True)
class Numbers:
    held: dict[_Key, list[Values]] = field(default_factory=dict)

    def check(
        self,
        taking: Taking,
        row: Row,
        terminal: Values,
        pin: str,
        employee_id: int | None,
        *,
        since: date,
        from_on: date | None = None,
        to_on: date | None = None,
    ) -> Enrolment | None:
        """What is to be filed so that this number is this person's; None: it is already, or the row was refused.

        A number nobody ever had is theirs from the beginning of time, one that somebody had from `since` on, unless
        the row says when.
        """
        held = self.held.get((terminal["id"], pin), [])
        own = [each for each in held if each["employee_id"] == employee_id]
        others = [each for each in held if each["employee_id"] != employee_id]
        if to_on is None and any(covers(each, from_on or since) for each in own):
            return None
        begun = max(own, key=lambda each: each["from_on"] or date.min, default=None)
        if from_on is not None:
            begun = next((each for each in own if each["from_on"] == from_on), None)
        if begun is not None and to_on is not None:
            if to_on == begun["to_on"]:
                return None
            return self._other_end(taking, row, terminal, pin, begun, to_on, others)
        begins = since if from_on is None and held else from_on
        taken = next((each for each in held if meets(each, begins, to_on)), None)
        if taken is not None:
            self._refuse(taking, row, pin, terminal, taken)
            return None
        return Enrolment(terminal["id"], pin, begins, to_on)

    def file(self, taking: Taking, row: Row, wanted: Enrolment, employee_id: int) -> None:
        held = self.held.setdefault((wanted.terminal_id, wanted.pin), [])
        if wanted.instead_of is not None:
            held.remove(wanted.instead_of)
            held.append(taking.replace(EnrolmentRow, row, wanted.instead_of, to_on=wanted.to_on))
            taking.settle(row, "changed")
            return
        values: dict[str, Any] = {
            "terminal_id": wanted.terminal_id,
            "pin": wanted.pin,
            "employee_id": employee_id,
            "from_on": wanted.from_on,
            "to_on": wanted.to_on,
        }
        held.append(taking.add(EnrolmentRow, row, **values))
        taking.settle(row, "new")

    def _other_end(
        self, taking: Taking, row: Row, terminal: Values, pin: str, stands: Values, to_on: date, others: list[Values]
    ) -> Enrolment | None:
        if stands["from_on"] is not None and to_on < stands["from_on"]:
            taking.refuse(row, "to", "ends_before", begins=day(stands["from_on"]))
            return None
        taken = next((each for each in others if meets(each, stands["from_on"], to_on)), None)
        if taken is not None:
            self._refuse(taking, row, pin, terminal, taken)
            return None
        return Enrolment(terminal["id"], pin, stands["from_on"], to_on, stands)

    def _refuse(self, taking: Taking, row: Row, pin: str, terminal: Values, taken: Values) -> None:
        codes = {person["id"]: code for code, person in taking.known.people.items()}
        who = codes.get(taken["employee_id"])
        if who is None:
            taking.refuse(row, "pin", "number_taken", pin=pin, terminal=terminal["code"])
        else:
            until = day(taken["to_on"])
            taking.refuse(
                row, "pin", "number_of_other", pin=pin, terminal=terminal["code"], who=who,
                begins=day(taken["from_on"]), until=until,
            )  # fmt: skip


def read_numbers(taking: Taking) -> Numbers:
    """Every number that is somebody's on some date."""
    held: dict[_Key, list[Values]] = {}
    for row in import_reading.standing(taking.session, EnrolmentRow):
        held.setdefault((row["terminal_id"], row["pin"]), []).append(row)
    return Numbers(held)
