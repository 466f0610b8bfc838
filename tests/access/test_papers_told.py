"""Every paper of the catalogue in every format, by every role: nothing of what is outside stands in any file of it.

The office's own name, what the units above decided for everybody, and their codes may.
"""

from __future__ import annotations

import io
import json
import zipfile

import pypdfium2
import pytest

from api.reporting.asking import names_of
from api.reporting.catalogue import entries
from api.reporting.entry import Entry
from attendance.services.access import ALLOWED, ROLES
from tests.access.asking import Built, serve
from tests.access.calls import Call
from tests.access.marks import mark
from tests.access.office import reader
from tests.access.test_matrix import Asked, forbidden

DATED = {"month": "2026-11", "from": "2026-11-16", "to": "2026-11-20", "year": "2026"}
ABOVE = (f"Đơn vị {mark('PAR')}", f"CV {mark('PAR')}", f"U-{mark('PAR')}")


def text_of(content: bytes, format: str) -> str:
    if format == "pdf":
        file = pypdfium2.PdfDocument(content)
        return "\n".join(file[at].get_textpage().get_text_range() for at in range(len(file)))
    if format in ("xlsx", "bundle"):
        archive = zipfile.ZipFile(io.BytesIO(content))
        return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    return content.decode()


def ways(entry: Entry, own: dict[str, str]) -> list[dict[str, str]]:
    """Asked of everything, of a unit, and of a person, as far as it can be."""
    dated = {name: DATED[name] for name in names_of(entry) if name in DATED}
    named = [name for name in ("unit", "employee") if name in names_of(entry)]
    return [dated, *(dated | {name: own[name]} for name in named)]


@pytest.mark.long
@pytest.mark.parametrize("role", ROLES)
def test_no_file_tells_of_what_is_outside(role: str, built: Built, tmp_path_factory: pytest.TempPathFactory) -> None:
    service = serve(tmp_path_factory.mktemp("papers"), built)
    user, own = reader(role, "holds"), service.world["OWN"].fills()
    service.sign_in([user])
    headers = {"Authorization": f"Bearer {service.secrets[user, 'bearer']}"}
    taken = 0
    for entry in entries():
        marks = forbidden(role, Asked(entry.key, "GET", "", entry.permission, Call()))
        for kind in (*entry.formats, *(("bundle",) if entry.key == "dossier" else ())):
            for asked in ways(entry, own):
                where = f"/api/v1/reports/{entry.key}"
                answer = service.client.get(where, params={**asked, "format": kind}, headers=headers)
                assert answer.status_code in (200, 403, 404, 422), (where, asked, answer.text)
                if answer.status_code == 200:
                    assert role in ALLOWED[entry.permission], where
                    taken += 1
                    text = text_of(answer.content, kind) + json.dumps(dict(answer.headers))
                    for known in ABOVE:
                        text = text.replace(known, "")
                    assert [each for each in marks if each in text] == [], (where, kind, asked)
    service.database.close()
    assert (taken > 0) is any(role in ALLOWED[entry.permission] for entry in entries())
