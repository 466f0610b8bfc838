"""Checkpoints as a command is given them: a file, or standard input."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from attendance.errors import Invalid

if TYPE_CHECKING:
    from attendance.services.evidence.notes import Given

MOST_BYTES = 256 * 2**20


def read_text(name: str) -> str:
    """What stands in a file; `-`: what comes in. Raises Invalid."""
    try:
        if name == "-":
            return sys.stdin.read(MOST_BYTES)
        file = Path(name)
        if file.stat().st_size > MOST_BYTES:
            raise Invalid(f"{name} is larger than any text with checkpoints; give that text.")
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"The file {name} cannot be read ({type(error).__name__}); name another.") from error


def read_checkpoints(name: str) -> list[Given]:
    """The checkpoints in a text. Raises Invalid where there is none."""
    from attendance.services.evidence import notes

    return notes.read(read_text(name))


def own_key(secret: bytes | None) -> Mapping[str, bytes]:
    """The public half of the key that the secret key of the settings makes, by its fingerprint."""
    from attendance.services.signing_key import SigningKey

    if not secret:
        return {}
    own = SigningKey(secret)
    return {own.name: own.public}
