"""Alembic's entry: runs the versions on the connection handed over, in one transaction."""

from alembic import context
from sqlmodel import SQLModel

import attendance.store.access_tables
import attendance.store.evidence_tables
import attendance.store.health_tables
import attendance.store.import_tables
import attendance.store.month_tables
import attendance.store.paper_tables
import attendance.store.personal_tables
import attendance.store.polling_tables
import attendance.store.push_tables
import attendance.store.register_tables
import attendance.store.sign_in_tables
import attendance.store.site_tables
import attendance.store.system_tables
import attendance.store.tables
import attendance.store.terminal_tables
import attendance.store.trail_tables
import attendance.store.tree_tables  # noqa: F401 - they fill the metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    user_module_prefix="attendance.store.types.",
)
with context.begin_transaction():
    context.run_migrations()
