"""The PDF of a dossier: A4, PDF/A, a QR code and the code of the chains on the foot of every page."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import segno

from api.pages.explain import Account, account
from api.pages.i18n import Translator
from api.pages.timeline import violation_label
from api.printing import dossier_words as words
from attendance import clock
from reports.dossier import Dossier, DossierDay
from reports.printing import as_text, pdf

_TEMPLATE = Path(__file__).with_name("dossier.typ")
_TAGGED_DAYS = 31
"""With more days a PDF is not tagged for screen readers: its structure would outgrow what it shows."""
Part = dict[str, Any]


def draw(dossier: Dossier, language: str) -> bytes:
    """The PDF; the same dossier gives the same bytes on any machine."""
    lines = as_text(page_lines(dossier, Translator(language)))
    at = clock.to_instant(dossier.made_at, dossier.zone)
    return pdf(_TEMPLATE.read_bytes(), {"page": lines}, at=at, tagged=len(dossier.days) <= _TAGGED_DAYS)


def page_lines(dossier: Dossier, t: Translator) -> dict[str, Any]:
    """Every line of the paper, as the template lays them out."""
    about, many = dossier.subject, not dossier.subject.violation
    code = shown_code(dossier.code)
    return {
        "lang": t.lang,
        "title": f"{t('dossier.heading')} {about.name} ({about.employee})",
        "unit": about.unit_name or about.unit,
        "made": t("dossier.made", at=t.moment(dossier.made_at)),
        "heading": t("dossier.heading").upper(),
        "subject": _subject(dossier, t),
        "masked": "" if dossier.reasons else t("dossier.masked"),
        "sections": [
            *([_section(t, "overview", [_overview(dossier, t)])] if many else []),
            *(
                section
                for before, day in pairwise([None, *dossier.days])
                if day is not None
                for section in _day(day, before, t, many)
            ),
            *_shared(dossier, t),
        ],
        "foot": t("dossier.foot"),
        "page_label": t("minutes_pdf.page"),
        "code_label": t("dossier.code"),
        "code": code,
        "qr": _qr(f"attendance-dossier/1 {code}{_marks(dossier)}"),
    }


def shown_code(code: str) -> str:
    """In groups of four, as people read it aloud."""
    return "-".join(code[start : start + 4].upper() for start in range(0, len(code), 4))


def _marks(dossier: Dossier) -> str:
    """How far each chain had come, with the first digits of its link: what a camera reads off the paper."""
    return "".join(f" {chain}={number}:{link[:16]}" for chain, number, link in dossier.heads[:8])


def _subject(dossier: Dossier, t: Translator) -> list[str]:
    about = dossier.subject
    who = t("dossier.who", name=about.name, code=about.employee, unit=about.unit_name or about.unit)
    if not about.violation:
        return [who, t("dossier.span", first=t.date(about.from_on), last=t.date(about.to_on))]
    page = dossier.days[0].page
    if page.focus is None:
        return [who, t("dossier.gone", date=t.date(page.day))]
    what = violation_label(page.focus, t)
    session = t.label("session", page.focus.session)
    return [who, t("dossier.what", what=what, session=session, date=t.long_date(page.day))]


def _overview(dossier: Dossier, t: Translator) -> Part:
    rows = [
        [
            t.date(day.page.day),
            t.label("day_kind", day.page.day_kind),
            f"{t.number(day.page.ledger['credited'] + day.page.ledger['leave'])}/"
            f"{t.number(day.page.ledger['scheduled'])}",
            "; ".join(f"{violation_label(v, t)} ({words.standing(v, t)})" for v in day.page.violations) or "–",
        ]
        for day in dossier.days
    ]
    return _table(t, ["date", "day_kind", "minutes", "recorded"], [0, 2, 0, 5], rows)


def _day(day: DossierDay, before: DossierDay | None, t: Translator, many: bool) -> Iterator[Part]:
    """What is as on the day `before` is said to be, not printed again."""
    said = account(day.page, t)
    if many:
        yield {"title": t.long_date(day.page.day), "heading": "", "parts": []}
    yield _section(t, "conclusion", _conclusion(day, said, t))
    yield _section(t, "reckoning", _reckoning(day, said, t))
    yield _section(t, "punches", _punches(day, said, t))
    yield _section(t, "terminals", _terminals(day, said, t))
    same = before is not None and (before.rules, before.page.rulebook) == (day.rules, day.page.rulebook)
    yield _section(t, "rules", [_text(t("dossier.same_rules"))] if same else _rules(day, said, t))
    yield _section(t, "explanations", _explanations(day, t))
    yield _section(t, "revisions", _revisions(day, t))
    if day.looks is not None:
        yield _section(t, "looks", _looks(day, t))


def _conclusion(day: DossierDay, said: Account, t: Translator) -> list[Part]:
    page = day.page
    rows = [
        [
            ("▸ " if page.focus is not None and v.id == page.focus.id else "") + violation_label(v, t),
            t.label("session", v.session),
            t.number(v.minutes) if v.minutes is not None else "–",
            t.number(v.excused_min),
            t.number(v.counted_min),
            t.label("status", v.status),
        ]
        for v in page.violations
    ]
    parts: list[Part] = [_text(" ".join(said.day))] if said.day else []
    if page.provisional:
        parts.append(_text(t("dossier.provisional")))
    if rows:
        heads = ["recorded", "session", "minutes", "excused", "counted", "status"]
        parts.append(_table(t, heads, [3, 2, 0, 0, 0, 2], rows))
    else:
        parts.append(_text(t("dossier.nothing_recorded")))
    if page.ledger["scheduled"]:
        ledger = [
            [t(f"ledger.{name}"), t.minutes(page.ledger[name])]
            for name in ("scheduled", "credited", "leave", "unverified", "counted")
        ]
        parts.append(_table(t, ["figure", "minutes"], [3, 1], ledger))
    parts.append(_text(f"{t('ledger.symbols')} {words.signs(page.symbols, t)}"))
    if page.flags:
        parts.append(_text(f"{t('why.flags')}: {'; '.join(t.flag(flag) for flag in page.flags)}"))
    return parts


def _reckoning(day: DossierDay, said: Account, t: Translator) -> list[Part]:
    parts: list[Part] = []
    for each in said.sessions:
        state = t.label("session_state", each.session.state)
        parts.append(_sub(f"{_capital(t.label('session', each.session.name))}: {state}"))
        parts.append(_list([sentence.text for sentence in (*each.steps, *each.basis)]))
    if said.beside:
        parts += [_sub(t("why.beside")), _list(said.beside)]
    if said.ledger and day.page.ledger["scheduled"]:
        parts += [_sub(t("why.ledger")), _list(said.ledger)]
    return parts or [_text(t("dossier.nothing_due"))]


def _punches(day: DossierDay, said: Account, t: Translator) -> list[Part]:
    page = day.page
    if not page.punches:
        return [_text(t("why.no_punches"))]
    rows = [
        [
            str(number),
            t.clock(punch.at),
            t.clock(punch.terminal_time),
            f"{punch.terminal_name} ({punch.terminal})",
            said.uses.get(punch.row, ""),
        ]
        for number, punch in enumerate(page.punches, 1)
    ]
    raw = [
        [
            str(number),
            t("dossier.record_place", sequence=record.sequence, pull=record.pull, place=t.number(record.place + 1)),
            grouped(record.record.hex()) if record.record is not None else t("dossier.no_bytes"),
        ]
        for number, record in enumerate(day.records, 1)
    ]
    return [
        _text(t("dossier.punches_note")),
        _table(t, ["row", "true_time", "terminal_time", "terminal", "use"], [0, 0, 0, 3, 4], rows),
        _sub(t("dossier.raw")),
        _table(t, ["row", "where", "bytes"], [0, 2, 3], raw, mono=2),
    ]


def grouped(digits: str) -> str:
    """Hexadecimal digits in groups of eight, so that lines break between them."""
    return " ".join(digits[start : start + 8] for start in range(0, len(digits), 8))


def _terminals(day: DossierDay, said: Account, t: Translator) -> list[Part]:
    rows = [[f"{span.name} ({span.terminal})", words.terminal_said(span, t)] for span in day.terminals]
    parts = [_table(t, ["terminal", "state"], [2, 5], rows)] if rows else [_text(t("why.no_terminals"))]
    told = [each.key for each in day.page.statements if each.part == "terminal"]
    more = [text for key, text in zip(told, said.terminals, strict=True) if key in _MORE_OF_TERMINALS]
    return [*parts, *([_list(more)] if more else [])]


_MORE_OF_TERMINALS = ("terminal.unread", "terminal.dead")
"""Sentences that say more than the stretch itself: since when nothing was read, what an outage changed."""


def _rules(day: DossierDay, said: Account, t: Translator) -> list[Part]:
    own = next((text for text in said.rules if text.startswith(t("rule.policy"))), "")
    rows = [
        [
            f"{rule.title or words.rule_name(rule.rule, t)} [{rule.rule}]",
            own.partition(": ")[2] if rule.rule == "policy" else words.rule_says(rule, t) or "–",
            _validity(rule.valid_from, rule.valid_to, t),
            ", ".join(part for part in (rule.article, rule.document) if part) or t("dossier.no_document"),
        ]
        for rule in day.rules
    ]
    parts = [_table(t, ["rule", "says", "valid", "document"], [4, 5, 3, 4], rows)] if rows else []
    return [*parts, _text(t("dossier.rulebook", code=day.page.rulebook))]


def _validity(first: Any, last: Any, t: Translator) -> str:
    if first is None:
        return t("span.always") if last is None else t("span.until", time=t.date(last))
    if last is None:
        return t("span.from", time=t.date(first))
    return t("papers.from_to", first=t.date(first), last=t.date(last))


def _explanations(day: DossierDay, t: Translator) -> list[Part]:
    steps: list[tuple[datetime, str]] = [
        (each.asked_at, t("dossier.asked", what=words.question(each.covers, t),
                          due=t.date(each.due_on) if each.due_on else "–"))
        for each in day.asked
    ]  # fmt: skip
    parts: list[Part] = [_list([f"{t.moment(at)}: {said}" for at, said in steps])] if steps else []
    for line in day.explanations:
        what = words.question(line.covers, t)
        parts.append(_sub(t("dossier.explanation", number=line.id, what=what, session=t.word("session", line.session))))
        parts += [_text(said) for said in words.explanation_words(line, t)]
        parts.append(_list([f"{t.moment(at)}: {said}" for at, said in words.explanation_steps(line, t)]))
    return parts or [_text(t("dossier.no_explanations"))]


def _revisions(day: DossierDay, t: Translator) -> list[Part]:
    rows = [
        [t("revision.number", number=r.number), t.moment(r.recorded_at), t.label("cause", r.cause), r.summary]
        for r in day.page.revisions
    ]
    parts = [_table(t, ["revision", "at", "cause", "concluded"], [0, 0, 3, 4], rows)] if rows else []
    for change in day.changes:
        parts.append(_sub(t("dossier.change", before=change.before, after=change.after)))
        if change.facts:
            parts.append(_list([words.fact(each, t) for each in change.facts]))
        found = [list(each) for each in words.differences(change, t)]
        if found:
            parts.append(_table(t, ["figure", "before", "after"], [2, 4, 4], found))
    return parts or [_text(t("revision.none"))]


def _looks(day: DossierDay, t: Translator) -> list[Part]:
    if not day.looks:
        return [_text(t("why.no_looks"))]
    rows = [[t.moment(line.at), line.actor, t.label("role", line.role) if line.role else "–", t.label("via", line.via)]
            for line in day.looks]  # fmt: skip
    parts = [_table(t, ["at", "who", "role", "via"], [0, 3, 3, 2], rows)]
    more = day.looks_total - len(day.looks)
    return [*parts, *([_text(t.n("why.more_looks", more))] if more > 0 else [])]


def _shared(dossier: Dossier, t: Translator) -> Iterator[Part]:
    yield _section(t, "papers", _papers(dossier, t))
    yield _section(t, "pulls", _pulls(dossier, t))
    yield _section(t, "chain", _chain(dossier, t))


def _papers(dossier: Dossier, t: Translator) -> list[Part]:
    rows = [
        [
            t.number(line.id),
            f"{words.paper_what(line, t)}, {words.paper_when(line, t)}",
            "\n".join(part for part in (line.document, line.place, line.note) if part) or "–",
            t(f"paper_status.{line.status}"),
            "\n".join(words.paper_steps(line, t)),
        ]
        for line in dossier.papers
    ]
    if not rows:
        return [_text(t("dossier.no_papers"))]
    return [_table(t, ["number", "paper", "document", "status", "steps"], [0, 3, 3, 2, 4], rows)]


def _pulls(dossier: Dossier, t: Translator) -> list[Part]:
    if not dossier.pulls:
        return [_text(t("dossier.no_pulls"))]
    rows = [
        [
            str(pull.number),
            f"{pull.terminal_name} ({pull.terminal})\n{t.label('source', pull.source)}",
            f"{t.moment(pull.started_at)}\n{t.moment(pull.finished_at)}",
            f"{t.label('dossier_outcome', pull.outcome)}\n"
            + t("dossier.counts", read=t.number(pull.read), new=t.number(pull.new),
                repeated=t.number(pull.repeated), quarantined=t.number(pull.quarantined)),
            grouped(pull.log_digest),
        ]
        for pull in dossier.pulls
    ]  # fmt: skip
    return [_table(t, ["pull", "terminal", "when", "outcome", "digest"], [0, 3, 3, 4, 5], rows, mono=4)]


def _chain(dossier: Dossier, t: Translator) -> list[Part]:
    rows = [[_chain_name(chain, t), str(number), grouped(link)] for chain, number, link in dossier.heads]
    parts: list[Part] = [_text(t("dossier.chain_note"))]
    if rows:
        parts.append(_table(t, ["chain", "entry", "link"], [2, 0, 5], rows, mono=2))
    if dossier.sealed is not None:
        last = dossier.sealed
        parts.append(_text(t("dossier.sealed", number=last.number, at=t.moment(last.at), code=last.code)))
    told = [day.replay for day in dossier.days if day.replay is not None]
    held = sum(each.holds for each in told)
    if told:
        parts.append(_text(t("dossier.replayed", held=t.number(held), all=t.number(len(told)))))
    return [*parts, _text(t("dossier.check"))]


def _chain_name(chain: str, t: Translator) -> str:
    kind, _, number = chain.partition(":")
    return f"{t.label('dossier_chain', kind)} {number}".strip()


def _qr(text: str) -> str:
    out = io.BytesIO()
    segno.make(text, error="l", micro=False).save(out, kind="svg", border=1, dark="#000", xmldecl=False)
    return out.getvalue().decode()


def _section(t: Translator, name: str, parts: list[Part]) -> Part:
    return {"title": "", "heading": t(f"dossier_section.{name}"), "parts": parts}


def _text(text: str) -> Part:
    return {"kind": "text", "text": text}


def _sub(text: str) -> Part:
    return {"kind": "sub", "text": text}


def _list(items: Iterable[str]) -> Part:
    return {"kind": "list", "items": list(items)}


def _table(t: Translator, heads: list[str], widths: list[int], rows: list[list[str]], *, mono: int = -1) -> Part:
    """`widths`: shares of what is left, 0: as wide as what stands in it. `mono`: the column of bytes and digests."""
    head = [t(f"dossier_column.{name}") for name in heads]
    return {"kind": "table", "head": head, "widths": widths, "rows": rows, "mono": mono}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
