"""Renders a template with a view model into a whole page, or into the fragment that htmx asked for.

Every template knows: `view` (its view model), `lang`, `t` (the translator), `user` (name, role) or None, `csrf_token`,
`demo`, `path` (of this request with its query, for the language links and the navigation), `nav`.
Undefined names are errors; everything printed is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api import sheets_in
from api.notifying.failures import failure
from api.pages import bars, compared_bars, explain, index_bars, terminals, timeline
from api.pages.assets import asset
from api.pages.i18n import DAY_PATTERN, LANGUAGES, Translator
from api.pages.names import name_key
from api.pages.trail_values import trail_field, trail_value
from api.reporting.catalogue import for_whom, title
from attendance.services.access import ROLES, Permission
from attendance.services.reviewing import RESULTS
from attendance.services.visiting.teams import AUTHORITIES
from attendance.store.citizen_tables import CHANNELS
from attendance.store.citizen_tables import KINDS as OBSERVATION_KINDS
from attendance.store.draw_tables import WAYS
from attendance.store.visit_tables import KINDS, PARTS
from reports.charts import FEWEST_PEOPLE, LONGEST_MINUTE
from reports.person import DAY_MARKS, SHOWN_DAYS
from reports.registers.compared import hours_text
from reports.view import PERSON_STATES, VIOLATION_STATUSES, VIOLATION_TYPES, TodayPerson, User

TEMPLATES = Path(__file__).parent / "templates"

# Address, message key, what one must be allowed somewhere. A page further down the same address keeps its entry lit.
NAVIGATION: tuple[tuple[str, str, Permission], ...] = (
    ("/users", "nav.users", "users.manage"),  # first: to administrators, who see no attendance, it is the home page
    ("/inspections", "nav.inspections", "visits.do"),  # then: who inspects begins where their visits are
    ("/today", "nav.today", "attendance.read"),
    ("/violations", "nav.violations", "attendance.read"),
    ("/explanations", "nav.explanations", "explanations.read"),
    ("/papers", "nav.papers", "papers.read"),
    ("/months", "nav.months", "months.read"),
    ("/rosters", "nav.rosters", "papers.read"),
    ("/commitments", "nav.commitments", "commitments.read"),
    ("/charts", "nav.charts", "attendance.read"),
    ("/reports", "nav.reports", "attendance.read"),
    ("/reports", "nav.reports", "system.read"),  # of terminals, to those who see no attendance
    ("/conduct", "nav.conduct", "conduct.read"),
    ("/index", "nav.index", "index.read"),
    ("/observations", "nav.observations", "observations.read"),
    ("/inspections", "nav.inspections", "visits.read"),
    ("/teams", "nav.teams", "teams.read"),
    ("/inspections/followups", "nav.followups", "visits.read"),
    ("/units", "nav.units", "office.read"),
    ("/people", "nav.people", "people.write"),
    ("/terminals", "nav.terminals", "terminals.read"),
    ("/calendar", "nav.calendar", "office.read"),
    ("/schedules", "nav.schedules", "office.read"),
    ("/rules", "nav.rules", "office.read"),
    ("/import", "nav.import", "imports.sheets"),
    ("/system", "nav.system", "system.read"),
    ("/requests", "nav.requests", "personal_data.manage"),
    ("/system/notifications", "nav.notifications", "system.manage"),
    ("/evidence", "nav.evidence", "evidence.read"),
    ("/trail", "nav.trail", "trail.read"),
    ("/looks", "nav.looks", "attendance.read"),
)

OWN_PAGE = ("/me", "nav.me")
"""The page of whoever has a record of their own; where somebody begins who sees no other."""

# The group of the menu that an entry stands in; its first letters put the groups in order.
GROUPS = {
    "1.daily": {
        "/today",
        "/violations",
        "/explanations",
        "/months",
        "/papers",
        "/rosters",
        "/me",
        "/charts",
        "/reports",
    },
    "2.control": {
        "/inspections",
        "/inspections/followups",
        "/teams",
        "/observations",
        "/commitments",
        "/conduct",
        "/index",
    },
    "3.office": {"/units", "/people", "/calendar", "/schedules", "/rules"},
    "4.data": {"/terminals", "/import"},
    "5.care": {"/users", "/system", "/system/notifications", "/requests", "/evidence", "/trail", "/looks"},
}

# Those who need a look come first; inside a state, by given name.
_ATTENTION = {state: rank for rank, state in enumerate(("late", "absent", "unknown", "excused", "present"))}


def render(
    template: str,
    view: object,
    *,
    lang: str,
    user: User | None = None,
    csrf_token: str = "",
    demo: bool = False,
    path: str = "/",
    unread: Sequence[str] = (),
    **extra: Any,
) -> str:
    """The HTML of a template for one view model in one language; `unread`: dates of the address that are none; `extra`
    names are for further pages."""
    return (
        environment()
        .get_template(template)
        .render(
            view=view,
            lang=lang,
            t=Translator(lang),
            user=user,
            csrf_token=csrf_token,
            demo=demo,
            path=path,
            unread=unread,
            nav=navigation(user),
            **extra,
        )
    )


def navigation(user: User | None) -> list[tuple[str, str, str]]:
    """Address, message key and group of the pages that somebody may open; the first is where they begin."""
    if user is None:
        return []
    found = list(dict.fromkeys((address, key) for address, key, needed in NAVIGATION if needed in user.may))
    if user.is_person and "attendance.read" in user.may:
        found.insert(0 if user.role == "official" else len(found), OWN_PAGE)
    return [(*entry, next(group for group, those in GROUPS.items() if entry[0] in those)) for entry in found]


@lru_cache(maxsize=1)
def environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals |= {
        "asset": asset,
        "day_marks": DAY_MARKS,
        "day_pattern": DAY_PATTERN,
        "draw_ways": WAYS,
        "everyone": everyone,
        "failure": failure,
        "fewest_people": FEWEST_PEOPLE,
        "alarm_sentence": terminals.alarm_sentence,
        "compliance_chart": compared_bars.compliance_chart,
        "hours_text": hours_text,
        "seasons_chart": compared_bars.seasons_chart,
        "years_chart": compared_bars.years_chart,
        "index_chart": index_bars.index_chart,
        "health_sentence": terminals.health_sentence,
        "next_step": terminals.next_step,
        "deed_word": terminals.deed_word,
        "account": explain.account,
        "languages": LANGUAGES,
        "lay_out": timeline.lay_out,
        "longest_minute": LONGEST_MINUTE,
        "minutes_chart": bars.minutes_chart,
        "most_units": bars.MOST_UNITS,
        "observation_channels": CHANNELS,
        "observation_kinds": OBSERVATION_KINDS,
        "person_address": person_address,
        "person_states": PERSON_STATES,
        "report_for": for_whom,
        "report_title": title,
        "roles": ROLES,
        "shown_days": SHOWN_DAYS,
        "summary": explain.summary,
        "team_authorities": AUTHORITIES,
        "team_parts": PARTS,
        "tell": sheets_in.tell,
        "timeline_rows": timeline.rows,
        "times_chart": bars.times_chart,
        "trail_field": trail_field,
        "trail_value": trail_value,
        "units_chart": bars.units_chart,
        "vietnamese": Translator("vi"),
        "visit_kinds": KINDS,
        "violation_label": timeline.violation_label,
        "review_results": RESULTS,
        "violation_statuses": VIOLATION_STATUSES,
        "violation_types": VIOLATION_TYPES,
        "weekdays_chart": bars.weekdays_chart,
        "with_query": with_query,
    }
    found.filters |= {"by_attention": by_attention, "capital": capital, "short_digest": short_digest}
    return found


def with_query(path: str, **changes: object) -> str:
    """The same address with some query values changed; an empty value takes its name away."""
    parts = urlsplit(path)
    query = dict(parse_qsl(parts.query)) | {name.rstrip("_"): str(value or "") for name, value in changes.items()}
    kept = urlencode({name: value for name, value in query.items() if value})
    return f"{parts.path}?{kept}" if kept else parts.path


def person_address(person: TodayPerson, day: object) -> str:
    """Where *Vì sao?* is for this person today: the violation if there is one, else the whole day."""
    if person.violation_id:
        return f"/violations/{quote(person.violation_id, safe='')}"
    return f"/days/{quote(person.employee, safe='')}/{day}"


def everyone(counts: dict[str, int]) -> int:
    """How many people there are in all states together, whatever else the counts hold."""
    return sum(counts.get(state, 0) for state in PERSON_STATES)


def by_attention(people: Iterable[TodayPerson]) -> list[TodayPerson]:
    return sorted(people, key=lambda p: (_ATTENTION.get(p.state, 9), name_key(p.name), p.employee))


def capital(text: str) -> str:
    """First letter large; `str.capitalize` would make the others small."""
    return text[:1].upper() + text[1:]


def short_digest(digest: str) -> str:
    """Enough of a digest to compare by eye."""
    return f"{digest[:8]}…{digest[-4:]}" if len(digest) > 16 else digest
