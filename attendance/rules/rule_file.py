"""A rule file: TOML that says for whom it holds, and thresholds, hours, dates, kinds of leave and of exemptions.

Format version 1; docs/developers/add-a-rule.md describes it with an example of every section.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from attendance.errors import Invalid
from attendance.reading import Refusal, Refused
from attendance.rules.entry_section import read_entries
from attendance.rules.kinds_section import read_exemptions, read_leaves
from attendance.rules.rule_section import read_rules, read_schedules, read_scope, refuse_for_persons
from attendance.rules.scoped import NATION
from attendance.rules.toml_reading import TomlNode, parse_toml
from attendance.rules.written import RuleFile

KEYS = {"rules", "title", "source", "note", "scope", "rule", "schedule", "entry", "leave", "exemption"}
ZONE = "Asia/Ho_Chi_Minh"


def open_rule_file(path: Path, zone: str = ZONE) -> RuleFile:
    """The rules of a file. Raises Refused with every mistake, Invalid where the file cannot be read at all."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Invalid(f"{path} cannot be read ({error.strerror}); name a rule file (TOML).") from error
    return read_rule_file(parse_toml(data), str(path), zone)


def read_rule_file(document: dict[str, Any], source: str, zone: str = ZONE) -> RuleFile:
    """The rules of a document. Raises Refused with every mistake found, each with its path."""
    refusals: list[Refusal] = []
    root = TomlNode(document, "", refusals)
    root.keys(KEYS, {"rules", "scope"})
    if "rules" in root and root.child("rules").integer(0) != 1:
        root.child("rules").refuse("unknown_kind", "only format version 1 is known; write rules = 1")
    scope = read_scope(root.child("scope")) if "scope" in root else NATION
    for section, what, instead in (
        ("schedule", "hours", "give the person's assignment a schedule of its own"),
        ("entry", "a date", "file leave, a mission or an exemption for the person"),
        ("leave", "a kind of leave", "file it for a unit"),
        ("exemption", "a kind of exemption", "file it for a unit"),
    ):
        refuse_for_persons(root.child(section), scope, what, instead)
    found = RuleFile(
        source=source,
        title=root.child("title").text(),
        scope=scope,
        rules=read_rules(root.child("rule"), scope, zone),
        schedules=read_schedules(root.child("schedule"), zone),
        entries=read_entries(root.child("entry"), zone),
        leaves=read_leaves(root.child("leave")),
        exemptions=read_exemptions(root.child("exemption")),
    )
    for free in ("source", "note"):
        root.child(free).text()
    if refusals:
        raise Refused(refusals)
    return found
