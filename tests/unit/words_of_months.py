"""Groups of words of the month's pages, and of conduct and index which rest on months, with keys made from codes."""

from __future__ import annotations

from attendance.engine import timesheet as sheet_marks
from attendance.services.timesheet import kept, obstacles
from reports import months, timesheet
from tests.unit.words_of_conduct import WORDS as CONDUCT
from tests.unit.words_of_overtime import OVERTIME_WORDS

WORDS = {
    "sheet": ("name", "code", "bottom", "print_title", "open_state", "locked_state"),
    "sheet_total": timesheet.COUNTS,
    "sheet_total_long": timesheet.COUNTS,
    "sheet_mark": sheet_marks.MARKS,
    "sign_part": kept.PARTS,
    "sheet_weekday": tuple("1234567"),
    "obstacle": obstacles.OBSTACLES,
    "obstacle_how": obstacles.OBSTACLES,
    "close_problem": months.PROBLEMS,
    "close_done": months.DONE,
    **CONDUCT,
    **OVERTIME_WORDS,
}
