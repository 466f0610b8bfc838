"""What may be attached to an explanation: a few photographs and documents, each what its bytes say it is."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from attendance.errors import Invalid
from attendance.store import explanation_register
from attendance.store.database import Session
from attendance.store.explanation_register import number_of
from attendance.store.explanation_tables import ExplanationAttachmentRow
from attendance.store.paper_register import NotAsItWas
from attendance.store.paper_tables import ExplanationRow
from attendance.store.trail import Actor

MOST_FILES = 4
MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 30_000
"""Along one side."""
_MIB = 1024 * 1024
_PNG = b"\x89PNG\r\n\x1a\n"
_ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA)\b")
_NAME = re.compile(r"[^\w .()-]", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it was sent; what it calls itself decides nothing."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that may be kept: its bytes up to where the picture or document ends, and what they are."""

    name: str
    media_type: str
    content: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


class FileRefused(Invalid):
    """A file that cannot be attached; `file` names it and `reason` says why, in one word."""

    code = "file_refused"

    def __init__(self, reason: str, file: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason, self.file = reason, file


def check(files: Sequence[Sent]) -> list[Taken]:
    """Each file as it may be kept; the same one sent twice is taken once. Raises FileRefused."""
    taken: dict[str, Taken] = {}
    for sent in files:
        found = _take(sent)
        taken.setdefault(found.digest, found)
    if len(taken) > MOST_FILES:
        raise FileRefused("too_many", "", f"An explanation takes at most {MOST_FILES} files; leave some out.")
    return list(taken.values())


def attach(session: Session, row: ExplanationRow, by: Actor, files: Sequence[Taken], *, at: datetime) -> None:
    """Add files that `check` has taken to an explanation nobody decided on yet. Raises NotAsItWas, FileRefused."""
    if row.status not in ("confirm", "decide"):
        raise NotAsItWas(f"{explanation_register.last_change(row)} Nothing can be added to it any more.")
    there = {
        file["digest"] for file in explanation_register.attachments_of(session, [number_of(row)]).get(row.id or 0, [])
    }
    new = [file for file in files if file.digest not in there]
    if len(there) + len(new) > MOST_FILES:
        raise FileRefused("too_many", "", f"An explanation takes at most {MOST_FILES} files; leave some out.")
    if new:
        rows = [
            ExplanationAttachmentRow(
                explanation_id=number_of(row), employee_id=row.employee_id, on=row.on, digest=file.digest,
                file_name=file.name, media_type=file.media_type, size=len(file.content), content=file.content,
                added_by_id=by.user_id, added_by=by.name, added_at=at,
            )
            for file in new
        ]  # fmt: skip
        explanation_register.attach(session, row, by, rows)


def _take(sent: Sent) -> Taken:
    name = _plain_name(sent.name)
    if not sent.content:
        raise FileRefused("empty", name, f"{name} is empty; choose the file again.")
    if len(sent.content) > MOST_BYTES:
        raise FileRefused(
            "too_large", name, f"{name} has more than {MOST_BYTES // _MIB} MiB; send a smaller photograph or scan."
        )
    for media_type, begins, ends in (
        ("image/jpeg", b"\xff\xd8\xff", _jpeg_end),
        ("image/png", _PNG, _png_end),
        ("application/pdf", b"%PDF-", _pdf_end),
    ):
        if sent.content.startswith(begins):
            end = ends(sent.content)
            if end is None:
                raise FileRefused("damaged", name, f"{name} is damaged or not complete; take or scan it again.")
            if media_type == "application/pdf" and _ACTIVE.search(_outside_streams(sent.content)):
                raise FileRefused("active", name, f"{name} holds a program or other files; print it to PDF again.")
            return Taken(name, media_type, sent.content[:end])
    raise FileRefused("kind", name, f"{name} is no JPEG or PNG picture and no PDF; photograph or scan the paper.")


def _plain_name(name: str) -> str:
    """The last part of a name, of letters and digits that no header or page takes for something else."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return _NAME.sub("_", last).strip(" .")[:80] or "file"


def _jpeg_end(data: bytes) -> int | None:
    """Where the picture ends, if it has a frame of a possible size; phones put other things behind it."""
    at, framed = 2, False
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xD9:
            return at + 2 if framed else None
        if marker == 0xFF or marker == 0x01 or 0xD0 <= marker <= 0xD7:
            at += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4])
        if length < 2:
            return None
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            high, wide = int.from_bytes(data[at + 5 : at + 7]), int.from_bytes(data[at + 7 : at + 9])
            framed = 0 < high <= MOST_PIXELS and 0 < wide <= MOST_PIXELS
            if not framed:
                return None
        at += 2 + length
        if marker == 0xDA:
            at = _scan_end(data, at)
    return len(data) if framed and data[at : at + 2] == b"\xff\xd9" else None


def _scan_end(data: bytes, at: int) -> int:
    """The next marker behind compressed data, in which 0xFF is followed by 0 or by a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            return len(data)
        if data[at + 1] and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 2


def _png_end(data: bytes) -> int | None:
    """Where the picture ends, if each of its parts is whole and it has a possible size."""
    at = len(_PNG)
    first = True
    while at + 12 <= len(data):
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(data) or zlib.crc32(data[at + 4 : end - 4]) != int.from_bytes(data[end - 4 : end]):
            return None
        if first:
            wide, high = int.from_bytes(data[at + 8 : at + 12]), int.from_bytes(data[at + 12 : at + 16])
            if kind != b"IHDR" or not (0 < wide <= MOST_PIXELS and 0 < high <= MOST_PIXELS):
                return None
        if kind == b"IEND":
            return end
        at, first = end, False
    return None


def _outside_streams(data: bytes) -> bytes:
    """A document without the pictures and texts in it, whose compressed bytes may spell any short word by chance."""
    at, parts = 0, []
    while (begin := data.find(b"stream", at)) >= 0 and (end := data.find(b"endstream", begin)) >= 0:
        parts.append(data[at:begin])
        at = end + len(b"endstream")
    return b"\n".join((*parts, data[at:]))


def _pdf_end(data: bytes) -> int | None:
    place = data.rfind(b"%%EOF")
    return place + 5 if place >= 0 and len(data) - place <= 1024 + 5 else None
