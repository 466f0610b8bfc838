"""Spreadsheets that were handed in, and what came of them."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, ConfigDict, Field

from api.http.schemas.parts import ListFrame

_WRONG = {
    "row": 17,
    "column": "D",
    "header": "Đơn vị",
    "target": "unit",
    "value": "Phòng Nội vụ",
    "code": "unknown_unit",
    "message": "There is no unit “Phòng Nội vụ”. Write its code or name as in the list of units, or import that unit "
    "first.",
}
_COUNTS = {"new": 1998, "changed": 2, "unchanged": 0, "left_out": 0}
_DIGEST = "9b74c9897bac770ffc029102a200c5de6b1d3c1f0f5f9ef1f7b9a3b2c4d5e6f7"


class WrongCell(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_WRONG]})
    row: int = Field(description="Row of the sheet, counted as Excel does.")
    column: str = Field(description="Letter of the column; empty where the sheet has no such column.")
    header: str = Field(description="What stands above the column.")
    target: str = Field(description="The canonical column it was read as.")
    value: str = Field(description="What stands in the cell.")
    code: str = Field(description="Why it cannot be taken.")
    message: str = Field(description="The same as a sentence, in the language asked for.")


class Asked(BaseModel):
    code: str = Field(description="`date_order`, `swapped_dates`, `year`, `legacy`, `column`, `two_columns`.")
    message: str = Field(description="What the file does not show.")
    choices: list[str] = Field(description="What may be answered.")
    suggested: str = Field(description="What is most likely, to be confirmed; empty: nothing.")


class Noted(BaseModel):
    code: str = Field(description="What it is about.")
    message: str = Field(description="Something to know although nothing is wrong, such as rows that were passed over.")


class SheetAnswer(BaseModel):
    """`read = new + changed + unchanged + wrong`, counted in rows of the sheet."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "employees",
                    "file": "Danh sách CBCC 2026.xlsx",
                    "sheet": "DS",
                    "dry_run": True,
                    "stored": False,
                    "batch": None,
                    "read": 2000,
                    "new": 1999,
                    "changed": 0,
                    "unchanged": 0,
                    "wrong": 1,
                    "left_out": 0,
                    "days_marked": 0,
                    "mapping": {"A": "code", "B": "name", "D": "unit"},
                    "remembered": False,
                    "missing": [],
                    "questions": [],
                    "notes": [],
                    "errors": [_WRONG],
                    "errors_total": 1,
                }
            ]
        }
    )
    kind: str = Field(description="What the sheet lists.")
    file: str = Field(description="Name of the file; empty for pasted text.")
    sheet: str = Field(description="Name of the sheet that was read.")
    dry_run: bool = Field(description="Whether it was only checked.")
    stored: bool = Field(description="Whether what the sheet says is stored now.")
    batch: int | None = Field(description="Number of the import, to undo it; null: nothing had to be stored.")
    read: int = Field(description="Rows below the header.")
    new: int = Field(description="Rows that say something new.")
    changed: int = Field(description="Rows that change what is stored.")
    unchanged: int = Field(description="Rows that say what is stored already.")
    wrong: int = Field(description="Rows with a wrong cell.")
    left_out: int = Field(description="Wrong rows that the others were stored without.")
    days_marked: int = Field(description="Days that will be judged again.")
    mapping: dict[str, str] = Field(description="How each column was read: letter → canonical column.")
    remembered: bool = Field(description="Whether the mapping is that of an earlier sheet with these headers.")
    missing: list[str] = Field(description="Columns that are needed and were not found.")
    questions: list[Asked] = Field(description="What has to be asked, because the file does not show it.")
    notes: list[Noted] = Field(description="What to know of how it was read.")
    errors: list[WrongCell] = Field(description="Wrong cells by row and column, the first thousand.")
    errors_total: int = Field(description="How many wrong cells there are in all.")


class ImportedBatch(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 12,
                    "kind": "employees",
                    "file": "Danh sách CBCC 2026.xlsx",
                    "sha256": _DIGEST,
                    "rows": 2000,
                    "counts": _COUNTS,
                    "mapping": {"Mã CB": "code", "Họ và tên": "name", "Đơn vị": "unit"},
                    "author": "hanh.tt",
                    "at": "2026-11-24T02:00:00Z",
                    "undone_at": None,
                    "undone_by": "",
                }
            ]
        }
    )
    id: int = Field(description="Number of the import.")
    kind: str = Field(description="What was imported.")
    file: str = Field(description="Name of the file; empty for pasted text.")
    sha256: str = Field(description="Digest of the file's bytes. The file itself is not kept.")
    rows: int = Field(description="Rows below the header.")
    counts: dict[str, int] = Field(description="Rows by what became of them: new, changed, unchanged, left_out.")
    mapping: dict[str, str] = Field(description="Header → canonical column it was read as.")
    author: str = Field(description="Who imported it.")
    at: dt.datetime = Field(description="When.")
    undone_at: dt.datetime | None = Field(description="When it was undone; null: it stands.")
    undone_by: str = Field(description="Who undid it; empty: nobody.")


class ImportedBatches(ListFrame):
    items: list[ImportedBatch] = Field(description="The newest first.")


class UndoneImport(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"batch": 12, "undone_by": 13, "withdrawn": 5994, "restored": 2, "days_marked": 44000}]
        }
    )
    batch: int = Field(description="Number of the import that is undone.")
    undone_by: int = Field(description="Number of the import that reverses it.")
    withdrawn: int = Field(description="Stored rows that hold no longer.")
    restored: int = Field(description="Stored rows that hold again.")
    days_marked: int = Field(description="Days that will be judged again.")
