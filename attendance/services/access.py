"""What each role may do. The one table that decides it: every address and every page asks here, and nowhere else.

A role says what, the grant that gives it says where in the tree, from when to when and by which document.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal, get_args

from attendance.store import office
from attendance.store.database import Session
from attendance.store.grants import Grant
from attendance.store.tree import StoredTree
from attendance.store.within import Within

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
    "explanations.read",  # an official: their own
    "explanations.file",  # an official: their own; HR and heads what was handed to them on paper
    "explanations.ask",  # ask somebody to explain a violation
    "explanations.confirm",  # as the direct superior; never one's own
    "explanations.decide",  # never one's own; a head's is decided one level up
    "months.read",
    "months.sign",  # as who kept the sheet, as head of section, as approver
    "months.lock",  # and reopen, with a reason
    "teams.read",
    "teams.write",  # form a team by a decision, and end it
    "visits.do",  # plan, begin, note, seal: as a member of a team whose decision holds, and of its visits alone
    "visits.read",  # visits whose minutes are sealed
    "visits.answer",  # say what a unit did about the conclusions of a visit
    "observations.read",
    "observations.take",  # take in what a citizen says, and look into it
    "commitments.read",  # an official: their own
    "commitments.write",  # templates, and asking people to sign
    "commitments.sign",  # one's own, or a collective's as its head
    "commitments.review",  # never one's own
    "conduct.read",  # what thresholds propose, positive lists
    "conduct.write",  # thresholds of a unit
    "conduct.decide",  # never on oneself
    "index.read",
    "index.publish",
    "roster.write",
    "terminals.read",
    "terminals.write",
    "terminals.evidence",  # what a terminal holds of everybody, as it stands
    "terminals.pull",
    "imports.punches",
    "imports.sheets",  # what was imported, and undoing it; each kind of sheet needs the permission for what it files
    "trail.read",
    "evidence.read",  # checkpoints of the chains: figures and digests, nobody's records
    "system.read",  # figures of this program, sites that forward
    "users.manage",
    "personal_data.manage",
    "system.manage",  # backups, notifications, how the service runs
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
    "explanations.read": frozenset({"official", "head", "hr", "leader"}),
    "explanations.file": frozenset({"official", "head", "hr"}),
    "explanations.ask": frozenset({"head", "hr", "leader"}),
    "explanations.confirm": frozenset({"head", "leader"}),
    "explanations.decide": frozenset({"head", "leader"}),
    "months.read": frozenset(_STAFF),
    "months.sign": frozenset({"head", "hr", "leader"}),
    "months.lock": frozenset({"head", "leader"}),
    "teams.read": frozenset({"hr", "inspector", "leader"}),
    "teams.write": frozenset({"hr", "leader"}),
    "visits.do": frozenset({"inspector"}),
    "visits.read": frozenset(_STAFF),
    "visits.answer": frozenset({"head", "leader"}),
    "observations.read": frozenset({"hr", "inspector", "leader"}),
    "observations.take": frozenset({"hr", "inspector", "leader"}),
    "commitments.read": frozenset({"official", *_STAFF}),
    "commitments.write": frozenset({"head", "hr", "leader"}),
    "commitments.sign": frozenset({"official", "head", "leader"}),
    "commitments.review": frozenset({"head", "leader"}),
    "conduct.read": frozenset({"head", "hr", "leader"}),
    "conduct.write": frozenset({"hr", "leader"}),
    "conduct.decide": frozenset({"head", "leader"}),
    "index.read": frozenset(_STAFF),
    "index.publish": frozenset({"hr", "leader"}),
    "roster.write": frozenset({"head", "hr"}),
    "terminals.read": frozenset({*_STAFF, "administrator"}),
    "terminals.write": frozenset({"administrator"}),
    "terminals.evidence": frozenset(_STAFF),
    "terminals.pull": frozenset({*_STAFF, "administrator"}),
    "imports.punches": frozenset({"hr", "administrator"}),
    "imports.sheets": frozenset({"head", "hr", "administrator"}),
    "trail.read": frozenset({"auditor"}),
    "evidence.read": frozenset({"inspector", "leader", "auditor", "administrator"}),
    "system.read": frozenset({"administrator"}),
    "users.manage": frozenset({"administrator"}),
    "personal_data.manage": frozenset({"hr"}),
    "system.manage": frozenset({"administrator"}),
}


APART = frozenset({"administrator", "auditor"})
"""Roles that stand beside no other than `official`: who runs the system or reads its trail sees no attendance."""

_LEADING = ("administrator", "auditor", "leader", "inspector", "hr", "head", "official")


def may(role: str, permission: Permission) -> bool:
    """Whether a role may do something somewhere; its grant says where."""
    return role in ALLOWED[permission]


def roles_that_may(permission: Permission) -> tuple[str, ...]:
    """In the order of ROLES."""
    return tuple(role for role in ROLES if role in ALLOWED[permission])


def permissions(grants: Iterable[Grant]) -> frozenset[str]:
    """Everything that some of these grants allows somewhere."""
    roles = {grant.role for grant in grants}
    return frozenset(permission for permission, allowed in ALLOWED.items() if roles & allowed)


def leading(grants: Iterable[Grant]) -> Grant | None:
    """The grant somebody is introduced by where one word must do; None: nothing is granted to them."""
    return min(grants, key=lambda grant: _LEADING.index(grant.role), default=None)


def within(
    session: Session, permission: Permission, grants: Iterable[Grant], employee_id: int | None, on: date
) -> Within | None:
    """The rows for which these grants, which hold now, allow something to an account; None: they allow it nowhere.

    Every grant that allows it adds the units of its part of the tree as the tree stands `on`
    a date (today), with those that merged into it; an official's adds the
    person behind the account (`employee_id`), wherever they served.
    """
    allowed = [grant for grant in grants if may(grant.role, permission)]
    if not allowed:
        return None
    own = employee_id if any(grant.role == "official" for grant in allowed) else None
    served = office.units_served(session, [own]).get(own, frozenset()) if own is not None else frozenset()
    tops = {grant.unit_id for grant in allowed if grant.role != "official"}
    if None in tops:
        return Within(None, own, served)
    found = StoredTree(session).below([top for top in tops if top is not None], on) if tops else frozenset()
    return Within(found, own, served)
