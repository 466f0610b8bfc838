"""Tokens and who one is."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from api.http.schemas.parts import Given
from attendance.services.access import Role


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


class Held(BaseModel):
    role: Role = Field(description="What it allows.")
    unit: str | None = Field(description="Unit it holds for, with those below; null: the whole tree.")
    ends_at: dt.datetime | None = Field(description="When it ends; null: open.")


class Me(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "lan.tccb",
                    "role": "hr",
                    "unit": "H-HA-DONG",
                    "grants": [{"role": "hr", "unit": "H-HA-DONG", "ends_at": None}],
                }
            ]
        }
    )
    name: str = Field(description="Name under which one signs in.")
    role: Role | None = Field(description="The role one is introduced by; null: nothing is granted at present.")
    unit: str | None = Field(description="The unit of that role; null: the whole tree, or none.")
    grants: list[Held] = Field(description="Everything granted to one at present.")


class NewPassword(Given):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"old": "nắng vàng trên sân đình", "new": "mưa rơi trên mái ngói"}]}
    )
    old: SecretStr = Field(max_length=1000, description="The password until now.")
    new: SecretStr = Field(max_length=1000, description="10 to 256 characters; a short sentence is a good one.")


class Code(Given):
    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "492039"}]})
    code: str = Field(max_length=40, description="Six digits of the authenticator app.")


class Proofs(Given):
    model_config = ConfigDict(json_schema_extra={"examples": [{"password": "mưa rơi trên mái ngói", "code": "492039"}]})
    password: SecretStr = Field(max_length=1000, description="The password.")
    code: str = Field(max_length=40, description="Code of the authenticator app, or a recovery code.")


class SecondFactorSecret(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "address": "otpauth://totp/Cham%20cong:lan.tccb?secret=JBSWY3DPEHPK3PXP&issuer=Cham%20cong",
                    "key": "JBSWY3DPEHPK3PXP",
                }
            ]
        }
    )
    address: str = Field(description="For a QR code.")
    key: str = Field(description="The same secret to be typed in.")


class RecoveryCodes(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"recovery_codes": ["7kq2m-x9fhd", "p3wra-64tzc"]}]})
    recovery_codes: list[str] = Field(description="Each is good once, in place of a code of the app; shown this once.")
