"""Minutes sealed and checked: what was changed afterwards is named, in the file and in the database."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import orjson
import pypdfium2
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from api.printing.minutes import draw, drawing, shown_code
from attendance import clock
from attendance.errors import Invalid
from attendance.services import signing_key as keys
from attendance.services.evaluate import evaluate_dirty
from attendance.services.visiting import beginning, marking, sealing, seals
from attendance.services.visiting.marking import NewMark
from attendance.services.visiting.minutes import draft, keep_written
from attendance.services.visiting.presence import presence_at
from attendance.services.visiting.sealed_checking import check_minutes
from attendance.services.visiting.sealing import OnlyHeadSeals
from attendance.store import followups, papers, schema, signing_keys
from attendance.store import minutes as stored
from attendance.store.database import Database, Session, sqlite_url
from attendance.store.minutes_tables import MinutesRow
from attendance.store.paper_register import NotAsItWas
from reports.printing import printed
from tests import month_office
from tests.builders import ZONE, rows
from tests.minutes_office import (
    ADDRESS,
    ARRIVAL,
    KNOWN_AT,
    SEALED_AT,
    SECRET,
    TEAM_SIDE,
    UNIT_SIDE,
    WRITTEN,
    data_of,
    hold_visit,
    seal_it,
    sealing_by,
    visit_in,
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """The office with its visit, ended and not sealed; tests that change it copy it."""
    database = Database(sqlite_url(tmp_path_factory.mktemp("minutes") / "attendance.db"))
    schema.upgrade(database)
    month_office.fill(database)
    hold_visit(database)
    return database


@pytest.fixture(scope="module")
def sealed(office: Database) -> MinutesRow:
    return seal_it(office)


def test_the_draft_has_the_figures_of_list_and_marks(office: Database) -> None:
    with office.reading() as session:
        found = draft(session, ZONE, visit_in(session), at=SEALED_AT)
    assert {one.who.employee: (one.found, one.remark) for one in found.people} == {
        "E1": ("present", ""),
        "E2": ("without_reason", "reason_said"),
        "E3": ("without_reason", "not_at_post"),
    }
    figures = found.figures
    assert (figures.total, figures.present, figures.without_reason, figures.with_reason) == (3, 1, 2, 0)
    assert [(one.employee, one.paper, one.document) for one in found.later] == [("E2", "approved", "")]
    assert found.hours == "QD 1"


def test_a_sealed_pdf_says_every_line_and_the_data_is_in_it(sealed: MinutesRow) -> None:
    document = pypdfium2.PdfDocument(sealed.pdf)
    told = "\n".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    plain = " ".join(unicodedata.normalize("NFC", told).split())
    for line in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Vào hồi 08 giờ 00 phút, ngày 17 tháng 3 năm 2026",
        WRITTEN.explanation,
        WRITTEN.desk,
        WRITTEN.conclusions[0].text,
        "Nguyễn Thị Ánh (E2)",
        "Từ chối ký. Lý do: Không đồng ý với số liệu",
        "Giấy tờ bổ sung sau",
        shown_code(sealed.code),
    ):
        assert line in plain, line
    assert "Giấy ra viện" not in plain  # which kind of leave it is stands on no paper
    content = orjson.loads(data_of(sealed.pdf))
    assert content["code"] == sealed.code
    assert content["figures"] == {
        "total": 3, "present": 1, "with_reason": 0, "without_reason": 2, "unknown": 0, "late": 0
    }  # fmt: skip
    assert b"Gi\xe1\xba\xa5y ra vi\xe1\xbb\x87n" not in sealed.pdf


def test_a_sign_that_no_font_has_stops_no_sealing(sealed: MinutesRow) -> None:
    """A picture from a phone in a note is a box on the paper; in the data it is what was written."""
    content = orjson.loads(data_of(sealed.pdf))
    odd = "Có mặt 👍🏽, 漢字, \x07, \uffff"
    content["written"]["explanation"] = odd
    content["written"]["other"] = " ".join(printed().split())
    data = orjson.dumps(content)
    drawn = draw(data, ADDRESS)
    document = pypdfium2.PdfDocument(drawn)
    told = "\n".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    assert "Có mặt □, □, □, □" in unicodedata.normalize("NFC", told)
    assert orjson.loads(data_of(drawn))["written"]["explanation"] == odd


def test_the_pdf_is_one_that_archives_take(sealed: MinutesRow) -> None:
    assert b"<pdfaid:part>3</pdfaid:part>" in sealed.pdf
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in sealed.pdf


def test_the_file_alone_tells_whether_it_is_as_it_was_sealed(office: Database, sealed: MinutesRow) -> None:
    with office.reading() as session:
        known = signing_keys.known(session)
    assert seals.check(sealed.pdf, known).holds
    alone = seals.check(sealed.pdf, None)
    assert alone.holds
    assert alone.is_key_known is None
    stranger = keys.SigningKey(b"the secret of somebody else, long enough")
    assert seals.check(sealed.pdf, {stranger.name: stranger.public}).wrong == (seals.KEY,)


@pytest.mark.parametrize("sample", [60, pytest.param(4000, marks=pytest.mark.long)])
def test_any_changed_byte_is_named(office: Database, sealed: MinutesRow, sample: int) -> None:
    """Wherever it lies: in the PDF, in its data, in its seal."""
    with office.reading() as session:
        known = signing_keys.known(session)
    data = data_of(sealed.pdf)
    first = sealed.pdf.find(data) if data in sealed.pdf else None
    seal_at = sealed.pdf.find(seals.MARK)
    dice = random.Random(20260317)
    places = [dice.randrange(len(sealed.pdf)) for _ in range(sample)]
    places += [seal_at, seal_at + len(seals.MARK), seal_at + len(seals.MARK) + seals.LENGTH - 1]
    for place in places:
        changed = bytearray(sealed.pdf)
        changed[place] ^= 1 << dice.randrange(8)
        found = seals.check(bytes(changed), known)
        assert found.wrong, place
        if first is not None and first <= place < first + len(data):
            assert seals.DATA in found.wrong


def test_changed_data_is_told_from_a_changed_page(sealed: MinutesRow) -> None:
    attached_at = sealed.pdf.find(b"/EmbeddedFile")
    into_data = sealed.pdf.find(b"stream", attached_at) + 20
    changed = bytearray(sealed.pdf)
    changed[into_data] ^= 1
    assert set(seals.check(bytes(changed), None).wrong) == {seals.PDF, seals.DATA}
    changed = bytearray(sealed.pdf)
    changed[20] ^= 1
    assert seals.check(bytes(changed), None).wrong == (seals.PDF,)


def test_a_seal_of_somebody_elses_key_over_changed_minutes_is_an_unknown_key(
    office: Database, sealed: MinutesRow
) -> None:
    """Whoever draws the document anew and seals it themselves has everything right but the key."""
    content = orjson.loads(data_of(sealed.pdf))
    content["figures"] |= {"present": 3, "without_reason": 0}
    data = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    forged, _ = seals.put(draw(data, ADDRESS), data, keys.SigningKey(b"the secret of somebody else, long enough"))
    with office.reading() as session:
        assert seals.check(forged, signing_keys.known(session)).wrong == (seals.KEY,)


def test_what_is_written_cannot_pass_for_a_seal(sealed: MinutesRow) -> None:
    data = seals.MARK + b"0" * seals.LENGTH
    with pytest.raises(Invalid, match="blank place"):
        seals.put(sealed.pdf, data, keys.SigningKey(SECRET))


def _flipped(value: bytes, place: int = 500) -> bytes:
    place %= len(value)
    return value[:place] + bytes([value[place] ^ 1]) + value[place + 1 :]


def _triggers(database: Database) -> list[tuple[str, str]]:
    return rows(database, "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")  # type: ignore[return-value]


def _taken_out(session: Session, row: MinutesRow) -> None:
    for table in ("minutes_person", "minutes_annex", "visit_followup"):
        session.execute(text(f"DELETE FROM {table}"))
    session.execute(text("DELETE FROM minutes"))


CHANGES: dict[str, Callable[[Session, MinutesRow], object]] = {
    "data": lambda session, row: setattr(row, "content", stored.pack(_flipped(stored.unpack(row.content)))),
    "pdf": lambda session, row: setattr(row, "pdf", _flipped(row.pdf)),
    "signature": lambda session, row: setattr(row, "signature", _flipped(row.signature)),
    "key": lambda session, row: session.execute(text("DELETE FROM signing_key")),
    "list": lambda session, row: setattr(visit_in(session), "frozen", row.content),
    "annex": lambda session, row: setattr(stored.annexes(session, row.id)[0], "before", "0" * 64),
    "trail": lambda session, row: session.execute(text("UPDATE visit SET key = 'another'")),
}


def test_the_database_names_what_was_changed_in_it(office: Database, sealed: MinutesRow) -> None:
    del sealed
    with office.writing() as session:
        sealing.add_annex(
            session, ZONE, visit_in(session), "Tên người trực đúng là Trần Văn Bình.", (TEAM_SIDE, UNIT_SIDE),
            by=sealing_by(session), at=SEALED_AT + timedelta(days=1),
        )  # fmt: skip
    with office.reading() as session:
        found = check_minutes(session)
        assert (found.holds, found.minutes, found.annexes) == (True, 1, 1)
        (annex,) = stored.annexes(session, stored.of_visit(session, visit_in(session).id).id)  # type: ignore[union-attr]
        assert annex.before == stored.of_visit(session, visit_in(session).id).digest  # type: ignore[union-attr]
    guards = [name for name, sql in _triggers(office) if sql]
    last_annex_gone = ("annex", lambda session, row: session.execute(text("DELETE FROM minutes_annex")))
    for wrong, change in (*CHANGES.items(), last_annex_gone, ("missing", _taken_out)):
        with office.reading() as session:  # what a reading changes is never kept
            for name in guards:
                session.execute(text(f"DROP TRIGGER {name}"))
            row = stored.of_visit(session, visit_in(session).id)
            assert row is not None
            change(session, row)
            session.flush()
            session.expire_all()
            assert check_minutes(session).wrong == wrong


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE minutes SET digest = 'x'",
        "UPDATE minutes SET pdf = x'00'",
        "DELETE FROM minutes",
        "UPDATE signing_key SET public = x'00'",
        "DELETE FROM signing_key",
        "UPDATE visit_followup SET text = 'x'",
    ],
)
def test_the_database_refuses_to_change_what_was_sealed(office: Database, sealed: MinutesRow, statement: str) -> None:
    del sealed
    with pytest.raises(IntegrityError, match="append-only"), office.writing() as session:
        session.execute(text(statement))


def test_those_not_found_become_findings_and_no_minute_changes(office: Database, sealed: MinutesRow) -> None:
    ledger = "SELECT employee_id, work_date, credited_min, unverified_min FROM ruling WHERE superseded_at IS NULL"
    before = rows(office, ledger)
    evaluate_dirty(office, ZONE, SEALED_AT)
    assert sorted(rows(office, ledger)) == sorted(before)
    found = rows(
        office,
        "SELECT e.code, r.findings FROM ruling r JOIN employee e ON e.id = r.employee_id "
        "WHERE r.work_date = '2026-03-17' AND r.superseded_at IS NULL ORDER BY e.code",
    )
    results = {code: [one["result"] for one in orjson.loads(findings)] for code, findings in found}
    assert results == {"E1": [], "E2": ["absent_no_reason"], "E3": ["absent_no_reason"]}
    assert sealed.inspection_id is not None


def test_sealed_minutes_take_no_more_marks_text_or_seal(office: Database, sealed: MinutesRow) -> None:
    with office.writing() as session:
        visit, by = visit_in(session), sealing_by(session).actor
        late = marking.note(
            session,
            visit,
            by,
            [NewMark("mark-late-0001", "E1", "absent", SEALED_AT)],
            at=SEALED_AT + timedelta(hours=1),
        )
        assert [one.outcome for one in late] == ["late"]
    with office.reading() as session:
        assert draft(session, ZONE, visit_in(session), at=SEALED_AT).figures.present == 1
    with pytest.raises(NotAsItWas, match="annex"), office.writing() as session:
        keep_written(session, visit_in(session), WRITTEN, by=sealing_by(session).actor, at=SEALED_AT, version=None)
    with pytest.raises(NotAsItWas, match="annex"):
        seal_it(office)


def test_conclusions_of_sealed_minutes_are_open(office: Database, sealed: MinutesRow) -> None:
    with office.reading() as session:
        found = followups.of_minutes(session, sealed.id)
        assert sorted((one.row.number, one.row.due, one.row.state) for one in found) == [
            (1, date(2026, 3, 24), "open"), (2, None, "open"),
        ]  # fmt: skip


@pytest.fixture
def unsealed(sqlite_database: Database) -> Database:
    month_office.fill(sqlite_database)
    hold_visit(sqlite_database)
    return sqlite_database


def test_nothing_is_sealed_by_half(unsealed: Database) -> None:
    """Whatever hinders it is said, and the visit stays as it was."""

    def seal(signatures: object, **more: object) -> None:
        with unsealed.writing() as session:
            by = more.pop("by", None) or sealing_by(session)
            sealing.seal(
                session, ZONE, visit_in(session), signatures, by=by,  # type: ignore[arg-type]
                draw=drawing(ADDRESS), at=SEALED_AT, **more,  # type: ignore[arg-type]
            )  # fmt: skip

    with pytest.raises(Invalid, match="by the team and by the unit"):
        seal((TEAM_SIDE,))
    with pytest.raises(Invalid, match="has not signed"):
        seal((replace(TEAM_SIDE, strokes=()), UNIT_SIDE))
    with pytest.raises(NotAsItWas, match="changed after it was shown"):
        seal((TEAM_SIDE, UNIT_SIDE), version=7)
    with unsealed.reading() as session:
        stranger = sealing.Sealing(replace(sealing_by(session).actor, user_id=999), SECRET)
        nameless = sealing.Sealing(sealing_by(session).actor, b"")
    with pytest.raises(OnlyHeadSeals):
        seal((TEAM_SIDE, UNIT_SIDE), by=stranger)
    with pytest.raises(Invalid, match="secret key"):
        seal((TEAM_SIDE, UNIT_SIDE), by=nameless)
    with unsealed.writing() as session:
        keep_written(
            session, visit_in(session), replace(WRITTEN, unit_side=()), by=sealing_by(session).actor, at=KNOWN_AT,
            version=None,
        )  # fmt: skip
    with pytest.raises(Invalid, match="Nobody of the unit is named"):
        seal((TEAM_SIDE, UNIT_SIDE))
    with unsealed.reading() as session:
        assert visit_in(session).state == "ended"
        assert stored.of_visit(session, visit_in(session).id) is None
    assert rows(unsealed, "SELECT count(*) FROM inspection") == [(0,)]
    assert rows(unsealed, "SELECT count(*) FROM signing_key") == [(0,)]


def test_minutes_are_sealed_once_the_list_was_left(unsealed: Database) -> None:
    with unsealed.writing() as session:
        visit = visit_in(session)
        visit.state = "begun"
        session.add(visit)
    with pytest.raises(NotAsItWas, match="end it"):
        seal_it(unsealed)


def test_the_list_reproduced_later_equals_the_sealed_one(unsealed: Database) -> None:
    """Later papers and punches change nothing of what was known on arrival."""
    row = seal_it(unsealed)
    with unsealed.writing() as session:
        papers.add_leave(session, "E3", date(2026, 3, 17), document="QĐ muộn", approved_at=SEALED_AT, at=SEALED_AT)
    evaluate_dirty(unsealed, ZONE, SEALED_AT)
    with unsealed.reading() as session:
        visit = visit_in(session)
        again = presence_at(session, ZONE, "A", clock.to_instant(ARRIVAL, ZONE), known_at=visit.known_at)
        assert again.canonical() == beginning.frozen_bytes(visit)
        assert sealing.content_of(row)["list_digest"] == visit.frozen_digest
        now = presence_at(session, ZONE, "A", clock.to_instant(ARRIVAL, ZONE), known_at=None)
        assert now.canonical() != again.canonical()


def test_sealing_and_checking_on_each_database(any_database: Database) -> None:
    month_office.fill(any_database)
    hold_visit(any_database)
    row = seal_it(any_database)
    with any_database.writing() as session:
        sealing.add_annex(
            session, ZONE, visit_in(session), "Bổ sung.", (TEAM_SIDE, UNIT_SIDE), by=sealing_by(session), at=SEALED_AT
        )
    with any_database.reading() as session:
        found = check_minutes(session)
        assert (found.holds, found.minutes, found.annexes) == (True, 1, 1)
        assert [one.found for one in stored.naming(session, *_who(session, "E3"))] == ["without_reason"]
        assert seals.check(row.pdf, signing_keys.known(session)).holds


def _who(session: Session, code: str) -> tuple[int, datetime, datetime]:
    number = session.execute(text("SELECT id FROM employee WHERE code = :code"), {"code": code}).scalar_one()
    return int(number), ARRIVAL - timedelta(hours=1), ARRIVAL + timedelta(hours=1)
