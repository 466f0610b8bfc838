"""Commands about the judgement: evaluate, run a case, list violations."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.dossiers import report_dossier
from api.cli.place import open_database, operator, print_json, read_date, read_moment, read_settings, say, see, take
from api.cli.reports import PaperCommands, list_papers
from api.cli.timesheets import report_timesheet
from attendance.errors import Invalid


def register(app: typer.Typer) -> None:
    app.command("evaluate")(evaluate)
    app.command("explain")(explain)
    scenarios = typer.Typer(help="Case files: a rule tried before it is in force.", no_args_is_help=True)
    scenarios.callback()(_only_groups)
    scenarios.command("run")(run_scenarios)
    app.add_typer(scenarios, name="scenario")
    reports = typer.Typer(cls=PaperCommands, help="Papers and registers to keep or hand on.", no_args_is_help=True)
    reports.command("list")(list_papers)
    reports.command("violations")(report_violations)
    reports.command("timesheet")(report_timesheet)
    reports.command("dossier")(report_dossier)
    app.add_typer(reports, name="report")


def _only_groups() -> None:
    """Keep a group a group while it has a single command."""


def evaluate(
    from_: Annotated[str | None, typer.Option("--from", help="First date; all that is marked if left out.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Last date, included.")] = None,
    unit: Annotated[str | None, typer.Option(help="Only this unit and those below it.")] = None,
    as_of: Annotated[str | None, typer.Option(help="What was known then; stores nothing.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Judge again what changed, or a span of dates."""
    from attendance.clock import utc_now
    from attendance.services.evaluate import evaluate_dirty, evaluate_span
    from attendance.store.trail import record

    settings = read_settings()
    if (from_ is None) != (to is None):
        raise Invalid("Give both --from and --to, or neither to judge what is marked.")
    with open_database(settings) as database:
        now = utc_now()
        if as_of is None:
            with database.writing() as session:
                after = {"from": from_, "to": to, "unit": unit}
                record(session, operator(), "days.evaluated", kind="days", key="", after=after, at=now)
        if from_ is None or to is None:
            done = evaluate_dirty(database, settings.timezone, now)
        else:
            first, last = read_date(from_), read_date(to)
            if last < first:
                raise Invalid(f"--to {last} lies before --from {first}; swap them.")
            moment = read_moment(as_of, settings.timezone) if as_of else None
            done = evaluate_span(database, settings.timezone, now, first, last, unit=unit, as_of=moment)
    if as_json:
        print_json(done.as_json())
    else:
        found = ", ".join(f"{name} {count}" for name, count in sorted(done.violations.items())) or "none"
        say(
            f"{done.days_judged} days judged, {done.days_changed} changed, {done.unverified_days} with unverified "
            f"minutes; violations: {found}"
        )
    for sentence in done.unruled:
        typer.echo(f"Nobody was judged there: {sentence}", err=True)
    if done.unruled:
        raise typer.Exit(1)


