"""What is known of the record layout and the users of each terminal."""

import sqlalchemy as sa
from alembic import op

from attendance.store.types import Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("terminal", schema=None) as batch_op:
        batch_op.add_column(sa.Column("layout", sa.String(length=16), nullable=True))
    op.create_table(
        "terminal_profile",
        sa.Column("serial", sa.String(length=64), nullable=False),
        sa.Column("punch_layout", sa.String(length=16), nullable=True),
        sa.Column("user_layout", sa.String(length=16), nullable=True),
        sa.Column("firmware", sa.String(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("operations", sa.Integer(), nullable=True),
        sa.Column("learned_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_terminal_profile")),
    )
    op.create_table(
        "terminal_user",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("terminal_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Integer(), nullable=False),
        sa.Column("pin", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_bytes", sa.LargeBinary(), nullable=False),
        sa.Column("privilege", sa.Integer(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=True),
        sa.Column("until", sa.DateTime(), nullable=True),
        sa.Column("pull_id", sa.BigInteger(), nullable=False),
        sa.Column("ended_pull_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["ended_pull_id"], ["pull.id"], name=op.f("fk_terminal_user_ended_pull_id_pull")),
        sa.ForeignKeyConstraint(["pull_id"], ["pull.id"], name=op.f("fk_terminal_user_pull_id_pull")),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_terminal_user_terminal_id_terminal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terminal_user")),
    )
    op.create_index("ix_terminal_user_terminal_id_uid", "terminal_user", ["terminal_id", "uid"], unique=False)
    op.create_index(op.f("ix_terminal_user_pull_id"), "terminal_user", ["pull_id"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


FIXED = "id, terminal_id, uid, pin, name, name_bytes, privilege, disabled, since, pull_id"


def _guard_sqlite() -> None:
    for name, when in (
        ("no_delete", "DELETE ON terminal_user"),
        ("fixed", f"UPDATE OF {FIXED} ON terminal_user"),
        ("once", "UPDATE ON terminal_user WHEN OLD.ended_pull_id IS NOT NULL"),
    ):
        op.execute(
            f"CREATE TRIGGER terminal_user_{name} BEFORE {when} "
            "BEGIN SELECT RAISE(ABORT, 'terminal_user is append-only: a row is only ended'); END"
        )


def _guard_postgresql() -> None:
    for name, when in (
        ("no_change", "DELETE ON terminal_user FOR EACH ROW"),
        ("no_truncate", "TRUNCATE ON terminal_user"),
        ("fixed", f"UPDATE OF {FIXED} ON terminal_user"),
        ("once", "UPDATE ON terminal_user FOR EACH ROW WHEN (OLD.ended_pull_id IS NOT NULL)"),
    ):
        op.execute(f"CREATE TRIGGER terminal_user_{name} BEFORE {when} EXECUTE FUNCTION refuse_change()")
