"""Rules of several files beside each other: what the nation decides alone, no narrower file may decide otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from attendance.reading import Refusal
from attendance.rules.scoped import RuleVersion
from attendance.rules.validity import meet
from attendance.rules.written import RuleFile


def refuse_across(files: Sequence[RuleFile]) -> list[tuple[str, Refusal]]:
    """The versions of narrower files that a nation's file does not allow, each with the name of its file.

    Which unit lies in which province is not known to files, so only the nation's are weighed here; adopting a file
    weighs the whole tree.
    """
    nation = [(file, written) for file in files if file.scope.kind == "nation" for written in file.rules]
    found: list[tuple[str, Refusal]] = []
    for file in files:
        if file.scope.kind == "nation":
            continue
        for written in file.rules:
            for wide, decided in nation:
                if _bars(decided.value, written.value):
                    sentence = (
                        f"{written.value.rule} is decided by {wide.source}, {decided.path}, which does not allow a "
                        f"{file.scope.kind} to decide otherwise; take this version out, or allow it there"
                    )
                    found.append((file.source, Refusal(written.path, "scope_not_allowed", sentence)))
                    break
    return found


def _bars(wide: RuleVersion, narrow: RuleVersion) -> bool:
    dates = meet((wide.from_on, wide.to_on), (narrow.from_on, narrow.to_on))
    return wide.rule == narrow.rule and dates and narrow.scope.kind not in wide.allows
