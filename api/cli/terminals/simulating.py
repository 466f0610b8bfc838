"""The command `simulate`: be a terminal."""

from __future__ import annotations

from errno import EACCES, EADDRINUSE
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.place import say
from attendance.errors import Invalid

if TYPE_CHECKING:
    from device_sync.simulator.pushing import PushingTerminal
    from device_sync.simulator.server import SimulatedTerminal


def simulate(
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Port to listen on, TCP and UDP; 0: any that is free.")
    ] = 4370,
    users: Annotated[int, typer.Option(min=0, max=100_000, help="How many users it has.")] = 50,
    records: Annotated[str, typer.Option(help="A number of invented punches, or a file of them.")] = "0",
    record_size: Annotated[int, typer.Option(help="Bytes of a record: 8, 16, 40 or 49.")] = 40,
    layout: Annotated[str | None, typer.Option(help="The layout by name; zk8b is the second one with 8 bytes.")] = None,
    comm_key: Annotated[int, typer.Option(min=0, max=999_999, help="Communication key it asks for.")] = 0,
    fault: Annotated[str | None, typer.Option(help="How it misbehaves, by name; `list` shows the names.")] = None,
    live: Annotated[float, typer.Option(min=0, help="Live punches a minute.")] = 0.0,
    serial: Annotated[str, typer.Option(help="Its serial number.")] = "SIM0000000001",
    push: Annotated[str | None, typer.Option(help="Push to the server at this address instead of being asked.")] = None,
    push_shape: Annotated[str, typer.Option(help="att: attendance PUSH, acc: security PUSH.")] = "att",
    push_key: Annotated[str, typer.Option(help="The push key it gives (pushcommkey).")] = "",
) -> None:
    """Be a terminal, for training and tests: the real protocol on loopback, until Ctrl-C."""
    from device_sync.simulator.faults import FAULTS
    from device_sync.simulator.run import run_pushing, run_simulator

    if fault == "list":
        for name, sentence in FAULTS.items():
            say(f"{name}: {sentence}")
        return
    try:
        if push is None:
            run_simulator(
                port=port,
                users=users,
                records=records,
                record_size=record_size,
                layout=layout,
                comm_key=comm_key,
                fault=fault,
                live=live,
                serial=serial,
                on_ready=_tell_port,
            )
        elif push_shape in ("att", "acc"):
            run_pushing(
                push,
                shape="acc" if push_shape == "acc" else "att",
                users=users,
                records=records,
                live=live,
                serial=serial,
                push_key=push_key,
                on_ready=lambda terminal: _tell_server(terminal, push),
            )
        else:
            raise Invalid(f"Terminals push in the shape att or acc, not {push_shape!r}.")
    except ValueError as error:
        raise Invalid(str(error)) from error
    except OSError as error:
        if error.errno not in (EADDRINUSE, EACCES) or error.filename is not None:
            raise
        raise Invalid(
            f"Port {port} cannot be listened on, for another program has it or it needs more rights; choose another "
            "with --port, or 0 for any that is free."
        ) from error


def _tell_port(simulated: SimulatedTerminal) -> None:
    print(
        f"A simulated terminal ({simulated.serial}) listens on 127.0.0.1:{simulated.port}; Ctrl-C ends it.", flush=True
    )


def _tell_server(terminal: PushingTerminal, url: str) -> None:
    print(f"A simulated terminal ({terminal.serial}) pushes to {url}; Ctrl-C ends it.", flush=True)
