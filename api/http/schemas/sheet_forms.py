"""By which form units print their sheets, and how signs are printed."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.http.schemas.parts import ListFrame

_FORM: dict[str, Any] = {
    "unit": "X-TAN-MAI", "name": "UBND xã Tân Mai", "own": True, "form": "public", "number": "C01a-HD",
    "overtime_number": "C01b-HD", "issued_under": "TT 24/2024/TT-BTC", "budget_code": "1012345", "paper": "a3",
    "document": "QĐ 15/QĐ-UBND",
}  # fmt: skip


class SheetForm(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_FORM]})
    unit: str = Field(description="Code of the unit.")
    name: str = Field(description="Its name today.")
    own: bool = Field(description="Said of the unit itself; else it comes from above.")
    form: Literal["public", "enterprise"] = Field(description="Which form.")
    number: str = Field(description="Number of the timesheet's form; empty: nobody said one.")
    overtime_number: str = Field(description="Number of the overtime sheet's form.")
    issued_under: str = Field(description="What it is issued under, as it stands on the sheet.")
    budget_code: str = Field(description="Mã QHNS.")
    paper: Literal["a3", "a4"] = Field(description="Lying.")
    document: str = Field(description="The document that says so; empty where it comes from above.")


class SheetFormList(ListFrame):
    items: list[SheetForm] = Field(description="Units, each before those below it.")


class NewSheetForm(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{name: value for name, value in _FORM.items() if name not in ("name", "own")}]}
    )
    unit: str | None = Field(default=None, max_length=64, description="Code of the unit; left out: the whole tree.")
    form: Literal["public", "enterprise"] = Field(description="Which form.")
    number: str = Field(default="", max_length=64, description="Number of the timesheet's form.")
    overtime_number: str = Field(default="", max_length=64, description="Number of the overtime sheet's form.")
    issued_under: str = Field(default="", max_length=300, description="What it is issued under.")
    budget_code: str = Field(default="", max_length=32, description="Mã QHNS.")
    paper: Literal["a3", "a4"] = Field(default="a3", description="Lying.")
    document: str = Field(min_length=1, max_length=200, description="The document that says so.")


class SheetSign(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"sign": "KP", "printed": "No"}]})
    sign: str = Field(description="Ours, as on the screen.")
    printed: str = Field(description="What stands on paper in its place.")


class SheetSignList(ListFrame):
    items: list[SheetSign] = Field(description="In the order of the legend.")


class NewSheetSign(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"sign": "KP", "printed": "K", "document": "QĐ 15/QĐ-UBND"}]}
    )
    sign: str = Field(min_length=1, max_length=16, description="One of ours.")
    printed: str = Field(min_length=1, max_length=16, description="What stands on paper in its place.")
    document: str = Field(min_length=1, max_length=200, description="The document that says so.")
