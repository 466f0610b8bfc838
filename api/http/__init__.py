"""The JSON API: routers by noun, schemas, errors, who may ask."""

from typing import TYPE_CHECKING, Any

from api.http.auth import (
    check_csrf,
    csrf_token,
    end_session,
    local_path,
    page_user,
    session_user,
    sign_in_token,
    start_session,
)
from api.http.scope import reader_of
from api.http.service import service

if TYPE_CHECKING:
    from api.http.app import create_app

__all__ = [
    "check_csrf",
    "create_app",
    "csrf_token",
    "end_session",
    "local_path",
    "page_user",
    "reader_of",
    "service",
    "session_user",
    "sign_in_token",
    "start_session",
]


def __getattr__(name: str) -> Any:
    """The app when it is asked for: whoever wants no more than a part of this room need not read all of it."""
    if name == "create_app":
        from api.http.app import create_app

        return create_app
    raise AttributeError(name)
