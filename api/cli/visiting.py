"""Commands of one visit on the spot: begun, noted, ended; for the members of its team, and to nobody else a visit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.acting import Acting, As, PasswordFile, acting
from api.cli.place import print_json, print_told, read_json, say
from attendance.errors import Invalid

if TYPE_CHECKING:
    from attendance.services.visiting.marking import NewCheck, NewMark, Outcome
    from attendance.store.database import Session
    from attendance.store.visit_tables import VisitRow

Key = Annotated[str, typer.Argument(help="The visit, as `inspections list --as` names it.")]
Note = Annotated[str, typer.Option(help="In your own words; no reasons of health or family.")]
WithJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


def begin(key: Key, account: As, password_file: PasswordFile = None, as_json: WithJson = False) -> None:
    """Read the terminals the unit depends on, for 20 seconds at most, and freeze the list at this minute."""
    from api.cli.terminals.showing import bars
    from api.pulling import make_puller
    from api.visit_starting import codes_of, wait_for
    from attendance.clock import utc_now
    from attendance.services.visiting import beginning
    from attendance.store import visit_marks
    from attendance.store.trail import record
    from attendance.store.visit_marks import number_of
    from attendance.store.visit_tables import PLANNED
    from device_sync.poller import Poller

    with acting(account, password_file) as who:
        at = utc_now()
        with who.database.writing() as session:
            visit = own(session, who, key)
            number = number_of(visit)
            codes = codes_of(session, visit, who.today)[0] if visit.state == PLANNED else []
            for code in codes:
                record(session, who.actor, "pull.asked", kind="terminal", key=code, at=at)
        poller = Poller(make_puller(who.settings, who.database))
        try:
            with bars(len(codes)) as watch:
                wait_for(poller.begin(codes, on_progress=watch))
        finally:
            poller.stop(patience_seconds=0)
        with who.database.writing() as session:
            row = visit_marks.locked(session, number)
            beginning.begin(session, who.settings.timezone, row, by=who.actor, at=at, known_at=utc_now())
        _show(who, key, as_json)


def show(key: Key, account: As, password_file: PasswordFile = None, as_json: WithJson = False) -> None:
    """A visit of your team: the list as it was frozen, and what was noted."""
    with acting(account, password_file) as who:
        _show(who, key, as_json)


def mark(
    key: Key,
    employee: Annotated[str, typer.Argument(help="Code of somebody on the list.")],
    what: Annotated[str, typer.Argument(metavar="MARK", help="at_post, absent, reason_given; unmarked takes it back.")],
    account: As,
    note: Note = "",
    password_file: PasswordFile = None,
) -> None:
    """Note how somebody on the list was found."""
    from attendance.services.visiting.marking import NewMark

    _one(key, account, password_file, lambda client_id, at: NewMark(client_id, employee, what, at, note))
    say(f"{employee}: {what}.")


def check(
    key: Key,
    point: Annotated[str, typer.Argument(help="Code of a point of the checklist, as `inspections show` names it.")],
    given: Annotated[str, typer.Argument(metavar="ANSWER", help="yes or no; unseen takes it back.")],
    account: As,
    employee: Annotated[str, typer.Option(help="Of whom, for a point that is asked about a person.")] = "",
    note: Note = "",
    password_file: PasswordFile = None,
) -> None:
    """Answer a point of the checklist."""
    from attendance.services.visiting.marking import NewCheck

    _one(key, account, password_file, lambda client_id, at: NewCheck(client_id, point, given, at, employee, note))
    say(f"{point}: {given}.")


def note(
    key: Key,
    file: Annotated[Path, typer.Argument(help="JSON with `marks` and `checks`, as the API takes it.")],
    account: As,
    password_file: PasswordFile = None,
    as_json: WithJson = False,
) -> None:
    """Note many people and answers at once; each line answers for itself. Exit 1 where one was refused."""
    from api.http.schemas.visit_notes import VisitNotes
    from attendance.services.visiting.marking import REFUSED, NewCheck, NewMark

    given = read_given(VisitNotes, file)
    marks = [NewMark(each.id, each.employee, each.mark, each.noted_at, each.note) for each in given.marks]
    answers = [
        NewCheck(each.id, each.item, each.answer, each.noted_at, each.employee, each.note) for each in given.checks
    ]
    told = _noted(key, account, password_file, marks, answers, given.sent_at)
    if as_json:
        print_json({"lines": [{"id": each.id, "outcome": each.outcome, "why": each.why} for each in told]})
    else:
        for each in told:
            if each.outcome == REFUSED:
                say(f"{each.id}: {each.why}")
        counts = {name: sum(each.outcome == name for each in told) for name in ("taken", "repeated", "late", "refused")}
        say(", ".join(f"{number} {name}" for name, number in counts.items()))
    if any(each.outcome == REFUSED for each in told):
        raise typer.Exit(1)


def photo(
    key: Key,
    file: Annotated[Path, typer.Argument(help="A JPEG or PNG of at most 4 MiB.")],
    account: As,
    employee: Annotated[str, typer.Option(help="Who is on it, by code; somebody on the list.")] = "",
    note: Note = "",
    password_file: PasswordFile = None,
) -> None:
    """Keep a photograph of the visit, without the place it was taken at."""
    import hashlib

    from attendance.clock import utc_now
    from attendance.services.visiting import photographing

    content = file.read_bytes()
    with acting(account, password_file) as who, who.database.writing() as session:
        at = utc_now()
        told = photographing.take(
            session, own(session, who, key), who.actor, hashlib.sha256(content).hexdigest(), content, noted_at=at,
            employee=employee, note=note, at=at,
        )  # fmt: skip
    say(f"The photograph is {told.outcome}.")


def fetch_photo(
    key: Key,
    digest: Annotated[str, typer.Argument(help="Its digest, as `inspections show --json` names it.")],
    out: Annotated[Path, typer.Option("--out", help="File to write it to.")],
    account: As,
    password_file: PasswordFile = None,
) -> None:
    """Write a photograph of the visit to a file, as long as it is kept."""
    from attendance.services.visiting import photographing

    with acting(account, password_file) as who, who.database.reading() as session:
        found = photographing.picture(session, own(session, who, key), digest)
        if found.employee_id is not None:
            who.saw(session, "visit", [found.employee_id], key)
        content = found.content
    out.write_bytes(content)
    say(f"{len(content)} bytes in {out}.")


def end(key: Key, account: As, password_file: PasswordFile = None) -> None:
    """Leave the list; what a phone noted before and sends later is still taken until the minutes are sealed."""
    from attendance.clock import utc_now
    from attendance.services.visiting import beginning

    with _changing(key, account, password_file) as (session, who, visit):
        beginning.end(session, visit, by=who.actor, at=utc_now())
    say(f"The list has ended. Write the minutes: attendance inspections write {key} FILE --as {account}")


def add_point(
    key: Key,
    text: Annotated[str, typer.Argument(help="What is to be looked at, so that yes is as it should be.")],
    account: As,
    about: Annotated[str, typer.Option(help="unit or person.")] = "unit",
    password_file: PasswordFile = None,
) -> None:
    """Put a point on your team's checklist, for this visit and those to come."""
    from attendance.clock import utc_now
    from attendance.services.visiting import checklist
    from attendance.store.visit_tables import TeamRow

    with _changing(key, account, password_file) as (session, who, visit):
        team = session.get_one(TeamRow, visit.team_id)
        code = checklist.add(session, team, text, about, by=who.actor, at=utc_now()).code
    say(f"The checklist asks {code}: {text}")


