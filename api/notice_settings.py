"""Settings of notifications. Secrets are in files or the environment, never in the database, and shown nowhere."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode

from attendance.errors import Invalid

PUBLIC: Literal["public"] = "public"
WebhookNetwork = IPv4Network | IPv6Network | Literal["public"]


def _webhook_networks(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    parts = [part.strip() for part in given.split(",") if part.strip()]
    return tuple(part if part == PUBLIC else ip_network(part) for part in parts)


def _web_address(text: str) -> str:
    if not text:
        return ""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError("write it as https://chamcong.example.vn")
    return text.rstrip("/")


class NoticeSettings(BaseSettings):
    """Where notifications go through, and what may be reached."""

    public_url: Annotated[str, AfterValidator(_web_address)] = Field(
        default="",
        max_length=200,
        description="Address under which people open the pages, such as https://chamcong.example.vn; it stands before "
        "the links in notifications. Default: they have none.",
    )
    smtp_host: str = Field(default="", description="Server that sends mail; default: none, no mail is sent.")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Its port.")
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="How the line to it is sealed: starttls, tls (from the first byte), or none, on a closed line.",
    )
    smtp_ca_file: Path | None = Field(
        default=None, description="Authority (PEM) that signed its certificate; default: those of the system."
    )
    smtp_user: str = Field(default="", description="Name to sign in with at that server; default: without.")
    smtp_password_file: Path | None = Field(default=None, description="A file with the password that goes with it.")
    smtp_from: str = Field(default="", max_length=254, description="Address that notifications come from.")
    webhook_networks: Annotated[tuple[WebhookNetwork, ...], NoDecode, BeforeValidator(_webhook_networks)] = Field(
        default=(PUBLIC,),
        description="Networks in which webhooks may be received, separated by commas; public: any address of the "
        "Internet, over https. Receivers on this machine need 127.0.0.0/8. Default: public.",
    )
    webhook_ca_file: Path | None = Field(
        default=None, description="Authority (PEM) that signed the certificates of receivers in the house."
    )
    channels_file: Path | None = Field(
        default=None,
        description="A file with further ways, a line each: NAME = Apprise address with {to} where each person's own "
        "number or name belongs. It holds secrets: mode 0600. Default: none.",
    )
    silent_minutes: int = Field(
        default=15, ge=1, le=1440, description="How long a terminal is silent before somebody is told."
    )

    def mail_password(self) -> str:
        """Raises Invalid for a file that cannot be read, or whose letters mail servers are not sent."""
        if self.smtp_password_file is None:
            return ""
        found = read_secret_file(self.smtp_password_file, "ATTENDANCE_SMTP_PASSWORD_FILE")
        if not found.isascii():
            raise Invalid(
                f"The password in {self.smtp_password_file} has letters with marks, which cannot be sent to a mail "
                "server; choose another and correct ATTENDANCE_SMTP_PASSWORD_FILE."
            )
        return found


def read_secret_file(path: Path, setting: str) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(
            f"The file {path} cannot be read ({type(error).__name__}); correct {setting} or the rights of the file."
        ) from error
