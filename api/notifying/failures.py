"""Why something did not arrive, in the words of whoever reads it: the outbox keeps a code and what fills it."""

from __future__ import annotations

import orjson

from api.pages.i18n import Translator

CODES = (
    *("lookup", "outside", "public_http", "status", "redirect", "gone", "certificate", "unreached"),
    *("mail_address", "mail_sender", "mail_letter", "mail_login", "mail_certificate", "mail_settings"),
    *("mail_unreached", "channel_refused", "channel_unknown", "no_way", "shut", "secret", "internal"),
)


def failure(t: Translator, stored: str) -> str:
    """The sentence of what is stored as an error; nothing for nothing."""
    if not stored:
        return ""
    try:
        code, params = orjson.loads(stored)
        return t(f"undelivered.{code}", **params)
    except (ValueError, TypeError, LookupError):
        return stored
