"""Rules of an office: adopt a rule file, confirm what was only announced, say what is in force and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from attendance.errors import Invalid
from attendance.reading import Refusal, Refused
from attendance.rules.calendar import CalendarEntry
from attendance.rules.overlay import own_schedule, placed
from attendance.rules.rulebook import Rulebook
from attendance.rules.scoped import NATION, RuleVersion, Scope
from attendance.rules.written import RuleFile
from attendance.store import calendar_filing, office, people, rule_filing
from attendance.store.database import Database, Session
from attendance.store.filing import Filing, under
from attendance.store.rule_marks import mark_touched
from attendance.store.rulebook_reading import read_rulebook
from attendance.store.trail import CONSOLE, Actor, record


@dataclass(frozen=True, slots=True)
class Adopted:
    """What an adoption did: versions and entries filed, those that stood already, what was cut to make room for them
    (with --replace), entries that wait to be confirmed, and days that will be judged again."""

    scope: Scope
    filed: int
    standing: int
    cut: tuple[str, ...]
    announced: int
    marked: int


def adopt(
    database: Database,
    rules: RuleFile,
    *,
    unit: str | None = None,
    schedule: str | None = None,
    replace: bool = False,
    at: datetime,
    actor: Actor = CONSOLE,
) -> Adopted:
    """File a rule file, all or nothing; a second time nothing is new. Raises Refused, Invalid.

    `unit`: where a province's rules hold, or a unit's whose code this office does not have. `schedule`: the code of
    ours to file its one schedule under. `replace`: stored versions make room for the file's, on its dates alone.
    """
    with database.writing() as session:
        return adopt_within(session, rules, unit=unit, schedule=schedule, replace=replace, at=at, actor=actor)


def adopt_within(
    session: Session,
    rules: RuleFile,
    *,
    unit: str | None = None,
    schedule: str | None = None,
    replace: bool = False,
    at: datetime,
    actor: Actor = CONSOLE,
) -> Adopted:
    """The same in the caller's transaction, which must not be committed when this raises."""
    rules = under_schedule(rules, schedule)
    before = read_rulebook(session)
    scope = placed(rules, before.tree, {code for code, _ in people.everybody(session)}, unit)
    own = own_schedule(before, rules, scope)
    filing = Filing(session, scope, replace, at)
    rule_filing.file_rules(filing, rules)
    for written in rules.schedules:
        rule_filing.file_hours(filing, written)
    calendar_filing.file_entries(filing, rules.entries)
    if own is not None:
        rule_filing.attach(filing, own)
    if filing.refusals:
        raise Refused(filing.refusals)
    after = read_rulebook(session)
    refuse_overruled(session, after, rules, scope)
    silenced = _silenced(session, before, after, scope)
    if silenced and not replace:
        paths = {written.value.rule: written.path for written in rules.rules}
        raise Refused(
            [
                Refusal(paths[rule], "overlap", f"{said}; adopt with --replace, or let its scope decide in `allows`")
                for rule, said in silenced.items()
            ]
        )
    marked = mark_touched(session, before, after, filing.spans, at)
    done = Adopted(scope, filing.filed, filing.standing, (*filing.cut, *silenced.values()), filing.announced, marked)
    if done.filed or done.cut:
        counts = {"filed": done.filed, "standing": done.standing, "announced": done.announced, "days_marked": marked}
        record(session, actor, "rules.adopted", kind="rules", key=str(rules.source), before={"cut": done.cut},
               after={"scope": str(scope), "rulebook": after.fingerprint} | counts, at=at)  # fmt: skip
    return done


def under_schedule(rules: RuleFile, code: str | None) -> RuleFile:
    """The file with its one schedule under a code of this office. Raises Invalid where it has none or several."""
    if code is None:
        return rules
    try:
        return rules.under_schedule(code)
    except ValueError:
        raise Invalid(
            f"{rules.source} has {len(rules.schedules)} schedules; --schedule can only be said of a file with one."
        ) from None


