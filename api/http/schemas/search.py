"""What a search finds."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from api.http.schemas.parts import ListFrame

_PERSON = {"code": "CC-0057", "name": "Nguyễn Thị Thu Hà", "unit": "X-TAN-MAI"}


class FoundPerson(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_PERSON]})
    code: str = Field(description="Code of the person.")
    name: str = Field(description="Name of the person.")
    unit: str | None = Field(description="Unit in which they serve today, where the reader sees it.")


class FoundPlace(BaseModel):
    code: str = Field(description="Code of the unit or terminal.", examples=["X-TAN-MAI"])
    name: str = Field(description="What it is called.", examples=["UBND xã Tân Mai"])


class SearchFound(ListFrame):
    items: list[FoundPerson] = Field(description="People, those whose words begin as asked first, then by name.")
    units: list[FoundPlace] = Field(description="Units, at most 20.")
    terminals: list[FoundPlace] = Field(description="Terminals, at most 20.")
