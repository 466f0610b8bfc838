"""What holds of the account of every day: nothing left out, nothing twice, sums that add up."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import numpy as np

from api.pages.explain import tell
from api.pages.i18n import LANGUAGES, Translator
from attendance.engine.spans import intersection
from attendance.engine.standing import day_of_claims
from attendance.services.explain.account import NO_HOURS
from attendance.services.explain.look import DayLook, length
from attendance.services.explain.statements import PARTS, Difference, Length, Minutes, Statement, Sum
from attendance.services.explain.takings import takings
from tests.accounts import Told

LEDGER = ("credited", "leave", "unverified", "counted")


def assert_whole(told: Told) -> None:
    """Everything that must be true of the account of any day."""
    assert {each.part for each in told.account.statements} <= set(PARTS)
    for lang in LANGUAGES:
        lines = tell(told.page, Translator(lang))
        assert not [line for line in lines if "{" in line or "None" in line]
    if told.account.verdict.day_kind in ("not_employed", NO_HOURS):
        assert told.account.statements[0].part == "day"
        return
    assert_every_punch_once(told)
    assert_every_violation_has_its_sum_and_rule(told)
    assert_sums(told)
    assert_ledgers(told)
    assert_papers_take_what_is_covered(told)
    assert_reasons_are_those_of_the_engine(told)


def of(told: Told, *parts: str) -> list[Statement]:
    return [each for each in told.account.statements if each.part in parts]


def look_at(told: Told) -> DayLook:
    verdict, days = told.account.verdict, told.judgement.expected.days
    number = (verdict.on - datetime(1970, 1, 1).date()).days
    return DayLook(told.judgement, days.find(told.judgement.case.person_index[verdict.employee], number))


def assert_every_punch_once(told: Told) -> None:
    judgement, look = told.judgement, look_at(told)
    home = day_of_claims(judgement.case, judgement.expected, judgement.claims, judgement.paired.window)
    here = Counter(judgement.claims.source[np.flatnonzero(home == look.row)].tolist())
    said = Counter(each.punch for each in told.account.statements if each.punch is not None)
    quarantined = {row for row in said if not judgement.case.punches.sane[row]}
    assert {row: count for row, count in said.items() if row not in quarantined} == here
    assert all(said[row] == 1 for row in quarantined)
    assert all(each.part == "punch" for each in told.account.statements if each.punch is not None)
    assert [each.punch for each in of(told, "punch")] == [punch.row for punch in told.account.punches]


def assert_every_violation_has_its_sum_and_rule(told: Told) -> None:
    for place, violation in enumerate(told.account.verdict.violations):
        mine = [each for each in told.account.statements if each.violation == place]
        assert {"verdict", "sum", "rule"} <= {each.part for each in mine}, violation
        name = told.account.sessions[mine[0].session or 0].name
        assert name == violation.session
    for each in of(told, "rule"):
        assert each.values["rules"]


def assert_sums(told: Told) -> None:
    """Every subtraction is right, and its whole minutes are those of the occurrence it is about."""
    verdict = told.account.verdict
    concluded: dict[int, int] = {}
    over: dict[int, int] = {}
    for each in of(told, "sum"):
        if each.key in ("sum.plain", "sum.covered"):
            values = each.values
            shown, whole = values["difference"], values["length"]
            assert isinstance(shown, Difference)
            assert isinstance(whole, Length)
            assert (shown.later - shown.earlier).total_seconds() == whole.seconds or values["notes"].notes
            left = whole.seconds
            if each.key == "sum.covered":
                parts = values["parts"]
                assert isinstance(parts, Sum)
                left -= sum(part.values["length"].seconds for part in parts.parts)
                assert values["left"] == Length(left)
            assert left >= 0
            if each.violation is not None:
                concluded[each.violation] = left // 60
        elif each.key == "sum.absent_over":
            assert each.violation is not None
            over[each.violation] = each.values["total"].minutes
            assert each.values["late"] + each.values["early"] == over[each.violation]
        elif each.key == "sum.excused":
            minutes, excused = each.values["minutes"], each.values["excused"]
            assert each.values["counted"] == Minutes(minutes.minutes - excused)
        elif each.key == "sum.settled":
            assert each.values["minutes"].minutes == each.values["credited"] + each.values["counted"]
        elif each.key == "sum.floor" and each.violation is not None:
            assert each.values["minutes"].minutes == concluded[each.violation]
    for place, violation in enumerate(verdict.violations):
        if violation.minutes is None:
            assert place not in concluded
        else:
            assert {**concluded, **over}[place] == violation.minutes, violation


def assert_ledgers(told: Told) -> None:
    """Each session's minutes add up, the day's too, and the sessions make the day."""
    verdict = told.account.verdict
    (line,) = of(told, "ledger")[:1]
    assert line.key == "ledger.line"
    days = {part: line.values[part] for part in LEDGER}
    assert line.values["scheduled"] == Minutes(sum(days.values()))
    assert days["counted"] == sum(violation.counted_min for violation in verdict.violations)
    total: Counter[str] = Counter(dict.fromkeys(LEDGER, 0))
    for each in of(told, "balance"):
        if each.key == "balance.session":
            amounts = {part: each.values[part] for part in LEDGER}
            assert each.values["scheduled"] == Minutes(sum(amounts.values()))
            total.update(amounts)
        else:
            assert each.values["credited"] == Minutes(each.values["worked"] + each.values["other"])
    assert dict(total) == days
    for each in of(told, "ledger")[1:]:
        parts = each.values["parts"]
        assert isinstance(parts, Sum)
        assert each.values["counted"] == Minutes(sum(part.values["counted"] for part in parts.parts))


def assert_papers_take_what_is_covered(told: Told) -> None:
    """What the papers are said to take is exactly what the engine leaves out of each session."""
    look = look_at(told)
    for session, taken in takings(look).items():
        if look.due.leave[session] >= 0 or look.due.taken[session]:
            continue
        pieces = [piece for each in taken for piece in each.pieces]
        for number, piece in enumerate(pieces):
            assert not intersection(pieces[number + 1 :], [piece])
        assert length(pieces) + length(look.free(session)) == length([look.whole(session)])
        last = taken[-1].after if taken else look.whole(session)
        required = int(look.due.required_from[session]), int(look.due.required_to[session])
        assert last == (required if required[0] < required[1] else None)


def assert_reasons_are_those_of_the_engine(told: Told) -> None:
    """What is said to stand in the way does, what stands in the way is said, a lone punch goes to its nearer side."""
    look, evidence = look_at(told), told.judgement.evidence
    said = {each.key for each in told.account.statements}
    sessions = list(look.sessions)
    assert bool(evidence.outage[sessions].any()) == any(key.startswith("outage.") for key in said)
    assert bool((evidence.clock_invalid & ~evidence.unsynced)[sessions].any()) == bool(
        {"clock.punch", "clock.required"} & said
    )
    assert bool(evidence.unsynced[sessions].any()) == bool(
        {"cover.no_terminal", "cover.not_around", "cover.not_past"} & said
    )
    for each in of(told, "pair"):
        values = each.values
        if "to_start" in values and "to_end" in values:
            nearer = values["to_start"].seconds - values["to_end"].seconds
            assert each.key.endswith("nearer_in") == (nearer < 0), each
            assert each.key.endswith("equal") == (nearer == 0), each
        if each.key == "pair.close":
            assert values["length"].seconds <= values["limit"].minutes * 60
    uses = Counter(punch.use for punch in told.account.punches)
    flags = told.account.verdict.flags
    assert f"duplicates_ignored:{uses['ignored']}" in flags or not uses["ignored"]
    assert f"punch_annulled:{uses['annulled']}" in flags or not uses["annulled"]
    noted = {note.key for each in of(told, "punch") for note in each.values["notes"].notes}
    assert ("off_schedule_punch" in flags) == bool(uses["off_schedule"] or "note.outside" in noted)
    assert ("clock_corrected" in flags) >= bool("note.clock" in noted and not {"annulled", "off_site"} & set(uses))
    assert ("off_site_punch" in flags) == bool(uses["off_site"])
    assert ("odd_inner_punch" in flags) <= ("verdict.odd" in said)  # over midnight the flag stands on one date only
    assert ("explanation_after_deadline" not in flags) or {
        "paper.void",
        "paper.accepted_late",
        "paper.no_session",
        "paper.undecided",
    } & said
