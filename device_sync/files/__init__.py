"""USB exports of terminals (`*_attlog.dat`, `AGL_001.TXT`, CSV), read into the same `Records` as a pull."""

from device_sync.files.export import MAX_BYTES, REFUSALS, Export, NotAnExport, read_export
from device_sync.files.rows import REASONS

__all__ = ["MAX_BYTES", "REASONS", "REFUSALS", "Export", "NotAnExport", "read_export"]
