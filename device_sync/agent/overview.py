"""At the centre: how each site stands, and what to do. Data that wait at a site are late, not absent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from attendance import clock
from attendance.store.sites import SiteState
from device_sync.agent.filing import TRUSTED_CLOCK_SECONDS
from device_sync.agent.receiving import Forked

SILENT_AFTER = timedelta(hours=1)


def describe_site(state: SiteState, zone: str, now: datetime) -> dict[str, Any]:
    """One entry of the list of sites: plain values, `state` by name and `message` in one or two sentences."""
    site = state.site
    name, message = _judge(state, zone, now)
    ahead = site.clock_ahead_seconds
    clock_wrong = ahead is not None and abs(ahead) > TRUSTED_CLOCK_SECONDS
    if clock_wrong:
        message += (
            f" Its clock is {abs(ahead or 0)} s {'ahead of' if (ahead or 0) > 0 else 'behind'} this one: set it; until "
            "then clock offsets measured there are not used."
        )
    unknown = [terminal.serial for terminal in state.terminals if terminal.terminal is None]
    if unknown:
        message += f" Say which terminal {', '.join(unknown)} is: attendance sites accept {site.code} SERIAL"
    return {
        "code": site.code,
        "name": site.name,
        "unit": state.unit,
        "state": name,
        "message": message.strip(),
        "chain": site.chain,
        "number": site.last_number,
        "digest": site.last_digest,
        "received_at": site.received_at,
        "contacted_at": site.contacted_at,
        "undelivered": state.undelivered,
        "undelivered_until": site.claimed_read_at if state.undelivered else None,
        "clock_ahead_seconds": ahead,
        "clock_wrong": clock_wrong,
        "version": site.version,
        "terminals": [
            {
                "serial": terminal.serial,
                "name": terminal.name,
                "terminal": terminal.terminal,
                "first_seen_at": terminal.first_seen_at,
                "waiting": terminal.waiting,
            }
            for terminal in state.terminals
        ],
    }


def _judge(state: SiteState, zone: str, now: datetime) -> tuple[str, str]:
    site = state.site
    if site.token_digest is None:
        return "revoked", "Its token opens nothing any more; what it sent is kept."
    if site.fork_at is not None:
        return "forked", str(Forked(site.code, site.fork_number or 1))
    if site.contacted_at is None:
        return "new", "It was never heard of: start the agent there with the token."
    late = ""
    if state.undelivered:
        until = f", until {_moment(site.claimed_read_at, zone)}" if site.claimed_read_at else ""
        late = f"The site holds {state.undelivered} segments not yet delivered{until}: its data are late, not absent."
    if now - site.contacted_at > SILENT_AFTER:
        heard = f"Nothing was heard of it since {_moment(site.contacted_at, zone)}; what it reads is late, not absent."
        return "silent", f"{heard} {late}".strip()
    return ("behind", late) if late else ("ok", "")


def _moment(at: datetime, zone: str) -> str:
    return f"{clock.to_wall(at, zone):%Y-%m-%d %H:%M}"
