"""What every kind of paper answers to alike: its list, one of it, and `approve`, `refuse`, `withdraw`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.http.answers import answer, listed
from api.http.errors import Forbidden
from api.http.params import EmployeeFilter, IsoDate, Page, UnitFilter, moment
from api.http.schemas.papers import Deciding, Paper, PaperList, PaperStatus
from api.http.scope import Reader, may
from api.http.service import Service, service
from api.http.versions import check_match, tagged
from attendance import clock
from attendance.errors import Invalid
from attendance.services.access import Permission
from attendance.services.papers import deciding
from attendance.services.papers.deciding import Decider
from attendance.services.papers.handing_in import Handed
from attendance.services.papers.telling import as_told
from attendance.store import listing_papers, paper_register
from attendance.store.database import Session
from attendance.store.listing import Listed
from attendance.store.listing_papers import Asked
from attendance.store.register_tables import PaperRow

MAX_NUMBER = 2**31 - 1
PaperNumber = Annotated[int, Path(ge=1, le=MAX_NUMBER, description="Number of the paper.", examples=[57])]
StatusFilter = Annotated[PaperStatus | None, Query(description="Only in this state.", examples=["proposed"])]
FromFilter = Annotated[
    IsoDate | None, Query(alias="from", description="Only what speaks of this date or later.", examples=["2026-11-01"])
]
ToFilter = Annotated[
    IsoDate | None, Query(description="Only what speaks of this date or earlier.", examples=["2026-11-30"])
]
_MATCH = {
    "parameters": [
        {
            "name": "If-Match",
            "in": "header",
            "required": False,
            "schema": {"type": "string", "maxLength": 200},
            "description": "The ETag of the paper as it was looked at; answers 412 where somebody changed it since.",
        }
    ]
}


def add_reading(
    router: APIRouter, kinds: Sequence[str], one: str, many: str, *, path: str = "", read: Permission = "papers.read"
) -> None:
    """The list of these kinds of paper, and one of them. `one`, `many` name the operations."""

    @router.get(path, operation_id=f"list{many}", summary=f"{many}: list", response_model=PaperList)
    def list_papers(
        request: Request,
        page: Page,
        employee: EmployeeFilter = None,
        unit: UnitFilter = None,
        status: StatusFilter = None,
        from_: FromFilter = None,
        to: ToFilter = None,
        reader: Reader = Depends(may(read)),
    ) -> Response:
        """Papers one may see, the newest first. What is a reason is told only to those who may know it."""
        parts = service(request)
        with parts.database.reading() as session:
            within = reader.narrowed(session, unit)
            person = reader.employee_id(session, employee) if employee is not None else None
            asked = Asked(kinds, person, status, from_, to)
            reasons = reader.elsewhere(session, "reasons.read")
            found = listing_papers.papers(session, within, reasons, asked, limit=page.limit, offset=page.offset)
            reader.saw(session, "papers", (row["employee"] for row in found.rows), at=parts.now())
        rows = [_with_moments(as_told(row, reasons), parts) for row in found.rows]
        return listed(Listed(rows, found.total), page)

    @router.get(path + "/{id}", operation_id=f"get{one}", summary=f"{one}: one paper", response_model=Paper)
    def get_paper(request: Request, id: PaperNumber, reader: Reader = Depends(may(read))) -> Response:
        """The paper with its author, decision and withdrawal; `ETag` names its version."""
        with service(request).database.reading() as session:
            reasons = reader.elsewhere(session, "reasons.read")
            row = listing_papers.paper(session, reader.within, reasons, id, kinds)
            person = paper_register.person_of(session, row)
            if person is not None:
                reader.saw(session, "papers", [person.code], at=service(request).now())
            return told(request, session, reader, row)


def add_deciding(router: APIRouter, kinds: Sequence[str], one: str, *, file: Permission = "papers.file") -> None:
    """Approve, refuse and withdraw papers of these kinds; `file` lets take them back."""

    @router.post(
        "/{id}/approve", operation_id=f"approve{one}", summary=f"{one}: approve", response_model=Paper,
        openapi_extra=_MATCH,
    )  # fmt: skip
    def approve(
        request: Request, id: PaperNumber, given: Deciding, reader: Reader = Depends(may("papers.approve"))
    ) -> Response:
        """For heads, HR and leaders, never of their own papers. It counts from this moment on."""
        parts = service(request)
        with parts.database.writing() as session:
            row = _found(request, session, reader, id, kinds)
            decider = Decider(reader.actor, reader.within)
            deciding.approve(session, parts.settings.timezone, row, decider, note=given.note, at=parts.now())
            return told(request, session, reader, row)

    @router.post(
        "/{id}/refuse", operation_id=f"refuse{one}", summary=f"{one}: refuse", response_model=Paper,
        openapi_extra=_MATCH,
    )  # fmt: skip
    def refuse(
        request: Request, id: PaperNumber, given: Deciding, reader: Reader = Depends(may("papers.approve"))
    ) -> Response:
        """For heads, HR and leaders, never of their own papers; with a note that says why."""
        parts = service(request)
        if not given.note:
            raise Invalid("Say in `note` why it is refused, so that its author can do something about it.")
        with parts.database.writing() as session:
            row = _found(request, session, reader, id, kinds)
            deciding.refuse(session, row, Decider(reader.actor, reader.within), note=given.note, at=parts.now())
            return told(request, session, reader, row)

    @router.post(
        "/{id}/withdraw", operation_id=f"withdraw{one}", summary=f"{one}: take back", response_model=Paper,
        openapi_extra=_MATCH,
    )  # fmt: skip
    def withdraw(request: Request, id: PaperNumber, given: Deciding, reader: Reader = Depends(may(file))) -> Response:
        """It counts no longer; that it did stays known. Officials take back what they handed in themselves."""
        parts = service(request)
        with parts.database.writing() as session:
            row = _found(request, session, reader, id, kinds)
            check_theirs(reader, row)
            deciding.withdraw(session, row, reader.actor, note=given.note, at=parts.now())
            return told(request, session, reader, row)


def check_theirs(reader: Reader, row: PaperRow) -> None:
    """Whoever sees but their own days takes back but what they handed in. Raises Forbidden."""
    if not reader.within.sees(row.unit_id) and row.author_id != reader.user.user_id:
        raise Forbidden(f"Paper {row.id} was handed in by somebody else; ask them, or HR, to take it back.")


@dataclass(slots=True)
class Done:
    """What a new paper becomes; `told` is the answer to whoever handed it in."""

    request: Request
    reader: Reader
    session: Session
    paper: PaperRow | None = None

    def told(self) -> Response:
        assert self.paper is not None
        return told(self.request, self.session, self.reader, self.paper, 201)


@contextmanager
def take_in(request: Request, reader: Reader, given: Any) -> Iterator[tuple[Session, Handed, Done]]:
    """A transaction in which a new paper is handed in, as whoever asks."""
    parts = service(request)
    handed = Handed(reader.actor, parts.now(), given.document, getattr(given, "place", ""), given.note)
    with parts.database.writing() as session:
        yield session, handed, Done(request, reader, session)


def told(request: Request, session: Session, reader: Reader, row: PaperRow, status: int = 200) -> Response:
    """A paper as its reader may know it."""
    session.flush()
    reasons = reader.elsewhere(session, "reasons.read")
    line = _with_moments(as_told(listing_papers.one(session, row), reasons), service(request))
    return tagged(answer(line, status), row.id, row.version)


def wall(text: str, parts: Service) -> datetime:
    """The wall time of the office at a moment. Raises Invalid."""
    found = moment(text, parts.settings.timezone)
    assert found is not None
    return clock.to_wall(found, parts.settings.timezone)


def _found(request: Request, session: Session, reader: Reader, number: int, kinds: Sequence[str]) -> PaperRow:
    """A paper the reader may see, as it is and stays until the transaction ends. Raises NotFound, ChangedSince."""
    reasons = reader.elsewhere(session, "reasons.read")
    row = listing_papers.paper(session, reader.within, reasons, number, kinds)
    session.refresh(row, with_for_update=True)
    check_match(request, row.id, row.version, paper_register.last_change(row))
    return row


def _with_moments(line: dict[str, Any], parts: Service) -> dict[str, Any]:
    """Wall times of the content as moments."""
    content = line.get("content") or {}
    for name in ("starts", "ends"):
        if isinstance(content.get(name), datetime):
            content[name] = clock.local_iso(content[name], parts.settings.timezone)
    return line
