"""How terminals are, and that somebody has seen an alarm."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from api import terminal_filing
from api.http.answers import answer
from api.http.params import TerminalCode
from api.http.schemas.terminal_health import Alarm, TerminalHealth
from api.http.scope import Reader, may
from api.http.service import service
from api.pages.i18n import Translator
from api.terminal_health import alarm_json, whole_health_json
from attendance.store import office

router = APIRouter(prefix="/terminals/{code}", tags=["terminals"])

LANGUAGE = Translator("en")  # as every sentence of the API; pages and other programs say the codes in theirs
MAX_NUMBER = 2**31 - 1


@router.get("/health", operation_id="terminalHealth", summary="Health of a terminal", response_model=TerminalHealth)
def terminal_health(
    request: Request, reader: Annotated[Reader, Depends(may("terminals.read"))], code: TerminalCode
) -> Response:
    """Its state and what to do next, open and past alarms, its operation log, its clock, how full it is."""
    parts = service(request)
    with parts.database.reading() as session:
        number = office.key(reader.terminal(session, code))
        found = whole_health_json(session, number, LANGUAGE, parts.settings.timezone, parts.now())
    return answer(found)


@router.post(
    "/alarms/{alarm}/acknowledge", operation_id="acknowledgeAlarm", summary="Acknowledge an alarm", response_model=Alarm
)
def acknowledge(
    request: Request,
    reader: Annotated[Reader, Depends(may("terminals.write"))],
    code: TerminalCode,
    alarm: Annotated[int, Path(ge=1, le=MAX_NUMBER, description="Number of the alarm.")],
) -> Response:
    """For administrators. An alarm about an event is ended by it; a condition ends when it is over."""
    parts = service(request)
    with parts.database.writing() as session:
        row = reader.terminal(session, code)
        seen = terminal_filing.acknowledge(session, row, alarm, by=reader.user.name, actor=reader.actor, at=parts.now())
    return answer(alarm_json(seen, LANGUAGE))
