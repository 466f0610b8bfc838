"""The OpenAPI document: what the routers say, with one problem schema for everything that goes wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from api.http.errors import TITLE
from api.http.idempotency import HEADER, MAX_KEY, NOT_KEPT, REASONS, WRITES, why_not
from api.http.schemas.parts import Problem, Wrong

DESCRIPTION = """\
Attendance and working hours of public offices: terminals and what was read from them, verdicts per person and day with
the rules they rest on, and violations with their evidence.

Sign in with `POST /api/v1/auth/token` and send the token as `Authorization: Bearer …`. A list never shows what the
reader's place in the tree does not allow; an object outside it answers 404. Lists are `{items, total, limit, offset}`;
long ones carry a cursor `next`. Moments are ISO 8601 with offset, dates ISO. What goes wrong is answered as
`application/problem+json` (RFC 9457) with a stable `code`.
"""

TAGS = [
    {"name": "sign-in", "description": "Tokens."},
    {"name": "attendance", "description": "Punches as they came, verdicts, violations with their evidence."},
    {"name": "terminals", "description": "Terminals, pulls, imported files."},
    {"name": "imports", "description": "Spreadsheets: brought in, undone, templates."},
    {"name": "office", "description": "Units, people, where they serve, their numbers."},
    {"name": "users", "description": "Accounts, and what is granted to them."},
    {"name": "personal data", "description": "The notice, all data of one person, requests, retention."},
    {"name": "trail", "description": "Who did and who read what."},
    {"name": "rules", "description": "Hours and calendar in force."},
    {
        "name": "papers",
        "description": "Leave, missions, exemptions, overtime, outages: proposed, approved, taken back.",
    },
    {"name": "explanations", "description": "What people say of violations: asked for, confirmed, decided."},
    {"name": "observations", "description": "What citizens say: taken in, looked into, answered; never a violation."},
    {"name": "months", "description": "Months of a unit: what stands in the way, locked, signed, reopened."},
    {
        "name": "commitments",
        "description": "Commitments: templates, asking, signatures, who has signed, how they are kept.",
    },
    {"name": "conduct", "description": "Thresholds, what they propose, what a person decided; good examples."},
    {"name": "index", "description": "The discipline index between units: formula, publications."},
    {"name": "reports", "description": "Sheets as files."},
    {"name": "exports", "description": "Rows for analysts, as streams that go on where a line was cut."},
    {"name": "inspections", "description": "Teams, plans and draws that the team alone knows of, visits, minutes."},
    {"name": "rosters", "description": "Duties, substitutes, posts to be filled, gaps."},
    {"name": "notifications", "description": "Webhooks, and what became of what was sent."},
    {"name": "health", "description": "Whether the service lives and can work."},
]

_OPEN = {"health"}
_FOR_ALL = (401, 403, 422)
_WRITES = (403, 404, 409, 413, 503)
_GUESSED = {"changePassword", "confirmSecondFactor", "removeSecondFactor"}
_OF_A_PERSON = {"exportOwn", "listOwnRequests"}  # 404 for an account that no person stands behind
_MORE = {"takeSegments": (408, 429), "fetchReport": (409, 410), "getLatestCheckpoint": (404,)}
"""What else an address answers."""


def describe(app: FastAPI) -> dict[str, Any]:
    """The document of the app, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes, tags=TAGS
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        for model in (Problem, Wrong):
            described = model.model_json_schema(ref_template="#/components/schemas/{model}")
            described.pop("$defs", None)
            schemas[model.__name__] = described
        permissions = {route.operation: route.permission for route in declared(app)}
        kept = {
            route.operation_id
            for route in iter_route_contexts(app.routes)
            if getattr(route, "methods", None) and why_not(route) is None
        }
        for path, item in document["paths"].items():
            for method, operation in item.items():
                permission = permissions.get(operation["operationId"])
                if permission is not None:
                    operation["x-permission"] = permission
                _add_problems(operation, path, method)
                _add_key(operation, method, kept)
        app.openapi_schema = document
    return app.openapi_schema


@dataclass(frozen=True, slots=True)
class Declared:
    """An address and what it says of itself: the permission it asks for, or why it is open to more.

    `path` with the names of its parameters; no `methods` for what is mounted as a whole.
    """

    path: str
    methods: frozenset[str]
    operation: str
    permission: str | None
    open_because: str | None


def declared(app: FastAPI) -> list[Declared]:
    """Every address of the app, those outside of the document too."""
    found = []
    for route in iter_route_contexts(app.routes):
        dependant = getattr(route, "dependant", None)
        found.append(
            Declared(
                getattr(route, "path", "") or "",
                frozenset(getattr(route, "methods", None) or ()),
                getattr(route, "operation_id", None) or getattr(route, "name", None) or "",
                asked_by(dependant) if dependant is not None else None,
                (getattr(route, "openapi_extra", None) or {}).get("x-open"),
            )
        )
    return found


def asked_by(dependant: Dependant) -> str | None:
    """The permission that a dependency, or one of those it rests on, asks for."""
    own: str | None = getattr(dependant.call, "permission", None)
    return own or next((found for below in dependant.dependencies if (found := asked_by(below))), None)


def _add_key(operation: dict[str, Any], method: str, kept: set[str | None]) -> None:
    """The header of a write whose answers are kept; of others, why they are not."""
    if method.upper() not in WRITES:
        return
    if operation["operationId"] not in kept:
        operation.setdefault(NOT_KEPT, REASONS.get(operation["operationId"], ""))
        return
    operation.setdefault("parameters", []).append(
        {
            "name": HEADER,
            "in": "header",
            "required": False,
            "schema": {"type": "string", "minLength": 1, "maxLength": MAX_KEY},
            "description": "A name of one's own for this write, such as a UUID. Sent again with the same request "
            "within 24 hours it is not done again: the same answer comes, with `Idempotency-Replayed: true`. With "
            "another request it is refused (422), while the first is under way too (409).",
        }
    )


def _add_problems(operation: dict[str, Any], path: str, method: str) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    statuses: set[int] = set()
    if operation["operationId"] not in _OPEN:
        statuses.update(_FOR_ALL)
    if method == "post":
        statuses.update(_WRITES)
    if operation["operationId"] == "signIn":
        statuses = {401, 413, 422, 429, 503}
    if "{" in path or any(p["name"] in ("unit", "employee", "terminal") for p in operation.get("parameters", ())):
        statuses.add(404)
    if operation["operationId"] in _OF_A_PERSON:
        statuses.add(404)
    if operation["operationId"] in _GUESSED:
        statuses.add(429)
    statuses.update(_MORE.get(operation["operationId"], ()))
    if {"application/json", "multipart/form-data"} & operation.get("requestBody", {}).get("content", {}).keys():
        statuses.add(400)
    if any(parameter["name"] == "If-Match" for parameter in operation.get("parameters", ())):
        statuses.add(412)
    for status in sorted(statuses):
        responses.setdefault(
            str(status),
            {
                "description": TITLE[status] + ".",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        )
