"""Where a rule comes from: no value is handed out without it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Citation:
    """One version of one rule and the paper it was issued under.

    `document` is empty where no paper is known; it is then printed as an empty "issued under" line, never as law.
    """

    rule: str
    from_on: date | None = None
    to_on: date | None = None
    document: str = ""
    article: str = ""

    @property
    def version(self) -> str:
        """The date from which this version holds, as its name; 'always' where it has no beginning."""
        return self.from_on.isoformat() if self.from_on else "always"
