"""PDF by Typst: a template and texts in, the bytes of a PDF/A out; the same texts give the same bytes on any machine.

Fonts are those inside the library, which have every Vietnamese letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import orjson

Standard = Literal["a-2b", "a-3b"]
NOT_PRINTED = "□"
"""Stands for signs that no font has, such as the pictures of a phone: PDF/A refuses a paper with a sign missing."""
_PRINTED = (
    (0x09, 0x0A), (0x20, 0x7E), (0xA0, 0x4FF), (0x1E00, 0x1EFF), (0x2010, 0x2027), (0x2030, 0x203A), (0x2070, 0x209F),
    (0x20A0, 0x20C0), (0x2116, 0x2116), (0x2122, 0x2122), (0x2190, 0x22FF), (0x25A0, 0x25FF), (0x2713, 0x2713),
)  # fmt: skip


def pdf(
    template: bytes,
    texts: Mapping[str, str],
    *,
    standard: Standard = "a-2b",
    at: datetime | None = None,
    tagged: bool = True,
) -> bytes:
    """The paper a template makes of texts, which it reads from `sys.inputs`.

    `standard`: a-3b may hold the data it was drawn from. `at`: the instant the file says it was made at (None: what the
    template says). `tagged`: with the structure that screen readers follow; without it, a sheet of very many cells is a
    tenth of the size.
    """
    import typst  # 40 MB that only who prints needs

    second = at.replace(microsecond=0) if at is not None else None
    found = typst.compile(
        template, format="pdf", pdf_standards=standard, ignore_system_fonts=True, timestamp=second, pdf_tags=tagged,
        sys_inputs=dict(texts),
    )  # fmt: skip
    assert isinstance(found, bytes)
    return found


def as_text(values: Mapping[str, Any]) -> str:
    """JSON for a template, with `NOT_PRINTED` for each run of signs that cannot be printed; keys stay as they are."""
    return orjson.dumps(_printable(values)).decode()


@cache
def printed() -> str:
    """Every sign that can be printed."""
    signs = (chr(number) for first, last in _PRINTED for number in range(first, last + 1))
    return "".join(sign for sign in signs if unicodedata.category(sign) != "Cn")


def _printable(value: Any) -> Any:
    match value:
        case str():
            return value if value.isascii() and value.isprintable() else _odd().sub(NOT_PRINTED, value)
        case Mapping():
            return {name: _printable(each) for name, each in value.items()}
        case list() | tuple():
            return [_printable(each) for each in value]
    return value


@cache
def _odd() -> re.Pattern[str]:
    return re.compile(f"[^{re.escape(printed())}]+")


@cache
def own_template(name: str) -> bytes:
    """A template of this room."""
    return files("reports").joinpath("templates", f"{name}.typ").read_bytes()
