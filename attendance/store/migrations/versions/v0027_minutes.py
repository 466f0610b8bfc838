"""Minutes of visits, their seals, annexes and what follows from them."""

import sqlalchemy as sa
from alembic import op

from attendance.store.types import AnyJson, Instant

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

FIXED = {
    "signing_key": "key, public, since",
    "minutes": "visit_id, unit_id, number, code, content, digest, pdf, pdf_digest, signing_key, signature, sealed_at",
    "minutes_annex": "minutes_id, number, content, digest, before, signing_key, signature, added_at",
    "visit_followup": "minutes_id, unit_id, number, text, due",
}
"""What was sealed; a name of who acted may be erased."""


def upgrade() -> None:
    op.create_table(
        "signing_key",
        _number(),
        _text("key", 32),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        _moment("since"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
        sa.UniqueConstraint("key", name=op.f("uq_signing_key_key")),
    )
    op.create_table(
        "minutes_draft",
        _number("visit_id"),
        sa.Column("written", AnyJson(), nullable=False),
        _text("written_by", 64),
        _moment("written_at"),
        _number("version"),
        _of("minutes_draft", "visit_id", "visit"),
        sa.PrimaryKeyConstraint("visit_id", name=op.f("pk_minutes_draft")),
    )
    op.create_table(
        "minutes",
        _number(),
        _number("visit_id"),
        _number("unit_id"),
        _text("number", 64),
        _text("code", 16),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _text("digest", 64),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        _text("pdf_digest", 64),
        *_signed(),
        _number("inspection_id", nullable=True),
        *_acted("sealed"),
        _of("minutes", "visit_id", "visit"),
        _of("minutes", "unit_id", "unit"),
        _of("minutes", "inspection_id", "inspection"),
        _of("minutes", "sealed_by_id", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes")),
        sa.UniqueConstraint("visit_id", name=op.f("uq_minutes_visit_id")),
        sa.UniqueConstraint("code", name=op.f("uq_minutes_code")),
    )
    op.create_index(op.f("ix_minutes_unit_id"), "minutes", ["unit_id"])
    op.create_index(op.f("ix_minutes_inspection_id"), "minutes", ["inspection_id"])
    op.create_table(
        "minutes_person",
        _number("minutes_id"),
        _number("employee_id"),
        _text("found", 16),
        _of("minutes_person", "minutes_id", "minutes"),
        _of("minutes_person", "employee_id", "employee"),
        sa.PrimaryKeyConstraint("minutes_id", "employee_id", name=op.f("pk_minutes_person")),
    )
    op.create_index(op.f("ix_minutes_person_employee_id"), "minutes_person", ["employee_id"])
    op.create_table(
        "minutes_annex",
        _number(),
        _number("minutes_id"),
        _number("number"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _text("digest", 64),
        _text("before", 64),
        *_signed(),
        *_acted("added"),
        _of("minutes_annex", "minutes_id", "minutes"),
        _of("minutes_annex", "added_by_id", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_annex")),
        sa.UniqueConstraint("minutes_id", "number", name=op.f("uq_minutes_annex_minutes_id_number")),
    )
    op.create_table(
        "visit_followup",
        _number(),
        _number("minutes_id"),
        _number("unit_id"),
        _number("number"),
        _text("text"),
        sa.Column("due", sa.Date(), nullable=True),
        _text("state", 16),
        _number("version"),
        _of("visit_followup", "minutes_id", "minutes"),
        _of("visit_followup", "unit_id", "unit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_followup")),
        sa.UniqueConstraint("minutes_id", "number", name=op.f("uq_visit_followup_minutes_id_number")),
    )
    for column in ("unit_id", "due", "state"):
        op.create_index(op.f(f"ix_visit_followup_{column}"), "visit_followup", [column])
    op.create_table(
        "visit_followup_step",
        _number(),
        _number("followup_id"),
        _text("act", 16),
        _text("text"),
        *_acted("done"),
        _of("visit_followup_step", "followup_id", "visit_followup"),
        _of("visit_followup_step", "done_by_id", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_followup_step")),
    )
    op.create_index(op.f("ix_visit_followup_step_followup_id"), "visit_followup_step", ["followup_id"])
    for table, columns in FIXED.items():
        _guard(table, columns)


def _guard(table: str, columns: str) -> None:
    """What was sealed is not deleted, and not written anew."""
    quoted = columns.replace("before", '"before"').replace("key, public", '"key", public')
    if op.get_bind().dialect.name == "sqlite":
        for name, act in (("delete", "DELETE"), ("fixed", f"UPDATE OF {quoted}")):
            op.execute(
                f"CREATE TRIGGER {table}_{name} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: it is refused'); END"
            )
        return
    op.execute(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_change()")
    for name, act in (("delete", "DELETE"), ("fixed", f"UPDATE OF {quoted}")):
        op.execute(
            f"CREATE TRIGGER {table}_{name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def _number(name: str = "id", *, nullable: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _text(name: str, length: int | None = None) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length=length), nullable=False)


def _moment(name: str) -> sa.Column:  # type: ignore[type-arg]
    return sa.Column(name, Instant(), nullable=False)


def _signed() -> tuple[sa.Column, ...]:  # type: ignore[type-arg]
    return _text("signing_key", 32), sa.Column("signature", sa.LargeBinary(), nullable=False)


def _acted(act: str) -> tuple[sa.Column, ...]:  # type: ignore[type-arg]
    return _text(f"{act}_by", 64), _number(f"{act}_by_id", nullable=True), _moment(f"{act}_at")


def _of(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))
