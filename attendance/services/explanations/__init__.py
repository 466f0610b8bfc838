"""Explanations (*giải trình*): asked for, handed in, confirmed by the direct superior, decided by the head, closed.

A violation keeps its minutes for ever, whatever becomes of its explanation. Whoever acts is a `Decider`: who they are,
and the rows for which they may do this. Every verb raises `NotTheirs`, `NotAsItWas`, `Invalid` or `NotFound` with one
sentence, and then nothing of it may be committed.
"""

from attendance.services.explanations.asking import Asked, ask
from attendance.services.explanations.attaching import attach
from attendance.services.explanations.deciding import confirm, decide, decide_alone
from attendance.services.explanations.handing_in import hand_in, withdraw
from attendance.services.impartial import Decider, NotTheirs
from attendance.store.paper_register import NotAsItWas

__all__ = [
    "Asked",
    "Decider",
    "NotAsItWas",
    "NotTheirs",
    "ask",
    "attach",
    "confirm",
    "decide",
    "decide_alone",
    "hand_in",
    "withdraw",
]
