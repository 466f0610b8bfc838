"""Letters by mail: one message to one person, plain text, over a line that is kept for the letters after it."""

from __future__ import annotations

import smtplib
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from email.header import Header
from email.mime.text import MIMEText
from email.utils import format_datetime
from pathlib import Path
from typing import Literal

from attendance.clock import utc_now
from attendance.errors import Invalid
from attendance.services.notifications.delivering import Letter, Parcel, Undelivered
from device_sync.agent.centre import tls_context


@dataclass
class Mail:
    """A mail server, spoken to by one at a time: whoever confirms an address shares it with the timetable.

    Its password is in no `repr` and no error.
    """

    host: str
    port: int
    tls: Literal["starttls", "tls", "none"]
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: Path | None = None
    public_url: str = ""
    seconds: float = 15.0
    _line: smtplib.SMTP | None = field(default=None, repr=False)
    _alone: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def carry(self, parcel: Parcel) -> None:
        """Hand a letter to the server. Raises Undelivered, which does not name the address."""
        with self._alone:
            self._carry(parcel)

    def _carry(self, parcel: Parcel) -> None:
        message = self.message(parcel)
        line = self._open()
        try:
            line.send_message(message, self.sender, [parcel.to])
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            self._reset(line)
            raise Undelivered("mail_address", final=code >= 500, status=code) from None
        except smtplib.SMTPSenderRefused as error:
            self.close()
            raise Undelivered("mail_sender", scope="way", sender=self.sender, status=error.smtp_code) from None
        except smtplib.SMTPDataError as error:
            self._reset(line)
            raise Undelivered("mail_letter", final=error.smtp_code >= 500, status=error.smtp_code) from None
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise self._broken(error) from None

    def message(self, parcel: Parcel) -> MIMEText:
        """The letter as mail. Header lines are one line each, whatever stands in a name."""
        found = MIMEText(_text(parcel.letter, self.public_url), "plain", "utf-8")
        found["From"], found["To"] = self.sender, parcel.to
        # the newer EmailMessage of Python 3.11 loses spaces where it breaks a long Vietnamese line
        found["Subject"] = Header(" ".join(parcel.letter.title.split()), "utf-8")
        found["Date"] = format_datetime(utc_now())
        found["Message-ID"] = f"<{parcel.id}@{self.sender.rpartition('@')[2] or 'localhost'}>"
        found["Auto-Submitted"] = "auto-generated"
        return found

    def close(self) -> None:
        with self._alone:
            line, self._line = self._line, None
            if line is not None:
                with suppress(OSError, smtplib.SMTPException):
                    line.quit()
                with suppress(OSError):
                    line.close()

    def _open(self) -> smtplib.SMTP:
        if self._line is not None:
            return self._line
        context = tls_context(self.ca_file) if self.tls != "none" else None
        line: smtplib.SMTP | None = None
        try:
            if self.tls == "tls":
                line = smtplib.SMTP_SSL(self.host, self.port, timeout=self.seconds, context=context)
            else:
                line = smtplib.SMTP(self.host, self.port, timeout=self.seconds)
                if context is not None:
                    line.starttls(context=context)  # refused rather than sent in the open
            if self.user:
                line.login(self.user, self.password)
        except (OSError, smtplib.SMTPException) as error:
            if line is not None:
                line.close()
            raise self._broken(error) from None
        self._line = line
        return line

    def _reset(self, line: smtplib.SMTP) -> None:
        try:
            line.rset()
        except (OSError, smtplib.SMTPException):
            self.close()

    def _broken(self, error: Exception) -> Undelivered:
        where = f"{self.host}:{self.port}"
        if isinstance(error, smtplib.SMTPAuthenticationError):
            return Undelivered("mail_login", scope="way", host=where, status=error.smtp_code)
        if isinstance(error, ssl.SSLCertVerificationError):
            return Undelivered("mail_certificate", scope="way", host=where, why=error.verify_message)
        if isinstance(error, smtplib.SMTPNotSupportedError):
            return Undelivered("mail_settings", scope="way", host=where)
        why = getattr(error, "strerror", None) or type(error).__name__
        return Undelivered("mail_unreached", scope="way", host=where, why=why)


def _text(letter: Letter, public_url: str) -> str:
    link = f"\n\n{public_url}{letter.link}" if public_url and letter.link else ""
    return f"{letter.text}{link}\n"


def check_sender(text: str) -> str:
    """The address that mail comes from. Raises Invalid."""
    if (
        not text
        or "@" not in text
        or not text.isascii()
        or not text.isprintable()
        or any(sign in text for sign in " <>")
    ):
        raise Invalid(
            "ATTENDANCE_SMTP_HOST is set and ATTENDANCE_SMTP_FROM is no address; write it as chamcong@example.vn."
        )
    return text
