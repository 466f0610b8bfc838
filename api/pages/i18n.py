"""Says everything the pages say in Vietnamese or English, and writes dates and numbers as readers of that language do.

Messages are looked up by stable keys (`today.title`), read from the .po files themselves at first use: no compiled
catalogue can be out of date. A key that a catalogue does not know is an error, never a key shown to the reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from attendance.clock import FIRST_DATE, LAST_DATE

LOCALE_FOLDER = Path(__file__).parent / "locale"
LANGUAGES = ("vi", "en")
DEFAULT_LANGUAGE = "vi"

DAY_PATTERN = r"[tThH]|[+\-]\d{1,3}|\d{1,2}(/\d{1,2}(/\d{4})?)?|\d{4}-\d\d-\d\d"
"""What a field for a day lets through to `read_day`, as a pattern of HTML."""
_READ_ELSEWHERE = ("sheets.po",)  # what reading a spreadsheet says: `api.sheet_speech`

# English readers here write days before months too.
_BABEL_LOCALE = {"vi": "vi", "en": "en_GB"}


class MissingMessage(LookupError):
    """A page asks for a message that the catalogue of its language does not hold."""


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(lang: str) -> Catalog:
    """The messages of one language as they stand in its .po files: `messages.po`, and one per part of the pages.

    Raises ValueError for a key that stands in two files: one of them would silently win.
    """
    together = Catalog(locale=lang)
    for path in sorted((LOCALE_FOLDER / lang / "LC_MESSAGES").glob("*.po")):
        if path.name in _READ_ELSEWHERE:
            continue
        with path.open("rb") as file:
            for message in read_po(file, locale=lang):
                if message.id and message.id in together:
                    raise ValueError(f"{path.name} repeats {message.id!r}; keep it in one file.")
                if message.id:
                    together[message.id] = message
    return together


@lru_cache(maxsize=len(LANGUAGES))
def _singular(lang: str) -> Mapping[str, str]:
    return {str(m.id): str(m.string) for m in catalogue(lang) if m.id and not m.pluralizable and not m.fuzzy}


@lru_cache(maxsize=len(LANGUAGES))
def _plural(lang: str) -> Mapping[str, tuple[str, ...]]:
    return {m.id[0]: tuple(m.string) for m in catalogue(lang) if m.id and m.pluralizable and not m.fuzzy}


def pick_language(*wishes: str | None) -> str:
    """The first wish that is a language of ours (address, then cookie, then the office's setting); else Vietnamese."""
    return next((wish for wish in wishes if wish in LANGUAGES), DEFAULT_LANGUAGE)


class Translator:
    """Speaks one language: `t("today.title")`, `t.n('minutes', 3)`, and the formats of dates, times and numbers."""

    def __init__(self, lang: str = DEFAULT_LANGUAGE) -> None:
        if lang not in LANGUAGES:
            raise ValueError(f"The pages speak {' and '.join(LANGUAGES)}, not {lang!r}.")
        self.lang = lang

    def __call__(self, key: str, /, **values: object) -> str:
        """The message of a key, with its named places filled."""
        message = _singular(self.lang).get(key)
        if not message:
            raise MissingMessage(f"{key!r} has no message in {self.lang!r}: add it to both catalogues.")
        return message.format(**values) if values else message

    gettext = __call__

    def n(self, key: str, count: int, /, **values: object) -> str:
        """The message of a key that depends on a number, which stands in it as `{count}`."""
        forms = _plural(self.lang).get(key)
        if not forms or not all(forms):
            raise MissingMessage(f"{key!r} has no plural message in {self.lang!r}: add it to both catalogues.")
        form = 0 if len(forms) == 1 or count == 1 else 1
        return forms[form].format(count=self.number(count), **values)

    ngettext = n

    def knows(self, key: str) -> bool:
        return key in _singular(self.lang)

    def label(self, group: str, code: str) -> str:
        """The word for a code of a vocabulary; a code we have no word for is shown as it stands, never hidden."""
        key = f"{group}.{code}"
        return self(key) if self.knows(key) else code

    def word(self, group: str, code: str) -> str:
        """The word for a code as it stands inside a sentence."""
        key = f"{group}.{code}"
        if not self.knows(key):
            return code
        return self(key)[:1].lower() + self(key)[1:]

    def flag(self, flag: str) -> str:
        """A flag in words; what stands after its colon is a number of punches or a code. Other text stays as it is."""
        name, _, detail = flag.partition(":")
        if not self.knows(f"flag.{name}"):
            return flag
        words = self(f"flag.{name}")
        return f"{words} ({detail})" if detail else words

    def date(self, day: date) -> str:
        """`24/11/2026`"""
        return f"{day:%d/%m/%Y}"

    def long_date(self, day: date) -> str:
        """`Thứ Ba, 24 tháng 11, 2026`"""
        return format_date(day, "full", locale=_BABEL_LOCALE[self.lang])

    def month(self, day: date) -> str:
        """`Tháng 11/2026`, `November 2026`"""
        return format_date(day, "'Tháng' M/y" if self.lang == "vi" else "MMMM y", locale=_BABEL_LOCALE[self.lang])

    def weekday(self, day: date) -> str:
        """`T2`, `Mon`: as at the head of a calendar."""
        return format_date(day, "EEEEE" if self.lang == "vi" else "EEE", locale=_BABEL_LOCALE[self.lang])

    def time(self, moment: datetime | time) -> str:
        """`07:46`"""
        return f"{moment:%H:%M}"

    def clock(self, moment: datetime | time) -> str:
        """`07:46:05`, or `07:46` when there are no seconds to tell."""
        return f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"

    def moment(self, moment: datetime) -> str:
        """`07:46 24/11/2026`"""
        return f"{self.time(moment)} {self.date(moment)}"

    def seen(self, moment: datetime, today: date) -> str:
        """The time alone on the day that is shown, with its date on any other."""
        return self.time(moment) if moment.date() == today else self.moment(moment)

    def number(self, value: int | float | Decimal) -> str:
        """`1.234,5` in Vietnamese, `1,234.5` in English."""
        return format_decimal(value, locale=_BABEL_LOCALE[self.lang])

    def minutes(self, count: int) -> str:
        """`16 phút`"""
        return self.n("minutes", count)

    def hours(self, minutes: int) -> str:
        """`152 giờ`, `7 giờ 30 phút`"""
        whole, rest = divmod(minutes, 60)
        parts = [self.n("hours", whole)] if whole or not rest else []
        return " ".join([*parts, *([self.minutes(rest)] if rest else [])])

    def span(self, starts: datetime, ends: datetime) -> str:
        """`07:30–11:30`"""
        return f"{self.time(starts)}–{self.time(ends)}"

    def length(self, seconds: int) -> str:
        """`16 phút 40 giây`; whole minutes without seconds."""
        minutes, rest = divmod(seconds, 60)
        parts = [self.minutes(minutes)] if minutes or not rest else []
        return " ".join([*parts, *([self.n("seconds", rest)] if rest else [])])

    def offset(self, seconds: int) -> str:
        """How far a terminal's clock is from the true time, in words: `nhanh 7 phút`."""
        return self("clock.fast" if seconds > 0 else "clock.slow", amount=self.length(abs(seconds)))


def read_day(text: str, today: date) -> date | None:
    """A day as people type it: `24/11/2026`, `24/11` and `24` (of this year and month), `t` (today), `-1` (yesterday),
    or ISO; None when it is none, or none that an office can mean.

    Never month before day: a date that could only be read so is refused.
    """
    try:
        found = _typed(text.strip(), today)
    except (ValueError, OverflowError):
        return None
    return found if FIRST_DATE <= found <= LAST_DATE else None


def _typed(text: str, today: date) -> date:
    if text.lower() in ("t", "h"):  # today, hôm nay
        return today
    if text[:1] in ("+", "-") and len(text) < 5:
        return today + timedelta(days=int(text))
    if "-" in text:
        return date.fromisoformat(text)
    numbers = [int(part) for part in text.split("/")]
    day, month, year = numbers + [today.day, today.month, today.year][len(numbers) :]
    return date(year, month, day)
