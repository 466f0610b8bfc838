"""PDF by Typst: a template of this room and values in, the bytes of a PDF/A out; the same values give the same bytes.

Fonts are those inside the library, which have every Vietnamese letter, so a paper looks alike on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

STANDARD = "a-2b"


def pdf(template: str, values: Mapping[str, Any], *, at: datetime, tagged: bool = True) -> bytes:
    """The paper `templates/<template>.typ` makes of values, which it reads as JSON from `sys.inputs.values`.

    `at`: the instant the file says it was made at. `tagged`: with the structure that screen readers follow; without
    it, a sheet of very many cells is a tenth of the size.
    """
    import typst  # 40 MB that only who prints needs

    found = typst.compile(
        _template(template), format="pdf", pdf_standards=STANDARD, ignore_system_fonts=True, timestamp=at,
        pdf_tags=tagged, sys_inputs={"values": orjson.dumps(values).decode()},
    )  # fmt: skip
    assert isinstance(found, bytes)
    return found


@cache
def _template(name: str) -> bytes:
    return files("reports").joinpath("templates", f"{name}.typ").read_bytes()
