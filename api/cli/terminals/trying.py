"""The command `terminals test`: a terminal tried step by step, registered or not."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.place import open_database, print_json, read_settings, say
from api.cli.terminals.registering import read_key
from api.cli.terminals.showing import say_it_waits
from attendance.errors import Invalid

WORDS = {"ok": "ok", "failed": "FAILED", "not_tried": "not tried"}


def try_out(
    code: Annotated[str | None, typer.Argument(help="Code of the terminal; leave it out with --host.")] = None,
    host: Annotated[str | None, typer.Option(help="IP address of a terminal that is not added yet.")] = None,
    port: Annotated[int, typer.Option(help="Its port; terminals use 4370.", min=1, max=65535)] = 4370,
    transport: Annotated[str, typer.Option(help="tcp or udp.")] = "tcp",
    comm_key_file: Annotated[Path | None, typer.Option(help="File with its communication key.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Leave out the two readings of the whole log.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Try a terminal step by step: reach, port, key, serial, clock, users, records, two equal reads.

    Nothing is stored and nothing changed on the terminal. Exit 1 when a step failed.
    """
    from api.pulling import make_puller
    from api.terminal_finding import unregistered
    from device_sync.checking import FAILED, check_terminal

    if (code is None) == (host is None):
        raise Invalid("Name the terminal by its code, or by --host IP when it is not added yet.")
    settings = read_settings()
    steps = []
    with ExitStack() as stack:
        if code is not None:
            puller = make_puller(settings, stack.enter_context(open_database(settings)))
            stack.enter_context(puller.alone(code, on_wait=lambda: say_it_waits(code)))
            terminal: Any = puller.terminal(code)
        else:
            key = read_key(comm_key_file) if comm_key_file else None
            terminal = unregistered(settings, host or "", port, transport, key)
        for step in check_terminal(terminal, reads=not quick):
            steps.append(step)
            if not as_json:
                say(_line(step))
    failed = any(step.state == FAILED for step in steps)
    if as_json:
        shown = [
            {
                "step": step.name,
                "state": step.state,
                "reason": step.reason,
                "sentence": step.sentence,
                "values": dict(step.values),
            }
            for step in steps
        ]
        print_json({"terminal": code, "host": host, "ok": not failed, "steps": shown})
    elif not failed and code is None:
        reached_by = "".join(
            (
                f" --port {port}" if port != 4370 else "",
                f" --transport {transport}" if transport != "tcp" else "",
                f" --comm-key-file {comm_key_file}" if comm_key_file else "",
            )
        )
        say(f"Add it: attendance terminals add CODE --host {host}{reached_by}")
    if failed:
        raise typer.Exit(1)


def _line(step: Any) -> str:
    values = ", ".join(f"{name} {value}" for name, value in step.values.items() if name != "outcome")
    return f"{WORDS[step.state]:<10}{step.name:<9}{step.sentence or values}".rstrip()
