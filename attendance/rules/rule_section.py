"""For whom a rule file is, and its thresholds: `[scope]` and `[[rule]]`."""

from __future__ import annotations

from attendance.errors import Invalid
from attendance.reading import Node, local, validity
from attendance.rules.policy import MEASURES, NOTHING, checked
from attendance.rules.schedule_section import read_version
from attendance.rules.scoped import NARROWER, NATION, SCOPES, RuleVersion, Scope
from attendance.rules.validity import refuse_overlaps
from attendance.rules.written import Written, WrittenSchedule

VERSION_KEYS = {"from", "to", "value", "document", "article", "recorded", "allows"}
FREE_KEYS = frozenset({"note"})
MAX_CODE = 64


def read_scope(node: Node) -> Scope:
    """One of nation, province, unit, person; where several or none are written, the scope itself is refused."""
    if not node.keys(set(SCOPES)):
        return NATION
    named = [kind for kind in SCOPES if kind in node]
    if len(named) != 1:
        node.refuse("wrong_type", 'say for whom the file is, once: nation = true, or province, unit or person = "..."')
        return NATION
    kind = named[0]
    if kind == "nation":
        if not node.child(kind).boolean(True):
            node.child(kind).refuse("wrong_type", "nation can only be true; name a province, unit or person otherwise")
        return NATION
    return Scope(kind, read_code(node.child(kind)))


def read_code(node: Node) -> str:
    """A code or name: 1 to 64 printable signs without '/' or spaces at its ends."""
    code = node.text()
    if node.value is not None and (not code or code != code.strip() or len(code) > MAX_CODE or "/" in code):
        node.refuse("wrong_type", f"a code or name of 1 to {MAX_CODE} signs without '/' is expected here")
    return code


def refuse_for_persons(node: Node, scope: Scope, what: str, instead: str) -> None:
    """Only thresholds can be one person's: everything else of that section is refused."""
    if scope.kind != "person":
        return
    for entry in node.each():
        entry.refuse("scope_not_allowed", f"{what} cannot be one person's; {instead}")


def read_rules(node: Node, scope: Scope, zone: str) -> tuple[Written[RuleVersion], ...]:
    """Every version of every threshold, in the order written."""
    found: list[Written[RuleVersion]] = []
    named: set[str] = set()
    for entry in node.each():
        flat = "versions" not in entry
        keys = VERSION_KEYS if flat else {"versions"}
        if not entry.keys(keys | {"id"} | FREE_KEYS, {"id", "value"} if flat else {"id"}):
            continue
        rule = entry.child("id").choice(tuple(sorted(MEASURES)), "")
        if not rule:
            continue
        if rule in named:
            entry.child("id").refuse("overlap", f"{rule} has a section above; write its versions under one [[rule]]")
        named.add(rule)
        listed = [entry] if flat else list(entry.child("versions").each())
        if not listed:
            entry.child("versions").refuse("wrong_type", "at least one version is expected here")
        written = [(at, _version(at, rule, scope, zone, flat)) for at in listed]
        versions = [(at, version) for at, version in written if version is not None]
        refuse_overlaps([(at, (version.from_on, version.to_on)) for at, version in versions])
        found += [Written(at.path, version) for at, version in versions]
    return tuple(found)


def _version(node: Node, rule: str, scope: Scope, zone: str, flat: bool) -> RuleVersion | None:
    if not flat and not node.keys(VERSION_KEYS, {"value"}):
        return None
    from_on, to_on = validity(node)
    allows = _allows(node.child("allows"), scope)
    value = node.child("value")
    try:
        held = checked(rule, None if MEASURES[rule].optional and value.value == NOTHING else value.value)
    except Invalid as error:
        none = f", or {NOTHING!r}" if MEASURES[rule].optional else ""
        value.refuse("bad_value", str(error).rstrip(".") + none)
        return None
    return RuleVersion(
        rule=rule,
        value=held,
        scope=scope,
        from_on=from_on,
        to_on=to_on,
        allows=allows,
        document=node.child("document").text(),
        article=node.child("article").text(),
        recorded_at=local(node.child("recorded"), zone),
    )


def _allows(node: Node, scope: Scope) -> frozenset[str]:
    """Which narrower scopes may decide otherwise: all, unless the file says which."""
    if node.value is None:
        return NARROWER
    narrower = SCOPES[SCOPES.index(scope.kind) + 1 :]
    found = set()
    for entry in node.each():
        kind = entry.choice(SCOPES[1:], "")
        if kind and kind not in narrower:
            allowed = f"write {' or '.join(narrower)}" if narrower else "leave `allows` out"
            entry.refuse("scope_not_allowed", f"{kind} is no narrower than the {scope.kind} of this file; {allowed}")
        found.add(kind)
    return frozenset(found & set(narrower))


def read_schedules(node: Node, zone: str) -> tuple[WrittenSchedule, ...]:
    """Hours with their versions; of two sections with one code the second is refused."""
    found: list[WrittenSchedule] = []
    for entry in node.each():
        flat = "versions" not in entry
        beside = frozenset({"code", "name"}) | FREE_KEYS
        if not flat and not entry.keys({"versions"} | beside, {"code"}):
            continue
        if flat and isinstance(entry.value, dict) and "code" not in entry:
            entry.child("code").refuse("wrong_type", "this value is required; add it")
        code = read_code(entry.child("code"))
        if code in {schedule.code for schedule in found}:
            entry.child("code").refuse("overlap", f"{code} has a section above; write its versions under one")
        listed = [entry] if flat else list(entry.child("versions").each())
        if not listed:
            entry.child("versions").refuse("wrong_type", "at least one version is expected here")
        extra = beside if flat else frozenset()
        written = [(at, read_version(at, code, zone, recorded="recorded", beside=extra)) for at in listed]
        versions = [(at, version) for at, version in written if version is not None]
        refuse_overlaps([(at, (version.from_on, version.to_on)) for at, version in versions])
        found.append(
            WrittenSchedule(
                entry.path,
                code,
                entry.child("name").text(),
                tuple(Written(at.path, version) for at, version in versions),
            )
        )
    return tuple(found)
