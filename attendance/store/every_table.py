"""All tables there are, also those of rooms that this process has not entered: who goes through them misses none."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from sqlalchemy import Table
from sqlmodel import SQLModel

from attendance import store


@cache
def every_table() -> Mapping[str, Table]:
    """The tables by name, from every module of the store that describes some."""
    for module in pkgutil.iter_modules(store.__path__, f"{store.__name__}."):
        if module.name.endswith("tables"):
            import_module(module.name)
    return SQLModel.metadata.tables
