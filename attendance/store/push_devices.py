"""Terminals that push: knocking, approving, refusing. A serial proves nothing, so a person decides about each."""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from attendance.errors import Invalid, NotFound
from attendance.store import office
from attendance.store.bulk import insert_if_absent
from attendance.store.push_tables import PushDeviceRow
from attendance.store.tables import TerminalRow

PENDING, APPROVED, REFUSED = "pending", "approved", "refused"
MAX_PENDING = 64
MAX_PENDING_OF_ADDRESS = 16
FORGOTTEN_AFTER = timedelta(days=2)
"""A serial that nobody approved and that is quiet this long makes room for another."""
WIDEST = 65_536
"""Addresses of the widest network a serial may be bound to: a /16, what a large office has for itself."""
SEEN_EVERY = timedelta(seconds=60)


def find(session: Session, serial: str) -> PushDeviceRow | None:
    return session.exec(select(PushDeviceRow).where(PushDeviceRow.serial == serial)).one_or_none()


def as_it_stands(session: Session, serial: str) -> PushDeviceRow | None:
    """The row of a serial, to be read after the session has ended; changing it changes nothing."""
    found = find(session, serial)
    if found is not None:
        session.expunge(found)
    return found


def get(session: Session, serial: str) -> PushDeviceRow:
    """The row of a serial. Raises NotFound."""
    found = find(session, serial)
    if found is None:
        raise NotFound("pushing terminal", serial, "See `attendance terminals pushing` for those that knocked.")
    return found


def of_terminal(session: Session, terminal_id: int) -> PushDeviceRow | None:
    """The approved serial of a terminal."""
    query = select(PushDeviceRow).where(PushDeviceRow.terminal_id == terminal_id, PushDeviceRow.status == APPROVED)
    return session.exec(query).one_or_none()


def approved(session: Session) -> list[PushDeviceRow]:
    query = select(PushDeviceRow).where(PushDeviceRow.status == APPROVED)
    return list(session.exec(query.order_by(col(PushDeviceRow.id))))


def numbers(row: PushDeviceRow) -> tuple[int, int]:
    """The numbers of an approved serial and of its terminal."""
    assert row.id is not None
    assert row.terminal_id is not None
    return row.id, row.terminal_id


def listed(session: Session) -> list[tuple[PushDeviceRow, str | None]]:
    """Every serial with the code of its terminal: those that wait first, then by serial."""
    query = select(PushDeviceRow, TerminalRow.code).join(
        TerminalRow, col(TerminalRow.id) == col(PushDeviceRow.terminal_id), isouter=True
    )
    found = list(session.exec(query.order_by(col(PushDeviceRow.serial))))
    return sorted(found, key=lambda entry: entry[0].status != PENDING)


def has_room(session: Session, address: str, at: datetime) -> bool:
    """Whether another serial, called from an address, still fits on the list of those that wait.

    The list is bounded in all and by address, so that inventing serials fills nothing.
    """
    waiting = _waiting(session, at - FORGOTTEN_AFTER)
    return len(waiting) < MAX_PENDING and waiting.count(address) < MAX_PENDING_OF_ADDRESS


def _waiting(session: Session, since: datetime) -> list[str]:
    """The addresses of those that wait and called since a moment."""
    query = select(PushDeviceRow.last_address).where(
        PushDeviceRow.status == PENDING, PushDeviceRow.last_seen_at >= since
    )
    return list(session.exec(query))


def knock(session: Session, serial: str, *, address: str, at: datetime, **told: Any) -> bool:
    """A serial nobody knows called: it is put on the list to be decided about. False where the list is full.

    Those that fell silent long ago make room.
    """
    if not has_room(session, address, at):
        return False
    silent = delete(PushDeviceRow).where(
        col(PushDeviceRow.status) == PENDING, col(PushDeviceRow.last_seen_at) < at - FORGOTTEN_AFTER
    )
    session.execute(silent)
    row = PushDeviceRow(serial=serial, first_seen_at=at, last_seen_at=at, last_address=address, **told)
    insert = row.model_dump(exclude={"id"}) | {"options": "{}"}
    insert_if_absent(session, PushDeviceRow, [insert])
    return True


