"""The PDF of a commitment: A4, in Vietnamese whatever language its reader speaks, from the same value as its page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from api.pages.i18n import Translator
from reports.commitment_page import CommitmentPage
from reports.printing import as_text, pdf

_TEMPLATE = Path(__file__).with_name("commitment.typ")


def draw_commitment(view: CommitmentPage) -> bytes:
    """The paper as it was signed, or as it would be signed today: the same bytes as long as it stays as it is."""
    return pdf(_TEMPLATE.read_bytes(), {"page": as_text(page_lines(view, Translator("vi")))})


def page_lines(view: CommitmentPage, t: Translator) -> dict[str, Any]:
    """Every line of the document, as the template lays them out."""
    p, wording = view.paper, view.paper.wording
    is_person, unit, name = p.scope == "person", p.unit_name or p.unit, p.name or "…"
    who = (
        t("commitment_paper.person", name=name, code=p.employee or "…", unit=unit)
        if is_person
        else t("commitment_paper.collective", unit=unit, name=name)
    )
    if p.post:
        post = t("commitment_paper.post", post=t.word("head", p.post))
        who = f"{who} {post}"
    closing = _paragraphs(wording.responsibility)
    if p.replaces:
        digest = f"{p.replaces[:8]}…{p.replaces[-4:]}"
        closing.append(t("commitment_paper.replaces", digest=digest, day=t.date(p.from_on)))
    feet = [t("commitment_paper.template", code=p.template, version=p.template_version)]
    words = t("commitment_paper.digest") if view.is_frozen else t("commitment_paper.unsigned")
    feet.append(f"{words} {view.digest}" if view.is_frozen else words)
    made = view.confirmed_at or view.signed_at or view.asked_at
    return {
        "title": wording.heading.replace("\n", " "),
        "made": [made.year, made.month, made.day, made.hour, made.minute, made.second],
        "unit": unit,
        "nation": t("commitment_paper.nation"),
        "motto": t("commitment_paper.motto"),
        "heading": _paragraphs(wording.heading),
        "term": t("commitment_paper.term", year=p.year, first=t.date(p.from_on), last=t.date(p.to_on)),
        "to": t("commitment_paper.to", whom=wording.addressee) if wording.addressee else "",
        "opening": [*_paragraphs(wording.basis), who, *_paragraphs(wording.opening)],
        "clauses": [clause.text for clause in p.clauses],
        "closing": closing,
        "signatures": [_confirmation(view, t, is_person), _signature(view, t, is_person)],
        "feet": feet,
    }


def _confirmation(view: CommitmentPage, t: Translator, is_person: bool) -> dict[str, str]:
    part = t("commitment_paper.confirmed_person") if is_person else t("commitment_paper.confirmed_collective")
    at = view.confirmed_at
    how = t("commitment_paper.confirmed_at", at=t.moment(at)) if at is not None else ""
    return {"date": "", "part": part, "how": how, "name": view.confirmed_by}


def _signature(view: CommitmentPage, t: Translator, is_person: bool) -> dict[str, str]:
    part = t("commitment_paper.signer_person") if is_person else t("commitment_paper.signer_collective")
    at = view.signed_at
    day = (f"{at.day:02}", f"{at.month:02}", str(at.year)) if at is not None else ("…", "…", "…")
    date = t("commitment_paper.date", day=day[0], month=day[1], year=day[2])
    how = t("commitment_paper.signed_at", at=t.moment(at)) if at is not None else ""
    return {"date": date, "part": part, "how": how, "name": view.paper.name}


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]
