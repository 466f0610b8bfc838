"""Codes of the first set-up, of people, backups and health that the catalogues have words for."""

from __future__ import annotations

from collections.abc import Sequence

from api.pages import setting_up as pages
from attendance.services import health, setting_up
from attendance.services.backups import drilling, making

VOCABULARIES: dict[str, Sequence[str]] = {
    "installation": (*health.REASONS, "lost", "lost_unknown"),
    "installation_next": [reason for reason in health.REASONS if reason not in health.NOTHING_TO_DO],
    "installation_level": health.LEVELS,
    "backup_outcome": making.OUTCOMES,
    "backup_source": making.SOURCES,
    "drill": tuple(f"column.{name}" for name in ("when", "file", "age", "seconds", "days", "outcome")),
    "drill_outcome": drilling.OUTCOMES,
    "restored_state": ("waiting", "read", "gap"),
    "restored_way": ("pull", "push", "file"),
    "kept_apart": tuple(str(number) for number in range(len(making.KEPT_APART))),
    "set_up": [
        *(
            f"{part}.{code}"
            for part, codes in {
                "step": setting_up.STEPS,
                "title": setting_up.STEPS,
                "text": setting_up.STEPS,
                "later": sorted(setting_up.MAY_WAIT),
                "preset": (*pages.PRESETS, "own"),
                "problem": pages.PROBLEMS,
                "left": (*setting_up.STEPS, "second_factor", "accounts", "secret_key", "backups"),
            }.items()
            for code in codes
        ),
        *("morning_from", "morning_to", "afternoon_from", "afternoon_to"),
    ],
    "people": tuple(
        f"column.{name}"
        for name in ("name", "code", "unit", "numbers", "span", "schedule", "document", "terminal", "pin")
    ),
    "upkeep": tuple(f"column.{name}" for name in ("when", "file", "size", "by", "outcome")),
}
