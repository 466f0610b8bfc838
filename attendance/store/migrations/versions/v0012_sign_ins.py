"""Sessions that are seen and ended, tokens with a scope, second factors, accounts of a province's own sign-in."""

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
