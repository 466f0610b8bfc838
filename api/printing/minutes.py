"""The PDF of minutes: A4, PDF/A, drawn from the sealed JSON alone, in the words of the catalogue."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson
import segno

from api.pages.i18n import Translator
from api.pages.names import name_key
from attendance.services.visiting.seals import BLANK, MARK
from attendance.services.visiting.signatures import HEIGHT, WIDTH
from reports.printing import as_text, pdf

TEMPLATE = Path(__file__).with_name("minutes.typ")
_PARTS = ("with_reason", "without_reason", "unknown")

Content = dict[str, Any]


def drawing(address: str, language: str = "vi") -> Callable[[bytes], bytes]:
    """Draws minutes whose code is looked up under `address`, such as https://cham-cong.example.vn/verify."""
    return lambda content: draw(content, address, language)


def draw(content: bytes, address: str, language: str = "vi") -> bytes:
    """The PDF of canonical minutes, holding them as an attachment and a blank place for the seal.

    What no font has, as the pictures of a phone in a note, is a box on the paper and itself in the attachment.
    """
    page = page_lines(content, address, Translator(language), language)
    texts = {
        "page": as_text(page),
        "data": content.decode(),
        "seal": (MARK + BLANK.encode()).decode(),
    }
    return pdf(TEMPLATE.read_bytes(), texts, standard="a-3b")


def page_lines(content: bytes, address: str, t: Translator, language: str) -> dict[str, Any]:
    """Every line of the document, as the template lays them out."""
    told: Content = orjson.loads(content)
    arrival, closed = (datetime.fromisoformat(told[name]) for name in ("arrival", "closed"))
    written, unit = told["written"], told["unit"]["name"]
    link = f"{address.rstrip('/')}/{told['code']}"
    return {
        "lang": language,
        "title": f"{t('minutes_pdf.heading')} {t('minutes_pdf.subject', unit=unit)}",
        "author": told["team"]["name"],
        "closed": [closed.year, closed.month, closed.day, closed.hour, closed.minute, closed.second],
        "code": shown_code(told["code"]),
        "code_label": t("minutes_pdf.code"),
        "page_label": t("minutes_pdf.page"),
        "attached": t("minutes_pdf.attached"),
        "team": told["team"]["name"],
        "number": t("minutes_pdf.number", number=written["number"] or "……/BB"),
        "country": t("minutes_pdf.country"),
        "motto": t("minutes_pdf.motto"),
        "dated": t("minutes_pdf.dated", place=written["place"] or "……", **day_of(closed)),
        "heading": t("minutes_pdf.heading"),
        "subject": t("minutes_pdf.subject", unit=unit),
        "opening": [
            t("minutes_pdf.basis", basis=written["basis"] or told["team"]["document"]),
            t("minutes_pdf.arrived", unit=unit, **moment_of(arrival)),
        ],
        "sections": [*_sections(told, t)],
        "closing": [
            t("minutes_pdf.closed", **moment_of(closed)),
            t("minutes_pdf.copies", copies=written["copies"]),
        ],
        "signatures": [signature(one, t) for one in told["signatures"]],
        "qr": qr(link),
        "address": link,
        "seal_lines": [
            t("minutes_pdf.check", address=link),
            t("minutes_pdf.digest", digest=grouped(hashlib.sha256(content).hexdigest())),
            t("minutes_pdf.check_alone"),
        ],
    }


