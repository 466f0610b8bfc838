"""What a reader without `reasons.read` is told of a day: that there is an approved paper, never which reason it gives.

Every kind of leave is masked alike, and every exemption, because masking the sensitive ones alone would tell them.
Missions keep their document number: that is what an inspection checks. What stays to be seen is what cannot be hidden
from who checks a day: which sessions were leave, and which times an exemption moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from attendance.engine.columns import FLAGS
from attendance.services.explain.statements import Statement
from attendance.store.within import Within


@dataclass(frozen=True, slots=True)
class Disclosed:
    """What of one day may be told beside what was concluded: reasons, and the alarms of its terminals."""

    reasons: bool = True
    alarms: bool = True


WHOLE = Disclosed()

LEAVE_SIGN = "CP"
"""Absent with an approved paper, in place of every sign of leave."""
EXEMPT_FLAG = "exempt"
"""In place of the code of every exemption."""

_PLAIN_SIGNS = frozenset({"", "+", "CT", "L", "NB", "NX", "KP", "?", "-"})
_STOPPAGE = "N"  # also a kind of leave on the official sheet
_OTHER_FLAGS = frozenset(
    {
        "duplicates_ignored",
        "punch_annulled",
        "explanation_after_deadline",
        "fact_after_lock",
        "mission_approved_after_inspection",
    }
)
_PLAIN_FLAGS = frozenset(FLAGS) | _OTHER_FLAGS
_REASONS = ("leave.", "exemption.")
_REFUSED_DUTY = "duty.refused"
_REFUSALS = frozenset({"duty.duty_not_employed", "duty.night_duty_forbidden_pregnancy_m7"})

PAPER_REASONS = (
    "code", "document", "ground", "reason", "note", "why", "attachment", "place", "confirmation_note", "decision_note",
    "withdrawal_note",
)  # fmt: skip
"""The fields of a paper that may tell its reason."""


WITH_REASONS = frozenset({"leave", "exemption", "explanation", "decision", "protection"})
"""Kinds of papers that tell why somebody was away, or what they are protected for."""
_PLAIN_OF_PAPER = ("kind", "employee", "date", "session", "from", "to", "status", "decision")


def verdict(row: dict[str, Any], reasons: Within) -> dict[str, Any]:
    """A row of the list of verdicts as it may be shown; takes away the numbers that say whose it is."""
    unit_id, employee_id = row.pop("unit_id"), row.pop("employee_id")
    return row if reasons.sees(unit_id, employee_id) else masked(row)


def masked(row: Mapping[str, Any]) -> dict[str, Any]:
    """A day without its reasons: `symbols`, `flags` and `citations` of a verdict; anything else as it is."""
    return {
        **row,
        "symbols": signs(row["symbols"], row["day_kind"], row["leave_min"]),
        "flags": flags(row["flags"]),
        "citations": [cited for cited in row["citations"] if is_open_rule(cited["rule"])],
    }


def signs(symbols: Mapping[str, str], day_kind: str, leave_min: int) -> dict[str, str]:
    """The signs of a day with one sign for every kind of leave."""
    stopped = day_kind == "stoppage" or not leave_min
    return {
        session: sign if sign in _PLAIN_SIGNS or (sign == _STOPPAGE and stopped) else LEAVE_SIGN
        for session, sign in symbols.items()
    }


def flags(raised: Iterable[str]) -> list[str]:
    """The flags of a day with one flag for every exemption, in order."""
    return sorted({flag if flag.partition(":")[0] in _PLAIN_FLAGS else EXEMPT_FLAG for flag in raised})


def is_open_rule(rule: str) -> bool:
    """Whether a rule may be named to everybody who sees the day: kinds of leave and exemption may not."""
    return not rule.startswith(_REASONS)


def statements(told: Iterable[Statement]) -> tuple[Statement, ...]:
    """The statements of a day without reasons: a duty that does not hold is said to, and no more."""
    return tuple(replace(each, key=_REFUSED_DUTY) if each.key in _REFUSALS else each for each in told)


def paper(row: dict[str, Any], kind: str, *, disclosed: bool) -> dict[str, Any]:
    """A paper as it may be shown: a mission as it is; of leave, exemption or explanation only that there is one.

    `kind`: mission, meeting, leave, exemption, explanation, protection. Fields of PAPER_REASONS become empty.
    """
    if disclosed or kind in ("mission", "meeting"):
        return row
    return {name: _emptied(value) if name in PAPER_REASONS else value for name, value in row.items()}


def entry(row: dict[str, Any]) -> dict[str, Any]:
    """An entry of the trail as its readers are told it, of whom none may know reasons: of a paper that has one, who did
    what to it and when, and what became of it; of a month, that it was reopened and not why; of a commitment, that it
    was not signed and not why."""
    if row["kind"] in ("month", "commitment"):
        return row | {"why": ""}
    if row["kind"] not in ("paper", "papers"):
        return row
    found = {**row, "before": _entered(row["before"]), "after": _entered(row["after"])}
    kinds = {each.get("kind") for each in (row["before"], row["after"]) if isinstance(each, dict)}
    return found | {"why": ""} if row["kind"] == "paper" and kinds & WITH_REASONS else found


def _entered(content: Any) -> Any:
    if not isinstance(content, dict):
        return content
    if "facts" in content:
        return {**content, "facts": [_entered(fact) for fact in content["facts"]]}
    if content.get("kind") not in WITH_REASONS:
        return content
    shown = ("status",) if content["kind"] == "protection" else _PLAIN_OF_PAPER
    return {name: value for name, value in content.items() if name in shown}


def _emptied(value: Any) -> Any:
    return "" if isinstance(value, str) else None
