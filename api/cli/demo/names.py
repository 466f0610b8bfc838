"""Vietnamese names put together at random; a likeness to a real person is chance."""

from __future__ import annotations

from random import Random

_FAMILIES = (
    *("Nguyễn",) * 9, *("Trần",) * 4, *("Lê",) * 3, *("Phạm",) * 2, *("Hoàng",) * 2,
    "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô", "Dương", "Lý", "Đinh", "Hà", "Phan", "Mai", "Cao", "Lò", "Vi", "Lương",
    "Tạ", "Chu",
)  # fmt: skip
# Names of well-known persons are kept out by leaving their given names off these lists.
_MALE = (
    ("Văn", "Đức", "Quang", "Hữu", "Xuân", "Ngọc", "Duy", "Thanh", "Bá", "Gia", "Thế", "Viết"),
    (
        "An", "Bách", "Bình", "Chiến", "Cương", "Đạt", "Định", "Giang", "Hiếu", "Hòa", "Hoạt", "Khánh", "Khôi", "Kiên",
        "Lâm", "Lộc", "Nam", "Nghĩa", "Phong", "Quân", "Sơn", "Tài", "Thành", "Thịnh", "Thuận", "Toàn", "Tuấn", "Vinh",
    ),
)  # fmt: skip
_FEMALE = (
    ("Thị", "Thị", "Thị", "Ngọc", "Thu", "Minh", "Thanh", "Phương", "Kim", "Hồng", "Thùy", "Bích"),
    (
        "Anh", "Chi", "Diệp", "Dung", "Duyên", "Hà", "Hạnh", "Hằng", "Hiền", "Hoa", "Hương", "Lan", "Loan", "Mai", "My",
        "Nga", "Nhàn", "Nhung", "Oanh", "Quyên", "Thảo", "Thơm", "Thúy", "Trang", "Trâm", "Tuyết", "Vân", "Yến",
    ),
)  # fmt: skip


def invented_names(rng: Random, count: int) -> list[tuple[str, str]]:
    """As many different full names as asked for, each with its gender (`f` or `m`), about half and half."""
    seen: set[str] = set()
    people: list[tuple[str, str]] = []
    while len(people) < count:
        gender = "f" if rng.random() < 0.52 else "m"
        middles, givens = _FEMALE if gender == "f" else _MALE
        middle, given = rng.choice(middles), rng.choice(givens)
        name = f"{rng.choice(_FAMILIES)} {middle} {given}"
        # A middle name repeated as the given name reads as a slip ("Hà Mai Mai").
        if name in seen or len(set(name.split())) < 3:
            continue
        seen.add(name)
        people.append((name, gender))
    return people
