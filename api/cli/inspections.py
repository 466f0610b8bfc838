"""Commands for visits: attendance inspections.

A plan is known to its team alone, also at the console: whoever asks for one says whose account it is, with its
password.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli import followups, visit_minutes, visiting
from api.cli.acting import As, MayAs, PasswordFile
from api.cli.looking import doing, looking
from api.cli.place import print_json, read_date, say
from attendance.errors import Invalid, NotFound

if TYPE_CHECKING:
    from attendance.store.visit_tables import TeamRow
    from reports.inspections import Looker

Team = Annotated[int | None, typer.Option(min=1, help="Number of your team; the only one if left out.")]
Kind = Annotated[str, typer.Option(help="surprise, regular, self, party or elected.")]
On = Annotated[str | None, typer.Option(metavar="DATE", help="Day of the visit; not set if left out.")]
WithJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Visits: planned in secret, drawn by chance, sealed.", no_args_is_help=True)
    for name, command in (
        ("list", show_all), ("never-visited", never_visited), ("proposals", proposals), ("plan", plan), ("drop", drop),
        ("draw", draw), ("draws", draws), ("check-draw", check_draw),
        ("begin", visiting.begin), ("show", visiting.show), ("mark", visiting.mark), ("check", visiting.check),
        ("note", visiting.note), ("photo", visiting.photo), ("fetch-photo", visiting.fetch_photo),
        ("add-point", visiting.add_point), ("drop-point", visiting.drop_point), ("end", visiting.end),
        ("minutes", visit_minutes.minutes), ("write", visit_minutes.write), ("seal", visit_minutes.seal),
        ("pdf", visit_minutes.pdf), ("annex", visit_minutes.annex), ("annexes", visit_minutes.annexes),
        ("annex-pdf", visit_minutes.annex_pdf),
        ("followups", followups.followups), ("answer-followup", followups.answer),
        ("decide-followup", followups.decide),
    ):  # fmt: skip
        group.command(name)(command)
    app.add_typer(group, name="inspections")


def show_all(account: MayAs = None, password_file: PasswordFile = None, as_json: WithJson = False) -> None:
    """Visits with sealed minutes; with --as also the plans and visits of your own team."""
    from reports.inspections import visit_list

    with looking(account, password_file) as (session, zone, who, _):
        found, total = visit_list(session, zone, who, limit=1000, offset=0)
    if as_json:
        print_json({"items": [asdict(each) for each in found], "total": total})
        return
    for each in found:
        day = each.at or each.planned_for or "no day"
        say(f"{each.key}  {each.state}  {each.unit}  {each.kind}  {day}  {each.team}")
    say(f"{total} visits.")


def never_visited(as_json: WithJson = False) -> None:
    """Units with people in them in which no visit was sealed this year."""
    from attendance.services.visiting import weighing
    from reports.inspections import found_units

    with looking(None, None) as (session, _, who, _):
        found = weighing.never_visited(found_units(session, who, who.reading), who.today.year)
    if as_json:
        print_json({"items": [{"unit": each.code, "name": each.name, "people": each.people} for each in found]})
        return
    for each in found:
        say(f"{each.code}  {each.name}  {each.people} people")
    say(f"{len(found)} units.")


def proposals(account: As, team: Team = None, password_file: PasswordFile = None, as_json: WithJson = False) -> None:
    """The units your team may visit, those for which most speaks first."""
    from attendance.services.visiting import planning
    from reports.inspections import found_units, proposed

    with looking(account, password_file) as (session, _, who, _):
        within = planning.reach(session, _own(who, team), who.doing, who.today)
        found = proposed(found_units(session, who, within))
    rows = [{"unit": each.code, "weight": each.facts.weight, **each.facts.as_json()} for each in found]
    if as_json:
        print_json({"items": rows})
        return
    for each in found:
        facts = each.facts
        since = "never" if facts.since is None else f"{facts.since} days ago"
        say(f"{facts.weight:>5}  {each.code}  {facts.with_occurrence}/{facts.days} days  {facts.open_questions} open  "
            f"visited {since}")  # fmt: skip


def plan(
    unit: Annotated[str, typer.Argument(help="Code of the unit.")],
    account: As,
    kind: Kind = "surprise",
    on: On = None,
    note: Annotated[str, typer.Option(help="For the team alone.")] = "",
    team: Team = None,
    password_file: PasswordFile = None,
) -> None:
    """Plan a visit that your team alone knows of."""
    from attendance.clock import utc_now
    from attendance.services.visiting import planning
    from attendance.store import office
    from attendance.store.tables import UnitRow

    with doing(account, password_file) as (session, who, by):
        row = _own(who, team)
        found = office.find(session, UnitRow, unit)
        if found is None or not planning.reach(session, row, who.doing, who.today).sees(found.id):
            raise NotFound("unit", unit)
        new = planning.NewPlan(office.key(found), kind, "free", read_date(on) if on else None, note)
        key = planning.plan(session, row, new, by=by, today=who.today, at=utc_now()).key
    say(f"Visit {key} is planned.")


def drop(
    key: Annotated[str, typer.Argument(help="The visit, as `inspections list` names it.")],
    account: As,
    why: Annotated[str, typer.Option(help="Why the plan comes to nothing.")],
    password_file: PasswordFile = None,
) -> None:
    """Drop a plan of your team."""
    from attendance.clock import utc_now
    from attendance.services.visiting import entering, planning

    with doing(account, password_file) as (session, who, by):
        row = entering.own_visit(session, by.user_id, key, who.today)
        planning.drop(session, row, why=why, by=by, at=utc_now())
    say("The plan is dropped.")


def draw(
    way: Annotated[str, typer.Argument(help="risk: weighed by what is known; chance: all alike.")],
    count: Annotated[int, typer.Argument(min=1, help="How many units.")],
    account: As,
    kind: Kind = "surprise",
    on: On = None,
    team: Team = None,
    password_file: PasswordFile = None,
) -> None:
    """Draw units to visit; a visit is planned to each."""
    from attendance.clock import utc_now
    from attendance.services.visiting import planning
    from reports.inspections import found_units

    with doing(account, password_file) as (session, who, by):
        row = _own(who, team)
        found = found_units(session, who, planning.reach(session, row, who.doing, who.today))
        made = planning.draw(
            session, row, found, way, count, kind=kind, planned_for=read_date(on) if on else None, by=by,
            today=who.today, at=utc_now(),
        )  # fmt: skip
        key, digest, of = made.key, made.seed_digest, len(made.candidates)
    say(f"Draw {key}: {count} of {of} units. Digest of the seed: {digest}")


def draws(account: MayAs = None, password_file: PasswordFile = None, as_json: WithJson = False) -> None:
    """Draws that are published, with their seeds; with --as also those of your own team."""
    from reports.inspections import draw_list

    with looking(account, password_file) as (session, zone, who, _):
        found = draw_list(session, zone, who)
    if as_json:
        print_json({"items": [asdict(each) for each in found]})
        return
    for each in found:
        seed = each.seed or "not published"
        say(f"{each.key}  {each.way}  {each.count} of {len(each.candidates)}  {','.join(each.taken)}  seed {seed}")
    say(f"{len(found)} draws.")


def check_draw(
    file: Annotated[Path, typer.Argument(help="The draw as `GET /inspections/draws/{key}` tells it.")],
    seed_digest: Annotated[str, typer.Option(help="Digest of the seed that the trail has had since the draw.")] = "",
    content_digest: Annotated[str, typer.Option(help="Digest of the draw that the trail has had.")] = "",
    as_json: WithJson = False,
) -> None:
    """Do a published draw again, on any machine: whether the seed gives the units that were taken."""
    import orjson

    from attendance.services.visiting import drawing

    try:
        told: Any = orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError:
        raise Invalid(f"{file} holds no JSON; fetch the draw again and name that file.") from None
    if not isinstance(told, dict):
        raise Invalid(f"{file} holds no draw; fetch one draw and name that file.")
    for name, wanted in (("seed_digest", seed_digest), ("content_digest", content_digest)):
        told[name] = wanted.strip().lower() or told.get(name)
    found = drawing.check(told)
    if as_json:
        print_json({"taken": found.taken, "wrong": found.wrong})
    else:
        say(f"The seed gives: {', '.join(found.taken)}.")
        for name in found.wrong:
            say(_WRONG[name])
        say("The draw does not hold." if found.wrong else "The draw holds: seed, candidates and units agree.")
    if found.wrong:
        raise typer.Exit(1)


_WRONG = {
    "seed": "The seed is not the one whose digest was committed to.",
    "content": "The candidates, their weights or the number drawn are not those that were committed to.",
    "taken": "These are not the units that were said to be taken.",
}


def _own(who: Looker, number: int | None) -> TeamRow:
    mine = [row for row in who.teams if number in (None, row.id)]
    if not mine:
        raise Invalid("You are in no such team whose decision holds today.")
    if len(mine) > 1:
        raise Invalid(f"You are in {len(mine)} teams; say which one with --team.")
    return mine[0]
