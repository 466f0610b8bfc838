"""No webhook is told names: whoever runs webhooks sees no attendance."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("webhook", "names")
