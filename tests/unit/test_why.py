"""Every conclusion of the engine is told in plain sentences, in both languages, from the judgement alone."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api.pages.i18n import catalogue
from attendance.engine.roster import NIGHT_FORBIDDEN, NOT_EMPLOYED
from attendance.rules.schedule import REGIMES
from attendance.services.explain import statements
from attendance.services.explain.punches import USES
from reports.view import PUNCH_USES
from tests.accounts import days_of, document, hours, on_the_day
from tests.accounts import tell as told
from tests.cases import documents
from tests.whole_accounts import assert_whole

ROOM = Path(statements.__file__).parent
CASES = [
    pytest.param(case, id=str(case["id"]), marks=() if place % 5 == 0 else pytest.mark.long)
    for path in sorted((Path(__file__).parents[1] / "cases").rglob("*.yaml"))
    for place, case in enumerate(case for case in documents(path) if "refuse" not in case)
]
"""By default every fifth of each file."""
MORNING = ("07:30", "12:00")
AFTERNOON = ("13:30", "17:00")
WHOLE = (*MORNING, *AFTERNOON)


# Everything is told


@pytest.mark.parametrize("case", CASES)
def test_every_day_of_every_law_case_is_told_whole(case: dict[str, Any]) -> None:
    for day in days_of(case):
        assert_whole(day)


def test_every_sentence_has_its_words_and_every_word_its_sentence() -> None:
    """Keys in the code, and those built from codes, are exactly the sentences of the catalogues."""
    written = set()
    for path in ROOM.glob("*.py"):
        written |= set(re.findall(rf'"((?:{"|".join(GROUPS)})\.[a-z_0-9]+)"', path.read_text("utf-8")))
    built = {f"regime.{regime}" for regime in REGIMES}
    built |= {f"hours.{kind}{end}" for kind in ("mission", "window") for end in ("", "_again")}
    built |= {"duty.refused"}  # said by services.disclosure in place of either of the next
    built |= {"hours.minutes_start", "hours.minutes_end", f"duty.{NOT_EMPLOYED}", f"duty.{NIGHT_FORBIDDEN}"}
    built |= {f"verdict.missing_{side}{where}" for side in ("in", "out") for where in ("", "_elsewhere")}
    built |= {f"sum.{grace}_{side}" for grace in ("within", "beyond") for side in ("late", "early")}
    built |= {f"part.{kind}" for kind in ("mission", "window", "minutes")}
    built |= {f"punch.{when}_{side}" for when in ("lone", "so_far") for side in ("in", "out")}
    built |= {f"paper.{head}{outcome}" for head in ("", "head_") for outcome in ("approved", "refused", "undecided")}
    built |= {f"pair.{count}_{side}" for count in ("one", "many") for side in ("nearer_in", "nearer_out", "equal")}
    worded = {str(message.id) for message in catalogue("vi") if str(message.id).startswith("explain.")}
    assert {f"explain.{key}" for key in written | built} == worded


GROUPS = (
    "balance", "book", "clock", "cover", "day", "duty", "finding", "hours", "ledger", "month", "note", "outage",
    "overtime", "pair", "paper", "part", "punch", "regime", "rule", "session", "sum", "terminal", "verdict",
)  # fmt: skip


def test_pages_know_every_use_of_a_punch() -> None:
    assert set(USES) == set(PUNCH_USES)


def test_nothing_accuses() -> None:
    said = " ".join(str(m.string) for m in catalogue("vi") if str(m.id).startswith("explain."))
    said = said.replace("Thiếu dữ liệu không phải là vi phạm", "").lower()
    assert re.findall(r"vi phạm|lỗi|trốn|gian (?:lận|dối)|cố ý|bỏ (?:việc|làm)|phạt|kỷ luật", said) == []


# Late, early, grace


def test_late_is_a_subtraction() -> None:
    vi, en = told(document(punches=["07:46", "12:00", *AFTERNOON])).both(0)
    assert vi == [
        "Buổi sáng theo lịch: 07:30–12:00, 270 phút.",
        "Giờ vào buổi sáng 07:46, giờ vào quy định 07:30.",
        "07:46 − 07:30 = 16 phút.",
        "Giờ ra buổi sáng 12:00, giờ ra quy định 12:00: đủ giờ.",
        "Căn cứ (đi muộn): giờ làm việc [schedule.OFFICE] (chưa có văn bản), "
        "mức cho phép đến muộn: 0 phút (chưa có văn bản).",
        "270 phút = 254 được tính công + 0 nghỉ có phép + 0 chưa kết luận + 16 thiếu giờ.",
    ]
    assert en == [
        "Morning by the schedule: 07:30–12:00, 270 minutes.",
        "Arrival in the morning 07:46, required 07:30.",
        "07:46 − 07:30 = 16 minutes.",
        "Departure in the morning 12:00, required 12:00: not early.",
        "Rests on (late): hours [schedule.OFFICE] (no document recorded), "
        "grace for arriving late: 0 minutes (no document recorded).",
        "270 minutes = 254 credited + 0 leave + 0 unverified + 16 counted.",
    ]


def test_an_incomplete_minute_is_shown_and_does_not_count() -> None:
    day = told(document(punches=[{"at": "2026-03-04T07:46:40"}, "12:00", *AFTERNOON]))
    assert day.of(0, "sum") == ["07:46:40 − 07:30 = 16 phút 40 giây.", "Phút lẻ không tính: ghi nhận 16 phút."]
    day = told(document(punches=[{"at": "2026-03-04T07:30:40"}, "12:00", *AFTERNOON]))
    assert day.of(0, "sum") == ["07:30:40 − 07:30 = 40 giây.", "Phút lẻ không tính: ghi nhận 0 phút."]


def test_early_is_a_subtraction() -> None:
    vi, en = told(document(punches=[*MORNING, "13:30", "16:33"])).both(1, "verdict", "sum")
    assert vi[1:] == ["Giờ ra buổi chiều 16:33, giờ ra quy định 17:00.", "17:00 − 16:33 = 27 phút."]
    assert en[1:] == ["Departure in the afternoon 16:33, required 17:00.", "17:00 − 16:33 = 27 minutes."]


@pytest.mark.parametrize(
    ("came", "vi", "en"),
    [
        ("07:40", "Trong mức cho phép 10 phút: 10 phút này không tính là muộn.",
         "Within the grace of 10 minutes: these 10 minutes are not counted as late."),
        ("07:41", "Quá mức cho phép 10 phút, nên tính cả 11 phút.",
         "Beyond the grace of 10 minutes, so all 11 minutes count."),
    ],
)  # fmt: skip
def test_grace_is_a_threshold_and_no_deduction(came: str, vi: str, en: str) -> None:
    day = told(document(policy={"late_grace_minutes": 10}, punches=[came, "12:00", *AFTERNOON]))
    assert day.of(0, "sum")[-1] == vi
    assert day.of(0, "sum", lang="en")[-1] == en


def test_late_and_early_together_may_be_one_absence() -> None:
    day = told(document(policy={"absent_over_minutes": 120}, punches=["09:30", "11:20", *AFTERNOON]))
    assert day.of(0, "sum") == [
        "09:30 − 07:30 = 120 phút.",
        "12:00 − 11:20 = 40 phút.",
        "120 muộn + 40 sớm = 160 phút, quá 120 phút: ghi nhận là một lần vắng.",
    ]
    assert (
        day.of(0, "sum", lang="en")[-1]
        == "120 late + 40 early = 160 minutes, over 120 minutes: recorded as one absence."
    )


# What moved the required times


def test_a_mission_in_the_way_is_taken_out_of_the_sum() -> None:
    day = told(document(facts=[on_the_day("mission", "08:00", "09:00")], punches=["10:20", "12:00", *AFTERNOON]))
    assert day.of(0, "hours")[1:] == ["Đi công tác 08:00–09:00: 60 phút của buổi sáng không phải có mặt."]
    assert day.of(0, "sum") == ["10:20 − 07:30 = 170 phút, trong đó 60 phút đi công tác, còn 110 phút."]
    assert day.of(0, "sum", lang="en") == [
        "10:20 − 07:30 = 170 minutes, of which 60 minutes on mission, which leaves 110 minutes."
    ]


def test_a_mission_moves_the_required_start() -> None:
    day = told(document(facts=[on_the_day("mission", "06:00", "09:00")], punches=["09:10", "12:00", *AFTERNOON]))
    vi, en = day.both(0, "hours", "sum")
    assert vi[1:] == [
        "Đi công tác 06:00–09:00: 90 phút của buổi sáng không phải có mặt; "
        "giờ vào quy định chuyển từ 07:30 sang 09:00.",
        "09:10 − 09:00 = 10 phút.",
    ]
    assert en[1] == (
        "Mission 06:00–09:00: 90 minutes of the morning need no presence; "
        "the required arrival moves from 07:30 to 09:00."
    )


def test_two_missions_over_one_time_are_told_apart() -> None:
    day = told(
        document(
            facts=[on_the_day("mission", "09:00", "10:00"), on_the_day("mission", "09:15", "09:45")], punches=WHOLE
        )
    )
    assert day.of(0, "hours")[2] == "Đi công tác 09:15–09:45: phần thuộc buổi sáng đã có giấy tờ khác."


def test_a_session_that_is_covered_whole_needs_no_punch() -> None:
    day = told(document(facts=[on_the_day("mission", "07:00", "12:30")], punches=[*AFTERNOON]))
    assert day.of(0, "hours")[-1] == "Không còn phút nào của buổi sáng phải có mặt; không cần chấm công."
    assert day.of(0, "verdict", "sum") == []


def test_leave_is_said_without_its_kind() -> None:
    facts = [{"kind": "leave", "code": "Ts", "date": date(2026, 3, 4), "session": "am", "document": "ĐN 7"}]
    vi, en = told(document(facts=facts, punches=[*AFTERNOON])).both(0)
    assert vi[1] == "Nghỉ có phép buổi sáng: không phải chấm công, 270 phút ghi là nghỉ."
    assert en[1] == "On leave for the morning: no punch is needed, 270 minutes are entered as leave."
    assert not [line for line in [*vi, *en] if "Ts" in line or "ĐN 7" in line]


@pytest.mark.parametrize(("placement", "session", "moved"), [("day_start", 0, "vào"), ("day_end", 1, "ra")])
def test_an_exemption_in_minutes_moves_one_end_and_names_no_reason(placement: str, session: int, moved: str) -> None:
    held = {"placement": placement, "from": date(2026, 3, 1), "to": date(2026, 3, 31)}
    facts = [{"kind": "exemption", "code": "nursing", "minutes_per_day": 60, **held}]
    (plan, exempt) = told(document(facts=facts, punches=WHOLE)).of(session, "hours")
    where = "đầu" if session == 0 else "cuối"
    name, before, after = [("buổi sáng", "07:30", "08:30"), ("buổi chiều", "17:00", "16:00")][session]
    assert plan.startswith(name.capitalize())
    assert exempt == (
        f"Miễn theo chế độ 60 phút mỗi ngày, đặt ở {where} ngày: 60 phút của {name} không phải có mặt; "
        f"giờ {moved} quy định chuyển từ {before} sang {after}."
    )


def test_an_exemption_reaches_over_the_break_which_is_no_part_of_it() -> None:
    facts = [{"kind": "exemption", "code": "x", "minutes_per_day": 240, "dates": [date(2026, 3, 4)]}]
    day = told(document(facts=facts, punches=["07:30", "11:30"]))
    assert day.say("vi", "day")[-1] == "Giờ nghỉ giữa hai buổi 12:00–13:30 không nằm trong phép tính nào."
    assert day.of(0, "hours")[1].startswith("Miễn theo chế độ 240 phút mỗi ngày, đặt ở cuối ngày: 30 phút của")
    assert "210 phút của buổi chiều" in day.of(1, "hours")[1]


def test_an_exemption_that_finds_nothing_left_is_said() -> None:
    facts: list[dict[str, Any]] = [
        {"kind": "leave", "date": date(2026, 3, 4), "session": "all"},
        {"kind": "exemption", "code": "nursing", "minutes_per_day": 60, "from": date(2026, 3, 4), "to": None},
    ]
    assert told(document(facts=facts)).say("vi", "day")[-1] == (
        "Được miễn theo chế độ 60 phút mỗi ngày; ngày này không còn phút nào để miễn."
    )


def test_an_exemption_as_a_window() -> None:
    facts = [{"kind": "exemption", "code": "not_enrolled", "from": "2026-03-02T00:00", "to": "2026-03-04T08:00"}]
    vi, en = told(document(facts=facts, punches=["08:05", "12:00", *AFTERNOON])).both(0, "hours", "sum")
    assert vi[1:] == [
        "Miễn chấm công từ 00:00 ngày 02/03/2026 đến 08:00: 30 phút của buổi sáng không phải có mặt; "
        "giờ vào quy định chuyển từ 07:30 sang 08:00.",
        "08:05 − 08:00 = 5 phút.",
    ]
    assert en[1].startswith("Exempt from 00:00 on 02/03/2026 to 08:00: 30 minutes of the morning need no presence")


def test_a_duty_touching_a_session_needs_no_punch_between() -> None:
    facts = [{"kind": "duty", "from": "2026-03-04T17:00", "to": "2026-03-04T21:00"}]
    day = told(document(facts=facts, punches=[*MORNING, "13:30", "21:05"]))
    assert day.of(1, "hours")[1] == (
        "Ca trực 17:00–21:00 nối liền buổi chiều: được xét chung, không cần chấm lúc 17:00; "
        "lượt chấm ở đó chỉ để đối chiếu."
    )
    assert day.say("vi", "beside") == ["Trực 17:00–21:00: 240 phút; không thuộc cân đối giờ công."]
    assert day.say("en", "beside") == ["Duty 17:00–21:00: 240 minutes; not part of the ledger."]


def test_a_stretch_over_midnight_names_the_other_date() -> None:
    facts = [{"kind": "duty", "from": "2026-03-04T17:00", "to": "2026-03-05T07:30"}]
    punches = ["13:25", {"at": "2026-03-05T12:01:00"}, {"at": "2026-03-05T13:30:00"}, {"at": "2026-03-05T17:00:00"}]
    case = document(schedules=hours(), facts=facts, punches=["07:30", "12:00", *punches])
    first, second = told(case, "2026-03-04"), told(case, "2026-03-05")
    assert "Buổi chiều được xét chung với buổi sáng ngày 05/03/2026." in first.of(1, "hours")
    assert first.of(1, "verdict")[1] == "Đến 12:01 ngày 05/03/2026 mới ra, sau khi buổi chiều kết thúc."
    assert second.of(0, "verdict")[0] == "Đã vào từ 13:25 ngày 04/03/2026, trước khi buổi sáng bắt đầu."
    assert first.say("vi", "beside") == [
        "Trực 17:00–07:30 ngày 05/03/2026: 870 phút, trong đó 480 phút ban đêm (22:00–06:00); "
        "không thuộc cân đối giờ công."
    ]


def test_a_night_session_is_reckoned_on_the_next_date() -> None:
    case = document(schedules=hours(N2=["22:00", "06:00"]), punches=["22:10", {"at": "2026-03-05T05:40:00"}])
    assert told(case).of(0, "verdict", "sum") == [
        "Giờ vào buổi N2 22:10, giờ vào quy định 22:00.",
        "22:10 − 22:00 = 10 phút.",
        "Giờ ra buổi N2 05:40 ngày 05/03/2026, giờ ra quy định 06:00 ngày 05/03/2026.",
        "06:00 − 05:40 ngày 05/03/2026 = 20 phút.",
    ]


def test_sessions_that_touch_are_one_stretch() -> None:
    touching = hours(am=["07:30", "12:00"], pm=["12:00", "15:30"])
    day = told(document(schedules=touching, punches=["07:25", "15:40"]))
    assert day.of(0, "hours")[1] == (
        "Buổi sáng nối liền buổi chiều: được xét chung, không cần chấm lúc 12:00; lượt chấm ở đó chỉ để đối chiếu."
    )
    assert day.of(1, "verdict")[0] == "Đã vào từ 07:25, trước khi buổi chiều bắt đầu."


def test_the_calendar_is_told() -> None:
    calendar = [
        {"date": date(2026, 3, 7), "kind": "swapped_work", "for": date(2026, 3, 4)},
        {"date": date(2026, 3, 4), "kind": "swapped_off", "for": date(2026, 3, 7)},
        {"date": date(2026, 3, 5), "kind": "stoppage", "session": "pm"},
    ]
    case = document(calendar=calendar)
    assert told(case, "2026-03-07").say("vi", "day")[:2] == [
        "Theo lịch của cơ quan: ngày làm việc hoán đổi.",
        "Làm việc theo giờ của ngày 04/03/2026.",
    ]
    assert told(case, "2026-03-04").say("vi", "day") == [
        "Theo lịch của cơ quan: ngày nghỉ hoán đổi.",
        "Không có buổi làm việc nào phải chấm công.",
    ]
    assert told(case, "2026-03-05").of(1) == [
        "Buổi chiều 13:30–17:00: không phải làm việc (ngày ngừng làm việc).",
        "Căn cứ: giờ làm việc [schedule.OFFICE] (chưa có văn bản), "
        "lịch của cơ quan (ngày 05/03/2026; chưa có văn bản).",
    ]


def test_a_date_without_hours_says_so() -> None:
    dated = {"S": {"versions": [{**hours()["S"], "from": date(2026, 3, 1), "to": date(2026, 3, 3)}]}}
    assert told(document(schedules=dated)).say() == [
        "Giờ làm việc [schedule.S]: chưa có bản nào có hiệu lực vào ngày này, nên không thể kết luận."
    ]


def test_a_date_without_an_assignment_says_so() -> None:
    people = [{"code": "E1", "assignments": [{"schedule": "OFFICE", "from": date(2026, 3, 1), "to": date(2026, 3, 3)}]}]
    facts = [{"kind": "duty", "from": "2026-03-04T19:00", "to": "2026-03-04T21:00"}]
    assert told(document(employees=people, facts=facts)).say() == [
        "Ngày này không nằm trong thời gian phân công ở đơn vị nào, nên không có giờ nào phải tính.",
        "Lịch trực 19:00–21:00 không có hiệu lực: ngày này không nằm trong thời gian phân công.",
    ]
