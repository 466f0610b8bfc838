"""What a password must be, and what is stored of it.

A password is compared and stored as NFC: the same letters typed on another keyboard are the same password. No signs
are asked for and none expires; what is refused are those that are tried first.
"""

from __future__ import annotations

import re
import secrets
import threading
import unicodedata
from collections.abc import Iterable, Set
from typing import Literal

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from attendance.errors import Invalid
from attendance.letters import without_marks

MIN_PASSWORD, MAX_PASSWORD = 10, 256
HASHES_AT_ONCE = 4  # each takes 64 MiB
Reason = Literal["short", "common", "same"]

# What the first thousand guesses are made of, here and elsewhere, without marks; see `is_common`.
_FIRST_GUESSES = """
    password passwort passw0rd pass word pwd admin administrator root user guest login welcome letmein secret default
    changeme master monkey dragon sunshine princess football baseball superman batman trustno iloveyou love hello shadow
    michael jordan qwerty qwertyuiop qwer asdf asdfgh asdfghjkl zxcv zxcvbn zxcvbnm qaz wsx edc rfv abc abcd abcde
    test demo sample temp computer internet server system manager office windows google facebook zalo samsung iphone
    matkhau mat khau quantri quantrivien taikhoan nguoidung dangnhap macdinh doimatkhau khongbiet bimat chamcong
    giolamviec attendance vietnam hanoi saigon tphcm hochiminh danang haiphong cantho hue congchuc vienchuc canbo
    vanphong vanthu tochuc noivu ubnd uyban uybannhandan hdnd nhandan phuong quan huyen tinh thanhpho xa
    thanhtra giamdoc chutich truongphong lanhdao kythuat tinhoc maytinh baomat anhyeuem emyeuanh yeuem anhyeu yeu iu
    gia dinh giadinh baba mama bome concuc congchua nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong
    khongco khong mot hai ba bon nam sau bay tam chin muoi zkteco
"""
COMMON = frozenset(_FIRST_GUESSES.split())
_LOOK_ALIKES = str.maketrans("013457", "oieast")
_ROWS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qazwsxedcrfvtgb")
_YEAR_OR_DATE = re.compile(r"(19|20)\d\d|(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])(19|20)?\d\d")
_MOST_STRANGE = 3  # so many signs between known pieces are no secret
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"  # none is taken for another on paper


class PasswordRefused(Invalid):
    """`reason`: short (or too long), common, same (as the one before)."""

    code = "password_refused"

    def __init__(self, reason: Reason) -> None:
        super().__init__(
            {
                "short": f"A password has {MIN_PASSWORD} to {MAX_PASSWORD} characters; a short sentence is a good one.",
                "common": "This password is among the first that are guessed: it is made of common words, names, years "
                "or rows of keys. Choose a short sentence of your own.",
                "same": "The new password is the one before; choose another.",
            }[reason]
        )
        self.reason = reason


class Passwords:
    """Argon2id, at most `HASHES_AT_ONCE` at a time. Safe to share between threads."""

    def __init__(self, hasher: Argon2Hasher | None = None) -> None:
        self._hash = PasswordHash((hasher or Argon2Hasher(),))
        self._turns = threading.BoundedSemaphore(HASHES_AT_ONCE)
        # Names that nobody has are checked against this, so that they take as long as those somebody has.
        self.nobody = self._hash.hash(secrets.token_urlsafe(16))

    def hash_new(self, password: str, *, names: Iterable[str] = ()) -> str:
        """What is stored of a new password. Raises PasswordRefused; `names` of account and office are not one."""
        if len(password) > MAX_PASSWORD or len(unicodedata.normalize("NFC", password)) < MIN_PASSWORD:
            raise PasswordRefused("short")
        if is_common(password, names):
            raise PasswordRefused("common")
        with self._turns:
            return self._hash.hash(_composed(password))

    def verify(self, password: str, stored: str) -> tuple[bool, str | None]:
        """Whether it is the password, and what is to be stored in place of a hash of weaker settings."""
        with self._turns:
            right, renewed = self._hash.verify_and_update(_composed(password[:MAX_PASSWORD]), stored)
        return right and len(password) <= MAX_PASSWORD, renewed


def one_time_password() -> str:
    """A random password to be read out or handed over on paper: four groups of four, 79 bits."""
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(4))


def is_common(password: str, names: Iterable[str] = ()) -> bool:
    """Whether hardly anything is left of it but common words, names of account and office, years and rows of keys."""
    signs = re.sub(r"[^a-z0-9]", "", without_marks(password).replace("@", "a").replace("$", "s"))
    folded = [without_marks(name) for name in names]
    parts = {part for name in folded for part in re.split(r"[^a-z]+", name) if len(part) > 1}
    known = COMMON | parts | ({re.sub(r"[^a-z]", "", name) for name in folded} - {""})
    longest = max(map(len, known))
    fewest_strange = [0]
    for end in range(1, len(signs) + 1):
        best = fewest_strange[end - 1] + 1
        for start in range(max(0, end - longest), end):
            piece = signs[start:end]
            if fewest_strange[start] < best and _is_known(piece, known):
                best = fewest_strange[start]
        fewest_strange.append(best)
    return fewest_strange[-1] <= _MOST_STRANGE


def _is_known(piece: str, known: Set[str]) -> bool:
    return (
        piece in known
        or piece.translate(_LOOK_ALIKES) in known
        or _YEAR_OR_DATE.fullmatch(piece) is not None
        or _is_row(piece)
    )


def _is_row(piece: str) -> bool:
    if len(piece) < 3:
        return False
    return len(set(piece)) == 1 or any(piece in row or piece[::-1] in row for row in _ROWS)


def _composed(password: str) -> bytes:
    """What is hashed; half a sign, which JSON can carry, is bytes like any other."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
