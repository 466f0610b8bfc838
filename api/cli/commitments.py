"""Commands about commitments: templates, asking to sign, who has signed, one of them, taking one back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli import signed_commitments as signed
from api.cli.commitment_progress import show_progress
from api.cli.place import open_database, operator, print_json, read_date, read_settings, say, see, today_of

WithJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
Number = Annotated[int, typer.Argument(metavar="COMMITMENT", min=1, help="Number of the commitment.")]
Unit = Annotated[str | None, typer.Option(help="Code of a unit: only it and those below.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help="What people and units promise: templates, who is asked, who signed.", no_args_is_help=True
    )
    for name, command in (
        ("example", example), ("template", template), ("templates", templates_in_use), ("ask", ask), ("list", who),
        ("show", show), ("progress", show_progress), ("withdraw", withdraw), ("sign", signed.sign),
        ("confirm", signed.confirm), ("refused", signed.refused), ("review", signed.review),
        ("conclude", signed.conclude), ("paper", signed.paper), ("withdraw-template", signed.withdraw_template),
    ):  # fmt: skip
        group.command(name)(command)
    app.add_typer(group, name="commitments")


def example(
    scope: Annotated[str, typer.Argument(help="person or collective.")] = "person",
) -> None:
    """Print a template to begin from, as JSON; it names no law."""
    from dataclasses import asdict

    from attendance.services.commitments.clauses import written
    from attendance.services.commitments.shipped import examples, worded
    from attendance.services.commitments.templates import check_scope

    check_scope(scope)
    found = next(each for each in examples() if each.scope == scope)
    clauses = written(worded(found.clauses, "vi"))
    print_json({"code": found.code, "scope": scope, **asdict(found.wording), "clauses": clauses})


def template(
    file: Annotated[Path, typer.Argument(help="JSON, as `attendance commitments example` prints it.")],
    unit: Annotated[
        str | None, typer.Option(help="For this unit and those below; the whole office if left out.")
    ] = None,
) -> None:
    """Write a template, or its next version where the code is known."""
    from attendance.clock import utc_now
    from attendance.services.commitments import templates
    from attendance.services.commitments.clauses import read_clauses
    from attendance.services.commitments.shipped import Wording
    from attendance.store import office
    from attendance.store.tables import UnitRow
    from attendance.store.within import EVERYTHING

    given = _read(file)
    clauses = read_clauses(given.get("clauses"))
    wording = Wording(**{name: _text(given, name) for name in Wording.__slots__})
    settings = read_settings()
    with open_database(settings) as database, database.writing() as session:
        row = templates.publish(
            session, operator(), EVERYTHING, _text(given, "code"), scope=_text(given, "scope") or "person",
            unit=office.get(session, UnitRow, unit) if unit is not None else None, wording=wording, clauses=clauses,
            language=settings.language, at=utc_now(),
        )  # fmt: skip
        code, version = row.code, row.version
    say(f"Template {code} is kept as version {version}. Ask people: attendance commitments ask {code} --unit …")


def templates_in_use(as_json: WithJson = False) -> None:
    """The newest version of each template in use."""
    from attendance.services.commitments import templates
    from attendance.store.within import EVERYTHING

    settings = read_settings()
    with open_database(settings) as database, database.reading() as session:
        rows = [
            {
                "code": row.code,
                "version": row.version,
                "scope": row.scope,
                "heading": row.heading,
                "clauses": row.clauses,
            }
            for row in templates.readable(session, EVERYTHING, today_of(settings))
        ]
    if as_json:
        print_json({"items": rows, "total": len(rows)})
        return
    for row in rows:
        say(f"{row['code']} version {row['version']}, {row['scope']}: {row['heading'].splitlines()[0]}")
    say(f"{len(rows)} templates.")


def ask(
    code: Annotated[str, typer.Argument(metavar="TEMPLATE", help="Code of the template.")],
    unit: Annotated[
        list[str] | None, typer.Option(help="People: everybody of the unit and below. Collectives: the unit itself.")
    ] = None,
    employee: Annotated[list[str] | None, typer.Option(help="Code of a person; may be given again.")] = None,
    year: Annotated[int | None, typer.Option(help="What is left of a year; this one if left out.")] = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day; who signed before is asked anew from it.")
    ] = None,
    due: Annotated[str | None, typer.Option(metavar="DATE", help="Last day for signing.")] = None,
    as_json: WithJson = False,
) -> None:
    """Ask people, or collectives, to sign; each of them once."""
    from datetime import date

    from attendance.clock import utc_now
    from attendance.services.commitments import asking, templates
    from attendance.services.commitments.asking import Term, year_of
    from attendance.store import commitments, office, people, tree
    from attendance.store.commitment_tables import PERSON
    from attendance.store.tables import EmployeeRow, UnitRow
    from attendance.store.within import EVERYTHING

    settings = read_settings()
    today = today_of(settings)
    last = read_date(due) if due else None
    begins = read_date(first) if first else None
    term = Term(begins, date(begins.year, 12, 31), last) if begins else year_of(year or today.year, today, last)
    with open_database(settings) as database, database.writing() as session:
        text = templates.current(session, EVERYTHING, code, today)
        who: dict[str, Any] = {"units": [office.get(session, UnitRow, each) for each in unit or ()]}
        if text.scope == PERSON:
            below = {one for each in unit or () for one in tree.units_below(session, each, today)}
            there = {person for person, _ in commitments.serving(session, EVERYTHING, below, today)}
            named = {office.key(office.get(session, EmployeeRow, each)) for each in employee or ()}
            who = {"people": list(people.rows(session, there | named).values())}
        found = asking.ask(session, operator(), text, term, zone=settings.timezone, at=utc_now(), **who)
        counts, numbers = found.counts, [row.id for row in found.rows]
    if as_json:
        print_json({"counts": counts, "commitments": numbers})
        return
    say(", ".join(f"{what} {count}" for what, count in counts.items()))


def who(
    year: Annotated[int | None, typer.Option(help="Of which year; this one if left out.")] = None,
    unit: Unit = None,
    state: Annotated[str, typer.Option(help="none, asked, overdue, refused, signed, confirmed or leaders.")] = "",
    as_json: WithJson = False,
) -> None:
    """Who has signed and who has not, leaders on the same list."""
    from dataclasses import asdict

    from api.pages.names import name_key
    from attendance.clock import utc_now
    from attendance.errors import Invalid
    from attendance.store import office
    from attendance.store.tables import UnitRow
    from attendance.store.within import EVERYTHING
    from reports.who_signed import SHOWN_STATES, SignedFilter, who_signed

    if state and state not in SHOWN_STATES:
        raise Invalid(f"{state!r} is no state; write one of {', '.join(SHOWN_STATES)}.")
    settings = read_settings()
    asked = SignedFilter(year or today_of(settings).year, unit or "", state)
    with open_database(settings) as database, database.reading() as session:
        if unit is not None:
            office.get(session, UnitRow, unit)
        view = who_signed(session, settings.timezone, utc_now(), EVERYTHING, asked, key=name_key, size=1_000_000)
        see(session, "commitments", (line.employee for line in view.lines))
    if as_json:
        units = [
            {"unit": one.unit.code, "people": one.people, "signed": one.signed, "confirmed": one.confirmed,
             "collective": one.collective.state if one.collective is not None else "none"}
            for one in view.units
        ]  # fmt: skip
        print_json({"counts": view.counts, "units": units, "items": [asdict(line) for line in view.lines]})
        return
    for line in view.lines:
        post = f", {line.post}" if line.post else ""
        number = f" ({line.commitment})" if line.commitment is not None else ""
        say(f"{line.unit} {line.employee} {line.name}{post}: {line.state}{number}{', overdue' * line.is_overdue}")
    say(f"{view.counts['signed']}/{view.counts['people']} have signed.")


def show(number: Number, as_json: WithJson = False) -> None:
    """One commitment as it was signed, or as it would be signed today, with its digest."""
    from dataclasses import asdict

    from attendance.services.commitments.clauses import written
    from attendance.services.commitments.frozen import shown
    from attendance.services.commitments.standing import state_of
    from attendance.store import commitments

    settings = read_settings()
    with open_database(settings) as database, database.reading() as session:
        row = commitments.get(session, number)
        text, state = shown(session, row, today_of(settings)), state_of(row)
        see(session, "commitments", [text.paper.employee])
    paper = text.paper
    if as_json:
        values = asdict(paper) | {"clauses": written(paper.clauses), "state": state, "digest": text.digest}
        print_json({"id": number, **values, "holds": text.holds})
        return
    say(
        f"{number}: {state}, {paper.name or paper.unit_name} ({paper.employee or paper.unit}), "
        f"{paper.from_on} to {paper.to_on}"
    )
    for place, clause in enumerate(paper.clauses, 1):
        say(f"  {place}. {clause.text}")
    say(f"  {'Digest' if text.is_frozen else 'Digest if it were signed now'}: {text.digest}")
    if not text.holds:
        say("  It is not as it was signed.")
        raise typer.Exit(1)


def withdraw(
    number: Number, why: Annotated[str, typer.Option(help="Why nobody has to sign it; the person will read it.")]
) -> None:
    """Take back what somebody was asked to sign by mistake; what was signed stays."""
    from attendance.clock import utc_now
    from attendance.services.commitments import asking

    with open_database(read_settings()) as database, database.writing() as session:
        asking.withdraw(session, operator(), number, why=why, at=utc_now())
    say(f"Commitment {number} is taken back.")


def _read(file: Path) -> dict[str, Any]:
    import json

    from attendance.errors import Invalid

    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"{file} is no JSON ({error}); begin from `attendance commitments example`.") from None
    if not isinstance(found, dict):
        raise Invalid(f"{file} holds no template; begin from `attendance commitments example`.")
    return found


def _text(given: dict[str, Any], name: str) -> str:
    from attendance.errors import Invalid

    value = given.get(name) or ""
    if not isinstance(value, str):
        raise Invalid(f"`{name}` of the template is no text; put it into quotes.")
    return value
