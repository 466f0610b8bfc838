"""Codes whose words stand in the catalogue of checkpoints."""

from __future__ import annotations

from typing import get_args

from attendance.services.evidence.checkpoints import Occasion

VOCABULARIES = {
    "checkpoint_occasion": get_args(Occasion),
    "checkpoint_way": ("file", "mail", "post", "stamp"),
    "evidence.column": ("number", "when", "size", "code", "sent"),
}
