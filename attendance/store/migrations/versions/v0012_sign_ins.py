"""Sessions that are seen and ended, tokens with a scope, second factors, accounts of a province's own sign-in."""

import sqlalchemy as sa
from alembic import op

from attendance.store.types import Instant

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("address", "browser"):
        op.add_column("sign_in", sa.Column(name, sa.String(length=64), nullable=False, server_default=""))
    op.add_column("sign_in", sa.Column("second_factor", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "second_factor",
        _user(primary=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=True),
        _of_user("second_factor"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        _user(),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        _of_user("recovery_code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_user_id"), "recovery_code", ["user_id"])
    op.create_table(
        "first_password",
        _user(primary=True),
        sa.Column("expires_at", Instant(), nullable=False),
        _of_user("first_password"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_first_password")),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        _user(),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("read_only", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=True),
        sa.Column("revoked_at", Instant(), nullable=True),
        _of_user("api_token"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_token_digest")),
    )
    op.create_index(op.f("ix_api_token_user_id"), "api_token", ["user_id"])
    op.create_table(
        "known_place",
        sa.Column("id", sa.Integer(), nullable=False),
        _user(),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        _of_user("known_place"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_place")),
        sa.UniqueConstraint("user_id", "place", name=op.f("uq_known_place_user_id_place")),
    )
    op.create_table(
        "openid_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        _user(),
        sa.Column("linked_at", Instant(), nullable=False),
        _of_user("openid_link"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_openid_link")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_openid_link_issuer_subject")),
        sa.UniqueConstraint("issuer", "user_id", name=op.f("uq_openid_link_issuer_user_id")),
    )
    op.create_table(
        "setup_code",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("guesses", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setup_code")),
    )


def _user(*, primary: bool = False) -> sa.Column[int]:
    return sa.Column("user_id", sa.Integer(), nullable=False, autoincrement=False if primary else "auto")


def _of_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f(f"fk_{table}_user_id_app_user"))
