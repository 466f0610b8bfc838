"""The dossier of a violation and of a person: as data, as paper and as a bundle, for who may know reasons and not."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from sqlmodel import select
from typer.testing import CliRunner

from api.cli.main import app
from api.pages.i18n import Translator
from attendance.errors import Invalid
from attendance.scenario.running import run_document
from attendance.services.evidence import verify_bundle
from attendance.store.tables import UnitRow
from device_sync.layouts import ZK40
from reports.evidence import evidence_of
from tests import dossier_office
from tests.dossier_office import LATE_ON, LETTERS, MEDICAL, REASON, SICK_ON
from tests.e2e.conftest import PASSWORD, ZONE, Office, _open, _with_pages
from tests.e2e.test_my_page import at_page

SPAN = {"employee": "E9", "from": "2026-11-16", "to": "2026-11-20"}


@pytest.fixture(scope="module")
def kept(template: Path, cheap_hasher: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """With the evidence of violations wired as the service does it."""

    def make(**parts: Any) -> Office:
        return _open(template, cheap_hasher, tmp_path_factory.mktemp("dossier") / "data", **parts)

    made = _with_pages(
        lambda **parts: make(
            evidence=lambda session, key, shown: evidence_of(session, ZONE, made_at(), key, shown=shown), **parts
        )
    )

    def made_at() -> Any:
        return made.clock.at

    dossier_office.fill(made.database)
    made.accounts.create_user("e9", PASSWORD, "official", employee="E9")
    yield made
    made.database.close()


def ask(office: Office, user: str, **params: str) -> Any:
    return office.client(user).get("/api/v1/reports/dossier", params=params)


def told(office: Office, user: str, **params: str) -> dict[str, Any]:
    answer = ask(office, user, format="json", **params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def bundle(office: Office, user: str) -> bytes:
    """The bundle of E9's week, made once for each reader."""
    if user not in _BUNDLES:
        answer = ask(office, user, format="bundle", lang="vi", **SPAN)
        assert answer.status_code == 200, answer.text
        _BUNDLES[user] = answer.content
    return _BUNDLES[user]


_BUNDLES: dict[str, bytes] = {}


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    pages = [document[at].get_textpage().get_text_range() for at in range(len(document))]
    document.close()
    return "\n".join(pages)


def test_each_figure_is_that_of_the_evidence_of_the_same_violation(kept: Office) -> None:
    late = dossier_office.violation(kept.database)
    found = told(kept, "hr", violation=late)
    shown = kept.get("hr", f"/violations/{late}")
    (day,) = found["days"]
    assert day["evidence"] == shown["evidence"]
    (violation,) = day["violations"]
    same = ("id", "type", "session", "minutes", "excused_min", "counted_min", "status")
    assert {name: violation[name] for name in same} == {name: shown[name] for name in same}
    assert (violation["minutes"], violation["excused_min"], violation["counted_min"]) == (15, 10, 5)
    assert [change["after"] for change in day["changes"]] == [2]
    figures = {line["name"]: (line["before"], line["after"]) for line in day["changes"][0]["lines"] if line["name"]}
    assert figures["counted"] == (15, 5)
    (explanation,) = day["explanations"]
    assert (explanation["reason"], explanation["decision"], explanation["decided_by"]) == (
        REASON,
        "approved",
        "leader.h",
    )


def test_each_punch_stands_with_the_bytes_that_came_and_the_pull_that_brought_them(kept: Office) -> None:
    found = told(kept, "hr", **SPAN)
    sent = dossier_office.payload()[4:]
    records = [each for day in found["days"] for each in day["records"]]
    punches = [each for day in found["days"] for each in day["evidence"]["punches"]]
    assert len(records) == len(punches) == len(sent) // ZK40.size == 12
    for record, punch in zip(records, punches, strict=True):
        assert (record["sequence"], record["place"]) == (punch["sequence"], punch["log_index"])
        begins = record["place"] * ZK40.size
        assert bytes.fromhex(record["record"]) == sent[begins : begins + ZK40.size]
    (pull,) = found["pulls"]
    assert (pull["terminal"], pull["outcome"], pull["read"], pull["serial"]) == ("T-C", "ok", 12, "SN-T-C")
    assert pull["number"] == records[0]["pull"]
    read = [span for day in found["days"] for span in day["terminals"] if span["kind"] == "read"]
    assert {(span["terminal"], span["ends"]) for span in read} == {("T-C", "2026-11-20T23:30:00+07:00")}


