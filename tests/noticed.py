"""An office that sends notifications: its notifier over real receivers, and days that are filed as terminals would."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np

from api.notice_settings import NoticeSettings
from api.notifying.failures import failure
from api.notifying.notifier import Notifier, make_notifier
from api.pages.i18n import Translator
from api.settings import Settings
from attendance import clock
from attendance.clock import Now
from attendance.services.notifications.kinds import MAIL
from attendance.store import accounts, intake_log, notice_wishes, punch_log
from attendance.store import office as store_office
from attendance.store.database import Database
from attendance.store.evidence_tables import PullRow
from attendance.store.notice_wishes import Wish
from attendance.store.notification_tables import NoticeAddressRow, NoticeRow
from attendance.store.tables import TerminalRow

ZONE = "Asia/Ho_Chi_Minh"
SENDER = "chamcong@hadong.example.vn"
SECRET_KEY = "a secret of the tests, long enough"
assert "smtp_host" in NoticeSettings.model_fields


def wall(text: str) -> datetime:
    """The instant of a wall time of the office, such as `2026-11-23 07:45`."""
    return clock.to_instant(datetime.fromisoformat(text), ZONE)


def notifier(database: Database, now: Now, **settings: Any) -> Notifier:
    """A notifier of its own over a database, as a second process would have."""
    given = {"secret_key": SECRET_KEY, "webhook_networks": "127.0.0.0/8", "public_url": "https://cc.example.vn"}
    chosen = Settings(_env_file=None, **(given | settings))  # type: ignore[call-arg]
    return make_notifier(chosen, database, now, chosen.secret())


def mailing(port: int, **more: Any) -> dict[str, Any]:
    return {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_tls": "none", "smtp_from": SENDER, **more}


def wants(
    database: Database, name: str, kind: str, *ways: str, minute: str = "07:45", address: str = "", language: str = ""
) -> str:
    """Have an account want a kind of notice, and mail reach it; answers its address."""
    at = wall("2026-11-01 08:00")
    hours, minutes = minute.split(":")
    with database.writing() as session:
        user_id = accounts.get_user(session, name).id
        wish = Wish(user_id, kind, ways or (MAIL,), int(hours) * 60 + int(minutes))
        notice_wishes.set_wish(session, wish, at)
        if language:
            notice_wishes.set_language(session, user_id, language, at)
        address = address or f"{name}@hadong.example.vn"
        if notice_wishes.address(session, user_id, MAIL) is None:
            session.add(NoticeAddressRow(user_id=user_id, way=MAIL, address=address, confirmed_at=at))
    return address


def file_day(
    database: Database, code: str, until: str, punches: Sequence[tuple[str, str]] = (), *, first: int = 100_000
) -> None:
    """One reading of a terminal: it is complete until then, with these punches (number, wall time)."""
    ends = datetime.fromisoformat(until)
    read_at = clock.to_instant(ends, ZONE)
    starts = datetime.combine(ends.date(), datetime.min.time())
    with database.writing() as session:
        terminal = store_office.key(store_office.get(session, TerminalRow, code))
        pull_id = intake_log.add_pull(
            session,
            PullRow(
                terminal_id=terminal, started_at=read_at, finished_at=read_at, read=len(punches), new=len(punches),
                log_digest="cd" * 32, complete_from=starts, complete_until=ends,
                seconds={"transfer": 0.1, "decode": 0.0, "store": 0.0},
            ),
        )  # fmt: skip
        intake_log.extend_coverage(session, terminal, datetime(2026, 11, 20), ends)
        pins = sorted({pin for pin, _ in punches})
        count = len(punches)
        if count:
            punch_log.append(
                session, terminal_id=terminal, pull_id=pull_id, first_sequence=first, received_at=read_at,
                wall=np.array([clock.wall_seconds(datetime.fromisoformat(at)) for _, at in punches], np.int64),
                pin=np.array([pins.index(pin) for pin, _ in punches], np.int32), pins=pins,
                state=np.zeros(count, np.uint8), verify=np.ones(count, np.uint8), index=np.arange(count),
            )  # fmt: skip


def states(database: Database) -> list[tuple[str, str, str, str]]:
    """Kind, way, state and what was said of every row of the outbox, in order."""
    from sqlmodel import col, select

    with database.reading() as session:
        rows = session.exec(select(NoticeRow).order_by(col(NoticeRow.id)))
        return [(row.kind, row.way, row.state, failure(Translator("en"), row.error)) for row in rows]
