"""The pages say everything in both languages, and write dates, numbers and names as their readers do."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import date, datetime
from pathlib import Path

import pytest
from jinja2 import nodes

from api.importing import SENTENCES
from api.pages import account, account_view, export_words
from api.pages.i18n import LANGUAGES, MissingMessage, Translator, catalogue, pick_language, read_day
from api.pages.names import name_key
from api.pages.render import GROUPS, NAVIGATION, OWN_PAGE, TEMPLATES, environment
from api.pages.terminal_pages import people as terminal_people
from api.pages.terminal_pages import settings as terminal_settings
from api.pages.terminal_pages import view as terminals_view
from api.pages.terminal_pages.adding import view as adding
from api.pages.users import PROBLEMS
from attendance.facts import DIRECTIONS
from attendance.rules import kinds, policy, schedule
from attendance.services import api_tokens, browsers, exporting, matching, reviewing, terminal_health
from attendance.services.explain import rules
from attendance.services.personal import requests as subject_requests
from attendance.services.personal.kinds import shipped_terms
from attendance.services.timesheet import forms
from attendance.store import alarms, explained, listing_explanations, personal_schema, saved_views
from attendance.store.every_table import every_table
from attendance.store.explanation_tables import GROUNDS
from attendance.store.heads import KINDS as HEAD_KINDS
from attendance.store.personal_export import tables
from attendance.store.personal_schema import CODED
from device_sync import checking, operations
from device_sync.zk.failures import OUTCOMES
from reports import (
    calendar,
    charts,
    compared,
    explanation_view,
    official_sheet,
    papers,
    person,
    rule_trial,
    trail,
    view,
)
from reports import rules as rule_pages
from tests.unit import system_words, visit_words, words_of_evidence
from tests.unit.minutes_words import MINUTES_WORDS
from tests.unit.notice_words import NOTICE_WORDS
from tests.unit.words_of_citizens import CITIZENS_WORDS
from tests.unit.words_of_commitments import COMMITMENT_WORDS
from tests.unit.words_of_months import WORDS
from tests.unit.words_of_presence import PRESENCE_WORDS
from tests.unit.words_of_reports import REPORT_WORDS
from tests.unit.words_of_teams import TEAM_WORDS

PAGES = TEMPLATES.parent
VI, EN = Translator("vi"), Translator("en")
KINDS = shipped_terms()

# What is told of a person, beside the columns of tables: sections that are put together, and fields inside of fields.
EXPORT_COLUMNS = tuple(
    sorted(
        {
            CODED.get(column.name, column.name)
            for name, held in tables()
            for column in every_table()[name].columns
            if column.name not in {*held.withheld, *held.by, *held.acted, *export_words.INTERNAL}
        }
        | {"at", "act", "what", "role", "via", "by_oneself", "detail", "people", "key", "record", "user"}
        | {"pin", "privilege", "since", "until", "side", "settled_at", "taken", "delete_on", "name", "disabled"}
        | {"verify", "received_at", "log_position", "quarantined", "pull", "source", "file_name", "started_at"}
        | {"from", "to", "night_min", "attributed_to", "result", "why", "before", "after", "facts"}
        | {"days", "weekdays", "needed"}
    )
)

# Groups whose keys are made from codes: the code's vocabulary is in view.py.
VOCABULARIES = {
    **MINUTES_WORDS,
    **REPORT_WORDS,
    "head": HEAD_KINDS,
    "state": view.PERSON_STATES,
    "health_state": terminal_health.STATES,
    "health": terminal_health.REASONS,
    "health_next": terminal_health.REASONS,
    "alarm": (*alarms.KINDS, "full_by", "time_unknown"),
    "operation": operations.NAMES,
    "privilege": ("2", "6", "14"),
    "day_kind": view.DAY_KINDS,
    "session_state": view.SESSION_STATES,
    "cover": view.COVER_KINDS,
    "use": view.PUNCH_USES,
    "violation": view.VIOLATION_TYPES,
    "status": view.VIOLATION_STATUSES,
    "symbol": view.SYMBOLS,
    "flag": view.FLAGS,
    "cause": view.REVISION_CAUSES,
    "nav_group": [group[2:] for group in GROUPS],
    "changed": view.PERSON_STATES,
    "question": ("none", *explained.STATES),
    "list.problem": (*reviewing.REASONS, *saved_views.REASONS, "due_unread", "too_many_rows"),
    "list.explained": ("any", "yes", "no"),
    "review.verb": reviewing.VERBS,
    "review.answers": reviewing.VERBS,
    "review.result": reviewing.RESULTS,
    "review.why": reviewing.RESULTS,
    "card": ("present", "late", "absent", "excused", "unknown"),
    "excuse": ("leave", "mission"),
    "session": ("am", "pm"),
    "theme": ("auto", "light", "dark"),
    "act": trail.ACTS,
    "look": trail.VIEWS,
    "via": trail.VIAS,
    "paper_status": papers.STATUSES,
    "paper_kind": papers.KINDS,
    "papers_done": papers.DONE,
    "papers_problem": papers.PROBLEMS,
    "duty": papers.DUTIES,
    "explanation_tab": explanation_view.TABS,
    "explanation_state": (*listing_explanations.STATES, "part"),
    "explanation_ground": GROUNDS,
    "explanation_request": ("open", "answered", "closed"),
    "explanation_step": ("asked", "filed", "confirmed", "denied", "approved", "part", "refused", "withdrawn"),
    "explain_done": explanation_view.DONE,
    "explain_problem": explanation_view.PROBLEMS,
    "explain_file": explanation_view.FILE_PROBLEMS,
    "explain_file_kind": ("jpeg", "png", "pdf"),
    "explain_fact": (
        "own",
        "seen",
        "no_own",
        "colleagues",
        "silent",
        "unknown",
        "outage_dead",
        "outage_network",
        "paper",
    ),
    "field": trail.FIELDS,
    "export_paper": exporting.PAPERS,
    "signed_in_by": ("session", "bearer"),
    "language": LANGUAGES,
    "sign_in": view.SIGN_IN_PROBLEMS,
    "sessions": ("where", "address", "since", "seen"),
    "token": ("name", "scopes", "until", "seen"),
    "browser": browsers.BROWSERS,
    "system": browsers.SYSTEMS,
    "scope": api_tokens.SCOPES,
    "password": ("short", "common", "same"),
    "account": tuple(f"done_{what}" for what in account.DONE),
    "punch": ("pull", "push", "agent", "file"),
    "ledger": view.LEDGER_PARTS,
    "clock": ("fast", "slow", "right"),
    "column": (
        *("date", "person", "what", "session", "counted", "status", "unit", "type", "from", "to"),
        *("time", "use", "terminal", "pull", "position"),
    ),
    "about": ("late", "early", "absent", "left_post", "missing_in", "missing_out", "unverified"),
    "threshold": rules.OF_DAYS,
    "threshold_value": ("any", "home_only", "yes", "no", "none", "session"),
    "overtime_kind": ("NT", "NN", "NL"),
    "check_step": checking.STEPS,
    "check_state": checking.STATES,
    "check_next": tuple(checking.FINDINGS),
    "set_aside": tuple(SENTENCES),
    "work": tuple(field.name for field in fields(matching.WorkList)),
    "proposal": matching.GROUNDS,
    "grant_state": ("holds", "later", "ended", "revoked"),
    "users_problem": PROBLEMS,
    "data_kind": tuple(kind.code for kind in KINDS.kinds),
    "request_kind": tuple(kind.code for kind in KINDS.requests),
    "request_state": subject_requests.STATES,
    "request_way": subject_requests.WAYS,
    "requests": ("late_answer", "late_completion"),
    "requests_problem": ("about", "answer", "date"),
    "notice": ("controller", "address", "protection_officer", "contact"),
    "export_part": (
        *(name for name, held in personal_schema.HELD.items() if held.by),
        *("punches", "terminal_users", "differences", "photographs", "looks", "changes", "own_acts"),
    ),
    "export_column": EXPORT_COLUMNS,
    "export_value": (
        *("yes", "no", "own_setting", "day_start", "day_end", "pull", "push", "agent", "file"),
        *("person", "unit", "office"),
    ),
    "punch_state": ("0", "1", "2", "3", "4", "5", "255"),
    "punch_verify": ("0", "1", "2", "3", "4", "15"),
    "thing": export_words.THINGS,
    "destruction_state": ("proposed", "approved", "done", "refused"),
    "destruction_count": (
        *("photographs", "sign_ins", "texts", "rows", "requests", "people", "accounts", "names_on_terminals"),
        *("bodies", "written_names", "trail_details", "contacts", "from", "to"),
    ),
    "destruction_problem": ("own", "text", "state"),
    **system_words.VOCABULARIES,
    **(WORDS | CITIZENS_WORDS),
    **COMMITMENT_WORDS,
    **TEAM_WORDS,
    **visit_words.VOCABULARIES,
    **NOTICE_WORDS,
    **words_of_evidence.VOCABULARIES,
    **PRESENCE_WORDS,
    "direction": DIRECTIONS,
    "source": ("pull", "push", "agent", "file"),
    "outcome": tuple(OUTCOMES),
    "terminals_problem": terminals_view.PROBLEMS,
    "enrol_problem": terminal_people.PROBLEMS,
    "enrol_note": ("without_number", "not_on_terminal"),
    "settings_problem": terminal_settings.PROBLEMS,
    "adding_problem": adding.PROBLEMS,
    "adding_step": adding.PAGES,
    "safety": adding.CHECKS,
    "safety_state": ("good", "look", "ask"),
    "safety_key": ("good", "look"),
    "safety_clock": ("good", "look"),
    "safety_memory": ("good", "look", "ask"),
    "safety_menu": ("good", "look", "ask"),
    "safety_network": ("ask",),
    "rule_scope": ("default", "nation"),
    "rule_origin": rule_pages.ORIGINS,
    "rule_state": rule_pages.STATES,
    "rule_pay": kinds.PAYS,
    "rule_question": rule_pages.ORDER,
    "rule_field": rule_trial.FIELDS,
    "measure": ("minutes", "seconds", "workdays", "occurrences", "choice", "yes_or_no"),
    "rules_problem": rule_trial.PROBLEMS,
    "regime": schedule.REGIMES,
    "regime_note": schedule.REGIMES,
    "weekday": schedule.WEEKDAYS,
    "month_name": tuple(str(n) for n in range(1, 13)),
    "weekday_short": schedule.WEEKDAYS,
    "calendar_waiting": ("announced", "proposed"),
    "calendar_kind": calendar.KINDS,
    "calendar_problem": calendar.PROBLEMS,
    "wall_missing": policy.MEASURES["missing_punch_refused"].choices,
    "form": official_sheet.WORDS,
    "form_column": {key for form in forms.shipped().values() for key, _ in form.columns},
    "day_mark": person.DAY_MARKS,
    "day_letter": person.DAY_MARKS,
    "me_now": view.PERSON_STATES,
    "compared": ("a", "b", "violations", "symbols", "flags", "rules", "day_kind"),
    "fact": compared.FACTS,
    "charts": (*charts.TABLES, *(f"{table}_head" for table in charts.TABLES if table != "minutes")),
    "charts_column": ("late", "excused", "known", "rate", "unknown", "unknown_share", "sessions"),
    "me_sum": ("late", "early", "left_post", "absent", "missing", "unverified"),
    "violation_for": ("late", "early", "absent", "absent_excused", "left_post"),
}


def keys(lang: str) -> set[str]:
    return {message.id if isinstance(message.id, str) else message.id[0] for message in catalogue(lang) if message.id}


def templates() -> list[Path]:
    return sorted(TEMPLATES.rglob("*.html"))


def constant_keys() -> set[str]:
    """Every key that is written out whole in a template or in the code of the pages."""
    found = {key for _, key, _ in NAVIGATION} | {OWN_PAGE[1]}
    for path in templates():
        tree = environment().parse(path.read_text(encoding="utf-8"))
        for call in tree.find_all(nodes.Call):
            name = call.node
            is_t = isinstance(name, nodes.Name) and name.name == "t"
            is_n = isinstance(name, nodes.Getattr) and isinstance(name.node, nodes.Name) and name.attr == "n"
            if (is_t or is_n) and call.args and isinstance(call.args[0], nodes.Const):
                found.add(call.args[0].value)
    beside = (PAGES.parent / room for room in ("notifying", "printing", "reporting", "publishing"))
    for path in (*PAGES.glob("*.py"), *(path for room in beside for path in room.glob("*.py"))):
        found |= set(re.findall(r"""\b(?:t|self)(?:\.n)?\(\s*"([a-z_]+(?:\.[a-z_0-9]+)*)\"""", path.read_text("utf-8")))
    return found


