"""When a terminal was put out of use: who depended on it is asked as known at a moment, like everything else."""

import sqlalchemy as sa
from alembic import op

from attendance.store.types import Instant

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("terminal", sa.Column("retired_at", Instant(), nullable=True))
