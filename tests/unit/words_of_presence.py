"""Vocabularies of presence that the pages have words for."""

from __future__ import annotations

from attendance.services.visiting import presence_compared, presence_record
from reports import presence

PRESENCE_WORDS = {
    "presence.state": presence.SHOWN_STATES,
    "presence.count": presence.SHOWN_STATES,
    "presence.excuse": presence_record.EXCUSES,
    "presence.why": presence_record.WHYS,
    "presence.mark": presence_compared.MARKS,
}
