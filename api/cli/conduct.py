"""Commands about conduct: thresholds, what they propose, what people decide, positive lists."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.acting import As, PasswordFile, acting
from api.cli.place import open_database, operator, print_json, read_date, read_settings, say, see, take, today_of

WithJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
Number = Annotated[int, typer.Argument(metavar="PROPOSAL", min=1, help="Number of the proposal.")]
UnitOption = Annotated[str | None, typer.Option("--unit", help="Code of a unit: only it and those below.")]
Period = Annotated[str | None, typer.Option("--period", help="2026-11, 2026-Q4 or 2026.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="What thresholds propose, and who decided what: never a sanction.", no_args_is_help=True)
    for name, command in (
        ("count", count), ("list", show_all), ("show", show), ("decide", decide),
        ("accept-grades", accept_grades), ("good", good),
        ("thresholds", thresholds), ("file-threshold", file_threshold), ("end-threshold", end_threshold),
        ("export", export),
    ):  # fmt: skip
        group.command(name)(command)
    app.add_typer(group, name="conduct")


def count(as_json: WithJson = False) -> None:
    """Bring every proposal in line with the facts of now, as the timetable does by itself."""
    from attendance.clock import utc_now
    from attendance.services.conduct import proposing

    settings = read_settings()
    with open_database(settings) as database, database.writing() as session:
        done = asdict(proposing.count_anew(session, today_of(settings), at=utc_now(), by=operator()))
    if as_json:
        print_json(done)
        return
    say(", ".join(f"{number} {name}" for name, number in done.items()))


def show_all(
    unit: UnitOption = None,
    state: Annotated[str | None, typer.Option(help="open, decided or withdrawn; all if left out.")] = None,
    proposes: Annotated[str | None, typer.Option(help="reminder, review or grade.")] = None,
    period: Period = None,
    limit: Annotated[int, typer.Option(min=1, max=5000, help="How many at most.")] = 100,
    as_json: WithJson = False,
) -> None:
    """Proposals, the newest period first."""
    from attendance.clock import utc_now
    from attendance.services.periods import read_period
    from attendance.store import conduct
    from reports.conduct import lines

    settings = read_settings()
    span = read_period(period)[1] if period else (None, None)
    asked = conduct.Asked((state,) if state else (), (proposes,) if proposes else (), None, *span)
    with open_database(settings) as database, database.reading() as session:
        rows, total = conduct.listed(session, _within(session, unit, settings), asked, limit=limit, offset=0)
        found = lines(session, settings.timezone, rows, None, now=utc_now())
        see(session, "conduct", (line.employee for line in found))
    if as_json:
        print_json({"items": [asdict(line) for line in found], "total": total})
        return
    for line in found:
        say(_line(line))
    say(f"{total} proposals.")


def show(number: Number, as_json: WithJson = False) -> None:
    """One proposal with the occurrences it was counted from."""
    from attendance.clock import utc_now
    from attendance.store.within import EVERYTHING
    from reports.conduct import proposal_page

    settings = read_settings()
    with open_database(settings) as database, database.reading() as session:
        page = proposal_page(session, settings.timezone, utc_now(), EVERYTHING, None, number)
        see(session, "conduct", [page.line.employee])
    if as_json:
        print_json(asdict(page.line) | {"facts": page.facts, "facts_now": page.facts_now, "withdrawn_why": page.lost})
        return
    say(_line(page.line))
    for each in page.facts:
        say(f"  {each.get('violation') or 'proposal ' + str(each.get('proposal'))}: {each.get('counted_min', '')}")
    for each in page.lost:
        say(f"  counts no more: {each.get('violation', '')} {each['now']}")
    if page.line.facts_changed_at:
        say(f"  the facts have changed since it was decided: {len(page.facts_now)} now")


def decide(
    number: Number,
    decision: Annotated[str, typer.Argument(help="accept, not or other.")],
    by: Annotated[str, typer.Option("--by", help="Who decides, by code or name: never whom it is about.")],
    note: Annotated[str, typer.Option("--note", help="Why.")],
    instead: Annotated[str, typer.Option("--instead", help="What is done instead; with other.")] = "",
) -> None:
    """Decide on a proposal, once, with a reason."""
    from attendance.clock import utc_now
    from attendance.services.conduct import deciding, proposing
    from attendance.services.impartial import Decider
    from attendance.store import conduct
    from attendance.store.trail import Actor
    from attendance.store.within import EVERYTHING

    settings, now = read_settings(), utc_now()
    with open_database(settings) as database:
        with database.writing() as session:
            person = conduct.proposal(session, EVERYTHING, number).employee_id
            proposing.refresh(session, today_of(settings), at=now, by=operator(), employees=[person])
        with database.writing() as session:
            deciding.decide(
                session, EVERYTHING, number, Decider(Actor(by), EVERYTHING), decision, note=note, instead=instead,
                version=None, today=today_of(settings), at=now,
            )  # fmt: skip
    say(f"Proposal {number}: {decision}, by {by}.")


def accept_grades(
    numbers: Annotated[list[int], typer.Argument(metavar="PROPOSAL...", help="Numbers of proposals.")],
    note: Annotated[str, typer.Option("--note", help="Why.")],
    account: As,
    password_file: PasswordFile = None,
) -> None:
    """Accept many grades for one written reason: all of them, or none where one hinders."""
    from attendance.clock import utc_now
    from attendance.services.conduct import deciding, proposing
    from attendance.services.impartial import Decider
    from attendance.store import conduct

    with acting(account, password_file) as who:
        with who.database.writing() as session:
            within = who.allowed(session, "conduct.decide")
            people = {conduct.proposal(session, within, number).employee_id for number in numbers}
            proposing.refresh(session, who.today, at=utc_now(), by=who.actor, employees=people)
        with who.database.writing() as session:
            for number in numbers:
                deciding.decide(
                    session, within, number, Decider(who.actor, within), "accept", note=note, instead="",
                    version=None, today=who.today, at=utc_now(),
                )  # fmt: skip
    say(f"{len(numbers)} grades are accepted by {account}.")


def good(unit: UnitOption = None, period: Period = None, as_json: WithJson = False) -> None:
    """Who had no counted occurrence in a quarter of which enough is known, and who kept every duty."""
    from api.pages.names import name_key
    from attendance.clock import utc_now
    from attendance.services.periods import period_of, read_period
    from reports.conduct import good_page

    settings = read_settings()
    span = read_period(period)[1] if period else period_of("quarter", today_of(settings))
    with open_database(settings) as database, database.reading() as session:
        within = _within(session, unit, settings)
        page = good_page(session, settings.timezone, utc_now(), within, unit or "", None, span, within)
        people = sorted(page.good.without, key=lambda each: (name_key(each.name), each.employee))
        duties = sorted(page.duties, key=lambda each: (name_key(each.name), each.employee))
        see(session, "conduct", {each.employee for each in (*people, *page.good.unsure, *duties)})
    if as_json:
        print_json(
            {"from": span[0], "to": span[1], "without_occurrence": [asdict(each) for each in people],
             "unsure": [asdict(each) for each in page.good.unsure], "duties_kept": [asdict(each) for each in duties]}
        )  # fmt: skip
        return
    for each in people:
        say(f"{each.employee} {each.name} ({each.unit}): no counted occurrence, {each.known}/{each.due} sessions known")
    for duty in duties:
        say(f"{duty.employee} {duty.name} ({duty.unit}): {duty.kept}/{duty.over} duties kept")
    say(f"{len(people)} of {page.good.counted} people; {len(page.good.unsure)} more of whom too little is known.")


def thresholds(as_json: WithJson = False) -> None:
    """Every version of every threshold."""
    from attendance.store.within import EVERYTHING
    from reports.conduct import thresholds_of

    settings = read_settings()
    with open_database(settings) as database, database.reading() as session:
        found = thresholds_of(session, EVERYTHING, today_of(settings))
    if as_json:
        print_json({"items": [asdict(line) for line in found]})
        return
    for line in found:
        kinds = f" of {', '.join(line.types)}" if line.types else ""
        say(
            f"{line.id}: {line.unit} {line.code}, {line.proposes} from {line.at_least} {line.measure}{kinds} a "
            f"{line.period}, {line.from_on} to {line.to_on or 'open'}, {line.document}"
        )


def file_threshold(
    unit: Annotated[str, typer.Argument(help="Code of the unit; it holds for those below it too.")],
    code: Annotated[str, typer.Argument(help="Its name in short; versions share it.")],
    label: Annotated[str, typer.Option("--label", help="What it is called; no legal form of discipline.")],
    proposes: Annotated[str, typer.Option("--proposes", help="reminder or review.")],
    at_least: Annotated[int, typer.Option("--at-least", min=1, help="From which number on.")],
    first: Annotated[str, typer.Option("--from", metavar="DATE", help="First date it holds.")],
    document: Annotated[str, typer.Option("--document", help="Under which document.")],
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last date; open if left out.")] = None,
    measure: Annotated[str, typer.Option(help="occurrences, minutes or reminders.")] = "occurrences",
    period: Annotated[str, typer.Option(help="month, quarter or year.")] = "month",
    kind: Annotated[
        list[str] | None, typer.Option(help="A kind of occurrence that counts; may be given again.")
    ] = None,
    article: Annotated[str, typer.Option(help="Which article of the document.")] = "",
) -> None:
    """File a version of a threshold. Two of the same code and unit never hold on one date."""
    from attendance.clock import utc_now
    from attendance.services.conduct import thresholds as filing

    new = filing.NewThreshold(
        unit, code, label, proposes, at_least, read_date(first), document, measure, tuple(kind or ()), period,
        read_date(last) if last else None, article,
    )  # fmt: skip
    with open_database(read_settings()) as database, database.writing() as session:
        number = filing.file(session, new, by=operator(), at=utc_now()).id
    say(f"Threshold {number} is filed. Count: attendance conduct count")


def end_threshold(
    number: Annotated[int, typer.Argument(metavar="THRESHOLD", min=1, help="Number of the version.")],
    on: Annotated[str, typer.Option("--on", metavar="DATE", help="The last date it holds.")],
) -> None:
    """Let a threshold hold up to a date, included."""
    from attendance.clock import utc_now
    from attendance.services.conduct import thresholds as filing
    from attendance.store import conduct

    with open_database(read_settings()) as database, database.writing() as session:
        filing.end(session, conduct.threshold(session, number), read_date(on), by=operator(), at=utc_now())
    say(f"Threshold {number} holds up to {on}.")


def export(
    unit: Annotated[str, typer.Argument(help="Code of the unit: its people, and those of the units below.")],
    out: Annotated[Path, typer.Option("--out", help="Where to write it: .xlsx, .csv or .json.")],
    period: Period = None,
) -> None:
    """Facts of persons for the emulation council: by given name, no ranking and no score."""
    from api.pages.emulation_words import words_of
    from api.pages.names import name_key
    from attendance import clock
    from attendance.services.conduct.good import duties_of
    from attendance.services.periods import period_of, read_period
    from attendance.store.tree import spread_of
    from reports import emulation

    settings = read_settings()
    span = read_period(period)[1] if period else period_of("quarter", today_of(settings))
    wall = clock.to_wall(clock.utc_now(), settings.timezone).replace(tzinfo=None)
    until = (span[0], max(span[0], min(span[1], wall.date())))
    with open_database(settings) as database, database.reading() as session:
        within = _within(session, unit, settings)
        duties = duties_of(session, settings.timezone, within, until, now=wall)
        part = spread_of(session, unit, *span)
        table = emulation.of_persons(session, within, part, unit, span, duties, name_key)
        see(session, "conduct", (row["employee"] for row in table.rows))
        content = emulation.write(table, out.suffix[1:], *words_of("persons", settings.language))
        asked = {"unit": unit, "from": str(span[0]), "to": str(span[1]), "format": out.suffix[1:]}
        take(database, content, paper="emulation_persons", asked=asked, rows=len(table.rows))
    out.write_bytes(content)
    say(f"{len(table.rows)} people in {out}.")


def _within(session: Any, unit: str | None, settings: Any) -> Any:
    from attendance.store import tree
    from attendance.store.within import EVERYTHING

    if unit is None:
        return EVERYTHING
    return EVERYTHING.narrowed(tree.units_below(session, unit, today_of(settings)))


def _line(line: Any) -> str:
    grade = f" {line.grade}" if line.grade else ""
    decided = f", {line.decision} by {line.decided_by}" if line.decision else ""
    return (
        f"{line.id}: {line.state}, {line.proposes}{grade} for {line.employee} in {line.unit}, {line.from_on} to "
        f"{line.to_on}: {line.figure} (from {line.at_least} on), {line.known}/{line.due} sessions known, "
        f"{line.document}{decided}"
    )
