"""Names in two columns: under one merged header, beside a column without one, or as `Họ đệm` and `Tên`."""

from __future__ import annotations

from collections.abc import Sequence

from attendance.sheets.book import Cell
from attendance.sheets.headers import Why
from attendance.sheets.kinds import Kind
from attendance.sheets.layout import Header

Chosen = dict[str, tuple[int, float, Why]]
Rows = Sequence[tuple[Cell, ...]]


def mend_names(
    kind: Kind, header: Header, data: Rows, chosen: Chosen, known: dict[int, str], rivals: dict[str, list[int]]
) -> None:
    """Names in two columns: under one merged header, beside a column without one, or `Họ đệm` and `Tên`."""
    target = "name" if any(column.name == "family_name" for column in kind.parts) else ""
    if not target:
        return
    if target not in chosen and "given_name" in chosen and "family_name" not in chosen:
        at, score, why = chosen["given_name"]
        if _single_words([row[at] for row in data if at < len(row)]):
            return  # half of each name stands elsewhere
        del chosen["given_name"]
        chosen[target] = (at, score * 0.9, why)
    if target in chosen and "given_name" in chosen and "family_name" not in chosen:
        _whole_or_half(chosen, data, known, rivals)
    if target in chosen and "family_name" in chosen and "given_name" not in chosen:
        chosen["given_name"] = chosen.pop(target)
    if target in chosen and {"family_name", "given_name"} <= chosen.keys():
        for part in ("family_name", "given_name"):
            known[chosen.pop(part)[0]] = "name_part"
    if target not in chosen:
        return
    at, score, why = chosen[target]
    beside = at + 1
    used = {column for column, _, _ in chosen.values()} - {at}
    shares = header.shared.get(at) is not None and header.shared.get(beside) == header.shared.get(at)
    bare = beside < len(header.names) and not header.names[beside]
    if beside in used and not shares:
        return
    if (shares or bare) and _single_words([row[beside] for row in data if beside < len(row)]):
        del chosen[target]
        taken_by = next((name for name, (column, _, _) in chosen.items() if column == beside), None)
        if taken_by is not None:
            del chosen[taken_by]
        chosen["family_name"], chosen["given_name"] = (at, score * 0.95, why), (beside, score * 0.95, why)
        for name, columns in list(rivals.items()):
            rivals[name] = [column for column in columns if column != beside]
            if not rivals[name] or name == target:
                del rivals[name]


def _whole_or_half(chosen: Chosen, data: Rows, known: dict[int, str], rivals: dict[str, list[int]]) -> None:
    """`Họ và tên` beside `Tên`: the whole name with its last word again for sorting, or one half in each column."""
    whole, given = chosen["name"][0], chosen["given_name"][0]
    pairs = [(row[whole], row[given]) for row in data if max(whole, given) < len(row)]
    ends = [str(name).split()[-1:] == [str(last)] for name, last in pairs if name is not None and last is not None]
    if all(ends):
        known[given] = "name_part"
        del chosen["given_name"]
    elif not any(ends) and _single_words([last for _, last in pairs]):
        chosen["family_name"] = chosen.pop("name")
    else:
        rivals["name"] = [given]
        del chosen["given_name"]


def _single_words(values: Sequence[Cell]) -> bool:
    filled = [value for value in values if value is not None]
    words = [value for value in filled if isinstance(value, str) and " " not in value.strip() and value.isalpha()]
    return len(words) >= max(1, 0.8 * len(filled)) and len(filled) >= 0.5 * len(values)
