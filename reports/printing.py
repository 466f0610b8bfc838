"""PDF by Typst: a template and texts in, the bytes of a PDF/A out; the same texts give the same bytes on any machine.

Fonts are those inside the library, which have every Vietnamese letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Literal

Standard = Literal["a-2b", "a-3b"]


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

    found = typst.compile(
        template, format="pdf", pdf_standards=standard, ignore_system_fonts=True, timestamp=at, pdf_tags=tagged,
        sys_inputs=dict(texts),
    )  # fmt: skip
    assert isinstance(found, bytes)
    return found


@cache
def own_template(name: str) -> bytes:
    """A template of this room."""
    return files("reports").joinpath("templates", f"{name}.typ").read_bytes()
