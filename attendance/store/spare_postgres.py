"""A database of PostgreSQL for a while, beside the one in use: made empty, dropped when done."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import DBAPIError

from attendance.errors import Invalid


@contextmanager
def spare_database(url: str) -> Iterator[str]:
    """The address of an empty database on the same server. Raises Invalid where the account may not make one."""
    address = make_url(url)
    name = f"{(address.database or 'attendance')[:40]}_drill_{secrets.token_hex(4)}"
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    quoted = engine.dialect.identifier_preparer.quote(name)
    try:
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql(f"CREATE DATABASE {quoted} TEMPLATE template0")
        except DBAPIError as error:
            raise Invalid(
                "No database for a trial could be made on this server: nothing was tried. Let the account make some "
                f"(ALTER ROLE {address.username or 'NAME'} CREATEDB), or try it on another machine."
            ) from error
        try:
            yield address.set(database=name).render_as_string(hide_password=False)
        finally:
            with engine.connect() as connection:
                connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")
    finally:
        engine.dispose()
