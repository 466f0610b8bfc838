"""Findings about the installation in words: the same for the page, the API and `attendance doctor`."""

from __future__ import annotations

from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from api.pages.i18n import Translator
from api.settings import Settings
from attendance import clock
from attendance.services.health import NOTHING_TO_DO, Finding, Place


def place_of(settings: Settings, *, sealed: bool) -> Place:
    try:
        number = version("attendance-compliance")
    except PackageNotFoundError:
        number = "source"
    return Place(number, settings.data_dir.absolute(), settings.backups(), sealed)


def sentence(t: Translator, finding: Finding, zone: str) -> str:
    return t(f"installation.{finding.reason}", **_told(t, finding, zone))


def next_step(t: Translator, finding: Finding, zone: str) -> str:
    """What to do; empty where nothing is."""
    key = f"installation_next.{finding.reason}"
    return "" if finding.reason in NOTHING_TO_DO else t(key, **_told(t, finding, zone))


def finding_json(t: Translator, finding: Finding, zone: str) -> dict[str, Any]:
    return {
        "reason": finding.reason,
        "level": finding.level,
        "sentence": sentence(t, finding, zone),
        "next_step": next_step(t, finding, zone),
        "values": {name: _plain(value) for name, value in finding.params.items()},
    }


def size(t: Translator, count: int) -> str:
    """`1,2 GB`: three figures are enough to choose a disk by."""
    amount, unit = float(count), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if amount < 1000 or unit == "TB":
            break
        amount /= 1000
    return f"{t.number(round(amount) if amount >= 100 or unit == 'B' else round(amount, 1))} {unit}"


def _told(t: Translator, finding: Finding, zone: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in finding.params.items():
        if isinstance(value, datetime):
            found[name] = t.moment(clock.to_wall(value, zone))
        elif name in ("bytes", "free"):
            found[name] = size(t, int(value))
        elif name == "outcome":
            found[name] = t.word("backup_outcome", value)
        elif name == "drill_outcome":
            found[name] = t.word("drill_outcome", value)
        elif name == "lost":
            found[name] = t("installation.lost_unknown") if value < 0 else t.n("installation.lost", value)
        else:
            found[name] = t.number(value) if isinstance(value, int) else value
    return found


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
