"""Bundles: files with what proves, without this system, that the records behind them were entered and when.

A bundle is a ZIP of stored files; the same content makes the same bytes. In it:

    manifest.json             format, title, office, made_at, public keys (hex; the first signed), files with SHA-256
    manifest.sig              Ed25519 over "attendance bundle 1", a zero byte and the manifest
    evidence/checkpoints.txt  the checkpoint the records stand under, and those after it, as signed notes
    evidence/chain.ndjson     for each record: its entry in a chain, and the way from it up to the root
    evidence/pulls/N.bin      the bytes of a pull as they are stored, where they were asked for
    verify_bundle.py          the program that checks it, README.txt how
    …                         the files it was made for
"""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files as resources
from typing import Any

import orjson

from attendance.errors import EvidenceBroken, Invalid, NotFound
from attendance.services.evidence import checkpoints as making
from attendance.services.evidence import notes, verify_bundle
from attendance.services.evidence.checkpoints import Checkpoint
from attendance.services.signing_key import SigningKey
from attendance.store import chain_finding, checkpoints, merkle
from attendance.store.chain_finding import Entry, Place
from attendance.store.database import Session

FORMAT, PURPOSE = "attendance-bundle/1", b"bundle 1"
EVIDENCE = "evidence/"
PULL_BYTES = "pull_bytes"
README = """\
HỒ SƠ CÓ NIÊM PHONG / A SEALED BUNDLE

Kiểm tra trên máy bất kỳ có Python 3.9 trở lên, không cần hệ thống đã lập hồ sơ:
To check it on any machine with Python 3.9 or later, without the system that made it:

    pip install cryptography
    python3 verify_bundle.py BUNDLE.zip --key FINGERPRINT
    python3 verify_bundle.py BUNDLE.zip --checkpoint FILE

FINGERPRINT: dấu vân tay của khóa do cơ quan công bố / of the key, as the office makes it known.
FILE: điểm niêm phong nhận được từ nơi khác / checkpoints that you got elsewhere (mail, print, page), as text.
Nên lấy verify_bundle.py từ nơi khác / Better take verify_bundle.py from elsewhere than from this bundle.
"""


def chain_entries_of(session: Session, rows: Iterable[tuple[str, str | int]]) -> list[Place]:
    """The entries that name these rows (table, key): "pull", "ruling", and papers and dated rules by their tables.

    As `bundle` takes them: chain and number, each once. Raises NotFound for a row that was never entered.
    """
    found: set[Place] = set()
    for table, key in rows:
        places = chain_finding.places(session, [(table, str(key))])
        if not places:
            raise NotFound(table, str(key), "It was never entered into a chain.")
        found.update(places)
    return sorted(found)


