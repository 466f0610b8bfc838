"""How far the chains had come at a moment: what a paper notes of them, so that it is a witness itself."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import Session, col, select

from attendance.store.chain_tables import ChainHeadRow


def heads(session: Session, chains: Iterable[str]) -> tuple[tuple[str, int, str], ...]:
    """Chain, number and link (hex) of the newest entry of each of these, by name; one without entries is left out."""
    query = select(ChainHeadRow).where(col(ChainHeadRow.chain).in_(sorted(set(chains)))).order_by(ChainHeadRow.chain)
    return tuple((row.chain, row.number, row.link.hex()) for row in session.exec(query))
