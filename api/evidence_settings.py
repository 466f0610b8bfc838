"""Settings of what must be checkable without this system: where checkpoints are made known, and signed PDFs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode


def _addresses(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    found = tuple(part.strip() for part in given.split(",") if part.strip())
    for address in found:
        if address.count("@") != 1 or not address.isascii() or not address.isprintable() or set(address) & set(" <>"):
            raise ValueError("write addresses as phongnoivu@example.vn, separated by commas")
    return found


def _web(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment or parts.username):
        raise ValueError("write it as https://niemphong.example.vn/nhan")
    return text


Web = Annotated[str, AfterValidator(_web)]


class EvidenceSettings(BaseSettings):
    """Whoever gets checkpoints can hold this office to them; none of it is needed for making them."""

    checkpoint_mail: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_addresses)] = Field(
        default=(), description="Addresses that each checkpoint is mailed to, separated by commas. Default: none."
    )
    checkpoint_url: Web = Field(
        default="",
        max_length=300,
        description="Address that each checkpoint is posted to as JSON, within ATTENDANCE_WEBHOOK_NETWORKS. Default: "
        "none.",
    )
    checkpoint_file: Path | None = Field(
        default=None,
        description="A file that each checkpoint is appended to, best on another machine's disk. Default: none.",
    )
    tsa_url: Web = Field(
        default="",
        max_length=300,
        description="A time-stamping authority (RFC 3161) that stamps each checkpoint, within "
        "ATTENDANCE_WEBHOOK_NETWORKS. Default: none.",
    )
    tsa_ca_file: Path | None = Field(
        default=None, description="Authorities (PEM) that time stamps must lead to; needed with ATTENDANCE_TSA_URL."
    )
    pdf_key_file: Path | None = Field(
        default=None,
        description="The office's certificate with its key (PKCS#12, .p12), by which PDFs of minutes, dossiers "
        "and locked months are signed. Default: none, they are not signed.",
    )
    pdf_key_password_file: Path | None = Field(default=None, description="A file with the password of that file.")
