"""Statements of a month: a sheet for each person with the facts, room for a remark and three signatures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from api.pages.i18n import Translator
from attendance import clock
from attendance.store import schedule_names
from attendance.store.database import Session
from reports.monthly_statement import BLOCKS, COUNTS, Cited, Item, Statement
from reports.printing import as_text, own_template, pdf

_TAGGED_PEOPLE = 100
SIGNERS = ("person", "superior", "head")


def draw(session: Session, found: Sequence[Statement], t: Translator, *, zone: str, at: datetime) -> bytes:
    """One PDF, a sheet for each person, as made at an instant."""
    values = values_of(found, t, schedule_names.titles(session), known_at=clock.to_wall(at, zone))
    tagged = len(found) <= _TAGGED_PEOPLE
    return pdf(own_template("statement"), {"values": as_text(values)}, at=at.replace(microsecond=0), tagged=tagged)


def values_of(
    found: Sequence[Statement], t: Translator, titles: Mapping[str, str], *, known_at: datetime
) -> dict[str, Any]:
    """Every line of every sheet, as the template lays them out. `titles`: names of rules; `known_at`: wall time."""
    return {
        "lang": t.lang,
        "title": t("statement.title", month=_month(found[0], t)),
        "author": found[0].units[-1] if found[0].units else "",
        "heading": t("statement.heading"),
        "known_at": t("statement.known_at", at=t.moment(known_at)),
        "heads": [t(f"statement.{name}") for name in ("fact", "times", "counted_minutes")],
        "list_heads": [t(f"statement.{name}") for name in ("day", "session", "what", "minutes", "basis")],
        "list": t("statement.list"),
        "nothing": t("statement.nothing"),
        "rules": t("statement.rules"),
        "remark": t("statement.remark"),
        "grade": t("statement.grade"),
        "place": t("statement.place"),
        "sign": t("statement.sign"),
        "signers": [t(f"statement_signer.{name}") for name in SIGNERS],
        "page": t("statement.page"),
        "sheets": [_sheet(each, t, titles) for each in found],
    }


def _sheet(one: Statement, t: Translator, titles: Mapping[str, str]) -> dict[str, Any]:
    said = {"due": t.number(one.due), "known": t.number(one.known), "unverified": t.number(one.unverified)}
    rows = [_row(one, name, t) for name in BLOCKS if name != "no_show" or one.duties_known]
    return {
        "units": "; ".join(one.units),
        "month": t("statement.month", month=_month(one, t), first=t.date(one.from_on), last=t.date(one.to_on)),
        "name": one.name,
        "who": t("statement.who", name=one.name, code=one.code),
        "sessions": t("statement.sessions", **said),
        "rows": rows[: len(COUNTS)],
        "total": [t("statement.total"), t.number(one.counted), t.number(sum(one.minutes(name) for name in COUNTS))],
        "apart": rows[len(COUNTS) :],
        "apart_title": t("statement.apart"),
        "items": [_item(item, name, t) for name in BLOCKS for item in one.blocks[name]],
        "cited": [_cited(each, titles, t) for each in one.rules],
    }


def _row(one: Statement, name: str, t: Translator) -> list[str]:
    has_minutes = name in COUNTS or name == "excused"
    return [
        t(f"statement_fact.{name}"),
        t.number(len(one.blocks[name])),
        t.number(one.minutes(name)) if has_minutes else "",
    ]


def _item(item: Item, block: str, t: Translator) -> list[str]:
    group = {"no_show": "duty", "finding": "statement_finding"}.get(block, "violation")
    said = t.label(group, item.type)
    if block in ("excused", "refused", "missing", "no_show"):
        said = f"{said} – {t(f'statement_mark.{block}')}"
    part = item.session if block == "no_show" else t.label("session", item.session) if item.session else ""
    if block in COUNTS and item.excused_min:
        part_of = t("statement.excused_part", minutes=t.number(item.excused_min))
        said = f"{said} ({part_of})"
    minutes = "" if item.minutes is None else t.number(item.counted_min if block in COUNTS else item.minutes)
    day = f"{item.on:%d/%m/%Y}" + (f" {item.at:%H:%M}" if item.at else "")
    return [day, part, said, minutes, item.basis]


def _cited(each: Cited, titles: Mapping[str, str], t: Translator) -> str:
    kind = {"schedule": "hours", "calendar": "calendar"}.get(each.rule.split(".")[0], "policy")
    name = t(f"rule.{kind}")
    if t.knows(f"threshold.{each.rule}"):
        name = t(f"threshold.{each.rule}")
    elif titles.get(each.rule):
        name = titles[each.rule]
    version = f" ({_since(each.version, t)})" if each.version != "always" else ""
    document = ", ".join(text for text in (each.document, each.article) if text)
    return f"{name}{version}" + (f": {document}" if document else "")


def _since(version: str, t: Translator) -> str:
    """A version is named by the date it holds from."""
    try:
        return t("statement.rule_since", day=t.date(date.fromisoformat(version)))
    except ValueError:
        return version


def _month(one: Statement, t: Translator) -> str:
    return f"{one.from_on:%m/%Y}"


def as_plain(one: Statement) -> dict[str, Any]:
    """A statement as JSON values; `counted` are the occurrences that count, everything else stands beside them."""
    return {
        "employee": one.code, "name": one.name, "units": list(one.units),
        "from": one.from_on.isoformat(), "to": one.to_on.isoformat(),
        "due": one.due, "known": one.known, "unverified": one.unverified, "counted": one.counted,
        "facts": {
            name: None if name == "no_show" and not one.duties_known else {
                "times": len(one.blocks[name]), "minutes": one.minutes(name),
                "items": [_plain_item(item) for item in one.blocks[name]],
            }
            for name in BLOCKS
        },
        "rules": [
            {"rule": each.rule, "version": each.version, "document": each.document, "article": each.article}
            for each in one.rules
        ],
    }  # fmt: skip


def _plain_item(item: Item) -> dict[str, Any]:
    return {
        "date": item.on.isoformat(), "session": item.session, "type": item.type, "minutes": item.minutes,
        "counted_min": item.counted_min, "excused_min": item.excused_min,
        "at": item.at.isoformat() if item.at else None, "document": item.basis,
    }  # fmt: skip
