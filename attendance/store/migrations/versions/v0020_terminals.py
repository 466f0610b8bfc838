"""Adding a terminal from its page: what was read of it before it was filed."""

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
