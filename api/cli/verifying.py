"""Commands about what is kept: verify, and the trail as a list."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.place import open_database, print_json, read_date, read_settings, say, trail_secret
from api.cli.reading_checkpoints import own_key, read_checkpoints
from api.cli.verifying_files import verify_file
from attendance.errors import Invalid

if TYPE_CHECKING:
    from attendance.services.verifying import Part
    from attendance.store.trail_chain import Sealer
    from attendance.store.trail_checking import TrailChecked

AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


def register(app: typer.Typer) -> None:
    app.command("verify")(verify)
    group = typer.Typer(help="The trail: who did and who read what.", no_args_is_help=True)
    group.callback()(_only_groups)
    group.command("list")(list_entries)
    app.add_typer(group, name="trail")


def _only_groups() -> None:
    """Keep a group a group while it has a single command."""


def verify(
    file: Annotated[Path | None, typer.Argument(help="A sealed PDF of minutes; the database if left out.")] = None,
    expect: Annotated[
        str | None,
        typer.Option(help="COUNT:LINK as an earlier run printed it: the trail must still hold that very entry."),
    ] = None,
    old_key_file: Annotated[
        list[Path] | None, typer.Option(help="A secret key of before, if it was replaced; may be said again.")
    ] = None,
    key: Annotated[
        str | None, typer.Option(help="With FILE: the fingerprint the office makes known of the key it seals with.")
    ] = None,
    checkpoint: Annotated[
        Path | None, typer.Option(help="With FILE, a bundle: a text with checkpoints that you got elsewhere.")
    ] = None,
    authorities: Annotated[
        Path | None, typer.Option(help="With FILE, a signed PDF: certificates (PEM) its signature must lead to.")
    ] = None,
    against: Annotated[
        list[str] | None,
        typer.Option(
            help="A text with checkpoints noted elsewhere, such as a mail or the file they are appended to; - reads "
            "it from standard input. May be said again."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check the trail, the bytes of every pull, the numbers of punches, the chains over pulls, papers, rulings and
    sites, the checkpoints over them, signed commitments and sealed minutes. Changes nothing.

    With FILE, check that sealed or signed PDF, or that bundle, alone, on any machine. Exit 1 names the first broken
    link, or what was changed.
    """
    from attendance.services.verifying import check_parts
    from attendance.store.trail_checking import check_trail, missing_guards
    from device_sync.agent.verifying import check_segments

    if file is not None:
        if not verify_file(file, key, checkpoint, authorities, as_json=as_json):
            raise typer.Exit(1)
        return
    settings = read_settings()
    noted = _noted(expect) if expect is not None else None
    given = [each for name in against or () for each in read_checkpoints(name)]
    secret = trail_secret(settings)
    with open_database(settings, migrate=False) as database, database.reading() as session:
        sealers = _sealers(secret, old_key_file or [])
        trail = check_trail(session, sealers, noted=noted)
        parts = check_parts(session, given, own_key(secret))
        segments = check_segments(session)
        guards = missing_guards(session)
    holds = trail.holds and all(part.holds for part in parts) and segments.holds and not guards
    if as_json:
        print_json(
            {
                "holds": holds,
                "trail": {
                    "entries": trail.entries, "link": trail.head, "broken": trail.broken, "wrong": trail.wrong,
                    "unsealed": trail.unsealed, "seals_unchecked": trail.unchecked, "erased": trail.erased,
                    "missing_guards": guards,
                },
                **{part.name: _plain(part) for part in parts},
                "sites": {"segments": segments.segments, "broken": segments.broken, "wrong": segments.wrong},
            }
        )  # fmt: skip
    else:
        _tell_trail(trail)
        for part in parts:
            _tell(part)
        if not segments.holds:
            say(f"Sites: the first broken link is {segments.broken}: {segments.wrong}.")
        elif segments.segments:
            say(f"Sites: {segments.segments} segments hang together.")
        if guards:
            say(f"The database no longer refuses changes to the trail, somebody removed: {', '.join(guards)}.")
    if not holds:
        raise typer.Exit(1)


def _plain(part: Part) -> dict[str, Any]:
    links = {name: {"number": number, "link": link} for name, (number, link) in part.links.items()}
    return {**part.counts, "broken": part.broken, "wrong": part.wrong} | ({"links": links} if links else {})


