"""The files inside a zip, with what they weigh counted while they are unpacked, not as they claim."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from attendance.sheets import limits
from attendance.sheets.book import BookRefused

_ENTITIES = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_COUNTS = re.compile(rb"""[cC]ount\s*=\s*["']\s*\+?(\d+)""")


class Archive:
    """A zip whose contents together stay below `limits.INSIDE_BYTES`. Raises BookRefused for all that is wrong."""

    def __init__(self, data: bytes, file_name: str) -> None:
        self.file_name = file_name
        self._left = limits.INSIDE_BYTES
        self._cache: dict[str, bytes] = {}
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            self._entries = {entry.filename.lstrip("/"): entry for entry in self._zip.infolist()}
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError) as error:
            raise limits.damaged(file_name) from error
        names = [entry.filename.lstrip("/").casefold() for entry in self._zip.infolist()]
        if len(set(names)) < len(names) or any("\\" in name for name in names):
            raise limits.damaged(file_name)  # two readers could take two different files for the same
        if len(self._entries) > limits.FILES_INSIDE:
            raise self._too_much()
        if any(entry.flag_bits & 1 for entry in self._entries.values()):
            raise limits.encrypted(file_name)
        if sum(entry.file_size for entry in self._entries.values()) > limits.INSIDE_BYTES:
            raise self._too_much()

    @property
    def names(self) -> list[str]:
        return list(self._entries)

    def weigh(self) -> None:
        """Unpacks everything once and keeps nothing: a library that unpacks it again cannot be surprised."""
        for name in self._entries:
            self._unpack(name, keep=False)

    def xml(self, name: str) -> bytes:
        """An XML file inside, UTF-8, free of entities. Empty where there is none of that name."""
        if name not in self._entries:
            return b""
        content = self._unpack(name, keep=True)
        if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in content[:64]:
            raise limits.damaged(self.file_name)
        if _ENTITIES.search(content):
            raise limits.external(self.file_name)
        if any(len(count) > 10 or int(count) > len(content) for count in _COUNTS.findall(content)):
            raise limits.damaged(self.file_name)  # a library would set memory aside for as many as it claims
        return content

    def _unpack(self, name: str, *, keep: bool) -> bytes:
        parts, read = [], 0
        try:
            with self._zip.open(self._entries[name]) as file:
                while chunk := file.read(2**20):
                    read += len(chunk)
                    if read > self._left:
                        raise self._too_much()
                    if keep:
                        parts.append(chunk)
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            EOFError,
            ValueError,
            RuntimeError,
            NotImplementedError,
        ) as error:
            raise limits.damaged(self.file_name) from error
        if not keep:
            self._left -= read
        return b"".join(parts)

    def _too_much(self) -> BookRefused:
        return BookRefused(
            "too_much_inside",
            "{file} unpacks to more than {most} MB, which no list of an office does; it is not opened.",
            file=self.file_name, most=limits.INSIDE_BYTES // 2**20,
        )  # fmt: skip
