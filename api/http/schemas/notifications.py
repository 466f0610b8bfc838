"""Webhooks and the outbox."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.http.schemas.parts import Code, Given, ListFrame

EventName = Literal[
    "violation.opened",
    "terminal.silent",
    "terminal.back",
    "explanation.waiting",
    "month.locked",
    "month.reopened",
    "checkpoint.published",
]
_HOOK: dict[str, Any] = {
    "id": 3,
    "name": "Cổng báo cáo tỉnh",
    "url": "https://baocao.sohanoi.example.vn/…",
    "unit": "X-TAN-MAI",
    "events": ["violation.opened", "month.locked"],
    "created_by": "minh.qt",
    "created_at": "2026-11-22T09:10:00Z",
    "disabled_at": None,
    "disabled_why": "",
    "failing_since": None,
    "last_ok_at": "2026-11-24T00:45:02Z",
    "last_error": "",
}
_SECRET = "whsec_…"  # noqa: S105 - none


class Webhook(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_HOOK]})
    id: int = Field(description="Number of the webhook.")
    name: str = Field(description="What people call its receiver.")
    url: str = Field(description="Where events are posted, without what follows the host: it may be a password.")
    unit: str | None = Field(description="Unit it is told of, with those below; null: everywhere.")
    events: list[str] = Field(description="What it is told.")
    created_by: str = Field(description="Who added it.")
    created_at: dt.datetime = Field(description="When it was added; nothing earlier is told.")
    disabled_at: dt.datetime | None = Field(description="When it was shut; null: it is open.")
    disabled_why: str = Field(description="by_hand, failing (for five days) or gone (it answered 410).")
    failing_since: dt.datetime | None = Field(description="Since when it takes nothing; null: it does.")
    last_ok_at: dt.datetime | None = Field(description="When it last took something.")
    last_error: str = Field(description="What went wrong the last time, in words.")


class WebhookMade(Webhook):
    model_config = ConfigDict(json_schema_extra={"examples": [_HOOK | {"secret": _SECRET}]})
    secret: str = Field(description="The secret it is signed with, for its receiver; shown this once.")


class WebhookList(ListFrame):
    items: list[Webhook] = Field(description="Webhooks in the order they were added.")


class NewWebhook(Given):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Cổng báo cáo tỉnh", "url": "https://baocao.sohanoi.example.vn/hook", "unit": "X-TAN-MAI",
                    "events": ["violation.opened"],
                }
            ]
        }
    )  # fmt: skip
    name: Code = Field(description="What people call its receiver.")
    url: str = Field(max_length=500, description="Where events are posted: https, or http in a network that was named.")
    unit: Code | None = Field(default=None, description="Unit it is told of, with those below; null: everywhere.")
    events: list[EventName] = Field(min_length=1, max_length=20, description="What it is told.")


class Notice(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 812, "kind": "morning", "way": "mail", "user": "ha.truongphong", "webhook": None,
                    "state": "sent", "attempts": 1, "error": "", "created_at": "2026-11-24T00:45:00Z",
                    "next_at": "2026-11-24T00:45:00Z", "sent_at": "2026-11-24T00:45:02Z",
                }
            ]
        }
    )  # fmt: skip
    id: int = Field(description="Number of the notice.")
    kind: str = Field(description="What it is of.")
    way: str = Field(description="inbox, mail, webhook, or a way of the installation.")
    user: str | None = Field(description="Account it is for.")
    webhook: str | None = Field(description="Webhook it is for.")
    state: Literal["waiting", "sending", "sent", "failed", "dropped"] = Field(description="How it stands.")
    attempts: int = Field(description="How often it was tried.")
    error: str = Field(description="What went wrong, in words; for one that was dropped, why there was nothing to say.")
    created_at: dt.datetime = Field(description="When it was due.")
    next_at: dt.datetime = Field(description="When it is tried next.")
    sent_at: dt.datetime | None = Field(description="When it was sent.")


class NoticeList(ListFrame):
    items: list[Notice] = Field(description="The outbox, newest first; what is sent to people is not told.")
