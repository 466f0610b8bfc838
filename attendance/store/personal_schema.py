"""Which table holds what on a person: the one list that the export follows and a test holds against the schema.

A table with a foreign key to a person or an account that is not here fails `tests/contract/test_personal_export.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SECRET = "a secret, or the digest of one"  # noqa: S105 - a reason, none itself
OTHERS = "the name of somebody else"


@dataclass(frozen=True, slots=True)
class Held:
    """Rows of a table that are about a person: those of whom one of the columns `by` is the person, or their account.

    `acted`: columns that name an account as the one who acted; what an account did is told from the trail. `kind` is
    the kind of data (`kinds.toml`). `withheld` columns are left out, each for its reason; `reasons` are told only to
    whom reasons are. `once_sealed`: rows of a visit (`visit_id`), which its team alone knows until its minutes are
    sealed.
    """

    kind: str
    by: tuple[str, ...] = ()
    acted: tuple[str, ...] = ()
    withheld: Mapping[str, str] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    once_sealed: bool = False


_PAPER = ("code", "document")

HELD: dict[str, Held] = {
    "assignment": Held("people", ("employee_id",)),
    "unit_head": Held("people", ("employee_id",)),
    "rule_version": Held("people", ("employee_id",)),
    "enrolment": Held("enrolments", ("employee_id",)),
    "absence": Held("papers", ("employee_id",), reasons=_PAPER),
    "exemption": Held("papers", ("employee_id",), reasons=_PAPER),
    "explanation": Held(
        "reasons",
        ("employee_id",),
        acted=("author_id", "confirmed_by_id", "decided_by_id", "withdrawn_by_id"),
        withheld={"author": OTHERS, "confirmed_by": OTHERS, "decided_by": OTHERS, "withdrawn_by": OTHERS},
        reasons=("ground", "reason", "document", "confirmation_note", "decision_note", "withdrawal_note"),
    ),
    "explanation_request": Held(
        "reasons", ("employee_id",), acted=("asked_by_id",), withheld={"asked_by": OTHERS}, reasons=("note",)
    ),
    "explanation_attachment": Held(
        "reasons",
        ("employee_id",),
        acted=("added_by_id",),
        withheld={"added_by": OTHERS},
        reasons=("file_name", "content", "digest"),
    ),
    "annulment": Held("reasons", ("employee_id",), withheld={"decided_by": OTHERS}, reasons=("reason", "document")),
    "protection": Held("papers", ("employee_id",), reasons=_PAPER),
    "duty": Held("papers", ("employee_id",)),
    "overtime": Held("papers", ("employee_id",)),
    "site_fact": Held("papers", ("employee_id",)),
    "paper": Held(
        "papers",
        ("employee_id",),
        acted=("author_id", "decided_by_id", "withdrawn_by_id"),
        withheld={"author": OTHERS, "decided_by": OTHERS, "withdrawn_by": OTHERS},
        reasons=("code", "document", "place", "note", "decision_note", "withdrawal_note"),
    ),
    "inspection_absence": Held("verdicts", ("employee_id",)),
    "minutes": Held("trail", acted=("sealed_by_id",)),
    "minutes_person": Held("verdicts", ("employee_id",)),
    "minutes_annex": Held("trail", acted=("added_by_id",)),
    "visit_followup_step": Held("trail", acted=("done_by_id",)),
    "ruling": Held("verdicts", ("employee_id",)),
    "violation": Held("verdicts", ("employee_id",)),
    "dirty_day": Held("verdicts", ("employee_id",)),
    "app_user": Held("accounts", ("employee_id",), withheld={"password_hash": SECRET}),
    "access_grant": Held("accounts", ("user_id",), withheld={"granted_by": OTHERS, "revoked_by": OTHERS}),
    "sign_in": Held("accounts", ("user_id",), withheld={"digest": SECRET}),
    "second_factor": Held("accounts", ("user_id",), withheld={"sealed": SECRET, "last_step": SECRET}),
    "recovery_code": Held("accounts", ("user_id",), withheld={"digest": SECRET}),
    "first_password": Held("accounts", ("user_id",)),
    "api_token": Held("accounts", ("user_id",), withheld={"digest": SECRET}),
    "known_place": Held("accounts", ("user_id",)),
    "openid_link": Held("accounts", ("user_id",)),
    "kept_answer": Held(
        "accounts",
        ("user_id",),
        withheld={"request_digest": SECRET, "grants_digest": SECRET, "key": SECRET, "body": OTHERS, "headers": OTHERS},
    ),
    "saved_view": Held("accounts", ("user_id",)),
    "report_job": Held(
        "accounts", ("user_id",), withheld={"people": OTHERS, "asked": OTHERS, "digest": SECRET, "grants": SECRET}
    ),
    "last_look": Held("accounts", ("user_id",), withheld={"seen": OTHERS, "compared": OTHERS}),
    "notice_account": Held("notices", ("user_id",)),
    "notice_address": Held("notices", ("user_id",), withheld={"code_digest": SECRET}),
    "notice_wish": Held("notices", ("user_id",)),
    "notice": Held("notices", ("user_id",), withheld={"key": OTHERS, "params": OTHERS, "body": OTHERS}),
    "notice_reading": Held("requests", ("employee_id",)),
    "subject_request": Held(
        "requests",
        ("employee_id",),
        acted=("entered_by_id",),
        withheld={"entered_by": OTHERS, "answered_by": OTHERS, "completed_by": OTHERS},
    ),
    "erasure": Held("people", ("employee_id",), withheld={"erased_by": OTHERS}),
    "month_sheet_name": Held("verdicts", ("employee_id",), withheld={"salt": SECRET}),
    "month_signature": Held("trail", ("employee_id",), acted=("user_id",)),
    "commitment_template": Held("trail", acted=("created_by_id",)),
    "commitment": Held(
        "commitments",
        ("employee_id", "head_id"),
        acted=tuple(f"{act}_by_id" for act in ("asked", "signed", "confirmed", "refused", "withdrawn")),
        withheld={"salt": SECRET} | {f"{act}_by": OTHERS for act in ("asked", "confirmed", "refused", "withdrawn")},
        reasons=("refusal_reason",),
    ),
    "commitment_review": Held(
        "commitments", ("employee_id",), acted=("reviewed_by_id",), withheld={"salt": SECRET, "reviewed_by": OTHERS}
    ),
    "team_member": Held("accounts", ("user_id",)),
    "visit": Held("trail", acted=("created_by_id", "begun_by_id")),
    "conduct_proposal": Held(
        "reasons",
        ("employee_id",),
        acted=("decided_by_id",),
        withheld={"decided_by": OTHERS},
        reasons=("decision_note", "instead"),
    ),
    "feedback_point": Held("trail", acted=("created_by_id",)),
    "observation": Held("trail", acted=("taken_by_id", "looked_by_id", "decided_by_id", "visit_asked_by_id")),
    "survey_score": Held("trail", acted=("recorded_by_id",)),
    "visit_mark": Held(
        "verdicts",
        ("employee_id",),
        acted=("noted_by_id",),
        withheld={"noted_by": OTHERS},
        reasons=("note",),
        once_sealed=True,
    ),
    "visit_check": Held(
        "verdicts",
        ("employee_id",),
        acted=("noted_by_id",),
        withheld={"noted_by": OTHERS},
        reasons=("note",),
        once_sealed=True,
    ),
    "visit_photo": Held(
        "visit_photos",
        ("employee_id",),
        acted=("noted_by_id",),
        withheld={"noted_by": OTHERS},
        reasons=("note",),
        once_sealed=True,
    ),
    "draw": Held("trail", acted=("created_by_id",)),
    "destruction": Held("trail", acted=("proposed_by_id",)),
    "destruction_approval": Held("trail", acted=("user_id",)),
}

BESIDE: dict[str, str] = {
    "employee": "the person; told at the head of the export",
    "trail": "told as `looks`, `changes` and `own_acts`",
    "trail_subject": "told with the entries of the trail it belongs to",
    "trail_detail": "told with the entries of the trail it belongs to, where it is about this person alone",
    "punch_block": "told as `punches`, by the numbers the person is enrolled under",
    "terminal_user": "told as `terminal_users`, by the same numbers",
    "push_difference": "told as `differences`, by the same numbers",
    "punch_photo": "told as `photographs`, by the same numbers",
}
"""Tables that hold something on people without pointing at them by a foreign key, and where it is told."""

LOOKING_SECRET = ("password", "digest", "secret", "sealed", "salt", "seal", "token", "hash")
"""Parts of names of columns that must not be exported unless `PLAIN` says that they are harmless."""
PLAIN = frozenset(
    (table, "digest")
    for table in (
        "notice_reading", "ruling", "explanation_attachment", "month_signature", "commitment", "commitment_review",
        "visit_photo",
    )
)  # fmt: skip
CODED = {"unit_id": "unit", "terminal_id": "terminal", "schedule_id": "schedule"}
"""Numbers that are told as the code of what they point at."""
