"""The trail: who did and who looked at what, append-only, in its own hash chain."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

APPEND_ONLY = ("trail", "trail_subject", "trail_erasure")
GENESIS = bytes.fromhex("eedc30c23e5d5c925d379ac853a7f783ab3e96353805df637519d91ea2feec1c")


def upgrade() -> None:
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "trail",
        sa.Column("seq", key, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("role", "via", "address", "act", "kind", "key")),
        sa.Column("subjects", sa.LargeBinary(), nullable=True),
        sa.Column("detail", sa.LargeBinary(), nullable=True),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_trail")),
    )
    op.create_index(op.f("ix_trail_at"), "trail", ["at"])
    op.create_index("ix_trail_actor", "trail", ["actor"])
    op.create_index("ix_trail_act", "trail", ["act"])
    op.create_index("ix_trail_kind_key", "trail", ["kind", "key"])
    op.create_table(
        "trail_subject",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("employee_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("seq", "employee_id", name=op.f("pk_trail_subject")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_trail_subject_employee_id_seq", "trail_subject", ["employee_id", "seq"])
    op.create_table(
        "trail_detail",
        sa.Column("seq", key, autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_trail_detail")),
    )
    op.create_table(
        "trail_erasure",
        sa.Column("seq", key, autoincrement=False, nullable=False),
        sa.Column("by_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_trail_erasure")),
    )
    head = op.create_table(
        "trail_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.BigInteger(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trail_head")),
    )
    op.bulk_insert(head, [{"id": 1, "count": 0, "link": GENESIS, "sealed": 0, "seal": None}])
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _guard_sqlite() -> None:
    def refuse(table: str, act: str, when: str = "") -> None:
        op.execute(
            f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} {when} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: {act} is refused'); END"
        )

    for table in APPEND_ONLY:
        refuse(table, "UPDATE")
        refuse(table, "DELETE")
    refuse("trail_detail", "UPDATE")
    refuse("trail_detail", "DELETE", "WHEN NOT EXISTS (SELECT 1 FROM trail_erasure WHERE seq = OLD.seq)")
    refuse("trail_head", "INSERT")
    refuse("trail_head", "DELETE")
    refuse("trail_head", "UPDATE", "WHEN NEW.count <= OLD.count OR NEW.id <> OLD.id")


def _guard_postgresql() -> None:
    for table in (*APPEND_ONLY, "trail_detail", "trail_head"):
        op.execute(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_change()")
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        "CREATE TRIGGER trail_detail_no_update BEFORE UPDATE ON trail_detail "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE FUNCTION refuse_unrecorded_erasure() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NOT EXISTS (SELECT 1 FROM trail_erasure WHERE seq = OLD.seq) THEN "
        "RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP; END IF; RETURN OLD; END $$"
    )
    op.execute(
        "CREATE TRIGGER trail_detail_no_delete BEFORE DELETE ON trail_detail "
        "FOR EACH ROW EXECUTE FUNCTION refuse_unrecorded_erasure()"
    )
    op.execute(
        "CREATE TRIGGER trail_head_no_change BEFORE INSERT OR DELETE ON trail_head "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER trail_head_forwards BEFORE UPDATE ON trail_head FOR EACH ROW "
        "WHEN (NEW.count <= OLD.count OR NEW.id <> OLD.id) EXECUTE FUNCTION refuse_change()"
    )
