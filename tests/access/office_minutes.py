"""Sealed minutes of the marked office, of the sealed visit of each unit: somebody named, a conclusion, an annex."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import orjson

from attendance.services.visiting.figures import WITHOUT_REASON, Found, Listed, count
from attendance.services.visiting.minutes import Member, Minutes, canonical
from attendance.services.visiting.written import Person, Written
from attendance.store import followups, office, visits
from attendance.store import minutes as stored
from attendance.store.database import Session
from attendance.store.minutes_tables import AnnexRow, MinutesRow
from attendance.store.tables import EmployeeRow

ZONE = "Asia/Ho_Chi_Minh"
SEALED_AT = datetime(2026, 11, 3, 3, tzinfo=UTC)


def fill(session: Session, visited: dict[str, dict[str, Any]]) -> None:
    """`visited`: what `office_visits.fill` made, by mark of the unit. The PDF is a text with the mark, no drawing."""
    for name, made in visited.items():
        token = f"z{name}z"
        visit = visits.find(session, made["sealed"])
        person = office.get(session, EmployeeRow, f"P-{token}")
        assert visit is not None
        assert visit.wall_time is not None
        who = Listed(office.key(person), person.code, person.name, f"U-{token}", "not_seen")
        people = (Found(who, WITHOUT_REASON),)
        minutes = Minutes(
            visit.key, "surprise", f"U-{token}", f"Đơn vị {token}", visit.wall_time, True, "", f"Tổ {token}",
            f"QĐ {token}", (Member(f"Trưởng {token}", "", "head"),),
            Written(number=f"BB {token}", unit_side=(Person(f"Phó {token}"),)), 1, people, count(people), (), (),
            "0" * 64, SEALED_AT, "ended",
        )  # fmt: skip
        row = MinutesRow(
            visit_id=visit.id or 0, unit_id=visit.unit_id, number=f"BB {token}", code=f"CODE{name}ABCDE"[:12],
            content=stored.pack(canonical(minutes, f"CODE{name}ABCDE"[:12], (), zone=ZONE, closed_at=SEALED_AT)),
            digest="0" * 64, pdf=f"%PDF {token}".encode(), pdf_digest="0" * 64, signing_key="0" * 32,
            signature=b"", sealed_at=SEALED_AT,
        )  # fmt: skip
        kept = stored.keep(session, row, {who.number: WITHOUT_REASON})
        annex = {"form": "annex 1", "minutes": row.code, "number": 1, "before": "0" * 64, "text": f"Phụ lục {token}",
                 "added": "2026-11-03T10:05:00+07:00", "signatures": []}  # fmt: skip
        stored.keep_annex(
            session,
            AnnexRow(
                minutes_id=kept.id or 0, number=1, content=stored.pack(orjson.dumps(annex)), digest="0" * 64,
                before="0" * 64, signing_key="0" * 32, signature=b"", added_at=SEALED_AT,
            ),
        )  # fmt: skip
        followups.keep(session, kept, [(f"Kết luận {token}", date(2026, 11, 20))])