def approve(
    session: Session,
    serial: str,
    terminal: TerminalRow,
    *,
    by: str,
    at: datetime,
    network: str | None = None,
    photo_days: int | None = None,
) -> PushDeviceRow:
    """From now on what this serial pushes are claims of this terminal, as long as it calls from `network`.

    Without a network it is the one address it called from last; one that is bound already stays bound as it is, for
    another address may be another machine with the same serial. Raises Invalid where serial or terminal belong to
    another, or nobody is named.
    """
    row = get(session, serial)
    named(by)
    other = of_terminal(session, office.key(terminal))
    if other is not None and other.serial != serial:
        raise Invalid(
            f"Terminal {terminal.code} is {other.serial}, which pushes already; refuse that serial first, or give the "
            "new machine a terminal of its own."
        )
    if terminal.serial is not None and terminal.serial != serial:
        raise Invalid(
            f"Terminal {terminal.code} answered with the serial number {terminal.serial}, not {serial}; name the "
            "terminal this serial is printed on."
        )
    if row.terminal_id is not None and row.terminal_id != terminal.id:
        code = office.code_of(session, TerminalRow, row.terminal_id)
        raise Invalid(f"{serial} is terminal {code}; its punches stay there, so it cannot become {terminal.code}.")
    office.check_serial_is_free(session, serial, terminal)
    if network or row.bound_to is None:
        row.bound_to = str(read_network(network)) if network else single(row.last_address)
        row.refused_address = row.refused_at = None
    if row.status != APPROVED:
        row.whole_log_wanted = True
    row.terminal_id, row.status = office.key(terminal), APPROVED
    row.decided_by, row.decided_at = by, at
    if photo_days is not None:
        row.photo_days = photo_days
    terminal.serial = serial
    session.add_all((row, terminal))
    session.flush()
    return row


def refuse(session: Session, serial: str, *, by: str, at: datetime) -> PushDeviceRow:
    """Nothing of this serial is taken any more. What it brought stays; the key it showed is forgotten."""
    row = get(session, serial)
    row.key_seal = None
    row.status, row.decided_by, row.decided_at = REFUSED, named(by), at
    session.add(row)
    return row


def note(session: Session, device: PushDeviceRow, **told: Any) -> None:
    """Keep what a terminal said about itself: columns with their new values."""
    row = session.get_one(PushDeviceRow, device.id)
    for name, value in told.items():
        setattr(row, name, value)
    session.add(row)


def may_call_from(row: PushDeviceRow, address: str) -> bool:
    """Whether an address is inside the network the serial is bound to."""
    try:
        return row.bound_to is not None and ip_address(address) in ip_network(row.bound_to)
    except ValueError:
        return False


def read_network(text: str) -> IPv4Network | IPv6Network:
    """An address or a network as it is written, which is no wider than an office has. Raises Invalid."""
    try:
        found = ip_network(text.strip())
    except ValueError:
        raise Invalid(f"{text!r} is no network; write an address, or a network such as 192.168.1.0/24.") from None
    if found.num_addresses > WIDEST:
        raise Invalid(
            f"{text} has over {WIDEST} addresses, so it would bind the serial to hardly anything; name the network the "
            "terminal is in, such as 192.168.1.0/24."
        )
    return found


def single(address: str) -> str:
    """The network of one address alone. Raises Invalid where the serial has called from none."""
    try:
        return str(ip_network(address))
    except ValueError:
        raise Invalid("It is not known from which address it calls; name its network.") from None


def named(by: str) -> str:
    """Who decides. Raises Invalid where nobody is named."""
    if not by.strip() or not by.isprintable() or len(by) > 200:
        raise Invalid("Say who decides: name the person.")
    return by
