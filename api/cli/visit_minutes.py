"""Commands about the minutes of a visit: written, signed and sealed, annexed, written to a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.acting import Acting, As, MayAs, PasswordFile, acting, secret_of
from api.cli.looking import looking
from api.cli.place import open_database, operator, print_json, print_told, read_settings, say
from api.cli.visiting import Key, WithJson, own, read_given
from attendance.errors import Invalid

if TYPE_CHECKING:
    from api.settings import Settings
    from attendance.services.visiting.reading import ShownVisit
    from attendance.services.visiting.signatures import Signature
    from attendance.store.database import Session

Signatures = Annotated[
    Path, typer.Option(help="JSON: a list of who signed (`strokes` of a pad) or refused, as the API takes it.")
]
Seen = Annotated[int | None, typer.Option("--version", help="The version of the text that both sides were shown.")]
Out = Annotated[Path, typer.Option("--out", help="File to write it to.")]


def minutes(
    key: Key,
    account: MayAs = None,
    written: Annotated[bool, typer.Option("--written", help="Only the text, as `inspections write` takes it.")] = False,
    password_file: PasswordFile = None,
    as_json: WithJson = False,
) -> None:
    """Sealed minutes; with --as, before, as your team would seal them now."""
    from attendance.clock import utc_now
    from attendance.store.trail import look
    from reports import visit_told

    with shown(key, account, password_file) as (session, zone, found, who):
        told, people = visit_told.minutes(session, zone, found, utc_now())
        if who is not None:
            who.saw(session, "minutes", people, key)
        else:
            look(session, operator(), "minutes", people, key=key, at=utc_now())
    if written:
        print_json(told["content"]["written"] | {"version": told["version"]})
    elif as_json:
        print_told(told)
    else:
        _tell(told)


def write(
    key: Key,
    file: Annotated[Path, typer.Argument(help="JSON, as `inspections minutes KEY --written` prints it.")],
    account: As,
    password_file: PasswordFile = None,
) -> None:
    """Write the text of the minutes; it takes the place of the text before."""
    from api.http.schemas.minutes import WrittenMinutes
    from attendance.clock import utc_now
    from attendance.services.visiting.minutes import keep_written

    given = read_given(WrittenMinutes, file)
    with acting(account, password_file) as who, who.database.writing() as session:
        visit = own(session, who, key)
        version = keep_written(session, visit, given.written(), by=who.actor, at=utc_now(), version=given.version)
    say(f"The text is kept as version {version}. Seal it: attendance inspections seal {key} --signatures FILE")


def seal(
    key: Key,
    signatures: Signatures,
    account: As,
    version: Seen = None,
    password_file: PasswordFile = None,
    as_json: WithJson = False,
) -> None:
    """Seal the minutes, as the head of the team; from then on nothing in them changes."""
    from api.printing.minutes import drawing
    from attendance.clock import utc_now
    from attendance.services.visiting import sealing
    from attendance.services.visiting.sealing import Sealing

    signed = _signatures(signatures)
    with acting(account, password_file) as who:
        draw, by = drawing(verify_address(who.settings)), Sealing(who.actor, secret_of(who.settings))
        with who.database.writing() as session:
            row = sealing.seal(
                session, who.settings.timezone, own(session, who, key), signed, by=by, draw=draw, version=version,
                at=utc_now(),
            )  # fmt: skip
            told = {"visit": key, "code": row.code, "digest": row.digest, "key": row.signing_key}
    if as_json:
        print_json(told)
        return
    say(f"The minutes are sealed under the code {told['code']}. Digest {told['digest']}")


def pdf(key: Key, out: Out, account: MayAs = None, password_file: PasswordFile = None) -> None:
    """Sealed minutes as PDF, byte by byte as they were sealed."""
    from attendance.clock import utc_now
    from attendance.store import minutes as kept
    from attendance.store.trail import look

    with shown(key, account, password_file) as (session, _, found, who):
        row = found.sealed
        people = kept.people(session, row.id)
        if who is not None:
            who.saw(session, "minutes", people, key)
        else:
            look(session, operator(), "minutes", people, key=key, at=utc_now())
        content, code = row.pdf, row.code
    out.write_bytes(content)
    say(f"Minutes {code} in {out}. Check them anywhere: attendance verify {out}")


def annex(
    key: Key,
    text: Annotated[str, typer.Option(help="What has to be added or put right.")],
    signatures: Signatures,
    account: As,
    password_file: PasswordFile = None,
) -> None:
    """Add an annex to sealed minutes, as the head of the team, signed as they were."""
    from attendance.clock import utc_now
    from attendance.services.visiting import sealing
    from attendance.services.visiting.sealing import Sealing

    signed = _signatures(signatures)
    with acting(account, password_file) as who, who.database.writing() as session:
        row = sealing.add_annex(
            session, who.settings.timezone, own(session, who, key), text, signed,
            by=Sealing(who.actor, secret_of(who.settings)), at=utc_now(),
        )  # fmt: skip
        number, digest = row.number, row.digest
    say(f"Annex {number} is sealed. Digest {digest}")


def annexes(key: Key, account: MayAs = None, password_file: PasswordFile = None, as_json: WithJson = False) -> None:
    """The annexes to sealed minutes, in order."""
    from reports import visit_told

    with shown(key, account, password_file) as (session, _, found, _who):
        told = visit_told.annexes(session, found)
    if as_json:
        print_json(told)
        return
    for each in told["items"]:
        say(f"{each['number']}: {each['content']['text']}  {each['digest']}")
    say(f"{told['total']} annexes.")


def annex_pdf(
    key: Key,
    number: Annotated[int, typer.Argument(min=1, help="Number of the annex.")],
    out: Out,
    account: MayAs = None,
    password_file: PasswordFile = None,
) -> None:
    """An annex to sealed minutes as PDF, with its data and a seal inside."""
    from api.annex_papers import annex_paper
    from attendance.clock import utc_now

    settings = read_settings()
    with shown(key, account, password_file) as (session, _, found, _who):
        row = found.sealed
        session.expunge(row)
    with open_database(settings) as database:
        content = annex_paper(database, secret_of(settings), row, number, verify_address(settings), utc_now())
    out.write_bytes(content)
    say(f"Annex {number} to minutes {row.code} in {out}. Check it anywhere: attendance verify {out}")


@contextmanager
def shown(
    key: str, account: str | None, password_file: Path | None
) -> Iterator[tuple[Session, str, ShownVisit, Acting | None]]:
    """A visit somebody may know of, or, for the console alone, one with sealed minutes. Raises NotFound."""
    from attendance.services.visiting.reading import shown_visit

    with looking(account, password_file) as (session, zone, who, person):
        if person is not None:
            person.allowed(session, "visits.read")
        user_id = person.user.user_id if person is not None else -1
        yield session, zone, shown_visit(session, user_id, who.reading, key, who.today), person


def _signatures(file: Path) -> list[Signature]:
    from pydantic import TypeAdapter

    from api.http.schemas.minutes import GivenSignature

    class _List:
        model_validate = TypeAdapter(list[GivenSignature]).validate_python

    return [one.signature() for one in read_given(_List, file)]


def verify_address(settings: Settings) -> str:
    """Where a code is looked up. Raises Invalid where nobody has said."""
    if not settings.public_url:
        raise Invalid("The paper names the address where its code is looked up; set ATTENDANCE_PUBLIC_URL and go on.")
    return f"{settings.public_url.rstrip('/')}/verify"


def _tell(told: dict[str, Any]) -> None:
    content = told["content"]
    written, figures = content["written"], content["figures"]
    state = f"sealed {told['sealed_at']}, code {told['code']}" if told["sealed"] else f"version {told['version']}"
    say(f"Minutes of {content['unit']['name']} at {content['arrival']}: {state}")
    if told["digest"]:
        say(f"Digest {told['digest']}, key {told['key']}")
    say(", ".join(f"{name.replace('_', ' ')} {number}" for name, number in figures.items()))
    for each in content["people"]:
        if each["found"] != "present" or each["remark"]:
            say("  ".join(filter(None, (each["employee"], each["name"], each["found"], each["remark"], each["note"]))))
    for each in content["later"]:
        say(f"approved afterwards: {each['employee']} {each['paper']} {each['approved']}")
    for name in ("number", "place", "basis", "desk", "papers", "other", "explanation"):
        if written[name]:
            say(f"{name}: {written[name]}")
    for place, each in enumerate(written["conclusions"], 1):
        say(f"conclusion {place}: {each['text']}{', until ' + each['due'] if each['due'] else ''}")
    for each in content.get("signatures", ()):
        say(f"{each['side']}: {each['name']} {'refused: ' + each['refused'] if each['refused'] else 'signed'}")
