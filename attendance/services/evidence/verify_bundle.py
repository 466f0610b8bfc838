#!/usr/bin/env python3
"""Check a bundle of attendance records on any machine, without the system that made it.

    python3 verify_bundle.py BUNDLE.zip [--key FINGERPRINT] [--checkpoint FILE]

Needs Python 3.9 or later and the package `cryptography`. It checks the signature over the list of files, each file
against that list, and that each record of evidence/chain.ndjson was entered where it says, under the root of the
checkpoint. The key for that is in the bundle itself: to trust more, give the fingerprint that the office makes known,
or a text with checkpoints that you got elsewhere (a mail, a print, the office's page).

Exit 0: everything holds. 1: something does not; the first such thing is printed. 2: it could not be read.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import struct
import sys
import zlib
from pathlib import Path
from typing import Any, Mapping  # noqa: UP035  it runs on older Pythons than ours

NOTE = re.compile(r"(?m)^([^\n]+\n\d+\n([A-Za-z0-9+/]{43}=)\n((?:[a-z]+ [^\n]*\n)+))\n\u2014 \S+ (\S+)$")


class Bad(Exception):
    """The first thing that does not hold."""


def notes(text: str) -> list[dict[str, str]]:
    """The checkpoints in a text, in their order: the lines of each by name, its signed body and the digest of that."""
    found = []
    for body, root, lines, signature in NOTE.findall(text.lstrip("\ufeff").replace("\r\n", "\n")):
        said = dict(line.split(" ", 1) for line in lines[:-1].split("\n"))
        digest = hashlib.sha256(body.encode()).hexdigest()
        found.append({**said, "body": body, "digest": digest, "root": root, "signature": signature})
    return found


def pack(files: Mapping[str, bytes]) -> bytes:
    """The only ZIP there is of these files: stored, by name, of 1 January 1980, nothing before, between or after."""
    parts, index, at = [], [], 0
    for name in sorted(files):
        raw, content = name.encode(), files[name]
        head = struct.pack("<5H3I2H", 20, 0x800, 0, 0, 33, zlib.crc32(content), *[len(content)] * 2, len(raw), 0)
        parts += [b"PK\3\4", head, raw, content]
        index += [b"PK\1\2\x14\0", head, struct.pack("<3H2I", 0, 0, 0, 0, at), raw]
        at += 30 + len(raw) + len(content)
    listed = b"".join(index)
    return b"".join([*parts, listed, b"PK\5\6", struct.pack("<4H2IH", 0, 0, *[len(files)] * 2, len(listed), at, 0)])


def unpack(data: bytes) -> dict[str, bytes]:
    """The files by name. What stands around them is compared later, by packing them again."""
    files, at = {}, 0
    while data[at : at + 4] == b"PK\3\4":
        size, name = struct.unpack_from("<IH", data, at + 22)
        begins = at + 30 + name
        files[data[at + 30 : begins].decode()] = data[begins : begins + size]
        at = begins + size
    return files


def check_signed(public: str, signature: bytes, message: bytes, what: str) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(signature, message)
    except InvalidSignature:
        raise Bad(f"the signature of {what} is not over what stands there") from None


def plain(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def climb(member: bytes, place: int, size: int, path: list[str]) -> bytes:
    """The root above a member of a tree (RFC 9162 §2.1.3.2); nothing where the path is not as long as it must be."""
    found, last = hashlib.sha256(b"\0" + member).digest(), size - 1
    for beside in map(bytes.fromhex, path):
        if place & 1 or place == last:
            found = hashlib.sha256(b"\1" + beside + found).digest()
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = hashlib.sha256(b"\1" + found + beside).digest()
        place, last = place >> 1, last >> 1
    return found if last == 0 else b""


def is_entered(content: bytes, row: dict[str, str]) -> bool:
    """Whether the row of which the text is given is among the digests of an entry."""
    digest, table, key = hashlib.sha256(row["text"].encode()), row["table"], row["key"]
    if table == "ruling":
        head, _, short = content.partition(b"\n")
        numbers = [number for first, last in json.loads(head) for number in range(first, last + 1)]
        at = 16 * numbers.index(int(key))
        return short[at : at + 16] == digest.digest()[:16]
    said = json.loads(content)
    if isinstance(said, list):
        return [table, key, digest.hexdigest()] in said
    return digest.hexdigest() in {"pull": [said["row"]], "punch_block": [each[2] for each in said["blocks"]]}[table]


def check_record(files: dict[str, bytes], line: dict[str, Any], note: dict[str, str]) -> None:
    chain, number, where = line["chain"], line["number"], f"{line['chain']}, entry {line['number']}"
    content = line["content"].encode() if "content" in line else base64.b64decode(line["content_base64"])
    entry = plain([chain, number, line["kind"], hashlib.sha256(content).hexdigest()])
    link = hashlib.sha256(bytes.fromhex(line["before"]) + entry).digest()
    head = plain([chain, line["size"], climb(link, number - 1, line["size"], line["path"]).hex()])
    if climb(head, line["place"], int(note["chains"]), line["top"]) != base64.b64decode(note["root"]):
        raise Bad(f"{where} does not stand under the root of the checkpoint")
    for row in line["rows"]:
        if not is_entered(content, row):
            raise Bad(f"{where}: {row['table']} {row['key']} is not as it was entered")
    if "bytes" in line:
        text = plain([["payload", f"#{hashlib.sha256(files[line['bytes']]).hexdigest()}"]])
        if json.loads(content)["bytes"] != hashlib.sha256(text).hexdigest():
            raise Bad(f"{where}: the bytes in {line['bytes']} are not those that were read")


def check_given(own: list[dict[str, str]], given: list[dict[str, str]], signer: str | None) -> None:
    """That checkpoints from elsewhere lead back to that of the bundle: each names the digest of the one before it."""
    every, numbered = {note["digest"]: note for note in own + given}, {note["number"]: note["digest"] for note in own}
    for note in given:
        if note["number"] != "0" and numbered.get(note["number"], note["digest"]) != note["digest"]:
            raise Bad(f"checkpoint {note['number']} is not the one you hold: what was before it was rewritten")
    back, reached = [note["digest"] for note in given], set()
    while back:
        digest = back.pop()
        if digest in every and digest not in reached:
            reached.add(digest)
            back.append(every[digest]["previous"])
    if own[0]["digest"] not in reached:
        raise Bad(f"no given checkpoint leads back to number {own[0]['number']} of the bundle: there is none, they are "
                  "older, some between are missing, or what was before them was rewritten")  # fmt: skip
    if signer is not None and signer not in {every[digest]["key"] for digest in reached}:
        raise Bad("it is signed with a key that no given checkpoint names; give --key as well")


def check(data: bytes, key: str | None = None, checkpoint: str | None = None) -> list[str]:
    """What holds, in sentences. Raises Bad, or any other error for what cannot be read."""
    files = unpack(data)
    manifest = json.loads(files["manifest.json"])
    if manifest["format"] != "attendance-bundle/1":
        raise ValueError(f"it is of another format ({manifest['format']}); take a newer verifier")
    keys = {hashlib.sha256(bytes.fromhex(each)).hexdigest()[:32]: each for each in manifest["keys"]}
    signer, listed = next(iter(keys)), {each["name"]: each["sha256"] for each in manifest["files"]}
    check_signed(keys[signer], files["manifest.sig"], b"attendance bundle 1\0" + files["manifest.json"], "the manifest")
    if key is not None and key.replace(" ", "").lower() != signer:
        raise Bad(f"it is signed with the key {signer}, not with the one you gave")
    for name in sorted({*listed, *files} - {"manifest.json", "manifest.sig"}):
        if name not in files or listed.get(name) != hashlib.sha256(files[name]).hexdigest():
            raise Bad(f"the file {name} " + ("is missing" if name not in files else "was changed or put in"))
    if pack(files) != data:
        raise Bad("the ZIP around the files was changed")
    own = notes(files["evidence/checkpoints.txt"].decode())
    for note in own:
        signature = base64.b64decode(note["signature"])[4:]
        check_signed(keys[note["key"]], signature, note["body"].encode(), f"checkpoint {note['number']}")
    lines = [line for line in files["evidence/chain.ndjson"].decode().split("\n") if line]
    for line in lines:
        check_record(files, json.loads(line), own[0])
    about = f"{manifest['title']} · {manifest['office']} · {manifest['made_at']}"
    said = ["".join(sign if sign.isprintable() else " " for sign in about),
            f"{len(listed)} files are as they were signed; {len(lines)} records stand under checkpoint "
            f"{own[0]['number']} of {own[0]['time']}."]  # fmt: skip
    if checkpoint is not None:
        check_given(own, notes(checkpoint), signer if key is None else None)
        return [*said, "That checkpoint is the one you hold, or stands before it."]
    return said if key else [*said, f"Signed with the key {signer}: compare it with the one the office makes known."]


def main() -> int:
    parser = argparse.ArgumentParser(description="Check a bundle of attendance records.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--key", help="the fingerprint of the office's key, as it makes it known")
    parser.add_argument("--checkpoint", type=Path, help="a text with checkpoints that you got elsewhere")
    asked = parser.parse_args()
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    try:
        given = asked.checkpoint.read_text(encoding="utf-8") if asked.checkpoint else None
        print("\n".join(check(asked.bundle.read_bytes(), asked.key, given)))
    except Bad as bad:
        print(f"DOES NOT HOLD: {bad}.")
        return 1
    except Exception as error:
        print(f"COULD NOT BE READ: {error!r}")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
