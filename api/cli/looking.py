"""Who looks at visits by command: an account with the teams it is in, or the console, which is in none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli.acting import acting
from api.cli.place import open_database, read_settings, today_of

if TYPE_CHECKING:
    from api.cli.acting import Acting
    from attendance.store.database import Session
    from attendance.store.trail import Actor
    from reports.inspections import Looker


@contextmanager
def looking(account: str | None, password_file: Path | None) -> Iterator[tuple[Session, str, Looker, Acting | None]]:
    """A session that reads, as an account of whom the password was given, or as the console, which is in no team."""
    from attendance.store.within import EVERYTHING, NOTHING
    from reports.inspections import Looker

    if account is None:
        settings = read_settings()
        with open_database(settings) as database, database.reading() as session:
            who = Looker((), frozenset(), NOTHING, EVERYTHING, today_of(settings))
            yield session, settings.timezone, who, None
        return
    with acting(account, password_file) as who_acts, who_acts.database.reading() as session:
        yield session, who_acts.settings.timezone, _looker(session, who_acts), who_acts


@contextmanager
def doing(account: str, password_file: Path | None) -> Iterator[tuple[Session, Looker, Actor]]:
    """A transaction of an account of whom the password was given."""
    with acting(account, password_file) as who_acts, who_acts.database.writing() as session:
        yield session, _looker(session, who_acts), who_acts.actor


def _looker(session: Session, who: Acting) -> Looker:
    from reports.inspections import looker

    allowed = who.within(session, "visits.do"), who.within(session, "visits.read")
    return looker(session, who.user.user_id, *allowed, who.today)
