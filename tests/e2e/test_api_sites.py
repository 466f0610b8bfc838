"""The addresses of sites: who may ask what, what is refused before it is read, and a line that is really encrypted."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn

from api.http.schemas.sites import Holding, SiteList
from attendance.store import sites
from device_sync.agent.centre import Centre, CentreError
from device_sync.agent.framing import Claim
from device_sync.agent.segment import seal_key, token_digest
from tests.e2e.conftest import NOW, Office
from tests.serving import listen

TOKEN = "site_" + "t" * 43
API = "/api/v1/sites"
CLAIM = Claim(chain="ab" * 16, number=0, digest="", at=NOW, nonce="01" * 16)


def add_sites(office: Office) -> None:
    with office.database.writing() as session:
        sites.add(session, "S-A", unit="A1", name="Điểm bản Chà", token_digest=token_digest(TOKEN), at=NOW)
        sites.add(session, "S-B", unit="B", name="", token_digest="ab" * 32, at=NOW)


def test_administrators_see_the_sites_of_their_units(office: Office) -> None:
    add_sites(office)
    whole = office.get("root", "/sites")
    SiteList.model_validate(whole)
    assert [(row["code"], row["unit"], row["state"]) for row in whole["items"]] == [
        ("S-A", "A1", "new"),
        ("S-B", "B", "new"),
    ]
    part = office.get("root.a", "/sites")
    assert ([row["code"] for row in part["items"]], part["total"]) == (["S-A"], 1)
    assert office.get("root", "/sites", limit=1, offset=1)["items"] == whole["items"][1:]
    assert set(whole["items"][0]) == set(SiteList.model_fields["items"].annotation.__args__[0].model_fields)
    for user in ("hr", "inspector", "leader.b"):
        assert office.client(user).get(API).status_code == 403
    assert TOKEN not in str(whole)


def test_a_token_opens_the_addresses_of_its_site_and_nothing_else(office: Office) -> None:
    add_sites(office)
    client = office.client()
    client.headers["Authorization"] = f"Bearer {TOKEN}"
    answer = client.get(f"{API}/me", params={"nonce": "02" * 16})
    found = Holding.model_validate(answer.json())
    assert (found.site, found.number, found.chain, found.digest) == ("S-A", 0, "", "")
    from device_sync.agent.framing import Holding as Told

    assert Told.model_validate(answer.json()).is_sealed(seal_key(TOKEN), "02" * 16)
    for path in ("/sites", "/terminals", "/punches", "/units"):
        assert client.get(f"/api/v1{path}").status_code == 401
    for user in ("root", "hr"):
        for address, method in ((f"{API}/me", "GET"), (f"{API}/segments", "POST")):
            refused = office.client(user).request(method, address)
            assert (refused.status_code, refused.json()["code"]) == (401, "site_token_refused")
    assert office.client().post(f"{API}/segments", content=b"x").json()["code"] == "not_signed_in"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "segment_altered"),
        (b"\0" * 36, 422, "segment_altered"),
        (b"\xff" * 5000, 422, "segment_altered"),
        (bytes(1024 * 1024 + 1), 413, "too_large"),
    ],
)
def test_what_is_no_request_of_a_site_is_refused(office: Office, body: bytes, status: int, code: str) -> None:
    add_sites(office)
    client = office.client()
    client.headers["Authorization"] = f"Bearer {TOKEN}"
    answer = client.post(f"{API}/segments", content=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    office.clock.at += timedelta(minutes=1)
    assert client.get(f"{API}/me").status_code == 200


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate that this machine signed for itself, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here to sign a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=centre", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


def test_only_a_centre_whose_certificate_is_trusted_hears_the_token(
    make_office: Callable[..., Office], certificate: tuple[Path, Path]
) -> None:
    office = make_office()
    add_sites(office)
    heard: list[str] = []

    @office.app.middleware("http")
    async def listen_in(request, call_next):  # type: ignore[no-untyped-def]
        heard.append(request.headers.get("authorization", ""))
        return await call_next(request)

    listener = listen()
    signed, key = certificate
    config = uvicorn.Config(
        office.app, log_level="critical", access_log=False, ssl_certfile=str(signed), ssl_keyfile=str(key)
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    port = listener.getsockname()[1]
    try:
        with pytest.raises(CentreError, match="is not trusted") as refused:
            Centre(f"https://127.0.0.1:{port}", TOKEN).tell(CLAIM)
        assert refused.value.code == "centre_untrusted"
        with pytest.raises(CentreError, match="is not trusted"):  # the name in it is not the one that was asked for
            Centre(f"https://localhost:{port}", TOKEN, ca_file=signed).tell(CLAIM)
        assert heard == []
        assert Centre(f"https://127.0.0.1:{port}", TOKEN, ca_file=signed).tell(CLAIM).site == "S-A"
        assert heard == [f"Bearer {TOKEN}"]
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
