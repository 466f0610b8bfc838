"""Signed months: the sheet as it was signed, and who signed it."""

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
