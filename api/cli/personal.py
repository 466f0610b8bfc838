"""Commands for personal data: attendance personal notice, export, requests, retention."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.place import open_database, operator, print_json, read_date, read_moment, read_settings, say, see
from attendance.errors import Invalid

AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
Number = Annotated[int, typer.Argument(help="Its number, as `list` shows it.")]
Employee = Annotated[str, typer.Argument(help="Code of the person.")]
KINDS = "access, correction, deletion, restriction, objection, complaint or consent_withdrawal."


def register(app: typer.Typer) -> None:
    personal = typer.Typer(help="Personal data: notice, export, requests, retention.", no_args_is_help=True)
    personal.command("notice")(show_notice)
    personal.command("export")(export_person)
    requests = typer.Typer(help="What people ask about their own data.", no_args_is_help=True)
    for name, command in (
        ("list", list_requests), ("add", add_request), ("answer", answer), ("refuse", refuse), ("extend", extend),
        ("complete", complete), ("withdraw", withdraw),
    ):  # fmt: skip
        requests.command(name)(command)
    personal.add_typer(requests, name="requests")
    retention = typer.Typer(help="How long data are kept, and their destruction.", no_args_is_help=True)
    for name, act in (
        ("terms", show_terms), ("set", set_term), ("unset", unset), ("propose", propose), ("list", list_destructions),
        ("approve", approve), ("refuse", refuse_destruction), ("carry-out", carry_out),
    ):  # fmt: skip
        retention.command(name)(act)
    personal.add_typer(retention, name="retention")
    app.add_typer(personal, name="personal")


def show_notice(
    unread: Annotated[bool, typer.Option("--unread", help="Who has not read it, in its place.")] = False,
    language: Annotated[str, typer.Option(help="vi or en.")] = "vi",
    json: AsJson = False,
) -> None:
    """Print the notice as it stands today, or who has not read it yet (exit 1 where there are such)."""
    from api.cli.speech import speak
    from attendance import clock
    from attendance.services.personal import notice
    from attendance.store.within import EVERYTHING

    language = speak(language, "vi").lang
    settings = read_settings()
    today = clock.today(clock.utc_now(), settings.timezone)
    with open_database(settings) as database, database.reading() as session:
        if unread:
            rows, total = notice.readers(session, EVERYTHING, today, unread=True, limit=100_000, offset=0)
            see(session, "notice_readings", [row["code"] for row in rows])
        else:
            told = notice.notice(session, today).as_json()
    if not unread:
        _print_notice(told, language, json)
        return
    if json:
        print_json({"items": rows, "total": total})
    else:
        for row in rows:
            say(f"{row['code']}\t{row['name']}")
    if total:
        raise typer.Exit(1)


def _print_notice(told: dict[str, Any], language: str, json: bool) -> None:
    if json:
        print_json(told)
        return
    for kind in told["kinds"]:
        months = f"{kind['months']} months" if kind["months"] else "kept"
        say(f"{kind['code']}\t{kind['purpose'][language]}\t{months}\tissued under: {kind['issued_under'] or '-'}")


def export_person(
    employee: Employee,
    out: Annotated[Path, typer.Option(help="File to write; - for standard output.")],
    why: Annotated[str, typer.Option(help="The request it answers; it is written in the trail.")],
) -> None:
    """Write all data of one person as JSON, piece by piece."""
    from attendance.clock import utc_now
    from attendance.services import exporting
    from attendance.services.personal import export
    from attendance.store import office
    from attendance.store.tables import EmployeeRow

    settings, at = read_settings(), utc_now()
    if not why.strip():
        raise Invalid("Say which request this answers, with --why.")
    if str(out) != "-" and out.exists():
        raise Invalid(f"{out} exists already; name another file.")
    with open_database(settings) as database:
        with database.writing() as session:
            number = office.key(office.get(session, EmployeeRow, employee))
            export.note_export(session, number, actor=operator(), why=why, at=at)
        with database.reading() as session:
            rows: list[int] = []

            def written(digest: str, whole: bool) -> None:
                with database.writing() as written_in:
                    exporting.made(
                        written_in, operator(), paper="personal_data", asked={"employee": employee}, known_at=at,
                        rows=sum(rows), digest=digest, at=utc_now(), cut=not whole,
                    )  # fmt: skip

            found = export.document(session, number, settings.timezone, reasons=True, at=at, counted=rows.append)
            pieces = exporting.watched(found, written)
            if str(out) == "-":
                for piece in pieces:
                    sys.stdout.buffer.write(piece)
                return
            out.touch(mode=0o600)
            with out.open("wb") as file:
                file.writelines(pieces)
    say(f"All data of {employee} are in {out}; the trail says that they were handed over.")


def list_requests(json: AsJson = False) -> None:
    """List requests, overdue ones first; exit 1 where a term has passed."""
    from attendance.clock import utc_now
    from attendance.services.personal import requests
    from attendance.store.within import EVERYTHING

    settings = read_settings()
    with open_database(settings) as database, database.reading() as session:
        found, total = requests.listed(session, EVERYTHING, zone=settings.timezone, at=utc_now(), limit=1000, offset=0)
        rows = [one.as_json() for one in found]
        see(session, "personal_requests", [row["employee"] for row in rows])
    if json:
        print_json({"items": rows, "total": total})
    else:
        for row in rows:
            late = f"OVERDUE ({row['overdue']})" if row["overdue"] else row["state"]
            by = row["answer_by"] if row["state"] == "received" else row["complete_by"] or "-"
            say(f"{row['id']}\t{late}\t{row['kind']}\t{row['employee']}\tby {by}")
    if any(row["overdue"] for row in rows):
        raise typer.Exit(1)


def add_request(
    employee: Employee,
    kind: Annotated[str, typer.Option(help=KINDS)],
    way: Annotated[str, typer.Option(help="in_person, letter, email or phone.")],
    text: Annotated[str, typer.Option(help="In the person's own words.")] = "",
    received: Annotated[str | None, typer.Option(help="When it came; now if left out.")] = None,
) -> None:
    """Enter a request; the clock of working days begins with the day it came."""
    from attendance.clock import utc_now
    from attendance.services.personal import requests
    from attendance.store import office
    from attendance.store.tables import EmployeeRow

    settings, at = read_settings(), utc_now()
    came = read_moment(received, settings.timezone) if received else at
    with open_database(settings) as database, database.writing() as session:
        number = office.key(office.get(session, EmployeeRow, employee))
        one = requests.hand_in(
            session, number, kind, way=way, text=text, received_at=came, zone=settings.timezone, actor=operator(),
            at=at,
        )  # fmt: skip
        told = f"Request {one.id} of {employee}: answer by {one.answer_by}"
        told += f", carry out by {one.complete_by}." if one.complete_by else "."
    say(told)


def answer(number: Number, text: Annotated[str, typer.Option(help="What the person is told.")]) -> None:
    """Answer a request: what will be done, and how."""
    _move("answer", number, text)


def refuse(number: Number, text: Annotated[str, typer.Option(help="The reason, which the person is told.")]) -> None:
    """Refuse a request, which closes it."""
    _move("refuse", number, text)


def extend(number: Number, text: Annotated[str, typer.Option(help="The reason.")]) -> None:
    """Take the one extension there is for carrying a request out."""
    _move("extend", number, text)


def complete(number: Number) -> None:
    """What was answered is done."""
    _move("complete", number)


def withdraw(number: Number) -> None:
    """The person no longer asks for it."""
    _move("take_back", number)


def _move(verb: str, number: int, *said: str) -> None:
    from attendance.clock import utc_now
    from attendance.services.personal import requests
    from attendance.store.within import EVERYTHING

    settings = read_settings()
    with open_database(settings) as database, database.writing() as session:
        one = getattr(requests, verb)(
            session, number, *said, zone=settings.timezone, within=EVERYTHING, actor=operator(), at=utc_now()
        )
        told = f"Request {one.id} of {one.employee} is {one.row.state}."
    say(told)


def show_terms(json: AsJson = False) -> None:
    """Show kinds of data and requests with their terms, as they hold today."""
    from attendance import clock
    from attendance.services.personal import kinds
    from attendance.store import personal_settings

    settings = read_settings()
    with open_database(settings) as database, database.reading() as session:
        found = kinds.terms(session, clock.today(clock.utc_now(), settings.timezone))
        kept = [(row.id, row.subject, row.field, row.withdrawn_at) for row in personal_settings.every(session)]
    if json:
        print_json(asdict(found))
        return
    for kind in found.kinds:
        months = f"{kind.months} months" if kind.months else "kept"
        how = kind.destroyed_by or f"not destroyed: {kind.kept_because['en']}"
        say(f"data.{kind.code}\t{months}\tissued under: {kind.issued_under or '-'}\t{how}")
    for one in found.requests:
        say(f"request.{one.code}\t{one.answer_workdays} working days, {one.days} days")
    for number, subject, field, withdrawn in kept:
        say(f"setting {number}\t{subject}.{field}{' (withdrawn)' if withdrawn else ''}")


def set_term(
    subject: Annotated[str, typer.Argument(help="data.KIND, request.KIND or office.")],
    field: Annotated[str, typer.Argument(help="months, issued_under, purpose.vi, answer_workdays, …")],
    value: Annotated[str, typer.Argument(help="A text, a whole number, true or false, as the field expects.")],
    from_: Annotated[str, typer.Option("--from", help="Date from which it holds.")],
    document: Annotated[str, typer.Option(help="The document it rests on.")],
) -> None:
    """Set a term from a date on; an earlier one holds until then."""
    from attendance.clock import utc_now
    from attendance.services.personal import kinds

    plain = kinds.read_value(subject, field, value)
    with open_database(read_settings()) as database, database.writing() as session:
        row = kinds.set_term(
            session, subject, field, plain, from_on=read_date(from_), document=document, actor=operator(),
            at=utc_now(),
        )  # fmt: skip
        told = f"Setting {row.id}: {subject}.{field} is {plain!r} from {row.from_on}."
    say(told)


def unset(number: Number) -> None:
    """Take a setting back; what was there before holds again."""
    from attendance.clock import utc_now
    from attendance.services.personal import kinds

    with open_database(read_settings()) as database, database.writing() as session:
        row = kinds.withdraw_term(session, number, actor=operator(), at=utc_now())
        told = f"Setting {number} of {row.subject}.{row.field} holds no more."
    say(told)


def propose(json: AsJson = False) -> None:
    """Propose what is due, as the nightly job does; whoever proposes does not approve."""
    from attendance.clock import utc_now
    from attendance.services.personal import retention

    settings = read_settings()
    with open_database(settings) as database:
        made = retention.propose(database, settings.timezone, actor=operator(), at=utc_now())
    _print_destructions([one.as_json() for one in made], json)


def list_destructions(json: AsJson = False) -> None:
    """List what is proposed, and the records of what was destroyed."""
    from attendance.services.personal import retention

    with open_database(read_settings()) as database, database.reading() as session:
        found, _ = retention.listed(session, 1000, 0)
        rows = [one.as_json() for one in found]
    _print_destructions(rows, json)


def _print_destructions(rows: list[dict[str, Any]], json: bool) -> None:
    if json:
        print_json({"items": rows, "total": len(rows)})
        return
    for row in rows:
        agreed = ", ".join(one["name"] for one in row["approvals"]) or "-"
        counts = ", ".join(f"{name} {count}" for name, count in (row["destroyed"] or row["due"]).items())
        say(f"{row['id']}\t{row['state']}\t{row['kind']} before {row['before']}\t{counts}\tagreed: {agreed}")


def approve(number: Number, document: Annotated[str, typer.Option(help="The document of the decision.")]) -> None:
    """Agree to a destruction; not for whoever proposed it."""
    from attendance.clock import utc_now
    from attendance.services.personal import retention

    with open_database(read_settings()) as database, database.writing() as session:
        one = retention.approve(session, number, document=document, actor=operator(), at=utc_now())
        told = f"Destruction {number} is {one.row.state}: {len(one.approvals)} of {one.row.needed} agreed."
    say(told)


def refuse_destruction(number: Number, why: Annotated[str, typer.Option(help="Why.")]) -> None:
    """Nothing is destroyed, for this reason."""
    from attendance.clock import utc_now
    from attendance.services.personal import retention

    with open_database(read_settings()) as database, database.writing() as session:
        retention.refuse(session, number, why=why, actor=operator(), at=utc_now())
    say(f"Destruction {number} is refused.")


def carry_out(number: Number) -> None:
    """Destroy what was approved; a run that was broken off goes on where it stopped."""
    from attendance.clock import utc_now
    from attendance.services.personal import retention

    with open_database(read_settings()) as database:
        one = retention.carry_out(database, number, actor=operator(), at=utc_now())
    say(f"Destruction {number} is done: {', '.join(f'{name} {count}' for name, count in one.row.destroyed.items())}.")
