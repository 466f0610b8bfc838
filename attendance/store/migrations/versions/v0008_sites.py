"""Sites without a road: an agent's outbox and the centre's record of its segments."""

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
