"""Turns one person's day into the geometry of a drawing and into the rows of the table that says the same.

Pure: the same page, language and width give the same shapes. Nothing here knows colours or SVG; the macro in
`templates/drawing/timeline.html` draws the shapes and style sheets colour them, on screen, in the dark, on paper.

    callouts        ┌ muộn 16 phút
    sessions        ██▓▓▓▓▓▓▓▓▓▓▓▓▓▓      ▓▓▓▓▓▓▓▓▓▓▓▓▓▓
    punches           │            │     │            │
                    07:46       11:31  13:28        17:02
    terminals       ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╱╱╱╱
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from api.pages.i18n import Translator
from api.pages.shapes import Band, Callout, Lane, Mark, Stretch, Tick, Timeline
from reports.view import DaySession, DayViolation, TerminalFreshness, WhyPage
from reports.violations import ViolationRow

WIDE = 960
NARROW = 340

_BAND_HEIGHT = 44
_ROW = 17  # a line of small text
_LANE = 26
_LETTER = 6.9  # mean width of a letter at the drawing's text size, generous for Vietnamese capitals
_MOST_LEVELS = 4


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table twin."""

    starts: datetime
    ends: datetime | None
    what: str


def stretch_of(violation: DayViolation, sessions: Iterable[DaySession]) -> tuple[datetime, datetime] | None:
    """Where a violation lies on the day; None for a missing punch, which has a place but no length."""
    if violation.starts and violation.ends:
        return violation.starts, violation.ends
    session = next((s for s in sessions if s.name == violation.session), None)
    if session is None or violation.minutes is None:
        return None
    length = timedelta(minutes=violation.minutes)
    starts, ends = session.required_from or session.starts, session.required_to or session.ends
    if violation.type == "late":
        return starts, starts + length
    if violation.type == "early":
        return ends - length, ends
    if violation.type == "absent":
        return starts, ends
    return None


def lay_out(page: WhyPage, t: Translator, width: int = WIDE) -> Timeline | None:
    """The shapes of a day at a width; None when the day has neither sessions nor punches."""
    span = _span(page)
    if span is None:
        return None
    wide = width > 600
    # The wide drawing names its lanes in a gutter at the left; the narrow one writes them above the lanes.
    left, right, slack = (118.0, width - 18.0, 40.0) if wide else (10.0, width - 10.0, 9.0)
    scale = _Scale(*span, left, right, slack_left=slack, slack_right=width - right)
    callouts, callout_levels = _callouts(page, t, scale)
    band_y = 24.0 + callout_levels * _ROW + 8
    mark_y = band_y + _BAND_HEIGHT + 16
    marks, mark_levels = _marks(page, t, scale, mark_y + 20)
    lanes_y = mark_y + 12 + mark_levels * _ROW + 22
    lane_height = _LANE if wide else _LANE + 12
    lanes = tuple(
        _lane(terminal, t, scale, page, lanes_y + number * lane_height + (0 if wide else 14))
        for number, terminal in enumerate(page.coverage)
    )
    return Timeline(
        width=width,
        height=lanes_y + len(lanes) * lane_height + 4,
        left=scale.left,
        right=scale.right,
        band_y=band_y,
        band_height=_BAND_HEIGHT,
        mark_y=mark_y,
        lane_label_above=not wide,
        ticks=_ticks(scale, t),
        bands=tuple(_band(session, page, t, scale) for session in page.sessions),
        stretches=_stretches(page, scale),
        callouts=callouts,
        marks=marks,
        lanes=lanes,
        unread=_unread(page, scale),
    )


def rows(page: WhyPage, t: Translator) -> tuple[Row, ...]:
    """The same day as lines in order of time: sessions, what covers them, violations, punches, ends of reading."""
    found: list[Row] = []
    for session in page.sessions:
        name = t.label("session", session.name)
        state = t.label("session_state", session.state)
        found.append(Row(session.starts, session.ends, f"{_capital(name)}: {state}"))
        found += [Row(a, b, t("row.covered", what=t.label("cover", kind), name=name)) for a, b, kind in session.covered]
    for violation in page.violations:
        where = stretch_of(violation, page.sessions)
        at = where or _side(violation, page.sessions)
        if at:
            found.append(Row(at[0], at[1] if where else None, violation_label(violation, t)))
    found += [
        Row(p.at, None, t("row.punch", use=t.label("use", p.use), terminal=p.terminal_name)) for p in page.punches
    ]
    found += [
        Row(c.data_until, None, t("row.read_until", terminal=c.name)) for c in page.coverage if c.data_until is not None
    ]
    return tuple(sorted(found, key=lambda row: row.starts))


