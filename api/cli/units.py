"""Commands about the tree: its units on a date, and what becomes of them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.place import open_database, operator, print_json, read_date, read_settings, say, today_of
from attendance.errors import Invalid

if TYPE_CHECKING:
    from attendance.services.units import Changed

Code = Annotated[str, typer.Argument(help="Code of the unit.")]
On = Annotated[str, typer.Option("--on", help="First date on which it holds, as 2025-07-01.")]
Document = Annotated[str, typer.Option(help="The decision it rests on, with number and date.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Units of the tree: list, add, rename, move, end, merge, heads.", no_args_is_help=True)
    commands: dict[str, Any] = {
        "list": list_units, "show": show, "add": add, "rename": rename, "move": move, "hours": hours, "end": end,
        "merge": merge, "heads": heads, "places": places,
    }  # fmt: skip
    for name, command in commands.items():
        group.command(name)(command)
    app.add_typer(group, name="units")


def list_units(
    on: Annotated[str | None, typer.Option("--on", help="The tree of this date; default: today.")] = None,
    as_json: AsJson = False,
) -> None:
    """The tree of a date, each unit before those below it."""
    from attendance.store.tree import StoredTree

    settings = read_settings()
    day = read_date(on) if on else today_of(settings)
    with open_database(settings) as database, database.reading() as session:
        found = StoredTree(session).shown(day)
    if as_json:
        rows = [
            {
                "code": u.code,
                "name": u.name,
                "parent": u.parent,
                "schedule": u.schedule,
                "from": u.from_on,
                "to": u.to_on,
            }
            for u in found
        ]
        print_json({"on": day, "units": rows})
        return
    for unit in found:
        until = f", until {unit.to_on}" if unit.to_on else ""
        say(f"{'  ' * unit.depth}{unit.code}\t{unit.name}{until}")
    if not found:
        say(f"There is no unit on {day}.")


def show(code: Code, as_json: AsJson = False) -> None:
    """What a unit was on which dates, what became part of it, who leads it today."""
    from attendance.services import units
    from attendance.store import heads, office
    from attendance.store.tables import UnitRow
    from attendance.store.tree import StoredTree

    settings = read_settings()
    today = today_of(settings)
    with open_database(settings) as database, database.reading() as session:
        unit = office.get(session, UnitRow, code)
        number, versions = unit.version, units.history(session, unit)
        merged = sorted(StoredTree(session).tree.merged_into(code, today))
        leading = heads.heads_on(session, office.key(unit), today)
    if as_json:
        told = [{"employee": head.employee, "name": head.name, "kind": head.kind} for head in leading]
        print_json({"code": code, "version": number, "versions": versions, "merged": merged, "heads": told})
        return
    for version in versions:
        say(_version(version))
    if merged:
        say(f"became part of it: {', '.join(merged)}")
    for head in leading:
        say(f"{head.kind}: {head.employee} {head.name}")
    if not leading:
        say("nobody leads it today")


def _version(version: dict[str, Any]) -> str:
    span = f"{version['from'] or 'always'} to {version['to'] or 'open'}"
    under = f", under {version['parent']}" if version["parent"] else ""
    hours = f", hours {version['schedule']}" if version["schedule"] else ""
    into = f", then part of {version['into']}" if version["into"] else ""
    document = f" ({version['document']})" if version["document"] else ""
    return f"{span}: {version['name']}{under}{hours}{into}{document}"


def add(
    code: Code,
    name: Annotated[str, typer.Option(help="Name as people know it; default: the code.")] = "",
    parent: Annotated[str | None, typer.Option(help="The unit above; left out: it stands at the top.")] = None,
    schedule: Annotated[str | None, typer.Option(help="Hours of people who have none of their own.")] = None,
    from_on: Annotated[str | None, typer.Option("--from", help="First date; left out: it was always there.")] = None,
    to_on: Annotated[str | None, typer.Option("--to", help="Last date; left out: open.")] = None,
    document: Document = "",
) -> None:
    """A unit begins."""
    from attendance.clock import utc_now
    from attendance.services import units

    with open_database(read_settings()) as database, database.writing() as session:
        units.add(
            session, code, name=name, parent=parent, schedule=schedule, from_on=_date(from_on), to_on=_date(to_on),
            document=document, actor=operator(), at=utc_now(),
        )  # fmt: skip
    say(f"Unit {code} is there{f' under {parent}' if parent else ''}.")


def rename(
    code: Code, name: Annotated[str, typer.Argument(help="The new name.")], on: On, document: Document = ""
) -> None:
    """A unit is called otherwise from a date on; before it keeps the name it had."""
    done = _file("rename", code, name, on=read_date(on), document=document)
    _say_done(done, f"{code} is called {name} from {on} on")


def move(
    code: Code,
    on: On,
    parent: Annotated[str | None, typer.Option(help="The unit above from then on.")] = None,
    top: Annotated[bool, typer.Option("--top", help="It stands at the top from then on.")] = False,
    document: Document = "",
) -> None:
    """A unit stands under another one from a date on, with all that is below it."""
    if (parent is None) != top:
        raise Invalid("Say either --parent with the unit above, or --top.")
    done = _file("move", code, parent, on=read_date(on), document=document)
    _say_done(done, f"{code} stands {f'under {parent}' if parent else 'at the top'} from {on} on")


def hours(
    code: Code,
    on: On,
    schedule: Annotated[str | None, typer.Option(help="Its hours from then on; left out: of the unit above.")] = None,
    document: Document = "",
) -> None:
    """People of a unit who have no hours of their own work by another schedule from a date on."""
    done = _file("work_by", code, schedule, on=read_date(on), document=document)
    _say_done(done, f"{code} works by {schedule or 'the hours of the unit above'} from {on} on")


def end(
    code: Code,
    to_on: Annotated[str | None, typer.Option("--to", help="Its last date.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="It goes on after all.")] = False,
    document: Document = "",
) -> None:
    """A unit ends. Exit 1 when people have assignments in it after that: they are named."""
    if (to_on is None) != undo:
        raise Invalid("Say either --to with the last date, or --undo.")
    done = _file("end", code, _date(to_on), document=document)
    _say_done(done, f"{code} goes on" if undo else f"{code} ends on {to_on}")
    _say_left(done)


def merge(
    code: Code,
    into: Annotated[str, typer.Argument(help="The unit it becomes part of.")],
    on: On,
    move_people: Annotated[bool, typer.Option("--move-people", help="Assign its people to the other unit.")] = False,
    document: Document = "",
) -> None:
    """A unit becomes part of another. Exit 1 when people have assignments in it after that: they are named."""
    done = _file("merge", code, into, on=read_date(on), move_people=move_people, document=document)
    _say_done(done, f"{code} is part of {into} from {on} on")
    if done.moved:
        say(f"assigned to {into}: {', '.join(done.moved)}")
    _say_left(done)


def heads(
    code: Code,
    on: Annotated[str | None, typer.Option("--on", help="Only who leads it on this date.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="Name this person (code).")] = None,
    kind: Annotated[str, typer.Option(help="head, acting or deputy.")] = "head",
    from_on: Annotated[str | None, typer.Option("--from", help="First date of the term named.")] = None,
    to_on: Annotated[str | None, typer.Option("--to", help="Last date; left out: open.")] = None,
    end_term: Annotated[int | None, typer.Option("--end", help="End the term of this number on --to.")] = None,
    withdraw: Annotated[int | None, typer.Option("--withdraw", help="Take back the term of this number.")] = None,
    document: Document = "",
    as_json: AsJson = False,
) -> None:
    """Who leads a unit: list, or with --name, --end, --withdraw change it. Exit 1 when nobody leads it on --on."""
    from attendance.clock import utc_now
    from attendance.services import headship
    from attendance.store import heads as terms
    from attendance.store import office
    from attendance.store.tables import UnitRow

    if sum(wanted is not None for wanted in (name, end_term, withdraw)) > 1:
        raise Invalid("Say one of --name, --end and --withdraw at a time.")
    told: dict[str, Any] = {"actor": operator(), "at": utc_now()}
    changes = any(wanted is not None for wanted in (name, end_term, withdraw))
    with open_database(read_settings()) as database, database.writing() if changes else database.reading() as session:
        unit = office.key(office.get(session, UnitRow, code))
        known = {term.id for term in terms.terms_of(session, unit)}
        if (number := end_term or withdraw) is not None and number not in known:
            raise Invalid(f"Unit {code} has no term {number}; its terms: attendance units heads {code}")
        if name is not None:
            begins = _date(from_on) or _missing("--from with the first date of the term")
            headship.name_head(
                session, code, name, kind=kind, from_on=begins, to_on=_date(to_on), document=document, **told
            )
        elif end_term is not None:
            last = _date(to_on) or _missing("--to with the last date of the term")
            headship.end_term(session, end_term, last, document=document, **told)
        elif withdraw is not None:
            headship.withdraw_term(session, withdraw, why=document, **told)
        found = terms.heads_on(session, unit, read_date(on)) if on else terms.terms_of(session, unit)
    if as_json:
        rows = [
            {"id": t.id, "employee": t.employee, "name": t.name, "kind": t.kind, "from": t.from_on, "to": t.to_on,
             "document": t.document}
            for t in found
        ]  # fmt: skip
        print_json({"unit": code, "heads": rows})
    else:
        for term in found:
            until = f"to {term.to_on}" if term.to_on else "open"
            say(
                f"{term.id}\t{term.kind}\t{term.employee} {term.name}\t{term.from_on} {until}\t{term.document}".rstrip()
            )
        if not found:
            say(f"Nobody leads {code}{f' on {on}' if on else ''}.")
    if on and not found:
        raise typer.Exit(1)


def places(
    code: Code,
    name: Annotated[str | None, typer.Option("--add", help="Name a house in which its people work.")] = None,
    address: Annotated[str, typer.Option(help="Where it is.")] = "",
    terminal: Annotated[list[str] | None, typer.Option(help="A terminal that hangs there; may be repeated.")] = None,
    on: Annotated[str | None, typer.Option("--on", help="The houses of this date; default: today.")] = None,
    as_json: AsJson = False,
) -> None:
    """The houses a unit works in, with those of units that became part of it."""
    from attendance.clock import utc_now
    from attendance.services import units
    from attendance.store import office

    settings = read_settings()
    day = read_date(on) if on else today_of(settings)
    changes = name is not None
    with open_database(settings) as database, database.writing() if changes else database.reading() as session:
        if name is not None:
            units.add_place(
                session, code, name, address=address, terminals=terminal or (), actor=operator(), at=utc_now()
            )
        sites = office.terminals(session)
        rows = [
            {"name": p.name, "address": p.address, "terminals": [s.code for s in sites if s.place_id == p.id]}
            for p in units.places_of(session, code, day)
        ]
    if as_json:
        print_json({"unit": code, "places": rows})
        return
    for row in rows:
        say(f"{row['name']}\t{row['address']}\t{', '.join(row['terminals'])}".rstrip())
    if not rows:
        say(f"No house of {code} is named; name one with --add.")


def _file(verb: str, code: str, *what: Any, **more: Any) -> Any:
    from attendance.clock import utc_now
    from attendance.services import units

    with open_database(read_settings()) as database, database.writing() as session:
        return getattr(units, verb)(session, code, *what, actor=operator(), at=utc_now(), **more)


def _say_done(done: Changed, sentence: str) -> None:
    say(f"{sentence}. {done.marked} days wait to be judged: attendance evaluate does it, or the service by itself.")


def _say_left(done: Any) -> None:
    if done.terminals:
        say(f"terminals in it: {', '.join(done.terminals)}")
    if done.to_move:
        say(f"still to be moved: {', '.join(done.to_move)}. For each: attendance people transfer CODE UNIT --on DATE")
        raise typer.Exit(1)


def _date(text: str | None) -> date | None:
    return read_date(text) if text else None


def _missing(option: str) -> date:
    raise Invalid(f"Say {option}.")
