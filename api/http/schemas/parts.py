"""Pieces of schemas: bounded texts, the frame of a list, the problem document."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("write one line without control signs")
    return text


def readable(text: str) -> str:
    """Text of several lines, as it may be stored. Raises ValueError for signs nobody can see."""
    if not all(sign.isprintable() or sign in "\n\t" for sign in text):
        raise ValueError("write text without control signs")
    return text


Code = Annotated[str, StringConstraints(min_length=1, max_length=64, strip_whitespace=True), AfterValidator(_one_line)]
Line = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True), AfterValidator(_one_line)]


class Given(BaseModel):
    """What a client sends: a field that is not known is refused, never ignored."""

    model_config = ConfigDict(extra="forbid")


class ListFrame(BaseModel):
    total: int = Field(description="How many rows there are in all, for this reader and these filters.")
    limit: int = Field(description="How many rows this page has at most.")
    offset: int = Field(description="How many rows were passed over.")
    next: str | None = Field(
        default=None, description="Cursor of the next page, in lists that have cursors; null on the last page."
    )


class Wrong(BaseModel):
    field: str = Field(description="Where: `query.limit`, `body.name`.", examples=["query.limit"])
    message: str = Field(description="What is expected there.", examples=["Input should be less than or equal to 500"])


class Problem(BaseModel):
    """RFC 9457: what went wrong, in one sentence for people and one code for programs."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:attendance:problem:not_found",
                    "title": "Not found",
                    "status": 404,
                    "detail": "There is no unit with the code 'X-TAN-MAI'.",
                    "instance": "/api/v1/verdicts",
                    "code": "not_found",
                }
            ]
        }
    )
    type: str = Field(description="A name for this kind of problem.")
    title: str = Field(description="This kind of problem in a few words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What went wrong this time and what to do next.")
    instance: str = Field(description="The path that was asked for.")
    code: str = Field(description="A stable name for programs.")
    errors: list[Wrong] = Field(default_factory=list, description="The values to correct, where there are such.")
    incident: str | None = Field(default=None, description="Number under which a fault was logged.")
