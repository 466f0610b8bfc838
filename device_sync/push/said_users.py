"""Who stands on a terminal as far as it told by pushing, for whoever compares that with the people enrolled.

A pushed user line names no place in the table, so it is no row of the stored table; it is read from the kept bytes.
"""

from __future__ import annotations

from attendance.services.matching import OnTerminal
from attendance.store import push_evidence
from attendance.store.database import Session
from device_sync.push.operlog import OPERLOG, USERS, read_operlog, read_users

_READ = {OPERLOG: read_operlog, USERS: read_users}


def said_users(session: Session, terminal_id: int, after_pull: int) -> tuple[OnTerminal, ...]:
    """The users a terminal pushed behind a pull (0: ever), each as it told last, by number.

    One that was deleted there is not told of.
    """
    found: dict[str, OnTerminal] = {}
    bodies = push_evidence.bodies(session, terminal_id, push_evidence.PUSH, formats=_READ, after_pull=after_pull)
    for pull, body in bodies:
        for user in _READ[pull.format](body).users:
            found[user.pin] = OnTerminal(user.pin, user.name_bytes, user.privilege)
    return tuple(found[pin] for pin in sorted(found))
