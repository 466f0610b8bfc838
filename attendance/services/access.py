"""What each role may do. The one table that decides it: every address and every page asks here, and nowhere else.

A role says what, the grant that gives it says where in the tree, from when to when and by which document.
"""

from __future__ import annotations

from typing import Literal, get_args

Role = Literal["official", "head", "hr", "inspector", "leader", "auditor", "administrator"]
ROLES: tuple[str, ...] = get_args(Role)

Permission = Literal[
    "office.read",  # units, hours, calendar, rules
    "office.write",
    "people.read",  # who serves where, and under which number on which terminal
    "people.write",
    "attendance.read",  # punches, verdicts, violations, presence; an official: their own
    "reasons.read",  # which kind of leave or exemption it is, and its document; an official: their own
    "papers.read",
    "papers.file",  # an official: their own
    "papers.approve",  # never one's own, never what one filed oneself
    "roster.write",
    "terminals.read",
    "terminals.write",
    "terminals.pull",
    "imports.punches",
    "trail.read",
    "users.manage",
    "personal_data.manage",
]

_STAFF = ("head", "hr", "inspector", "leader")

ALLOWED: dict[Permission, frozenset[str]] = {
    "office.read": frozenset({"official", *_STAFF, "administrator"}),
    "office.write": frozenset({"hr", "administrator"}),
    "people.read": frozenset({"official", *_STAFF, "administrator"}),
    "people.write": frozenset({"hr", "administrator"}),
    "attendance.read": frozenset({"official", *_STAFF}),
    "reasons.read": frozenset({"official", "head", "hr"}),
    "papers.read": frozenset({"official", *_STAFF}),
    "papers.file": frozenset({"official", "head", "hr"}),
    "papers.approve": frozenset({"head", "hr", "leader"}),
    "roster.write": frozenset({"head", "hr"}),
    "terminals.read": frozenset({*_STAFF, "administrator"}),
    "terminals.write": frozenset({"administrator"}),
    "terminals.pull": frozenset({*_STAFF, "administrator"}),
    "imports.punches": frozenset({"hr", "administrator"}),
    "trail.read": frozenset({"auditor"}),
    "users.manage": frozenset({"administrator"}),
    "personal_data.manage": frozenset({"hr"}),
}


def may(role: str, permission: Permission) -> bool:
    """Whether a role may do something somewhere; its grant says where."""
    return role in ALLOWED[permission]


def roles_that_may(permission: Permission) -> tuple[str, ...]:
    """In the order of ROLES."""
    return tuple(role for role in ROLES if role in ALLOWED[permission])
