"""What there is to be told, to whom it can be told, and what an account is told that has chosen nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args

from attendance.services.access import Permission, may

Kind = Literal["morning", "missing", "waiting", "signing", "terminals", "system"]
KINDS: tuple[str, ...] = get_args(Kind)
INBOX, MAIL, WEBHOOK = "inbox", "mail", "webhook"

EVENTS = (
    "violation.opened", "terminal.silent", "terminal.back", "explanation.waiting", "month.locked", "month.reopened",
    "checkpoint.published",
)  # fmt: skip
"""What a webhook can be told; beside them `notification.test`, when somebody asks for it."""
TEST = "notification.test"


@dataclass(frozen=True, slots=True)
class About:
    """`permission`: whoever has it somewhere may choose the kind. `own`: it is about the person behind the account.

    `minute` is the usual minute of the day, None for what is told when it happens. `ways`: where it goes for those who
    have chosen nothing; what concerns oneself lies in one's own inbox, nothing is mailed that nobody asked for.
    """

    permission: Permission
    own: bool
    minute: int | None
    ways: tuple[str, ...]
    hours: float


ABOUT: dict[str, About] = {
    "morning": About("attendance.read", False, 7 * 60 + 45, (), 2),
    "missing": About("attendance.read", True, 19 * 60, (INBOX,), 12),
    "waiting": About("explanations.read", False, 8 * 60, (INBOX,), 20),
    "signing": About("commitments.sign", True, None, (INBOX,), 72),
    "terminals": About("terminals.read", False, None, (), 24),
    "system": About("system.manage", False, None, (INBOX,), 72),
}


def offered(roles: Collection[str], is_person: bool) -> tuple[str, ...]:
    """The kinds that somebody with these roles can choose: what is about others is for whoever looks after others."""
    found = []
    for kind, about in ABOUT.items():
        allowed = {role for role in roles if may(role, about.permission)}
        if about.own:
            if is_person and "official" in allowed:
                found.append(kind)
        elif allowed - {"official"} or (allowed and kind == "waiting"):
            found.append(kind)
    return tuple(found)
