"""The other papers: exemptions, explanations, annulments, rosters, clocks, inspections, months; what they conclude."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from attendance.store.types import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

LINES = ("duties", "overtime", "findings")


def upgrade() -> None:
    _paper(
        "exemption",
        _person(),
        _approved(),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("minutes_per_day", sa.Integer(), nullable=True),
        sa.Column("placement", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("dates", sa.JSON(), nullable=False),
        sa.Column("starts", sa.DateTime(), nullable=True),
        sa.Column("ends", sa.DateTime(), nullable=True),
        indexed=("employee_id",),
    )
    _paper(
        "explanation",
        _person(),
        *_decided(),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("covers", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("submitted_at", Instant(), nullable=True),
        sa.Column("accepted_after_deadline", sa.Boolean(), nullable=False),
        sa.Column("by_head", sa.Boolean(), nullable=False),
        indexed=("employee_id", "on_date"),
    )
    _paper(
        "annulment",
        _person(),
        _terminal(),
        *_decided(),
        sa.Column("wall_time", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        indexed=("employee_id", "terminal_id"),
    )
    _paper(
        "duty",
        _person(),
        _approved(),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("starts", sa.DateTime(), nullable=False),
        sa.Column("ends", sa.DateTime(), nullable=False),
        sa.Column("counts_as_schedule", sa.Boolean(), nullable=False),
        indexed=("employee_id",),
    )
    _paper(
        "overtime",
        _person(),
        _approved(),
        sa.Column("starts", sa.DateTime(), nullable=False),
        sa.Column("ends", sa.DateTime(), nullable=False),
        indexed=("employee_id",),
    )
    _paper(
        "site_fact",
        _person(),
        _approved(),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("session", sa.String(), nullable=True),
        sa.Column("terminals", sa.JSON(), nullable=False),
        indexed=("employee_id", "on_date"),
    )
    _paper(
        "protection",
        _person(),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        indexed=("employee_id",),
    )
    _paper(
        "clock_offset",
        _terminal(),
        sa.Column("starts", sa.DateTime(), nullable=True),
        sa.Column("ends", sa.DateTime(), nullable=True),
        sa.Column("offset_seconds", sa.Integer(), nullable=False),
        indexed=("terminal_id",),
    )
    _paper(
        "clock_invalid",
        _terminal(),
        sa.Column("starts", sa.DateTime(), nullable=True),
        sa.Column("ends", sa.DateTime(), nullable=True),
        indexed=("terminal_id",),
    )
    _paper("inspection", _unit(), sa.Column("wall_time", sa.DateTime(), nullable=False), indexed=("unit_id",))
    _table(
        "inspection_absence",
        sa.Column("inspection_id", sa.Integer(), nullable=False),
        _person(),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspection.id"], name=op.f("fk_inspection_absence_inspection_id_inspection")
        ),
        keys=("inspection_id", "employee_id"),
        indexed=("employee_id",),
    )
    _table(
        "month_event",
        sa.Column("id", sa.Integer(), nullable=False),
        _unit(),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("reopened", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        indexed=("unit_id",),
    )
    for name in LINES:  # not by batch: it would build the table anew and lose its triggers
        op.add_column("ruling", sa.Column(name, sa.JSON(), nullable=False, server_default="[]"))
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _paper(name: str, *columns: Any, indexed: tuple[str, ...]) -> None:
    """A table with what every paper has: number, document, when it became known, when it was taken back."""
    _table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        *columns,
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        indexed=indexed,
    )


def _table(name: str, *columns: Any, keys: tuple[str, ...] = ("id",), indexed: tuple[str, ...]) -> None:
    references = {"employee_id": "employee", "terminal_id": "terminal", "unit_id": "unit"}
    named = {column.name for column in columns}
    op.create_table(
        name,
        *columns,
        *(
            sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{name}_{column}_{other}"))
            for column, other in references.items()
            if column in named
        ),
        sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{name}")),
    )
    for column in indexed:
        op.create_index(op.f(f"ix_{name}_{column}"), name, [column])


def _person() -> Any:
    return sa.Column("employee_id", sa.Integer(), nullable=False)


def _terminal() -> Any:
    return sa.Column("terminal_id", sa.Integer(), nullable=False)


def _unit() -> Any:
    return sa.Column("unit_id", sa.Integer(), nullable=False)


def _approved() -> Any:
    return sa.Column("approved_at", Instant(), nullable=True)


def _decided() -> tuple[Any, ...]:
    return (
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decision_recorded_at", Instant(), nullable=True),
    )


def _guard_sqlite() -> None:
    """Locks and reopenings are evidence; and the new columns of a ruling are as fixed as the others."""
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER month_event_no_{act.lower()} BEFORE {act} ON month_event "
            f"BEGIN SELECT RAISE(ABORT, 'month_event is append-only: {act} is refused'); END"
        )
    op.execute(
        f"CREATE TRIGGER ruling_lines_fixed BEFORE UPDATE OF {', '.join(LINES)} ON ruling "
        "BEGIN SELECT RAISE(ABORT, 'ruling is append-only: UPDATE is refused'); END"
    )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE TRIGGER month_event_no_change BEFORE UPDATE OR DELETE ON month_event "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute("CREATE TRIGGER month_event_no_truncate BEFORE TRUNCATE ON month_event EXECUTE FUNCTION refuse_change()")
    op.execute(
        f"CREATE TRIGGER ruling_lines_fixed BEFORE UPDATE OF {', '.join(LINES)} ON ruling "
        "EXECUTE FUNCTION refuse_change()"
    )