def test_every_day_is_judged_again_from_its_case_file(kept: Office, tmp_path: Path) -> None:
    for user in ("hr", "inspector"):
        with zipfile.ZipFile(BytesIO(bundle(kept, user))) as archive:
            documents = json.loads(archive.read("case.json"))
            days = json.loads(archive.read("dossier.json"))["days"]
        assert [day["replay"]["holds"] for day in days] == [True] * 5
        assert all(run_document(document).ok for document in documents)
        late = next(each for each in deepcopy(documents) if each["id"] == "E9-2026-11-17")
        late["punches"][0]["at"] = "2026-11-17T07:15:00"
        assert not run_document(late).ok
    path = tmp_path / "case.json"
    path.write_text(json.dumps(documents))
    ran = CliRunner().invoke(app, ["scenario", "run", str(path), "--json"])
    assert ran.exit_code == 0, ran.output
    assert [each["ok"] for each in json.loads(ran.stdout)["results"]] == [True] * 5


def test_letters_of_the_source_are_letters_of_the_paper(kept: Office) -> None:
    assert len(set(LETTERS)) == len(LETTERS) == 134
    late = dossier_office.violation(kept.database)
    for lang, heading in (("vi", "HỒ SƠ CHỨNG CỨ CHẤM CÔNG"), ("en", "ATTENDANCE EVIDENCE DOSSIER")):
        answer = ask(kept, "head.a1", violation=late, format="pdf", lang=lang)
        assert answer.status_code == 200, answer.text
        assert b"pdfaid:part" in answer.content
        text = text_of(answer.content)
        flat = "".join(text.split())
        assert "".join(heading.split()) in flat
        assert "".join(REASON.split()) in flat
        code = told(kept, "head.a1", violation=late)["chain"]["code"].upper()
        shown = "-".join(code[start : start + 4] for start in range(0, 20, 4))
        pages = text.count(shown)
        assert pages == len(pypdfium2.PdfDocument(answer.content)) >= 2
        for number in ("15", "10", "5"):
            assert number in text
        record = dossier_office.payload()[4 : 4 + ZK40.size].hex()
        assert record in flat


