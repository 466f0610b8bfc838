"""Forming a team by a decision, who joins and leaves it, and its end. Each member is given an inspector's grant for the
part of the tree the team may visit; it goes when they leave, and nobody brings themselves in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from attendance import clock
from attendance.errors import Invalid, NotFound
from attendance.services import granting
from attendance.services.granting import Wanted
from attendance.store import accounts, grants, office, teams
from attendance.store.database import Session
from attendance.store.people import names
from attendance.store.tables import UnitRow
from attendance.store.trail import Actor, record
from attendance.store.visit_tables import PARTS, TeamMemberRow, TeamRow

AUTHORITIES = ("state", "party", "elected", "internal")
"""Whose team it is: of the administration, of a Party committee, of an elected body, of the unit itself."""
LONGEST = 366
MOST_MEMBERS = 30
MAX_TEXT = 200
PROBLEMS = ("name", "document", "period", "over", "authority", "member", "members", "head", "twice", "text", "disabled")


class TeamInvalid(Invalid):
    """A team that cannot be as it is written. `why` names the reason for programs and pages."""

    def __init__(self, why: str, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why


@dataclass(frozen=True, slots=True)
class NewMember:
    """An account that becomes part of a team. `name`: as minutes name them; empty: as the office knows the person."""

    user: str
    part: str = "member"
    name: str = ""
    post: str = ""


@dataclass(frozen=True, slots=True)
class NewTeam:
    """`unit`: code of the top of what it may visit; None: the whole tree. Both dates are included."""

    name: str
    document: str
    unit: str | None
    from_on: date
    to_on: date
    members: Sequence[NewMember]
    standing: bool = False
    authority: str = "state"


def form(session: Session, zone: str, new: NewTeam, *, by: Actor, at: datetime) -> TeamRow:
    """A team is there from now on, with a grant for each member. Raises Invalid, NotFound, and GrantRefused where
    somebody would bring themselves in."""
    _check(new, clock.today(at, zone))
    unit_id = office.key(office.get(session, UnitRow, new.unit)) if new.unit is not None else None
    row = TeamRow(
        name=new.name.strip(),
        standing=new.standing,
        authority=new.authority,
        document=new.document.strip(),
        unit_id=unit_id,
        from_on=new.from_on,
        to_on=new.to_on,
        created_by=by.name,
        created_at=at,
    )
    number = teams.add(session, row)
    after = {
        "name": row.name, "document": row.document, "unit": new.unit, "from": new.from_on, "to": new.to_on,
        "kind": row.authority,
    }  # fmt: skip
    record(session, by, "team.formed", kind="team", key=str(number), after=after, at=at)
    for each in new.members:
        join(session, zone, row, each, by=by, at=at)
    return row


def join(session: Session, zone: str, team: TeamRow, new: NewMember, *, by: Actor, at: datetime) -> TeamMemberRow:
    """Somebody becomes part of a team, and may do what it may. Raises Invalid, NotFound, GrantRefused."""
    _check_member(new)
    _check_goes_on(team, clock.today(at, zone))
    number = teams.number_of(team)
    user = accounts.get_user(session, new.user)
    if user.disabled:
        raise TeamInvalid("disabled", f"The account {user.name} is disabled; name another one, or enable it first.")
    inside = [member for member, _ in teams.members(session, [number])[number] if member.left_at is None]
    if any(member.user_id == user.id for member in inside):
        raise TeamInvalid("twice", f"{user.name} is in this team already.")
    if len(inside) >= MOST_MEMBERS:
        raise TeamInvalid("members", f"A team has {MOST_MEMBERS} members at most.")
    if new.part == "head" and any(member.part == "head" for member in inside):
        raise TeamInvalid("head", "A team has one head; the one there is has to leave first.")
    unit = office.code_of(session, UnitRow, team.unit_id) if team.unit_id is not None else None
    wanted = Wanted("inspector", unit, _begin(team.from_on, zone), _begin(team.to_on + timedelta(days=1), zone),
                    team.document, team.document)  # fmt: skip
    grant = granting.give(session, user.name, wanted, by=by, at=at)
    known = names(session, [user.employee_id]) if user.employee_id is not None else {}
    name = new.name.strip() or next((name for _, name in known.values()), user.name)
    row = TeamMemberRow(
        team_id=number, user_id=user.id, part=new.part, name=name, post=new.post.strip(), grant_id=grant.id,
        joined_at=at,
    )  # fmt: skip
    teams.add_member(session, row)
    about = [user.employee_id] if user.employee_id is not None else []
    record(session, by, "team.joined", kind="team", key=str(number), employees=about,
           after={"name": user.name, "role": new.part}, at=at)  # fmt: skip
    return row


def leave(session: Session, team: TeamRow, member: int, *, by: Actor, at: datetime) -> None:
    """A member, by the number of their place, is none any more; their grant goes with them. Raises NotFound."""
    row = teams.member(session, teams.number_of(team), member)
    user = next(user for each, user in teams.members(session, [row.team_id])[row.team_id] if each.id == row.id)
    _take_grant(session, row, by, at)
    teams.leave(session, row, at)
    about = [user.employee_id] if user.employee_id is not None else []
    record(session, by, "team.left", kind="team", key=str(row.team_id), employees=about, before={"name": user.name},
           at=at)  # fmt: skip


def end(session: Session, team: TeamRow, *, why: str, by: Actor, at: datetime) -> None:
    """The team is no more: every grant it gave goes at once. Raises Invalid where it has ended before.

    Who ends it learns nothing of what it had planned, and nobody else either.
    """
    number = teams.number_of(team)
    if team.ended_at is not None:
        raise TeamInvalid("over", f"The team {team.name} has ended already.")
    if len(why) > MAX_TEXT * 5:
        raise TeamInvalid("text", f"Write at most {MAX_TEXT * 5} characters.")
    for member, _ in teams.members(session, [number])[number]:
        if member.left_at is None:
            _take_grant(session, member, by, at)
            teams.leave(session, member, at)
    teams.end(session, team, by=by.name, at=at)
    record(session, by, "team.ended", kind="team", key=str(number), why=why.strip(), before={"name": team.name}, at=at)


def find(session: Session, number: int) -> TeamRow:
    """Raises NotFound."""
    found = teams.find(session, number)
    if found is None:
        raise NotFound("team", str(number))
    return found


def state(team: TeamRow, today: date) -> str:
    """One of holds, ended, expired, later."""
    if team.ended_at is not None:
        return "ended"
    if today > team.to_on:
        return "expired"
    return "holds" if today >= team.from_on else "later"


def _take_grant(session: Session, row: TeamMemberRow, by: Actor, at: datetime) -> None:
    grant = grants.find(session, row.grant_id) if row.grant_id is not None else None
    if grant is not None and grant.state(at) in ("holds", "later"):
        granting.take_back(session, grant.id, by=by, at=at)


def _begin(on: date, zone: str) -> datetime:
    return clock.to_instant(datetime.combine(on, time()), zone)


def _check(new: NewTeam, today: date) -> None:
    for name, text in (("name", new.name), ("document", new.document)):
        if not text.strip() or len(text) > MAX_TEXT or not text.isprintable():
            raise TeamInvalid(name, f"Write the {name} of the team in one line of at most {MAX_TEXT} characters.")
    if new.authority not in AUTHORITIES:
        raise TeamInvalid("authority", f"{new.authority!r} is no authority; write one of {', '.join(AUTHORITIES)}.")
    if new.to_on < new.from_on or (new.to_on - new.from_on).days >= LONGEST:
        raise TeamInvalid("period", f"The decision holds from a date to a later one, {LONGEST} days at most.")
    if new.to_on < today:
        raise TeamInvalid("period", f"The decision has ended on {new.to_on}; a team needs one that still holds.")
    if not 1 <= len(new.members) <= MOST_MEMBERS:
        raise TeamInvalid("members", f"A team has 1 to {MOST_MEMBERS} members.")
    if sum(each.part == "head" for each in new.members) != 1:
        raise TeamInvalid("head", "One member is the head of the team; say which (`part` head).")


def _check_member(new: NewMember) -> None:
    if new.part not in PARTS:
        raise TeamInvalid("member", f"{new.part!r} is no part in a team; write one of {', '.join(PARTS)}.")
    if any(len(text) > MAX_TEXT or not text.isprintable() for text in (new.user, new.name, new.post)):
        raise TeamInvalid("text", f"Name and post are one line of at most {MAX_TEXT} characters each.")


def _check_goes_on(team: TeamRow, today: date) -> None:
    if team.ended_at is not None or today > team.to_on:
        raise TeamInvalid("over", f"The team {team.name} has ended; form another one by a new decision.")
