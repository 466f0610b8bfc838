"""Writes a picture of a page with 256 colours: a third of the bytes, and no difference to be seen in flat colours."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = 256
Bytes = npt.NDArray[np.uint8]


def reduce(path: Path) -> None:
    """Replace a PNG as Chromium writes it (8 bits, RGB or RGBA, not interlaced). Raises ValueError for any other."""
    pixels = read(path.read_bytes())
    height, width, _ = pixels.shape
    found, place, count = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True)
    palette = found[np.argsort(-count, kind="stable")[:COLOURS]]
    far = ((found[:, None, :].astype(int) - palette[None, :, :].astype(int)) ** 2).sum(axis=2)
    indexes = far.argmin(axis=1)[place.reshape(-1)].astype(np.uint8).reshape(height, width)
    lines = np.hstack([np.zeros((height, 1), np.uint8), indexes])
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = [
        (b"IHDR", header),
        (b"PLTE", palette.tobytes()),
        (b"IDAT", zlib.compress(lines.tobytes(), 9)),
        (b"IEND", b""),
    ]
    path.write_bytes(SIGNATURE + b"".join(_part(name, content) for name, content in parts))


def read(png: bytes) -> Bytes:
    """The pixels: height × width × 3."""
    parts = list(_parts(png))
    width, height, bits, kind, _, _, interlaced = struct.unpack(">IIBBBBB", dict(parts)[b"IHDR"])
    if bits != 8 or kind not in (2, 6) or interlaced:
        raise ValueError("not a picture as Chromium writes it")
    depth = 3 if kind == 2 else 4
    raw = np.frombuffer(zlib.decompress(b"".join(data for name, data in parts if name == b"IDAT")), np.uint8)
    lines = raw.reshape(height, 1 + width * depth)
    above, done = np.zeros(width * depth, np.uint8), []
    for line in lines:
        above = _unfiltered(int(line[0]), line[1:], above, depth)
        done.append(above)
    return np.stack(done).reshape(height, width, depth)[:, :, :3]


def _unfiltered(how: int, line: Bytes, above: Bytes, depth: int) -> Bytes:
    if how in (0, 2):
        return line if how == 0 else line + above
    if how == 1:
        return np.add.accumulate(line.reshape(-1, depth), axis=0, dtype=np.uint8).reshape(-1)
    out, up, given = bytearray(len(line)), above.tobytes(), line.tobytes()
    for at, value in enumerate(given):
        left, over = (out[at - depth], up[at - depth]) if at >= depth else (0, 0)
        guess = (left + up[at]) // 2 if how == 3 else _nearest(left, up[at], over)
        out[at] = (value + guess) & 255
    return np.frombuffer(bytes(out), np.uint8)


def _nearest(left: int, up: int, over: int) -> int:
    sums = left + up - over
    return min((abs(sums - left), 0, left), (abs(sums - up), 1, up), (abs(sums - over), 2, over))[2]


def _parts(png: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], len(SIGNATURE)
    while at < len(png):
        size = int.from_bytes(png[at : at + 4])
        found.append((png[at + 4 : at + 8], png[at + 8 : at + 8 + size]))
        at += 12 + size
    return found


def _part(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
