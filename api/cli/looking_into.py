"""Commands of whoever looks into what a citizen said, and of a team that goes and sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.acting import As, PasswordFile, acting, secret_of
from api.cli.place import read_date, say

if TYPE_CHECKING:
    from api.cli.acting import Acting
    from attendance.store.citizen_tables import ObservationRow
    from attendance.store.database import Session

Number = Annotated[int, typer.Argument(metavar="OBSERVATION", min=1, help="Number of the observation.")]


def take_up(number: Number, account: As, password_file: PasswordFile = None) -> None:
    """Look into it: the citizen is told so. Not by whoever held that desk then."""
    from attendance.clock import utc_now
    from attendance.services.citizens import looking

    with acting(account, password_file) as who, who.database.writing() as session:
        row = _seen(session, who, number, change=True)
        looking.take_up(session, row, who.actor, at=utc_now())
    say(f"{account} looks into observation {number}.")


def contact(number: Number, account: As, password_file: PasswordFile = None) -> None:
    """How the citizen can be reached, where they left it; that you looked is written down."""
    from attendance.clock import utc_now
    from attendance.services.citizens import contact as reaching

    with acting(account, password_file) as who, who.database.writing() as session:
        row = _seen(session, who, number)
        found = reaching.reveal(session, row, who.actor, secret_key=secret_of(who.settings), at=utc_now())
    say(found)


def ask_for_visit(number: Number, account: As, password_file: PasswordFile = None) -> None:
    """Say that a visit is wanted; inspectors of the unit find it in their list."""
    from attendance.clock import utc_now
    from attendance.services.citizens import opening

    with acting(account, password_file) as who, who.database.writing() as session:
        opening.ask_for_visit(session, _seen(session, who, number, change=True), who.actor, at=utc_now())
    say(f"Inspectors find observation {number} in their list.")


def open_visit(
    number: Number,
    account: As,
    on: Annotated[str | None, typer.Option(metavar="DATE", help="Day of the visit; not set if left out.")] = None,
    note: Annotated[str, typer.Option(help="For the team alone.")] = "",
    team: Annotated[int | None, typer.Option(min=1, help="Number of your team; the only one if left out.")] = None,
    password_file: PasswordFile = None,
) -> None:
    """Plan a surprise visit of your team because of it; nobody outside the team could find that out."""
    from attendance.clock import utc_now
    from attendance.errors import NotFound
    from attendance.services.citizens import opening
    from attendance.services.citizens.seeing import seen_by
    from attendance.store import observations
    from attendance.store.teams import number_of

    with acting(account, password_file) as who, who.database.writing() as session:
        doing = who.allowed(session, "visits.do")
        reading = who.within(session, "observations.read")
        seen = seen_by(session, reading, who.user.employee_id, who.user.grants, who.today)
        row = observations.get(session, seen, number)
        mine = [number_of(each) for each in opening.teams_for(session, row, doing, who.actor, who.today)]
        if team is None and len(mine) != 1:
            raise NotFound("team", "", f"{len(mine)} of your teams may visit this unit; say which one with --team.")
        key = opening.open_visit(
            session, row, team or mine[0], doing, planned_for=read_date(on) if on else None, note=note, by=who.actor,
            today=who.today, at=utc_now(),
        ).key  # fmt: skip
    say(f"Visit {key} is planned.")


def _seen(session: Session, who: Acting, number: int, *, change: bool = False) -> ObservationRow:
    """An observation they see, of no unit that they head. Raises NotAllowed, NotFound."""
    from attendance.services.citizens.seeing import seen_by
    from attendance.store import observations

    within = who.allowed(session, "observations.take")
    seen = seen_by(session, within, who.user.employee_id, who.user.grants, who.today)
    return observations.get(session, seen, number, change=change)
