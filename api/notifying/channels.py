"""Further ways (Telegram, Zalo …) through Apprise. Each is a line of a file that holds its secrets:

    zalo = zalo://BOT-TOKEN/{to}

`{to}` is each person's own number or name there. These services lie outside of the office: they are told how many,
never whom.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from api.notice_settings import read_secret_file
from attendance.errors import Invalid
from attendance.services.notifications.delivering import Parcel, Undelivered
from attendance.services.notifications.kinds import INBOX, MAIL, WEBHOOK

_NAME = re.compile(r"[a-z][a-z0-9-]{0,19}")
_TO = "{to}"


@dataclass
class Channel:
    """One further way. `template` holds a secret and is shown nowhere."""

    name: str
    template: str = field(repr=False)
    public_url: str = ""

    def carry(self, parcel: Parcel) -> None:
        """Raises Undelivered; Apprise tells no more than that it did not work."""
        letter = parcel.letter
        link = f"\n{self.public_url}{letter.link}" if self.public_url and letter.link else ""
        sender = self._sender(parcel.to)
        if not sender.notify(body=f"{letter.brief}{link}", title=letter.title):
            raise Undelivered("channel_refused", way=self.name)

    def close(self) -> None:
        """Nothing is kept open."""

    def _sender(self, to: str) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # some of its services use what Python 3.13 drops
            # read at first use: its hundreds of services take a second
            from apprise import Apprise, AppriseAsset

            logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # its lines tell addresses, which are secrets
            logging.getLogger("urllib3").setLevel(logging.WARNING)  # so do these
            found = Apprise(asset=AppriseAsset(async_mode=False, storage_mode="memory", app_id="attendance"))
            known = found.add(self.template.replace(_TO, quote(to, safe="")))
        if not known:
            raise Undelivered("channel_unknown", scope="way", way=self.name)
        return found


def read_channels(path: Path | None, public_url: str = "") -> Mapping[str, Channel]:
    """The ways of a file, by name. Raises Invalid naming the line, never what stands in it."""
    if path is None:
        return {}
    found: dict[str, Channel] = {}
    for number, line in enumerate(read_secret_file(path, "ATTENDANCE_CHANNELS_FILE").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, template = (part.strip() for part in line.partition("="))
        if not equals or _NAME.fullmatch(name) is None or name in (INBOX, MAIL, WEBHOOK, *found):
            raise Invalid(f"Line {number} of {path} is none of a way; write it as NAME = ADDRESS, each name once.")
        if template.count(_TO) != 1 or "://" not in template:
            raise Invalid(f"Line {number} of {path} needs {_TO} once, where each person's own number belongs.")
        found[name] = Channel(name, template, public_url)
    return found
