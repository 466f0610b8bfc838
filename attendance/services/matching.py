"""Users on a terminal beside the people of an office: whose number may be whose, as proposals and never as facts.

Pure: values in, values out. A name on a terminal is a hint of whoever typed it there; it never becomes a person's name.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from attendance.letters import without_marks

NUMBER, NAME, ORDER, CUT = "number", "name", "order", "cut"
GROUNDS = (NUMBER, NAME, ORDER, CUT)
"""Why somebody is proposed, the strongest first."""

CUT_BYTES = frozenset({7, 8, 23, 24})  # what old and new tables hold of a name, with and without its closing NUL
LEAST_CUT_LETTERS = 3
ORDINARY = 0

_WORDS = re.compile(r"[^\W_]+")
_UNNAMED = re.compile(r"Mã \S+")  # what people are called who were made from their numbers
_INVENTED = re.compile(r"NN-\d+")  # what a well-known library writes where a terminal has no name


@dataclass(frozen=True, slots=True)
class OnTerminal:
    """A place in a terminal's user table. `since`: terminal time since when it stands so; None: from the beginning."""

    pin: str
    name_bytes: bytes = b""
    privilege: int = ORDINARY
    disabled: bool = False
    since: datetime | None = None

    @property
    def name(self) -> str | None:
        """The name on the terminal: '' where there is none, None where its bytes cannot be read for certain."""
        text = read_certainly(self.name_bytes)
        if text is None:
            return None
        return "" if text == self.pin or _INVENTED.fullmatch(text) else text


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the office. `number`: theirs on this terminal at the moment; `expected`: they should have one."""

    code: str
    name: str
    number: str | None = None
    expected: bool = True

    @property
    def is_named(self) -> bool:
        """False while nobody gave them a name of their own."""
        return bool(self.name) and self.name != self.code and not _UNNAMED.fullmatch(self.name)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whose number it may be, and on what ground; `number` is one they have on this terminal already."""

    person: Person
    ground: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One number of the work list. Where exactly one candidate stands, without doubt, that is the `proposal`."""

    user: OnTerminal
    candidates: tuple[Candidate, ...] = ()
    proposal: Candidate | None = None
    holder: Person | None = None


@dataclass(frozen=True, slots=True)
class WorkList:
    """What a person has to look at. Each list is in the order of numbers (short ones first), people by code.

    `unmatched`: numbers nobody has; `renamed`: numbers whose name on the terminal no longer fits whoever has them;
    `without_number`: people who should have one; `not_on_terminal`: people whose number the terminal does not know;
    `administrators`: users who may change the terminal.
    """

    unmatched: tuple[Entry, ...]
    renamed: tuple[Entry, ...]
    without_number: tuple[Person, ...]
    not_on_terminal: tuple[Person, ...]
    administrators: tuple[Entry, ...]

    @property
    def exact(self) -> tuple[Entry, ...]:
        """Unmatched numbers that are proposed because they are somebody's code."""
        return tuple(entry for entry in self.unmatched if entry.proposal and entry.proposal.ground == NUMBER)


def compare(users: Sequence[OnTerminal], people: Sequence[Person]) -> WorkList:
    """The work list of one terminal. `people` holds everybody it may be, also those who have a number.

    Proposed is the person whose code is the number, then by name: the same without marks and case, its words in
    another order, or the same as far as a terminal keeps it. Nobody is proposed twice, nobody who has a number, and
    nobody for a number that two people or a contrary name speak against; those stand as candidates.
    """
    holders = {person.number: person for person in people if person.number is not None}
    index = _Index(people)
    unmatched, renamed = [], []
    for user in sorted(users, key=_by_number):
        holder = holders.get(user.pin)
        if holder is None:
            unmatched.append(_proposed(user, index))
        elif not fits(user, holder):
            renamed.append(replace(_proposed(user, index, holder), holder=holder))
    known = {user.pin for user in users}
    ordered = sorted(people, key=lambda person: person.code)
    return WorkList(
        unmatched=_without_doubles(unmatched),
        renamed=_without_doubles(renamed),
        without_number=tuple(person for person in ordered if person.number is None and person.expected),
        not_on_terminal=tuple(person for person in ordered if person.number is not None and person.number not in known),
        administrators=tuple(
            Entry(user, holder=holders.get(user.pin))
            for user in sorted(users, key=_by_number)
            if user.privilege != ORDINARY
        ),
    )


