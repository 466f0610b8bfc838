"""Commands that put rules in force: adopt a file, confirm what was announced; and say what is in force."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from api.cli.place import open_database, operator, print_json, read_date, read_settings, say
from api.cli.trying_rules import AsJson, Language, ScheduleCode, check, compare_holidays, diff, one_sentence_each


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Rules as data: check, try, adopt and list them.", no_args_is_help=True)
    for name, command in (
        ("check", check),
        ("diff", diff),
        ("adopt", adopt),
        ("confirm", confirm),
        ("list", show),
        ("compare-holidays", compare_holidays),
    ):
        group.command(name)(command)
    app.add_typer(group, name="rules")


def adopt(
    file: Annotated[str, typer.Argument(help="A rule file, or the name of a shipped one.")],
    unit: Annotated[
        str | None, typer.Option(help="Unit at which the rules of a province hold, or those of another office's unit.")
    ] = None,
    schedule: ScheduleCode = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Let the file hold on its dates in place of what is stored.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """File a rule file in the database, all or nothing. What stands already stands; nothing is ended silently."""
    from attendance.clock import utc_now
    from attendance.rules.shipped import open_rules
    from attendance.services import rules

    settings = read_settings()
    with one_sentence_each(file):
        found = open_rules(file, settings.timezone)
        with open_database(settings) as database:
            done = rules.adopt(
                database, found, unit=unit, schedule=schedule, replace=replace, at=utc_now(), actor=operator()
            )
    if as_json:
        print_json(
            {
                "file": file,
                "scope": done.scope.kind,
                "code": done.scope.code,
                "filed": done.filed,
                "standing": done.standing,
                "announced": done.announced,
                "replaced": list(done.cut),
                "days_marked": done.marked,
            }
        )
        return
    for sentence in done.cut:
        say(f"No longer on the dates of the file: {sentence}.")
    if done.announced:
        say(f"{done.announced} are only announced and decide nothing: attendance rules confirm DATE --document TEXT")
    say(
        f"{file} holds for {done.scope}: {done.filed} filed, {done.standing} stood already, {done.marked} days to "
        "judge again: attendance evaluate"
    )


def confirm(
    on: Annotated[str, typer.Argument(metavar="DATE", help="The announced date, as 2026-11-24.")],
    document: Annotated[str, typer.Option(help="The document that makes it law.")],
    unit: Annotated[str | None, typer.Option(help="Unit it was announced for; the whole office if left out.")] = None,
) -> None:
    """Confirm a day that was only announced, under its document; from then on it decides."""
    from attendance.clock import utc_now
    from attendance.services import rules

    day = read_date(on)
    with open_database(read_settings()) as database:
        confirmed, marked = rules.confirm(database, day, document=document, unit=unit, at=utc_now(), actor=operator())
    for entry in confirmed:
        say(f"{entry.on} is confirmed: {entry.kind}, {document}.")
    if not confirmed:
        say(f"{on} is confirmed under this document already.")
    say(f"{marked} days to judge again: attendance evaluate")


def show(
    unit: Annotated[str | None, typer.Option(help="Unit to ask for; the first if left out.")] = None,
    person: Annotated[str | None, typer.Option(help="Person to ask for, with the rules that are theirs alone.")] = None,
    on: Annotated[str | None, typer.Option("--on", help="Date; today if left out.")] = None,
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """List the rules in force for a unit on a date: value, scope, path, dates and document."""
    from api.cli.speech import speak
    from api.cli.telling_rules import tell_in_force
    from attendance import clock
    from attendance.services.rule_listing import in_force

    settings = read_settings()
    t = speak(language, settings.language)
    day = read_date(on) if on else clock.today(clock.utc_now(), settings.timezone)
    with open_database(settings) as database, database.reading() as session:
        found = in_force(session, day, unit=unit, person=person)
    if not as_json:
        for line in tell_in_force(found, t):
            say(line)
        return
    lines = [asdict(line) for line in found.lines]
    for line in lines:
        line["from"], line["to"] = line.pop("from_on"), line.pop("to_on")
    announced = [
        {"date": entry.on, "kind": entry.kind, "unit": entry.unit, "document": entry.citation.document}
        for entry in found.announced
    ]
    print_json({"unit": found.unit, "date": day, "rulebook": found.rulebook, "rules": lines, "announced": announced})
