"""Which column is what: names weighed against what stands below them, each target taken once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from attendance.sheets import dates, plain, times
from attendance.sheets.book import Cell
from attendance.sheets.choices import Choice
from attendance.sheets.headers import Why, fold, likeness
from attendance.sheets.kinds import Column, Kind
from attendance.sheets.layout import Header
from attendance.sheets.problems import Problem

LEAST = 0.55
_LOOSE = dates.Sense(order="dmy", year=2024, month=1)


@dataclass(slots=True)
class Fit:
    """Columns (0-based) by target with score and reason; `known`: understood and left out; `rivals`: as good ones."""

    chosen: dict[str, tuple[int, float, Why]] = field(default_factory=dict)
    known: dict[int, str] = field(default_factory=dict)
    rivals: dict[str, list[int]] = field(default_factory=dict)

    def missing(self, kind: Kind) -> tuple[str, ...]:
        """Required columns that neither stand in the sheet nor can be put together from parts of it."""
        return tuple(name for name in kind.required if not self._has(kind, name))

    def _has(self, kind: Kind, name: str) -> bool:
        has = self.chosen.keys()
        if name in has:
            return True
        if name == "name":
            return {"family_name", "given_name"} <= has
        if name == "employee":
            return "employee_name" in has
        if name == "kind":
            return kind.name == "absences" and "code" in has
        if name == "from":
            return "date" in has and (kind.name == "absences" or bool(has & {"start_time", "hours"}))
        if name == "to":
            return "date" in has and bool(has & {"end_time", "hours"})
        return name in ("start", "end") and "hours" in has

    def score(self, kind: Kind) -> float:
        """Better is higher: first that nothing is missing, then how much was found and how surely."""
        found = sum(score for _, score, _ in self.chosen.values())
        return 10.0 * (len(kind.required) - len(self.missing(kind))) + found + 0.2 * len(self.known)


def fit(
    kind: Kind, header: Header, data: Sequence[tuple[Cell, ...]], remembered: Mapping[str, str], names: Sequence[str]
) -> Fit:
    """The best mapping of a header. `data`: the first rows below; `names`: the header's names, already converted."""
    found = Fit()
    offers: list[tuple[float, int, int, str, Why]] = []
    targets = {column.name: column for column in (*kind.columns, *kind.parts)}
    for at, name in enumerate(names):
        if not name:
            continue
        choice = remembered.get(fold(name))
        if choice is not None and (not choice or choice in targets):
            if choice:
                offers.append((2.0, 0, at, choice, "remembered"))
            else:
                found.known[at] = "left_out"
            continue
        values = [row[at] for row in data if at < len(row) and row[at] is not None]
        alike = likeness(kind.name, name)
        known = next(((target[1:], score) for target, score, _ in alike if target.startswith("!")), ("", 0.0))
        wanted = [
            (target, score * _content(targets[target], values), why)
            for target, score, why in alike
            if not target.startswith("!")
        ]
        if known[1] > max((score for _, score, _ in wanted), default=0.0) + 1e-9:
            found.known[at] = known[0]
            continue
        strong = sum(score > 0.9 for _, score, _ in wanted)
        offers += [(score, strong, at, target, why) for target, score, why in wanted if score >= LEAST]
    order = {target: place for place, target in enumerate(targets)}
    offers.sort(key=lambda one: (-one[0], one[1], not targets[one[3]].required, order[one[3]], one[2]))
    taken: set[int] = set()
    for score, _, at, target, why in offers:
        if at not in taken and target not in found.chosen:
            found.chosen[target] = (at, min(1.0, score), why)
            taken.add(at)
    for score, _, at, target, _ in offers:
        if at not in taken and abs(score - found.chosen[target][1]) < 0.05:
            found.rivals.setdefault(target, []).append(at)
    _mend_names(kind, header, data, found)
    _prefer_whole(found)
    return found


def _prefer_whole(found: Fit) -> None:
    """Parts give way to the whole column where both stand: `Ngày` beside `Từ ngày` is when the paper was written."""
    if "from" in found.chosen:
        found.known.update({found.chosen.pop("date")[0]: "date"} if "date" in found.chosen else {})


def _mend_names(kind: Kind, header: Header, data: Sequence[tuple[Cell, ...]], found: Fit) -> None:
    """Names in two columns: under one merged header, beside a column without one, or `Họ đệm` and `Tên`."""
    target = "name" if any(column.name == "family_name" for column in kind.parts) else ""
    if not target:
        return
    chosen = found.chosen
    if target not in chosen and "given_name" in chosen and "family_name" not in chosen:
        at, score, why = chosen.pop("given_name")
        chosen[target] = (at, score * 0.9, why)
    if target in chosen and "family_name" in chosen and "given_name" not in chosen:
        chosen["given_name"] = chosen.pop(target)
    if target in chosen and {"family_name", "given_name"} <= chosen.keys():
        for part in ("family_name", "given_name"):
            found.known[chosen.pop(part)[0]] = "name_part"
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
        for rivals in found.rivals.values():
            if beside in rivals:
                rivals.remove(beside)
        found.rivals = {name: columns for name, columns in found.rivals.items() if columns and name != target}


def _single_words(values: Sequence[Cell]) -> bool:
    filled = [value for value in values if value is not None]
    words = [value for value in filled if isinstance(value, str) and " " not in value.strip() and value.isalpha()]
    return len(words) >= max(1, 0.8 * len(filled)) and len(filled) >= 0.5 * len(values)


def _content(column: Column, values: Sequence[Cell]) -> float:
    """How well the cells suit the type of a column: 1 where they do or nothing can be told, down to 0.5."""
    sample = values[:50]
    if not sample or (column.type in ("text", "code") and column.name != "name"):
        return 1.0
    suited = sum(_suits(column, value) for value in sample) / len(sample)
    return 1.0 if suited >= 0.6 else 0.5 + 0.5 * suited


def _suits(column: Column, value: Cell) -> bool:
    said = plain.shown(value)
    try:
        if column.type in ("date", "moment", "span"):
            dates.span_of_cell(value, _LOOSE, said)
        elif column.type == "time":
            times.of_cell(value, said)
        elif column.type == "number":
            plain.number(value, column)
        elif column.type == "yes_no":
            plain.yes_no(value)
        elif column.type == "weekdays":
            plain.weekdays(value)
        elif column.type == "choice":
            plain.choice(value, column, _choices(column))
        elif column.name == "name":
            plain.text(value, column)
    except Problem as problem:
        return problem.code in ("ambiguous_date", "year_unknown", "weekday_disagrees", "maybe_swapped")
    return True


def _choices(column: Column) -> tuple[Choice, ...]:
    from attendance.sheets.choices import ABSENCE_CODES

    return (*column.choices, *ABSENCE_CODES) if column.name == "kind" else column.choices
