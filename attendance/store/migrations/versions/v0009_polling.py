"""When each terminal is asked next and how far its breaker is; whether its punches are listened to as they happen."""

import sqlalchemy as sa
from alembic import op

from attendance.store.types import Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "poll_state",
        sa.Column("terminal_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_at", Instant(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_poll_state_terminal_id_terminal")),
        sa.PrimaryKeyConstraint("terminal_id", name=op.f("pk_poll_state")),
    )
    op.add_column("terminal", sa.Column("live", sa.Boolean(), nullable=False, server_default=sa.false()))
