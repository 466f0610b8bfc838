"""The rules each conclusion rests on, with version, document and article; where there is no document, that is said."""

from __future__ import annotations

from collections.abc import Iterator

from attendance.engine.columns import TYPES
from attendance.engine.verdict import DayVerdict, Occurrence
from attendance.rules.citation import Citation
from attendance.rules.policy import Policy
from attendance.services.explain.look import DayLook
from attendance.services.explain.statements import (
    Listing,
    Minutes,
    Notes,
    Phrase,
    Rule,
    Seconds,
    Statement,
    Value,
    Word,
    Workdays,
    notes,
    phrase,
)

RESTS_ON = {
    "late": ("late_grace_minutes", "absent_over_minutes"),
    "early": ("early_grace_minutes", "absent_over_minutes"),
    "absent": ("absent_over_minutes",),
    "missing_in": ("repeat_minutes", "missing_punch_refused"),
    "missing_out": ("repeat_minutes", "missing_punch_refused"),
    "left_post": ("track_mid_session",),
}
"""Beside the hours: the thresholds a kind of occurrence rests on."""

OF_DAYS = (
    "late_grace_minutes",
    "early_grace_minutes",
    "absent_over_minutes",
    "duplicate_window_seconds",
    "clock_tolerance_seconds",
    "session_window_minutes",
    "repeat_minutes",
    "site_policy",
    "track_mid_session",
    "missing_punch_refused",
    "explanation_deadline_workdays",
)
"""The thresholds of a day, in the order in which they are told."""


def of_session(look: DayLook, session: int, found: list[tuple[int, Occurrence]]) -> Iterator[Statement]:
    """What each occurrence of a session rests on; without one, what the session's conclusion rests on."""
    at = look.place(session)
    hours = [_hours(citation) for citation in look.plan.citations]
    for place, occurrence in found:
        thresholds = [each for rule in RESTS_ON[occurrence.type] if (each := _threshold(look.policy, rule)) is not None]
        values: dict[str, Value] = {
            "kind": Word("violation", occurrence.type),
            "session": look.word(session),
            "rules": Listing((*hours, *thresholds)),
        }
        yield Statement("rule", "rule.of_occurrence", values, at, place)
    if not found:
        values = {"session": look.word(session), "rules": Listing(tuple(hours))}
        yield Statement("rule", "rule.of_session", values, at)


def _hours(citation: Citation) -> Phrase:
    return phrase("rule.named", rule=Rule(citation.rule), source=source(citation))


def source(citation: Citation) -> Notes:
    """Version, article and document; never a document that is not there."""
    since = _version(citation)
    if not citation.document:
        return notes(since, phrase("note.no_document"))
    article = phrase("note.article", article=citation.article) if citation.article else None
    return notes(since, article, phrase("note.issued", document=citation.document))


def _version(citation: Citation) -> Phrase | None:
    if citation.from_on is None:
        return phrase("note.to", until=citation.to_on) if citation.to_on else None
    if citation.to_on is None:
        return phrase("note.since", date=citation.from_on)
    if citation.from_on == citation.to_on:
        return phrase("note.of_date", date=citation.from_on)
    return phrase("note.between", date=citation.from_on, until=citation.to_on)


def _threshold(policy: Policy, rule: str) -> Phrase | None:
    """A threshold with its value and where it comes from; None where it is not set at all."""
    value = _value(policy, rule)
    if value is None:
        return None
    cited = next((citation for citation in policy.cited if citation.rule == rule), policy.citation)
    return phrase("rule.threshold", rule=Rule(rule), value=value, source=source(cited))


def _value(policy: Policy, rule: str) -> Value | None:
    held = getattr(policy, rule)
    if held is None:
        return None
    if rule.endswith("_minutes"):
        return Minutes(held)
    if rule.endswith("_seconds"):
        return Seconds(held)
    if rule == "explanation_deadline_workdays":
        return Workdays(held)
    return Word("threshold_value", {True: "yes", False: "no"}.get(held, str(held)))


def book(look: DayLook, verdict: DayVerdict) -> Iterator[Statement]:
    """Every rule of the day, the thresholds in force, and the fingerprint of all rules."""
    policy = look.policy
    for citation in verdict.citations:
        if citation not in policy.citations:
            yield Statement("book", "book.cited", {"rule": Rule(citation.rule), "source": source(citation)})
    own = {citation.rule for citation in policy.cited}
    for rule in (rule for rule in OF_DAYS if rule in own):
        threshold = _threshold(policy, rule)
        if threshold is not None:
            yield Statement("book", "book.threshold", dict(threshold.values))
    rest = [(rule, value) for rule in OF_DAYS if rule not in own and (value := _value(policy, rule)) is not None]
    items = tuple(phrase("rule.value", rule=Rule(rule), value=value) for rule, value in rest)
    values: dict[str, Value] = {"rule": Rule(policy.citation.rule), "source": source(policy.citation)}
    yield Statement("book", "book.thresholds", values | {"thresholds": Listing(items)})
    yield Statement("book", "book.fingerprint", {"fingerprint": look.case.rulebook.fingerprint})


assert set(RESTS_ON) == set(TYPES)
