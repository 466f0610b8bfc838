"""Groups of words that letters and pages of notifications make from codes."""

from __future__ import annotations

from collections.abc import Sequence

from api.notifying import failures, letters
from api.pages import notification_admin, notifications
from api.pages.i18n import LANGUAGES
from attendance.services.notifications import kinds as notice_kinds

NOTICE_WORDS: dict[str, Sequence[str]] = {
    "notice_kind": (*notice_kinds.KINDS, "test"),
    "notice_about": notice_kinds.KINDS,
    "notice_event": (*notice_kinds.EVENTS, notice_kinds.TEST),
    "notice_state": notification_admin.STATES,
    "notice_dropped": notification_admin.DROPPED,
    "letter_state": ("present", *letters.SHOWN),
    "letter": (
        *(f"missing.{side}" for side in ("in", "out", "both")),
        *(f"webhook.{why}" for why in ("failing", "gone")),
        *(f"decided.{said}" for said in ("approved", "partly", "refused")),
        *(f"waiting.{step}" for step in ("decide", "confirm", "explain")),
        *(f"signing.{stage}" for stage in ("asked", "near")),
    ),
    "way": (notice_kinds.INBOX, notice_kinds.MAIL, notice_kinds.WEBHOOK),
    "notify_done": notifications.DONE,
    "notify_problem": notifications.PROBLEMS,
    "notify_language": LANGUAGES,
    "undelivered": failures.CODES,
    "notify_act": ("rotate", "disable", "enable", "test", "retry"),
    "notify_shut": ("by_hand", "failing", "gone"),
    "notify_column": ("way", "standing", "last", "hook", "told", "at", "what", "to", "state"),
    "notify_admin_done": notification_admin.DONE,
    "notify_admin_problem": notification_admin.PROBLEMS,
}
