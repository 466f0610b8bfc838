"""From which date on what a terminal holds counts, as whoever added it chose."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("terminal", sa.Column("counts_from", sa.Date(), nullable=True))
