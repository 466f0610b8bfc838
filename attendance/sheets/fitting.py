"""Which column is what: names weighed against what stands below them, each target taken once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from attendance.sheets import dates, plain, times
from attendance.sheets.assigning import STRONG, Offer, assign, rivals
from attendance.sheets.book import Cell
from attendance.sheets.choices import ABSENCE_CODES
from attendance.sheets.headers import Why, fold, likeness
from attendance.sheets.kinds import Column, Kind
from attendance.sheets.layout import Header
from attendance.sheets.problems import Problem
from attendance.sheets.splitting import mend_names

LEAST = 0.55
_LOOSE = dates.Sense(year=2024, month=1)


_HALVES = ("family_name", "given_name")  # a header that only contains `tên` is not half a name


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
    offers: list[Offer] = []
    targets = {column.name: column for column in (*kind.columns, *kind.parts)}
    for at, name in enumerate(names):
        if not name:
            continue
        choice = remembered.get(fold(name))
        if choice is not None and (not choice or choice in targets):
            if choice:
                offers.append(Offer(2.0, at, choice, "remembered"))
            else:
                found.known[at] = "left_out"
            continue
        values = [row[at] for row in data if at < len(row) and row[at] is not None]
        alike = likeness(kind.name, name)
        known = next(((target[1:], score) for target, score, _ in alike if target.startswith("!")), ("", 0.0))
        wanted = [
            (target, _weighed(score, _content(targets[target], values), why), why)
            for target, score, why in alike
            if not target.startswith("!") and (why == "exact" or target not in _HALVES)
        ]
        if known[1] > max((score for target, score, _ in alike if not target.startswith("!")), default=0.0) + 1e-9:
            found.known[at] = known[0]
            continue
        offers += [Offer(score, at, target, why) for target, score, why in wanted if score >= LEAST]
    wanted_first = [*kind.required, *(name for name in targets if name not in kind.required)]
    taken = assign(offers, {target: place for place, target in enumerate(wanted_first)})
    found.chosen = {target: (offer.at, min(1.0, offer.score), offer.why) for target, offer in taken.items()}
    found.rivals = rivals(offers, taken)
    _doubt_codes(kind, header, data, offers, found)
    mend_names(kind, header, data, found.chosen, found.known, found.rivals)
    _prefer_whole(found)
    return found


def _weighed(score: float, content: float, why: Why) -> float:
    """A name that can mean nothing else holds whatever stands below it, so that what is wrong there is seen."""
    return max(score * content, LEAST + 0.01) if why == "exact" else score * content


def _prefer_whole(found: Fit) -> None:
    """Parts give way to the whole column where both stand: `Ngày` beside `Từ ngày` is when the paper was written."""
    if "from" in found.chosen:
        found.known.update({found.chosen.pop("date")[0]: "date"} if "date" in found.chosen else {})


def _doubt_codes(
    kind: Kind, header: Header, data: Sequence[tuple[Cell, ...]], offers: Sequence[Offer], found: Fit
) -> None:
    """A number at the terminal stands in for the code of a person only where no other column looks like a code.

    `Mã chấm công` is often the only code there is; but beside a column that nobody could name it may not be.
    """
    if kind.name != "employees" or "code" not in found.chosen or "pin" in found.chosen:
        return
    at = found.chosen["code"][0]
    if not any(offer.at == at and offer.target == "pin" and offer.score > STRONG for offer in offers):
        return
    used = {column for column, _, _ in found.chosen.values()} | found.known.keys()
    for column in range(len(header.names)):
        values = [row[column] for row in data if column < len(row) and row[column] is not None]
        said = [plain.shown(value) for value in values]
        alike = [one for one in said if len(one) <= 20 and " " not in one and any(map(str.isdigit, one))]
        if column not in used and said and len(set(said)) == len(said) == len(alike) and len(said) >= 0.8 * len(data):
            found.rivals.setdefault("code", []).append(column)


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
            if column.name != "kind" or plain.meant(said, ABSENCE_CODES) is None:
                plain.choice(value, column, column.choices)
        elif column.name == "name":
            plain.text(value, column)
    except Problem as problem:
        return problem.code in ("ambiguous_date", "year_unknown", "weekday_disagrees", "maybe_swapped")
    return True
