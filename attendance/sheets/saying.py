"""What this room has to say to people: keys of the catalogues with values, never finished text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: its key in the catalogues (`sheets.…`) and what stands in its gaps.

    `api.sheet_speech.tell` says it in Vietnamese or English. Values are text or whole numbers, as they are shown.
    """

    key: str
    values: Mapping[str, str | int] = field(default_factory=dict)
