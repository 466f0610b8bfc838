"""PDF by Typst: a template of this room and values in, the bytes of a PDF/A out; the same values give the same bytes.

Fonts are those inside the library, which have every Vietnamese letter, so a paper looks alike on every machine.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

STANDARD = "a-2b"
NOT_PRINTED = "□"
"""Stands for signs that no font has, such as the pictures of a phone: PDF/A refuses a paper with a sign missing."""
_PRINTED = (
    (0x09, 0x0A), (0x20, 0x7E), (0xA0, 0x4FF), (0x1E00, 0x1EFF), (0x2010, 0x2027), (0x2030, 0x203A), (0x2070, 0x209F),
    (0x20A0, 0x20C0), (0x2116, 0x2116), (0x2122, 0x2122), (0x2190, 0x22FF), (0x25A0, 0x25FF), (0x2713, 0x2713),
)  # fmt: skip


def pdf(template: str, values: Mapping[str, Any], *, at: datetime, tagged: bool = True) -> bytes:
    """The paper `templates/<template>.typ` makes of values, which it reads as JSON from `sys.inputs.values`.

    `at`: the instant the file says it was made at. `tagged`: with the structure that screen readers follow; without
    it, a sheet of very many cells is a tenth of the size.
    """
    import typst  # 40 MB that only who prints needs

    found = typst.compile(
        _template(template), format="pdf", pdf_standards=STANDARD, ignore_system_fonts=True, timestamp=at,
        pdf_tags=tagged, sys_inputs={"values": orjson.dumps(printable(values)).decode()},
    )  # fmt: skip
    assert isinstance(found, bytes)
    return found


def printable(value: Any) -> Any:
    """The same JSON value with `NOT_PRINTED` for each run of signs that cannot be printed; keys stay as they are."""
    match value:
        case str():
            return value if value.isascii() and value.isprintable() else _odd().sub(NOT_PRINTED, value)
        case Mapping():
            return {name: printable(each) for name, each in value.items()}
        case list() | tuple():
            return [printable(each) for each in value]
    return value


@cache
def printed() -> str:
    """Every sign that can be printed."""
    signs = (chr(number) for first, last in _PRINTED for number in range(first, last + 1))
    return "".join(sign for sign in signs if unicodedata.category(sign) != "Cn")


@cache
def _odd() -> re.Pattern[str]:
    return re.compile(f"[^{re.escape(printed())}]+")


@cache
def _template(name: str) -> bytes:
    return files("reports").joinpath("templates", f"{name}.typ").read_bytes()
