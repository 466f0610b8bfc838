"""Whose number may be whose: proposals only where there is no doubt, and names never read into what is not there."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.letters import without_marks
from attendance.services.matching import OnTerminal, Person, WorkList, compare, fits, read_certainly

AN = Person("CC-01", "Nguyễn Văn An")
ANH = Person("CC-02", "Đỗ Thị Ánh")
BINH = Person("15", "Trần Bình")
PEOPLE = (AN, ANH, BINH)


def user(pin: str, name: str | bytes = "", **more: int) -> OnTerminal:
    return OnTerminal(pin, name if isinstance(name, bytes) else name.encode(), **more)  # type: ignore[arg-type]


def proposals(found: WorkList) -> dict[str, tuple[str, str] | None]:
    return {
        entry.user.pin: (entry.proposal.person.code, entry.proposal.ground) if entry.proposal else None
        for entry in found.unmatched
    }


def proposal(name: str | bytes, pin: str = "9", people: tuple[Person, ...] = PEOPLE) -> tuple[str, str] | None:
    return proposals(compare([user(pin, name)], people))[pin]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Nguyễn Văn An", ("CC-01", "name")),
        (unicodedata.normalize("NFD", "Nguyễn Văn An"), ("CC-01", "name")),
        ("NGUYEN VAN AN", ("CC-01", "name")),
        ("  nguyen  van-an ", ("CC-01", "name")),
        ("do thi anh", ("CC-02", "name")),
        ("Ðỗ Thị Ánh", ("CC-02", "name")),  # Eth in place of Đ, as some keyboards give
        ("An Nguyen Van", ("CC-01", "order")),
        ("Thị Ánh Đỗ", ("CC-02", "order")),
        ("Nguyen V", ("CC-01", "cut")),  # eight bytes
        ("Tran Bi", ("15", "cut")),  # seven and a NUL
        ("Nguyễn".encode()[:7] + b"\xc4", ("CC-01", "cut")),  # the first byte of a letter that was cut
        ("Nguyễn".encode()[:7] + b"\xff", None),
        ("Nguyễn Vă".encode()[:8], ("CC-01", "cut")),
        ("Nguyen Va", None),  # nine bytes: no terminal cuts there
        ("An", None),
        ("", None),
        ("Somebody Else", None),
        ("NN-9", None),
        ("9", None),
    ],
)
def test_a_name_proposes(name: str | bytes, expected: tuple[str, str] | None) -> None:
    assert proposal(name) == expected


def test_a_name_cut_at_twenty_four_bytes_also_within_a_letter() -> None:
    long = Person("CC-09", "Nguyễn Thị Phương Thảo Nguyên")
    raw = long.name.encode()
    assert raw[:24].decode("utf-8", "ignore") != raw[:25].decode("utf-8", "ignore")
    for length in (23, 24):
        assert proposal(raw[:length], people=(*PEOPLE, long)) == ("CC-09", "cut")
    assert proposal(raw[:21], people=(*PEOPLE, long)) is None


def test_a_number_that_is_a_code_comes_before_any_name() -> None:
    assert proposal("", pin="15") == ("15", "number")
    assert proposal("tran binh", pin="15") == ("15", "number")
    assert proposal("BINH", pin="15") == ("15", "number"), "a short name speaks not against it"
    assert proposal("", pin="015") is None, "exact is exact"


def test_a_number_with_a_contrary_name_is_left_to_a_person() -> None:
    [entry] = compare([user("15", "Nguyen Van An")], PEOPLE).unmatched
    assert entry.proposal is None
    assert [(each.person.code, each.ground) for each in entry.candidates] == [("15", "number"), ("CC-01", "name")]


def test_equal_names_are_shown_and_none_is_proposed() -> None:
    twin = Person("CC-03", "Nguyễn Văn Ân")
    [entry] = compare([user("9", "nguyen van an")], (*PEOPLE, twin)).unmatched
    assert entry.proposal is None
    assert [each.person.code for each in entry.candidates] == ["CC-01", "CC-03"]


def test_two_numbers_of_one_name_are_both_left() -> None:
    found = compare([user("7", "Nguyen Van An"), user("8", "nguyễn văn an")], PEOPLE)
    assert proposals(found) == {"7": None, "8": None}
    exact = compare([user("15", "Tran Binh"), user("8", "Tran Binh")], PEOPLE)
    assert proposals(exact) == {"15": ("15", "number"), "8": None}


def test_somebody_with_a_number_is_a_candidate_and_never_a_proposal() -> None:
    has = Person("CC-01", "Nguyễn Văn An", number="3")
    [entry] = compare([user("3", "An"), user("9", "Nguyen Van An")], (has, ANH)).unmatched
    assert (entry.user.pin, entry.proposal) == ("9", None)
    assert [each.person.number for each in entry.candidates] == ["3"]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"", ""),
        (b"   ", ""),
        ("Nguyễn".encode(), "Nguyễn"),
        (b"Nguyen\xe1\xba", "Nguyen"),
        ("Nguyễn V".encode() + b"\0rest", "Nguyễn V"),
        (b"Nguy\xd4n", None),  # ê with tilde in TCVN3
        (b"Tr\xc7n B\xd7nh", None),
        (b"\xd5\xc5\xc8\xfd", None),  # GB2312
        (b"Tran\x07", None),
        (b"\xff\xfe", None),
        (b"abc\xe1\xba", None),  # the beginning of a letter, but no terminal cuts after five bytes
    ],
)
def test_bytes_are_read_for_certain_or_not_at_all(raw: bytes, text: str | None) -> None:
    assert read_certainly(raw) == text


def test_what_cannot_be_read_speaks_for_nobody_and_against_nobody() -> None:
    tcvn3 = b"Nguy\xd4n V\xa8n An"
    [entry] = compare([user("9", tcvn3)], PEOPLE).unmatched
    assert (entry.user.name, entry.candidates) == (None, ())
    assert proposal(tcvn3, pin="15") == ("15", "number")
    assert compare([user("3", tcvn3)], (Person("CC-01", "Nguyễn Văn An", number="3"),)).renamed == ()


@pytest.mark.parametrize(
    ("name", "fitting"),
    [
        ("An", True),
        ("van an", True),
        ("Nguyen V", True),
        ("AN NGUYEN", True),
        ("An An", False),
        ("Anh", False),
        ("N", False),
    ],
)
def test_a_short_name_fits_and_another_does_not(name: str, fitting: bool) -> None:
    assert fits(user("1", name), AN) is fitting


@pytest.mark.parametrize("name", ["Mã 15", "15", ""])
def test_people_made_from_their_numbers_have_no_name_to_speak_against(name: str) -> None:
    unnamed = Person("15", name)
    assert proposal("Nguyen Van An", pin="15", people=(unnamed, ANH)) == ("15", "number")
    assert compare([user("3", "An")], (Person("15", name, number="3"),)).renamed == ()
    assert proposal("Mã 15", pin="7", people=(unnamed, ANH)) is None


def test_a_number_that_was_given_to_somebody_else() -> None:
    people = (Person("CC-01", "Nguyễn Văn An", number="3"), ANH)
    [entry] = compare([user("3", "Do Thi Anh")], people).renamed
    assert entry.holder == people[0]
    assert entry.proposal is not None
    assert (entry.proposal.person, entry.proposal.ground) == (ANH, "name")
    [unknown] = compare([user("3", "Le Hoa")], people).renamed
    assert (unknown.proposal, unknown.candidates) == (None, ())


def test_who_is_missing_on_either_side_and_who_may_change_the_terminal() -> None:
    people = (
        Person("CC-01", "Nguyễn Văn An", number="3"),
        Person("CC-02", "Đỗ Thị Ánh", number="4"),
        Person("CC-05", "Lê Hoa"),
        Person("CC-06", "Khách", expected=False),
    )
    found = compare([user("3", "An", privilege=14), user("20", "Boss", privilege=6), user("5")], people)
    assert [person.code for person in found.without_number] == ["CC-05"]
    assert [person.code for person in found.not_on_terminal] == ["CC-02"]
    assert [(entry.user.pin, entry.holder and entry.holder.code) for entry in found.administrators] == [
        ("3", "CC-01"),
        ("20", None),
    ]
    assert [entry.user.pin for entry in found.unmatched] == ["5", "20"]


def test_marks_are_nothing_and_other_letters_stay() -> None:
    assert without_marks("ĐẶNG Thị Ngọc-Ánh") == "dang thi ngoc-anh"
    assert without_marks(unicodedata.normalize("NFD", "Ưỡng Ơ")) == "uong o"


_people = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", "3", "A", "B"]), st.sampled_from(["An", "Nguyễn An", "An Nguyen", "Bình", ""])
    ),
    unique_by=lambda each: each[0],
    max_size=5,
)
_users = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", "3", "7", "8"]), st.sampled_from([b"", b"an", b"nguyen an", b"nguyen a", b"\xd4"])
    ),
    unique_by=lambda each: each[0],
    max_size=5,
)


@given(
    _users, _people, st.dictionaries(st.sampled_from(["A", "B", "1"]), st.sampled_from(["1", "7", "99"]), max_size=2)
)
def test_whatever_stands_there_nobody_is_proposed_twice_and_every_number_is_in_one_place(
    users: list[tuple[str, bytes]], people: list[tuple[str, str]], numbers: dict[str, str]
) -> None:
    given_people = [Person(code, name, numbers.get(code)) for code, name in people]
    found = compare([OnTerminal(pin, name) for pin, name in users], given_people)
    proposed = [entry.proposal.person for entry in found.unmatched if entry.proposal]
    assert len({person.code for person in proposed}) == len(proposed)
    assert all(person.number is None for person in proposed)
    held = {person.number for person in given_people}
    assert {entry.user.pin for entry in found.unmatched} == {pin for pin, _ in users if pin not in held}
    assert {entry.user.pin for entry in found.renamed} <= {pin for pin, _ in users} & held
