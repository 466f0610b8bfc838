"""What the people of the demo want to be told, so that their pages show it. Nothing leaves this machine: everything
goes to the pages, and the one webhook points at an address that the demo does not let it reach.
"""

from __future__ import annotations

from datetime import datetime

from attendance import clock
from attendance.services.notifications import endpoints
from attendance.services.notifications.kinds import INBOX
from attendance.store import accounts, notice_wishes
from attendance.store.database import Database
from attendance.store.notice_wishes import Wish
from attendance.store.trail import Actor

WANTED = {
    "truongphong": ("morning", "waiting", "terminals"),
    "nhansu": ("morning", "terminals"),
    "lanhdao": ("morning", "waiting"),
    "canbo": ("missing", "waiting"),
    "quantri": ("terminals", "system"),
}
SILENT_MINUTES = 1
ADMINISTRATOR = Actor("quantri")
RECEIVER = "https://127.0.0.1:9443/baocao"


def choose_notices(database: Database, zone: str, secret_key: bytes, at: datetime) -> None:
    """Everybody wants theirs at this very minute."""
    wall = clock.to_wall(at, zone)
    minute = wall.hour * 60 + wall.minute
    with database.writing() as session:
        for name, kinds in WANTED.items():
            user_id = accounts.get_user(session, name).id
            for kind in kinds:
                notice_wishes.set_wish(session, Wish(user_id, kind, (INBOX,), minute), at)
        endpoints.add(
            session, secret_key, name="Cổng báo cáo (mẫu)", url=RECEIVER,
            events=("violation.opened", "terminal.silent", "month.locked"), unit_id=None,
            actor=ADMINISTRATOR, at=at,
        )  # fmt: skip
