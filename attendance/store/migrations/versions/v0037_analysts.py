"""Views for analysts: punches, days, sessions and violations in plain rows, without reasons and without secrets.

Their names and columns are an interface that documents promise. Punches lie in packed blocks (`punch_log.pack`): the
views take them apart in SQL, which is for looking at a day of a terminal; for everything there are exports.

A later migration that rebuilds a table of theirs calls `drop_views` before and `create_views` behind: SQLite renames no
table while a view of it stands.
"""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

COLUMNS = ("wall", "pin", "index", "state", "verify")
VIEWS = ("v_punch", "v_session", "v_violation", "v_day", "v_person", "v_unit")

UNIT = """
CREATE VIEW v_unit AS
SELECT u.id AS unit_id, u.code AS unit, v.name AS unit_name
FROM unit u LEFT JOIN unit_version v ON v.id = (
  SELECT w.id FROM unit_version w WHERE w.unit_id = u.id AND w.withdrawn_at IS NULL
  ORDER BY w.from_on IS NOT NULL DESC, w.from_on DESC, w.id DESC LIMIT 1)
"""
PERSON = "CREATE VIEW v_person AS SELECT id AS employee_id, code AS employee, name FROM employee"
DAY = """
CREATE VIEW v_day AS
SELECT r.work_date AS date, p.employee, p.name, u.unit, u.unit_name, r.day_kind, r.scheduled_min, r.worked_min,
  r.credited_min, r.leave_min, r.unverified_min, r.revision, r.rulebook, r.recorded_at
FROM ruling r JOIN v_person p ON p.employee_id = r.employee_id LEFT JOIN v_unit u ON u.unit_id = r.unit_id
WHERE r.superseded_at IS NULL
"""
VIOLATION = """
CREATE VIEW v_violation AS
SELECT v.work_date AS date, p.employee, p.name, u.unit, u.unit_name, v.session, v.type, v.minutes, v.excused_min,
  v.counted_min, v.status, r.revision, r.recorded_at
FROM violation v JOIN ruling r ON r.id = v.ruling_id JOIN v_person p ON p.employee_id = v.employee_id
LEFT JOIN v_unit u ON u.unit_id = v.unit_id
WHERE v.superseded_at IS NULL
"""
OPEN_SIGNS = "('', '+', 'CT', 'L', 'NB', 'NX', 'KP', '?', '-')"
"""Signs that tell no reason; every other is that of a kind of leave, and reads CP as `services.disclosure` has it."""
SESSION = f"""
CREATE VIEW v_session AS
SELECT r.work_date AS date, p.employee, p.name, u.unit, u.unit_name, s.key AS session,
  CASE WHEN s.value IN {OPEN_SIGNS} OR (s.value = 'N' AND (r.day_kind = 'stoppage' OR r.leave_min = 0)) THEN s.value
  ELSE 'CP' END AS sign
FROM ruling r JOIN {{each}} AS s ON TRUE JOIN v_person p ON p.employee_id = r.employee_id
LEFT JOIN v_unit u ON u.unit_id = r.unit_id
WHERE r.superseded_at IS NULL
"""  # noqa: S608 - constants
PUNCH = """
CREATE VIEW v_punch AS
{parts}
SELECT t.code AS terminal, d.sequence, {at} AS at, d.pin, p.employee, p.name, u.unit, u.unit_name, d.state, d.verify,
  d.received_at, d.pull_id AS pull, d.log_position
FROM decoded d JOIN terminal t ON t.id = d.terminal_id
LEFT JOIN enrolment e ON e.terminal_id = d.terminal_id AND e.pin = d.pin AND e.withdrawn_at IS NULL
  AND (e.from_on IS NULL OR e.from_on <= {on}) AND (e.to_on IS NULL OR e.to_on >= {on})
LEFT JOIN assignment a ON a.employee_id = e.employee_id AND a.withdrawn_at IS NULL
  AND a.from_on <= {on} AND (a.to_on IS NULL OR a.to_on >= {on})
LEFT JOIN v_person p ON p.employee_id = e.employee_id
LEFT JOIN v_unit u ON u.unit_id = CASE WHEN e.id IS NULL THEN t.unit_id ELSE a.unit_id END
"""


def upgrade() -> None:
    create_views()


def drop_views() -> None:
    for view in VIEWS:
        op.execute(f"DROP VIEW {view}")


def create_views() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute(UNIT)
    op.execute(PERSON)
    op.execute(DAY)
    op.execute(VIOLATION)
    op.execute(SESSION.format(each="json_each(r.symbols)" if is_sqlite else "json_each_text(r.symbols)"))
    op.execute(_punches_of_sqlite() if is_sqlite else _punches_of_postgresql())


