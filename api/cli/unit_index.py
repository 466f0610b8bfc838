"""Commands about the discipline index of units: figures, formula, publishing, checking what was published, export."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from api.cli.place import open_database, operator, print_json, read_date, read_settings, say, take, today_of

WithJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
Publication = Annotated[int, typer.Argument(metavar="PUBLICATION", min=1, help="Its number.")]
Unit = Annotated[str, typer.Argument(help="Code of the unit whose parts are compared.")]
Period = Annotated[str | None, typer.Option("--period", help="2026-11, 2026-Q4 or 2026; this month if left out.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="The discipline index of units, by a public formula.", no_args_is_help=True)
    for name, command in (
        ("show", show), ("formulas", formulas), ("file-formula", file_formula), ("end-formula", end_formula),
        ("publish", publish), ("published", published), ("publication", publication), ("check", check),
        ("export", export),
    ):  # fmt: skip
        group.command(name)(command)
    app.add_typer(group, name="index")


def show(unit: Unit, period: Period = None, as_json: WithJson = False) -> None:
    """The index of the units right below one, as the facts are now."""
    from attendance.services.unit_index.publishing import as_plain
    from attendance.services.unit_index.standing import standing
    from attendance.store import office
    from attendance.store.tables import UnitRow
    from attendance.store.within import EVERYTHING
    from reports.emulation import decimal

    settings = read_settings()
    with open_database(settings) as database, database.reading() as session:
        found = standing(session, EVERYTHING, office.get(session, UnitRow, unit), _span(period, today_of(settings)))
    if as_json:
        print_json(as_plain(found))
        return
    if found.formula is None:
        say(f"No formula holds for {unit} on {found.to_on}: attendance index file-formula")
    for line in found.lines:
        rank = str(line.rank) if line.rank is not None else f"not ranked: {line.reason}"
        name = line.code or f"{line.folded} small units"
        say(
            f"{name}\t{decimal(line.tenths) or '-'}\t{line.known}/{line.due} ({decimal(line.coverage)} %)\t"
            f"{sum(line.times.values())} occurrences\t{rank}"
        )
    if found.too_few:
        say("Too few people for a figure.")


def formulas(as_json: WithJson = False) -> None:
    """Every version of the formula."""
    from attendance.services.unit_index.formulas import rule_of
    from attendance.services.unit_index.publishing import formula_plain
    from attendance.store import index_formulas

    with open_database(read_settings()) as database, database.reading() as session:
        rows = [
            {"id": row.id, "unit_id": row.unit_id, "from": row.from_on, "to": row.to_on} | formula_plain(rule_of(row))
            for row in index_formulas.formulas(session)
        ]
    if as_json:
        print_json({"items": rows})
        return
    for row in rows:
        say(f"{row['id']}: {row['from']} to {row['to'] or 'open'}, {row['weights']}, {row['document']}")


def file_formula(
    weight: Annotated[list[str], typer.Option("--weight", help="As late=50, in hundredths of a session; repeat it.")],
    first: Annotated[str, typer.Option("--from", metavar="DATE", help="First date it holds.")],
    document: Annotated[str, typer.Option("--document", help="Under which document.")],
    unit: Annotated[str | None, typer.Option("--unit", help="Code of the unit; everywhere if left out.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last date; open if left out.")] = None,
    coverage: Annotated[int, typer.Option(help="Percent of data below which a unit is not ranked.")] = 80,
    fewest: Annotated[int, typer.Option(help="Fewer people have no figure of their own.")] = 5,
    exclude: Annotated[list[str] | None, typer.Option(help="A schedule whose people are left out; repeat it.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="As X1=xã: units of a kind are compared; repeat it.")] = None,
) -> None:
    """File a version of the formula, with its document and dates."""
    from attendance.clock import utc_now
    from attendance.errors import Invalid
    from attendance.services.unit_index import formulas as filing

    weights: dict[str, int] = {}
    for each in weight:
        name, _, value = each.partition("=")
        if not value.isdecimal():
            raise Invalid(f"{each[:40]!r} is no weight; write it as late=50.")
        weights[name] = int(value)
    kinds = dict(each.partition("=")[::2] for each in kind or ())
    new = filing.NewFormula(
        unit, weights, read_date(first), document, coverage, fewest, tuple(exclude or ()), kinds,
        read_date(last) if last else None,
    )  # fmt: skip
    with open_database(read_settings()) as database, database.writing() as session:
        number = filing.file(session, new, by=operator(), at=utc_now()).id
    say(f"Formula {number} is filed.")


def end_formula(
    number: Annotated[int, typer.Argument(metavar="FORMULA", min=1, help="Number of the version.")],
    on: Annotated[str, typer.Option("--on", metavar="DATE", help="The last date it holds.")],
) -> None:
    """Let a formula hold up to a date, included; what was published by it stays."""
    from attendance.clock import utc_now
    from attendance.services.unit_index import formulas as filing
    from attendance.store import index_formulas

    with open_database(read_settings()) as database, database.writing() as session:
        row = index_formulas.formula(session, number)
        filing.end(session, row, read_date(on), by=operator(), at=utc_now())
    say(f"Formula {number} holds up to {on}.")


def publish(unit: Unit, period: Annotated[str, typer.Argument(help="2026-10, 2026-Q3 or 2025.")]) -> None:
    """Freeze the index of a period that is over, with its digest."""
    from attendance.clock import utc_now
    from attendance.services.periods import read_period
    from attendance.services.unit_index import publishing
    from attendance.store import office
    from attendance.store.tables import UnitRow

    settings, span = read_settings(), read_period(period)[1]
    with open_database(settings) as database, database.writing() as session:
        row = publishing.publish(
            session, office.get(session, UnitRow, unit), span, by=operator(), today=today_of(settings), at=utc_now()
        )
        number, digest = row.id, row.digest
    say(f"Index {number} of {unit} for {period} is published: {digest}")


def published(as_json: WithJson = False) -> None:
    """What was published, the newest first."""
    from attendance.store.within import EVERYTHING
    from reports.unit_index import published as listed

    settings = read_settings()
    with open_database(settings) as database, database.reading() as session:
        found = listed(session, settings.timezone, EVERYTHING)
    if as_json:
        print_json({"items": [asdict(line) for line in found]})
        return
    for line in found:
        say(f"{line.id}: {line.unit}, {line.from_on} to {line.to_on}, {line.digest}, by {line.published_by}")


def publication(number: Publication, as_json: WithJson = False) -> None:
    """One published index as it was frozen, with its formula."""
    import orjson

    from attendance.store import index_formulas
    from attendance.store.within import EVERYTHING
    from reports.emulation import decimal

    with open_database(read_settings()) as database, database.reading() as session:
        row = index_formulas.publication(session, EVERYTHING, number)
        content, digest = orjson.loads(row.content), row.digest
    if as_json:
        print_json({"id": number, "digest": digest, "content": content})
        return
    say(f"{content['name']}, {content['from']} to {content['to']}, by {content['formula']['document']}")
    for line in content["lines"]:
        rank = str(line["rank"]) if line["rank"] is not None else f"not ranked: {line['reason']}"
        name = line["unit"] or f"{line['small_units']} small units"
        say(f"{name}\t{decimal(line['index_tenths']) or '-'}\t{line['known']}/{line['due']}\t{rank}")
    say(f"Digest {digest}")


def check(number: Publication) -> None:
    """Whether a published index has its digest, and what was known then gives the same again. Exit 1 where not."""
    from attendance.store import index_formulas
    from attendance.store.within import EVERYTHING
    from reports import unit_index

    with open_database(read_settings()) as database, database.reading() as session:
        found = unit_index.check(session, index_formulas.publication(session, EVERYTHING, number))
    say("The text has its digest." if found.is_whole else "The text is not the one that was published.")
    say("The same figures came out again." if found.is_reproduced else "What was known then gives other figures.")
    if not found.holds:
        raise typer.Exit(1)


def export(
    unit: Unit,
    out: Annotated[Path, typer.Option("--out", help="Where to write it: .xlsx, .csv or .json.")],
    period: Period = None,
) -> None:
    """The table of the index as a file for the emulation council."""
    from api.pages.emulation_words import words_of
    from attendance.services.unit_index.standing import standing
    from attendance.store import office
    from attendance.store.tables import UnitRow
    from attendance.store.within import EVERYTHING
    from reports import emulation

    settings = read_settings()
    span = _span(period, today_of(settings))
    with open_database(settings) as database:
        with database.reading() as session:
            found = standing(session, EVERYTHING, office.get(session, UnitRow, unit), span)
        table = emulation.of_units(found)
        content = emulation.write(table, out.suffix[1:], *words_of("units", settings.language))
        asked = {"unit": unit, "from": str(span[0]), "to": str(span[1]), "format": out.suffix[1:]}
        take(database, content, paper="index_units", asked=asked, rows=len(table.rows))
    out.write_bytes(content)
    say(f"{len(table.rows)} lines in {out}.")


def _span(period: str | None, today: date) -> tuple[date, date]:
    from attendance.services.periods import period_of, read_period

    return read_period(period)[1] if period else period_of("month", today)
