"""A register that the clerk of the demo ordered: it is made as the demo starts, and waits on the page of reports."""

from __future__ import annotations

from datetime import datetime, timedelta

from api.cli.demo.office import DemoOffice
from attendance.services import report_jobs
from attendance.services.accounts import Accounts
from attendance.services.report_jobs import Order
from attendance.store.database import Database
from attendance.store.trail import Actor

CLERK = "nhansu"


def order_register(database: Database, accounts: Accounts, office: DemoOffice, at: datetime) -> None:
    """Violations of last month, as a print."""
    last = office.today.replace(day=1) - timedelta(days=1)
    asked = {"from": last.replace(day=1).isoformat(), "to": last.isoformat()}
    clerk = accounts.signed_in_of(CLERK)
    with database.writing() as session:
        actor = Actor(clerk.name, clerk.user_id, "page", "", clerk.role)
        report_jobs.ask(session, clerk, Order("violations", "pdf", "vi", asked), actor=actor, at=at)
