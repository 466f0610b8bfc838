"""Operation log, alarms and recorded settings of a terminal's clock."""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
