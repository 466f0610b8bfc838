"""The file of a backup: a ZIP of zstd members and a manifest with the digest of each, whole or not there at all.

Members are stored, not compressed a second time: `unzip` and `zstd` open it without this program. The manifest is
written last and read first.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import orjson
import zstandard

from attendance.errors import AttendanceError, Invalid, StoreUnavailable

FORMAT, FORMAT_VERSION = "attendance-backup", 1
MANIFEST = "manifest.json"
LEVEL = 3
_PIECE = 1 << 20
_MOST_MANIFEST = 8 << 20


class BackupRefused(AttendanceError):
    """A file that is no backup, is damaged, or does not fit here. Nothing was changed."""

    code = "backup_refused"


class DiskFull(StoreUnavailable):
    code = "disk_full"


class CannotWrite(StoreUnavailable):
    code = "cannot_write"


@dataclass(frozen=True, slots=True)
class Written:
    """A backup that was written and read back. `size` in bytes, `digest` the SHA-256 of the file."""

    path: Path
    size: int
    digest: str
    manifest: dict[str, Any]


@dataclass
class Writer:
    """Takes members one after the other; `manifest` is written when the block of `writing` ends."""

    _zip: zipfile.ZipFile
    manifest: dict[str, Any] = field(default_factory=dict)
    members: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, name: str, pieces: Iterable[bytes]) -> str:
        """A member of these bytes; answers their SHA-256."""
        digest, size = hashlib.sha256(), 0
        compressing = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compressobj()
        with self._zip.open(zipfile.ZipInfo(f"{name}.zst"), "w", force_zip64=True) as member:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                member.write(compressing.compress(piece))
            member.write(compressing.flush())
        self.members[name] = {"size": size, "sha256": digest.hexdigest()}
        return digest.hexdigest()


@contextmanager
def writing(path: Path, *, overwrite: bool = False) -> Iterator[Writer]:
    """A file that stands at `path` when the block ends, complete, on the disk and read back; else nothing does.

    Readable by its owner alone. Raises Invalid where there is a file already, StoreUnavailable where the disk does not
    take it.
    """
    if path.exists() and not overwrite:
        raise Invalid(f"There is a file {path} already; name another, or say --overwrite.")
    draft = path.with_name(f".{path.name}.partial")
    with in_words(path):
        handle = os.open(draft, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+b") as file:
        alone(file, path)
        try:
            with in_words(path):
                file.truncate(0)
                with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                    writer = Writer(archive)
                    yield writer
                    content = {"format": FORMAT, "format_version": FORMAT_VERSION} | writer.manifest
                    content["members"] = writer.members
                    archive.writestr(MANIFEST, orjson.dumps(content, option=orjson.OPT_INDENT_2))
                file.flush()
                os.fsync(file.fileno())
                with suppress(OSError):  # so that reading back asks the disk, not the memory
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                with reading(draft) as written:
                    written.check()
                put(draft, path, overwrite=overwrite)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise


def alone(file: IO[bytes], path: Path) -> None:
    """What a killed run left is taken over; raises Invalid where one is still at it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Invalid(f"Another backup to {path} is under way; wait for it, or name another file.") from None
    except OSError:  # a network folder without locks
        return


def put(draft: Path, path: Path, *, overwrite: bool = False) -> None:
    """Give a finished file its name. Raises Invalid where another has it by now and may not give way."""
    if overwrite:
        draft.replace(path)
    else:
        try:
            path.hardlink_to(draft)  # unlike a renaming, it never takes the place of a file
            draft.unlink()
        except FileExistsError:
            raise Invalid(f"There is a file {path} by now; name another, or say --overwrite.") from None
        except OSError:  # a memory stick knows no links
            draft.rename(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk too, where its file system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@dataclass
class Archive:
    """A backup that is read. Every member is checked against its digest as it is read."""

    path: Path
    manifest: dict[str, Any]
    _zip: zipfile.ZipFile

    def member(self, name: str) -> Iterator[bytes]:
        """The bytes of a member in pieces. Raises BackupRefused where they are not those that were written."""
        said = self.manifest["members"].get(name)
        if said is None:
            raise _damaged(self.path, f"{name} is missing in it")
        digest, left = hashlib.sha256(), int(said["size"])
        try:
            with self._zip.open(f"{name}.zst") as stored:
                for piece in zstandard.ZstdDecompressor().read_to_iter(stored, read_size=_PIECE, write_size=_PIECE):
                    left -= len(piece)
                    if left < 0:
                        break
                    digest.update(piece)
                    yield piece
        except (zipfile.BadZipFile, zstandard.ZstdError, KeyError, EOFError, ValueError) as error:
            raise _damaged(self.path, f"{name} cannot be read") from error
        if left or digest.hexdigest() != said["sha256"]:
            raise _damaged(self.path, f"{name} is not what was written")

    def check(self) -> None:
        """Read everything once. Raises BackupRefused for whatever does not fit."""
        names = {info.filename for info in self._zip.infolist()}
        if names != {MANIFEST, *(f"{name}.zst" for name in self.manifest["members"])}:
            raise _damaged(self.path, "its parts are not those of its manifest")
        for name in self.manifest["members"]:
            for _ in self.member(name):
                pass

    def digest(self) -> str:
        """The SHA-256 of the file."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def reading(path: Path) -> Iterator[Archive]:
    """A backup. Raises BackupRefused for any other file, Invalid where there is none."""
    if not path.is_file():
        raise Invalid(f"There is no file {path}; name the backup to restore.")
    try:
        opened = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise BackupRefused(
            f"{path.name} is no backup of this program, or its end is missing: nothing was changed. Take another one."
        ) from error
    with opened:
        yield Archive(path, _manifest(path, opened), opened)


def _manifest(path: Path, opened: zipfile.ZipFile) -> dict[str, Any]:
    try:
        if opened.getinfo(MANIFEST).file_size > _MOST_MANIFEST:
            raise ValueError(MANIFEST)
        found = orjson.loads(opened.read(MANIFEST))
        if found["format"] != FORMAT:
            raise ValueError(FORMAT)
        version = int(found["format_version"])
        members = {str(name): (int(said["size"]), str(said["sha256"])) for name, said in found["members"].items()}
    except (KeyError, ValueError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise _damaged(path, "it has no manifest of a backup") from error
    if version > FORMAT_VERSION or not members:
        raise BackupRefused(f"{path.name} was written by a newer version: nothing was changed. Install that version.")
    return dict(found)


def _damaged(path: Path, what: str) -> BackupRefused:
    return BackupRefused(f"{path.name} is damaged ({what}): nothing was changed. Take another backup.")


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """What a disk says while files are written, with what to do. Raises DiskFull, CannotWrite."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise DiskFull(
                f"The disk of {path.parent} is full: nothing was left there. Free some space or name another folder."
            ) from error
        raise CannotWrite(
            f"{path} cannot be written ({error.strerror or error}): nothing was left there. Name another folder, or "
            "correct its rights."
        ) from error