def test_both_catalogues_hold_the_same_keys() -> None:
    assert keys("vi") == keys("en")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_message_is_missing_fuzzy_or_obsolete(lang: str) -> None:
    bad = []
    for message in catalogue(lang):
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and (message.fuzzy or not all(texts)):
            bad.append(message.id)
    assert bad == []
    assert not catalogue(lang).obsolete


def test_both_languages_fill_the_same_places() -> None:
    english = {str(m.id): m for m in catalogue("en")}
    for message in catalogue("vi"):
        if message.id and not message.pluralizable:
            other = english[str(message.id)]
            assert set(re.findall(r"\{(\w+)\}", str(message.string))) == set(
                re.findall(r"\{(\w+)\}", str(other.string))
            )


def test_every_key_that_pages_ask_for_is_there() -> None:
    asked = constant_keys()
    assert len(asked) > 100
    assert asked - keys("vi") == set()


@pytest.mark.parametrize("group", VOCABULARIES)
def test_every_code_of_a_vocabulary_has_its_word(group: str) -> None:
    assert [code for code in VOCABULARIES[group] if f"{group}.{code}" not in keys("vi")] == []


def test_every_problem_of_an_account_has_its_sentence() -> None:
    assert set(account_view.PROBLEMS) - keys("vi") == set()