def bundle(
    session: Session,
    key: SigningKey,
    *,
    title: str,
    files: Mapping[str, bytes],
    rows: Sequence[Place],
    at: datetime,
    shown: Iterable[tuple[str, str | int]] = (),
) -> bytes:
    """The bundle of these files. `rows`: the entries of chains (chain, number) that are proven.

    `shown`: rows (table, key) of which the text that was digested is put in too, so that a stranger sees that what an
    entry names is what is shown: "pull" (with its punches, as digests), "ruling", papers by their tables; "pull_bytes"
    puts the bytes of a whole pull in, which hold the punches of everybody in it. Their entries are proven with `rows`.

    The records stand under the earliest kept checkpoint that covers them, so that whoever holds any later one can
    check them; where none does yet, under one of the moment (`checkpoints.make` before it avoids that).

    Raises NotFound for an entry or row that is not there, Invalid for a file whose name is taken or climbs out of its
    folder, EvidenceBroken where the database no longer agrees with its own chains.
    """
    texts = sorted({(table, str(number)) for table, number in shown})
    asked = [("pull" if table == PULL_BYTES else table, number) for table, number in texts]
    wanted = sorted({*rows, *chain_entries_of(session, asked)})
    under = _under(session, key, wanted, at)
    content = {_checked(name): data for name, data in files.items()}
    content["README.txt"] = README.encode()
    content["verify_bundle.py"] = program()
    content[f"{EVIDENCE}checkpoints.txt"] = "\n".join(_texts(session, under)).encode()
    content[f"{EVIDENCE}chain.ndjson"] = _lines(session, under, wanted, texts, content)
    known = [public for name, public in making.known_keys(session).items() if name != key.name]
    manifest = orjson.dumps(
        {
            "format": FORMAT,
            "title": title,
            "office": under.note.origin,
            "made_at": at.astimezone(UTC).isoformat(timespec="seconds"),
            "keys": [public.hex() for public in [key.public, *known]],
            "checkpoint": {"number": under.note.number, "digest": under.note.digest, "code": under.note.code},
            "files": [
                {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
                for name, data in sorted(content.items())
            ],
        },
        option=orjson.OPT_INDENT_2,
    )
    content["manifest.json"], content["manifest.sig"] = manifest, key.sign(PURPOSE, manifest)
    made = verify_bundle.pack(content)
    try:
        verify_bundle.check(made)
    except verify_bundle.Bad as error:
        raise EvidenceBroken(str(error)) from error
    return made


@cache
def program() -> bytes:
    """The program that checks bundles, which stands alone."""
    return resources(__package__).joinpath("verify_bundle.py").read_bytes()


def is_bundle(data: bytes) -> bool:
    """Whether a file looks like one, whole or damaged."""
    return data[:2] == b"PK" or b"manifest.sig" in data


def _checked(name: str) -> str:
    parts = name.split("/")
    is_ours = name.startswith(EVIDENCE) or name in ("README.txt", "manifest.json", "manifest.sig", "verify_bundle.py")
    if is_ours or any(part in ("", ".", "..") for part in parts) or set(name) & set('\\:*?"<>|\0'):
        raise Invalid(f"A file in a bundle cannot be called {name!r}; give it another name.")
    return name


def _under(session: Session, key: SigningKey, wanted: Sequence[Place], at: datetime) -> Checkpoint:
    """The earliest kept checkpoint that covers these entries, or one of the moment."""
    last: dict[str, int] = {}
    for chain, number in wanted:
        last[chain] = max(number, last.get(chain, 0))
    newest = checkpoints.newest(session)
    low, high = 1, newest.number if newest is not None else 0
    found = None
    while low <= high:
        middle = (low + high) // 2
        row = checkpoints.get(session, middle)
        if row is None:
            raise EvidenceBroken(f"checkpoint {middle} is gone")
        tried = making.kept(row)
        if all(chain in tried.heads and number <= tried.heads[chain].size for chain, number in last.items()):
            found, high = tried, middle - 1
        else:
            low = middle + 1
    return found or making.of_the_moment(session, key, at)


def _texts(session: Session, under: Checkpoint) -> list[str]:
    later = checkpoints.every(session, since=under.note.number + 1) if under.note.number != notes.OF_THE_MOMENT else ()
    return [under.text, *(row.text for row in later)]


def _lines(
    session: Session,
    under: Checkpoint,
    wanted: Sequence[Place],
    shown: Sequence[tuple[str, str]],
    content: dict[str, bytes],
) -> bytes:
    chains = sorted(under.heads)
    tops = merkle.paths(notes.members(under.heads), range(len(chains)))
    numbers: dict[str, list[int]] = defaultdict(list)
    for chain, number in wanted:
        numbers[chain].append(number)
    lines: list[dict[str, Any]] = []
    for chain in sorted(numbers):
        size = under.heads[chain].size if chain in under.heads else 0
        if max(numbers[chain]) > size or min(numbers[chain]) < 1:
            raise NotFound("entry", f"{chain} {max(numbers[chain])}", "Name entries that are in the chains.")
        links = checkpoints.links(session, chain, 1, size)
        paths = merkle.paths(links, [number - 1 for number in numbers[chain]])
        for number in numbers[chain]:
            entry = chain_finding.entry(session, (chain, number))
            if entry is None:
                raise NotFound("entry", f"{chain} {number}", "Name entries that are in the chains.")
            path = [beside.hex() for beside in paths[number - 1]]
            place = chains.index(chain)
            lines.append(_line(entry) | {"size": size, "path": path, "place": place, "rows": [],
                                         "top": [beside.hex() for beside in tops[place]]})  # fmt: skip
    for table, key in shown:
        _show(session, lines, table, key, content)
    return b"".join(orjson.dumps(line) + b"\n" for line in lines)


def _line(entry: Entry) -> dict[str, Any]:
    said: dict[str, Any] = {"chain": entry.chain, "number": entry.number, "kind": entry.kind}
    try:
        said["content"] = entry.content.decode()
    except UnicodeDecodeError:
        said["content_base64"] = base64.b64encode(entry.content).decode()
    return said | {"before": entry.before.hex()}


def _show(session: Session, lines: list[dict[str, Any]], table: str, key: str, content: dict[str, bytes]) -> None:
    """Put a row beside the newest entry that names it."""
    named = chain_finding.places(session, [("pull" if table == PULL_BYTES else table, key)])
    line = next(line for line in lines if (line["chain"], line["number"]) == named[-1])
    if table == PULL_BYTES:
        stored = chain_finding.stored_bytes(session, int(key))
        if stored is None:
            raise NotFound(table, key, "The bytes of this pull were erased, or it brought none.")
        line["bytes"] = f"{EVIDENCE}pulls/{key}.bin"
        content[line["bytes"]] = stored
        return
    texts = chain_finding.texts(session, table, key)
    if not texts:
        raise NotFound(table, key, "It is no longer there.")
    line["rows"] += [{"table": name, "key": number, "text": text.decode()} for name, number, text in texts]
