"""What may be wrong with minutes, their signatures and what is said about a conclusion, by a name for pages."""

from __future__ import annotations

from attendance.errors import Invalid

WHYS = (
    "deadline", "copies", "nameless", "long", "lines", "letters", "damaged", "signer", "sides", "refusal", "unsigned",
    "many", "unit_side", "annex_text", "said", "finding", "date",
)  # fmt: skip


class MinutesInvalid(Invalid):
    """Something in minutes cannot stand there. `why` is one of WHYS."""

    def __init__(self, why: str, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why
