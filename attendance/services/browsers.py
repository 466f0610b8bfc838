"""Which browser a request came from, in two words that a person recognises. It decides nothing."""

from __future__ import annotations

# The first sign that is found decides: most browsers name those they descend from too.
_BROWSERS = (
    ("coc_coc", "coccoc"),
    ("Zalo", "zalo"),
    ("FBAN", "facebook"),
    ("FBAV", "facebook"),
    ("SamsungBrowser", "samsung"),
    ("Edg", "edge"),
    ("OPR", "opera"),
    ("Opera", "opera"),
    ("Firefox", "firefox"),
    ("FxiOS", "firefox"),
    ("CriOS", "chrome"),
    ("Chrome", "chrome"),
    ("Safari", "safari"),
)
_SYSTEMS = (
    ("Android", "android"),
    ("iPhone", "iphone"),
    ("iPad", "ipad"),
    ("Windows", "windows"),
    ("CrOS", "chromeos"),
    ("Mac OS X", "mac"),
    ("Linux", "linux"),
)
BROWSERS = (*dict.fromkeys(name for _, name in _BROWSERS), "other", "program")
SYSTEMS = (*dict.fromkeys(name for _, name in _SYSTEMS), "other")


def browser_of(user_agent: str) -> str:
    """`chrome/windows`; a code of BROWSERS and one of SYSTEMS. What does not say it is a browser is a `program`."""
    sign = user_agent[:500]
    if not sign.startswith("Mozilla/"):
        return "program/other"
    browser = next((name for mark, name in _BROWSERS if mark in sign), "other")
    system = next((name for mark, name in _SYSTEMS if mark in sign), "other")
    return f"{browser}/{system}"
