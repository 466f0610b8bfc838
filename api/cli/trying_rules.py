"""Commands that try rules and change nothing: check files, judge under other rules, compare calendars."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.place import open_database, print_json, read_date, read_settings, say
from attendance.errors import Invalid

if TYPE_CHECKING:
    from attendance.reading import Refusal
    from attendance.rules.calendar import Calendar, CalendarEntry

YEARS = (2023, 2026)

Language = Annotated[str | None, typer.Option(help="vi or en; that of the settings if left out.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
ScheduleCode = Annotated[str | None, typer.Option(help="File the one schedule of the file under this code of yours.")]


def check(
    files: Annotated[list[str], typer.Argument(help="Rule files (TOML), or names of shipped ones.")],
    strict: Annotated[bool, typer.Option(help="Exit 1 when hours have a gap.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong in rule files: file, path, what is expected, and the fix. Exit 2 when anything is; a gap
    between two versions of hours is told, and is none."""
    from attendance.reading import Refusal, Refused
    from attendance.rules.overruling import refuse_across
    from attendance.rules.shipped import open_rules

    zone = read_settings().timezone
    results: list[dict[str, Any]] = []
    good = []
    mistakes: list[tuple[str, Refusal]] = []
    for name in files:
        try:
            good.append(open_rules(name, zone))
        except Refused as error:
            mistakes += [(name, refusal) for refusal in error.refusals]
        except Invalid as error:
            mistakes.append((name, Refusal("file", "unreadable", str(error))))
    mistakes += refuse_across(good)
    gaps = {file.source: file.gaps() for file in good}
    counts = {file.source: file.counts() for file in good}
    for name in files:
        wrong = [refusal for source, refusal in mistakes if source == name]
        results.append(
            {
                "file": name,
                "ok": not wrong,
                "mistakes": [asdict(refusal) for refusal in wrong],
                "gaps": [{**asdict(gap), "sentence": gap.sentence} for gap in gaps.get(name, ())],
                "holds": counts.get(name, {}),
            }
        )
    if as_json:
        print_json({"files": results})
    else:
        for result in results:
            for gap in result["gaps"]:
                say(f"{result['file']}: {gap['path']}: gap: {gap['sentence']}")
            if result["ok"]:
                say(f"{result['file']}: ok, {_amounts(result['holds'])}")
    for name, refusal in mistakes:
        complain(name, refusal)
    if mistakes:
        raise typer.Exit(2)
    if strict and any(gaps.values()):
        raise typer.Exit(1)


def diff(
    old: Annotated[str, typer.Argument(help="A rule file, the name of a shipped one, or `stored`.")],
    new: Annotated[str, typer.Argument(help="A rule file, the name of a shipped one, or `stored`.")],
    from_: Annotated[str, typer.Option("--from", help="First date.")],
    to: Annotated[str, typer.Option("--to", help="Last date, included.")],
    unit: Annotated[
        str | None, typer.Option(help="Only people of this unit and below; a province's rules hold there.")
    ] = None,
    schedule: ScheduleCode = None,
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """Judge what is stored under two sets of rules and list the conclusions that would change. Nothing is stored."""
    from api.cli.speech import speak
    from api.cli.telling_rules import tell_what_if
    from attendance.rules.shipped import open_rules
    from attendance.services.what_if import STORED, compare

    settings = read_settings()
    t = speak(language, settings.language)
    files = []
    for name in (old, new):
        with one_sentence_each(name):
            files.append(None if name == STORED else open_rules(name, settings.timezone))
    first, last = read_date(from_), read_date(to)
    with open_database(settings) as database, one_sentence_each(f"{old} → {new}"):
        found = compare(database, settings.timezone, files[0], files[1], first, last, unit=unit, schedule=schedule)
    if as_json:
        changes = [
            {
                "employee": c.employee,
                "name": c.name,
                "date": c.on.isoformat(),
                "session": c.session,
                "before": c.before,
                "after": c.after,
            }
            for c in found.changes
        ]
        print_json(
            {
                "from": first.isoformat(),
                "to": last.isoformat(),
                "unit": unit,
                "old": {"rules": old, "rulebook": found.old},
                "new": {"rules": new, "rulebook": found.new},
                "days_judged": found.days,
                "days_locked": found.locked,
                "conclusions_changed": len(found.changes),
                "changes": changes,
            }
        )
        return
    for line in tell_what_if(found, t):
        say(line)


def compare_holidays(
    calendar: Annotated[str, typer.Argument(help="A rule file, the name of a shipped one, or `stored`.")] = "calendar",
    year: Annotated[int | None, typer.Option(min=1976, max=2100, help="One year; 2023 to 2026 if left out.")] = None,
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """Compare our calendar with the library `holidays`. Differences are expected, so exit 0: it is no source."""
    from api.cli.speech import speak
    from api.cli.telling_rules import tell_difference
    from attendance.rules.comparing import compare_year, library_version

    t = speak(language, read_settings().language)
    years = [year] if year else range(YEARS[0], YEARS[1] + 1)
    with one_sentence_each(calendar):
        decided, announced = _calendar(calendar)
    found = [difference for on in years for difference in compare_year(decided, announced, on, t.lang)]
    if as_json:
        differences = [asdict(difference) for difference in found]
        print_json({"calendar": calendar, "library": f"holidays {library_version()}", "differences": differences})
        return
    shown = f"{years[0]}" if len(years) == 1 else f"{years[0]}–{years[-1]}"
    say(t("holidays.head", calendar=calendar, version=library_version(), years=shown))
    for difference in found:
        say(tell_difference(difference, t))
    say(t.n("holidays.count", len(found)))


def _calendar(name: str) -> tuple[Calendar, list[CalendarEntry]]:
    """What is decided and what is only announced: of a rule file, or of the database."""
    from attendance.rules.calendar import Calendar
    from attendance.rules.shipped import open_rules
    from attendance.services.what_if import STORED
    from attendance.store import calendar_filing
    from attendance.store.rulebook_reading import read_rulebook

    settings = read_settings()
    if name != STORED:
        written = open_rules(name, settings.timezone).entries
        decided = Calendar(w.entry for w in written if w.status == "confirmed")
        return decided, [w.entry for w in written if w.status == "announced"]
    with open_database(settings) as database, database.reading() as session:
        return read_rulebook(session).calendar, calendar_filing.announced(session)


@contextmanager
def one_sentence_each(name: str) -> Iterator[None]:
    """A refused file ends the command with exit 2, each mistake one sentence on stderr."""
    from attendance.reading import Refused

    try:
        yield
    except Refused as error:
        for refusal in error.refusals:
            complain(name, refusal)
        raise typer.Exit(2) from None


def complain(name: str, refusal: Refusal) -> None:
    sys.stderr.write(f"{name}: {refusal.path}: {refusal.code}: {refusal.sentence}\n")


def _amounts(holds: dict[str, int]) -> str:
    return ", ".join(f"{count} {section.replace('_', ' ')}" for section, count in holds.items() if count) or "no rules"
