"""A process that is killed while it answers a write under a key: `python -m tests.reliability.key_victim FOLDER WHEN`.

WHEN is `before` or `after` the commit of that write; nothing has been answered by then either way.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from fastapi.testclient import TestClient
from sqlalchemy import event

from api.http import create_app
from api.settings import Settings
from attendance.services.accounts import Accounts
from attendance.store.database import Database, Session
from attendance.store.register_tables import KeptAnswerRow
from tests.e2e.conftest import Ticking

KEY, SECRET = "giữ-một-lần".encode().hex(), "a secret of the tests, long enough"
GIVEN = {"employee": "E2", "from": "2026-11-25", "to": "2026-11-27", "code": "P"}


def main(folder: Path, when: str, token: str) -> None:
    settings = Settings(_env_file=None, data_dir=folder, secret_key=SECRET)
    database = Database(settings.url)
    ticking = Ticking()
    app = create_app(settings, database, now=ticking, accounts=Accounts(database, now=ticking))

    def take_note(session: Session, _: object) -> None:
        if any(isinstance(row, KeptAnswerRow) for row in session.new):
            session.info["kept"] = True

    def die(session: Session) -> None:
        if "kept" in session.info and not session.in_nested_transaction():
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Session, "after_flush", take_note)
    event.listen(Session, "before_commit" if when == "before" else "after_commit", die)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": KEY}
    answer = TestClient(app, client=("10.20.30.40", 50000)).post("/api/v1/absences", json=GIVEN, headers=headers)
    sys.stdout.write(f"{answer.status_code} {answer.text}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
