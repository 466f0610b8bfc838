"""The command `simulate`: be a terminal."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.place import say
from attendance.errors import Invalid


def simulate(
    port: Annotated[int, typer.Option(help="Port to listen on, TCP and UDP.")] = 4370,
    users: Annotated[int, typer.Option(min=0, max=100_000, help="How many users it has.")] = 50,
    records: Annotated[str, typer.Option(help="A number of invented punches, or a file of them.")] = "0",
    record_size: Annotated[int, typer.Option(help="Bytes of a record: 8, 16, 40 or 49.")] = 40,
    layout: Annotated[str | None, typer.Option(help="The layout by name; zk8b is the second one with 8 bytes.")] = None,
    comm_key: Annotated[int, typer.Option(min=0, max=999_999, help="Communication key it asks for.")] = 0,
    fault: Annotated[str | None, typer.Option(help="How it misbehaves, by name; `list` shows the names.")] = None,
    live: Annotated[float, typer.Option(min=0, help="Live punches a minute.")] = 0.0,
) -> None:
    """Be a terminal, for training and tests: the real protocol on loopback, until Ctrl-C."""
    from device_sync.simulator.faults import FAULTS
    from device_sync.simulator.run import run_simulator

    if fault == "list":
        for name, sentence in FAULTS.items():
            say(f"{name}: {sentence}")
        return
    try:
        run_simulator(
            port=port,
            users=users,
            records=records,
            record_size=record_size,
            layout=layout,
            comm_key=comm_key,
            fault=fault,
            live=live,
            on_ready=lambda simulated: print(
                f"A simulated terminal ({simulated.serial}) listens on 127.0.0.1:{simulated.port}; Ctrl-C ends it.",
                flush=True,
            ),
        )
    except ValueError as error:
        raise Invalid(str(error)) from error
