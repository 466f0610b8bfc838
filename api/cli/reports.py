"""Commands for the papers of the catalogue: each there is has one, made when it is asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from inspect import Parameter, Signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from api.cli.place import open_database, operator, read_settings, say, take
from attendance.errors import Invalid

if TYPE_CHECKING:
    from api.reporting.entry import Entry

_HELP = {
    "unit": "Code of a unit: it and those below it.",
    "employee": "Code of a person.",
    "month": "As 2026-11; this month if left out.",
    "from": "First date; the first of this month if left out.",
    "to": "Last date, included; today if left out.",
    "year": "As 2026; this year if left out.",
    "violation": "Id of a violation, as the address of its page has it.",
}
_PROGRESS_EVERY = 1000


class PaperCommands(TyperGroup):
    """The commands that are written out, and one for every other paper of the catalogue."""

    def list_commands(self, ctx: Any) -> list[str]:
        from api.reporting.catalogue import entries

        written = super().list_commands(ctx)
        return [*written, *(entry.key for entry in entries() if entry.key not in written)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        found = super().get_command(ctx, cmd_name)
        if found is not None:
            return found
        from api.reporting.catalogue import entries

        entry = next((entry for entry in entries() if entry.key == cmd_name), None)
        return _command(entry) if entry is not None else None


def list_papers() -> None:
    """The papers there are: what each is called with, and the formats it is made in."""
    from api.pages.i18n import Translator
    from api.reporting.asking import must_of, names_of
    from api.reporting.catalogue import entries, title

    t = Translator("en")
    for entry in entries():
        options = [f"--{name}" if name in must_of(entry) else f"[--{name}]" for name in names_of(entry)]
        say(f"{entry.key}: {title(t, entry.key)} ({', '.join(entry.formats)})\n    {' '.join(options)}")


def _command(entry: Entry) -> Any:
    """The command of a paper, with an option for everything it is asked with."""
    from api.pages.i18n import Translator
    from api.reporting.asking import must_of, names_of
    from api.reporting.catalogue import for_whom, title

    def report(format_: str, out: Path | None, language: str | None, **given: str | None) -> None:
        texts = {name.rstrip("_"): value for name, value in given.items() if value}
        _make(entry, texts, format_, out, language)

    def option(name: str) -> Parameter:
        must = name in must_of(entry)
        kind: Any = Annotated[str if must else str | None, typer.Option(f"--{name}", help=_HELP[name])]
        python = "from_" if name == "from" else name
        return Parameter(python, Parameter.KEYWORD_ONLY, annotation=kind, default=Parameter.empty if must else None)

    formats = ", ".join(entry.formats)
    taken = [
        *(option(name) for name in sorted(names_of(entry), key=lambda name: name not in must_of(entry))),
        _plain("format_", str, typer.Option("--format", help=f"{formats}."), entry.formats[0]),
        _plain("out", Path | None, typer.Option(help="File to write; standard output if left out."), None),
        _plain("language", str | None, typer.Option("--lang", help="vi or en."), None),
    ]
    shape: Callable[..., None] = report
    shape.__signature__ = Signature(taken)  # type: ignore[attr-defined]
    shape.__annotations__ = {each.name: each.annotation for each in taken}
    t = Translator("en")
    shape.__doc__ = f"{title(t, entry.key)}. {for_whom(t, entry.key)}"
    alone = typer.Typer(add_completion=False)
    alone.command(entry.key)(shape)
    return typer.main.get_command(alone)


def _plain(name: str, kind: Any, option: Any, default: Any) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, annotation=Annotated[kind, option], default=default)


def _make(entry: Entry, texts: dict[str, str], format: str, out: Path | None, language: str | None) -> None:
    """The paper in a file, whole or not at all, or on standard output."""
    import shutil
    import tempfile

    from api.pages.i18n import LANGUAGES
    from api.printing.official import written
    from api.reporting.asking import OPERATOR, check_format, kept_texts, read_asked
    from attendance.clock import utc_now
    from attendance.store.trail import look
    from reports.progress import watched

    settings = read_settings()
    wanted, spoken = check_format(entry, format), language or settings.language
    if spoken not in LANGUAGES:
        raise Invalid(f"{spoken!r} is not a language of this program; write vi or en.")
    if out is None and wanted in ("xlsx", "pdf", "bundle") and sys.stdout.isatty():
        raise Invalid(f"This is no text for a terminal; name the file with --out {entry.key}.{wanted}.")
    at = utc_now()
    with tempfile.TemporaryDirectory(prefix="report-") as folder, open_database(settings) as database:
        path = Path(folder) / "paper"
        with database.reading() as session, watched(_tell):
            asked = read_asked(session, entry, texts, OPERATOR, zone=settings.timezone, at=at, lang=spoken)
            made = written(session, entry, asked, wanted, path, settings)
            look(session, operator(), "report", made.people, at=at, key=entry.key)
        _end_telling()
        take(database, path, paper=entry.key, asked=kept_texts(entry, texts) | {"format": wanted}, rows=made.rows)
        if out is None:
            sys.stdout.flush()
            with path.open("rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer)
            return
        beside = out.with_name(f"{out.name}.part")
        try:
            shutil.copyfile(path, beside)
            beside.replace(out)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    say(f"{entry.key}: {made.rows} rows → {out}")


def _tell(rows: int) -> None:
    """On a terminal alone: in a pipe or a log nobody watches."""
    if rows % _PROGRESS_EVERY == 0 and sys.stderr.isatty():
        sys.stderr.write(f"\r{rows:,} rows …")
        sys.stderr.flush()


def _end_telling() -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
