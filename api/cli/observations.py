"""Commands about what citizens say, for an office without pages: take in, look, answer; counters, survey scores."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli import looking_into
from api.cli.place import open_database, operator, print_json, read_date, read_settings, say, see, today_of

Number = Annotated[int, typer.Argument(metavar="OBSERVATION", min=1, help="Number of the observation.")]
Point = Annotated[int, typer.Argument(metavar="COUNTER", min=1, help="Number of the counter.")]
UnitOption = Annotated[str | None, typer.Option(help="Code of a unit: only it and those below.")]
Unit = Annotated[str, typer.Argument(metavar="UNIT", help="Code of the unit.")]
By = Annotated[str, typer.Option("--by", help="Who acts, by code or name: never who held that desk then.")]
WithJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
SCORE_COLUMNS = ("unit", "year", "quarter", "score", "scale", "n", "document")


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="What citizens say: beside the facts, never a violation.", no_args_is_help=True)
    for name, command in (
        ("list", show_all), ("show", show), ("add", add), ("answer", answer), ("erase", erase), ("points", points),
        ("add-point", add_point), ("renew-point", renew_point), ("revoke-point", revoke_point), ("scores", scores),
        ("import-scores", import_scores), ("take-up", looking_into.take_up), ("contact", looking_into.contact),
        ("ask-for-visit", looking_into.ask_for_visit), ("open-visit", looking_into.open_visit),
    ):  # fmt: skip
        group.command(name)(command)
    app.add_typer(group, name="observations")


def show_all(
    state: Annotated[str | None, typer.Option(help="received, looking or answered; all if left out.")] = None,
    unit: UnitOption = None,
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help="Of this date or later.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Of this date or earlier.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=5000, help="How many at most, the newest first.")] = 100,
    as_json: WithJson = False,
) -> None:
    """Observations of citizens, with what became of each."""
    from attendance.errors import Invalid
    from attendance.store import observations
    from attendance.store.citizen_tables import STATES
    from attendance.store.observations import Wanted

    if state is not None and state not in STATES:
        raise Invalid(f"{state!r} is no state of an observation; write one of {', '.join(STATES)}.")
    wanted = Wanted(state or "", from_on=read_date(first) if first else None, to_on=read_date(last) if last else None)
    settings = read_settings()
    with open_database(settings) as database, database.reading() as session:
        rows, total = observations.listed(session, _within(session, settings, unit), wanted, limit=limit)
        told = [_told(row, code) for row, code in rows]
    if as_json:
        print_json({"items": told, "total": total})
        return
    for row in told:
        say(_line(row))
    say(f"{total} observations.")


def show(number: Number, as_json: WithJson = False) -> None:
    """One observation, with roster and presence at that time beside it."""
    from attendance.clock import utc_now
    from attendance.services.citizens.facts import facts_of
    from attendance.store import observations
    from attendance.store.tree import StoredTree
    from attendance.store.within import EVERYTHING

    settings = read_settings()
    with open_database(settings) as database, database.reading() as session:
        row = observations.get(session, EVERYTHING, number)
        found = facts_of(session, settings.timezone, row, known_at=utc_now())
        told = _told(row, StoredTree(session).codes[row.unit_id])
        see(session, "observations", [each.line.employee for each in found.on_duty])
    presence = found.presence
    told["facts"] = {
        "working_time": presence.hours.working if presence else None,
        "counts": presence.counts() if presence else None,
        "needed": found.needed,
        "on_duty": [
            {"employee": each.line.employee, "desk": each.line.desk, "starts": each.line.starts,
             "ends": each.line.ends, "state": each.person.state if each.person else None}
            for each in found.on_duty
        ],
        "terminals": {each.code: each.read_to for each in presence.terminals} if presence else {},
    }  # fmt: skip
    if as_json:
        print_json(told)
        return
    say(_line(told))
    for name in ("text", "reason", "answer"):
        if told[name]:
            say(f"  {name}: {told[name]}")
    for each in told["facts"]["on_duty"]:
        say(f"  on the roster: {each['employee']} at {each['desk'] or 'no desk'}, {each['state'] or 'not known'}")
    if not told["facts"]["on_duty"]:
        say("  on the roster: nobody")
    if presence:
        hours = "working time" if presence.hours.working else "outside of working time"
        say(f"  presence: {hours}, " + ", ".join(f"{n} {state}" for state, n in presence.counts().items()))
    for code, read_to in told["facts"]["terminals"].items():
        say(f"  terminal {code} was read until {read_to or 'never'}")


def add(
    unit: Unit,
    channel: Annotated[str, typer.Argument(help="box, hotline, letter or survey.")],
    kind: Annotated[str, typer.Argument(help="empty, closed, wait, manner, praise or other.")],
    on: Annotated[str, typer.Argument(metavar="DATE", help="When it happened.")],
    at: Annotated[str, typer.Option(help="At which minute, as 08:20; not known if left out.")] = "",
    desk: Annotated[str, typer.Option(help="The desk as rosters write it.")] = "",
    text: Annotated[str, typer.Option(help="What was said.")] = "",
    contact: Annotated[str, typer.Option(help="How the citizen can be reached; kept encrypted.")] = "",
    document: Annotated[str, typer.Option(help="Number of the letter.")] = "",
) -> None:
    """Take in what came another way than by the form; prints the code for the citizen."""
    from datetime import time

    from attendance.clock import utc_now
    from attendance.errors import Invalid
    from attendance.services.citizens import intake
    from attendance.services.citizens.intake import Said
    from attendance.store import office
    from attendance.store.tables import UnitRow

    try:
        minute = time.fromisoformat(at) if at else None
    except ValueError:
        raise Invalid(f"{at!r} is not a time of the day; write it as 08:20.") from None
    settings = read_settings()
    said = Said(kind, text, read_date(on), minute, contact, desk, document)
    with open_database(settings) as database, database.writing() as session:
        place = office.key(office.get(session, UnitRow, unit))
        taken = intake.take_in(
            session, _secret(settings), operator(), place, channel, said, zone=settings.timezone, at=utc_now()
        )
        number, code = taken.row.id, taken.code
    say(f"Observation {number} is taken in. Tell the citizen this code: {code}")


def answer(
    number: Number,
    outcome: Annotated[str, typer.Argument(help="borne_out, not_borne_out or cannot_tell.")],
    reason: Annotated[str, typer.Option(help="What that rests on.")],
    told: Annotated[str, typer.Option("--answer", help="What the citizen is told; name nobody in it.")],
    by: By,
) -> None:
    """Say what was found beside the facts, once; it changes no conclusion on anybody."""
    from attendance.clock import utc_now
    from attendance.services.citizens import looking
    from attendance.store import observations
    from attendance.store.trail import Actor
    from attendance.store.within import EVERYTHING

    with open_database(read_settings()) as database, database.writing() as session:
        row = observations.get(session, EVERYTHING, number, change=True)
        looking.decide(session, row, Actor(by), outcome, reason=reason, answer=told, at=utc_now())
    say(f"Observation {number} is answered by {by}: {outcome}.")


def erase(
    number: Number,
    part: Annotated[str, typer.Argument(help="text, contact or answer.")],
    why: Annotated[str, typer.Option(help="The request or decision; name nobody.")],
) -> None:
    """Empty what a citizen wrote, how they can be reached, or what they were told."""
    from attendance.clock import utc_now
    from attendance.services.citizens import looking
    from attendance.store import observations
    from attendance.store.within import EVERYTHING

    with open_database(read_settings()) as database, database.writing() as session:
        row = observations.get(session, EVERYTHING, number, change=True)
        looking.erase(session, row, operator(), part, why=why, at=utc_now())
    say(f"The {part} of observation {number} is erased.")


def points(unit: UnitOption = None, as_json: WithJson = False) -> None:
    """Counters with a code, and the path it leads to."""
    from attendance.store import observations

    settings = read_settings()
    with open_database(settings) as database, database.reading() as session:
        rows = [
            {"id": row.id, "unit": code, "name": row.name, "desk": row.desk, "path": f"/gop-y/{row.token}",
             "came": came, "revoked_at": row.revoked_at}
            for row, code, came in observations.points(session, _within(session, settings, unit))
        ]  # fmt: skip
    if as_json:
        print_json({"items": rows, "total": len(rows)})
        return
    for row in rows:
        where = "revoked" if row["revoked_at"] else row["path"]
        say(f"{row['id']}: {row['unit']}, {row['name']}, {where}, {row['came']} forms")
    say(f"{len(rows)} counters.")


def add_point(
    unit: Unit,
    name: Annotated[str, typer.Argument(help="What citizens call the counter.")],
    desk: Annotated[str, typer.Option(help="The desk as rosters write it.")] = "",
) -> None:
    """Give a counter a code; its sheet is printed from the page of counters."""
    from attendance.clock import utc_now
    from attendance.services.citizens import points as counters
    from attendance.store import office
    from attendance.store.tables import UnitRow

    with open_database(read_settings()) as database, database.writing() as session:
        row = counters.add_point(session, operator(), office.get(session, UnitRow, unit), name, desk, at=utc_now())
        number, token = row.id, row.token
    say(f"Counter {number} takes forms at /gop-y/{token}")


def renew_point(number: Point) -> None:
    """Another code for a counter; sheets printed before lead nowhere."""
    from attendance.clock import utc_now
    from attendance.services.citizens import points as counters
    from attendance.store import observations
    from attendance.store.within import EVERYTHING

    with open_database(read_settings()) as database, database.writing() as session:
        row = observations.point(session, EVERYTHING, number, change=True)
        counters.renew(session, operator(), row, at=utc_now())
        token = row.token
    say(f"Counter {number} takes forms at /gop-y/{token}; print its sheet anew.")


def revoke_point(number: Point) -> None:
    """The code of a counter leads nowhere any more; what came by it stays."""
    from attendance.clock import utc_now
    from attendance.services.citizens import points as counters
    from attendance.store import observations
    from attendance.store.within import EVERYTHING

    with open_database(read_settings()) as database, database.writing() as session:
        row = observations.point(session, EVERYTHING, number, change=True)
        counters.revoke(session, operator(), row, at=utc_now())
    say(f"Counter {number} takes no forms any more.")


def scores(unit: UnitOption = None, as_json: WithJson = False) -> None:
    """Scores of surveys, the newest quarter first."""
    from attendance.store import observations

    settings = read_settings()
    with open_database(settings) as database, database.reading() as session:
        found, total = observations.scores(session, _within(session, settings, unit), limit=5000)
        rows = [{"unit": code} | {name: getattr(row, name) for name in SCORE_COLUMNS[1:]} for row, code in found]
    if as_json:
        print_json({"items": rows, "total": total})
        return
    for row in rows:
        say(f"{row['unit']} Q{row['quarter']}/{row['year']}: {row['score']}/{row['scale']} of {row['n']} people")
    say(f"{total} scores.")


def import_scores(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=f"CSV with {','.join(SCORE_COLUMNS)}.")],
) -> None:
    """Scores of a survey, one line per unit and quarter; all or none."""
    from attendance.clock import utc_now
    from attendance.errors import Invalid
    from attendance.services.citizens import scores as surveys
    from attendance.services.citizens.scores import Score
    from attendance.store import office
    from attendance.store.tables import UnitRow

    try:
        rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    except UnicodeDecodeError:
        raise Invalid(f"{file.name} is not UTF-8; save it as CSV UTF-8 and try again.") from None
    settings = read_settings()
    with open_database(settings) as database, database.writing() as session:
        for line, row in enumerate(rows, 2):
            try:
                code, given = row["unit"], Score(
                    int(row["year"]), int(row["quarter"]), float(row["score"]), float(row["scale"]), int(row["n"]),
                    row["document"] or "",
                )  # fmt: skip
            except (KeyError, TypeError, ValueError):
                raise Invalid(f"Line {line} of {file.name} is not {','.join(SCORE_COLUMNS)}; mend it.") from None
            unit = office.get(session, UnitRow, code)
            surveys.add_score(session, operator(), unit, given, today=today_of(settings), at=utc_now())
    say(f"{len(rows)} scores are filed.")


def _within(session: Any, settings: Any, unit: str | None) -> Any:
    from attendance.store import tree
    from attendance.store.within import EVERYTHING

    if unit is None:
        return EVERYTHING
    return EVERYTHING.narrowed(tree.units_below(session, unit, today_of(settings)))


def _secret(settings: Any) -> bytes:
    from api.cli.place import trail_secret
    from attendance.errors import Invalid

    found = trail_secret(settings)
    if found is None:
        raise Invalid("Taking in needs the secret key of the installation; set ATTENDANCE_SECRET_KEY_FILE.")
    return found


def _told(row: Any, unit: str) -> dict[str, Any]:
    named = (
        "id", "channel", "kind", "desk", "text", "document", "state", "received_at", "outcome", "reason", "answer",
        "decided_by", "visit_asked_by",
    )  # fmt: skip
    at = f"{row.wall_time:%H:%M}" if row.wall_time is not None else None
    return {"unit": unit, "date": row.on, "at": at, "has_contact": bool(row.contact)} | {
        name: getattr(row, name) for name in named
    }


def _line(row: dict[str, Any]) -> str:
    when = f"{row['date']} {row['at']}" if row["at"] else f"{row['date']}"
    where = f"{row['unit']} {row['desk']}".rstrip()
    outcome = f", {row['outcome']}" if row["outcome"] else ""
    return f"{row['id']}: {row['state']}, {row['kind']} at {where} on {when} by {row['channel']}{outcome}"
