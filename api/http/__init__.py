"""The JSON API: routers by noun, schemas, errors, who may ask."""

from api.http.app import create_app
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
