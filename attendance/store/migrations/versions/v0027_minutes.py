"""Minutes of visits, their seals, annexes and what follows from them."""

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
