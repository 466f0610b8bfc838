"""Trees as RFC 9162 has them: the roots and paths of the test vectors of RFC 6962, and every path of small trees."""

from __future__ import annotations

import hashlib

import pytest

from attendance.services.evidence.verify_bundle import climb
from attendance.store import merkle

MEMBERS = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
PATHS = {  # size, place: the path, from the vectors of Certificate Transparency
    (8, 0): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (8, 5): (
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (3, 2): ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",),
    (5, 1): (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_the_vectors(size: int) -> None:
    assert merkle.root(MEMBERS[:size]).hex() == ROOTS[size - 1]
    assert merkle.root([]) == hashlib.sha256(b"").digest()


@pytest.mark.parametrize(("size", "place"), PATHS)
def test_paths_are_those_of_the_vectors(size: int, place: int) -> None:
    found = merkle.paths(MEMBERS[:size], [place])[place]
    assert tuple(beside.hex() for beside in found) == PATHS[size, place]


def test_every_path_of_small_trees_leads_to_the_root_and_no_other_does() -> None:
    for size in range(1, 40):
        members = [bytes([at]) * 3 for at in range(size)]
        root, paths = merkle.root(members), merkle.paths(members, range(size))
        for place, path in paths.items():
            beside = [each.hex() for each in path]
            assert climb(members[place], place, size, beside) == root
            assert climb(members[place] + b"x", place, size, beside) != root
            assert climb(members[place], place, size, [*beside, "00" * 32]) != root
            if path:
                assert climb(members[place], place, size, beside[:-1]) != root
                assert climb(members[place], place ^ 1, size, beside) != root


def test_a_tree_that_grows_keeps_what_is_under_its_peaks() -> None:
    peaks = merkle.Peaks()
    for size in range(1, 70):
        peaks.add(bytes([size]))
        members = [bytes([at + 1]) for at in range(size)]
        assert peaks.root() == merkle.root(members)
        spans = peaks.spans()
        assert [first for first, _ in spans] == [1, *(last + 1 for _, last in spans[:-1])]
        assert spans[-1][1] == size
        for (first, last), held in zip(spans, peaks.roots, strict=True):
            assert merkle.root(members[first - 1 : last]) == held


def test_a_place_that_is_none_is_refused() -> None:
    with pytest.raises(IndexError):
        merkle.paths(MEMBERS, [8])
