"""Webhooks and the outbox, for whoever runs the installation. A secret is answered once, when it is made."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.http.answers import answer
from api.http.errors import Forbidden
from api.http.idempotency import NOT_KEPT
from api.http.params import Page
from api.http.schemas.notifications import NewWebhook, NoticeList, Webhook, WebhookList, WebhookMade
from api.http.scope import Reader, may
from api.http.service import service
from api.notifying.failures import failure
from api.pages.i18n import Translator
from attendance.services.notifications import endpoints
from attendance.store import notices, office, webhooks
from attendance.store.database import Session
from attendance.store.notification_tables import WebhookRow
from attendance.store.tables import UnitRow

router = APIRouter(tags=["notifications"])
Managing = Annotated[Reader, Depends(may("system.manage"))]
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of the webhook.", examples=[3])]
_ENGLISH = Translator("en")
_SECRET = {NOT_KEPT: "The answer is a secret, which is never stored in the open; each is a new one."}
_SHOWN = (
    "id", "name", "events", "created_by", "created_at", "disabled_at", "disabled_why", "failing_since",
    "last_ok_at", "last_error",
)  # fmt: skip


@router.get("/webhooks", operation_id="listWebhooks", summary="Webhooks", response_model=WebhookList)
def list_webhooks(request: Request, reader: Managing, page: Page) -> Response:
    """For administrators: the webhooks of the part of the tree one looks after. Secrets are told by none of them."""
    with service(request).database.reading() as session:
        found = [shown(session, row) for row in webhooks.listed(session, reader.within)]
    rows = found[page.offset : page.offset + page.limit]
    return answer({"items": rows, "total": len(found), "limit": page.limit, "offset": page.offset, "next": None})


@router.post(
    "/webhooks",
    operation_id="addWebhook",
    summary="Add a webhook",
    status_code=201,
    response_model=WebhookMade,
    openapi_extra=_SECRET,
)
def add_webhook(request: Request, reader: Managing, given: NewWebhook) -> Response:
    """For administrators. It is told what happens from now on, signed as Standard Webhooks says."""
    parts = service(request)
    with parts.database.writing() as session:
        unit_id = unit_of(session, reader, given.unit)
        row, secret = endpoints.add(
            session, parts.secret_key, name=given.name, url=given.url, events=given.events, unit_id=unit_id,
            actor=reader.actor, at=parts.now(),
        )  # fmt: skip
        content = shown(session, row) | {"secret": secret}
    return answer(content, 201)


@router.post(
    "/webhooks/{id}/rotate",
    operation_id="rotateWebhook",
    summary="Give a webhook a new secret",
    response_model=WebhookMade,
    openapi_extra=_SECRET,
)
def rotate_webhook(request: Request, reader: Managing, id: Number) -> Response:
    """For administrators. For a day the old secret signs beside the new one, so that nothing is missed meanwhile."""
    parts = service(request)
    with parts.database.writing() as session:
        secret = endpoints.rotate(session, parts.secret_key, id, reader.within, actor=reader.actor, at=parts.now())
        content = shown(session, endpoints.get(session, id)) | {"secret": secret}
    return answer(content)


@router.post("/webhooks/{id}/disable", operation_id="disableWebhook", summary="Shut a webhook", response_model=Webhook)
def disable_webhook(request: Request, reader: Managing, id: Number) -> Response:
    """For administrators. What waits for it is kept."""
    parts = service(request)
    with parts.database.writing() as session:
        row = endpoints.disable(session, id, reader.within, actor=reader.actor, at=parts.now())
        content = shown(session, row)
    return answer(content)


@router.post(
    "/webhooks/{id}/enable", operation_id="enableWebhook", summary="Open a webhook again", response_model=Webhook
)
def enable_webhook(request: Request, reader: Managing, id: Number) -> Response:
    """For administrators. What waited is sent."""
    parts = service(request)
    with parts.database.writing() as session:
        row = endpoints.enable(session, id, reader.within, actor=reader.actor, at=parts.now())
        content = shown(session, row)
    return answer(content)


@router.post("/webhooks/{id}/test", operation_id="testWebhook", summary="Send a test event", status_code=202)
def test_webhook(request: Request, reader: Managing, id: Number) -> Response:
    """For administrators: an event `notification.test` is put into the outbox."""
    parts = service(request)
    with parts.database.writing() as session:
        endpoints.send_test(session, id, reader.within, actor=reader.actor, at=parts.now())
    return answer({"queued": True}, 202)


@router.get("/notices", operation_id="listNotices", summary="The outbox of notifications", response_model=NoticeList)
def list_notices(
    request: Request,
    reader: Managing,
    page: Page,
    state: Annotated[
        Literal["waiting", "sending", "sent", "failed", "dropped"] | None,
        Query(description="Only those that stand so."),
    ] = None,
) -> Response:
    """For administrators: to whom, by which way and whether it arrived, newest first; what was said is not told."""
    with service(request).database.reading() as session:
        rows, total = notices.listed(session, reader.within, state=state, limit=page.limit, offset=page.offset)
    fields = notices.Shown.__slots__
    items = [{name: getattr(row, name) for name in fields} | {"error": failure(_ENGLISH, row.error)} for row in rows]
    return answer({"items": items, "total": total, "limit": page.limit, "offset": page.offset, "next": None})


@router.post("/notices/{id}/retry", operation_id="retryNotice", summary="Send a notice again", status_code=202)
def retry_notice(
    request: Request,
    reader: Managing,
    id: Annotated[int, Path(ge=1, le=2**53, description="Number of the notice.", examples=[812])],
) -> Response:
    """For administrators: one that waits or failed is tried again now."""
    parts = service(request)
    with parts.database.writing() as session:
        endpoints.try_again(session, id, reader.within, actor=reader.actor, at=parts.now())
    return answer({"queued": True}, 202)


def shown(session: Session, row: WebhookRow) -> dict[str, Any]:
    """A webhook without its secrets, of which its path may be one."""
    unit = office.code_of(session, UnitRow, row.unit_id) if row.unit_id is not None else None
    told = {name: getattr(row, name) for name in _SHOWN}
    return told | {"url": endpoints.shown_url(row.url), "unit": unit, "last_error": failure(_ENGLISH, row.last_error)}


def unit_of(session: Session, reader: Reader, code: str | None) -> int | None:
    """The unit a webhook is to be told of. Raises NotFound, and Forbidden for everywhere from whoever sees a part."""
    if code:
        return office.key(reader.unit(session, code))
    if not reader.within.is_all:
        raise Forbidden("You look after a part of the tree; name the unit of it that the webhook is told of.")
    return None
