"""The only importer of pyzk: our framing under it, our decoding above it."""

from device_sync.zk.address import PRIVATE_NETWORKS, AddressRefused, parse_address
from device_sync.zk.client import ZkTerminal
from device_sync.zk.failures import OUTCOMES
from device_sync.zk.records import decode, decode_tail
from device_sync.zk.transport import Deadline, Limits

__all__ = [
    "OUTCOMES",
    "PRIVATE_NETWORKS",
    "AddressRefused",
    "Deadline",
    "Limits",
    "ZkTerminal",
    "decode",
    "decode_tail",
    "parse_address",
]