def violation_label(violation: DayViolation | ViolationRow, t: Translator) -> str:
    """`Đi muộn 16 phút`; a missing punch has no minutes, and an absence with a reason is not said to lack one."""
    kind = violation.type
    if kind == "absent" and violation.status in ("excused", "partly_excused"):
        kind = "absent_excused"
    if violation.minutes is None or not t.knows(f"violation_for.{kind}"):
        return t.label("violation", violation.type)
    return t(f"violation_for.{kind}", minutes=t.minutes(violation.minutes))


@dataclass(frozen=True, slots=True)
class _Scale:
    starts: datetime
    ends: datetime
    left: float
    right: float
    slack_left: float  # how far a centred label may reach past the ends of the scale
    slack_right: float

    def x(self, moment: datetime) -> float:
        inside = min(max(moment, self.starts), self.ends)
        share = (inside - self.starts) / (self.ends - self.starts)
        return round(self.left + share * (self.right - self.left), 1)

    def stretch(self, starts: datetime, ends: datetime, kind: str, label: str = "", least: float = 0.0) -> Stretch:
        x = self.x(starts)
        return Stretch(x, round(max(self.x(ends) - x, least), 1), kind, label)


def _span(page: WhyPage) -> tuple[datetime, datetime] | None:
    """Whole hours around everything that happened, with a quarter of an hour of air."""
    moments = [m for s in page.sessions for m in (s.starts, s.ends)] + [p.at for p in page.punches]
    moments += [m for v in page.violations for m in (v.starts, v.ends) if m is not None]
    if not moments:
        return None
    first = min(moments) - timedelta(minutes=15)
    last = max(moments) + timedelta(minutes=15)
    starts = first.replace(minute=0, second=0, microsecond=0)
    ends = last.replace(minute=0, second=0, microsecond=0)
    return starts, ends if ends == last else ends + timedelta(hours=1)


def _ticks(scale: _Scale, t: Translator) -> tuple[Tick, ...]:
    hours = int((scale.ends - scale.starts) / timedelta(hours=1))
    step = next((s for s in (1, 2, 3, 4, 6) if (scale.right - scale.left) / hours * s >= 46), 12)
    moments = (scale.starts + timedelta(hours=hour) for hour in range(hours + 1))
    found = []
    reach = 0.0
    for moment in moments:
        if moment.hour % step == 0:
            x, label = scale.x(moment), t.time(moment)
            text_x, anchor, start, end = _anchored(x, _text_width(label), scale)
            # The last hour keeps its line but not its label where the label had to move into its neighbour.
            found.append(Tick(x, label if start >= reach else "", text_x, anchor))
            reach = max(reach, end)
    return tuple(found)


def _band(session: DaySession, page: WhyPage, t: Translator, scale: _Scale) -> Band:
    whole = scale.stretch(session.starts, session.ends, session.state)
    name, hours = _capital(t.label("session", session.name)), t.span(session.starts, session.ends)
    free_x, free = _widest_free(whole, page, session, scale)
    required = None
    if session.required_from and session.required_to:
        required = scale.stretch(session.required_from, session.required_to, "required")
    return Band(
        whole.x,
        whole.width,
        session.state,
        name if _text_width(name) <= free else "",
        hours if _text_width(hours) <= free else "",
        round(free_x + free / 2, 1),
        required,
        tuple(_cover(scale, a, b, kind, t.label("cover", kind)) for a, b, kind in session.covered),
    )


def _widest_free(whole: Stretch, page: WhyPage, session: DaySession, scale: _Scale) -> tuple[float, float]:
    """The widest part of a band that no cover, violation or punch crosses, as (x, width), for its name."""
    edges = [(whole.x, whole.x), (whole.x + whole.width, whole.x + whole.width)]
    spans = [(a, b) for a, b, _ in session.covered] + [(p.at, p.at) for p in page.punches]
    spans += [where for v in page.violations if v.type != "absent" and (where := stretch_of(v, page.sessions))]
    edges += [(scale.x(a) - 2, scale.x(b) + 2) for a, b in spans if b >= session.starts and a <= session.ends]
    best, reach = (whole.x, 0.0), whole.x
    for start, end in sorted(edges):
        best = max(best, (reach, start - reach), key=lambda part: part[1])
        reach = max(reach, end)
    return best


