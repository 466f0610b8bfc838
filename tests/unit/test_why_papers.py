"""Explanations, duties, overtime, inspections, locks and rules in sentences; and how pages and commands show them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from api.pages import explain
from api.pages.i18n import Translator
from api.pages.render import render
from attendance.engine.run import evaluate
from attendance.rules.calendar import Calendar
from attendance.rules.citation import Citation
from attendance.rules.rulebook import Rulebook
from attendance.rules.schedule import Schedule
from attendance.rules.scoped import RuleVersion, Scope
from attendance.scenario.document import load
from attendance.scenario.known import case_at
from attendance.services.explain.account import account_of
from reports.evidence import page_as_data
from reports.view import User
from tests.accounts import Told, document, explanation, hours, on_the_day, page_of, tell

MORNING = ("07:30", "12:00")
AFTERNOON = ("13:30", "17:00")
WHOLE = (*MORNING, *AFTERNOON)
LATE_25 = ("07:55", "12:00", *AFTERNOON)
NO_OUT = (*MORNING, "13:29")
DECIDED = {"decision": "approved", "decided_at": "2026-03-05T09:00"}
ON = date(2026, 3, 4)


# Explanations


def test_an_accepted_explanation_is_a_subtraction() -> None:
    facts = [explanation("late", minutes=10, submitted_at="2026-03-04T09:00", **DECIDED)]
    vi, en = tell(document(facts=facts, punches=LATE_25)).both(0, "sum", "paper")
    assert vi == [
        "07:55 − 07:30 = 25 phút.",
        "Giải trình về việc đến muộn buổi sáng, nộp lúc 09:00 ngày 04/03/2026.",
        "Giải trình được chấp nhận ngày 05/03/2026, tối đa 10 phút.",
        "25 phút − 10 được chấp nhận = 15 phút còn tính.",
    ]
    assert en[1:] == [
        "Explanation of the late arrival (morning), handed in at 09:00 on 04/03/2026.",
        "It was accepted on 05/03/2026, for up to 10 minutes.",
        "25 minutes − 10 excused = 15 minutes still counted.",
    ]


def test_an_explanation_without_a_decision_changes_nothing_yet() -> None:
    facts = [explanation("late", minutes=10, submitted_at="2026-03-04T09:00", **DECIDED)]
    day = tell(document(facts=facts, punches=LATE_25), as_of=datetime(2026, 3, 4, 20))
    assert day.of(0, "paper")[1] == "Giải trình chưa có quyết định, nên chưa thay đổi kết luận."


def test_a_refused_explanation_leaves_the_minutes() -> None:
    facts = [explanation("late", decision="refused", decided_at="2026-03-05T09:00")]
    assert tell(document(facts=facts, punches=LATE_25)).of(0, "paper") == [
        "Giải trình về việc đến muộn buổi sáng.",
        "Giải trình không được chấp nhận ngày 05/03/2026.",
        "Số phút đã ghi nhận giữ nguyên.",
    ]


def test_the_later_decision_about_a_question_holds() -> None:
    first = explanation("late", decision="refused", decided_at="2026-03-05T08:00")
    said = tell(document(facts=[first, explanation("late", **DECIDED)], punches=LATE_25)).of(0, "paper", "sum")
    assert "Về cùng nội dung đã có quyết định sau; quyết định sau có hiệu lực." in said
    assert said[-1] == "25 phút − 25 được chấp nhận = 0 phút còn tính."


def test_a_paper_about_something_else_changes_nothing() -> None:
    said = tell(document(facts=[explanation("early", **DECIDED)], punches=LATE_25)).of(0, "paper")
    assert said[-1] == "Không có nội dung này trong kết luận của buổi sáng, nên không thay đổi gì."


def test_a_paper_about_a_session_the_day_has_not_is_shown() -> None:
    paper = explanation("late", "evening", submitted_at="2026-03-04T09:00")
    assert tell(document(facts=[paper], punches=WHOLE)).say("vi", "beside") == [
        "Giấy về việc đến muộn buổi evening, nộp lúc 09:00 ngày 04/03/2026: "
        "ngày này không có buổi đó, nên không thay đổi gì."
    ]


@pytest.mark.parametrize(
    ("accepted", "end"),
    [
        (False, "Giải trình nộp sau hạn và chưa được đồng ý xét sau hạn, nên không thay đổi kết luận."),
        (True, "Giải trình nộp sau hạn nhưng được đồng ý xét."),
    ],
)
def test_the_deadline_counts_working_days(accepted: bool, end: str) -> None:
    paper = explanation("late", submitted_at="2026-03-10T00:00", accepted_after_deadline=accepted, **DECIDED)
    policy = {"explanation_deadline_workdays": 1}
    friday = {**paper, "date": date(2026, 3, 6)}
    day = tell(document(day="03-06", policy=policy, facts=[friday], punches=LATE_25), "2026-03-06")
    said = day.of(0, "paper")
    assert said[0] == (
        "Giải trình về việc đến muộn buổi sáng, nộp lúc 00:00 ngày 10/03/2026, sau hạn (hết ngày 09/03/2026)."
    )
    assert said[2] == end
    assert said[-1] == "Hạn nộp giải trình: hết ngày 09/03/2026 (1 ngày làm việc sau ngày này)."
    in_time = {**friday, "submitted_at": "2026-03-09T23:59"}
    day = tell(document(day="03-06", policy=policy, facts=[in_time], punches=LATE_25), "2026-03-06")
    assert day.of(0, "paper")[0].endswith("nộp lúc 23:59 ngày 09/03/2026, trong hạn (hết ngày 09/03/2026).")
    assert day.of(0, "paper", lang="en")[-1] == (
        "Explanations are in time until the end of 09/03/2026 (1 working day after this day)."
    )


def test_an_accepted_paper_settles_a_missing_punch() -> None:
    vi, en = tell(document(facts=[explanation("missing_out", "pm", **DECIDED)], punches=NO_OUT)).both(1, "sum", "paper")
    assert vi == [
        "210 phút của buổi chiều không còn ở mục chưa kết luận: 210 được tính công + 0 thiếu giờ.",
        "Giải trình về giờ ra chưa ghi nhận buổi chiều.",
        "Giải trình được chấp nhận ngày 05/03/2026.",
        "210 phút chưa kết luận được tính công.",
    ]
    assert en[-1] == "210 minutes that were unverified are credited."


def test_a_refused_missing_punch_is_closed_and_credited_or_counted() -> None:
    refused = [{"kind": "decision", "date": ON, "session": "pm", "covers": "missing_out", "decision": "refused"}]
    assert tell(document(facts=refused, punches=NO_OUT)).of(1, "paper") == [
        "Quyết định của thủ trưởng về giờ ra chưa ghi nhận buổi chiều: không chấp nhận.",
        "Giờ chấm còn thiếu khép lại thành một lượt ghi nhận; "
        "lượt chấm đã chứng tỏ có mặt nên 210 phút được tính công.",
    ]
    counted = tell(document(policy={"missing_punch_refused": "session"}, facts=refused, punches=NO_OUT))
    assert counted.of(1, "sum", "paper")[::2] == [
        "210 phút của buổi chiều không còn ở mục chưa kết luận: 0 được tính công + 210 thiếu giờ.",
        "Giờ chấm còn thiếu khép lại thành một lượt ghi nhận; 210 phút của buổi chiều tính là thiếu giờ.",
    ]
    one = document(
        policy={"missing_punch_refused": "session"}, schedules=hours("first_last"), facts=refused, punches=["07:25"]
    )
    day = tell(one)
    assert day.of(1, "paper")[-1] == "270 phút của phần được xét chung được tính công."
    assert day.of(0, "verdict") == [
        "Chưa ghi nhận giờ ra chung (ghi tại buổi chiều), nên chưa kết luận buổi sáng từ lượt chấm."
    ]


@pytest.mark.parametrize(
    ("decision", "end"),
    [
        ("approved", "270 phút chưa kết luận được tính công."),
        ("refused", "270 phút chưa kết luận là do máy, nên không tính thành thiếu giờ của người này."),
    ],
)
def test_minutes_open_for_a_fault_of_the_terminal(decision: str, end: str) -> None:
    facts = [on_the_day("outage", "07:00", "08:00", mode="dead"), explanation("unverified", decision=decision)]
    day = tell(document(facts=facts, punches=["12:01", *AFTERNOON]))
    assert day.of(0, "paper")[0] == "Giải trình về thời gian chưa kết luận buổi sáng."
    assert day.of(0, "paper")[-1] == end


# Beside the ledger


def test_a_duty_that_counts_is_a_session() -> None:
    facts = [{"kind": "duty", "from": "2026-03-07T07:30", "to": "2026-03-07T11:30", "counts_as_schedule": True}]
    punches = [{"at": f"2026-03-07T{each}:00"} for each in ("07:40", "11:30")]
    day = tell(document(facts=facts, punches=punches), "2026-03-07")
    assert day.of(0, "hours") == ["Lịch trực 07:30–11:30 được tính là giờ làm việc của buổi sáng: 240 phút."]
    assert day.of(0, "sum") == ["07:40 − 07:30 = 10 phút."]
    assert day.say("vi", "beside") == ["Trực 07:30–11:30: 240 phút; được tính là buổi làm việc."]


def test_a_refused_night_duty_does_not_name_the_protection() -> None:
    facts = [
        {"kind": "protection", "code": "pregnancy_m7", "from": ON, "to": ON},
        on_the_day("duty", "18:00", "23:00"),
    ]
    assert tell(document(facts=facts)).say("vi", "beside") == [
        "Lịch trực 18:00–23:00 không có hiệu lực: có giờ ban đêm trong thời gian được bảo vệ theo quy định."
    ]


def test_overtime_is_presence_inside_an_order() -> None:
    order = on_the_day("overtime", "17:30", "20:00")
    day = tell(document(facts=[order], punches=[*MORNING, "13:30", "19:45"]))
    assert day.say("vi", "beside") == [
        "Làm thêm theo lệnh 17:30–20:00: có mặt 17:30–19:45, tính 135 phút, ngày thường; không thuộc cân đối giờ công."
    ]
    assert day.say("en", "beside") == [
        "Overtime by the order 17:30–20:00: present 17:30–19:45, 135 minutes, working day; not part of the ledger."
    ]
    night = on_the_day("overtime", "21:00", "23:30")
    day = tell(document(facts=[night], punches=[*MORNING, "13:30", "17:05", "21:10", "23:00"]))
    assert "tính 110 phút, trong đó 60 phút ban đêm (22:00–06:00), ngày thường" in day.say("vi", "beside")[0]


@pytest.mark.parametrize(
    ("came", "reason"),
    [
        ((), "chưa ghi nhận lượt chấm nào trong khung này, nên không có phút nào được tính."),
        (("08:10",), "chỉ có một lượt chấm trong khung này, chưa đủ để tính thời gian có mặt."),
        (("12:10", "12:20"), "thời gian có mặt chưa đủ một phút trong lệnh."),
    ],
)
def test_an_order_without_overtime_says_why(came: tuple[str, ...], reason: str) -> None:
    facts = [{"kind": "overtime", "from": "2026-03-07T08:00", "to": "2026-03-07T11:00"}]
    punches = [{"at": f"2026-03-07T{each}:00"} for each in came]
    day = tell(document(facts=facts, punches=punches), "2026-03-07")
    assert day.say("vi", "beside") == [f"Lệnh làm thêm 08:00–11:00: {reason}"]


def test_a_finding_names_its_reason_and_changes_no_minute() -> None:
    visit = {"kind": "inspection", "unit": "A", "at": "2026-03-04T09:15", "found_absent": ["E1"]}
    late = on_the_day("mission", "08:00", "11:00", approved_at="2026-03-04T10:00")
    assert tell(document(facts=[visit, late], punches=WHOLE)).say("vi", "beside") == [
        "Kiểm tra lúc 09:15: không có mặt tại nơi làm việc; chưa có giấy tờ nào được duyệt từ trước.",
        "Kết quả kiểm tra không làm thay đổi số phút trong ngày.",
        "Giấy công tác được duyệt sau lúc kiểm tra; được ghi riêng.",
    ]
    known = {**late, "approved_at": "2026-03-03T10:00"}
    assert tell(document(facts=[visit, known], punches=WHOLE)).say("en", "beside")[0] == (
        "Inspection at 09:15: not found at work; a paper had been approved before."
    )


def test_a_locked_month_is_judged_by_what_was_known_then() -> None:
    lock = {"kind": "lock", "unit": "A", "month": "2026-03", "at": "2026-04-05T09:00"}
    leave = {"kind": "leave", "date": ON, "session": "all", "approved_at": "2026-04-06T09:00"}
    reopen = {**lock, "kind": "reopen", "at": "2026-04-08T09:00", "reason": "tìm thấy đơn"}
    people = [{"code": "E1", "assignments": [{"schedule": "OFFICE", "from": ON, "to": ON}]}]
    case = document(employees=people, facts=[lock, leave, reopen], punches=[])
    assert tell(case, as_of=datetime(2026, 4, 7)).say("vi", "beside") == [
        "Bảng công của tháng đã chốt lúc 09:00 ngày 05/04/2026; kết luận theo những gì đã biết khi đó.",
        "Có thông tin đến sau khi chốt; thông tin đó chỉ được xét khi thủ trưởng mở lại bảng công.",
    ]
    assert tell(case).say("vi", "beside") == ["Bảng công của tháng đã được mở lại; đây là bản thứ 2."]


# Rules and the ledger


def cited(punches: tuple[str, ...] = LATE_25) -> Told:
    """The day under hours, a calendar entry and a grace that have documents."""
    scenario = load(document(calendar=[{"date": ON, "kind": "workday"}], punches=punches))[0]
    (version,) = scenario.schedules["OFFICE"].versions
    paper = Citation("schedule.OFFICE", date(2025, 10, 16), date(2026, 4, 15), "QĐ 41/QĐ-UBND", "Điều 2")
    entry = replace(scenario.calendar[0], citation=Citation("calendar", ON, ON, "TB 12/TB-UBND"))
    grace = RuleVersion("late_grace_minutes", 5, Scope(), date(2026, 1, 1), document="QC 7/QC-VP", article="Điều 5")
    book = Rulebook(
        scenario.units,
        {"OFFICE": Schedule("OFFICE", (replace(version, citation=paper),))},
        Calendar([entry]),
        scenario.policy,
        [grace],
    )
    judgement = evaluate(replace(case_at(scenario, None), rulebook=book), ON, ON)
    account = account_of(judgement, "E1", ON)
    return Told(judgement, account, page_of(judgement, account, rule_titles={"schedule.OFFICE": "Giờ mùa đông"}))


def test_a_conclusion_cites_version_article_and_document_of_every_rule() -> None:
    vi, en = cited().both(0, "rule")
    assert vi == [
        "Căn cứ (đi muộn): Giờ mùa đông [schedule.OFFICE] (bản từ 16/10/2025 đến 15/04/2026; Điều 2, QĐ 41/QĐ-UBND), "
        "lịch của cơ quan (ngày 04/03/2026; TB 12/TB-UBND), "
        "mức cho phép đến muộn: 5 phút (bản từ 01/01/2026; Điều 5, QC 7/QC-VP)."
    ]
    assert en[0].startswith(
        "Rests on (late): Giờ mùa đông [schedule.OFFICE] (version from 16/10/2025 to 15/04/2026; Điều 2, QĐ 41/QĐ-UBND)"
    )


def test_every_rule_of_the_day_is_listed_with_the_fingerprint() -> None:
    day = cited()
    book = day.say("vi", "book")
    assert book[:3] == [
        "Giờ mùa đông [schedule.OFFICE]: bản từ 16/10/2025 đến 15/04/2026; Điều 2, QĐ 41/QĐ-UBND.",
        "Lịch của cơ quan: ngày 04/03/2026; TB 12/TB-UBND.",
        "Mức cho phép đến muộn: 5 phút (bản từ 01/01/2026; Điều 5, QC 7/QC-VP).",
    ]
    assert book[3].startswith("Ngưỡng tính của cơ quan (chưa có văn bản): mức cho phép về sớm: 0 phút, ")
    assert book[4] == f"Mã bộ quy định: {day.judgement.case.rulebook.fingerprint}."


def test_the_ledger_line_adds_up_and_names_what_is_counted() -> None:
    day = tell(document(punches=["07:46", "12:00", "13:30", "16:49"]))
    assert day.say("vi", "ledger") == [
        "480 phút = 453 được tính công + 0 nghỉ có phép + 0 chưa kết luận + 27 thiếu giờ",
        "27 phút thiếu giờ = 16 đi muộn buổi sáng + 11 về sớm buổi chiều.",
    ]
    assert day.say("en", "ledger") == [
        "480 minutes = 453 credited + 0 leave + 0 unverified + 27 counted",
        "27 minutes counted = 16 late (morning) + 11 left early (afternoon).",
    ]


def test_credited_minutes_that_were_not_worked_are_told_apart() -> None:
    facts = [on_the_day("mission", "07:00", "09:00")]
    assert tell(document(facts=facts, punches=["09:00", "12:00", *AFTERNOON])).of(0, "balance")[1] == (
        "270 phút được tính công = 180 có mặt + 90 không có mặt mà vẫn được tính."
    )


# Faces


def test_the_command_tells_the_day_from_its_kind_to_its_ledger() -> None:
    lines = explain.tell(tell(document(punches=LATE_25)).page, Translator("vi"))
    assert lines[0] == "E1 (E1), A: 04/03/2026, Ngày làm việc"
    assert "Buổi sáng: đã kết luận" in lines
    assert "- 07:55, T-A: giờ vào buổi sáng. [Lần đọc 1042, lúc 17:45]" in lines
    assert lines[-2] == "Cân đối giờ công trong ngày"
    assert lines[-1].startswith("- 480 phút = 455 được tính công")


def test_a_page_of_one_violation_marks_what_is_about_it() -> None:
    page = tell(document(punches=["07:46", "12:00", "13:30", "16:49"])).page
    said = explain.account(replace(page, focus=page.violations[0]), Translator("vi"))
    marked = [step.text for each in said.sessions for step in (*each.steps, *each.basis) if step.focus]
    assert marked[:2] == ["Giờ vào buổi sáng 07:46, giờ vào quy định 07:30.", "07:46 − 07:30 = 16 phút."]
    assert marked[2].startswith("Căn cứ (đi muộn)")
    assert [each.focus for each in said.sessions] == [True, False]
    assert explain.summary(replace(page, focus=page.violations[1]), Translator("vi")) == (
        "Giờ ra buổi chiều 16:49, giờ ra quy định 17:00. 17:00 − 16:49 = 11 phút."
    )


def test_the_page_says_what_the_command_says() -> None:
    day = tell(
        document(facts=[on_the_day("mission", "08:00", "09:00")], punches=["10:20", "12:00", "12:00", *AFTERNOON])
    )
    html = render("why.html", day.page, lang="vi", user=User("A", "head"), path="/days/E1/2026-03-04")
    for sentence in day.say(
        "vi", "day", "hours", "pair", "cover", "verdict", "sum", "rule", "balance", "ledger", "book"
    ):
        assert sentence in html
    assert "Lặp lại lượt 12:00 sau 0 giây" in html


def test_statements_are_plain_data_with_their_types() -> None:
    data = page_as_data(tell(document(punches=LATE_25)).page, "Asia/Ho_Chi_Minh")
    (difference,) = [each for each in data["statements"] if each["key"] == "sum.plain"]
    assert difference == {
        "part": "sum",
        "key": "sum.plain",
        "values": {
            "session": {"group": "session", "code": "am"},
            "difference": {"later": "2026-03-04T07:55:00+07:00", "earlier": "2026-03-04T07:30:00+07:00"},
            "length": {"seconds": 1500},
            "notes": {"notes": []},
        },
        "session": 0,
        "violation": 0,
        "punch": None,
    }
