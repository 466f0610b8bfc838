"""`attendance verify FILE`: what kind of file it is, and what checks it. Bundles are checked as any stranger does."""

from __future__ import annotations

from pathlib import Path

from api.cli.place import print_json, say
from api.cli.verifying_minutes import verify_minutes
from attendance.errors import Invalid

MOST_BYTES = 1024 * 2**20


def verify_file(file: Path, key: str | None, checkpoint: Path | None, *, as_json: bool) -> bool:
    """Say whether a bundle or a sealed PDF is as it was made, naming what was changed. Raises Invalid."""
    from attendance.services.evidence import bundling

    data = read_file(file)
    if bundling.is_bundle(data):
        return _verify_bundle(file, data, key, checkpoint, as_json=as_json)
    if checkpoint is not None:
        raise Invalid("--checkpoint goes with a bundle, and this file is none; leave it out.")
    return verify_minutes(file, data, key, as_json=as_json)


def read_file(file: Path) -> bytes:
    """Raises Invalid."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise Invalid(f"{file} is larger than anything that is sealed here; give the file as it was given out.")
        return file.read_bytes()
    except OSError as error:
        raise Invalid(f"The file {file} cannot be read ({type(error).__name__}); name another.") from error


def _verify_bundle(file: Path, data: bytes, key: str | None, checkpoint: Path | None, *, as_json: bool) -> bool:
    from api.cli.reading_checkpoints import read_text
    from attendance.services.evidence.verify_bundle import Bad, check

    given = read_text(str(checkpoint)) if checkpoint is not None else None
    try:
        said, wrong = check(data, key, given), ""
    except Bad as error:
        said, wrong = [], str(error)
    except Exception as error:  # whatever a damaged file makes of the reading
        raise Invalid(f"The bundle {file} cannot be read ({error!r}); take it as it was given out.") from error
    if as_json:
        print_json({"holds": not wrong, "wrong": [wrong] if wrong else [], "said": said})
    elif wrong:
        say(f"{file}: {wrong}.")
    else:
        for line in said:
            say(line)
    return not wrong
