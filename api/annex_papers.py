"""The paper of an annex to sealed minutes, as API, pages and commands hand it out."""

from __future__ import annotations

from datetime import datetime

from api.printing.annex import draw_annex
from attendance.errors import NotFound
from attendance.services.signing_key import SigningKey, signing_key
from attendance.services.visiting.sealing import content_of
from attendance.store import minutes as kept
from attendance.store import signing_keys
from attendance.store.database import Database
from attendance.store.minutes_tables import MinutesRow


def annex_paper(
    database: Database, secret_key: bytes, row: MinutesRow, number: int, address: str, at: datetime
) -> bytes:
    """The sealed PDF of an annex to these minutes. Raises NotFound; Invalid without a secret key."""
    key = SigningKey(secret_key)
    with database.reading() as session:
        annex = kept.annex(session, row.id, number)
        if annex is None:
            raise NotFound("annex of these minutes", str(number))
        content, minutes = kept.unpack(annex.content), content_of(row)
        known = key.name in signing_keys.known(session)
    if not known:
        with database.writing() as session:
            signing_key(session, secret_key, at)
    return draw_annex(content, minutes, address, key)
