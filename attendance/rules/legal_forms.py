"""Forms of discipline that the law knows: never proposed, never a label, whatever an office calls its thresholds.

They have a procedure of their own, with a council and a decision; a count of occurrences is no step of it.
"""

from __future__ import annotations

import re

from attendance.errors import Invalid
from attendance.letters import without_marks

LEGAL_FORMS = (
    "khiển trách", "cảnh cáo", "hạ bậc lương", "giáng chức", "cách chức", "bãi nhiệm", "buộc thôi việc", "sa thải",
    "reprimand", "demotion", "dismissal", "removal from office",
)  # fmt: skip
_PLAIN = tuple((without_marks(form), form) for form in LEGAL_FORMS)


def legal_form_in(text: str) -> str | None:
    """The legal form of discipline that a text names, however it is typed; None: it names none."""
    words = f" {' '.join(re.findall(r'[a-z0-9]+', without_marks(text)))} "
    return next((form for plain, form in _PLAIN if f" {plain} " in words), None)


def refuse_legal_form(what: str, text: str) -> None:
    """Raises Invalid where a text names one. `what`: as a sentence begins with it."""
    form = legal_form_in(text)
    if form is not None:
        raise Invalid(
            f"{what} names “{form}”, a legal form of discipline, which this program never proposes: it has a procedure "
            "of its own. Write what is proposed instead, such as a reminder or a review."
        )
