"""Were the terminals somebody depends on read past a moment? For what lies beside sessions: duties and ordered time."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from attendance.engine.cover import all_of, any_of, spans_of_sets
from attendance.engine.run import Judgement


class ReadPast:
    """How far the terminals of each set were read, when all of them were dead, when some clock was worth nothing."""

    def __init__(self, judgement: Judgement) -> None:
        case, expected = judgement.case, judgement.expected
        dead: list[tuple[str, datetime | None, datetime | None]] = [
            (o.terminal, o.starts, o.ends) for o in case.outages if o.mode == "dead"
        ]
        invalid = [(c.terminal, c.starts, c.ends) for c in case.clock_invalids]
        self.read = spans_of_sets(case, expected, [(c.terminal, c.starts, c.until) for c in case.coverage], all_of)
        self.dead = spans_of_sets(case, expected, dead, all_of)
        self.invalid = spans_of_sets(case, expected, invalid, any_of)

    def may_conclude(self, depends: int, start: int, end: int, window_end: int) -> bool:
        """Whether nobody's punch between two moments can be missing, up to the end of the window."""
        if not self.reaches(depends, start, window_end):
            return False
        return not (self.is_dead(depends, start, end) or self.is_invalid(depends, start, end))

    def reaches(self, depends: int, start: int, end: int) -> bool:
        """Whether they were read without a gap from one moment past another."""
        row = int(self.read.find(np.array([depends]), np.array([start]))[0])
        return row >= 0 and int(self.read.hi[row]) > end

    def is_dead(self, depends: int, start: int, end: int) -> bool:
        """Whether punches were impossible at some moment of a span."""
        return bool(self.dead.touches(np.array([depends]), np.array([start]), np.array([end]))[0])

    def is_invalid(self, depends: int, start: int, end: int) -> bool:
        """Whether some clock was worth nothing at a moment of a span."""
        return bool(self.invalid.touches(np.array([depends]), np.array([start]), np.array([end]))[0])

    def are_invalid(self, depends: int, moments: list[int]) -> list[bool]:
        """Of each of some moments, whether some clock was worth nothing at it."""
        return [bool(each) for each in self.invalid.covers(np.full(len(moments), depends), np.array(moments))]
