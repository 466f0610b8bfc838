"""Rows to JSON, without a model in between: what a list promises is written in `schemas` and checked by tests."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import Response

from api.http.params import Paging
from attendance.store.listing import Listed


def answer(content: Any, status: int = 200) -> Response:
    """JSON; dates and times as ISO 8601."""
    return Response(orjson.dumps(content), status, media_type="application/json")


def listed(found: Listed, page: Paging) -> Response:
    """One page of a list, with `next` where the list has cursors and there is more."""
    content: dict[str, Any] = {
        "items": found.rows,
        "total": found.total,
        "limit": page.limit,
        "offset": page.offset,
        "next": found.after,
    }
    return answer(content)
