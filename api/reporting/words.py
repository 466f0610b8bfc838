"""Says a register in the catalogue's words: heads, codes, totals with n/N, charts, and what it was narrowed by."""

from __future__ import annotations

from collections.abc import Mapping

from api.pages.i18n import Translator
from api.reporting.entry import Asked
from attendance import clock
from attendance.services.unit_index.arithmetic import percent_tenths
from attendance.store import office
from attendance.store.database import Session
from attendance.store.tables import EmployeeRow
from attendance.store.tree import StoredTree
from reports.register_table import Figure, Register
from reports.register_words import RegisterWords

NARROWED: Mapping[str, str] = {
    "type": "violation", "status": "status", "over": "", "explained": "list.explained", "person": "",
}  # fmt: skip
"""What else a list is narrowed by, as its head tells it, and the group of words of its values."""
BETWEEN = " · "
"""Between the parts of a bar's label; a part such as `session.am` is said in words."""


def register_words(session: Session, asked: Asked, register: Register) -> RegisterWords:
    """How a register is said in the language it was asked for in.

    Keys: `register_title.KEY`, `register.COLUMN`, `register_figure.NAME`, `register_chart.KEY`, `register_note.NOTE`.
    """
    t = Translator(asked.lang)
    return RegisterWords(
        lang=asked.lang,
        zone=asked.zone,
        at=asked.at,
        title=t(f"register_title.{register.key}"),
        office=_office(session, asked),
        head=_head(session, asked, register, t),
        heads={column.name: t(f"register.{column.name}") for column in register.columns},
        figures=tuple((t(f"register_figure.{each.name}"), figure_text(t, each)) for each in register.figures),
        bars=tuple(
            (t(f"register_chart.{key}"), tuple((_bar(t, label), value) for label, value in bars))
            for key, bars in register.bars.items()
        ),
        notes=tuple(t(f"register_note.{note}") for note in register.notes),
        say=t.label,
        moment=t.moment,
        number=t.number,
        paper=lambda name: t(f"register_paper.{name}"),
    )


def figure_text(t: Translator, figure: Figure) -> str:
    """`12`, or `12/345 (3,5%)`: half-up to one decimal; without a share where there is nothing to be a part of."""
    if figure.of is None:
        return t.number(figure.value)
    tenths = percent_tenths(figure.value, figure.of)
    shown = f"{t.number(figure.value)}/{t.number(figure.of)}"
    return f"{shown} ({percent(tenths, t)})" if tenths is not None else shown


def percent(tenths: int | None, t: Translator) -> str:
    """`97,9%`, also `98,0%`; `–` where nothing is known."""
    return "–" if tenths is None else f"{decimal(tenths, t)}%"


def decimal(tenths: int, t: Translator) -> str:
    """Tenths as `97,9`: always with their one decimal."""
    return t("index.decimal", whole=tenths // 10, tenth=tenths % 10)


def _bar(t: Translator, label: str) -> str:
    """An office names sessions as it likes: one without a word of ours stands as it is."""
    parts = (part if t.knows(part) else part.removeprefix("session.") for part in label.split(BETWEEN))
    said = BETWEEN.join(t(part) if t.knows(part) else part for part in parts)
    return said[:1].upper() + said[1:]


def _office(session: Session, asked: Asked) -> str:
    return StoredTree(session).name(office.first_unit(session), asked.today)


def _head(session: Session, asked: Asked, register: Register, t: Translator) -> tuple[tuple[str, str], ...]:
    found, last = [], asked.today
    if register.span is not None:
        first, last = register.span
        found.append((t("register_paper.span"), f"{t.date(first)}–{t.date(last)}"))
    if asked.unit is not None:
        found.append((t("register_paper.unit"), StoredTree(session).name(asked.unit, last)))
    if asked.employee is not None:
        found.append((t("register_paper.employee"), office.get(session, EmployeeRow, asked.employee).name))
    for name, group in NARROWED.items():
        if value := asked.others.get(name):
            found.append((t(f"register_narrowed.{name}"), t.label(group, value) if group else value))
    found.append((t("register_paper.known_at"), t.moment(clock.to_wall(asked.at, asked.zone))))
    return tuple(found)
