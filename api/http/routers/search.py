"""Finding people, units and terminals by pieces of name and code."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.http.answers import answer
from api.http.params import Page
from api.http.schemas.search import SearchFound
from api.http.scope import Reader, may
from api.http.service import service
from attendance.store.within import NOTHING
from reports.finding import find

router = APIRouter(prefix="/search", tags=["office"])


@router.get(
    "", operation_id="search", summary="People, units and terminals by name or code", response_model=SearchFound
)
def search(
    request: Request,
    reader: Annotated[Reader, Depends(may("office.read"))],
    page: Page,
    q: Annotated[
        str,
        Query(
            max_length=200,
            description="Words of names or codes; accents and order do not matter.",
            examples=["bich ngoc"],
        ),
    ] = "",
) -> Response:
    """Only what the reader may see; `items` are people, by how well they fit and by name."""
    parts = service(request)
    with parts.database.reading() as session:
        places = {
            name: None if (within := reader.elsewhere(session, permission)) == NOTHING else within
            for name, permission in (("people", "people.read"), ("terminals", "terminals.read"))
        }
        found = find(session, q, parts.today(), units=reader.within, limit=page.limit, offset=page.offset, **places)
        reader.saw_people(session, "search", (person.number for person in found.people), at=parts.now())
    return answer(
        {
            "items": [
                {"code": person.code, "name": person.name, "unit": person.unit or None} for person in found.people
            ],
            "total": found.total,
            "limit": page.limit,
            "offset": page.offset,
            "next": None,
            "units": [asdict(unit) for unit in found.units],
            "terminals": [asdict(terminal) for terminal in found.terminals],
        }
    )
