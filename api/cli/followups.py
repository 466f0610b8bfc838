"""Commands about what follows from visits: conclusions, what the unit did, whether it is done."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.acting import As, MayAs, PasswordFile, acting
from api.cli.looking import looking
from api.cli.place import print_told, say
from api.cli.visiting import Key, WithJson

Number = Annotated[int, typer.Argument(min=1, help="Number of the conclusion in its minutes.")]
Seen = Annotated[int | None, typer.Option("--version", help="The version you looked at.")]


def followups(
    key: Annotated[str | None, typer.Argument(help="Of this visit alone.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those whose deadline passed.")] = False,
    account: MayAs = None,
    password_file: PasswordFile = None,
    as_json: WithJson = False,
) -> None:
    """Conclusions of sealed minutes, open ones first, by deadline; with --as those that you see."""
    from attendance.services.visiting import followups as following
    from attendance.services.visiting.reading import shown_visit
    from attendance.store import followups as stored
    from reports import visit_told

    with looking(account, password_file) as (session, zone, who, person):
        if person is not None:
            person.allowed(session, "visits.read")
        if key is None:
            found = stored.within(session, who.reading, who.own, overdue_on=who.today if overdue else None, limit=5000)
        else:
            user_id = person.user.user_id if person is not None else -1
            visit = shown_visit(session, user_id, who.reading, key, who.today)
            found = stored.of_minutes(session, visit.sealed.id)
        found = following.overdue(found, who.today) if overdue else found
        told = visit_told.followups(session, zone, found, who.today)
    if as_json:
        print_told(told)
        return
    for each in told["items"]:
        due = f", until {each['due']}" if each["due"] else ""
        late = ", overdue" if each["overdue"] else ""
        say(f"{each['visit']} {each['number']}: {each['unit_name']}: {each['text']}{due}: {each['state']}{late}")
        for step in each["steps"]:
            say(f"    {step['at']} {step['by']} {step['act']} {step['text']}".rstrip())
    say(f"{told['total']} conclusions.")


def answer(
    key: Key,
    number: Number,
    text: Annotated[str, typer.Option(help="What the unit did.")],
    account: As,
    version: Seen = None,
    password_file: PasswordFile = None,
) -> None:
    """Report for the unit what it did about a conclusion."""
    from attendance.clock import utc_now
    from attendance.services.visiting import followups as following
    from attendance.services.visiting.reading import shown_visit

    with acting(account, password_file) as who, who.database.writing() as session:
        within = who.allowed(session, "visits.answer")
        row = shown_visit(session, -1, within, key, who.today).sealed
        following.answer(session, row, number, text, by=who.actor, version=version, at=utc_now())
    say(f"Conclusion {number} is reported on by {account}.")


def decide(
    key: Key,
    number: Number,
    act: Annotated[str, typer.Argument(metavar="FOUND", help="done or not_done.")],
    account: As,
    note: Annotated[str, typer.Option(help="What was found; with not_done, what is still missing.")] = "",
    version: Seen = None,
    password_file: PasswordFile = None,
) -> None:
    """Say whether a conclusion is done: by the team, or by a leader above the unit, never by its own head."""
    from attendance.clock import utc_now
    from attendance.services.impartial import Decider
    from attendance.services.visiting import followups as following
    from attendance.services.visiting.reading import shown_visit

    with acting(account, password_file) as who, who.database.writing() as session:
        within = who.allowed(session, "visits.read")
        row = shown_visit(session, who.user.user_id, within, key, who.today).sealed
        by = Decider(who.actor, who.within(session, "visits.answer"))
        following.decide(session, row, number, act, note, by=by, today=who.today, version=version, at=utc_now())
    say(f"Conclusion {number}: {act}, by {account}.")
