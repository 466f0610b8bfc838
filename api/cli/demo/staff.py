"""The invented people of the office: where each serves, since when, and under which number on which terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from api.cli.demo.names import invented_names
from attendance.facts import Assignment, Employee, Enrolment

_SHARES = (("X1", 0.22), ("X2", 0.18), ("X3", 0.20))
_DESK = 4
_VISITORS = 3


@dataclass(frozen=True, slots=True)
class Post:
    """A person at one home terminal for a time, and the numbers (terminal → pin) under which terminals know them."""

    employee: str
    unit: str
    terminal: str
    from_on: date
    to_on: date | None
    pins: dict[str, str]
    gender: str
    eventful: bool

    def serves(self, on: date) -> bool:
        """Whether the post is held on that date."""
        return self.from_on <= on and (self.to_on is None or on <= self.to_on)

    @property
    def regime(self) -> str:
        """What the schedule of the post's unit asks for."""
        return "first_last" if self.terminal == "T-X1" else "per_session"


@dataclass(frozen=True, slots=True)
class Staff:
    """Everybody, as facts and as posts; `events` names the turns of careers: kind → (person, date)."""

    employees: tuple[Employee, ...]
    assignments: tuple[Assignment, ...]
    enrolments: tuple[Enrolment, ...]
    posts: tuple[Post, ...]
    events: dict[str, list[tuple[str, date]]]


class _Numbers:
    """Gives each terminal its own run of numbers, every third with leading zeros, as such terminals have."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def next_on(self, terminal: str) -> str:
        number = self._last[terminal] = self._last.get(terminal, 0) + 1
        return f"{number:04d}" if number % 3 == 0 else str(number)


def hire(rng: Random, people: int, first_on: date, workdays: list[date]) -> Staff:
    """A staff with one transfer, two who joined, one who left and whose number at the terminal went to a newcomer."""
    names = invented_names(rng, people)
    employees = tuple(Employee(f"NV{n:03d}", name) for n, (name, _) in enumerate(names, 1))
    genders = {employee.code: gender for employee, (_, gender) in zip(employees, names, strict=True)}
    left_on, joined_on = workdays[len(workdays) // 4], workdays[len(workdays) // 3]
    reused_on, moved_on = workdays[len(workdays) // 2], workdays[len(workdays) * 3 // 5]
    one_day = timedelta(days=1)

    places = _places(people)
    district = [code for code, (unit, _) in zip(genders, places, strict=True) if unit == "H"]
    third = [code for code, (unit, _) in zip(genders, places, strict=True) if unit == "X3"]
    leaver, newcomer, mover, joiner = district[4], district[-1], district[9], third[5]
    # Visitors are known to a second terminal besides their own: only they can punch off site.
    visitors = [code for code in district[10:] if code not in (newcomer, mover)][: 2 * _VISITORS]
    visited = {code: ("T-X1", "T-X3")[n % 2] for n, code in enumerate(visitors)}

    numbers = _Numbers()
    posts: list[Post] = []
    leaver_pin = ""
    for code, (unit, terminal) in zip(genders, places, strict=True):
        from_on = {newcomer: reused_on, joiner: joined_on}.get(code, first_on)
        to_on = {leaver: left_on, mover: moved_on - one_day}.get(code)
        pins = {terminal: leaver_pin if code == newcomer else numbers.next_on(terminal)}
        if code == leaver:
            leaver_pin = pins[terminal]
        if code in visited:
            # From 9001 on, so that a guest's number can never be one of the terminal's own people.
            pins[visited[code]] = str(9001 + visitors.index(code))
        eventful = code in (leaver, newcomer, mover, joiner)
        posts.append(Post(code, unit, terminal, from_on, to_on, pins, genders[code], eventful))
    posts.append(Post(mover, "X1", "T-X1", moved_on, None, {"T-X1": numbers.next_on("T-X1")}, genders[mover], True))
    posts.sort(key=lambda post: (post.employee, post.from_on))
    return Staff(
        employees=employees,
        assignments=tuple(
            Assignment(post.employee, post.unit, post.from_on, post.to_on, terminals=(post.terminal,)) for post in posts
        ),
        enrolments=tuple(
            Enrolment(terminal, pin, post.employee, post.from_on, post.to_on)
            for post in posts
            for terminal, pin in post.pins.items()
        ),
        posts=tuple(posts),
        events={
            "transferred": [(mover, moved_on)],
            "joined": [(joiner, joined_on), (newcomer, reused_on)],
            "left": [(leaver, left_on)],
            "pin_reused": [(newcomer, reused_on)],
        },
    )


def _places(people: int) -> list[tuple[str, str]]:
    """Unit and home terminal of everybody: the district first, then each commune with its one-stop desk."""
    communes = [(code, round(people * share)) for code, share in _SHARES]
    return [*[("H", "T-H")] * (people - sum(size for _, size in communes)), *_commune_places(communes)]


def _commune_places(communes: list[tuple[str, int]]) -> Iterator[tuple[str, str]]:
    for code, size in communes:
        for n in range(size):
            yield (code if n < size - _DESK else f"{code}-MC"), f"T-{code}"
