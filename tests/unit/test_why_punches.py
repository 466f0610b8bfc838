"""What became of every punch, why a lone one stands for its side, and how far the terminals let anything be said."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from tests.accounts import document, hours, on_the_day, tell

MORNING = ("07:30", "12:00")
AFTERNOON = ("13:30", "17:00")
WHOLE = (*MORNING, *AFTERNOON)
GATE = [{"code": "T-A", "direction": "state"}]


def at(clock: str, **more: Any) -> dict[str, Any]:
    return {"at": f"2026-03-04T{clock}", **more}


def punches(content: dict[str, Any], lang: str = "vi", **more: Any) -> list[str]:
    return tell(content, **more).say(lang, "punch")


# Each punch


def test_punches_are_taken_as_in_and_out_of_their_sessions() -> None:
    case = document(punches=["07:25", "09:00", "12:01", "13:29", "17:00"])
    assert punches(case) == [
        "07:25, T-A: giờ vào buổi sáng.",
        "09:00, T-A: giữa giờ vào và giờ ra, chỉ để đối chiếu.",
        "12:01, T-A: giờ ra buổi sáng.",
        "13:29, T-A: giờ vào buổi chiều.",
        "17:00, T-A: giờ ra buổi chiều.",
    ]
    assert punches(case, "en")[:2] == [
        "07:25, T-A: arrival in the morning.",
        "09:00, T-A: between arrival and departure, evidence only.",
    ]


def test_a_repeat_names_the_punch_it_repeats() -> None:
    case = document(punches=[at("07:25:00"), at("07:25:40"), at("07:26:00"), "12:00", *AFTERNOON])
    assert punches(case)[1:3] == [
        "07:25:40, T-A: lặp lại lượt 07:25 sau 40 giây (không quá 60 giây), không tính.",
        "07:26, T-A: lặp lại lượt 07:25 sau 60 giây (không quá 60 giây), không tính.",
    ]
    assert punches(case, "en")[1] == "07:25:40, T-A: repeats 07:25 after 40 seconds (at most 60 seconds), ignored."


def test_an_annulled_punch_names_the_decision_and_not_its_reason() -> None:
    paper = {
        "kind": "annulment", "terminal": "T-A", "at": "2026-03-04T07:25:00", "reason": "chấm hộ",
        "decision": "approved", "decided_at": "2026-03-06T09:00",
    }  # fmt: skip
    said = punches(document(facts=[paper], punches=["07:25", "07:40", "12:00", *AFTERNOON]))
    assert said[:2] == [
        "07:25, T-A: không sử dụng theo quyết định ngày 06/03/2026.",
        "07:40, T-A: giờ vào buổi sáng.",
    ]


def test_a_punch_elsewhere_names_the_terminals_of_the_person() -> None:
    case = document(
        policy={"site_policy": "home_only"},
        terminals=[{"code": "T-A"}, {"code": "T-B"}],
        employees=[{"code": "E1", "assignments": [{"terminals": ["T-A"]}]}],
        punches=[at("07:20:00", terminal="T-B"), *(at(f"{each}:00", terminal="T-A") for each in WHOLE)],
    )
    assert punches(case)[0] == "07:20, T-B: không phải máy được giao (T-A), chỉ để đối chiếu."
    assert punches(case, "en")[0] == "07:20, T-B: not a terminal of this person (T-A), evidence only."


def test_a_punch_under_an_invalid_clock_is_not_used() -> None:
    facts = [on_the_day("clock_invalid", "08:00", "11:00", terminal="T-A")]
    day = tell(document(facts=facts, punches=["08:10", "12:00", *AFTERNOON]))
    assert day.say("vi", "punch")[0] == ("08:10, T-A: đồng hồ máy không đáng tin 08:00–11:00, không dùng để kết luận.")
    assert day.of(0, "cover", "verdict", "sum") == [
        "Lượt chấm 08:10 tại T-A được ghi khi đồng hồ máy không đáng tin.",
        "Không kết luận gì từ lượt chấm buổi sáng: đồng hồ máy không đáng tin. Thiếu dữ liệu không phải là vi phạm.",
        "270 phút của buổi sáng ở mục chưa kết luận, cho đến khi có giải trình được chấp nhận.",
    ]
    assert day.say("vi", "terminal")[1] == "Máy T-A: đồng hồ không đáng tin 08:00–11:00."


def test_a_punch_in_no_window_is_evidence() -> None:
    assert punches(document(punches=[*WHOLE, "23:30"]))[-1] == (
        "23:30, T-A: ngoài khung giờ chấm của mọi buổi, chỉ để đối chiếu."
    )


def test_a_corrected_clock_is_told_with_both_times() -> None:
    facts = [{"kind": "clock_offset", "terminal": "T-A", "offset_seconds": 420}]
    case = document(facts=facts, punches=["07:53", "12:10", "13:30", "17:10"])
    assert punches(case)[0] == (
        "07:46, T-A: giờ vào buổi sáng; đồng hồ máy ghi 07:53, nhanh 7 phút, nên giờ đúng là 07:46."
    )
    assert punches(case, "en")[0] == (
        "07:46, T-A: arrival in the morning; the terminal said 07:53, 7 minutes fast, so the true time is 07:46."
    )


def test_a_claim_that_cannot_be_believed_is_kept_aside_and_shown() -> None:
    received = {"received_at": "2026-03-02T09:00"}
    case = document(punches=[*WHOLE, at("08:00:00", **received)])
    assert punches(case)[1] == "08:00, T-A: để riêng, không tính: ngày giờ sau lúc nhận hơn 24 giờ."
    case = document(terminals=[{"code": "T-A", "first_sane_date": date(2026, 4, 1)}], punches=["07:30"])
    assert punches(case) == ["07:30, T-A: để riêng, không tính: ngày giờ trước mốc tin được của máy (01/04/2026)."]


def test_known_directions_are_said_and_an_out_before_the_in_is_evidence() -> None:
    told = [at("07:00:00", state=1), at("07:45:00", state=0), at("12:00:00", state=1)]
    case = document(terminals=GATE, punches=[*told, at("13:30:00", state=255), at("17:00:00", state=255)])
    assert punches(case) == [
        "07:00, T-A: trước giờ vào, chỉ để đối chiếu; máy ghi chiều ra.",
        "07:45, T-A: giờ vào buổi sáng; máy ghi chiều vào.",
        "12:00, T-A: giờ ra buổi sáng; máy ghi chiều ra.",
        "13:30, T-A: giờ vào buổi chiều.",
        "17:00, T-A: giờ ra buổi chiều.",
    ]


def test_punches_of_orders_and_duties_say_so() -> None:
    facts = [on_the_day("overtime", "18:00", "20:00")]
    assert punches(document(facts=facts, punches=[*WHOLE, "18:05", "20:01"]))[-2:] == [
        "18:05, T-A: giữa giờ vào và giờ ra, chỉ để đối chiếu; cũng thuộc khung lệnh làm thêm 18:00–20:00.",
        "20:01, T-A: giờ ra buổi chiều; cũng thuộc khung lệnh làm thêm 18:00–20:00.",
    ]
    saturday = {"from": "2026-03-07T08:00", "to": "2026-03-07T10:00"}
    on = [{"at": "2026-03-07T08:02:00"}, {"at": "2026-03-07T10:00:00"}]
    order = document(facts=[{"kind": "overtime", **saturday}], punches=on)
    assert punches(order, on="2026-03-07")[0] == "08:02, T-A: trong khung lệnh làm thêm 08:00–10:00."
    duty = document(facts=[{"kind": "duty", **saturday}], punches=on)
    assert punches(duty, on="2026-03-07")[0] == "08:02, T-A: trong khung ca trực 08:00–10:00."


# Regimes


def test_under_first_last_the_day_has_one_in_and_one_out() -> None:
    day = tell(document(schedules=hours("first_last"), punches=["07:40", "12:20", "13:00", "17:00"]))
    assert day.say("vi", "day")[1:] == [
        "Cách chấm: cả ngày lấy lượt chấm đầu là giờ vào, lượt chấm cuối là giờ ra.",
        "Giờ nghỉ giữa hai buổi 12:00–13:30 không nằm trong phép tính nào.",
    ]
    assert day.say("vi", "punch")[0] == "07:40, T-A: giờ vào của ngày."
    assert day.say("vi", "punch")[-1] == "17:00, T-A: giờ ra của ngày."
    assert day.of(0, "verdict", "sum") == [
        "Giờ vào buổi sáng 07:40, giờ vào quy định 07:30.",
        "07:40 − 07:30 = 10 phút.",
        "Đến 17:00 mới ra, sau khi buổi sáng kết thúc.",
    ]


def test_under_first_last_a_session_before_the_in_is_absent() -> None:
    day = tell(document(schedules=hours("first_last"), punches=["13:40", "17:00"]))
    assert day.of(0, "verdict", "sum") == [
        "Lượt chấm đầu tiên là 13:40, khi buổi sáng đã kết thúc (12:00).",
        "12:00 − 07:30 = 270 phút.",
    ]
    assert day.of(1, "sum") == ["13:40 − 13:30 = 10 phút."]
    day = tell(document(schedules=hours("first_last"), punches=["07:30", "11:00"]))
    assert day.of(1, "verdict") == ["Lượt chấm cuối cùng là 11:00, khi buổi chiều chưa bắt đầu (13:30)."]


def test_check_in_only_looks_at_the_first_punch() -> None:
    day = tell(document(schedules=hours("check_in_only"), punches=["07:45", "09:00"]), as_of=datetime(2026, 3, 4, 10))
    assert day.say("vi", "punch") == [
        "07:45, T-A: lượt đầu tiên trong ngày, cho biết giờ đến.",
        "09:00, T-A: sau lượt đầu tiên, chỉ để đối chiếu.",
    ]
    assert day.of(0, "cover", "verdict", "sum") == [
        "Đã có lượt chấm đầu tiên, nên kết luận được dù máy chưa được đọc hết khung giờ chấm.",
        "Giờ vào buổi sáng 07:45, giờ vào quy định 07:30.",
        "07:45 − 07:30 = 15 phút.",
        "Từ đó đến hết buổi sáng được tính công.",
    ]


def test_exempt_asks_for_nothing() -> None:
    day = tell(document(schedules=hours("exempt"), punches=["09:00"]))
    assert day.say("vi", "day")[1] == "Người này không phải chấm công: mọi phút theo lịch đều được tính công."
    assert day.of(0, "verdict") == ["Buổi sáng không cần lượt chấm nào; 270 phút được tính công."]
    assert day.say("vi", "punch") == ["09:00, T-A: người này không phải chấm công, chỉ để đối chiếu."]
    assert [session.state for session in day.account.sessions] == ["exempt", "exempt"]


def test_posts_that_were_left_are_paired_cut_and_covered() -> None:
    facts = [on_the_day("mission", "09:00", "09:30")]
    seen = ["07:30", "09:00", "09:45", "12:00", *AFTERNOON]
    day = tell(document(policy={"track_mid_session": True}, facts=facts, punches=seen))
    assert day.say("vi", "punch")[1:3] == ["09:00, T-A: ra giữa buổi.", "09:45, T-A: vào lại giữa buổi."]
    assert day.of(0, "verdict", "sum")[2:] == [
        "Trong buổi sáng, ra lúc 09:00 và vào lại lúc 09:45.",
        "09:45 − 09:00 = 45 phút, trong đó 30 phút đi công tác, còn 15 phút.",
    ]
    (left,) = day.page.violations
    assert (left.starts, left.ends) == (datetime(2026, 3, 4, 9), datetime(2026, 3, 4, 9, 45))


def test_inner_punches_that_do_not_pair_conclude_nothing() -> None:
    day = tell(document(policy={"track_mid_session": True}, punches=["07:30", "09:00", "12:00", *AFTERNOON]))
    assert day.of(0, "verdict")[-1] == (
        "Giữa giờ vào và giờ ra buổi sáng, các lượt chấm (1) không ghép được thành cặp ra và vào, "
        "nên không kết luận rời vị trí."
    )


# Lone punches


@pytest.mark.parametrize(
    ("came", "reason"),
    [
        ("07:35", "cách giờ vào quy định (07:30) 5 phút, cách giờ ra quy định (12:00) 265 phút; "
         "gần giờ vào hơn nên lấy là giờ vào."),
        ("11:30", "cách giờ vào quy định (07:30) 240 phút, cách giờ ra quy định (12:00) 30 phút; "
         "gần giờ ra hơn nên lấy là giờ ra."),
        ("09:45", "cách giờ vào quy định (07:30) và giờ ra quy định (12:00) đều 135 phút; "
         "bằng nhau thì lấy là giờ ra."),
    ],
)  # fmt: skip
def test_a_lone_punch_goes_to_its_nearer_side(came: str, reason: str) -> None:
    day = tell(document(punches=[came, *AFTERNOON]))
    assert day.of(0, "pair") == [f"Chỉ có một lượt chấm được tính, {came}: {reason}"]


def test_a_missing_punch_is_no_accusation() -> None:
    vi, en = tell(document(punches=["11:30", *AFTERNOON])).both(0, "cover", "verdict", "sum", "balance")
    assert vi == [
        "Máy T-A đã được đọc đủ mọi lúc, qua hết khung giờ chấm của buổi sáng (12:45).",
        "Chưa ghi nhận giờ vào buổi sáng; có lượt chấm chứng tỏ đã có mặt.",
        "270 phút của buổi sáng ở mục chưa kết luận, cho đến khi có giải trình hoặc quyết định của thủ trưởng.",
        "270 phút = 0 được tính công + 0 nghỉ có phép + 270 chưa kết luận + 0 thiếu giờ.",
    ]
    assert en[1:3] == [
        "No arrival is recorded for the morning; a punch shows presence.",
        "270 minutes of the morning stay unverified until it is explained or the head of unit decides.",
    ]


@pytest.mark.parametrize(
    ("came", "why", "side"),
    [
        (["07:30", "07:40"], "Các lượt chấm 07:30–07:40 cách nhau không quá 15 phút, nên coi là một lượt.", "vào"),
        (["07:00", "07:30"],
         "Mọi lượt chấm (07:00–07:30) đều không muộn hơn giờ vào quy định 07:30, nên coi là một lượt.", "vào"),
        (["12:00", "12:20"],
         "Mọi lượt chấm (12:00–12:20) đều không sớm hơn giờ ra quy định 12:00, nên coi là một lượt.", "ra"),
    ],
)  # fmt: skip
def test_several_punches_may_be_one_after_all(came: list[str], why: str, side: str) -> None:
    said = tell(document(punches=[*came, *AFTERNOON])).of(0, "pair")
    assert said[0] == why
    assert said[1].startswith(f"Lượt đầu {came[0]} cách giờ vào quy định (07:30) ")
    assert said[1].endswith(f"gần giờ {side} hơn nên lấy là giờ {side}.")


def test_known_directions_decide_a_lone_punch() -> None:
    came = [at("07:30:00", state=0), at("09:00:00", state=1), at("09:30:00", state=4)]
    assert tell(document(terminals=GATE, punches=came)).of(0, "pair") == [
        "Lượt chấm cuối, 09:30, là chiều vào, nên chưa ghi nhận giờ ra."
    ]
    assert tell(document(terminals=GATE, punches=[at("07:35:00", state=1)])).of(0, "pair") == [
        "Chỉ có lượt chấm chiều ra, nên chưa ghi nhận giờ vào."
    ]
    came = [at("07:00:00", state=1), at("11:00:00", state=255)]
    assert (
        tell(document(terminals=GATE, punches=came))
        .of(0, "pair")[0]
        .startswith("Chỉ có một lượt chấm được tính, 11:00: cách giờ vào quy định (07:30) 210 phút")
    )


# Coverage


def test_an_absence_rests_on_terminals_that_were_read() -> None:
    vi, en = tell(document(punches=[*AFTERNOON]), as_of=datetime(2026, 3, 4, 18)).both(
        0, "pair", "cover", "verdict", "sum"
    )
    assert vi == [
        "Không có lượt chấm nào được tính trong khung giờ chấm 01:30–12:45.",
        "Máy T-A đã được đọc đủ đến 18:00, qua hết khung giờ chấm của buổi sáng (12:45).",
        "Dữ liệu của máy đã được đọc đủ, nên ghi nhận vắng buổi sáng.",
        "12:00 − 07:30 = 270 phút.",
    ]
    assert en[2] == "The terminals were read in full, so the morning is recorded as absent."


def test_where_the_terminal_was_not_read_nothing_is_concluded() -> None:
    day = tell(document(punches=["07:46"]), as_of=datetime(2026, 3, 4, 9))
    assert day.of(0, "pair", "cover", "verdict", "sum") == [
        "Lượt chấm gần nhất đến nay: 07:46.",
        "Máy T-A mới được đọc đến 09:00; cần đọc qua 12:45 mới kết luận được buổi sáng.",
        "Chưa kết luận buổi sáng: dữ liệu của máy chưa được đọc đủ.",
        "270 phút của buổi sáng ở mục chưa kết luận, cho đến khi máy được đọc đủ.",
    ]
    assert day.say("vi", "terminal") == ["Máy T-A: đã đọc đủ đến 09:00."]
    assert day.say("vi", "punch") == ["07:46, T-A: tạm lấy là giờ vào buổi sáng, chờ đọc đủ dữ liệu."]


def test_punches_may_settle_before_the_window_is_read() -> None:
    day = tell(document(punches=["07:46", "12:00"]), as_of=datetime(2026, 3, 4, 12, 5))
    assert day.of(0, "cover") == [
        "Đã có giờ vào và giờ ra, lượt cuối không sớm hơn 12:00, "
        "nên kết luận được dù máy chưa được đọc hết khung giờ chấm."
    ]


def test_a_broken_line_only_delays() -> None:
    facts = [on_the_day("outage", "10:00", "23:00", mode="network")]
    day = tell(document(facts=facts, punches=WHOLE))
    assert day.say("vi", "terminal")[1] == (
        "Máy T-A: mất đường truyền 10:00–23:00; máy vẫn ghi lượt chấm và gửi về sau."
    )


@pytest.mark.parametrize(
    ("span", "came", "session", "reason"),
    [
        (("07:00", "08:00"), ["12:00", *AFTERNOON], 0, "trùng với giờ vào quy định 07:30."),
        (("16:30", "18:00"), [*MORNING, "13:30"], 1, "trùng với giờ ra quy định 17:00."),
        (("07:00", "07:40"), ["07:50", "12:00", *AFTERNOON], 0,
         "chạm khoảng từ giờ vào quy định đến lượt chấm vào (07:30–07:50)."),
        (("16:40", "18:00"), [*MORNING, "13:30", "16:30"], 1,
         "chạm khoảng từ lượt chấm ra đến giờ ra quy định (16:30–17:00)."),
    ],
)  # fmt: skip
def test_an_outage_says_which_required_time_it_touches(
    span: tuple[str, str], came: list[str], session: int, reason: str
) -> None:
    day = tell(document(facts=[on_the_day("outage", *span, mode="dead")], punches=came))
    assert day.of(session, "cover") == [f"Máy T-A ngừng hoạt động {span[0]}–{span[1]}, {reason}"]
    name = ("buổi sáng", "buổi chiều")[session]
    assert day.of(session, "verdict") == [
        f"Không kết luận gì từ lượt chấm {name}: máy ngừng hoạt động. Thiếu dữ liệu không phải là vi phạm."
    ]


def test_an_outage_that_changes_nothing_says_why() -> None:
    facts = [on_the_day("outage", "08:00", "09:00", mode="dead")]
    assert tell(document(facts=facts, punches=WHOLE)).say("vi", "terminal")[1] == (
        "Máy T-A: ngừng hoạt động 08:00–09:00; không ảnh hưởng đến kết luận nào."
    )
    case = document(
        terminals=[{"code": "T-1"}, {"code": "T-2"}],
        employees=[{"code": "E1", "assignments": [{"terminals": ["T-1", "T-2"]}]}],
        facts=[on_the_day("outage", "07:00", "09:00", mode="dead", terminal="T-1")],
        punches=[at(f"{each}:00", terminal="T-2") for each in ("07:50", "12:00", *AFTERNOON)],
    )
    assert tell(case).say("vi", "terminal") == [
        "Máy T-1 và T-2: đã đọc đủ mọi lúc.",
        "Máy T-1: ngừng hoạt động 07:00–09:00; máy khác vẫn hoạt động nên không ảnh hưởng.",
    ]


def test_an_invalid_clock_over_a_required_time() -> None:
    facts = [on_the_day("clock_invalid", "07:00", "07:31", terminal="T-A")]
    assert tell(document(facts=facts, punches=[*AFTERNOON])).of(0, "cover") == [
        "Đồng hồ máy T-A không đáng tin 07:00–07:31, gồm cả giờ quy định 07:30."
    ]


def test_other_terminals_for_one_session_are_named() -> None:
    case = document(
        terminals=[{"code": "T-A"}, {"code": "T-B"}],
        employees=[{"code": "E1", "assignments": [{"terminals": ["T-A"]}]}],
        facts=[{"kind": "site", "terminals": ["T-B"], "date": date(2026, 3, 4), "session": "am"}],
    )
    day = tell(case)
    assert day.of(0, "hours")[1] == "Buổi sáng chấm công tại T-B, theo quyết định riêng cho ngày này."
    assert "T-A" not in " ".join(day.of(0, "cover"))