def _punches_of_sqlite() -> str:
    """A byte of a blob is read from its two hexadecimal digits: SQLite has no other way in plain SQL."""

    def width(name: str) -> str:
        return f"CAST(substr(json_extract(b.layout, '$.{name}[1]'), 3) AS INTEGER)"

    def least(name: str) -> str:
        return f"json_extract(b.layout, '$.{name}[0]')"

    sizes = ", ".join(
        f"CASE WHEN json_extract(b.layout, '$.{name}[1]') LIKE 'step%' THEN 0 ELSE {width(name)} END AS {name}_size, "
        f"{least(name)} AS {name}_least, "
        f"CASE json_extract(b.layout, '$.{name}[1]') WHEN 'step 1' THEN 1 ELSE 0 END AS {name}_step"
        for name in COLUMNS
    )

    def byte(at: str) -> str:
        digits = "'0123456789ABCDEF'"
        text = f"hex(substr(columns, {at} + 1, 1))"
        return f"((instr({digits}, substr({text}, 1, 1)) - 1) * 16 + instr({digits}, substr({text}, 2, 1)) - 1)"

    def value(name: str) -> str:
        before = " + ".join([*(f"{other}_size" for other in COLUMNS[: COLUMNS.index(name)]), "0"])
        at = f"count * ({before}) + row * {name}_size"
        bytes_ = " + ".join(
            f"CASE WHEN {name}_size > {place} THEN {byte(f'{at} + {place}')} << {8 * place} ELSE 0 END"
            for place in range(8)
        )
        return f"{name}_least + {name}_step * row + {bytes_}"

    parts = f"""
WITH RECURSIVE block AS (
  SELECT b.id AS block_id, b.terminal_id, b.first_sequence, b.count, b.pull_id, b.received_at, b.pins, b."columns",
    {sizes} FROM punch_block b
), numbered AS (
  SELECT id AS block_id, 0 AS row FROM punch_block
  UNION ALL SELECT n.block_id, n.row + 1 FROM numbered n JOIN punch_block b ON b.id = n.block_id
  WHERE n.row + 1 < b.count
), decoded AS (
  SELECT terminal_id, first_sequence + row AS sequence, pull_id, received_at, {value("wall")} AS wall,
    json_extract(pins, '$[' || ({value("pin")}) || ']') AS pin, {value("index")} AS log_position,
    {value("state")} AS state, {value("verify")} AS verify
  FROM block JOIN numbered USING (block_id)
)"""  # noqa: S608 - constants
    return PUNCH.format(
        parts=parts, at="strftime('%Y-%m-%dT%H:%M:%S', d.wall, 'unixepoch')", on="date(d.wall, 'unixepoch')"
    )


def _punches_of_postgresql() -> str:
    def kind(name: str) -> str:
        return f"(b.layout->'{name}'->>1)"

    sizes = ", ".join(
        f"CASE WHEN {kind(name)} LIKE 'step%' THEN 0 ELSE CAST(substr({kind(name)}, 3) AS integer) END AS {name}_size, "
        f"CAST(b.layout->'{name}'->>0 AS bigint) AS {name}_least, "
        f"CASE WHEN {kind(name)} = 'step 1' THEN 1 ELSE 0 END AS {name}_step"
        for name in COLUMNS
    )

    def value(name: str) -> str:
        before = " + ".join([*(f"{other}_size" for other in COLUMNS[: COLUMNS.index(name)]), "0"])
        at = f"count * ({before}) + n * {name}_size"
        bytes_ = " + ".join(
            f"CASE WHEN {name}_size > {place} THEN CAST(get_byte(packed, {at} + {place}) AS bigint) << {8 * place} "
            "ELSE 0 END"
            for place in range(8)
        )
        return f"{name}_least + {name}_step * n + {bytes_}"

    parts = f"""
WITH decoded AS (
  SELECT terminal_id, first_sequence + n AS sequence, pull_id, received_at, {value("wall")} AS wall,
    pins->>CAST({value("pin")} AS integer) AS pin, {value("index")} AS log_position,
    {value("state")} AS state, {value("verify")} AS verify
  FROM (
    SELECT b.terminal_id, b.first_sequence, b.count, b.pull_id, b.received_at, b.pins,
      b."columns" || ''::bytea AS packed, {sizes} FROM punch_block b OFFSET 0
  ) AS block CROSS JOIN LATERAL generate_series(0, count - 1) AS n
)"""  # noqa: S608 - constants
    # a wall time has no zone: it is read as if it were UTC, and shown without
    wall = "(to_timestamp(d.wall) AT TIME ZONE 'UTC')"
    return PUNCH.format(parts=parts, at=f"to_char({wall}, 'YYYY-MM-DD\"T\"HH24:MI:SS')", on=f"CAST({wall} AS date)")
