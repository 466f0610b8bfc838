"""The console script `attendance`: one entry, one clear sentence for whatever goes wrong.

Exit 0: done. 1: something wrong was found. 2: it could not run.
"""

from __future__ import annotations

import logging
import sys

import typer

from api.cli import (
    backing_up,
    commitments,
    conduct,
    doctor,
    evidence,
    explanations,
    exporting,
    inspections,
    judging,
    months,
    notifications,
    observations,
    office,
    papers,
    personal,
    presence,
    rosters,
    rules,
    serving,
    sites,
    teams,
    terminals,
    tokens,
    unit_index,
    units,
    users,
    verifying,
)
from attendance.errors import AttendanceError

app = typer.Typer(
    name="attendance",
    help="Attendance and working-hours compliance for public offices.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for commands in (
    serving, office, users, tokens, units, terminals, sites, papers, explanations, rosters, personal, rules, months,
    conduct, unit_index, exporting,
    presence, notifications, observations, commitments, teams, inspections, judging, verifying, evidence,
    backing_up, doctor,
):  # fmt: skip
    commands.register(app)


def main() -> None:
    """Run a command. An error of the core is one sentence on stderr and exit 2, never a stack trace."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s", stream=sys.stderr)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    for lost_and_found in ("device_sync.pulling", "device_sync.live"):  # who reads of a loss waits to read of its end
        logging.getLogger(lost_and_found).setLevel(logging.INFO)
    try:
        app()
    except AttendanceError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from None
    except OSError as error:
        sys.stderr.write(f"{error.strerror or error}: {error.filename or ''}\n")
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
