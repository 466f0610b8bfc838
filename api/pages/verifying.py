"""What the QR code of minutes opens: anybody may see whether they are as they were sealed, and nothing personal."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import UploadFile

from api.http.auth import address_of, check_csrf, sign_in_token
from api.http.service import service
from api.pages.routes import show
from api.printing.minutes import shown_code
from api.printing.signed_pdf import check_signed
from attendance.errors import Invalid
from attendance.services.visiting import seals
from attendance.store import signing_keys
from device_sync.push.limits import Rates
from reports.minutes import VerifyPage, verify_page

router = APIRouter(include_in_schema=False, prefix="/verify", default_response_class=HTMLResponse)
Code = Annotated[str, Path(max_length=32)]
_OPEN = {"x-open": "for whoever holds the paper; it tells figures and no person"}
PER_SECOND, AT_ONCE = 0.5, 30
"""How often an address may look a code up: enough for a desk of auditors, too little to try codes."""
RESULTS = ("same", "annex", "other", "unsealed", *seals.PARTS)


@router.get("/{code}", openapi_extra=_OPEN)
def look_up(request: Request, code: Code) -> Response:
    return _page(request, _view(request, code))


@router.post("/{code}", openapi_extra=_OPEN)
async def compare(request: Request, code: Code) -> Response:
    """Compares a file with what was sealed under the code; the file is not kept."""
    async with request.form(max_files=1, max_fields=4) as sent:
        check_csrf(request, str(sent.get("csrf_token", ""))[:256])
        file = sent.get("file")
        content = await file.read() if isinstance(file, UploadFile) else b""
    return await run_sync(_compared, request, code, content)


def _compared(request: Request, code: str, content: bytes) -> Response:
    view = _view(request, code)
    if view.known:
        with service(request).database.reading() as session:
            known = signing_keys.known(session)
        signs = service(request).settings.pdf_key_file is not None
        view = replace(view, compared=_results(view, content, known, signs=signs))
    return _page(request, view)


def _results(view: VerifyPage, content: bytes, known: dict[str, bytes], *, signs: bool) -> tuple[str, ...]:
    """What is to be said of a file beside what was sealed; one of RESULTS, or several."""
    try:
        found = check_signed(content, known) if signs else seals.check(content, known)
    except Invalid:
        return ("unsealed",)
    if not found.holds or found.seal is None:
        return found.wrong
    if found.seal.data.hex() in view.annexed:
        return ("annex",)
    same = (found.seal.data.hex(), found.seal.pdf.hex()) == (view.digest, view.pdf_digest)
    return ("same",) if same else ("other",)


def _view(request: Request, code: str) -> VerifyPage:
    plain = code.replace("-", "").upper()
    if not _rates(request).allow(address_of(request)):
        return VerifyPage(plain, too_many=True)
    if not plain.isalnum() or not plain.isascii():
        return VerifyPage(plain)
    with service(request).database.reading() as session:
        return verify_page(session, service(request).settings.timezone, plain)


def _rates(request: Request) -> Rates:
    found: Rates | None = getattr(request.app.state, "verify_rates", None)
    if found is None:
        found = request.app.state.verify_rates = Rates(PER_SECOND, AT_ONCE, time.monotonic)
    return found


def _page(request: Request, view: VerifyPage) -> Response:
    bound = Response()
    token = sign_in_token(request, bound)
    status = 429 if view.too_many else 200 if view.known else 404
    page = show(request, "verify.html", view, token=token, status=status, shown=shown_code(view.code[:16]))
    page.raw_headers += [header for header in bound.raw_headers if header[0] == b"set-cookie"]
    return page
