"""The command `doctor`: how the installation is, as the page of the administrators tells it."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.place import open_database, print_json, read_settings, say, trail_secret


def register(app: typer.Typer) -> None:
    app.command("doctor")(doctor)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    language: Annotated[str, typer.Option(help="Language of the words: en or vi.")] = "en",
) -> None:
    """Say how the installation is, the worst first, and what to do next. Exit 1 where something has to be done."""
    from api.cli.speech import speak
    from api.system_health import finding_json, next_step, place_of, sentence
    from attendance.clock import utc_now
    from attendance.services.health import findings

    settings, t = read_settings(), speak(language, language)
    zone, sealed = settings.timezone, trail_secret(settings) is not None
    with open_database(settings, migrate=False) as database:
        found = findings(database, place_of(settings, sealed=sealed), zone, utc_now())
    is_well = all(each.level != "bad" for each in found)
    if as_json:
        print_json({"well": is_well, "findings": [finding_json(t, each, zone) for each in found]})
    else:
        for each in found:
            where = f" ({each.params['folder']})" if "folder" in each.params else ""
            step = next_step(t, each, zone)
            say(f"{t(f'installation_level.{each.level}')}: {sentence(t, each, zone)}{where}")
            if step:
                say(f"  {step}")
    if not is_well:
        raise typer.Exit(1)
