"""Commands about explanations, for an office without pages: which there are, one of them, enter, confirm, decide."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.place import open_database, print_json, read_date, read_settings, say, see, today_of

Number = Annotated[int, typer.Argument(metavar="EXPLANATION", min=1, help="Number of the explanation.")]
By = Annotated[str, typer.Option("--by", help="Who acts, by code or name: never whom it is about.")]
Violation = Annotated[str, typer.Argument(metavar="VIOLATION", help="Id, as 57-20261120-am-late.")]
WithJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="What people say of violations, and who decides.", no_args_is_help=True)
    for name, command in (
        ("list", show_all), ("show", show), ("enter", enter), ("confirm", confirm), ("decide", decide),
    ):  # fmt: skip
        group.command(name)(command)
    app.add_typer(group, name="explanations")


def show_all(
    state: Annotated[
        str | None, typer.Option(help="confirm, decide, approved, refused or withdrawn; all if left out.")
    ] = None,
    employee: Annotated[str | None, typer.Option(help="Code of a person: only theirs.")] = None,
    unit: Annotated[str | None, typer.Option(help="Code of a unit: only it and those below.")] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help="Of this date or later.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Of this date or earlier.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=5000, help="How many at most, the newest first.")] = 100,
    as_json: WithJson = False,
) -> None:
    """Explanations and decisions, with what became of each."""
    from attendance.errors import Invalid
    from attendance.services.explanations.telling import as_told
    from attendance.store import listing_explanations, office, tree
    from attendance.store.tables import EmployeeRow
    from attendance.store.within import EVERYTHING

    known = listing_explanations.STATES
    if state is not None and state not in known:
        raise Invalid(f"{state!r} is no state of an explanation; write one of {', '.join(known)}.")
    settings = read_settings()
    with open_database(settings) as database, database.reading() as session:
        below = tree.units_below(session, unit, today_of(settings)) if unit is not None else None
        within = EVERYTHING if below is None else EVERYTHING.narrowed(below)
        asked = listing_explanations.Asked(
            (state,) if state else (),
            office.key(office.get(session, EmployeeRow, employee)) if employee else None,
            from_on=read_date(first) if first else None,
            to_on=read_date(last) if last else None,
        )
        found = listing_explanations.explanations(session, within, within, asked, limit=limit, offset=0)
        see(session, "explanations", (row["employee"] for row in found.rows))
    rows = [as_told(row, within) for row in found.rows]
    if as_json:
        print_json({"items": rows, "total": found.total})
        return
    for row in rows:
        say(_line(row))
    say(f"{found.total} explanations.")


def show(number: Number, as_json: WithJson = False) -> None:
    """One explanation with all that happened to it."""
    from attendance.services.explanations.telling import as_told
    from attendance.store import listing_explanations
    from attendance.store.within import EVERYTHING

    with open_database(read_settings()) as database, database.reading() as session:
        row = listing_explanations.explanation(session, EVERYTHING, number)
        told = as_told(listing_explanations.told(session, [row])[0], EVERYTHING)
        see(session, "explanations", [told["employee"]])
    if as_json:
        print_json(told)
        return
    say(_line(told))
    for name in ("ground", "reason", "document", "confirmation_note", "decision_note", "withdrawal_note"):
        if told[name]:
            say(f"  {name}: {told[name]}")
    for file in told["attachments"]:
        say(f"  file: {file['file_name']} ({file['media_type']}, {file['size']} bytes)")


def enter(
    violation: Violation,
    ground: Annotated[str, typer.Option(help="What it rests on, as forgot_punch; a wrong word lists them.")],
    text: Annotated[str, typer.Option(help="What the person says.")],
    by: By,
    minutes: Annotated[int | None, typer.Option(min=1, help="Minutes it claims; all if left out.")] = None,
    document: Annotated[str, typer.Option(help="Number of the paper.")] = "",
    file: Annotated[list[Path] | None, typer.Option(help="A photograph or PDF; may be given again.")] = None,
) -> None:
    """Enter what a person handed in on paper; somebody else confirms and decides."""
    from attendance.clock import utc_now
    from attendance.services import explanations
    from attendance.services.explanations.attaching import Sent
    from attendance.store import explanation_register

    sent = [Sent(path.name, path.read_bytes()) for path in file or ()]
    settings = read_settings()
    with open_database(settings) as database, database.writing() as session:
        row = explanations.hand_in(
            session, _as(by), _key(violation), ground=ground, text=text, minutes=minutes, document=document,
            files=sent, zone=settings.timezone, at=utc_now(),
        )  # fmt: skip
        number = explanation_register.number_of(row)
    say(f"Explanation {number} is entered. Decide on it: attendance explanations decide {number} approved --by …")


def confirm(
    number: Number,
    by: By,
    denied: Annotated[bool, typer.Option("--denied", help="It was not so; say why with --note.")] = False,
    note: Annotated[str, typer.Option("--note", help="What to say with it.")] = "",
) -> None:
    """The direct superior says that it was so, or that it was not."""
    from attendance.clock import utc_now
    from attendance.services import explanations
    from attendance.store import explanation_register

    said = "denied" if denied else "confirmed"
    with open_database(read_settings()) as database, database.writing() as session:
        row = explanation_register.get(session, number)
        explanations.confirm(session, row, _as(by), said, note=note, at=utc_now())
    say(f"Explanation {number} is {said} by {by}.")


def decide(
    number: Number,
    decision: Annotated[str, typer.Argument(help="approved or refused.")],
    by: By,
    note: Annotated[str, typer.Option("--note", help="The reason; the person will read it.")],
    minutes: Annotated[int | None, typer.Option(min=1, help="Minutes granted; all it claims if left out.")] = None,
    accepted_after_deadline: Annotated[bool, typer.Option(help="It counts though it came after its deadline.")] = False,
    without_confirmation: Annotated[bool, typer.Option(help="Do without the word of the direct superior.")] = False,
) -> None:
    """Accept an explanation, whole or in part, or refuse it; once."""
    from attendance.clock import utc_now
    from attendance.services import explanations
    from attendance.store import explanation_register

    settings = read_settings()
    with open_database(settings) as database, database.writing() as session:
        row = explanation_register.get(session, number)
        explanations.decide(
            session, row, _as(by), decision, minutes=minutes, note=note,
            accepted_after_deadline=accepted_after_deadline, without_confirmation=without_confirmation,
            zone=settings.timezone, at=utc_now(),
        )  # fmt: skip
    say(f"Explanation {number} is {decision} by {by}. Judge it again: attendance evaluate")


def _as(name: str) -> Any:
    from attendance.services.impartial import Decider
    from attendance.store.trail import Actor
    from attendance.store.within import EVERYTHING

    return Decider(Actor(name), EVERYTHING)


def _key(text: str) -> Any:
    from attendance.errors import NotFound
    from attendance.store.listing_keys import read_question_id

    found = read_question_id(text)
    if found is None:
        raise NotFound("violation", text[:64])
    return found


def _line(row: dict[str, Any]) -> str:
    minutes = f" {row['decided_minutes']} minutes" if row["decided_minutes"] is not None else ""
    decided = f", {row['decision']}{minutes} by {row['decided_by'] or 'somebody'}" if row["decision"] else ""
    by = f", by {row['author']}" if row["author"] else ""
    about = f"{row['employee']} {row['covers']} {row['session']} {row['date']}"
    return f"{row['id']}: {row['status']}, {about} ({row['violation']}){by}{decided}"
