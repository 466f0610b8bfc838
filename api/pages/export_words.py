"""Says an export of personal data in words: what a column is called, and what a code in it means.

Numbers that only the database knows a row by, and digests, are not shown: they stand in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from api.pages.i18n import Translator
from attendance import clock

INTERNAL = frozenset(
    {
        "id", "ruling_id", "inspection_id", "destruction_id", "in_place_of_id", "digest", "rulebook", "jpeg_base64",
        "sequence", "log_index", "pull_id", "superseded_at", "answered_id", "explanation_id", "sheet_id", "webhook_id",
        "content", "version", "team_id", "grant_id", "visit_id",
        "client_id", "minutes_id", "threshold_id",
        "heard_at", "runner", "file", "sentence", "problem",
    }
)  # fmt: skip
"""Columns that stand in the file alone."""
LONGEST = 400
GROUPS: Mapping[str, tuple[str, ...]] = {
    "day_kind": ("day_kind",),
    "session": ("session",),
    "type": ("violation",),
    "covers": ("about", "violation"),
    "status": ("status",),
    "cause": ("cause",),
    "decision": ("paper_status",),
    "role": ("role",),
    "act": ("act",),
    "what": ("look", "thing", "paper_kind"),
    "via": ("via",),
    "way": ("request_way",),
    "state": ("request_state", "punch_state", "explanation_state", "report_state"),
    "ground": ("explanation_ground",),
    "confirmation": ("explanation_confirmation",),
    "part": ("signature_part", "team_part"),
    "verify": ("punch_verify",),
    "mark": ("visit_mark",),
    "answer": ("check_answer",),
    "item": ("check",),
    "language": ("language",),
    "scopes": ("scope",),
    "placement": ("export_value",),
    "side": ("export_value",),
    "scope": ("export_value",),
    "privilege": ("privilege",),
    "code": ("symbol", "duty"),
    "kind": ("paper_kind", "head", "request_kind", "signed_in_by", "overtime_kind"),
    "rule": ("threshold",),
    "source": ("export_value",),
    "symbols": ("symbol",),
}
"""By column, the groups of words in which its codes are looked for, the nearest first."""
THINGS = (
    "account", "assignment", "calendar", "destruction", "employee", "enrolment", "explanation", "grant", "import",
    "month", "notice", "paper", "papers", "personal_request", "personal_setting", "punches", "pushing", "roster_post",
    "rules", "schedule", "terminal", "trail", "unit", "user",
)  # fmt: skip
"""What an act is done to, where there is a word for it."""
_NAMED_BY_CODE = frozenset({"flags"})
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(\.\d+)?([+-]\d\d:\d\d|Z)?")


class ExportWords:
    """Speaks one language about one office's times."""

    def __init__(self, t: Translator, zone: str) -> None:
        self.t, self.zone = t, zone

    def column(self, name: str) -> str:
        """What a field is called; one that nothing is known of by its own name."""
        for group in ("export_column", "field"):
            if self.t.knows(f"{group}.{name}"):
                return self.t(f"{group}.{name}")
        return name

    def value(self, column: str, value: Any) -> str:
        """What stands in a field, as people say it; empty for nothing."""
        if value in (None, "", [], {}):
            return ""
        if isinstance(value, bool):
            return self.t("export_value.yes") if value else self.t("export_value.no")
        if isinstance(value, datetime):
            return self._moment(value)
        if isinstance(value, date):
            return self.t.date(value)
        if isinstance(value, Mapping):
            return self._mapping(column, value)
        if isinstance(value, list | tuple):
            return "; ".join(filter(None, (self._part(column, each) for each in value)))
        if isinstance(value, int | float) and column not in GROUPS:
            return self.t.number(value)
        return self._text(column, str(value))[:LONGEST]

    def _part(self, column: str, value: Any) -> str:
        if column == "citations" and isinstance(value, Mapping):
            return self._citation(value)
        return self.value(column, value)

    def _citation(self, cited: Mapping[str, Any]) -> str:
        said = [each for each in (cited.get("document"), cited.get("article")) if each]
        return ", ".join(said) or self.t("export_value.own_setting")

    def _mapping(self, column: str, value: Mapping[str, Any]) -> str:
        """Signs by session, or fields each with its name."""
        signs = column == "symbols"
        said = []
        for name, each in value.items():
            if name in INTERNAL:
                continue
            text = self.value(column if signs else name, each)
            if text:
                said.append(f"{self.t.label('session', name) if signs else self.column(name)}: {text}")
        return ", ".join(said)

    def _text(self, column: str, text: str) -> str:
        if column in _NAMED_BY_CODE:
            return self.t.flag(text)
        for group in GROUPS.get(column, ()):
            if self.t.knows(f"{group}.{text}"):
                return self.t(f"{group}.{text}")
        if _DATE.fullmatch(text):
            return self.t.date(date.fromisoformat(text))
        return self._moment(datetime.fromisoformat(text)) if _MOMENT.fullmatch(text) else text

    def _moment(self, moment: datetime) -> str:
        return self.t.moment(clock.to_wall(moment, self.zone) if moment.tzinfo is not None else moment)


def shown_columns(rows: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The columns that say something in some row, as they first come, without those for the file alone."""
    said = (name for row in rows for name, value in row.items() if value not in (None, "", [], {}))
    return tuple(dict.fromkeys(name for name in said if name not in INTERNAL))
