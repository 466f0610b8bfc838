"""Commands for teams: attendance teams."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from api.cli.place import open_database, operator, print_json, read_date, read_settings, say, today_of

Number = Annotated[int, typer.Argument(min=1, help="Number of the team, as `teams list` shows it.")]
WithJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Teams by decision, and who is in them.", no_args_is_help=True)
    group.command("list")(show_all)
    group.command("form")(form)
    group.command("join")(join)
    group.command("leave")(leave)
    group.command("end")(end)
    app.add_typer(group, name="teams")


def show_all(as_json: WithJson = False) -> None:
    """Every team with who is in it now. What a team plans is not told here."""
    from attendance.store import teams
    from attendance.store.within import EVERYTHING
    from reports.teams import told

    settings = read_settings()
    with open_database(settings) as database, database.reading() as session:
        rows = teams.seen(session, EVERYTHING, ())
        found = told(session, settings.timezone, rows, (), EVERYTHING, today_of(settings))
    if as_json:
        print_json({"items": [asdict(each) for each in found], "total": len(found)})
        return
    for each in found:
        say(f"{each.id}  {each.name}  {each.document}  {each.unit or 'whole tree'}  {each.from_on}..{each.to_on}  "
            f"{each.state}")  # fmt: skip
        for member in each.inside:
            say(f"    {member.id}  {member.user}  {member.part}  {member.name}  {member.post}".rstrip())
    say(f"{len(found)} teams.")


def form(
    name: Annotated[str, typer.Argument(help="Name of the team.")],
    document: Annotated[str, typer.Option(help="Number of the decision.")],
    from_: Annotated[str, typer.Option("--from", metavar="DATE", help="First day of the decision.")],
    to: Annotated[str, typer.Option("--to", metavar="DATE", help="Last day of the decision, included.")],
    head: Annotated[str, typer.Option(help="Account of the head of the team.")],
    member: Annotated[list[str] | None, typer.Option(help="Account of a member; may be given again.")] = None,
    unit: Annotated[str | None, typer.Option(help="Top of the units it may visit; the whole tree if left out.")] = None,
    authority: Annotated[str, typer.Option(help="state, party, elected or internal.")] = "state",
    standing: Annotated[bool, typer.Option("--standing", help="Not formed for one occasion.")] = False,
) -> None:
    """Form a team; every member may inspect within its scope and period."""
    from attendance.clock import utc_now
    from attendance.services.visiting import teams
    from attendance.services.visiting.teams import NewMember, NewTeam
    from attendance.store.teams import number_of

    settings = read_settings()
    everybody = [NewMember(head, "head"), *(NewMember(user) for user in member or ())]
    new = NewTeam(name, document, unit, read_date(from_), read_date(to), everybody, standing, authority)
    with open_database(settings) as database, database.writing() as session:
        number = number_of(teams.form(session, settings.timezone, new, by=operator(), at=utc_now()))
    say(f"Team {number} is formed, with {len(everybody)} members.")


def join(
    number: Number,
    user: Annotated[str, typer.Argument(help="Account.")],
    part: Annotated[str, typer.Option(help="head, secretary or member.")] = "member",
    post: Annotated[str, typer.Option(help="Post as minutes bear it.")] = "",
) -> None:
    """Add a member."""
    from attendance.clock import utc_now
    from attendance.services.visiting import teams

    settings = read_settings()
    with open_database(settings) as database, database.writing() as session:
        new = teams.NewMember(user, part, "", post)
        teams.join(session, settings.timezone, teams.find(session, number), new, by=operator(), at=utc_now())
    say(f"{user} is in team {number}.")


def leave(
    number: Number,
    place: Annotated[int, typer.Argument(min=1, help="Number of their place, as `teams list` shows it.")],
) -> None:
    """Take a member out; what the team allowed them ends at once."""
    from attendance.clock import utc_now
    from attendance.services.visiting import teams

    with open_database(read_settings()) as database, database.writing() as session:
        teams.leave(session, teams.find(session, number), place, by=operator(), at=utc_now())
    say(f"They are in team {number} no more.")


def end(number: Number, why: Annotated[str, typer.Option(help="Why, for the trail.")] = "") -> None:
    """End a team; all it allowed its members ends at once."""
    from attendance.clock import utc_now
    from attendance.services.visiting import teams

    with open_database(read_settings()) as database, database.writing() as session:
        teams.end(session, teams.find(session, number), why=why, by=operator(), at=utc_now())
    say(f"Team {number} has ended.")
