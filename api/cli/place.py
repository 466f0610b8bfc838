"""Where a command works: settings read, database open, schema current."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from attendance.errors import Invalid

if TYPE_CHECKING:
    from pathlib import Path

    from api.settings import Settings
    from attendance.store.database import Database, Session
    from attendance.store.trail import Actor


def read_settings() -> Settings:
    """Settings from environment and `.env`. Raises Invalid naming the setting that is wrong."""
    from pydantic import ValidationError

    from api.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "ATTENDANCE_" + "_".join(str(part) for part in first["loc"]).upper()
        said = "it is neither on nor off" if first["type"] == "bool_parsing" else first["msg"]
        raise Invalid(f"The setting {name} cannot be used: {said}. Correct it and try again.") from None


def trail_secret(settings: Settings) -> bytes | None:
    """The secret key, by which entries of the trail are sealed; None: a command was started without it.

    `init` leaves it in the data folder, where commands find it that have no other.
    """

    beside: Path = settings.data_dir / "secret.key"
    if settings.secret_key is None and settings.secret_key_file is None:
        if not beside.exists():
            return None
        settings = settings.model_copy(update={"secret_key_file": beside})
    try:
        return settings.secret()
    except Invalid:
        return None


@contextmanager
def open_database(
    settings: Settings, *, create: bool = False, migrate: bool = True, any_version: bool = False
) -> Iterator[Database]:
    """The database of the settings, migrated. Raises Invalid where there is none yet and `create` is not said.

    Without `migrate` nothing is changed, and one of an older version is refused; with `any_version` it is taken as it
    is.
    """
    from attendance.store import schema
    from attendance.store.database import Database

    if settings.url.startswith("sqlite"):
        path = settings.url.removeprefix("sqlite:///")
        from pathlib import Path

        if create:
            Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)  # what lies in it is about people
        elif not Path(path).exists():
            raise Invalid(
                f"There is no database at {path}; make one with `attendance init`, or set ATTENDANCE_DATA_DIR."
            )
    database = Database(settings.url)
    try:
        if any_version:
            schema.check_known(database)
        elif migrate:
            schema.upgrade(database)
        elif not schema.is_current(database):
            raise Invalid("The database is of another version; start the service of this version once, then try again.")
        secret = trail_secret(settings)
        if secret is not None:
            database.seal_with(secret)
        yield database
    finally:
        database.close()


def today_of(settings: Settings) -> date:
    """The date of the office's zone."""
    from attendance import clock

    return clock.today(clock.utc_now(), settings.timezone)


def operator() -> Actor:
    """Who gives a command, as the operating system knows them."""
    import getpass

    from attendance.store.trail import Actor

    try:
        return Actor(getpass.getuser())
    except (KeyError, OSError):  # a container in which nobody has a name
        return Actor("console")


def see(session: Session, view: str, codes: Iterable[str]) -> None:
    """Write down that whoever gives the command is shown records of these people."""
    from attendance.clock import utc_now
    from attendance.store.people import numbers
    from attendance.store.trail import look

    look(session, operator(), view, numbers(session, codes), at=utc_now())


def take(database: Database, content: bytes | Path, *, paper: str, asked: dict[str, str], rows: int) -> None:
    """Write down that whoever gives the command takes a file, before it is written where they want it."""
    from attendance.clock import utc_now
    from attendance.services.exporting import write_down

    write_down(database, operator(), content, paper=paper, asked=asked, rows=rows, at=utc_now())


def read_date(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{text!r} is not a date; write it as 2026-11-20.") from None
    check_meant(found, text)
    return found


def check_meant(on: date, text: str) -> None:
    """Raises Invalid for a date that no office can mean."""
    from attendance.clock import FIRST_DATE, LAST_DATE

    if not FIRST_DATE <= on <= LAST_DATE:
        raise Invalid(f"Dates go from {FIRST_DATE} to {LAST_DATE}; {text!r} is none of them.")


def read_moment(text: str, zone: str) -> datetime:
    """An instant from ISO text; without an offset it is local time."""
    from attendance import clock

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{text!r} is not a moment; write it as 2026-11-20T08:00.") from None
    check_meant(moment.date(), text)
    return moment.astimezone(clock.UTC) if moment.tzinfo else clock.to_instant(moment, zone)


def print_json(content: Any) -> None:
    sys.stdout.write(json.dumps(content, ensure_ascii=False, default=str) + "\n")


def print_told(content: Any) -> None:
    """As `print_json`, with every moment in ISO 8601, as the API tells it."""
    import orjson

    print_json(orjson.loads(orjson.dumps(content)))


def read_json(file: Path) -> Any:
    """What a file holds. Raises Invalid for one that cannot be read or is no JSON."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"The file {file} cannot be read ({type(error).__name__}); name another.") from error
    except json.JSONDecodeError as error:
        raise Invalid(f"{file} is no JSON (line {error.lineno}: {error.msg}); mend it and try again.") from None


def say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")


def read_password(name: str, file: Path | None) -> str:
    """The password of an account from a file, or asked for twice. Raises Invalid."""
    if file is None:
        import typer

        return str(typer.prompt(f"Password of {name}", hide_input=True, confirmation_prompt=True))
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"The password file {file} cannot be read ({type(error).__name__}); name another.") from error
