"""The shapes of a day's drawing: positions and words, no colours; what `timeline.lay_out` gives and the macro draws."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    label: str
    text_x: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A horizontal piece: `kind` names its look; `aside` says that the page is about something else of the day."""

    x: float
    width: float
    kind: str
    label: str = ""
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """A session: its whole length, the part that is required, what covers it; its name stands where it is free."""

    x: float
    width: float
    state: str
    name: str
    hours: str
    label_x: float
    required: Stretch | None
    covers: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Callout:
    """A short text above the bands, tied to the x of what it speaks of."""

    x: float
    text_x: float
    y: float
    anchor: str
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A punch; `label_y` is None where there is no room for its time (the table has it)."""

    x: float
    use: str
    label: str
    text_x: float
    anchor: str
    label_y: float | None

    @property
    def taken(self) -> bool:
        """Whether it was taken as in or out."""
        return self.use in ("in", "out")


@dataclass(frozen=True, slots=True)
class Lane:
    """How far one terminal was read: `read` is solid, `unread` hatched."""

    y: float
    label: str
    until: str
    read: Stretch | None
    unread: Stretch | None


@dataclass(frozen=True, slots=True)
class Timeline:
    width: float
    height: float
    left: float
    right: float
    band_y: float
    band_height: float
    mark_y: float
    lane_label_above: bool
    ticks: tuple[Tick, ...]
    bands: tuple[Band, ...]
    stretches: tuple[Stretch, ...]
    callouts: tuple[Callout, ...]
    marks: tuple[Mark, ...]
    lanes: tuple[Lane, ...]
    unread: Stretch | None
