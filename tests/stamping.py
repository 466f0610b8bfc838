"""A time-stamping authority (RFC 3161) on loopback, with certificates made for the test; and an office's own one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

Key = rsa.RSAPrivateKey


@cache
def pair(name: str, *, stamps: bool = False, signer: str = "") -> tuple[Key, x509.Certificate]:
    """A key and its certificate, made once: an authority, or signed by the authority `signer`."""
    key = rsa.generate_private_key(65537, 2048)
    said = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    above = pair(signer) if signer else None
    now = datetime.now(UTC)
    usage = {
        "digital_signature": bool(signer), "content_commitment": bool(signer) and not stamps,
        "key_encipherment": False, "data_encipherment": False, "key_agreement": False, "encipher_only": False,
        "decipher_only": False, "key_cert_sign": not signer, "crl_sign": not signer,
    }  # fmt: skip
    made = (
        x509.CertificateBuilder()
        .subject_name(said)
        .issuer_name(above[1].subject if above else said)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=400))
        .add_extension(x509.BasicConstraints(not signer, None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if above:
        by = x509.AuthorityKeyIdentifier.from_issuer_public_key(above[0].public_key())
        made = made.add_extension(by, critical=False)
    if stamps:
        made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return key, made.sign(above[0] if above else key, hashes.SHA256())


def pem(*names: str) -> bytes:
    """Certificates of authorities."""
    return b"".join(pair(name)[1].public_bytes(Encoding.PEM) for name in names)


def office_certificate(password: str) -> bytes:
    """PKCS#12 of an office's own certificate under the authority `Gốc thử nghiệm`."""
    key, made = pair("Sở Nội vụ tỉnh An Bình", signer="Gốc thử nghiệm")
    sealed = serialization.BestAvailableEncryption(password.encode())
    return pkcs12.serialize_key_and_certificates(b"office", key, made, [pair("Gốc thử nghiệm")[1]], sealed)


@dataclass
class Authority:
    """It stamps what it is asked to; `mangle` makes its answer another."""

    port: int = 0
    mangle: Any = None
    asked: list[tsp.TimeStampReq] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/tsa?v=1"


@contextmanager
def time_stamping() -> Iterator[Authority]:
    key, made = pair("Dấu thời gian", stamps=True, signer="Gốc thử nghiệm")
    der = key.private_bytes(Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    stamper = DummyTimeStamper(
        asn1_x509.Certificate.load(made.public_bytes(Encoding.DER)), keys.PrivateKeyInfo.load(der)
    )
    authority = Authority()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            authority.asked.append(asked)
            answer = stamper.request_tsa_response(asked).dump()
            if authority.mangle is not None:
                answer = authority.mangle(answer)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    authority.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield authority
    finally:
        server.shutdown()
        server.server_close()
