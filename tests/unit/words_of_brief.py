"""Groups of words of the brief, of statements and of comparisons, with keys made from codes."""

from __future__ import annotations

from api.reporting import statement_paper
from attendance.store.counted_days import CAUSES
from reports import monthly_statement, weekly_brief
from reports.registers import compared
from reports.view import VIOLATION_STATUSES

BRIEF_WORDS = {
    "brief": (
        *("counted", "pending", "excused"),
        *("unit_below", "compliance_short", "n_of", "counted_short", "unverified_short"),
    ),
    "brief_cause": CAUSES,
    "brief_duty": weekly_brief.DUTY_STATES,
    "brief_commitment": weekly_brief.COMMITMENT_STATES,
    "statement": ("fact", "times", "counted_minutes", "day", "session", "what", "minutes", "basis"),
    "statement_signer": statement_paper.SIGNERS,
    "statement_fact": monthly_statement.BLOCKS,
    "statement_mark": ("excused", "refused", "missing", "no_show"),
    "statement_finding": ("absent_with_reason", "absent_no_reason"),
    "comparing": ("charts", "charts.compliance", "charts.seasons", "charts.years", "index"),
    "compared_status": VIOLATION_STATUSES,
    "figure_mark": compared.MARKS,
    "stretch": compared.STRETCHES,
    "rule": ("hours", "calendar", "policy"),
}
