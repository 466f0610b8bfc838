"""Terminals that push: who they are, what was approved, what they are asked."""

import sqlalchemy as sa
from alembic import op

from attendance.store.types import Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "push_device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.String(length=32), nullable=False),
        sa.Column("terminal_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("shape", sa.String(), nullable=False),
        sa.Column("firmware", sa.String(), nullable=False),
        sa.Column("push_version", sa.String(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("key_seal", sa.String(), nullable=True),
        sa.Column("first_seen_at", Instant(), nullable=False),
        sa.Column("last_seen_at", Instant(), nullable=False),
        sa.Column("last_address", sa.String(), nullable=False),
        sa.Column("bound_to", sa.String(), nullable=True),
        sa.Column("refused_address", sa.String(), nullable=True),
        sa.Column("refused_at", Instant(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("whole_log_wanted", sa.Boolean(), nullable=False),
        sa.Column("photo_days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_push_device_terminal_id_terminal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_device")),
        sa.UniqueConstraint("serial", name=op.f("uq_push_device_serial")),
    )
    op.create_index(op.f("ix_push_device_terminal_id"), "push_device", ["terminal_id"], unique=False)
    op.create_table(
        "push_command",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("starts", sa.DateTime(), nullable=True),
        sa.Column("ends", sa.DateTime(), nullable=True),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_sent_at", Instant(), nullable=True),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("returned", sa.Integer(), nullable=True),
        sa.Column("returned_at", Instant(), nullable=True),
        sa.Column("after_pull", sa.BigInteger(), nullable=True),
        sa.Column("pull_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["push_device.id"], name=op.f("fk_push_command_device_id_push_device")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_command")),
    )
    op.create_index("ix_push_command_device_id_state", "push_command", ["device_id", "state"], unique=False)
    op.create_table(
        "push_difference",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("terminal_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("wall", sa.BigInteger(), nullable=False),
        sa.Column("pin", sa.String(length=32), nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("verify", sa.Integer(), nullable=False),
        sa.Column("found_at", Instant(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_push_difference_terminal_id_terminal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_difference")),
        sa.UniqueConstraint(
            "terminal_id", "side", "wall", "pin", "state", "verify",
            name=op.f("uq_push_difference_terminal_id_side_wall_pin_state_verify"),
        ),
    )  # fmt: skip
    op.create_table(
        "punch_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("terminal_id", sa.Integer(), nullable=False),
        sa.Column("taken", sa.DateTime(), nullable=False),
        sa.Column("pin", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("delete_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_punch_photo_terminal_id_terminal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_punch_photo")),
        sa.UniqueConstraint("terminal_id", "taken", "pin", name=op.f("uq_punch_photo_terminal_id_taken_pin")),
    )
    op.create_index(op.f("ix_punch_photo_delete_on"), "punch_photo", ["delete_on"], unique=False)