def shown_code(code: str) -> str:
    """A code in groups of four, as people read it aloud."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _sections(told: Content, t: Translator) -> Iterable[dict[str, Any]]:
    written = told["written"]
    yield _section(t, "team", [_text(_named(one, t)) for one in told["team"]["members"]])
    present = [_text(_named(one, t)) for one in written["unit_side"]]
    if written["witnesses"]:
        present += [_sub(t("minutes_pdf.witnesses")), *(_text(_named(one, t)) for one in written["witnesses"])]
    yield _section(t, "unit", present)
    yield _section(t, "figures", _figures(told, t))
    yield _section(t, "desk", [*_answers(told["answers"], t), *texts(written["desk"], t)])
    yield _section(t, "papers", [*texts(written["papers"], t)])
    yield _section(t, "other", [*texts(written["other"], t)])
    yield _section(t, "explanation", [*texts(written["explanation"], t)])
    yield _section(t, "conclusions", _conclusions(written["conclusions"], t))


def _figures(told: Content, t: Translator) -> list[dict[str, Any]]:
    if not told["working"]:
        return [_text(t("minutes_pdf.not_working"))]
    figures, people = told["figures"], told["people"]
    total = figures["total"]
    rows = [[t("minutes_pdf.total"), str(total)]]
    rows += [
        [t.label("minutes_found", name), f"{figures[name]}/{total}"]
        for name in ("present", "late", "with_reason", "without_reason", "unknown")
    ]
    parts = [_table([t("minutes_pdf.content"), t("minutes_pdf.people")], [1, 0], rows)]
    if told["hours"]:
        parts.append(_text(t("minutes_pdf.hours", hours=told["hours"])))
    for found in _PARTS:
        parts += _people(found, [one for one in people if one["found"] == found], t)
    parts += _people("late", [one for one in people if one["found"] == "present" and one["late"]], t)
    remarked = [one for one in people if one["found"] == "present" and one["remark"] and not one["late"]]
    parts += _people("remarked", remarked, t)
    if told["later"]:
        parts += [_sub(t("minutes_pdf.later")), _later(told["later"], t)]
    return parts


def _people(found: str, people: list[Content], t: Translator) -> list[dict[str, Any]]:
    if not people:
        return []
    head = [t(f"minutes_pdf.{name}") for name in ("row", "name", "unit_code", "remark")]
    rows = [
        [str(place), f"{one['name']} ({one['employee']})", one["unit"], _remark(one, t)]
        for place, one in enumerate(sorted(people, key=lambda one: name_key(one["name"])), 1)
    ]
    return [_sub(f"{t.label('minutes_list', found)} ({len(people)})"), _table(head, [0, 4, 2, 5], rows)]


def _remark(one: Content, t: Translator) -> str:
    """What has to be said of somebody, without the kind of any leave."""
    said = []
    if one["found"] == "with_reason":
        said.append(_paper(one, t))
    if one["late"] and one["found"] == "present":
        said.append(t("minutes_pdf.late_at", at=_clock(one["since"]), minutes=one["late"]))
    if one["remark"] == "not_at_post" and one["since"]:
        said.append(t("minutes_pdf.punched_at", at=_clock(one["since"])))
    elif one["remark"]:
        said.append(t.label("minutes_remark", one["remark"]))
    if one["note"]:
        said.append(one["note"])
    return "; ".join(said)


def _later(people: list[Content], t: Translator) -> dict[str, Any]:
    head = [t(f"minutes_pdf.{name}") for name in ("row", "name", "unit_code", "approved")]
    rows = [
        [
            str(place),
            f"{one['name']} ({one['employee']})",
            one["unit"],
            f"{_paper(one, t)}, {_when(one['approved'], t)}",
        ]
        for place, one in enumerate(sorted(people, key=lambda one: name_key(one["name"])), 1)
    ]
    return _table(head, [0, 4, 2, 5], rows)


def _paper(one: Content, t: Translator) -> str:
    if one["paper"] == "mission":
        return t("minutes_pdf.mission", document=one["document"] or "–")
    return t("minutes_pdf.approved_paper")


def _answers(answers: list[Content], t: Translator) -> list[dict[str, Any]]:
    if not answers:
        return []
    rows = [
        [
            str(place),
            (one["text"] or t.label("check", one["code"])) + (f" ({one['employee']})" if one["employee"] else ""),
            t.label("minutes_answer", one["answer"]),
            one["note"],
        ]
        for place, one in enumerate(answers, 1)
    ]
    head = [t(f"minutes_pdf.{name}") for name in ("row", "point", "answer", "remark")]
    return [_table(head, [0, 5, 2, 4], rows)]


def _conclusions(conclusions: list[Content], t: Translator) -> list[dict[str, Any]]:
    if not conclusions:
        return [_text(t("minutes_pdf.nothing"))]
    rows = [
        [str(place), one["text"], t.date(date.fromisoformat(one["due"])) if one["due"] else "–"]
        for place, one in enumerate(conclusions, 1)
    ]
    return [_table([t(f"minutes_pdf.{name}") for name in ("row", "request", "due")], [0, 1, 0], rows)]


def signature(one: Content, t: Translator) -> dict[str, str]:
    """One side under a paper, signed or not."""
    refused = t("minutes_pdf.refused", why=one["refused"]) if one["refused"] else ""
    return {
        "side": t.label("minutes_side", one["side"]),
        "note": t("minutes_pdf.not_signed") if refused else t("minutes_pdf.signed"),
        "drawn": "" if refused else drawn(one["strokes"]),
        "alt": t("minutes_pdf.signature_of", name=one["name"]),
        "refused": refused,
        "name": one["name"],
        "post": one["post"],
    }


def drawn(strokes: list[list[list[int]]]) -> str:
    """A signature as SVG, cut to what was drawn, so that it fills its place."""
    points = [point for stroke in strokes for point in stroke]
    left, top = min(x for x, _ in points), min(y for _, y in points)
    right, bottom = max(x for x, _ in points), max(y for _, y in points)
    margin = 12
    box = (left - margin, top - margin, max(right - left, 60) + 2 * margin, max(bottom - top, 40) + 2 * margin)
    lines = "".join("M" + "L".join(f"{x} {y}" for x, y in stroke) for stroke in strokes)
    width = max(5, round(min(box[2], box[3] * WIDTH / HEIGHT) / 70))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{" ".join(map(str, box))}"><path d="{lines}" fill="none" '
        f'stroke="#16306b" stroke-width="{width}" stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )


def qr(link: str) -> str:
    """The code of an address, as SVG."""
    out = io.BytesIO()
    segno.make(link, error="m", micro=False).save(out, kind="svg", border=1, dark="#000", xmldecl=False)
    return out.getvalue().decode()


def _section(t: Translator, name: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {"heading": t.label("minutes_section", name), "parts": parts}


def texts(text: str, t: Translator) -> Iterable[dict[str, Any]]:
    """A text of several lines as parts of a section."""
    lines = [line for line in text.split("\n") if line.strip()]
    return [_text(line) for line in lines] or [_text(t("minutes_pdf.nothing"))]


def _text(text: str) -> dict[str, Any]:
    return {"kind": "text", "text": text}


def _sub(text: str) -> dict[str, Any]:
    return {"kind": "sub", "text": text}


def _table(head: list[str], widths: list[int], rows: list[list[str]]) -> dict[str, Any]:
    return {"kind": "table", "head": head, "widths": widths, "rows": rows}


def _named(one: Content, t: Translator) -> str:
    part = t.label("minutes_part", one["part"]) if one.get("part") else ""
    return t("minutes_pdf.person", name=one["name"], post=", ".join(filter(None, (one["post"], part))) or "–")


def day_of(at: datetime) -> dict[str, str]:
    return {"day": f"{at.day:02}", "month": f"{at.month:02}" if at.month < 3 else str(at.month), "year": str(at.year)}


def moment_of(at: datetime) -> dict[str, str]:
    return {"hour": f"{at.hour:02}", "minute": f"{at.minute:02}", **day_of(at)}


def _clock(at: str | None) -> str:
    return f"{datetime.fromisoformat(at):%H:%M}" if at else "–"


def _when(at: str | None, t: Translator) -> str:
    return t.moment(datetime.fromisoformat(at).replace(tzinfo=None)) if at else "–"


def grouped(digest: str) -> str:
    """A digest in groups of eight, as people compare it."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))
