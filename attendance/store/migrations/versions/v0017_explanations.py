"""Explanations in steps: who asked, who confirmed, who decided, with what attached."""

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
