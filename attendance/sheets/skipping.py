"""Rows below a header that are no entries: totals, signatures, headings of groups, headers printed again, examples."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from attendance.sheets import texts
from attendance.sheets.book import Cell, Merged
from attendance.sheets.headers import fold
from attendance.sheets.plain import shown

_TOTAL = re.compile(
    r"^(tong cong|tong so|tong so nguoi|cong|tong|total|grand total|sub total)( (so )?\d.*| nguoi.*| can bo.*)?$"
)
_SIGNED = re.compile(
    r"^(nguoi lap|lap bieu|lap bang|nguoi cham cong|thu truong|truong phong|truong bo phan|phu trach|ke toan|giam doc|"
    r"pho giam doc|chu tich|pho chu tich|tm |kt |tl |ky ten|ky ghi ro|ky va ghi|ghi ro ho ten|xac nhan|phe duyet|"
    r"duyet$|"
    r"noi nhan|luu vt|ghi chu|luu y|chu thich|prepared by|approved by|signature|nguoi phe duyet|"
    r"to chuc hanh chinh)"
)
_SIGNED_AS_CODE = re.compile(
    r"^(nguoi lap|lap bieu|lap bang|nguoi cham cong|thu truong|truong phong|ke toan truong|giam doc|pho giam doc|"
    r"chu tich|pho chu tich|ky ten|ky ghi ro|ky va ghi|noi nhan|xac nhan|phe duyet|nguoi phe duyet|prepared by|"
    r"approved by)"
)
_SIGNING_DATE = re.compile(r"\bngay [\d ]*thang [\d ]*nam\b")
_SIGNATURES = 8  # rows at most below a list
_EXAMPLE = re.compile(r"^(vi du|vd|example)\b")
_GROUP = re.compile(
    r"^(?:[IVXLC]{1,6}|[A-Z]|\d{1,2})?\s*[.)\-/:]*\s*(?:phòng|ban|khoa|tổ|đơn vị|bộ phận|trung tâm|văn phòng|sở|"
    r"chi cục|"
    r"chi nhánh|ủy ban|uỷ ban|trường|trạm|đội|khối|lãnh đạo)\b",
    re.IGNORECASE,
)
_ROMAN = re.compile(r"^(?:[IVXLC]{1,6}|[A-Z])[.)]?$")
_PREFIX = re.compile(r"^(?:[IVXLC]{1,6}|[A-Z]|\d{1,2})\s*[.)\-/:]+\s*")


@dataclass(slots=True)
class Skipper:
    """Says of each row of a sheet, from top to bottom, why it is no entry, or nothing.

    `core`: for every required value the columns (0-based) it may come from. `group`: the heading last met. `people`:
    entries are people, never offices.
    """

    grid: Sequence[Sequence[Cell]]
    merged: Sequence[Merged]
    first: int
    core: Sequence[Sequence[int]]
    used: frozenset[int]
    names: Sequence[str]
    ordinal: frozenset[int] = frozenset()
    people: bool = True
    group: str = ""
    group_at: tuple[int, int] = (0, 0)
    last_whole: int = -1
    ending: int = 0
    signed: bool = False
    wide: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ending = self._end()
        for row in range(self.ending - 1, self.first - 1, -1):
            if self._whole(self.grid[row]):
                self.last_whole = row
                break
        for area in self.merged:
            if area.top == area.bottom and area.right - area.left >= 2:
                self.wide[area.top] = area.right - area.left + 1

    def _end(self) -> int:
        """The row where signatures begin: few rows, the first of which reads so where a code should be."""
        last, left = len(self.grid), 0
        for row in range(len(self.grid) - 1, self.first - 1, -1):
            cells = self.grid[row]
            if not any(cell is not None for cell in cells):
                continue
            left += 1
            code = self._code(cells)
            dated = _SIGNING_DATE.search(fold(code)) is not None
            if left > _SIGNATURES or (not dated and any(map(str.isdigit, code))):
                break
            if dated or _SIGNED_AS_CODE.match(fold(code)):
                last = row
        return last

    def _code(self, cells: Sequence[Cell]) -> str:
        """What stands where the first required value should."""
        at = self.core[0][0] if self.core else 0
        return shown(cells[at]) if at < len(cells) else ""

    def _whole(self, cells: Sequence[Cell]) -> bool:
        return not _TOTAL.match(fold(self._code(cells))) and all(
            any(at < len(cells) and cells[at] is not None for at in columns) for columns in self.core
        )

    def why(self, row: int, mended: bool) -> str:
        """`blank`, `unused`, `total`, `signature`, `group`, `header`, `example`, or nothing (an entry, as if "
        "mended)."""
        cells = self.grid[row]
        filled = [at for at, cell in enumerate(cells) if cell is not None]
        if mended:
            return ""
        if not filled:
            return "blank"
        said = [fold(cell) for cell in cells if isinstance(cell, str)]
        if any(_EXAMPLE.match(word) for word in said[:2]) and said:
            return "example"
        if self._again(cells):
            return "header"
        if row >= self.ending:
            return "signature"
        if self._whole(cells):
            return ""
        if any(_TOTAL.match(word) for word in said):
            return "total"
        if self._heads_group(row, cells, filled):
            return "group"
        if not self.used.intersection(filled):
            if row > self.last_whole and any(_SIGNED.match(word) or _SIGNING_DATE.search(word) for word in said):
                self.signed = True
                return "signature"
            return "unused"
        if row > self.last_whole:
            few = 2 * len(self.used.intersection(filled)) <= len(self.used) and not self.ordinal.intersection(filled)
            words = any(_SIGNED.match(word) or _SIGNING_DATE.search(word) for word in said)
            self.signed = self.signed or (few and words)
            return "signature" if self.signed else ""
        return ""

    def _again(self, cells: Sequence[Cell]) -> bool:
        pairs = [
            (fold(shown(cells[at])), fold(self.names[at]))
            for at in self.used
            if at < len(cells) and cells[at] is not None
        ]
        return len(pairs) >= 2 and all(said == name for said, name in pairs)

    def _heads_group(self, row: int, cells: Sequence[Cell], filled: Sequence[int]) -> bool:
        """A heading over the rows below: one text alone that reads or is merged like one, or has a roman number."""
        rest = [at for at in filled if at not in self.ordinal or not _ROMAN.match(shown(cells[at]))]
        numbered = len(rest) < len(filled)
        if len(rest) != 1 or not isinstance(cells[rest[0]], str) or row > self.last_whole:
            return False
        said = texts.line(str(cells[rest[0]]))
        if not (numbered or self.wide.get(row, 0) >= 3 or (self.people and _GROUP.match(said))):
            return False
        self.group, self.group_at = _PREFIX.sub("", said).strip(" :"), (row, rest[0])
        return True
