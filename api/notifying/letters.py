"""What is said, written at the moment of sending: for whom, in their language, of what they may see now.

Plain, neutral words: what was not recorded, never what somebody did. Reasons are in none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from api.notifying import waiting_letters
from api.pages.i18n import Translator, pick_language
from api.pages.render import by_attention
from api.pages.terminals import health_sentence, next_step
from attendance import clock
from attendance.services.commitments.frozen import signer_of
from attendance.services.notifications.audience import scope
from attendance.services.notifications.delivering import Letter
from attendance.services.notifications.kinds import MAIL
from attendance.store import commitments, office, people, webhooks
from attendance.store.database import Session
from attendance.store.notice_wishes import Recipient
from attendance.store.notification_tables import NoticeRow
from attendance.store.tables import TerminalRow
from attendance.store.trail import Actor, look
from reports.freshness import freshness
from reports.missing import missing_today
from reports.today import today_page
from reports.view import TerminalFreshness, TodayPage, TodayPerson

WORKING = ("workday", "swapped_work")
MOST_NAMES = 100
"""Names of one state in a letter; the page has all of them."""
SHOWN = ("late", "absent", "unknown", "excused")


@dataclass(frozen=True)
class Letters:
    """Writes letters for an office in a zone; `language` for whoever chose none."""

    zone: str
    language: str

    def __call__(self, session: Session, row: NoticeRow, who: Recipient, at: datetime) -> Letter | str:
        """The letter, or the code of why there is nothing to say: scope, no_workday, settled."""
        t = Translator(pick_language(who.language, self.language))
        write: Callable[[Session, Translator, NoticeRow, Recipient, datetime], Letter | str] = {
            "morning": self._morning,
            "missing": self._missing,
            "terminals": self._terminals,
            "waiting": self._waiting,
            "signing": self._signing,
            "system": self._system,
            "test": self._test,
        }[row.kind]
        return write(session, t, row, who, at)

    def _morning(self, session: Session, t: Translator, row: NoticeRow, who: Recipient, at: datetime) -> Letter | str:
        on = date.fromisoformat(row.params["date"])
        within = scope(session, who, "attendance.read", at, clock.today(at, self.zone))
        if within is None or within.is_person or clock.today(at, self.zone) != on:
            return "scope"
        page = today_page(session, self.zone, at, within=within, alarms=False)
        if page.day_kind not in WORKING:
            return "no_workday"
        if not any(unit.people for unit in page.units):
            return "scope"
        if row.way == MAIL:  # what goes by other ways names nobody
            shown = people.numbers(session, (person.employee for state in SHOWN for _, person in _shown(page, state)))
            reader = Actor(who.name, who.user_id, "job")
            look(session, reader, "morning_list", shown - {who.employee_id}, at=at, polled=True)  # tries are one look
        return morning_letter(t, page)

    def _missing(self, session: Session, t: Translator, row: NoticeRow, who: Recipient, at: datetime) -> Letter | str:
        on = date.fromisoformat(row.params["date"])
        within = scope(session, who, "attendance.read", at, clock.today(at, self.zone))
        if within is None or who.employee_id is None or within.employee != who.employee_id:
            return "scope"
        if clock.today(at, self.zone) != on:
            return "late"
        found = missing_today(session, self.zone, at, [who.employee_id]).get(who.employee_id)
        if not found:
            return "settled"
        code, _ = people.names(session, [who.employee_id])[who.employee_id]
        parts = [
            t(f"letter.missing.{one.side}", session=t.word("session", one.session), span=t.span(one.starts, one.ends))
            for one in found
        ]
        text = [
            t("letter.missing.text", time=t.time(clock.to_wall(at, self.zone)), date=t.date(on)),
            "\n".join(f"- {part}" for part in parts),
            t("letter.missing.next"),
        ]
        title = t("letter.missing.title", date=t.date(on))
        return Letter(title, "\n\n".join(text), t("letter.missing.brief"), f"/days/{code}/{on}")

    def _terminals(self, session: Session, t: Translator, row: NoticeRow, who: Recipient, at: datetime) -> Letter | str:
        today = clock.today(at, self.zone)
        within = scope(session, who, "terminals.read", at, today)
        if within is None:
            return "scope"
        ids = places_of(session, within.places, (*row.params["silent"], *row.params["back"]))
        seen = {one.code: one for one in freshness(session, self.zone, at, ids, alarms=False)}
        silent = [seen[code] for code in row.params["silent"] if code in seen]
        back = [seen[code] for code in row.params["back"] if code in seen]
        if not silent and not back:
            return "scope"
        return terminals_letter(t, silent, back, today)

    def _waiting(self, session: Session, t: Translator, row: NoticeRow, who: Recipient, at: datetime) -> Letter | str:
        return waiting_letters.write(session, t, row.params, who, at, self.zone)

    def _signing(self, session: Session, t: Translator, row: NoticeRow, who: Recipient, at: datetime) -> Letter | str:
        today = clock.today(at, self.zone)
        if who.employee_id is None or scope(session, who, "commitments.sign", at, today) is None:
            return "scope"
        asked = commitments.find(session, row.params["commitment"])
        if asked is None or asked.signed_at is not None or asked.withdrawn_at is not None or asked.to_on < today:
            return "settled"
        if signer_of(session, asked, today) != who.employee_id:
            return "scope"
        title = t(f"letter.signing.{row.params['stage']}", year=asked.year)
        until = t("letter.signing.until", day=t.date(asked.due_on)) if asked.due_on is not None else ""
        text = " ".join(part for part in (t("letter.signing.text", year=asked.year), until) if part)
        return Letter(title, text, title, f"/commitments/{asked.id}")

    def _system(self, session: Session, t: Translator, row: NoticeRow, who: Recipient, at: datetime) -> Letter | str:
        within = scope(session, who, "system.manage", at, clock.today(at, self.zone))
        if within is None or webhooks.find(session, int(row.params["number"]), within) is None:
            return "scope"
        title = t("letter.webhook.title", name=row.params["webhook"])
        text = t(f"letter.webhook.{row.params['why']}", name=row.params["webhook"])
        return Letter(title, text, title, "/system/notifications")

    def _test(self, _session: Session, t: Translator, _row: NoticeRow, who: Recipient, _at: datetime) -> Letter | str:
        text = t("letter.test.text", name=who.name)
        return Letter(t("letter.test.title"), text, text, "/account/notifications")


def morning_letter(t: Translator, page: TodayPage) -> Letter:
    """The board of the day in words; first who is not there, then terminals that were not read."""
    totals = page.totals
    title = t(
        "letter.morning.title", date=t.date(page.day), present=totals["present"], late=totals["late"],
        absent=totals["absent"], unknown=totals["unknown"],
    )  # fmt: skip
    counts = "\n".join(f"- {t(f'letter_state.{state}')}: {totals[state]}" for state in ("present", *SHOWN))
    head = t("letter.morning.head", time=t.time(page.now), date=t.long_date(page.day))
    parts = [head, counts]
    behind = [one for one in page.terminals if one.state not in (None, "healthy", "full_soon")]
    if totals["unknown"]:
        parts.append(t("letter.morning.unknown"))
    if behind:
        lines = [f"- {_terminal(one)}: {_until(t, one, page.day)}" for one in behind]
        parts.append("\n".join([t("letter.morning.terminals"), *lines]))
    for state in SHOWN:
        if named := _shown(page, state):
            lines, left = _names(t, named), page.totals[state] - len(named)
            if left:
                more = t.n("letter.morning.more", left)
                lines.append(f"- {more}")
            parts.append("\n".join([f"{t(f'letter_state.{state}')}:", *lines]))
    parts.append(t("letter.morning.foot"))
    brief = "\n".join([head, counts, *([t("letter.morning.unknown")] if totals["unknown"] else [])])
    return Letter(title, "\n\n".join(parts), brief, "/today")


def _shown(page: TodayPage, state: str) -> list[tuple[str, TodayPerson]]:
    """Whom the letter names among those in a state, each with the unit, those to look after first."""
    units = {person.employee: unit.name for unit in page.units for person in unit.people if person.state == state}
    ranked = by_attention(person for unit in page.units for person in unit.people if person.state == state)
    return [(units[person.employee], person) for person in ranked[:MOST_NAMES]]


def _names(t: Translator, named: Iterable[tuple[str, TodayPerson]]) -> list[str]:
    lines = []
    for unit, person in named:
        line = f"- {person.name} ({person.employee}), {unit}"
        if person.state == "late" and person.since is not None:
            late = t("letter.morning.late", time=t.time(person.since), minutes=t.minutes(person.minutes or 0))
            line = f"{line}: {late}"
        lines.append(line)
    return lines


def terminals_letter(
    t: Translator, silent: list[TerminalFreshness], back: list[TerminalFreshness], today: date
) -> Letter:
    """What is the matter with each silent terminal and what to do next; which are back."""
    parts, titles = [], []
    if silent:
        titles.append(
            t("letter.terminals.silent_one", name=_terminal(silent[0]))
            if len(silent) == 1
            else t.n("letter.terminals.silent", len(silent))
        )
        parts.extend(_trouble(t, one, today) for one in silent)
        parts.append(t("letter.terminals.nobody"))
    if back:
        titles.append(
            t("letter.terminals.back_one", name=_terminal(back[0]))
            if len(back) == 1
            else t.n("letter.terminals.back", len(back))
        )
        parts.append("\n".join([t("letter.terminals.back_list"), *(f"- {_terminal(one)}" for one in back)]))
    title = "; ".join(titles)
    return Letter(title, "\n\n".join(parts), title, "/terminals")


def _trouble(t: Translator, one: TerminalFreshness, today: date) -> str:
    sentence = health_sentence(t, one.reason, one.params)
    return f"{_terminal(one)}: {sentence} {_until(t, one, today)}\n{next_step(t, one.next_step)}".strip()


def _terminal(one: TerminalFreshness) -> str:
    return f"{one.name} ({one.code})" if one.name and one.name != one.code else one.code


def _until(t: Translator, one: TerminalFreshness, today: date) -> str:
    return t("letter.until", time=t.seen(one.data_until, today)) if one.data_until else t("letter.never")


def places_of(session: Session, places: frozenset[int] | None, codes: Iterable[str]) -> list[int]:
    """Numbers of the terminals with these codes in these units (None: everywhere)."""
    found = (office.find(session, TerminalRow, code) for code in codes)
    return [row.id for row in found if row is not None and row.id and (places is None or row.unit_id in places)]
