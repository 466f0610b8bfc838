"""Draws of units to visit, with the visits that came of them."""

import sqlalchemy as sa
from alembic import op

from attendance.store.types import Instant

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "draw",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column("drawn_count", sa.Integer(), nullable=False),
        sa.Column("candidates", sa.JSON(), nullable=False),
        *(sa.Column(name, sa.String(length=64), nullable=False) for name in ("seed", "seed_digest", "content_digest")),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_draw_team_id_team")),
        sa.ForeignKeyConstraint(["created_by_id"], ["app_user.id"], name=op.f("fk_draw_created_by_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw")),
        sa.UniqueConstraint("key", name=op.f("uq_draw_key")),
    )
    op.create_index(op.f("ix_draw_team_id"), "draw", ["team_id"])
    op.create_table(
        "draw_visit",
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["draw_id"], ["draw.id"], name=op.f("fk_draw_visit_draw_id_draw")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_draw_visit_visit_id_visit")),
        sa.PrimaryKeyConstraint("draw_id", "place", name=op.f("pk_draw_visit")),
        sa.UniqueConstraint("visit_id", name=op.f("uq_draw_visit_visit_id")),
    )
