"""Optimistic concurrency: an answer names its version in `ETag`, a change may ask for it in `If-Match`."""

from __future__ import annotations

from fastapi import Request, Response

from api.http.errors import ChangedSince

HEADER = "If-Match"


def tagged(answer: Response, number: int | None, version: int) -> Response:
    """The answer with the version of what it tells."""
    answer.headers["ETag"] = etag(number, version)
    return answer


def etag(number: int | None, version: int) -> str:
    return f'"{number}-{version}"'


def check_match(request: Request, number: int | None, version: int, last_change: str) -> None:
    """Refuse a change of something that is no longer what its sender saw. Raises ChangedSince with who did what when.

    Without `If-Match` nothing is refused here.
    """
    wanted = request.headers.get(HEADER)
    if wanted is None or wanted.strip() == "*":
        return
    if etag(number, version) not in [tag.strip().removeprefix("W/") for tag in wanted.split(",")]:
        raise ChangedSince(f"{last_change} Nothing was changed; look at it again before you go on.")
