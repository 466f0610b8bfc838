"""Writing verdicts as revisions: only where they differ from the newest one, superseding and never overwriting it.

Storing is most of the time of judging a month, so rows go to the driver as text that thousands of days share.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import BigInteger, Date, Integer, String, bindparam, select, text, update
from sqlmodel import Session

from attendance.engine.plain import duty_row, finding_row, overtime_row
from attendance.engine.verdict import DayVerdict
from attendance.rules.citation import Citation
from attendance.rules.rulebook import Rulebook
from attendance.store import bulk, chain_links, chain_writing
from attendance.store.evidence_tables import RulebookRow, RulingRow, ViolationRow
from attendance.store.questions import AS_OF, FIRST, LAST, among, answers, core, listed, table_of

_RULING = (
    "id", "employee_id", "work_date", "revision", "unit_id", "day_kind", "scheduled_min", "worked_min", "credited_min",
    "leave_min", "unverified_min", "flags", "symbols", "citations", "duties", "overtime", "findings", "rulebook",
    "digest", "cause", "recorded_at",
)  # fmt: skip
_VIOLATION = (
    "id", "ruling_id", "employee_id", "unit_id", "work_date", "session", "type", "minutes", "excused_min",
    "counted_min", "status",
)  # fmt: skip
_NEWEST = select(
    core(RulingRow.employee_id), core(RulingRow.work_date), core(RulingRow.id), core(RulingRow.revision),
    core(RulingRow.digest),
).where(
    core(RulingRow.superseded_at).is_(None),
    core(RulingRow.work_date).between(FIRST, LAST),
    among(RulingRow.employee_id, "people"),
)  # fmt: skip
_KNOWN_RULES = select(core(RulebookRow.fingerprint)).where(core(RulebookRow.fingerprint) == bindparam("fingerprint"))
_SUPERSEDE = tuple(
    update(table_of(table)).where(among(number, "rulings")).values(superseded_at=AS_OF)
    for table, number in ((RulingRow, RulingRow.id), (ViolationRow, ViolationRow.ruling_id))
)
_NEWEST_COLUMNS = {"employee_id": Integer, "work_date": Date, "id": BigInteger, "revision": Integer, "digest": String}
_AMONG_SQLITE = text(
    "SELECT employee_id, work_date, ruling.id, revision, digest FROM json_each(:days) AS asked JOIN ruling "
    "ON employee_id = json_extract(asked.value, '$[0]') AND work_date = json_extract(asked.value, '$[1]') "
    "WHERE superseded_at IS NULL"
).columns(**_NEWEST_COLUMNS)
_AMONG_POSTGRESQL = text(
    "SELECT employee_id, work_date, ruling.id, revision, digest FROM (SELECT CAST(value->>0 AS integer) AS person, "
    "CAST(value->>1 AS date) AS day FROM json_array_elements(CAST(:days AS json))) AS asked JOIN ruling "
    "ON employee_id = person AND work_date = day WHERE superseded_at IS NULL"
).columns(**_NEWEST_COLUMNS)

Judged = Sequence[tuple[int, DayVerdict]]
"""(employee id, verdict) of days that were judged."""


class Newest(NamedTuple):
    """What is needed of the newest ruling of a day to tell whether another one differs."""

    id: int
    revision: int
    digest: str


class _Texts:
    """Parts of verdicts as JSON text. Days share flags, symbols and citations, so each is written out once.

    A part is known by its identity: the verdicts must outlive this.
    """

    def __init__(self) -> None:
        self._known: dict[int, str] = {}

    def of(self, part: object, plain: Callable[[Any], Any]) -> str:
        text = self._known.get(id(part))
        if text is None:
            text = self._known[id(part)] = orjson.dumps(plain(part)).decode()
        return text

    def content(self, verdict: DayVerdict) -> tuple[str, str, str, str]:
        """Flags, symbols, citations and violations of a verdict as they are stored and digested."""
        violations = self.of(verdict.violations, _violations) if verdict.violations else "[]"
        return (
            self.of(verdict.flags, list) if verdict.flags else "[]",
            self.of(verdict.symbols, dict),
            self.of(verdict.citations, _citations),
            violations,
        )


def _lines(verdict: DayVerdict) -> tuple[str, str, str]:
    """Duties, overtime and findings of a verdict as they are stored and digested; few days have any."""
    return (
        orjson.dumps([duty_row(line) for line in verdict.duties]).decode() if verdict.duties else "[]",
        orjson.dumps([overtime_row(line) for line in verdict.overtime]).decode() if verdict.overtime else "[]",
        orjson.dumps([finding_row(line) for line in verdict.findings]).decode() if verdict.findings else "[]",
    )


def digest_of(verdict: DayVerdict) -> str:
    """SHA-256 over everything the verdict concludes and cites, so that a rule it does not rest on leaves it alone.

    Whose day it is, is not part of it: rulings are compared with earlier ones of the same person and date.
    """
    return _digest(verdict, _Texts().content(verdict))


def _digest(verdict: DayVerdict, texts: tuple[str, str, str, str]) -> str:
    content = (
        f"{verdict.unit}|{verdict.day_kind}|{verdict.scheduled_min}|{verdict.worked_min}|{verdict.credited_min}|"
        f"{verdict.leave_min}|{verdict.unverified_min}|{'|'.join(texts)}"
    )
    if verdict.duties or verdict.overtime or verdict.findings:
        content += f"|{'|'.join(_lines(verdict))}"
    return hashlib.sha256(content.encode()).hexdigest()


def _violations(found: Sequence[Any]) -> list[tuple[Any, ...]]:
    return [(v.type, v.session, v.minutes, v.excused_min, v.counted_min, v.status) for v in found]


def _citations(cited: Sequence[Citation]) -> list[dict[str, Any]]:
    return [
        {
            "rule": citation.rule,
            "version": citation.version,
            "from_on": citation.from_on.isoformat() if citation.from_on else None,
            "to_on": citation.to_on.isoformat() if citation.to_on else None,
            "document": citation.document,
            "article": citation.article,
        }
        for citation in cited
    ]


def keep_rulebook(session: Session, rulebook: Rulebook, recorded_at: datetime) -> str:
    """File the rules under their fingerprint if they are new; answers the fingerprint."""
    if not answers(session, _KNOWN_RULES, {"fingerprint": rulebook.fingerprint}):
        session.add(RulebookRow(fingerprint=rulebook.fingerprint, content=rulebook.content(), recorded_at=recorded_at))
        session.flush()
    return rulebook.fingerprint


def newest(session: Session, employee_ids: Iterable[int], from_on: date, to_on: date) -> dict[tuple[int, date], Newest]:
    """The newest rulings of some people in a span of dates, by (employee id, date)."""
    values = {"first": from_on, "last": to_on, "people": listed(sorted(set(employee_ids)))}
    return _by_day(answers(session, _NEWEST, values))


def _newest_of(session: Session, days: Sequence[tuple[int, date]]) -> dict[tuple[int, date], Newest]:
    """The newest rulings of these days: looked up one by one where they are few among the days between."""
    people, dates = {employee for employee, _ in days}, [on for _, on in days]
    span = (max(dates) - min(dates)).days + 1
    if len(days) * 4 > len(people) * span:
        return newest(session, people, min(dates), max(dates))
    wanted = _AMONG_SQLITE if bulk.is_sqlite(session) else _AMONG_POSTGRESQL
    return _by_day(answers(session, wanted, {"days": orjson.dumps(days).decode()}))


def _by_day(rows: Iterable[Any]) -> dict[tuple[int, date], Newest]:
    return {(employee, on): Newest(number, revision, digest) for employee, on, number, revision, digest in rows}


def store(
    session: Session,
    judged: Judged,
    *,
    rulebook: str,
    unit_ids: Mapping[str, int],
    causes: Mapping[tuple[int, date], str],
    recorded_at: datetime,
) -> int:
    """Write the verdicts that differ from the newest ruling; answers how many did.

    `causes` say why each day was judged again. A day that is judged for the first time is a first revision whatever
    its cause.
    """
    if not judged:
        return 0
    days = [(employee, verdict.on) for employee, verdict in judged]
    before = _newest_of(session, days)
    texts = _Texts()
    changed = []
    for employee, verdict in judged:
        content = texts.content(verdict)
        digest = _digest(verdict, content)
        earlier = before.get((employee, verdict.on))
        if earlier is None or earlier.digest != digest:
            changed.append((employee, verdict, content, digest, earlier))
    _supersede(session, [earlier.id for *_, earlier in changed if earlier is not None], recorded_at)

    adapt = bulk.adapter(session)
    dates = {on: adapt(on) for on in {on for _, on in days}}
    now = adapt(recorded_at)
    rulings, violations, sealed = [], [], []
    moment = chain_links.micros(recorded_at)
    numbers = bulk.next_ids(session, "ruling", len(changed))
    places = iter(bulk.next_ids(session, "violation", sum(len(verdict.violations) for _, verdict, *_ in changed)))
    for number, (employee, verdict, (flags, symbols, citations, _), digest, earlier) in zip(
        numbers, changed, strict=True
    ):
        on, unit = dates[verdict.on], unit_ids.get(verdict.unit or "")
        revision, cause = 1, "first"
        if earlier is not None:
            revision, cause = earlier.revision + 1, causes.get((employee, verdict.on), "evaluated")
        said = (
            revision, unit, verdict.day_kind, verdict.scheduled_min, verdict.worked_min, verdict.credited_min,
            verdict.leave_min, verdict.unverified_min, flags, symbols, citations, *_lines(verdict), rulebook, digest,
            cause,
        )  # fmt: skip
        rulings.append((number, employee, on, *said, now))
        found = [
            (
                next(places),
                number,
                employee,
                unit,
                on,
                v.session,
                v.type,
                v.minutes,
                v.excused_min,
                v.counted_min,
                v.status,
            )
            for v in verdict.violations
        ]
        violations += found
        sealed.append((number, chain_links.ruling_digest(number, employee, verdict.on, said, moment, found)))
    bulk.insert_rows(session, "ruling", _RULING, rulings)
    bulk.insert_rows(session, "violation", _VIOLATION, violations)
    chain_writing.note_rulings(session, sealed)
    return len(changed)


def _supersede(session: Session, ruling_ids: Sequence[int], at: datetime) -> None:
    if ruling_ids:
        session.flush()
        for statement in _SUPERSEDE:
            session.connection().execute(statement, {"rulings": listed(ruling_ids), "as_of": at})
