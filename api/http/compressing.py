"""Compresses an answer that is long and full of repeats, for clients that take it."""

from __future__ import annotations

import gzip
import io
import secrets

from fastapi import Request, Response

_LEVEL = 8
_MOST_PADDING = 64


def compressed(request: Request, response: Response) -> Response:
    """The same answer as gzip where the client takes that.

    A name of random length stands in the head of each: the length of an answer that holds a secret (the token of its
    forms) beside text that somebody else chose would otherwise tell of it, byte by byte (BREACH).
    """
    response.headers["Vary"] = "Accept-Encoding"
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return response
    body = io.BytesIO()
    name = secrets.token_hex(secrets.randbelow(_MOST_PADDING) + 1)
    with gzip.GzipFile(filename=name, mode="wb", compresslevel=_LEVEL, fileobj=body, mtime=0) as file:
        file.write(bytes(response.body))
    response.body = body.getvalue()
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Content-Length"] = str(len(response.body))
    return response
