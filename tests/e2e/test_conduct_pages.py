"""The pages of conduct and of the index as people use them, over a month that was read to its end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.pages.i18n import LOCALE_FOLDER
from attendance.letters import without_marks
from attendance.rules.legal_forms import legal_form_in
from attendance.services.evaluate import evaluate_dirty
from attendance.services.unit_index import formulas
from attendance.services.unit_index.formulas import NewFormula
from attendance.store import papers_decided
from attendance.store.trail import CONSOLE
from tests import month_office
from tests.builders import ZONE
from tests.e2e.site import Person, Site, copied
from tests.month_office import AT, LATE_ON

THRESHOLD = {
    "unit": "A", "code": "NN", "label": "Nhắc nhở từ 1 lượt", "proposes": "reminder", "measure": "occurrences",
    "type": "late", "at_least": "1", "period": "month", "from": "01/01/2026", "document": "QC 15",
}  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("conduct-pages")
    database = copied(migrated_sqlite, folder)
    month_office.fill(database)
    opened = month_office.open_months(database, folder, AT)
    yield opened
    database.close()


def _sign_in(site: Site, name: str) -> Person:
    return site.signed_in(name)


def test_a_threshold_a_proposal_a_decision_and_what_changed_since(site: Site) -> None:
    lan, vinh = _sign_in(site, "lan"), _sign_in(site, "vinh")
    for wrong, said in (("Cảnh cáo", "hình thức kỷ luật"), (" ", "Chưa lưu gì")):
        refused = lan.send("/conduct/thresholds", **(THRESHOLD | {"label": wrong}))
        assert refused.status_code == 422
        assert said in refused.text
    assert lan.send("/conduct/thresholds", **THRESHOLD).status_code == 303
    assert lan.send("/conduct/thresholds", **THRESHOLD).status_code == 409, "it holds on these dates already"
    page = vinh.see("/conduct")
    number = int(re.findall(r'href="/conduct/(\d+)"', page)[0])
    one = vinh.see(f"/conduct/{number}")
    assert "Trần Văn Bình" in one
    assert f"/violations/1-{LATE_ON:%Y%m%d}-am-late" in one
    assert "44/44" in one
    assert "QC 15" in one
    assert (
        vinh.send(f"/conduct/{number}/decision", f"/conduct/{number}", decision="accept", note=" ").status_code == 422
    )
    done = vinh.send(
        f"/conduct/{number}/decision", f"/conduct/{number}", decision="accept", note="Đã trao đổi", version="1"
    )
    assert done.status_code == 303
    with site.database.writing() as session:
        row = papers_decided.explain(
            session, "E1", LATE_ON, part="am", covers="late", reason="x", submitted_at=AT, at=AT
        )
        papers_decided.decide(session, row, "approved", decided_by="vinh", decided_at=AT, at=AT)
    evaluate_dirty(site.database, ZONE, AT)
    assert lan.send("/conduct/refresh", "/conduct").status_code == 303
    after = vinh.see(f"/conduct/{number}")
    assert "Sự việc đã thay đổi sau khi quyết định" in after
    assert "Đã trao đổi" in after
    assert "Nhất trí" in vinh.see("/conduct?state=decided")


def test_the_inspector_sees_the_index_and_no_proposals(site: Site) -> None:
    tra = _sign_in(site, "tra")
    tra.see("/conduct")
    assert tra.last.status_code == 403
    tra.see("/index")
    assert tra.last.status_code == 200


def test_a_formula_is_filed_from_the_page_and_a_handful_has_no_figure(site: Site) -> None:
    lan = _sign_in(site, "lan")
    weights = ["1", "0,5", "0.5", "1", "0", "0"]
    filed = {"unit": "A", "weight": weights, "from": "01/01/2026", "document": "QĐ 9", "to": "31/12/2026"}
    assert lan.send("/index/formulas", "/index?unit=A", **(filed | {"fewest": "3"})).status_code == 422
    assert lan.send("/index/formulas", "/index?unit=A", **filed).status_code == 303
    assert lan.send("/index/formulas", "/index?unit=A", **filed).status_code == 409
    page = lan.see("/index?unit=A&period=2026-03")
    assert "Dưới 5 người: không nêu số" in page
    refused = lan.send("/index/publish", "/index?unit=A", unit="A", period="2026-03")
    assert refused.status_code == 422
    assert "Chưa công bố được" in refused.text


def test_grades_are_accepted_together_for_one_reason(site: Site) -> None:
    assert _sign_in(site, "vinh").send("/conduct/grades", "/conduct", note="").status_code == 303, "nothing chosen"
    wrong = _sign_in(site, "vinh").send("/conduct/grades", "/conduct", note="x", row=["9" * 30])
    assert wrong.status_code == 422, "a number that no proposal can have"
    lan = _sign_in(site, "lan")
    assert lan.send("/conduct/grades", "/conduct", note="x").status_code == 403, "who keeps the lists decides nothing"


def test_no_text_of_the_pages_offers_a_legal_form_of_discipline() -> None:
    for path in LOCALE_FOLDER.glob("*/LC_MESSAGES/*.po"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert legal_form_in(line) is None, (path.name, line)
    assert without_marks("Khiển trách") == "khien trach"


def test_formula_everywhere_is_told_as_such(site: Site) -> None:
    with site.database.writing() as session:
        formulas.file(
            session, NewFormula(None, {"late": 50}, month_office.MARCH.replace(year=2025), "QĐ 0"), by=CONSOLE, at=AT
        )
    assert "toàn cơ quan" in _sign_in(site, "lan").see("/index?unit=A")
