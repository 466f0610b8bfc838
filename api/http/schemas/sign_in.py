"""Tokens and who one is."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Token(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "access_token": "3yq0b2v7Xl0cWQ5mJd9sK4nTzE8hR1uAfGiPoY6LrMw",
                    "token_type": "bearer",
                    "expires_in": 28800,
                }
            ]
        }
    )
    access_token: str = Field(description="Send it as `Authorization: Bearer …`; it is shown this once.")
    token_type: Literal["bearer"] = Field(description="Always bearer.")
    expires_in: int = Field(description="Seconds until it ends by itself.")


class Me(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "lan.tccb", "role": "hr", "unit": "H-HA-DONG"}]})
    name: str = Field(description="Name under which one signs in.")
    role: Literal["hr", "inspector", "leader", "administrator"] = Field(description="What one may do.")
    unit: str | None = Field(description="Unit whose part of the tree one sees; null: everything.")
