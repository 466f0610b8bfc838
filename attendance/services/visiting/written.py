"""What a team writes for the minutes of a visit, section by section, until they are sealed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

from attendance.services.visiting.wrong import MinutesInvalid

LONGEST, LONGEST_LINE = 8000, 300
MOST_LINES = 40


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody named in minutes, with their post."""

    name: str
    post: str = ""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What is asked of the unit; `due`: until when it reports, None: without a deadline."""

    text: str
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """`number`, `place`, `basis`: as the head of the document bears them. `unit_side`: head or deputy and others.

    `desk`, `papers`, `other`, `explanation`: free text on the one-stop desk, papers looked at, other matters, and what
    the unit says.
    """

    number: str = ""
    place: str = ""
    basis: str = ""
    unit_side: tuple[Person, ...] = ()
    witnesses: tuple[Person, ...] = ()
    desk: str = ""
    papers: str = ""
    other: str = ""
    explanation: str = ""
    conclusions: tuple[Conclusion, ...] = ()
    copies: int = 2

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        found = asdict(self)
        found["conclusions"] = [
            {"text": one.text, "due": one.due.isoformat() if one.due else None} for one in self.conclusions
        ]
        return found


def from_plain(plain: Mapping[str, Any]) -> Written:
    """What `plain` made."""
    known = {each.name for each in fields(Written)}
    found = {name: value for name, value in plain.items() if name in known}
    for side in ("unit_side", "witnesses"):
        found[side] = tuple(Person(**one) for one in found.get(side, ()))
    found["conclusions"] = tuple(
        Conclusion(one["text"], date.fromisoformat(one["due"]) if one["due"] else None)
        for one in found.get("conclusions", ())
    )
    return Written(**found)


def checked(written: Written, arrival: date) -> Written:
    """The same, trimmed and without empty lines. Raises Invalid, naming the section, for what cannot stand there."""
    trimmed = replace(
        written,
        number=_line("number", written.number),
        place=_line("place", written.place),
        basis=_line("basis", written.basis),
        desk=_text("desk", written.desk),
        papers=_text("papers", written.papers),
        other=_text("other", written.other),
        explanation=_text("explanation", written.explanation),
        unit_side=_people("unit_side", written.unit_side),
        witnesses=_people("witnesses", written.witnesses),
        conclusions=tuple(
            Conclusion(_text("conclusions", one.text), one.due) for one in written.conclusions if one.text.strip()
        ),
    )
    _check_few("conclusions", len(trimmed.conclusions))
    early = next((one for one in trimmed.conclusions if one.due is not None and one.due < arrival), None)
    if early is not None:
        raise MinutesInvalid(
            "deadline", f"The deadline {early.due} of a conclusion lies before the visit; choose a later date."
        )
    if not 1 <= trimmed.copies <= 20:
        raise MinutesInvalid(
            "copies", f"Minutes are made out in 1 to 20 copies, not {trimmed.copies}; correct the number."
        )
    return trimmed


def read_people(text: str) -> tuple[Person, ...]:
    """People from lines of `name; post`."""
    found = (line.partition(";") for line in text.splitlines() if line.strip())
    return tuple(Person(name.strip(), post.strip()) for name, _, post in found)


def write_people(people: Iterable[Person]) -> str:
    """The lines that `read_people` reads."""
    return "\n".join(f"{one.name}; {one.post}" if one.post else one.name for one in people)


def _people(section: str, people: tuple[Person, ...]) -> tuple[Person, ...]:
    found = tuple(Person(_line(section, one.name), _line(section, one.post)) for one in people)
    nameless = next((one for one in found if not one.name), None)
    if nameless is not None:
        raise MinutesInvalid(
            "nameless", f"Somebody under {section} has no name; write a name before the post {nameless.post!r}."
        )
    _check_few(section, len(found))
    return found


def _check_few(section: str, lines: int) -> None:
    if lines > MOST_LINES:
        raise MinutesInvalid("lines", f"{section} has {lines} lines; {MOST_LINES} are as many as minutes hold.")


def _line(section: str, text: str) -> str:
    found = " ".join(_plain(section, text).split())
    if len(found) > LONGEST_LINE:
        raise MinutesInvalid(
            "long", f"A line under {section} has {len(found)} signs; {LONGEST_LINE} are as many as it holds."
        )
    return found


def _text(section: str, text: str) -> str:
    found = _plain(section, text.replace("\r\n", "\n")).strip()
    if len(found) > LONGEST:
        raise MinutesInvalid("long", f"{section} has {len(found)} signs; {LONGEST} are as many as it holds.")
    return found


def _plain(section: str, text: str) -> str:
    odd = next((sign for sign in text if not sign.isprintable() and not sign.isspace()), None)
    if odd is not None:
        raise MinutesInvalid(
            "letters", f"{section} holds the sign U+{ord(odd):04X}, which cannot be printed; take it out."
        )
    return text
