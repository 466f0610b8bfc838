"""Who leads: a lease in the database, so that a second process waits instead of doing the work twice."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from attendance.store.bulk import insert_if_absent
from attendance.store.tables import LeaseRow


def hold(session: Session, name: str, holder: str, now: datetime, seconds: float) -> bool:
    """Take or renew the lease for so many seconds; False while another holder's has not run out."""
    insert_if_absent(session, LeaseRow, [{"name": name, "holder": holder, "expires_at": now}])
    lease = session.get_one(LeaseRow, name, with_for_update=True)
    if lease.holder != holder and lease.expires_at > now:
        return False
    lease.holder, lease.expires_at = holder, now + timedelta(seconds=seconds)
    session.add(lease)
    return True


def release(session: Session, name: str, holder: str) -> None:
    lease = session.get(LeaseRow, name)
    if lease is not None and lease.holder == holder:
        session.delete(lease)
