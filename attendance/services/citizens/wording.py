"""Text as citizens send it, made fit to be kept and shown: no control signs, one form of each letter, bounded."""

from __future__ import annotations

import unicodedata

from attendance.errors import Invalid

MOST_TEXT = 2000
MOST_CONTACT = 120
MOST_ANSWER = 1000
_KEPT = "\n"
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Control signs, signs that turn the direction of writing or are not seen, halves of signs, signs of nobody."""
_UNREAD = "\ufffd"


class Unreadable(Invalid):
    """Letters that came in another encoding than they said."""

    code = "unreadable_text"

    def __init__(self) -> None:
        super().__init__("Some letters could not be read; write the text again and send it as UTF-8.")


class TooLong(Invalid):
    code = "too_long_text"

    def __init__(self, most: int) -> None:
        super().__init__(f"The text is too long; write at most {most} letters.")


def clean(text: str, most: int, *, lines: bool = True) -> str:
    """The text without signs that nobody can see, composed (NFC), trimmed. Raises TooLong, Unreadable.

    Without `lines` it becomes one line. What may be typed as a formula or as HTML stays as it was typed: whoever shows
    or exports it makes it harmless there.
    """
    if len(text) > most * 4:  # before any work is done on it
        raise TooLong(most)
    if _UNREAD in text:
        raise Unreadable
    found = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    found = "".join(sign for sign in found if sign in _KEPT or unicodedata.category(sign) not in _DROPPED)
    found = "\n".join(line.strip() for line in found.split("\n")).strip()
    while "\n\n\n" in found:
        found = found.replace("\n\n\n", "\n\n")
    if not lines:
        found = " ".join(found.split())
    if len(found) > most:
        raise TooLong(most)
    return found
