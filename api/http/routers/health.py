"""Whether the service lives, whether it can work, and how much it does."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, ConfigDict, Field

from api.http.answers import answer
from api.http.auth import beside_or_signed_in
from api.http.scope import beside_or
from api.http.service import service
from attendance.store import schema
from attendance.store.trail_reading import chain_state

router = APIRouter(tags=["health"])


class Health(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ok"}]})
    status: Literal["ok"] = Field(description="The process answers.")


class Readiness(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"status": "ready", "database": "ok", "scheduler": "ok", "trail": "ok"}]}
    )
    status: Literal["ready", "not_ready"] = Field(description="Whether everything below is well.")
    database: Literal["ok", "unreachable", "old_schema"] = Field(description="The database and its tables.")
    scheduler: Literal["ok", "stopped", "elsewhere"] = Field(
        description="The timetable of pulls; `elsewhere`: another process keeps it, or nobody does."
    )
    trail: Literal["ok", "broken", "unchecked", "unknown"] = Field(
        description="What the last nightly check of the trail found; it does not keep the service from working."
    )


@router.get(
    "/health",
    operation_id="health",
    summary="Does it live?",
    response_model=Health,
    openapi_extra={"x-open": "says only that the process answers"},
)
def health() -> Response:
    """The only address that answers without a login to everybody."""
    return answer({"status": "ok"})


@router.get(
    "/ready",
    operation_id="ready",
    summary="Can it work?",
    response_model=Readiness,
    dependencies=[Depends(beside_or_signed_in)],
    openapi_extra={"x-open": "for programs of this machine and whoever is signed in: whether the service can work"},
    responses={503: {"model": Readiness, "description": "Something is missing; the answer says what."}},
)
def ready(request: Request) -> Response:
    """Database, tables and timetable. Without a login only for programs on this machine."""
    database = _database(request)
    scheduler_ready = getattr(request.app.state, "scheduler_ready", None)
    scheduler = "elsewhere" if scheduler_ready is None else "ok" if scheduler_ready() else "stopped"
    trail = _trail(request) if database == "ok" else "unknown"
    is_ready = database == "ok" and scheduler != "stopped"
    return answer(
        {"status": "ready" if is_ready else "not_ready", "database": database, "scheduler": scheduler, "trail": trail},
        200 if is_ready else 503,
    )


def _database(request: Request) -> str:
    try:
        return "ok" if schema.is_current(service(request).database) else "old_schema"
    except Exception:  # whatever a driver raises, the answer is the same
        return "unreachable"


def _trail(request: Request) -> str:
    with service(request).database.reading() as session:
        holds = chain_state(session).holds
    return "unchecked" if holds is None else "ok" if holds else "broken"


@router.get(
    "/metrics",
    operation_id="metrics",
    summary="Figures for Prometheus",
    dependencies=[Depends(beside_or("system.read"))],
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Text exposition."}},
)
def metrics(request: Request) -> Response:
    """Without a login only for programs on this machine; else for administrators."""
    return Response(generate_latest(request.app.state.metrics), media_type=CONTENT_TYPE_LATEST)