def refuse_overruled(session: Session, book: Rulebook, rules: RuleFile, scope: Scope) -> None:
    """A version that a wider scope does not let decide would never hold: it is refused and not filed."""
    refusals = []
    for written in rules.rules:
        said = written.value.rule, scope, written.value.citation
        (ours,) = (v for v in book.rules.versions if (v.rule, v.scope, v.citation) == said)
        wide = _overruled(session, book, ours)
        if wide is not None:
            refusals.append(
                Refusal(
                    written.path,
                    "scope_not_allowed",
                    f"{wide.rule} is decided by the {wide.scope}{under(wide.document)}, which lets "
                    f"{' and '.join(sorted(wide.allows)) or 'nobody'} decide otherwise; take this version out, or have "
                    f"that one allow a {scope.kind}",
                )
            )
    if refusals:
        raise Refused(refusals)


def _silenced(session: Session, before: Rulebook, after: Rulebook, scope: Scope) -> dict[str, str]:
    """By rule, the stored versions of narrower scopes that decide no longer, because the file does not allow them."""
    found: dict[str, str] = {}
    for version in before.rules.versions:
        if version.scope in (scope, NATION) or version not in after.rules.versions:
            continue
        wide = _overruled(session, after, version)
        if wide is not None and wide.scope == scope and _overruled(session, before, version) is None:
            found[version.rule] = f"{version.rule} for {version.scope}{under(version.document)} would decide no longer"
    return found


def _overruled(session: Session, book: Rulebook, version: RuleVersion) -> RuleVersion | None:
    """The wider version that decides in place of this one on some date of it, for somebody it is meant for."""
    kind, code = version.scope.kind, version.scope.code
    units: list[str | None] = [None]
    if kind == "person":
        units = [*office.units_of(session, code)] or units
    elif kind != "nation":
        units = [code]
    person = code if kind == "person" else None
    for unit in units:

        def path(on: date, unit: str | None = unit) -> Sequence[str]:
            return book.path(unit, on)[::-1] if unit is not None else ()

        if found := book.rules.overruled(version, path, person, book.tree.turns):
            return found.version
    return None


def confirm(
    database: Database, on: date, *, document: str, unit: str | None = None, at: datetime, actor: Actor = CONSOLE
) -> tuple[list[CalendarEntry], int]:
    """Confirm what is announced for a date, with the other half of a swap; answers it and how many days it touches.

    Said twice, the second time confirms nothing. Raises Invalid where nothing is announced.
    """
    if not document.strip() or not document.isprintable():
        raise Invalid("Name the document that confirms it, with its number and date: --document TEXT.")
    with database.writing() as session:
        before = read_rulebook(session)
        confirmed, already = calendar_filing.confirm(session, on, unit, document, at)
        if not confirmed:
            if any(entry.citation.document == document for entry in already):
                return [], 0
            raise Invalid(_nothing_announced(session, on, unit, already))
        spans = [(entry.on, entry.on) for entry in confirmed]
        marked = mark_touched(session, before, read_rulebook(session), list(spans), at)
        entries = [f"{entry.on} {entry.kind}" for entry in confirmed]
        after = {"document": document, "unit": unit, "entries": entries}
        record(session, actor, "calendar.confirmed", kind="calendar", key=str(on), after=after, at=at)
    return confirmed, marked


def _nothing_announced(session: Session, on: date, unit: str | None, already: list[CalendarEntry]) -> str:
    whom = f" for unit {unit}" if unit else " for the whole office"
    if already:
        held = already[-1]
        return (
            f"{on} is confirmed already{whom}: {held.kind}{under(held.citation.document)}. To decide it anew, adopt a "
            "file with --replace."
        )
    waiting = calendar_filing.announced(session)
    elsewhere = sorted({entry.unit or "" for entry in waiting if entry.on == on})
    if elsewhere:
        return f"Nothing is announced for {on}{whom}, but for unit {elsewhere[-1] or '(all)'}; say so with --unit."
    listed = ", ".join(sorted({str(entry.on) for entry in waiting})) or "nothing"
    return f"Nothing is announced for {on}{whom}; announced are: {listed}. File it with `attendance rules adopt FILE`."
