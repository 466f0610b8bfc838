"""Sealing minutes: from then on nothing in them changes, and what has to be added goes into an annex.

A code by which the paper is found, a digest of the data, one of the PDF, and one signature over both.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from attendance import clock
from attendance.errors import AttendanceError
from attendance.services.signing_key import is_signed, signing_key
from attendance.services.visiting import seals, signatures
from attendance.services.visiting.minutes import Minutes, canonical, draft
from attendance.services.visiting.signatures import Signature
from attendance.services.visiting.wrong import MinutesInvalid
from attendance.store import followups, papers_roster
from attendance.store import minutes as stored
from attendance.store.database import Session
from attendance.store.minutes_tables import AnnexRow, MinutesRow
from attendance.store.paper_register import NotAsItWas
from attendance.store.trail import Actor, record
from attendance.store.visit_tables import BEGUN, ENDED, SEALED, VisitRow

_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without those that are mistaken for others on paper
CODE_LENGTH = 12
"""Of 31 signs: nobody finds a code by trying."""
ANNEX = b"annex 1"
LONGEST_ANNEX = 8000

Draw = Callable[[bytes], bytes]
"""The PDF of a canonical JSON, with a blank place for the seal and the JSON inside."""


class OnlyHeadSeals(AttendanceError):
    """Somebody of the team who is not its head tried to seal."""

    code = "only_head_seals"

    def __init__(self) -> None:
        super().__init__("Only the head of the team seals minutes and annexes; have them do it with their password.")


@dataclass(frozen=True, slots=True)
class Sealing:
    """Who seals, having just proved by their password who they are, and by which secret key."""

    actor: Actor
    secret_key: bytes


def seal(
    session: Session,
    zone: str,
    visit: VisitRow,
    given: Iterable[Signature],
    *,
    by: Sealing,
    draw: Draw,
    version: int | None = None,
    at: datetime,
) -> MinutesRow:
    """Seal the minutes of a visit whose list was left, signed by both sides or with a refusal noted.

    `version`: of the text they were shown. Those not found at work become findings of an inspection. Raises
    NotAsItWas, OnlyHeadSeals, Invalid, FiguresWrong; then nothing is stored.
    """
    row = stored.hold(session, visit.id or 0)
    _check_state(row)
    check_head(session, row, by.actor)
    signed = signatures.check(given)
    minutes = draft(session, zone, row, at=at)
    if version is not None and version != minutes.version:
        raise NotAsItWas("The text of these minutes was changed after it was shown to be signed; look at it once more.")
    _check_written(minutes)
    code = "".join(secrets.choice(_SIGNS) for _ in range(CODE_LENGTH))
    content = canonical(minutes, code, signed, zone=zone, closed_at=at)
    key = signing_key(session, by.secret_key, at)
    pdf, sealed = seals.put(draw(content), content, key)
    kept = stored.keep(
        session,
        MinutesRow(
            visit_id=row.id or 0,
            unit_id=row.unit_id,
            number=minutes.written.number[:64],
            code=code,
            content=stored.pack(content),
            digest=sealed.data.hex(),
            pdf=pdf,
            pdf_digest=sealed.pdf.hex(),
            signing_key=key.name,
            signature=sealed.signature,
            inspection_id=_file_findings(session, minutes, code, at),
            sealed_by=by.actor.name[:64],
            sealed_by_id=by.actor.user_id,
            sealed_at=at,
        ),
        {one.who.number: one.found for one in minutes.people},
    )
    followups.keep(session, kept, [(one.text, one.due) for one in minutes.written.conclusions])
    row.state, row.sealed_at, row.version = SEALED, at, row.version + 1
    session.add(row)
    after = {"digest": kept.digest, "pdf": kept.pdf_digest, "code": code, "unit": minutes.unit}
    # About nobody by number: erasing a person must not take the digest out of the trail. `minutes_person` tells whom.
    record(session, by.actor, "minutes.sealed", kind="visit", key=row.key, after=after, at=at)
    return kept


def add_annex(
    session: Session, zone: str, visit: VisitRow, text: str, given: Iterable[Signature], *, by: Sealing, at: datetime
) -> AnnexRow:
    """Add to sealed minutes what came to be known or was wrong; linked to what was sealed before it.

    Signed as minutes are. Raises NotAsItWas while they are not sealed, OnlyHeadSeals, Invalid.
    """
    row = stored.hold(session, visit.id or 0)
    minutes = stored.of_visit(session, row.id)
    if minutes is None:
        raise NotAsItWas("These minutes are not sealed yet; change their text in place of an annex.")
    check_head(session, row, by.actor)
    text = text.replace("\r\n", "\n").strip()
    if not text or len(text) > LONGEST_ANNEX or "\0" in text:
        raise MinutesInvalid(
            "annex_text", f"An annex says something, in at most {LONGEST_ANNEX} signs; write what has to be added."
        )
    signed = signatures.check(given)
    earlier = stored.annexes(session, minutes.id)
    before = earlier[-1].digest if earlier else minutes.digest
    content = orjson.dumps(
        {
            "form": "annex 1",
            "minutes": minutes.code,
            "number": len(earlier) + 1,
            "before": before,
            "text": text,
            "added": clock.local_iso(clock.to_wall(at, zone), zone),
            "signatures": [one.plain() for one in signed],
        },
        option=orjson.OPT_SORT_KEYS,
    )
    if seals.MARK in content:
        raise MinutesInvalid(
            "annex_text", f"Take {seals.MARK.decode()!r} out of the text; the seal of the PDF needs it."
        )
    digest = hashlib.sha256(content)
    key = signing_key(session, by.secret_key, at)
    kept = stored.keep_annex(
        session,
        AnnexRow(
            minutes_id=minutes.id or 0,
            number=len(earlier) + 1,
            content=stored.pack(content),
            digest=digest.hexdigest(),
            before=before,
            signing_key=key.name,
            signature=key.sign(ANNEX, digest.digest()),
            added_by=by.actor.name[:64],
            added_by_id=by.actor.user_id,
            added_at=at,
        ),
    )
    after = {"number": kept.number, "digest": kept.digest}
    record(session, by.actor, "minutes.annexed", kind="visit", key=row.key, after=after, at=at)
    return kept


def content_of(row: MinutesRow | AnnexRow) -> dict[str, Any]:
    """What was sealed, as JSON values."""
    found: dict[str, Any] = orjson.loads(stored.unpack(row.content))
    return found


def annex_is_signed(row: AnnexRow, known: dict[str, bytes]) -> bool:
    """Whether a key of this installation signed the digest of an annex."""
    public = known.get(row.signing_key)
    return public is not None and is_signed(public, ANNEX, bytes.fromhex(row.digest), row.signature)


def seal_of(row: MinutesRow, public: bytes) -> seals.Seal:
    """The seal of stored minutes, as their columns say it."""
    return seals.Seal(bytes.fromhex(row.digest), bytes.fromhex(row.pdf_digest), public, row.signature)


def check_head(session: Session, visit: VisitRow, actor: Actor) -> None:
    """Raises OnlyHeadSeals for anybody but the head of the visit's team."""
    head = next((one for one in stored.members(session, visit.team_id) if one.part == "head"), None)
    if head is None or actor.user_id is None or head.user_id != actor.user_id:
        raise OnlyHeadSeals


def _check_state(row: VisitRow) -> None:
    if row.state == SEALED:
        raise NotAsItWas("These minutes are sealed already; what has to be added goes into an annex.")
    if row.state == BEGUN:
        raise NotAsItWas("The list of this visit is still in work; end it, then seal the minutes.")
    if row.state != ENDED:
        raise NotAsItWas("This visit has no list yet; begin it on the spot first.")


def _check_written(minutes: Minutes) -> None:
    if not minutes.written.unit_side:
        raise MinutesInvalid(
            "unit_side", "Nobody of the unit is named; write who received the team, with their post, before sealing."
        )


def _file_findings(session: Session, minutes: Minutes, code: str, at: datetime) -> int | None:
    """Those who were not at work, as an inspection the engine judges; None: nobody was missing."""
    codes = [one.who.employee for one in minutes.not_found]
    if not codes:
        return None
    document = minutes.written.number or code
    return papers_roster.inspect(session, minutes.unit, minutes.arrival, codes, document=document, at=at).id
