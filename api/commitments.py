"""What the API and the pages share of commitments: whom a reader may ask, as whom they act, what they are told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from fastapi import Request, Response

from api.handing_out import handed_out
from api.http.auth import came
from api.http.scope import Reader, askable
from api.http.service import service
from api.printing.commitment import draw_commitment
from attendance.errors import Invalid, NotFound
from attendance.services import own_account
from attendance.services.access import Permission
from attendance.services.commitments.asking import Term, year_of
from attendance.services.commitments.reading import seen
from attendance.services.commitments.signing import Signer, check_signer, sign
from attendance.services.impartial import Decider
from attendance.store import commitments, office, people
from attendance.store.commitment_tables import CommitmentRow
from attendance.store.database import Session
from attendance.store.tables import EmployeeRow, UnitRow
from attendance.store.tree import StoredTree
from attendance.store.within import NOTHING, Within
from reports.commitment_page import CommitmentReader, commitment_page


def term_of(year: int | None, from_on: date | None, to_on: date | None, due_on: date | None, today: date) -> Term:
    """What is left of a year, or from a first day to a last one. Raises Invalid where both are given, or neither."""
    if (year is None) == (from_on is None):
        raise Invalid("Give a year, or a first day (and a last one in the same year).")
    if from_on is not None:
        return Term(from_on, to_on or date(from_on.year, 12, 31), due_on)
    return year_of(year or today.year, today, due_on)


def people_asked(session: Session, reader: Reader, codes: Iterable[str], unit: str | None) -> Sequence[EmployeeRow]:
    """People with these codes and everybody who serves in a unit and below, all of whom the reader may ask.

    Raises NotFound for any other.
    """
    named = {askable("employee", code) for code in codes}
    numbers = people.by_code(session, named)
    there: frozenset[int] | None = None
    if unit is not None:
        there = StoredTree(session).below([office.key(reader.unit(session, unit))], reader.today)
    serving = dict(commitments.serving(session, reader.within, None, reader.today))
    for code in sorted(named):
        if numbers.get(code) not in serving:
            raise NotFound("employee", code, "Nobody of this code serves in the units you look after.")
    found = set(numbers.values()) | {
        person for person, place in serving.items() if there is not None and place in there
    }
    return [row for _, row in sorted(people.rows(session, found).items())]


def units_asked(session: Session, reader: Reader, codes: Iterable[str]) -> Sequence[UnitRow]:
    """Units the reader looks after. Raises NotFound for any other."""
    found = []
    for code in codes:
        row = reader.unit(session, code)
        if not reader.within.sees(office.key(row)):
            raise NotFound("unit", code)
        found.append(row)
    return found


def sign_as_reader(request: Request, reader: Reader, number: int, digest: str, password: str) -> CommitmentRow:
    """Sign what a reader may see, with their password once more. Raises NotFound before any password is tried;
    MayNotSign, ProofWrong, TooManyAttempts, MovedOn."""
    parts, zone = service(request), service(request).settings.timezone
    with parts.database.reading() as session:
        row = seen(session, reader.within, number, reader.today)
        check_signer(session, row, reader.user.employee_id, reader.today)
    own_account.prove(parts.accounts, reader.user, password, came(request, reader.user.name))
    with parts.database.writing() as session:
        seen(session, reader.within, number, reader.today)
        by = Signer(reader.user.user_id, reader.user.employee_id, reader.actor)
        return sign(session, number, by, digest=digest, zone=zone, at=parts.now())


def reasons_of(session: Session, reader: Reader) -> Within:
    """The rows of which a reader is told why somebody does not sign: where they may know reasons, or note them."""
    return reader.elsewhere(session, "reasons.read").joined(reader.elsewhere(session, "commitments.review"))


def reader_of(session: Session, reader: Reader) -> CommitmentReader:
    """The reader of a commitment's page."""

    def where(permission: Permission) -> Within | None:
        found = reader.elsewhere(session, permission)
        return None if found == NOTHING else found

    reviewing = where("commitments.review")
    return CommitmentReader(
        reader.user.user_id,
        reader.user.employee_id,
        reasons_of(session, reader),
        where("commitments.sign"),
        Decider(reader.actor, reviewing) if reviewing is not None else None,
        where("commitments.write"),
    )


def paper_of(request: Request, reader: Reader, number: int) -> Response:
    """The paper of a commitment the reader may see, as PDF. Raises NotFound."""
    parts = service(request)
    with parts.database.reading() as session:
        row = seen(session, reader.within, number, reader.today)
        view = commitment_page(session, parts.settings.timezone, parts.now(), row, reader_of(session, reader))
        reader.saw(session, "commitments", [view.paper.employee], at=parts.now(), key=str(number))
    named = {"Content-Disposition": f'inline; filename="cam-ket-{view.paper.year}-{number}.pdf"'}
    content, about = draw_commitment(view), {"employee": view.paper.employee, "year": str(view.paper.year)}
    handed_out(request, reader, content, paper="commitment", rows=1, format="pdf", **about)
    return Response(content, media_type="application/pdf", headers=named)
