"""Secrets in a file that should hold punches alone: lines of another table, which name what they hold.

A log of what terminals pushed, saved as a file and brought as an export, has users with passwords, cards and templates
between the punches. No row of punches names its fields, so what stands behind such a name is not kept.
"""

from __future__ import annotations

import re

_NAMES = rb"pass(?:wd|word)|pwd|card(?:no|number)?|tmp|template|content|mkey|comkey|compwd|authkey"
_PLAIN = re.compile(rb"(?i)(?<![0-9a-z])((?:" + _NAMES + rb")[ ]?=)[^\t\r\n,;&]*")


def without_secrets(data: bytes) -> bytes:
    """The same bytes without the values of fields that hold a password, a card, a template or a picture."""
    return _PLAIN.sub(rb"\1", data) if b"=" in data else data
