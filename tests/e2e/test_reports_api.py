"""Papers of the catalogue over the API: each in each of its formats, in the background too, for whom it is meant."""

from __future__ import annotations

import pytest

from api.reporting.catalogue import MEDIA, entries
from tests.e2e.conftest import Office

NEEDED = {"unit": "A", "employee": "E1", "month": "2026-11", "from": "2026-11-01", "to": "2026-11-20", "year": "2026"}
EACH = [(entry, format) for entry in entries() for format in entry.formats]


@pytest.mark.parametrize(("entry", "format"), EACH, ids=[f"{entry.key}-{format}" for entry, format in EACH])
def test_each_paper_is_made_in_each_of_its_formats(shared_office: Office, entry, format) -> None:
    print(entry, format)
    user = "hr" if entry.permission != "terminals.read" else "root"
    from api.reporting.asking import names_of

    names = names_of(entry)
    params = {n: NEEDED[n] for n in names if n in NEEDED and n in entry.must | {"from", "to"}}
    a = shared_office.client(user).get(f"/api/v1/reports/{entry.key}", params=params | {"format": format})
    assert a.status_code == 200, a.text
    assert a.headers["content-type"] == MEDIA[format]
    assert len(a.content) > 10