def drop_point(
    key: Key,
    point: Annotated[str, typer.Argument(help="Code of the point.")],
    account: As,
    password_file: PasswordFile = None,
) -> None:
    """Ask a point of your team's checklist no more; what was answered stays."""
    from attendance.clock import utc_now
    from attendance.services.visiting import checklist
    from attendance.store.visit_tables import TeamRow

    with _changing(key, account, password_file) as (session, who, visit):
        checklist.take_away(session, session.get_one(TeamRow, visit.team_id), point, by=who.actor, at=utc_now())
    say(f"The checklist asks {point} no more.")


def own(session: Session, who: Acting, key: str) -> VisitRow:
    """A visit of a team they are in. Raises NotAllowed for who may visit nowhere, NotFound for any other visit."""
    from attendance.services.visiting.entering import own_visit

    who.allowed(session, "visits.do")
    return own_visit(session, who.user.user_id, key, who.today)


def read_given(model: Any, file: Path) -> Any:
    """What a file holds, as the API would take it. Raises Invalid, naming the first place that is wrong."""
    from pydantic import ValidationError

    try:
        return model.model_validate(read_json(file))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "it"
        raise Invalid(f"{file} is not what is taken here: {place}: {first['msg']}. Mend it and try again.") from None


@contextmanager
def _changing(key: str, account: str, password_file: Path | None) -> Iterator[tuple[Session, Acting, VisitRow]]:
    with acting(account, password_file) as who, who.database.writing() as session:
        yield session, who, own(session, who, key)


def _one(
    key: str, account: str, password_file: Path | None, line: Callable[[str, datetime], NewMark | NewCheck]
) -> None:
    """Take one line of this moment. Raises Invalid where it is refused."""
    import secrets

    from attendance.clock import utc_now
    from attendance.services.visiting.marking import REFUSED, NewMark

    new = line(secrets.token_hex(16), utc_now())
    marks, answers = ([new], []) if isinstance(new, NewMark) else ([], [new])
    (told,) = _noted(key, account, password_file, marks, answers, None)
    if told.outcome == REFUSED:
        raise Invalid(told.why)


def _noted(
    key: str,
    account: str,
    password_file: Path | None,
    marks: list[NewMark],
    answers: list[NewCheck],
    sent_at: datetime | None,
) -> list[Outcome]:
    from attendance.clock import utc_now
    from attendance.services.visiting import marking

    with _changing(key, account, password_file) as (session, who, visit):
        return marking.note(session, visit, who.actor, marks, answers, sent_at=sent_at, at=utc_now())


def _show(who: Acting, key: str, as_json: bool) -> None:
    from attendance.clock import utc_now
    from attendance.store.people import numbers
    from reports.visit_told import on_site

    with who.database.reading() as session:
        told = on_site(session, who.settings.timezone, own(session, who, key), utc_now())
        who.saw(session, "visit", numbers(session, [each["employee"] for each in told["people"]]), key)
    if as_json:
        print_told(told)
        return
    say(f"Visit {key}: {told['state']}, {told['kind']}, unit {told['unit']}")
    if not told["digest"]:
        say("It has not begun; nothing is frozen.")
        return
    counts = ", ".join(f"{number} {state.replace('_', ' ')}" for state, number in told["counts"].items())
    say(f"{'Working time' if told['working'] else 'Outside of working time: nothing here is a finding'}. {counts}")
    for each in told["terminals"]:
        say(f"terminal {each['code']} was read until {each['read_to'] or 'never'}")
    for each in told["people"]:
        words = [each["employee"], each["name"], each["unit"], each["state"]]
        words += [f"since {each['since'][11:16]} at {each['since_at']}"] if each["since"] else []
        words += [each[name] for name in ("excuse", "why", "mark", "contradiction", "note") if each[name]]
        say("  ".join(words))
    for each in told["checks"]:
        say("  ".join(filter(None, (f"{each['item']}: {each['answer']}", each["employee"], each["note"]))))
