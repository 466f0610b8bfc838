"""Where, how often and who: the settings of an installation, from the environment or `.env`. None decides a verdict."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode, SettingsConfigDict

from api.evidence_settings import EvidenceSettings
from api.notice_settings import NoticeSettings
from api.openid_settings import OpenIdSettings, check_address
from attendance import clock
from attendance.errors import Invalid, UnknownZone
from attendance.services.backups.keeping import Plan
from attendance.store.database import sqlite_url

MIN_SECRET = 16
# Link-local addresses are left out on purpose: cloud machines hand out their credentials there.
PRIVATE_AND_LOOPBACK = "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,127.0.0.0/8,::1/128,fc00::/7"
Network = IPv4Network | IPv6Network


def _networks(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    return tuple(ip_network(part.strip()) for part in given.split(",") if part.strip())


def _known_zone(name: str) -> str:
    try:
        clock.zone(name)
    except UnknownZone as error:
        raise ValueError(str(error)) from error
    return name


class Settings(EvidenceSettings, NoticeSettings):
    """Settings named `ATTENDANCE_` + the field in capitals. Secrets are shown neither by `repr` nor by error texts."""

    model_config = SettingsConfigDict(
        env_prefix="ATTENDANCE_",
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    data_dir: Path = Field(
        default=Path("attendance-data"),
        description="Folder of the embedded database and of the communication keys; made when needed.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="sqlite:///FILE or postgresql+psycopg://…; default: attendance.db in the data folder.",
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description=f"At least {MIN_SECRET} random characters; seals forms of the pages. No default outside the demo.",
    )
    secret_key_file: Path | None = Field(
        default=None, description="A file that holds the secret key, in place of ATTENDANCE_SECRET_KEY."
    )
    timezone: Annotated[str, AfterValidator(_known_zone)] = Field(
        default="Asia/Ho_Chi_Minh", description="IANA name of the zone in which the office and its terminals live."
    )
    language: Literal["vi", "en"] = Field(default="vi", description="Language of pages for people who chose none.")
    allowed_networks: Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_networks)] = Field(
        default=_networks(PRIVATE_AND_LOOPBACK),
        description="Networks in which terminals may be, separated by commas; default: private ones and loopback.",
    )
    push: bool = Field(
        default=False,
        description="on: terminals may push to /iclock; each serial number waits for approval. Default off.",
    )
    push_networks: Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_networks)] = Field(
        default=_networks(PRIVATE_AND_LOOPBACK),
        description="Networks from which terminals may push, separated by commas; default: private ones and loopback.",
    )
    second_factor: Literal["offered", "required"] = Field(
        default="offered",
        description="required: HR officers, leaders and administrators can do nothing before they have set up a second "
        "factor; offered: they are reminded.",
    )
    oidc_issuer: str = Field(
        default="",
        description="Address of an OpenID Connect provider whose people may sign in here, as it calls itself; default: "
        "none.",
    )
    oidc_client_id: str = Field(default="", description="Name under which that provider knows this service.")
    oidc_client_secret_file: Path | None = Field(
        default=None, description="A file with the secret that goes with it; left out for a client without a secret."
    )
    oidc_name: str = Field(default="OpenID", max_length=60, description="What the button of that provider says.")
    oidc_claim: str = Field(
        default="preferred_username", description="The claim of its id_token that names the account here."
    )
    oidc_return_url: str = Field(
        default="",
        description="Address of /sign-in/return as that provider knows it; default: as the browser asked.",
    )
    backup_dir: Path | None = Field(
        default=None,
        description="Folder of the daily backups, best on another disk; default: backups in the data folder.",
    )
    backup_keep: int = Field(
        default=14, ge=0, le=3650, description="How many daily backups are kept; 0: none is made by itself."
    )
    backup_hour: int = Field(
        default=5, ge=0, le=23, description="Hour of the office after which the backup of the day is made."
    )
    report_keep_days: int = Field(
        default=7, ge=1, le=60, description="How many days a paper that was made in the background can be fetched."
    )
    backup_drill_days: int = Field(
        default=30,
        ge=0,
        le=366,
        description="How many days after the last good drill the newest backup is put back for trial; 0: never.",
    )
    clock_backward_seconds: int = Field(
        default=300,
        ge=60,
        le=86_400,
        description="How much earlier than the record before it a record may be before somebody is told of the clock.",
    )

    @property
    def url(self) -> str:
        """The address of the database, with its password if it has one: for opening it, never for printing."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return sqlite_url(self.data_dir.absolute() / "attendance.db")

    def backups(self) -> Plan:
        """Where backups of the service go, how many are kept and when they are made."""
        folder = self.backup_dir or self.data_dir / "backups"
        return Plan(folder.absolute(), self.backup_keep, self.backup_hour, self.timezone, self.backup_drill_days)

    @property
    def reports_dir(self) -> Path:
        """Where papers wait that were made in the background."""
        return (self.data_dir / "reports").absolute()

    @property
    def keys_dir(self) -> Path:
        return self.data_dir / "keys"

    def openid(self) -> OpenIdSettings | None:
        """The provider to sign in with, if one is set. Raises Invalid naming what is missing or cannot be used."""
        if not self.oidc_issuer:
            return None
        try:
            check_address(self.oidc_issuer)
        except Invalid as error:
            raise Invalid(f"ATTENDANCE_OIDC_ISSUER cannot be used: {error}") from None
        if not self.oidc_client_id:
            raise Invalid("ATTENDANCE_OIDC_ISSUER is set and ATTENDANCE_OIDC_CLIENT_ID is not; set both or neither.")
        secret = ""
        if self.oidc_client_secret_file is not None:
            try:
                secret = self.oidc_client_secret_file.read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise Invalid(
                    f"The file {self.oidc_client_secret_file} cannot be read ({type(error).__name__}); correct "
                    "ATTENDANCE_OIDC_CLIENT_SECRET_FILE or the rights of the file."
                ) from error
        return OpenIdSettings(self.oidc_issuer, self.oidc_client_id, secret, self.oidc_name, self.oidc_claim)

    def secret(self) -> bytes:
        """The secret key. Raises Invalid, saying how to make one, where it is missing, unreadable or short."""
        if self.secret_key is not None:
            found = self.secret_key.get_secret_value().strip()
        elif self.secret_key_file is not None:
            try:
                found = self.secret_key_file.read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise Invalid(
                    f"The secret key file {self.secret_key_file} cannot be read ({type(error).__name__}); correct "
                    "ATTENDANCE_SECRET_KEY_FILE or the rights of the file."
                ) from error
        else:
            found = ""
        if len(found) < MIN_SECRET:
            raise Invalid(
                f"ATTENDANCE_SECRET_KEY is {'too short' if found else 'not set'}; set it, or the file named by "
                f"ATTENDANCE_SECRET_KEY_FILE, to at least {MIN_SECRET} random characters, such as those printed by "
                '`python -c "import secrets; print(secrets.token_urlsafe(48))"`.'
            )
        return found.encode()
