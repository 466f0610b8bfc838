"""What somebody may do and see is granted: with a scope in the tree, a start, an end, a document."""

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
