"""Commands about notifications: attendance notifications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.place import open_database, operator, print_json, read_settings, say, trail_secret
from attendance.errors import Invalid

if TYPE_CHECKING:
    from attendance.store.within import Within

AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="What people and programs are told.", no_args_is_help=True)
    for name, command in (("test", test), ("outbox", outbox), ("send-now", send_now)):
        group.command(name)(command)
    app.add_typer(group, name="notifications")


def test(
    user: Annotated[str, typer.Argument(help="Account that is sent a test, by each way it can be reached.")],
) -> None:
    """Send a test to an account now, and say by which way it arrived. Exit 1 where it did not, or nothing is set up."""
    from api.notifying.failures import failure
    from api.notifying.notifier import make_notifier
    from api.pages.i18n import Translator
    from attendance.clock import utc_now
    from attendance.services.notifications.kinds import INBOX
    from attendance.store import accounts, notice_wishes, notices
    from attendance.store.notices import NewNotice
    from attendance.store.trail import record

    settings = read_settings()
    with open_database(settings) as database:
        notifier = make_notifier(settings, database, utc_now, trail_secret(settings) or b"")
        at = utc_now()
        with database.writing() as session:
            user_id = accounts.get_user(session, user).id
            reached = {row.way for row in notice_wishes.addresses(session, user_id) if row.address}
            ways = [way for way in notifier.known_ways if way == INBOX or way in reached]
            due = [
                NewNotice(f"test:{user_id}:{way}:{at.timestamp():.0f}", "test", way, user_id, hours=1) for way in ways
            ]
            notices.put(session, due, at)
            record(session, operator(), "notices.tested", kind="account", key=user, at=at)
        notifier.deliverer().deliver()
        with database.reading() as session:
            rows, _ = notices.listed(session, _everything(), state=None, limit=500, offset=0)
        sent = {row.way: row for row in rows if row.kind == "test" and row.user == user and row.created_at >= at}
    failed, english = False, Translator("en")
    for way in ways:
        row = sent[way]
        failed = failed or row.state != "sent"
        say(f"{way}: {row.state}. {failure(english, row.error)}".rstrip(". "))
    for way in notifier.known_ways:
        if way not in ways:
            say(f"{way}: {user} has no confirmed address")
    if failed or ways == [INBOX]:
        raise typer.Exit(1)


def outbox(
    state: Annotated[
        str | None, typer.Option(help="Only those that stand so: waiting, sending, sent, failed, dropped.")
    ] = None,
    limit: Annotated[int, typer.Option(help="How many, the newest first.", min=1, max=500)] = 50,
    as_json: AsJson = False,
) -> None:
    """What waits, was sent, or failed: to whom and why, never what it says. Exit 1 where something failed."""
    from api.notifying.failures import failure
    from api.pages.i18n import Translator
    from attendance.clock import to_wall
    from attendance.store import notices

    if state is not None and state not in ("waiting", "sending", "sent", "failed", "dropped"):
        raise Invalid(f"{state!r} is no state; write waiting, sending, sent, failed or dropped.")
    settings = read_settings()
    with open_database(settings) as database, database.reading() as session:
        rows, total = notices.listed(session, _everything(), state=state, limit=limit, offset=0)
        counts = notices.counts(session)
    if as_json:
        fields = notices.Shown.__slots__
        told = [
            {name: getattr(row, name) for name in fields} | {"error": failure(Translator("en"), row.error)}
            for row in rows
        ]
        print_json({"notices": told, "counts": counts})
    else:
        for row in rows:
            at = to_wall(row.sent_at or row.created_at, settings.timezone)
            to = row.user or row.webhook or "-"
            why = failure(Translator("en"), row.error)
            say(f"{row.id}\t{at:%Y-%m-%d %H:%M}\t{row.kind}\t{to} by {row.way}\t{row.state}\t{why}".rstrip())
        if not total:
            say("Nothing was sent and nothing waits.")
    if counts.get("failed"):
        raise typer.Exit(1)


def send_now(as_json: AsJson = False) -> None:
    """See what is due and send it, as the timetable does every few seconds; safe beside it. Exit 1 where something
    could not be sent."""
    from api.notifying.notifier import make_notifier
    from attendance.clock import utc_now

    settings = read_settings()
    with open_database(settings) as database:
        notifier = make_notifier(settings, database, utc_now, trail_secret(settings) or b"")
        done = notifier.round(seconds=600)
    if as_json:
        print_json({"sent": done.sent, "dropped": done.dropped, "later": done.later, "failed": done.failed})
    else:
        say(f"{done.sent} sent, {done.dropped} not needed any more, {done.later} to be tried again.")
        if done.failed:
            say(f"{done.failed} failed; see attendance notifications outbox --state failed")
    if done.failed or done.later:
        raise typer.Exit(1)


def _everything() -> Within:
    from attendance.store.within import EVERYTHING

    return EVERYTHING