def _cover(scale: _Scale, starts: datetime, ends: datetime, kind: str, label: str) -> Stretch:
    shape = scale.stretch(starts, ends, kind, least=2)
    return Stretch(shape.x, shape.width, kind, label if _text_width(label) + 12 <= shape.width else "")


def _stretches(page: WhyPage, scale: _Scale) -> tuple[Stretch, ...]:
    found = []
    for violation in page.violations:
        where = stretch_of(violation, page.sessions)
        if where:
            aside = page.focus is not None and page.focus.id != violation.id
            found.append(replace(scale.stretch(*where, violation.type, least=3), aside=aside))
    return tuple(found)


def _side(violation: DayViolation, sessions: Iterable[DaySession]) -> tuple[datetime, datetime] | None:
    """The required moment that a missing punch should have met."""
    session = next((s for s in sessions if s.name == violation.session), None)
    if session is None:
        return None
    moment = session.required_to or session.ends
    if violation.type == "missing_in":
        moment = session.required_from or session.starts
    return moment, moment


def _callouts(page: WhyPage, t: Translator, scale: _Scale) -> tuple[tuple[Callout, ...], int]:
    wanted = []
    for violation in page.violations:
        at = stretch_of(violation, page.sessions) or _side(violation, page.sessions)
        if at:
            wanted.append(((scale.x(at[0]) + scale.x(at[1])) / 2, violation.type, violation_label(violation, t)))
    levels = _Levels()
    found = []
    for x, kind, label in sorted(wanted):
        text_x, anchor, start, end = _anchored(x, _text_width(label), scale)
        level = levels.place(start, end) or 0
        found.append(Callout(round(x, 1), text_x, 36.0 + level * _ROW, anchor, kind, label))
    return tuple(found), levels.used


def _marks(page: WhyPage, t: Translator, scale: _Scale, first_y: float) -> tuple[tuple[Mark, ...], int]:
    levels = _Levels()
    found = []
    for punch in sorted(page.punches, key=lambda p: (p.at, p.sequence)):
        x, label = scale.x(punch.at), t.time(punch.at)
        text_x, anchor, start, end = _anchored(x, _text_width(label), scale)
        level = levels.place(start, end)
        found.append(Mark(x, punch.use, label, text_x, anchor, None if level is None else first_y + level * _ROW))
    return tuple(found), levels.used


def _lane(terminal: TerminalFreshness, t: Translator, scale: _Scale, page: WhyPage, y: float) -> Lane:
    until = terminal.data_until
    read = unread = None
    if until is not None and until > scale.starts:
        read = scale.stretch(scale.starts, until, "read")
    if until is None or until < scale.ends:
        unread = scale.stretch(until or scale.starts, scale.ends, "unread")
    text = t("terminal.never") if until is None else t("terminal.read_until", time=t.seen(until, page.day))
    return Lane(y, terminal.name, text, read, unread)


def _unread(page: WhyPage, scale: _Scale) -> Stretch | None:
    """From where on at least one terminal of this person has not been read: nothing may be concluded there."""
    if not page.coverage:
        return None
    first = min((c.data_until or scale.starts) for c in page.coverage)
    return scale.stretch(first, scale.ends, "unread") if first < scale.ends else None


class _Levels:
    """Puts labels on as few lines as possible without letting two of them touch."""

    def __init__(self) -> None:
        self._ends: list[float] = []

    @property
    def used(self) -> int:
        return len(self._ends)

    def place(self, start: float, end: float) -> int | None:
        for level, taken in enumerate(self._ends):
            if start > taken + 6:
                self._ends[level] = end
                return level
        if len(self._ends) == _MOST_LEVELS:
            return None
        self._ends.append(end)
        return len(self._ends) - 1


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _text_width(text: str) -> float:
    return len(text) * _LETTER


def _anchored(x: float, width: float, scale: _Scale) -> tuple[float, str, float, float]:
    """Where a label of this width starts and ends, centred on x unless it would leave the drawing."""
    if x - width / 2 < scale.left - scale.slack_left:
        return scale.left, "start", scale.left, scale.left + width
    if x + width / 2 > scale.right + scale.slack_right:
        return scale.right, "end", scale.right - width, scale.right
    return round(x, 1), "middle", x - width / 2, x + width / 2
