"""Gives each static file an address that changes with its content, and holds the policy of what a page may load."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"
MOUNT = "/static"

# No 'unsafe-inline' anywhere: scripts and styles are files of this site, drawings use presentation attributes.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


class MissingAsset(LookupError):
    """A page names a static file that is not there."""


@lru_cache(maxsize=128)
def asset(name: str) -> str:
    """The address of a static file, with a digest so that browsers may keep it for ever."""
    path = STATIC / name
    if not path.is_file():
        hint = "run `python hatch_build.py` to bring it from npm" if name.startswith("vendor/") else "add it"
        raise MissingAsset(f"{name} is not in {MOUNT}: {hint}.")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    return f"{MOUNT}/{name}?v={digest}"
