"""`attendance commitments progress`: how commitments stand by the facts, one with its lists or those of a unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.place import open_database, print_json, read_moment, read_settings, say, see

if TYPE_CHECKING:
    from reports.commitments import ProgressView, Summary

VIEW = "commitment_progress"


def show_progress(
    number: Annotated[int | None, typer.Argument(help="Number of a commitment; without one, a list.")] = None,
    unit: Annotated[str | None, typer.Option(help="Only this unit and those below it.")] = None,
    year: Annotated[int | None, typer.Option(help="Of which year. Default: this one.")] = None,
    state: Annotated[str, typer.Option(help="Only kept, at_risk, broken, open or leaders.")] = "",
    as_of: Annotated[str | None, typer.Option(help="Of one: as known then.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """How signed commitments stand by the stored facts: each figure with its list."""
    from api.pages.names import name_key
    from attendance import clock
    from attendance.errors import Invalid
    from attendance.store import commitments, office
    from attendance.store.tables import UnitRow
    from attendance.store.within import EVERYTHING
    from reports.commitments import LIST_STATES, ProgressFilter, progress_list, progress_view

    settings, now = read_settings(), clock.utc_now()
    zone = settings.timezone
    if state and state not in LIST_STATES:
        raise Invalid(f"{state!r} is no state; write one of {', '.join(LIST_STATES)}.")
    with open_database(settings) as database, database.reading() as session:
        if number is not None:
            at = read_moment(as_of, zone) if as_of else now
            view = progress_view(session, zone, commitments.get(session, number), EVERYTHING, at, now)
            see(session, VIEW, view.shown)
        else:
            if unit is not None:
                office.get(session, UnitRow, unit)
            asked = ProgressFilter(year or clock.today(now, zone).year, unit or "", state)
            found = progress_list(session, zone, EVERYTHING, asked, now, key=name_key, size=1_000_000)
            see(session, VIEW, (line.employee for line in found.lines))
    if number is not None:
        print_json(view.facts | {"known_at": clock.local_iso(view.known_at, zone)}) if as_json else _tell(view)
    elif as_json:
        print_json({"year": found.filter.year, "signed": found.signed, "counts": dict(found.counts),
                    "items": [_as_data(line) for line in found.lines]})  # fmt: skip
    else:
        told = ", ".join(f"{found.counts[each]} {each.replace('_', ' ')}" for each in LIST_STATES[:-1])
        say(f"{found.filter.year}: {found.signed} signed, {told}")
        for line in found.lines:
            figures = ", ".join(f"{each.kind} {each.n}/{each.of}" for each in line.clauses)
            post = f" ({line.post})" if line.post else ""
            say(
                f"{line.number}\t{line.employee or line.unit}{post}\t{line.state}\t{figures}\t"
                f"{line.unknown_days} days unknown"
            )


def _tell(view: ProgressView) -> None:
    facts = view.facts
    say(
        f"Commitment {view.number} of {view.who}: {facts['state']}, {facts['from'] or '-'} to {facts['to'] or '-'}, "
        f"{facts['unknown_days']} days unknown"
    )
    for clause in facts["clauses"]:
        figure = f" {clause['n']}/{clause['of']}" if clause["of"] is not None else ""
        say(f"{clause['id']}. {clause['kind']}: {clause['state']}{figure}")
        for item in clause["items"]:
            until = f", until {item['until']}" if item["until"] else ""
            say(
                f"   {item['on']} {item['employee']} {item['kind']} {item['session']}: {item['counts']} "
                f"({item['why']}{until}){' breaks it' if item['breaks'] else ''}"
            )


def _as_data(line: Summary) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(line)
