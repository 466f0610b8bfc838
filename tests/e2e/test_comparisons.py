"""Compliance, hours and years as pages: each figure leads to the list that has as many rows; who may see which."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from attendance.services.evaluate import evaluate_span
from attendance.store.database import Database, sqlite_url
from bench.office import FROM_ON, TO_ON, ZONE, invent_punches
from bench.storing import NOW, prepare
from tests.e2e.site import PASSWORD, Site, open_site

JUNE = "from=1/6/2026&to=30/6/2026"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Twelve people of one unit, a month judged."""
    folder = tmp_path_factory.mktemp("comparisons")
    prepare(folder / "attendance.db", 12, invent_punches(12))
    database = Database(sqlite_url(folder / "attendance.db"))
    evaluate_span(database, ZONE, NOW, FROM_ON, TO_ON)
    found = open_site(database, folder, users=())
    found.clock.at = datetime(2026, 7, 3, 2, tzinfo=UTC)
    found.accounts.create_user("lan", PASSWORD, "hr")
    found.accounts.create_user("ba", PASSWORD, "official", employee="P3")
    yield found
    database.close()


def _links(page: str) -> list[tuple[str, int]]:
    """Addresses of lists of violations on a page, with the number that leads there."""
    found = re.findall(r'<a href="(/violations\?[^"]+)">([\d.]+)<', page)
    return [(html.unescape(address), int(number.replace(".", ""))) for address, number in found]


def test_each_figure_leads_to_the_list_it_counts(site: Site) -> None:
    person = site.signed_in("lan")
    page = person.see(f"/charts/compliance?{JUNE}")
    links = _links(page)
    assert {re.search(r"status=(\w+)", address)[1] for address, _ in links} >= {"counted", "pending"}  # type: ignore[index]
    for address, number in links:
        shown = person.see(address)
        total = re.search(r'<p class="sub">\s*([\d.]+)', shown)
        assert total is not None, address
        assert int(total[1].replace(".", "")) == number, address
    told = re.search(r"<strong>([\d,]+)%</strong> <span class=\"quiet comparing-of\">([\d.]+)/([\d.]+)<", page)
    assert told is not None
    clear, known = (int(text.replace(".", "")) for text in (told[2], told[3]))
    assert told[1] == f"{(2000 * clear + known) // (2 * known) / 10:.1f}".replace(".", ",")


def test_hours_and_years_say_what_they_do_not_compare(site: Site) -> None:
    person = site.signed_in("lan")
    seasons = person.see(f"/charts/seasons?{JUNE}")
    assert "Không so sánh trước và sau" in seasons, "no change of hours in June"
    years = person.see("/charts/years?year=2026")
    assert "0 tháng được so sánh" in years
    assert "Tháng 6" in years
    assert "Tháng 5" not in years, "nobody worked then, in either year"
    assert "2025 – 2026" in person.see("/charts/years?year=1700"), "a year that is none is this one"


def test_papers_stand_behind_each_page_and_an_official_has_a_statement_alone(site: Site) -> None:
    person = site.signed_in("lan")
    for key, more in (
        ("units", JUNE),
        ("seasons", f"unit=A&{JUNE}"),
        ("years", "unit=A&year=2026"),
        ("brief", "unit=A&to=30/6/2026"),
    ):
        person.see(f"/reports/papers/{key}/file?{more}&format=pdf")
        assert person.last.content.startswith(b"%PDF"), key
    own = site.signed_in("ba")
    own.see("/reports/papers/statement/file?month=2026-06&format=json")
    assert [each["employee"] for each in own.last.json()] == ["P3"]
    own.see("/reports/papers/statement/file?month=2026-06&employee=P4&format=json")
    assert own.last.status_code == 404
    for address in ("/charts/compliance", "/charts/seasons", "/charts/years", "/reports/papers/brief"):
        own.see(address)
        assert own.last.status_code == 403, address
    assert "/charts/compliance" not in own.see("/charts"), "no way to where one may not go"
    assert "statement/file?month=" in html.unescape(own.see("/me"))
