"""Commands about sites without a road: at the centre `sites`, at the site itself `agent`."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.place import open_database, operator, print_json, read_settings, say
from attendance.errors import Invalid

AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
SiteCode = Annotated[str, typer.Argument(help="Code of the site.")]


def register(app: typer.Typer) -> None:
    app.command("agent")(agent)
    group = typer.Typer(help="Sites whose terminals the centre cannot reach.", no_args_is_help=True)
    for name, command in (("add", add), ("list", show), ("accept", accept), ("renew", renew), ("revoke", revoke)):
        group.command(name)(command)
    app.add_typer(group, name="sites")


def add(
    code: SiteCode,
    unit: Annotated[str | None, typer.Option(help="Unit it belongs to; the first if left out.")] = None,
    name: Annotated[str, typer.Option(help="What people call it.")] = "",
) -> None:
    """Make a site and print its token, once: `attendance sites add SITE > token` puts it into a file."""
    from attendance.clock import utc_now
    from attendance.store import office, sites
    from attendance.store.trail import record
    from device_sync.agent.segment import token_digest

    token = _new_token()
    with open_database(read_settings()) as database, database.writing() as session:
        where = unit or office.first_unit(session)
        sites.add(session, code, unit=where, name=name, token_digest=token_digest(token), at=utc_now())
        record(
            session, operator(), "site.added", kind="site", key=code, after={"unit": where, "name": name}, at=utc_now()
        )
    _hand_over(token, f"Site {code} is added to unit {where}.")


def renew(
    code: SiteCode,
    new_chain: Annotated[
        bool, typer.Option("--new-chain", help="Its segments begin again at 1: its database was replaced or put back.")
    ] = False,
) -> None:
    """Give a site another token, printed once; the one before opens nothing any more."""
    from attendance.clock import utc_now
    from attendance.store import sites
    from attendance.store.trail import record
    from device_sync.agent.segment import token_digest

    token = _new_token()
    with open_database(read_settings()) as database, database.writing() as session:
        sites.renew(session, code, token_digest(token), new_chain=new_chain)
        record(session, operator(), "site.renewed", kind="site", key=code, after={"new_chain": new_chain}, at=utc_now())
    _hand_over(token, f"Site {code} has a new token" + (" and begins a new chain." if new_chain else "."))


def revoke(code: SiteCode) -> None:
    """Take nothing of a site any more; what it sent stays."""
    from attendance.clock import utc_now
    from attendance.store import sites
    from attendance.store.trail import record

    with open_database(read_settings()) as database, database.writing() as session:
        sites.revoke(session, code, at=utc_now())
        record(session, operator(), "site.revoked", kind="site", key=code, at=utc_now())
    say(f"The token of site {code} opens nothing any more. To take it back: attendance sites renew {code}")


def accept(
    code: SiteCode,
    serial: Annotated[str, typer.Argument(help="Serial number the site has reported.")],
    terminal: Annotated[str | None, typer.Option(help="Code of a terminal that is there.")] = None,
    create: Annotated[str | None, typer.Option(help="Code of a terminal to make.")] = None,
    unit: Annotated[str | None, typer.Option(help="Unit of the made one; the site's if left out.")] = None,
) -> None:
    """Say which terminal a serial of a site is, and file what it has sent so far."""
    from api.pulling import thresholds_of
    from attendance.clock import utc_now
    from attendance.store import office, sites
    from attendance.store.tables import TerminalRow
    from attendance.store.trail import record
    from device_sync.agent.receiving import file_backlog

    settings = read_settings()
    with open_database(settings) as database:
        with database.writing() as session:
            known = sites.accept(session, code, serial, terminal=terminal, create=create, unit=unit, at=utc_now())
            assert known.terminal_id is not None
            name, site_id = office.code_of(session, TerminalRow, known.terminal_id), known.site_id
            after = {"serial": serial, "terminal": name, "made": create is not None}
            record(session, operator(), "site.accepted", kind="site", key=code, after=after, at=utc_now())
        taken = file_backlog(database, settings.timezone, site_id, thresholds=thresholds_of(settings))
    say(f"{serial} of site {code} is terminal {name}; {taken} segments that were kept are filed.")


def show(as_json: AsJson = False) -> None:
    """The sites, what they sent and what they still hold. Exit 1 when one needs somebody."""
    from attendance.clock import utc_now
    from attendance.store import sites
    from device_sync.agent.overview import describe_site

    settings = read_settings()
    with open_database(settings) as database, database.reading() as session:
        found = [describe_site(state, settings.timezone, utc_now()) for state in sites.states(session)]
    if as_json:
        print_json({"sites": found})
    elif not found:
        say("There is no site; make one with `attendance sites add SITE`.")
    else:
        for site in found:
            say(
                f"{site['code']} ({site['unit']}): {site['state']}, {site['number']} segments. "
                f"{site['message']}".strip()
            )
            for terminal in site["terminals"]:
                kept = f", {terminal['waiting']} segments kept" if terminal["waiting"] else ""
                say(f"  {terminal['serial']} ({terminal['name']}) = {terminal['terminal'] or 'not accepted yet'}{kept}")
    if any(site["state"] in ("forked", "silent", "behind") for site in found):
        raise typer.Exit(1)


def agent(
    centre: Annotated[str | None, typer.Option(help="Address of the centre: https://…")] = None,
    token_file: Annotated[Path | None, typer.Option(help="File with the token that `sites add` printed.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Pull, forward, and out.")] = False,
    every: Annotated[float, typer.Option(help="Seconds between two contacts.", min=1, max=86400)] = 60,
    keep_days: Annotated[int, typer.Option(help="Days to keep delivered segments.", min=1, max=3650)] = 90,
    ca_file: Annotated[Path | None, typer.Option(help="Authority (PEM) that signed the centre's certificate.")] = None,
    insecure_http: Annotated[
        bool, typer.Option("--insecure-http", help="Allow http:// beyond this machine, on a line that is closed.")
    ] = False,
    status: Annotated[bool, typer.Option("--status", help="Say what is held and not yet delivered, and out.")] = False,
    new_chain: Annotated[
        bool, typer.Option("--new-chain", help="Seal every pull again in a new chain, and out.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """At a site without a road: pull its terminals, keep everything, forward it to the centre. Ctrl-C ends it.

    With --once: exit 1 when a terminal was not read or something is not delivered. With --status: exit 1 in trouble.
    """
    from attendance.clock import utc_now
    from attendance.store import site_outbox
    from attendance.store.trail import record
    from device_sync.agent import running
    from device_sync.agent.centre import Centre, read_token
    from device_sync.agent.forwarding import Forwarder
    from device_sync.agent.sealing import seal_pulls

    settings = read_settings()
    if status:
        with open_database(settings) as database:
            seal_pulls(database, settings.timezone, utc_now())
            found = running.status_of(database, settings.timezone, utc_now())
        _show_status(found, settings.timezone, as_json)
        raise typer.Exit(1 if found.trouble else 0)
    if new_chain:
        with open_database(settings) as database, database.writing() as session:
            site_outbox.begin_anew(session)
            record(session, operator(), "site.new_chain", kind="site", key="", at=utc_now())
        say(
            "Every pull kept here is sealed again in a new chain. The centre must begin one, too: "
            "attendance sites renew CODE --new-chain"
        )
        return
    if centre is None or token_file is None:
        raise Invalid("Say --centre with the address of the centre and --token-file with the file of the token.")
    there = Centre(centre, read_token(token_file), ca_file, insecure_http)
    with open_database(settings, create=True) as database:
        from api.pulling import make_puller

        _ensure_unit(database)
        site = running.Agent(
            database,
            make_puller(settings, database),
            Forwarder(database, there, keep_days=keep_days),
            settings.timezone,
            every_seconds=every,
            on_round=_status_line(settings.timezone),
        )
        if once:
            whole = site.pull_all()
            whole = site.forward_once() and whole
            _show_status(running.status_of(database, settings.timezone, utc_now()), settings.timezone, as_json)
            raise typer.Exit(0 if whole else 1)
        _run(site)


def _run(site: Any) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: site.stop())
    say("The agent runs; Ctrl-C ends it. Terminals are added with `attendance terminals add`.")
    failed: list[BaseException] = []

    def work() -> None:
        try:
            site.run()
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=work, name="agent")
    thread.start()
    while thread.is_alive():  # signals are heard by the main thread between two joins
        thread.join(0.5)
    if failed:
        raise failed[0]


def _ensure_unit(database: Any) -> None:
    """A site's own database needs a unit for its terminals to stand in; which one says nothing."""
    from attendance.clock import utc_now
    from attendance.store import office, registering

    with database.writing() as session:
        if not office.units(session):
            registering.add_unit(session, "A", at=utc_now())


