"""A checkpoint as text: a signed note as C2SP describes it, which people mail, print and paste.

    ORIGIN                      the office
    SIZE                        entries of all chains
    ROOT                        base64
    number 12
    time 2026-11-28T17:00:00Z
    chains 5
    trail 812:7c1e…             number and link of the newest entry of the trail
    key 3f0c…                   fingerprint of the key that signs it
    previous 9a41…              SHA-256 of the signed part of the one before it; of the first: of nothing

    — KEY SIGNATURE             base64 of four bytes that name the key, and the Ed25519 signature over all before it

The root is that of the tree over [chain, size, root of its tree] of each chain by name, and a chain's tree is that over
its links (RFC 9162).
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import orjson

from attendance.errors import Invalid
from attendance.services.signing_key import SigningKey, is_signed_note
from attendance.store import merkle
from attendance.store.merkle import Peaks

FIRST = hashlib.sha256(b"").hexdigest()
"""What the first checkpoint names as the one before it."""
OF_THE_MOMENT = 0
"""The number of one that is not kept: a bundle stands under it where no kept one covers its records."""
_NOTE = re.compile(
    r"^([^\n]+)\n(\d{1,18})\n([A-Za-z0-9+/]{43}=)\nnumber (\d{1,9})\ntime (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\n"
    r"chains (\d{1,9})\ntrail (\d{1,18}):([0-9a-f]{64})\nkey ([0-9a-f]{32})\nprevious ([0-9a-f]{64})\n"
    r"\n\u2014 ([0-9a-f]{32}) ([A-Za-z0-9+/]{91}=)$",
    re.MULTILINE,  # from the beginning of a line alone: else a long line takes the square of its length
)
_HEAD = re.compile(r"^\+ (\S{1,32}) (\d{1,18}) ((?:[0-9a-f]{64})+)$", re.MULTILINE)
_CODE = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_SIGNS, _GROUP = 20, 4


@dataclass(frozen=True, slots=True)
class Note:
    """One checkpoint. `signature` is empty before it is signed."""

    origin: str
    size: int
    root: bytes
    number: int
    at: datetime
    chains: int
    trail: tuple[int, str]
    key: str
    previous: str
    signature: bytes = b""

    @property
    def body(self) -> str:
        return (
            f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\nnumber {self.number}\n"
            f"time {self.at:%Y-%m-%dT%H:%M:%SZ}\nchains {self.chains}\n"
            f"trail {self.trail[0]}:{self.trail[1]}\nkey {self.key}\nprevious {self.previous}\n"
        )

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.body.encode()).hexdigest()

    @property
    def code(self) -> str:
        return code_of(self.digest)

    def text(self, public: bytes) -> str:
        """The whole note, signed."""
        return f"{self.body}\n\u2014 {self.key} {base64.b64encode(_hint(self.key, public) + self.signature).decode()}\n"


def code_of(digest: str) -> str:
    """A digest as people read it out: 20 signs in five groups, 100 bits."""
    bits = int(digest, 16) >> (256 - 5 * _CODE_SIGNS)
    signs = "".join(_CODE[bits >> 5 * at & 31] for at in reversed(range(_CODE_SIGNS)))
    return "-".join(signs[at : at + _GROUP] for at in range(0, _CODE_SIGNS, _GROUP))


def digest_begins(code: str) -> str | None:
    """How the digest of a code begins (hex); None: it is no code. O, I and L are read as the digits they look like."""
    signs = "".join(code.split()).replace("-", "").upper().translate(str.maketrans("OIL", "011"))
    if len(signs) != _CODE_SIGNS or set(signs) - set(_CODE):
        return None
    bits = sum(_CODE.index(sign) << 5 * at for at, sign in enumerate(reversed(signs)))
    return f"{bits:0{5 * _CODE_SIGNS // 4}x}"


def root_of(heads: Mapping[str, Peaks]) -> bytes:
    return merkle.root(members(heads))


def members(heads: Mapping[str, Peaks]) -> list[bytes]:
    """What the tree over all chains is made of, in its order."""
    return [orjson.dumps([chain, peaks.size, peaks.root().hex()]) for chain, peaks in sorted(heads.items())]


def signed(
    key: SigningKey,
    heads: Mapping[str, Peaks],
    *,
    origin: str,
    number: int,
    at: datetime,
    trail: tuple[int, str],
    previous: str,
) -> Note:
    """The checkpoint over these trees, in whole seconds of UTC."""
    origin = " ".join(origin.split()) or "attendance"
    size = sum(peaks.size for peaks in heads.values())
    moment = at.astimezone(UTC).replace(microsecond=0)
    note = Note(origin, size, root_of(heads), number, moment, len(heads), trail, key.name, previous)
    return replace(note, signature=key.sign_note(note.body))


def is_by(note: Note, public: bytes) -> bool:
    """Whether this key signed it."""
    return is_signed_note(public, note.body, note.signature)


def with_heads(text: str, heads: Mapping[str, Peaks]) -> str:
    """A signed note and, below it, what its root is made of: with it a later check names the chain that differs."""
    return text + "".join(
        f"+ {chain} {peaks.size} {b''.join(peaks.roots).hex()}\n" for chain, peaks in sorted(heads.items())
    )


@dataclass(frozen=True, slots=True)
class Given:
    """A checkpoint as somebody brings it, and what its root is made of, if that was brought too."""

    note: Note
    heads: Mapping[str, Peaks] | None


def read(text: str) -> list[Given]:
    """Every checkpoint in a text, such as a mail or the file they are appended to. Raises Invalid for one without."""
    text = text.lstrip("\ufeff").replace("\r\n", "\n")
    places = list(_NOTE.finditer(text))
    found = []
    for at, place in enumerate(places):
        until = places[at + 1].start() if at + 1 < len(places) else len(text)
        note = _note(place)
        if note is not None:
            found.append(Given(note, _heads(note, text[place.end() : until])))
    if not found:
        raise Invalid("There is no checkpoint in this text; give it as it was made known, from its first line to the "
                      "signature.")  # fmt: skip
    return found


def _note(found: re.Match[str]) -> Note | None:
    origin, size, root, number, time, chains, entries, link, key, previous, _, signature = found.groups()
    try:
        at = datetime.strptime(time, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    return Note(
        origin, int(size), base64.b64decode(root), int(number), at, int(chains), (int(entries), link), key, previous,
        base64.b64decode(signature)[4:],
    )  # fmt: skip


def _heads(note: Note, below: str) -> Mapping[str, Peaks] | None:
    """What stands below a note, where its root is made of that."""
    found = {}
    for chain, size, roots in _HEAD.findall(below):
        raw = bytes.fromhex(roots)
        found[chain] = Peaks(int(size), [raw[at : at + merkle.BYTES] for at in range(0, len(raw), merkle.BYTES)])
    is_whole = found and all(len(peaks.roots) == peaks.size.bit_count() > 0 for peaks in found.values())
    return found if is_whole and root_of(found) == note.root else None


def _hint(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n\1" + public).digest()[:4]
