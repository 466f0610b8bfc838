"""Run as a process of its own: `append URL` writes for ever, `backup URL FILE`, `restore URL FILE SAFETY`."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

from attendance.services.backups.making import make_backup
from attendance.services.backups.restoring import Wish, restore
from attendance.store.database import Database
from tests.backups.office import SECRET, append


def main(what: str, url: str, *files: str) -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    if what == "restore":
        restore(Wish(url, Path(files[0]), Path(files[1]), replace=True, secret=SECRET))
        return
    database = Database(url)
    database.seal_with(SECRET)
    if what == "backup":
        make_backup(database, Path(files[0]), overwrite=True)
        return
    for number in itertools.count(int(files[0])):
        append(database, number)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
