"""Words of dossiers that are made from codes."""

from __future__ import annotations

from attendance.rules import policy

DOSSIER_WORDS = {
    "dossier_section": (
        "overview", "conclusion", "reckoning", "punches", "terminals", "rules", "explanations", "revisions", "looks",
        "papers", "pulls", "chain",
    ),
    "dossier_column": (
        "date", "day_kind", "minutes", "recorded", "session", "excused", "counted", "status", "figure", "row",
        "true_time", "terminal_time", "terminal", "use", "where", "bytes", "state", "rule", "says", "valid", "document",
        "revision", "at", "cause", "concluded", "before", "after", "who", "role", "via", "number", "paper", "steps",
        "pull", "when", "outcome", "digest", "chain", "entry", "link",
    ),
    "dossier_terminal": ("read", "unread", "dead", "network", "offset", "invalid", "exact"),
    "dossier_choice": (
        *policy.MEASURES["site_policy"].choices, *policy.MEASURES["missing_punch_refused"].choices,
    ),
    "dossier_outcome": ("ok", "changed"),
    "dossier_chain": ("terminal", "rulings", "papers"),
    "dossier_problem": ("dates", "long"),
    "dossier_language": ("vi", "en"),
}  # fmt: skip
