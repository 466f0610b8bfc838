"""Commands about one terminal's health: all of it, and that somebody has seen an alarm."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from api.cli.place import open_database, operator, print_json, read_settings, say

Code = Annotated[str, typer.Argument(help="Code of the terminal.")]
Language = Annotated[str, typer.Option(help="Language of the words: en or vi.")]


def health(
    code: Code,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    language: Language = "en",
) -> None:
    """Everything known of a terminal's health: alarms, operation log, clock, how full it is. Exit 1 unless healthy."""
    from api.cli.speech import speak
    from api.terminal_health import whole_health_json
    from attendance.clock import utc_now
    from attendance.store import office
    from attendance.store.tables import TerminalRow

    settings, t = read_settings(), speak(language, language)
    with open_database(settings) as database, database.reading() as session:
        number = office.key(office.get(session, TerminalRow, code))
        found = whole_health_json(session, number, t, settings.timezone, utc_now())
    if as_json:
        print_json(found)
    else:
        _tell(found, t(f"health_state.{found['state']}") if found["state"] else "out of use", settings.timezone)
    if found["state"] not in (None, "healthy"):
        raise typer.Exit(1)


def acknowledge(
    code: Code,
    alarm: Annotated[int, typer.Argument(help="Number of the alarm, as `terminals health` shows it.", min=1)],
    by: Annotated[str, typer.Option(help="Who has seen it.")],
) -> None:
    """Note who has seen an alarm. One about an event is ended by it; a condition ends when it is over."""
    from api import terminal_filing
    from attendance.clock import utc_now
    from attendance.store import office
    from attendance.store.tables import TerminalRow

    with open_database(read_settings()) as database, database.writing() as session:
        row = office.get(session, TerminalRow, code)
        seen = terminal_filing.acknowledge(session, row, alarm, by=by, actor=operator(), at=utc_now())
    end = "and is ended" if seen.ended_at else "and ends when the condition is over"
    say(f"Alarm {alarm} ({seen.kind}) of terminal {code} is acknowledged by {seen.seen_by} {end}.")


def _tell(found: dict[str, Any], state: str, zone: str) -> None:
    since = f", since {_local(found['since'], zone)}" if found["since"] else ""
    say(f"{found['terminal']} {found['name']}: {state}{since}. {found['sentence']}")
    if found["state"] not in (None, "healthy"):
        say(f"  next: {found['next_step']}")
    say(
        f"  serial {found['serial'] or 'not known'}, data until {(found['complete_until'] or 'never')[:16]}, "
        f"last good pull {_local(found['last_good_pull_at'], zone)}, {found['failures']} failures since"
    )
    offset = found["clock_offset_seconds"]
    say(f"  clock {'not known' if offset is None else f'{offset:+d} s'}, {_fill(found)}")
    for title, lines in (
        ("open alarms", [_alarm(each, zone) for each in found["alarms"]]),
        ("ended alarms", [_alarm(each, zone) for each in found["alarm_history"] if each["ended_at"]]),
        ("operations", [f"{(each['at'] or 'no date')[:19]}  {each['word']}" for each in found["operations"]]),
        ("read without a gap", [f"{each['from'][:16]} to {each['until'][:16]}" for each in found["coverage"]]),
        ("clock", [_span(each) for each in found["clock_history"]]),
        ("clock settings", [_setting(each, zone) for each in found["clock_settings"]]),
    ):
        if lines:
            say(f"{title}:")
            for line in lines:
                say(f"  {line}")


def _fill(found: dict[str, Any]) -> str:
    if found["records"] is None:
        return "records not counted yet"
    if found["capacity"] is None:
        return f"{found['records']} records, capacity not told"
    full = f", full on {found['full_on']}" if found["full_on"] else ""
    return f"{found['records']} of {found['capacity']} records ({found['fill_percent']} %{full})"


def _local(instant: str | None, zone: str) -> str:
    """An instant of the JSON as the clock on the wall of the office shows it, to the minute."""
    from datetime import datetime

    from attendance import clock

    return f"{clock.to_wall(datetime.fromisoformat(instant), zone):%Y-%m-%dT%H:%M}" if instant else "never"


def _alarm(alarm: dict[str, Any], zone: str) -> str:
    seen = f" (seen by {alarm['seen_by']})" if alarm["seen_by"] else ""
    return f"{alarm['id']}  {_local(alarm['raised_at'], zone)}  {alarm['sentence']}{seen}"


def _span(span: dict[str, Any]) -> str:
    return f"from {(span['from'] or 'the beginning')[:19]}  {span['offset_seconds']:+d} s"


def _setting(setting: dict[str, Any], zone: str) -> str:
    before, after = (
        "not known" if setting[name] is None else f"{setting[name]:+d} s" for name in ("offset_before", "offset_after")
    )
    return (
        f"{_local(setting['set_at'], zone)}  {setting['outcome']}, {before} before, {after} after, "
        f"by {setting['set_by']}: {setting['reason']}"
    )
