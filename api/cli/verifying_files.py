"""`attendance verify FILE`: what kind of file it is, and what checks it. Bundles are checked as any stranger does."""

from __future__ import annotations

from pathlib import Path

from api.cli.place import print_json, say
from api.cli.verifying_minutes import told, verify_minutes
from attendance.errors import Invalid

MOST_BYTES = 1024 * 2**20


def verify_file(
    file: Path, key: str | None, checkpoint: Path | None, authorities: Path | None, *, as_json: bool
) -> bool:
    """Say whether a bundle, sealed minutes or a signed PDF is as it was made, naming what was changed. Raises Invalid.

    `authorities`: certificates (PEM) that the signature of a PDF must lead to.
    """
    from attendance.services.evidence import bundling

    data = read_file(file)
    if bundling.is_bundle(data):
        return _verify_bundle(file, data, key, checkpoint, as_json=as_json)
    if checkpoint is not None:
        raise Invalid("--checkpoint goes with a bundle, and this file is none; leave it out.")
    return _verify_pdf(file, data, key, authorities, as_json=as_json)


def _verify_pdf(file: Path, data: bytes, key: str | None, authorities: Path | None, *, as_json: bool) -> bool:
    from api.printing.signed_pdf import signatures
    from api.publishing.time_stamps import read_authorities
    from attendance.services.visiting import seals

    trusted = read_authorities(authorities, "--authorities") if authorities is not None else None
    listed = signatures(data, trusted)
    signed = [
        {"by": each.by, "holds": each.holds, "trusted": each.trusted, "at": each.at and each.at.isoformat()}
        for each in listed
    ]
    is_signed = all(each.holds and each.trusted is not False for each in listed)
    if seals.MARK in data:
        return verify_minutes(file, data, key, signed, as_json=as_json) and is_signed
    if not listed:
        raise Invalid(f"{file} bears no seal and no signature; give the file as it was given out.")
    if as_json:
        print_json({"holds": is_signed, "wrong": [] if is_signed else ["pdf_signature"], "signatures": signed})
    else:
        for each in signed:
            say(f"{file}: {told(each)}")
    return is_signed


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
