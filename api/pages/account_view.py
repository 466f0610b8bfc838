"""What the pages of signing in and of one's own account show, as frozen values. `problem` is the key of a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

PROBLEMS = (
    *("sign_in.locked", "sign_in.code_wrong", "sign_in.code_unreadable"),
    *("setup.wrong", "setup.name", "token.incomplete", "token.no_scope"),
    *("password.differ", "password.old_wrong", "password.short", "password.common", "password.same"),
)


@dataclass(frozen=True, slots=True)
class CodePage:
    """The second step of signing in. `problem`: code_wrong, locked, code_unreadable."""

    next: str
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class SetupPage:
    code: str = ""
    username: str = ""
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class PasswordPage:
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class SecondFactorPage:
    """`text` and `qr` are set while it waits for its first code, `codes` once it is on. `forced`: nothing else can be
    done before."""

    forced: bool = False
    text: str = ""
    qr: Markup | str = ""
    codes: tuple[str, ...] = ()
    next: str = "/account"
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class SessionRow:
    """Times are those of the office. `seen` None: not known, as of tokens."""

    id: int
    kind: str
    browser: str
    address: str
    since: datetime
    seen: datetime | None
    is_this: bool


@dataclass(frozen=True, slots=True)
class TokenRow:
    """`until` is the last day it is good on; `seen` None: it was never used."""

    id: int
    name: str
    scopes: tuple[str, ...]
    read_only: bool
    until: datetime
    seen: datetime | None


@dataclass(frozen=True, slots=True)
class TokenGiven:
    """What somebody filled into the form of a new token; `problem` is said beside it."""

    name: str = ""
    scopes: tuple[str, ...] = ()
    read_only: bool = True
    days: int = 30
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class AccountPage:
    """`scopes`: what a token of this person can be made for; `made`: a token made a moment ago, shown this once."""

    second_factor: bool
    codes_left: int
    sessions: tuple[SessionRow, ...]
    tokens: tuple[TokenRow, ...]
    scopes: tuple[str, ...]
    made: str = ""
    done: str | None = None
    problem: str | None = None
    given: TokenGiven = TokenGiven()