def _status_line(zone: str) -> Any:
    """One line that stays in its place on a terminal; in a pipe a line when it says something else."""
    shown = ""

    def on_round(status: Any) -> None:
        nonlocal shown
        line = _line(status, zone)
        if sys.stdout.isatty():
            sys.stdout.write(f"\r\x1b[K{line}")
        elif line != shown:
            sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        shown = line

    return on_round


def _line(status: Any, zone: str) -> str:
    from attendance import clock

    waiting = "all delivered"
    if status.waiting:
        waiting = (
            f"{status.waiting} not yet delivered, since {clock.to_wall(status.waiting_since, zone):%Y-%m-%d %H:%M}"
        )
    asked = [terminal for terminal in status.terminals if terminal.state is not None]
    read = sum(terminal.facts.last is not None and terminal.facts.last.outcome == "ok" for terminal in asked)
    trouble = f" {status.trouble}: {status.message}" if status.trouble else ""
    return (
        f"{status.site or 'Site'}: {status.held} segments, {waiting}; {read} of {len(asked)} terminals read.{trouble}"
    )


def _show_status(status: Any, zone: str, as_json: bool) -> None:
    if not as_json:
        say(_line(status, zone))
        return
    from attendance import clock

    print_json(
        {
            "site": status.site,
            "chain": status.chain,
            "held": status.held,
            "digest": status.digest,
            "delivered": status.delivered,
            "waiting": status.waiting,
            "waiting_since": _iso(status.waiting_since),
            "contacted_at": _iso(status.contacted_at),
            "clock_ahead_seconds": status.clock_ahead_seconds,
            "trouble": status.trouble,
            "message": status.message,
            "trouble_since": _iso(status.trouble_since),
            "terminals": [
                {
                    "terminal": each.facts.code,
                    "serial": each.facts.serial,
                    "state": each.state,
                    "outcome": each.facts.last.outcome if each.facts.last else None,
                    "last_pull_at": _iso(each.facts.last.finished_at) if each.facts.last else None,
                    "complete_until": clock.local_iso(each.facts.data_until, zone) if each.facts.data_until else None,
                }
                for each in status.terminals
            ],
        }
    )


def _iso(at: Any) -> str | None:
    return at.isoformat() if at is not None else None


def _new_token() -> str:
    import secrets

    return f"site_{secrets.token_urlsafe(32)}"


def _hand_over(token: str, sentence: str) -> None:
    """The token alone on stdout, so that it can be sent into a file; what it is for on stderr."""
    say(token)
    sys.stderr.write(
        f"{sentence} The line above is its token; it is not shown again. Put it into a file that only the agent can "
        "read, and start there: attendance agent --centre https://… --token-file FILE\n"
    )
