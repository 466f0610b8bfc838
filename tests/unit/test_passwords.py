"""Passwords that are tried first are refused; those that people can remember are not."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from attendance.services.passwords import PasswordRefused, Passwords, is_common, one_time_password

NAMES = ["hoang.lan", "UBND xã Tân Mai"]


@pytest.mark.parametrize(
    "password",
    [
        "matkhau123", "Matkhau@2026", "mật khẩu mật khẩu", "password123456", "P@ssw0rd2025!", "Admin@123456",
        "1234567890", "0987654321", "qwertyuiop", "aaaaaaaaaaaa", "abcdefghij", "Nguyen@1985", "hoanglan2026",
        "LAN12031985", "Tân Mai 2026!", "ubnd xa tan mai", "Quantri@123", "chamcong2026", "vietnam1975",
    ],
)  # fmt: skip
def test_what_is_guessed_first_is_refused(password: str) -> None:
    assert is_common(password, NAMES)
    with pytest.raises(PasswordRefused) as refused:
        Passwords(Argon2Hasher(1, 8, 1)).hash_new(password, names=NAMES)
    assert refused.value.reason == "common"


@pytest.mark.parametrize(
    "password",
    [
        "mưa rơi trên mái ngói", "một câu rất dài", "sân đình có cây đa", "Ngày mai trời nắng", "7fk2-9dmx-3",
        "correct horse battery staple", "một câu dài làm mật khẩu", "lan thích ăn phở bò tái",
    ],
)  # fmt: skip
def test_a_sentence_of_ones_own_is_taken(password: str) -> None:
    assert not is_common(password, NAMES)


def test_one_time_passwords_are_never_twice_the_same_and_never_common() -> None:
    made = {one_time_password() for _ in range(200)}
    assert len(made) == 200
    assert not any(is_common(password, NAMES) for password in made)
    assert all(len(password) == 19 for password in made)


def test_the_longest_password_is_judged_at_once() -> None:
    assert not is_common("một câu rất dài, " * 15, NAMES)


def test_in_service_a_hash_costs_what_the_standard_asks() -> None:
    """RFC 9106, the second recommended option (3 passes over 64 MiB), in a process of its own: tests hash lightly."""
    made = [sys.executable, "-c", "from attendance.services.passwords import Passwords; print(Passwords().nobody)"]
    found = subprocess.run(made, check=True, capture_output=True, text=True).stdout
    assert found.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
