"""PDFs signed with the office's certificate: pyHanko and the command find the signature, minutes stay as they were
sealed, and nothing can be laid over them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from typer.testing import CliRunner

from api.cli.main import app
from api.printing.signed_pdf import check_key, check_signed, signatures, signed
from api.publishing.time_stamps import read_authorities
from api.settings import Settings
from attendance.errors import Invalid
from attendance.services.signing_key import SigningKey
from attendance.services.visiting import seals
from reports.printing import pdf
from tests.stamping import office_certificate, pem

PASSWORD = "mật khẩu của khóa"
DATA = '{"biên bản": "12/BB-ĐKT"}'.encode()
TEMPLATE = b"""#set document(title: "Giay", keywords: (sys.inputs.seal,))
#pdf.attach("minutes.json", bytes(sys.inputs.data),
  mime-type: "application/json", description: "d", relationship: "data")
#set text(font: "Libertinus Serif")
#sys.inputs.text"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    (folder / "office.p12").write_bytes(office_certificate(PASSWORD))
    (folder / "password").write_text(PASSWORD + "\n", encoding="utf-8")
    (folder / "ca.pem").write_bytes(pem("Gốc thử nghiệm"))
    (folder / "other.pem").write_bytes(pem("Gốc khác"))
    return folder


def settings(folder: Path, **more: Any) -> Settings:
    given = {"pdf_key_file": folder / "office.p12", "pdf_key_password_file": folder / "password"}
    return Settings(_env_file=None, **(given | more))  # type: ignore[call-arg]


@pytest.fixture(scope="module")
def sealed() -> bytes:
    """Minutes as far as their seal goes."""
    texts = {"seal": seals.MARK.decode() + seals.BLANK, "data": DATA.decode(), "text": "Biên bản kiểm tra"}
    blank = pdf(TEMPLATE, texts, standard="a-3b")
    return seals.put(blank, DATA, SigningKey(b"a secret key of thirty-two bytes"))[0]


def verify(file: Path, *words: str) -> tuple[int, dict[str, Any]]:
    done = CliRunner().invoke(app, ["verify", str(file), "--json", *words])
    return done.exit_code, json.loads(done.stdout) if done.stdout else {"said": done.output}


def test_a_signature_is_found_and_leads_to_its_authority(folder: Path, sealed: bytes, tmp_path: Path) -> None:
    found = signed(sealed, settings(folder), reason="Bảng chấm công")
    assert found.startswith(sealed)
    (one,) = signatures(found, read_authorities(folder / "ca.pem", "X"))
    assert (one.holds, one.trusted) == (True, True)
    assert "Sở Nội vụ tỉnh An Bình" in one.by
    assert [each.trusted for each in signatures(found)] == [None]
    assert [each.trusted for each in signatures(found, read_authorities(folder / "other.pem", "X"))] == [False]
    with io.BytesIO(found) as file:  # and as the library tells it
        (embedded,) = PdfFileReader(file).embedded_signatures
        assert embedded.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    changed = bytearray(found)
    changed[len(sealed) // 2] ^= 1
    assert [each.holds for each in signatures(bytes(changed))] in ([False], [])


def test_without_a_certificate_nothing_is_signed(folder: Path, sealed: bytes, tmp_path: Path) -> None:
    assert signed(sealed, settings(folder, pdf_key_file=None)) == sealed
    (tmp_path / "wrong").write_text("khác", encoding="utf-8")
    for more in ({"pdf_key_password_file": tmp_path / "wrong"}, {"pdf_key_file": tmp_path / "none.p12"}):
        with pytest.raises(Invalid, match="ATTENDANCE_PDF_KEY_FILE"):
            check_key(settings(folder, **more))


def test_the_command_says_whether_a_pdf_is_signed(
    folder: Path, sealed: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATTENDANCE_DATA_DIR", str(tmp_path / "none"))
    plain = pdf(b'#set document(title: "a")\n= Bang cham cong', {})
    (tmp_path / "plain.pdf").write_bytes(plain)
    (tmp_path / "signed.pdf").write_bytes(signed(plain, settings(folder)))
    (tmp_path / "minutes.pdf").write_bytes(signed(sealed, settings(folder)))
    assert verify(tmp_path / "plain.pdf")[0] == 2 or isinstance(
        CliRunner().invoke(app, ["verify", str(tmp_path / "plain.pdf")]).exception, Invalid
    )
    for name in ("signed.pdf", "minutes.pdf"):
        code, said = verify(tmp_path / name, "--authorities", str(folder / "ca.pem"))
        assert (code, said["holds"], said["wrong"]) == (0, True, []), said
        assert said["signatures"][0]["trusted"] is True
        assert verify(tmp_path / name, "--authorities", str(folder / "other.pem"))[0] == 1
    told = CliRunner().invoke(app, ["verify", str(tmp_path / "minutes.pdf")])
    assert told.exit_code == 0
    assert "exactly as it was sealed" in told.stdout
    assert "Besides, signed with the certificate of Common Name: Sở Nội vụ" in told.stdout


def test_nothing_can_be_laid_over_sealed_minutes_and_signed(folder: Path, sealed: bytes) -> None:
    """Somebody with a certificate of their own adds another page content, or a picture, and signs all of it."""
    signer = signers.SimpleSigner.load_pkcs12(str(folder / "office.p12"), passphrase=PASSWORD.encode())
    assert check_signed(signed(sealed, settings(folder)), None).holds

    over = IncrementalPdfFileWriter(io.BytesIO(sealed), strict=False)
    page = over.root["/Pages"]["/Kids"][0].get_object()
    page[pdf_name("/Contents")] = over.add_object(generic.StreamObject(stream_data=b"0 0 100 100 re f"))
    over.update_container(page)
    said = signers.PdfSignatureMetadata(field_name="X")
    covered = signers.sign_pdf(over, said, signer=signer).getvalue()
    assert [each.holds for each in signatures(covered)] == [True]  # it is a good signature, over something else
    assert check_signed(covered, None).wrong == ("pdf",)

    seen = IncrementalPdfFileWriter(io.BytesIO(sealed), strict=False)
    fields.append_signature_field(seen, fields.SigFieldSpec("X", box=(10, 10, 400, 400)))
    pictured = signers.sign_pdf(seen, said, signer=signer).getvalue()
    assert check_signed(pictured, None).wrong == ("pdf",)
