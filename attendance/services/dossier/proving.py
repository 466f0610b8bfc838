"""Which rows a dossier may be proven by: pulls, conclusions and papers, as the chains name them.

An entry names all rows of a transaction by digests. Whoever knows the rest of a row can try out which reason its digest
is of; so an entry with conclusions or papers is proven only to who may know the reasons behind every row of it.
"""

from __future__ import annotations

from collections.abc import Iterable

from attendance.store import chain_finding
from attendance.store.chain_whose import whose
from attendance.store.database import Session
from attendance.store.within import Within

Row = tuple[str, str]
"""A table and a key, as `services.evidence.bundling` takes them."""


def provable(session: Session, rows: Iterable[Row], reasons: Within) -> list[Row]:
    """Those of these rows that were entered, and whose entries tell this reader nothing they may not know."""
    told: dict[chain_finding.Place, bool] = {}

    def is_open(place: chain_finding.Place) -> bool:
        if place not in told:
            entry = chain_finding.entry(session, place)
            told[place] = entry is not None and (
                reasons.is_all or all(reasons.sees(unit, person) for unit, person in whose(session, entry))
            )
        return told[place]

    found = []
    for row in sorted(set(rows)):
        places = chain_finding.places(session, [row])
        if places and all(is_open(place) for place in places):
            found.append(row)
    return found
