"""Groups of the catalogue that papers and their page take words from, with every code there is; see test_i18n."""

from __future__ import annotations

from collections.abc import Iterable

from api.reporting.asking import LONGEST
from api.reporting.catalogue import ENDINGS, OTHER, PURPOSES, entries
from attendance.services.report_jobs import PROBLEMS
from attendance.store.report_job_tables import STATES
from reports import papers_asked
from tests.unit.words_of_brief import BRIEF_WORDS
from tests.unit.words_of_dossiers import DOSSIER_WORDS
from tests.unit.words_of_registers import REGISTER_WORDS

_KEYS = [*dict.fromkeys([*(key for _, keys in PURPOSES for key in keys), *(entry.key for entry in entries())])]
REPORT_WORDS: dict[str, Iterable[str]] = {
    **BRIEF_WORDS,
    **DOSSIER_WORDS,
    **REGISTER_WORDS,
    "report": _KEYS,
    "report_for": _KEYS,
    "report_need": tuple(LONGEST),
    "report_state": STATES,
    "report_why": PROBLEMS,
    "report_format": tuple(ENDINGS),
    "report_format_long": tuple(ENDINGS),
    "reports_purpose": (*(name for name, _ in PURPOSES), OTHER),
    "reports_done": papers_asked.DONE,
    "reports_problem": papers_asked.PROBLEMS,
}
