"""Processes that tests start and end."""

from __future__ import annotations

import signal


def heed_interrupts() -> None:
    """For `preexec_fn`: SIGINT ends the child, also where whoever started the tests ignores it (a background job)."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
