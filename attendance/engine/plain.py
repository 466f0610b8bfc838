"""What a verdict says beside the ledger (duties, overtime, findings) as plain data, as in case files, and back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from attendance.engine.findings import Finding
from attendance.engine.overtime import OvertimeLine
from attendance.engine.roster import DutyLine

Row = dict[str, Any]


def text_of(moment: datetime) -> str:
    """A moment as a scenario writes it: seconds only where there are any."""
    return moment.isoformat(timespec="seconds" if moment.second else "minutes")


def duty_row(line: DutyLine) -> Row:
    return {
        "from": text_of(line.starts),
        "to": text_of(line.ends),
        "minutes": line.minutes,
        "night_min": line.night_min,
        "attributed_to": line.attributed_to.isoformat(),
    }


def duty_line(row: Row) -> DutyLine:
    return DutyLine(
        datetime.fromisoformat(row["from"]),
        datetime.fromisoformat(row["to"]),
        row["minutes"],
        row["night_min"],
        date.fromisoformat(row["attributed_to"]),
    )


def overtime_row(line: OvertimeLine) -> Row:
    return {
        "from": text_of(line.starts),
        "to": text_of(line.ends),
        "minutes": line.minutes,
        "night_min": line.night_min,
        "kind": line.kind,
    }


def overtime_line(row: Row) -> OvertimeLine:
    return OvertimeLine(
        datetime.fromisoformat(row["from"]),
        datetime.fromisoformat(row["to"]),
        row["minutes"],
        row["night_min"],
        row["kind"],
    )


def finding_row(line: Finding) -> Row:
    return {"at": text_of(line.at), "result": line.result, "minutes": line.minutes}


def finding(row: Row) -> Finding:
    return Finding(datetime.fromisoformat(row["at"]), row["result"])
