"""The work list of a terminal as JSON, for the command and for the API. No password, card or template is in it."""

from __future__ import annotations

from typing import Any

from attendance.services.matching import Candidate, Entry, Person
from attendance.services.terminal_people import TerminalPeople

PRIVILEGES = {0: "user", 2: "enroller", 6: "manager", 14: "super administrator"}


def work_list_json(found: TerminalPeople) -> dict[str, Any]:
    """`users` is how many the terminal has, null where its table was never read."""
    work = found.work
    return {
        "terminal": found.terminal,
        "unit": found.unit,
        "users": found.seen,
        "unmatched": [_entry(entry) for entry in work.unmatched],
        "renamed": [_entry(entry) for entry in work.renamed],
        "without_number": [_person(person) for person in work.without_number],
        "not_on_terminal": [_person(person) for person in work.not_on_terminal],
        "administrators": [_entry(entry) for entry in work.administrators],
        "exact": len(work.exact),
    }


def people_of(found: TerminalPeople) -> set[str]:
    """Codes of everybody the work list names."""
    work = found.work
    entries = (*work.unmatched, *work.renamed, *work.administrators)
    named = [person for entry in entries for person in _named(entry)]
    return {person.code for person in (*named, *work.without_number, *work.not_on_terminal)}


def _named(entry: Entry) -> list[Person]:
    candidates = (*entry.candidates, entry.proposal) if entry.proposal else entry.candidates
    return [*(candidate.person for candidate in candidates), *([entry.holder] if entry.holder else [])]


def _entry(entry: Entry) -> dict[str, Any]:
    user = entry.user
    return {
        "number": user.pin,
        "name": user.name,
        "readable": user.name is not None,
        "privilege": PRIVILEGES.get(user.privilege, str(user.privilege)),
        "disabled": user.disabled,
        "since": user.since.isoformat() if user.since else None,
        "employee": entry.holder.code if entry.holder else None,
        "employee_name": entry.holder.name if entry.holder else None,
        "proposal": _candidate(entry.proposal) if entry.proposal else None,
        "candidates": [_candidate(candidate) for candidate in entry.candidates],
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {**_person(candidate.person), "ground": candidate.ground}


def _person(person: Person) -> dict[str, Any]:
    return {"employee": person.code, "name": person.name, "number": person.number}
