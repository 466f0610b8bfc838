"""`[[leave]]` and `[[exemption]]` of a rule file: kinds of leave with their symbols, and of exemptions with limits."""

from __future__ import annotations

from collections.abc import Iterable

from attendance.reading import Node
from attendance.rules.kinds import LIMITS, PAYS, PLACEMENTS, ExemptionKind, LeaveKind
from attendance.rules.rule_section import FREE_KEYS, read_code
from attendance.rules.written import Written


def _names(node: Node) -> tuple[str, str]:
    if not node.keys({"vi", "en"}, {"vi", "en"}):
        return "", ""
    return node.child("vi").text(), node.child("en").text()


def _codes_once(node: Node, keys: set[str], required: set[str]) -> Iterable[tuple[Node, str]]:
    """The entries of a section with their codes; of two with one code the second is refused."""
    seen: set[str] = set()
    for entry in node.each():
        if not entry.keys(keys | {"code", "name", "document", "article"} | FREE_KEYS, required | {"code", "name"}):
            continue
        code = read_code(entry.child("code"))
        if code in seen:
            entry.child("code").refuse("overlap", f"{code} is described above; take one of the two out")
        seen.add(code)
        yield entry, code


def read_leaves(node: Node) -> tuple[Written[LeaveKind], ...]:
    found = []
    for entry, code in _codes_once(node, {"symbol", "pay"}, {"symbol", "pay"}):
        vi, en = _names(entry.child("name"))
        kind = LeaveKind(
            code=code,
            symbol=entry.child("symbol").text(),
            vi=vi,
            en=en,
            pay=entry.child("pay").choice(PAYS, PAYS[0]),
            document=entry.child("document").text(),
            article=entry.child("article").text(),
        )
        found.append(Written(entry.path, kind))
    return tuple(found)


def read_exemptions(node: Node) -> tuple[Written[ExemptionKind], ...]:
    found = []
    for entry, code in _codes_once(node, {"minutes_per_day", "placements", "limits"}, {"placements"}):
        vi, en = _names(entry.child("name"))
        limits = entry.child("limits")
        if limits.value is not None:
            limits.keys(set(LIMITS))
        kind = ExemptionKind(
            code=code,
            vi=vi,
            en=en,
            minutes_per_day=entry.child("minutes_per_day").integer(None, 1, 24 * 60),
            placements=tuple(at.choice(PLACEMENTS, "") for at in entry.child("placements").each()),
            limits={name: at.integer(0, 1, 1200) or 0 for name, at in limits.items() if name in LIMITS},
            document=entry.child("document").text(),
            article=entry.child("article").text(),
        )
        if not kind.placements:
            entry.child("placements").refuse("wrong_type", f"at least one of {', '.join(PLACEMENTS)} is expected here")
        found.append(Written(entry.path, kind))
    return tuple(found)
