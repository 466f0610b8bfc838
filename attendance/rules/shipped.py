"""What is shipped with the package: rule files of Vietnam, read by the loader that reads an office's own."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

from attendance.errors import Invalid
from attendance.rules.rule_file import ZONE, open_rule_file, read_rule_file
from attendance.rules.toml_reading import parse_toml
from attendance.rules.written import RuleFile

NAMES = ("calendar", "exemptions", "hai_duong", "leave", "nghe_an")
_FOLDER = "attendance.rules.vietnam"


@cache
def shipped(name: str) -> RuleFile:
    """A shipped rule file by its name. Raises Invalid for another name."""
    if name not in NAMES:
        raise Invalid(f"No rule file {name!r} is shipped; there are {', '.join(NAMES)}.")
    data = resources.files(_FOLDER).joinpath(f"{name}.toml").read_bytes()
    return read_rule_file(parse_toml(data), name)


def open_rules(name: str, zone: str = ZONE) -> RuleFile:
    """The rule file at a path, else the shipped one of that name. Raises Refused, or Invalid where there is neither."""
    if name in NAMES and not Path(name).exists():
        return shipped(name)
    if not Path(name).exists():
        raise Invalid(f"There is no file {name}, and none of that name is shipped ({', '.join(NAMES)}).")
    return open_rule_file(Path(name), zone)
