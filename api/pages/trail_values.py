"""Values of an entry of the trail in the reader's words: codes of known vocabularies, dates and moments."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from api.pages.i18n import Translator

_VOCABULARIES = {
    "kind": ("paper_kind", "duty", "request_kind", "signed_in_by", "head", "observation_kind"),
    "status": ("paper_status", "request_state", "explanation_state"),
    "covers": ("about",),
    "state": ("request_state", "paper_status", "observation_state"),
    "channel": ("observation_channel",),
    "outcome": ("observation_outcome",),
    "part": ("observation_part",),
    "decision": ("paper_status",),
    "code": ("duty",),
    "role": ("role",),
    "way": ("request_way",),
    "paper": ("export_paper",),
    "type": ("violation",),
}
_FIELDS = ("field", "export_column")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONDAY = date(2001, 1, 1)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?")


def trail_field(t: Translator, field: str) -> str:
    """What a field of an entry is called; one we have no word for is named as it stands."""
    name = field.removesuffix("_id")
    return next((t(f"{group}.{name}") for group in _FIELDS if t.knows(f"{group}.{name}")), field)


def trail_value(t: Translator, field: str, text: str) -> str:
    """A value as people say it; one we have no word for is shown as it stands, never hidden."""
    if field == "weekdays":
        found = [_WEEKDAYS.index(each) for each in re.findall(r"[a-z]{3}", text) if each in _WEEKDAYS]
        return ", ".join(t.weekday(_MONDAY + timedelta(days=number)) for number in found) or text
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
