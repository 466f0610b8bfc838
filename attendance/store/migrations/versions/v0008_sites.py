"""Sites without a road: an agent's outbox and the centre's record of its segments."""

import sqlalchemy as sa
from alembic import op

from attendance.store.types import Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

APPEND_ONLY = ("site_segment", "site_filing")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.Column("chain", sa.Integer(), nullable=False),
        sa.Column("chain_id", sa.String(), nullable=False),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.Column("last_digest", sa.String(), nullable=False),
        sa.Column("received_at", Instant(), nullable=True),
        sa.Column("contacted_at", Instant(), nullable=True),
        sa.Column("claimed_number", sa.BigInteger(), nullable=False),
        sa.Column("claimed_digest", sa.String(), nullable=False),
        sa.Column("claimed_read_at", Instant(), nullable=True),
        sa.Column("clock_ahead_seconds", sa.Integer(), nullable=True),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("fork_number", sa.BigInteger(), nullable=True),
        sa.Column("fork_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_site_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("code", name=op.f("uq_site_code")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_site_token_digest")),
    )
    op.create_index(op.f("ix_site_unit_id"), "site", ["unit_id"])
    op.create_table(
        "site_terminal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("terminal_id", sa.Integer(), nullable=True),
        sa.Column("first_seen_at", Instant(), nullable=False),
        sa.Column("accepted_at", Instant(), nullable=True),
        sa.Column("filed_segment_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_terminal_site_id_site")),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_site_terminal_terminal_id_terminal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_terminal")),
        sa.UniqueConstraint("site_id", "serial", name=op.f("uq_site_terminal_site_id_serial")),
    )
    op.create_index(op.f("ix_site_terminal_terminal_id"), "site_terminal", ["terminal_id"])
    op.create_table(
        "site_segment",
        sa.Column("id", BIG, nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("chain", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("serial", sa.String(length=64), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_segment_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_segment")),
        sa.UniqueConstraint("site_id", "chain", "number", name=op.f("uq_site_segment_site_id_chain_number")),
    )
    op.create_index("ix_site_segment_site_id_serial", "site_segment", ["site_id", "serial", "id"])
    op.create_table(
        "site_filing",
        sa.Column("segment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pull_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["site_segment.id"], name=op.f("fk_site_filing_segment_id_site_segment")
        ),
        sa.ForeignKeyConstraint(["pull_id"], ["pull.id"], name=op.f("fk_site_filing_pull_id_pull")),
        sa.PrimaryKeyConstraint("segment_id", name=op.f("pk_site_filing")),
    )
    op.create_table(
        "site_outbox",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pull_id", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["pull_id"], ["pull.id"], name=op.f("fk_site_outbox_pull_id_pull")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_site_outbox")),
        sa.UniqueConstraint("pull_id", "part", name=op.f("uq_site_outbox_pull_id_part")),
    )
    op.create_table(
        "site_forwarding",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("chain_id", sa.String(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("delivered_number", sa.BigInteger(), nullable=False),
        sa.Column("contacted_at", Instant(), nullable=True),
        sa.Column("clock_ahead_seconds", sa.Integer(), nullable=True),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.Column("trouble_sentence", sa.String(), nullable=False),
        sa.Column("trouble_since", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_forwarding")),
    )
    for table in APPEND_ONLY:
        _guard(table)


def _guard(table: str) -> None:
    """What a site sent, and what it became, is evidence."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: {act} is refused'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_change()")