_SAID = {
    "evidence": "the bytes of {pulls} pulls and the numbers of {punches} punches agree",
    "chains": "{chained} entries hang together, and {rows} rows they name are as they were entered",
    "checkpoints": "the chains are as under {checkpoints} kept ones and {noted} noted elsewhere",
    "commitments": "{signed} are as they were signed",
    "minutes": "{minutes} are as they were sealed, with {annexes} annexes",
}


def _tell(part: Part) -> None:
    """A kind of which there is nothing is not spoken of."""
    if not part.holds:
        say(f"{part.name.capitalize()}: the first that does not agree is {part.broken}: {part.wrong}.")
    elif part.name == "evidence" or any(part.counts.values()):
        say(f"{part.name.capitalize()}: {_SAID[part.name].format(**part.counts)}.")


def _tell_trail(trail: TrailChecked) -> None:
    if trail.holds:
        say(f"Trail: {trail.entries} entries hang together. Note elsewhere: {trail.entries}:{trail.head}")
    else:
        say(f"Trail: the first broken link is entry {trail.broken}: {trail.wrong}.")
    if trail.erased:
        say(f"  {trail.erased} entries had their detail erased, as other entries say.")
    if trail.unchecked:
        say(f"  The seals of {trail.unchecked} entries were not checked: the secret key is not known here.")
    if trail.unsealed:
        say(f"  {trail.unsealed} entries bear no seal: commands without the secret key wrote them.")


def _noted(text: str) -> tuple[int, str]:
    count, _, link = text.partition(":")
    if not count.isdecimal() or len(link) != 64 or set(link) - set("0123456789abcdef"):
        raise Invalid(f"{text!r} was not printed by this command; give COUNT:LINK as it stood there.")
    return int(count), link


def _sealers(secret: bytes | None, old: list[Path]) -> list[Sealer]:
    from attendance.store.trail_chain import Sealer

    found = [] if secret is None else [Sealer(secret)]
    for file in old:
        try:
            found.append(Sealer(file.read_text(encoding="utf-8").strip().encode()))
        except (OSError, UnicodeDecodeError) as error:
            raise Invalid(f"The key file {file} cannot be read ({type(error).__name__}); name another.") from error
    return found


def list_entries(
    actor: Annotated[str | None, typer.Option(help="Only of this account.")] = None,
    act: Annotated[str | None, typer.Option(help="Only this act, such as looked.")] = None,
    employee: Annotated[str | None, typer.Option(help="Only about the person of this code.")] = None,
    file: Annotated[Path | None, typer.Option(help="Only who took this very file out of the system.")] = None,
    from_: Annotated[str | None, typer.Option("--from", help="First date.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Last date, included.")] = None,
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=100_000)] = 100,
    as_json: AsJson = False,
) -> None:
    """List who did and who read what, newest first."""
    from datetime import datetime, time, timedelta

    from attendance import clock
    from attendance.services.exporting import digest_of
    from attendance.store import office, trail_reading
    from attendance.store.tables import EmployeeRow
    from attendance.store.trail_reading import Asked

    settings = read_settings()
    zone = settings.timezone
    begins = clock.to_instant(datetime.combine(read_date(from_), time()), zone) if from_ else None
    ends = clock.to_instant(datetime.combine(read_date(to) + timedelta(days=1), time()), zone) if to else None
    with open_database(settings) as database, database.reading() as session:
        number = office.key(office.get(session, EmployeeRow, employee)) if employee else None
        of_file = ("export", digest_of(file)) if file else (None, None)
        asked = Asked(actor, act, *of_file, number, begins, ends)
        found = trail_reading.entries(session, asked, limit=limit)
    if as_json:
        print_json({"items": found.rows, "total": found.total})
        return
    for row in found.rows:
        at = clock.to_wall(row["at"], zone)
        few = "".join(f" about {code}" for code in row["employees"])
        about = f" about {row['people']} people" if row["people"] > 1 else few
        role = f" ({row['role']})" if row["role"] else ""
        what = f"{row['act']} {row['kind']} {row['key']}".strip()
        why = f": {row['why']}" if row["why"] else ""
        if row["kind"] == "export" and row["after"]:
            told = ", ".join(f"{name}={value}" for name, value in row["after"].items() if name != "digest")
            why = f": {told}"
        say(f"{row['seq']}\t{at:%Y-%m-%d %H:%M:%S}\t{row['actor']}{role}\t{what}{about}{why}")
    if found.total > len(found.rows):
        say(f"{found.total - len(found.rows)} older ones; ask with --limit, --from and --to.")