def explain(
    employee: Annotated[str, typer.Argument(help="Code of the person.")],
    on: Annotated[str, typer.Argument(metavar="DATE", help="Work date, as 2026-11-20.")],
    language: Annotated[str | None, typer.Option(help="vi or en; that of the settings if left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Say in plain sentences how the conclusions of a day came about, down to the pull that brought each punch.

    With --json each sentence stands beside the statement it says, whose values have types.
    """
    from attendance.clock import utc_now
    from attendance.store import office
    from attendance.store.tables import EmployeeRow
    from reports.day import why_page
    from reports.evidence import page_as_data

    settings = read_settings()
    spoken = language or settings.language
    if spoken not in ("vi", "en"):
        raise Invalid(f"{spoken!r} is not a language of this program; write vi or en.")
    with open_database(settings) as database, database.reading() as session:
        number = office.key(office.get(session, EmployeeRow, employee))
        page = why_page(session, settings.timezone, utc_now(), number, read_date(on))
        see(session, "day", [employee])
    from api.pages.explain import Speaker, tell
    from api.pages.i18n import Translator

    if as_json:
        content = page_as_data(page, settings.timezone)
        speaker = Speaker(page, Translator(spoken))
        for statement, plain in zip(page.statements, content["statements"], strict=True):
            plain["text"] = speaker.say(statement)
        print_json(content)
        return
    for line in tell(page, Translator(spoken)):
        say(line)


def run_scenarios(
    files: Annotated[list[Path], typer.Argument(help="YAML or JSON files, each a case or a list of cases.")],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Run case files through the engine. Exit 1 when a case fails, 2 when a file is malformed."""
    from attendance.scenario.reading import Refused, parse
    from attendance.scenario.running import Result, run_document

    results: list[Result] = []
    malformed: list[str] = []
    for file in files:
        try:
            documents = parse(file.read_text(encoding="utf-8-sig"), str(file))
        except (OSError, UnicodeDecodeError) as error:
            raise Invalid(f"{file} cannot be read ({type(error).__name__}); name a YAML or JSON file.") from error
        except Refused as error:
            malformed.append(str(error))
            continue
        for number, document in enumerate(documents):
            try:
                results.append(run_document(document))
            except Refused as error:
                where = f"{file}, {document.get('id') or f'case {number + 1}'}"
                malformed += [f"{where}: {r.path}: {r.code}: {r.sentence}" for r in error.refusals]
    if as_json:
        print_json({"results": [_result_json(result) for result in results]})
    else:
        for result in results:
            say(f"{'ok  ' if result.ok else 'FAIL'} {result.id}")
            for difference in result.differences:
                say(f"     {difference.path}: expected {difference.expected}, got {difference.actual}")
    for sentence in malformed:
        sys.stderr.write(sentence + "\n")
    if malformed:
        raise typer.Exit(2)
    if not all(result.ok for result in results):
        raise typer.Exit(1)


def _result_json(result: Any) -> dict[str, Any]:
    return {
        "id": result.id,
        "ok": result.ok,
        "differences": [{"path": d.path, "expected": d.expected, "actual": d.actual} for d in result.differences],
        "actual": list(result.actual),
    }


def report_violations(
    from_: Annotated[
        str | None, typer.Option("--from", help="First date; the first of this month if left out.")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", help="Last date, included; today if left out.")] = None,
    unit: Annotated[str | None, typer.Option(help="Only this unit and those below it.")] = None,
    format_: Annotated[str, typer.Option("--format", help="xlsx, pdf, csv or json.")] = "csv",
    out: Annotated[Path | None, typer.Option(help="File to write; standard output if left out.")] = None,
) -> None:
    """The register of violations of a span of dates. A workbook or a PDF needs --out."""
    import shutil
    import tempfile

    from api import registers
    from api.reporting.entry import Asked
    from attendance import clock
    from attendance.store.listing_violations import Wanted
    from attendance.store.trail import look
    from attendance.store.tree import spread_of
    from attendance.store.within import EVERYTHING

    registers.check_format(format_)
    if out is None and format_ in ("xlsx", "pdf"):
        raise Invalid(f"A {format_} is no text to print; name the file with --out violations.{format_}.")
    settings = read_settings()
    now = clock.utc_now()
    today = clock.today(now, settings.timezone)
    first = read_date(from_) if from_ else date(today.year, today.month, 1)
    last = read_date(to) if to else today
    if last < first:
        raise Invalid(f"--to {last} lies before --from {first}; swap them.")
    with tempfile.TemporaryDirectory(prefix="violations-") as folder, open_database(settings) as database:
        path = Path(folder) / "register"
        with database.reading() as session:
            part = None if unit is None else spread_of(session, unit, first, last)
            count = registers.make(
                session,
                Wanted(EVERYTHING, first, last, part=part),
                format_,
                path,
                asked=Asked(
                    EVERYTHING,
                    lambda _: EVERYTHING,
                    settings.timezone,
                    today,
                    now,
                    settings.language,
                    unit=unit,
                    from_on=first,
                    to_on=last,
                ),
                saw=lambda people: look(session, operator(), "report violations", people, at=now),
            )
        asked = {"unit": unit or "", "from": str(first), "to": str(last), "format": format_}
        take(database, path, paper="violations", asked=asked, rows=count)
        if out is None:
            sys.stdout.write(path.read_text(encoding="utf-8-sig"))
            return
        shutil.copyfile(path, out)  # whole, or not at all
    say(f"{count} violations from {first} to {last} → {out}")