def read_certainly(raw: bytes) -> str | None:
    """Bytes of a name as text where they can only be that: UTF-8, up to a letter that was cut. None: not for certain.

    Old code pages (TCVN3, VNI, GB2312) are not guessed at: a wrong name is worse than none.
    """
    raw = raw.split(b"\0", 1)[0].strip()
    for end in range(len(raw), max(-1, len(raw) - 4), -1):
        try:
            text = raw[:end].decode("utf-8")
        except UnicodeDecodeError:
            continue
        if end < len(raw) and not (len(raw) in CUT_BYTES and _begins_a_letter(raw[end:])):
            return None
        return text.strip() if text.isprintable() else None
    return None


def fits(user: OnTerminal, person: Person) -> bool:
    """Whether the name on the terminal can be short for a person's: each of its words is one of theirs, a last one that
    was cut the beginning of one. A name that cannot be read, or that nobody gave, says nothing against it.
    """
    said = _words(user.name or "") if person.is_named else []
    left = Counter(_words(person.name))
    for place, word in enumerate(said):
        cut = place == len(said) - 1 and len(user.name_bytes) in CUT_BYTES
        match = word if left[word] else next((w for w in left if cut and left[w] and w.startswith(word)), None)
        if match is None:
            return False
        left[match] -= 1
    return True


class _Index:
    """People by what they may be found by."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.by_code = {person.code: person for person in people}
        self.by_name: defaultdict[str, list[Person]] = defaultdict(list)
        self.by_words: defaultdict[tuple[str, ...], list[Person]] = defaultdict(list)
        for person in self.by_code.values():
            words = _words(person.name)
            if words and person.is_named:
                self.by_name[" ".join(words)].append(person)
                self.by_words[tuple(sorted(words))].append(person)

    def by_likeness(self, user: OnTerminal) -> list[Candidate]:
        """Whoever the name speaks for, all on the strongest ground on which there is anybody."""
        words = _words(user.name or "")
        if not words:
            return []
        name = " ".join(words)
        found = {NAME: self.by_name.get(name, []), ORDER: self.by_words.get(tuple(sorted(words)), [])}
        if len(user.name_bytes) in CUT_BYTES and len(name) >= LEAST_CUT_LETTERS:
            found[CUT] = [each for full, those in self.by_name.items() if full.startswith(name) for each in those]
        ground = next((ground for ground in (NAME, ORDER, CUT) if found.get(ground)), None)
        return [Candidate(person, ground) for person in found[ground]] if ground else []


def _proposed(user: OnTerminal, index: _Index, holder: Person | None = None) -> Entry:
    named = [each for each in index.by_likeness(user) if each.person != holder]
    numbered = index.by_code.get(user.pin)
    if numbered is None or numbered == holder:
        return _entry(user, named)
    exact = Candidate(numbered, NUMBER)
    if fits(user, numbered):
        return _entry(user, [exact])
    return Entry(user, (exact, *(each for each in named if each.person != numbered)))


def _entry(user: OnTerminal, candidates: list[Candidate]) -> Entry:
    ordered = tuple(sorted(candidates, key=lambda each: each.person.code))
    sole = ordered[0] if len(ordered) == 1 and ordered[0].person.number is None else None
    return Entry(user, ordered, sole)


def _without_doubles(entries: list[Entry]) -> tuple[Entry, ...]:
    """Somebody proposed for two numbers is proposed for neither, unless one of them is their code."""
    grounds: defaultdict[str, list[str]] = defaultdict(list)
    for entry in entries:
        if entry.proposal:
            grounds[entry.proposal.person.code].append(entry.proposal.ground)

    def stands(proposal: Candidate) -> bool:
        rivals = grounds[proposal.person.code]
        return len(rivals) == 1 or (proposal.ground == NUMBER and rivals.count(NUMBER) == 1)

    return tuple(
        replace(entry, proposal=None) if entry.proposal and not stands(entry.proposal) else entry for entry in entries
    )


def _words(name: str) -> list[str]:
    return _WORDS.findall(without_marks(name))


def _begins_a_letter(tail: bytes) -> bool:
    """Whether these bytes are the first ones of a letter of UTF-8 that has more."""
    lead = tail[0]
    length = 2 if 0xC2 <= lead < 0xE0 else 3 if 0xE0 <= lead < 0xF0 else 4 if 0xF0 <= lead < 0xF5 else 0
    return len(tail) < length and all(0x80 <= byte < 0xC0 for byte in tail[1:])


def _by_number(user: OnTerminal) -> tuple[int, str]:
    return len(user.pin), user.pin