def readable(content: bytes) -> list[tuple[str, str]]:
    """Every file of a bundle as text: papers by what they say."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return [(name, text_of(data) if name.endswith(".pdf") else data.decode("utf-8", "replace"))
            for name, data in files.items()]  # fmt: skip


def test_reasons_are_in_no_file_of_who_may_not_read_them(kept: Office) -> None:
    """Also not as a digest by which one could try them out."""
    for user, knows in (("inspector", False), ("leader.h", False), ("hr", True), ("e9", True)):
        files = readable(bundle(kept, user))
        whole = "\n".join(text for _, text in files)
        for secret in (MEDICAL, "nursing", LETTERS):
            assert ("".join(secret.split()) in "".join(whole.split())) is knows, (user, secret)
        paper = "".join(dict(files)["dossier.pdf"].split()).lower()
        assert ("".join(Translator("vi").label("symbol", "Ô").split()) in paper) is knows, user
        for name in ("dossier.json", "case.json"):
            assert ('"Ô"' in dict(files)[name]) is knows, (user, name)
        chain = [json.loads(line) for line in dict(files)["evidence/chain.ndjson"].splitlines()]
        kinds = {line["chain"].partition(":")[0] for line in chain}
        assert (kinds > {"terminal"}) is knows, user
        assert kinds >= {"terminal"}
        assert told(kept, user, **SPAN)["reasons"] is knows


def test_what_others_may_not_see_is_not_there(kept: Office) -> None:
    late = dossier_office.violation(kept.database)
    assert told(kept, "e9", violation=late)["days"][0]["looks"] is not None
    assert told(kept, "inspector", violation=late)["days"][0]["looks"] is None
    for user in ("e2", "leader.b"):
        for made in ("pdf", "json", "bundle"):
            assert ask(kept, user, violation=late, format=made).status_code == 404
            assert ask(kept, user, format=made, **SPAN).status_code == 404
    assert ask(kept, "root", violation=late).status_code == 403
    assert ask(kept, "hr", violation="99999-20261117-am-late").status_code == 404


def test_a_byte_of_the_bundle_that_is_changed_is_named(kept: Office) -> None:
    content = bundle(kept, "hr")
    verify_bundle.check(content)
    for name, data in verify_bundle.unpack(content).items():
        at = content.index(data) + len(data) // 2
        with pytest.raises(verify_bundle.Bad, match="the manifest" if name.startswith("manifest.") else name):
            verify_bundle.check(changed(content, at))
    for at in range(0, len(content), len(content) // 40):
        with pytest.raises(Exception, match=r".+"):  # its program says of any other one that it could not be read
            verify_bundle.check(changed(content, at))


def changed(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def test_a_record_and_the_conclusion_are_proven_under_the_root(kept: Office) -> None:
    content = bundle(kept, "hr")
    with zipfile.ZipFile(BytesIO(content)) as archive:
        lines = [json.loads(line) for line in archive.read("evidence/chain.ndjson").splitlines()]
        names = archive.namelist()
    shown = {(row["table"], row["key"]) for line in lines for row in line["rows"]}
    assert {table for table, _ in shown} >= {"pull", "ruling", "explanation"}
    assert len([name for name in names if name.startswith("records/")]) == 12
    assert [name for name in names if name.startswith("rules/")]


def test_its_rulebooks_tell_of_no_unit_they_did_not_serve_in(kept: Office) -> None:
    """What another unit decided for itself, and which units there are, is told by no file of the bundle."""
    with kept.database.reading() as session:
        every = {row.code for row in session.exec(select(UnitRow))}
    files = verify_bundle.unpack(bundle(kept, "hr"))
    dossier = json.loads(files["dossier.json"])
    own = dossier["subject"]["unit"]
    books = [json.loads(content)["content"] for name, content in files.items() if name.startswith("rules/")]
    told = {unit["code"] for book in books for unit in book["units"]}
    assert own in told
    assert told < every
    assert {entry["unit"] for book in books for entry in book["calendar"]} <= {*told, None}
    assert not [book for book in books if "CV 5" in json.dumps(book)]  # the stoppage of B alone


def test_that_it_was_taken_and_looked_at_is_in_the_trail(make_office: Callable[..., Office]) -> None:
    office = make_office()
    dossier_office.fill(office.database)
    late = dossier_office.violation(office.database)
    taken = ask(office, "inspector", violation=late, format="pdf")
    assert taken.status_code == 200
    (made,) = office.get("auditor", "/audit", act="export.made")["items"]
    assert (made["actor"], made["key"]) == ("inspector", hashlib.sha256(taken.content).hexdigest())
    assert (made["after"]["paper"], made["after"]["violation"]) == ("dossier", late)
    (looked,) = office.get("auditor", "/audit", act="looked", kind="dossier")["items"]
    assert looked["employees"] == ["E9"]
    looks = told(office, "hr", violation=late)["days"][0]["looks"]
    assert [each["actor"] for each in looks] == ["inspector"]


def test_an_official_takes_their_own_from_their_own_page(kept: Office) -> None:
    page = at_page(kept, "e9")
    assert 'href="/dossier?employee=E9"' in page.get("/me").text
    assert page.get("/dossier", params={"employee": "E9"}).status_code == 200
    assert page.get("/dossier", params={"employee": "E2"}).status_code == 404


def test_a_span_that_is_too_long_or_names_nothing_is_refused_in_one_sentence(kept: Office) -> None:
    long = ask(kept, "hr", employee="E9", **{"from": "2026-01-01", "to": "2026-06-30"})
    assert long.status_code == 422
    assert "at most 92 days" in long.json()["detail"]
    for params in ({}, {"violation": "1-20261117-am-late", "employee": "E9"}):
        assert "either a violation" in ask(kept, "hr", **params).json()["detail"]


def test_days_without_work_are_told_as_such_and_the_rest_one_by_one(kept: Office) -> None:
    found = told(kept, "hr", employee="E9", **{"from": "2026-11-16", "to": "2026-11-22"})
    assert found["idle"] == ["2026-11-21", "2026-11-22"]
    assert [day["date"] for day in found["days"]] == [f"2026-11-{day}" for day in range(16, 21)]
    by_day = {day["date"]: day for day in found["days"]}
    assert by_day[SICK_ON.isoformat()]["evidence"]["symbols"] == {"am": "Ô", "pm": "Ô"}
    rules = {each["rule"]: each for each in by_day[LATE_ON.isoformat()]["rules"]}
    assert rules["schedule.HANH-CHINH"]["document"] == "QĐ 41/QĐ-UBND"
    assert rules["schedule.HANH-CHINH"]["says"]["sessions"]["am"] == ["07:30", "12:00"]


def test_pages_lead_to_it(kept: Office) -> None:
    late = dossier_office.violation(kept.database)
    page = at_page(kept, "hr")
    assert f"/dossier?violation={late}" in page.get(f"/violations/{late}").text
    assert "/dossier?employee=E9" in page.get("/people/E9").text
    assert "15/10/2026" not in page.get("/dossier", params={"violation": late}).text
    for query in ({"violation": late}, {"employee": "E9", "from": "16/11/2026", "to": "20/11/2026"}):
        answer = page.get("/dossier/file", params={**query, "format": "pdf", "lang": "vi"})
        assert answer.headers["content-type"] == "application/pdf"
    refused = page.get("/dossier/file", params={"employee": "E9", "from": "20/11/2025", "to": "20/11/2026"})
    assert refused.status_code == 422
    assert "92" in refused.text


def test_a_case_file_tells_nothing_of_days_that_are_not_the_readers(kept: Office) -> None:
    """E1 served in A up to the 13th, and in B from then on."""
    span = {"employee": "E1", "from": "2026-11-10", "to": "2026-11-20"}
    for user, dates in (("hr.a", range(10, 14)), ("hr", [*range(10, 14), *range(16, 21)])):
        with zipfile.ZipFile(BytesIO(ask(kept, user, format="bundle", **span).content)) as archive:
            days = json.loads(archive.read("dossier.json"))["days"]
            documents = json.loads(archive.read("case.json"))
        assert [day["date"] for day in days] == [f"2026-11-{day}" for day in dates], user
        assert all(day["replay"]["holds"] for day in days), user
        told_of = {punch["at"][:10] for document in documents for punch in document["punches"]}
        assert (max(told_of) > "2026-11-13") is (user == "hr")
        units = {unit["code"] for document in documents for unit in document["units"]}
        assert ("B" in units) is (user == "hr")


def test_the_command_writes_the_same_dossier(
    make_office: Callable[..., Office], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    office = make_office()
    dossier_office.fill(office.database)
    late = dossier_office.violation(office.database)
    monkeypatch.setenv("ATTENDANCE_DATA_DIR", str(office.settings.data_dir))
    monkeypatch.setenv("ATTENDANCE_SECRET_KEY", "a secret of the tests, long enough")
    files = {name: tmp_path / f"dossier.{name}" for name in ("json", "bundle")}
    for name, path in files.items():
        asked = ["report", "dossier", "--violation", late, "--format", name, "--out", str(path)]
        ran = CliRunner().invoke(app, asked)
        assert ran.exit_code == 0, ran.output
    mine, theirs = json.loads(files["json"].read_text()), told(office, "hr", violation=late)
    assert mine["days"][0]["evidence"]["punches"] == theirs["days"][0]["evidence"]["punches"]
    assert mine["days"][0]["replay"] == theirs["days"][0]["replay"]
    assert verify_bundle.check(files["bundle"].read_bytes())
    refused = CliRunner().invoke(app, ["report", "dossier", "--violation", late, "--format", "xlsx"])
    assert isinstance(refused.exception, Invalid)
