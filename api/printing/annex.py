"""The PDF of an annex to minutes: on the form of the minutes, from the sealed JSON alone, sealed where it is printed.

What is sealed once and linked to the minutes is the data; every print of it bears a seal over that data and itself.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import orjson

from api.pages.i18n import Translator
from api.printing.minutes import TEMPLATE, day_of, grouped, moment_of, qr, shown_code, signature, texts
from attendance.services.signing_key import SigningKey
from attendance.services.visiting import seals
from attendance.services.visiting.seals import BLANK, MARK
from reports.printing import as_text, pdf


def draw_annex(content: bytes, minutes: dict[str, Any], address: str, key: SigningKey, language: str = "vi") -> bytes:
    """The sealed PDF of a canonical annex to `minutes` (their sealed JSON), whose code is looked up under `address`."""
    page = _page_lines(content, minutes, address, Translator(language), language)
    given = {
        "page": as_text(page),
        "data": content.decode(),
        "seal": (MARK + BLANK.encode()).decode(),
        "file": "annex.json",
    }
    return seals.put(pdf(TEMPLATE.read_bytes(), given, standard="a-3b"), content, key)[0]


def _page_lines(content: bytes, minutes: dict[str, Any], address: str, t: Translator, language: str) -> dict[str, Any]:
    told = orjson.loads(content)
    added, unit, team = datetime.fromisoformat(told["added"]), minutes["unit"]["name"], minutes["team"]["name"]
    number = minutes["written"]["number"] or shown_code(told["minutes"])
    heading = t("annex_pdf.heading", number=told["number"])
    link = f"{address.rstrip('/')}/{told['minutes']}"
    return {
        "lang": language,
        "title": f"{heading} {t('annex_pdf.subject', number=number, unit=unit)}",
        "author": team,
        "closed": [added.year, added.month, added.day, added.hour, added.minute, added.second],
        "code": shown_code(told["minutes"]),
        "code_label": t("minutes_pdf.code"),
        "page_label": t("minutes_pdf.page"),
        "attached": t("annex_pdf.attached"),
        "team": team,
        "number": t("annex_pdf.number", number=told["number"]),
        "country": t("minutes_pdf.country"),
        "motto": t("minutes_pdf.motto"),
        "dated": t("minutes_pdf.dated", place=minutes["written"]["place"] or "……", **day_of(added)),
        "heading": heading,
        "subject": t("annex_pdf.subject", number=number, unit=unit),
        "opening": [t("annex_pdf.opening", number=number, **moment_of(datetime.fromisoformat(minutes["closed"])))],
        "sections": [{"heading": t("annex_pdf.section"), "parts": [*texts(told["text"], t)]}],
        "closing": [t("annex_pdf.closing", **moment_of(added))],
        "signatures": [signature(one, t) for one in told["signatures"]],
        "qr": qr(link),
        "address": link,
        "seal_lines": [
            t("minutes_pdf.check", address=link),
            t("minutes_pdf.digest", digest=grouped(hashlib.sha256(content).hexdigest())),
            t("annex_pdf.before", digest=grouped(told["before"])),
            t("minutes_pdf.check_alone"),
        ],
    }
