"""Communication keys of terminals: one small file each, readable by the service alone, never in the database."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from urllib.parse import quote

from attendance.errors import Invalid

MAX_COMM_KEY = 999_999
_LONGEST_NAME = 200  # file systems end at 255 bytes, a quoted Vietnamese code may be longer


def key_path(keys_dir: Path, terminal: str) -> Path:
    """The file of a terminal's key: its code, quoted so that it cannot leave the folder."""
    name = quote(terminal, safe="")
    if len(name) > _LONGEST_NAME:
        name = f"{name[:100]}-{hashlib.sha256(terminal.encode()).hexdigest()}"
    return keys_dir / f"{name}.key"


def read_comm_key(keys_dir: Path, terminal: str) -> int | None:
    """The key of a terminal; None: it has none. Raises Invalid for a file that holds no key."""
    path = key_path(keys_dir, terminal)
    try:
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(
            f"The key file of terminal {terminal} cannot be read ({type(error).__name__}); write it again."
        ) from error
    if not (text.isdecimal() and len(text) <= 6):
        raise Invalid(f"The key file of terminal {terminal} holds no number from 0 to {MAX_COMM_KEY}; write it again.")
    return int(text)


def write_comm_key(keys_dir: Path, terminal: str, comm_key: int) -> Path:
    """Store the key of a terminal whole or not at all, with mode 0600. Raises Invalid for a number out of range."""
    if not 0 <= comm_key <= MAX_COMM_KEY:
        raise Invalid(f"A communication key is a number from 0 to {MAX_COMM_KEY}, as in the terminal's menu.")
    keys_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = key_path(keys_dir, terminal)
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"{comm_key}\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return path


def remove_comm_key(keys_dir: Path, terminal: str) -> None:
    key_path(keys_dir, terminal).unlink(missing_ok=True)
