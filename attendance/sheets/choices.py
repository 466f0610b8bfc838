"""The closed lists of the sheets, each value with the words people write for it in Vietnamese and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Choice:
    """A value and its words, the first of which templates offer. `implies`: what it also says of other columns."""

    value: str
    words: tuple[str, ...]
    implies: Mapping[str, str] = field(default_factory=dict, hash=False)


REGIMES = (
    Choice("per_session", ("theo buổi", "chấm theo từng buổi", "4 lần", "bốn lần", "4 lần chấm", "per session")),
    Choice("first_last", ("đầu và cuối ngày", "vào đầu ra cuối", "2 lần", "hai lần", "2 lần chấm", "first last")),
    Choice("check_in_only", ("chỉ giờ vào", "chỉ chấm vào", "1 lần", "một lần", "1 lần chấm", "check in only")),
    Choice("exempt", ("miễn chấm công", "không chấm công", "miễn", "exempt")),
)

_MORNING = ("sáng", "buổi sáng", "s", "ca sáng", "morning", "am")
_AFTERNOON = ("chiều", "buổi chiều", "c", "ca chiều", "afternoon", "pm")

SESSIONS = (
    Choice("am", _MORNING),
    Choice("pm", _AFTERNOON),
    Choice(
        "all",
        (
            "cả ngày",
            "nguyên ngày",
            "cả hai buổi",
            "sáng và chiều",
            "sáng chiều",
            "s c",
            "1 ngày",
            "all day",
            "full day",
            "all",
        ),
    ),
)
SESSIONS_NAMED = SESSIONS[:2]

DAY_KINDS = (
    Choice("holiday", ("nghỉ lễ", "lễ", "ngày lễ", "lễ tết", "nghỉ tết", "tết", "public holiday", "holiday")),
    Choice("compensation", ("nghỉ bù", "bù", "nghỉ bù lễ", "day off in lieu", "compensation")),
    Choice("swapped_off", ("nghỉ hoán đổi", "hoán đổi nghỉ", "ngày nghỉ hoán đổi", "swapped off", "swap off")),
    Choice("swapped_work", ("làm bù", "làm việc bù", "đi làm bù", "làm hoán đổi", "swapped work", "make up day")),
    Choice("stoppage", ("ngừng việc", "tạm nghỉ", "nghỉ do bão", "mất điện", "stoppage", "closed")),
    Choice("workday", ("ngày làm việc", "làm việc", "đi làm", "ngày thường", "workday", "working day")),
    Choice("weekend", ("nghỉ hằng tuần", "nghỉ hàng tuần", "nghỉ tuần", "cuối tuần", "weekend", "rest day")),
)

_LEAVE = {"kind": "leave"}
_MISSION = {"kind": "mission"}
_EXEMPTION = {"kind": "exemption"}

ABSENCE_CODES = (
    Choice(
        "P",
        ("nghỉ phép", "phép", "nghỉ phép năm", "phép năm", "nghỉ hàng năm", "nghỉ hằng năm", "annual leave", "annual"),
        _LEAVE,
    ),
    Choice(
        "Ô",
        (
            "nghỉ ốm",
            "ốm",
            "ốm đau",
            "nghỉ ốm đau",
            "nghỉ bệnh",
            "bệnh",
            "điều dưỡng",
            "ốm điều dưỡng",
            "sick leave",
            "sick",
        ),
        _LEAVE,
    ),
    Choice("Cô", ("con ốm", "nghỉ con ốm", "chăm con ốm", "nghỉ chăm con ốm", "child sick", "sick child"), _LEAVE),
    Choice("Ts", ("thai sản", "nghỉ thai sản", "nghỉ sinh", "nghỉ sinh con", "maternity leave", "maternity"), _LEAVE),
    Choice("T", ("tai nạn", "nghỉ tai nạn", "tai nạn lao động", "accident"), _LEAVE),
    Choice(
        "H",
        (
            "học",
            "đi học",
            "học tập",
            "hội nghị",
            "họp",
            "hội nghị học tập",
            "đào tạo",
            "tập huấn",
            "study",
            "meeting",
            "training",
        ),
        _LEAVE,
    ),
    Choice("Nb", ("nghỉ bù", "bù", "compensatory rest", "time off in lieu"), _LEAVE),
    Choice(
        "No",
        (
            "nghỉ không lương",
            "không lương",
            "nghỉ không hưởng lương",
            "nghỉ việc riêng không lương",
            "unpaid leave",
            "unpaid",
        ),
        _LEAVE,
    ),
    Choice("N", ("ngừng việc", "stoppage"), _LEAVE),
    Choice("LĐ", ("lao động nghĩa vụ", "nghĩa vụ lao động", "labour duty"), _LEAVE),
    Choice("CT", ("công tác", "đi công tác", "công vụ", "mission", "business trip"), _MISSION),
    Choice(
        "nursing",
        ("nuôi con nhỏ", "nuôi con dưới 12 tháng", "nuôi con dưới 12 tháng tuổi", "nursing a child"),
        _EXEMPTION,
    ),
    Choice("menstruation", ("hành kinh", "thời gian hành kinh"), _EXEMPTION),
    Choice("maternity_hard_work", ("mang thai làm việc nặng nhọc", "maternity hard work"), _EXEMPTION),
    Choice(
        "not_enrolled",
        ("chưa đăng ký vân tay", "chưa có vân tay", "finger not enrolled yet", "not enrolled"),
        _EXEMPTION,
    ),
)

ABSENCES = (
    Choice("leave", ("nghỉ", "xin nghỉ", "đơn nghỉ", "leave")),
    Choice("mission", ("công tác", "đi công tác", "công vụ", "mission", "business trip")),
    Choice("exemption", ("miễn trừ", "chế độ", "giảm giờ", "exemption")),
)

DUTIES = (
    Choice("duty", ("trực", "trực cơ quan", "trực ban", "trực ngày", "duty", "on duty")),
    Choice("night", ("trực đêm", "ca đêm", "đêm", "night duty", "night")),
    Choice(
        "one_stop",
        ("một cửa", "trực một cửa", "bộ phận một cửa", "tiếp nhận và trả kết quả", "one stop", "one stop desk"),
    ),
    Choice("saturday", ("trực thứ bảy", "trực thứ 7", "làm việc thứ bảy", "thứ bảy", "thứ 7", "saturday")),
    Choice("holiday", ("trực lễ", "trực tết", "trực lễ tết", "trực ngày lễ", "holiday duty")),
    Choice("reception", ("tiếp công dân", "trực tiếp công dân", "citizen reception", "reception")),
)

YES = ("có", "x", "1", "yes", "y", "true", "đúng", "✓", "✔", "v")
NO = ("không", "0", "no", "n", "false", "sai", "ko", "k", "-")
