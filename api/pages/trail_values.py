"""Values of an entry of the trail in the reader's words: codes of known vocabularies, dates and moments."""

from __future__ import annotations

import re
from datetime import date, datetime

from api.pages.i18n import Translator

_VOCABULARIES = {
    "kind": ("paper_kind", "request_kind", "signed_in_by", "head"),
    "status": ("paper_status", "request_state", "explanation_state"),
    "covers": ("about",),
    "state": ("request_state", "paper_status"),
    "decision": ("paper_status",),
    "code": ("duty",),
    "role": ("role",),
    "way": ("request_way",),
}
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?")


def trail_value(t: Translator, field: str, text: str) -> str:
    """A value as people say it; one we have no word for is shown as it stands, never hidden."""
    for group in _VOCABULARIES.get(field, ()):
        if t.knows(f"{group}.{text}"):
            return t.word(group, text)
    try:
        if _DATE.fullmatch(text):
            return t.date(date.fromisoformat(text))
        if _MOMENT.fullmatch(text):
            return t.moment(datetime.fromisoformat(text))
    except ValueError:
        return text
    return text