def test_no_key_is_left_that_nothing_asks_for() -> None:
    built = {f"{group}.{code}" for group, codes in VOCABULARIES.items() for code in codes}
    built |= set(account_view.PROBLEMS)
    open_groups = (
        "error.",
        "role.",
        "session.",
        "explain.",
        "check_next.",
        "imports.",
        "export_column.",
    )  # codes given at run time; see test_why, test_checking, test_imports_words
    spare = {key for key in keys("vi") - constant_keys() - built if not key.startswith(open_groups)}
    assert spare == set()


@pytest.mark.parametrize("path", templates(), ids=lambda path: path.name)
def test_templates_hold_no_text_of_their_own(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    # The block that widens a page stands inside an attribute; its default is a class, not a text.
    source = re.sub(r"\{% block width %\}.*?\{% endblock %\}", "", source)
    texts = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", source, flags=re.S)
    spoken = re.findall(r'(?:title|aria-label|placeholder|alt)="([^"]*)"', texts)
    texts = re.sub(r"<[^>]*>", " ", texts)
    assert re.findall(r"[^\W\d_]{2,}", " ".join([texts, *spoken])) == []


@pytest.mark.parametrize("path", templates(), ids=lambda path: path.name)
def test_templates_carry_no_inline_script_or_style(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"|javascript:|<script(?![^>]*src=)", source)


def test_missing_key_is_an_error_and_never_shown() -> None:
    with pytest.raises(MissingMessage, match=r"'no\.such' has no message"):
        VI("no.such")


def test_dates_times_and_numbers_are_written_as_vietnamese_readers_do() -> None:
    assert VI.date(date(2026, 11, 24)) == "24/11/2026"
    assert VI.long_date(date(2026, 11, 24)) == "Thứ Ba, 24 tháng 11, 2026"
    assert EN.long_date(date(2026, 11, 24)) == "Tuesday, 24 November 2026"
    assert VI.time(datetime(2026, 11, 24, 7, 46, 59)) == "07:46"
    assert VI.clock(datetime(2026, 11, 24, 7, 46, 5)) == "07:46:05"
    assert VI.number(1234.5) == "1.234,5"
    assert EN.number(1234.5) == "1,234.5"


def test_minutes_follow_the_plural_of_the_language() -> None:
    assert [VI.minutes(1), VI.minutes(16)] == ["1 phút", "16 phút"]
    assert [EN.minutes(1), EN.minutes(16)] == ["1 minute", "16 minutes"]


def test_clock_offset_is_told_in_words() -> None:
    assert VI.offset(420) == "nhanh 7 phút"
    assert VI.offset(-75) == "chậm 1 phút 15 giây"


def test_names_are_sorted_by_given_name_then_letters_then_tone() -> None:
    right = ["Trần Văn An", "Lê Thị Ánh", "Đỗ Bình", "Bùi Dung", "Hồ Đức", "Cao Hà", "Vũ Hả", "Lê Thị Oanh", "Mai Ý"]
    assert sorted(set(right), key=name_key) == right
    assert sorted(["Võ Ân", "Võ Ấn", "Võ An", "Đỗ An"], key=name_key) == ["Đỗ An", "Võ An", "Võ Ân", "Võ Ấn"]
    assert name_key("Nguyễn Thị A\u0301nh") == name_key("Nguyễn Thị Ánh")
    assert name_key("") < name_key("An")


def test_typed_days_are_read_day_first_or_not_at_all() -> None:
    today = date(2026, 11, 23)
    assert read_day("24/11/2026", today) == date(2026, 11, 24)
    assert read_day(" 24/11 ", today) == date(2026, 11, 24)
    assert [read_day(text, today) for text in ("t", "T", "h", "-1", "+7")] == [
        today, today, today, date(2026, 11, 22), date(2026, 11, 30)
    ]  # fmt: skip
    assert read_day("2", today) == date(2026, 11, 2)
    assert read_day("2026-11-24", today) == date(2026, 11, 24)
    assert [read_day(text, today) for text in ("11/24/2026", "", "x", "1/2/3/4", "31/02/2026")] == [None] * 5


def test_first_wish_that_is_ours_picks_the_language() -> None:
    assert pick_language(None, "fr", "en") == "en"
    assert pick_language() == "vi"
