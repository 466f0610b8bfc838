"""User tables of both sizes, told apart by what stands in them; names in whatever letters; nothing secret kept."""

from __future__ import annotations

import struct
import unicodedata

import pytest

from device_sync.terminal import TerminalUser
from device_sync.zk.users import parse_users, read_name
from tests.unit.test_wire import VECTORS, load_vectors


def user28(uid: int, number: int, name: bytes = b"An", privilege: int = 0) -> bytes:
    return struct.pack("<HB5s8sIxBHI", uid, privilege, b"12345", name[:8], 99, 1, 0, number)


def user72(uid: int, pin: str, name: bytes = b"An", privilege: int = 0) -> bytes:
    return struct.pack("<HB8s24sIBH6s24s", uid, privilege, b"secret12", name[:24], 99, 1, 0, b"", pin.encode())


def table(*rows: bytes) -> bytes:
    body = b"".join(rows)
    return len(body).to_bytes(4, "little") + body


def test_fields_stand_where_the_terminal_put_them() -> None:
    name = "Nguyễn An".encode()
    assert parse_users(table(user72(7, "NV-7", name, 14), user72(8, "8", b"Binh", 1))) == (
        "user72",
        (TerminalUser(7, "NV-7", "Nguyễn An", 14, name, False), TerminalUser(8, "8", "Binh", 0, b"Binh", True)),
    )
    assert parse_users(table(user28(7, 1007, b"Chi", 15), user28(9, 0, b""))) == (
        "user28",
        (TerminalUser(7, "1007", "Chi", 14, b"Chi", True), TerminalUser(9, "9", "", 0, b"", False)),
    )


@pytest.mark.parametrize("counted", [None, 7, 18])
def test_sizes_that_both_divide_are_told_apart_by_content(counted: int | None) -> None:
    """504 bytes are 7 users of 72 or 18 of 28. A counter helps, but does not make users of what are none."""
    small = table(*(user28(n + 1, 1001 + n) for n in range(18)))
    large = table(*(user72(n + 1, str(1001 + n)) for n in range(7)))
    assert len(small) == len(large) == 508
    for each, name, count in ((small, "user28", 18), (large, "user72", 7)):
        found = parse_users(each, counted)
        if counted in (None, count):
            assert found is not None
            assert (found[0], len(found[1])) == (name, count)
        else:
            assert found is None


def test_no_password_and_no_card_is_kept() -> None:
    found = repr(parse_users(table(user72(1, "1001")))) + repr(parse_users(table(user28(1, 1001))))
    assert "secret12" not in found
    assert "12345" not in found
    assert "99" not in found


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x01",
        table(user72(1, "1")) + b"\0",
        table(user72(1, "1"))[:-1],
        table(b"\xff" * 72),
        table(bytes(72)),
        table(b"\x5a" * 28),
        table(user72(1, "")),
    ],
)
def test_what_is_no_user_table_is_none(raw: bytes) -> None:
    assert parse_users(raw) is None


def test_an_empty_table_is_a_table_without_users() -> None:
    assert parse_users(bytes(4)) == ("", ())


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("Nguyễn Văn Ánh".encode(), "Nguyễn Văn Ánh"),
        ("Nguyễn Thị Nguyệt".encode()[:-2], "Nguyễn Thị Nguy"),  # cut in the middle of a letter
        (unicodedata.normalize("NFD", "Bình").encode(), "Bình"),
        ("Nguy\u00ea\u0303n".encode("cp1258"), "Nguyễn"),
        ("王小明".encode("gb18030"), "王小明"),
        ("Éva".encode("latin-1"), "Éva"),
        (b"", ""),
        (b"A\xd2\x01", "AÒ\x01"),
    ],
)
def test_a_name_is_read_in_the_letters_it_is_written_in(raw: bytes, text: str) -> None:
    assert read_name(raw) == text


@pytest.mark.skipif(not VECTORS.exists(), reason="captured packets are not part of this repository")
def test_captured_tables_are_read() -> None:
    """Seven users, whose 504 bytes 28 divides too."""
    block = next(b for n, b in load_vectors() if n == "test_tcp_get_users_small_data" and b[8:10] == b"\xdd\x05")
    found = parse_users(block[16:])
    assert found is not None
    assert found[0] == "user72"
    assert [(user.uid, user.pin) for user in found[1]] == [
        (1, "808"), (2, "821"), (3, "835"), (4, "831"), (5, "832"), (6, "86"), (12, "842"),
    ]  # fmt: skip
    assert found[1][0].privilege == 14
