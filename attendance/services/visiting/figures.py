"""What a visit found, person by person and in figures: the list that was frozen on arrival, and what the team noted.

Pure. What nobody saw and no terminal can tell is not known, and never an absence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from attendance.errors import AttendanceError

PRESENT, WITH_REASON, WITHOUT_REASON, UNKNOWN = FOUND = ("present", "with_reason", "without_reason", "unknown")
"""How somebody on the list was found; WITH_REASON: by a paper that was approved before the team arrived."""
NO_PUNCH, NOT_AT_POST, REASON_SAID, NOT_READ, NOT_CHECKED, NEED_NOT, DISPUTED = REMARKS = (
    "no_punch", "not_at_post", "reason_said", "not_read", "not_checked", "need_not", "disputed",
)  # fmt: skip
"""At the post without a punch; a punch but nobody at the post; a reason was told to the team and no paper was there;
the terminal was not read up to the arrival; the team has not noted how it found them; nor somebody who need not punch;
members noted it differently."""
_SEEN, _EXCUSED, _UNKNOWN, _NOT_SCHEDULED = "seen", "excused", "unknown", "not_scheduled"
AT_POST, ABSENT, REASON_GIVEN = "at_post", "absent", "reason_given"


class FiguresWrong(AttendanceError):
    """The figures of minutes do not add up: a fault of this program; nothing is sealed."""

    code = "figures_wrong"

    def __init__(self, parts: str) -> None:
        super().__init__(
            f"Internal error: the figures of these minutes do not add up ({parts}). Nothing was sealed; please report "
            "this visit."
        )


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody as the frozen list has them at the minute of arrival. `state`: seen, not_seen, excused, unknown,
    not_scheduled; `exempt`: they need not punch. `since`: wall time of the first punch; `late`: whole minutes. `paper`:
    kind, as a reader without reasons is told it; `approved_at`: when it was approved, None: with no moment known, as
    before.
    """

    number: int
    employee: str
    name: str
    unit: str
    state: str
    exempt: bool = False
    since: datetime | None = None
    late: int = 0
    paper: str = ""
    document: str = ""
    approved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Marked:
    """What the team noted of somebody last: `at_post`, `absent`, or absent with a reason told (`reason_given`).

    `disputed`: another member noted it differently before.
    """

    state: str
    note: str = ""
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """How somebody was found; one of FOUND, and REMARKS where something beside it has to be said."""

    who: Listed
    found: str
    remark: str = ""
    note: str = ""

    @property
    def is_late(self) -> bool:
        return self.found == PRESENT and self.who.late > 0


@dataclass(frozen=True, slots=True)
class Figures:
    """`total` on the list, each once in one of FOUND; `late` are among those present."""

    total: int
    present: int
    with_reason: int
    without_reason: int
    unknown: int
    late: int


def find(listed: Iterable[Listed], marks: Mapping[int, Marked], arrival: datetime) -> tuple[Found, ...]:
    """Everybody whose working time it is at the arrival (an instant), ordered by code; `marks` by number of person."""
    people = (_before(one, arrival) for one in listed if one.state != _NOT_SCHEDULED)
    return tuple(_find(one, marks.get(one.number)) for one in sorted(people, key=lambda one: one.employee))


def count(found: Iterable[Found]) -> Figures:
    """Raises FiguresWrong where the parts are not the whole."""
    people = tuple(found)
    by = Counter(one.found for one in people)
    late = sum(one.is_late for one in people)
    figures = Figures(len(people), by[PRESENT], by[WITH_REASON], by[WITHOUT_REASON], by[UNKNOWN], late)
    whole = figures.present + figures.with_reason + figures.without_reason + figures.unknown
    if whole != figures.total or figures.late > figures.present or len({one.who.number for one in people}) != whole:
        raise FiguresWrong(f"{figures.total} on the list, {whole} in its parts, {figures.late} late")
    return figures


def papers_after(then: Iterable[Listed], now: Iterable[Listed], arrival: datetime) -> tuple[Listed, ...]:
    """Papers over the minute of arrival that were approved at it or later, as they are known now, ordered by code."""
    had = {one.number for one in then if one.state == _EXCUSED and not _is_later(one, arrival)}
    found = {one.number: one for one in now if one.paper and one.number not in had and _is_later(one, arrival)}
    return tuple(sorted(found.values(), key=lambda one: one.employee))


def _find(one: Listed, mark: Marked | None) -> Found:
    found, remark = _judged(one, mark.state if mark else "")
    if mark is None:
        return Found(one, found, remark)
    return Found(one, found, remark or (DISPUTED if mark.disputed else ""), mark.note)


def _judged(one: Listed, mark: str) -> tuple[str, str]:
    """How the list and a mark together say that somebody was found, and what has to be remarked."""
    state = one.state
    if mark == AT_POST:
        punched = state == _SEEN or (state == _EXCUSED and one.since is not None)
        return PRESENT, "" if punched or one.exempt else NO_PUNCH
    if state == _EXCUSED:
        return WITH_REASON, ""
    if mark in (ABSENT, REASON_GIVEN):
        return WITHOUT_REASON, REASON_SAID if mark == REASON_GIVEN else NOT_AT_POST if state == _SEEN else ""
    if state == _SEEN:
        return PRESENT, ""
    if one.exempt:
        return UNKNOWN, NEED_NOT
    return UNKNOWN, NOT_READ if state == _UNKNOWN else NOT_CHECKED


def _before(one: Listed, arrival: datetime) -> Listed:
    """The same as it was before the team arrived: a paper approved later excused nobody then."""
    if one.state == _EXCUSED and _is_later(one, arrival):
        return replace(one, state="not_seen", paper="", document="", approved_at=None)
    return one


def _is_later(one: Listed, arrival: datetime) -> bool:
    return one.approved_at is not None and one.approved_at >= arrival
