"""A tiny sample of each benchmark: it runs, and both sides of it come to the same result.

Those that start terminals or servers, or make many objects in a process that holds many, take longest; `make bench`
runs them whole: they are long.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import importing, ingesting, judging, listing, pages, presence, pulling, reading, storing, year
from bench.measuring import Line, interleave, ratio


def test_bars() -> None:
    assert Line("", 4.0, at_most=4).met
    assert not Line("", 4.1, at_most=4).met
    assert Line("", 40.0, at_least=40).met
    assert not Line("", 39.9, at_least=40).met
    assert Line("", 99.0).met
    assert [Line("", 1, at_most=4).bar, Line("", 1, at_least=40).bar, Line("", 1).bar] == ["<= 4", ">= 40", ""]


def test_ways_take_turns() -> None:
    turns: list[str] = []

    def way(name: str, seconds: float) -> float:
        turns.append(name)
        return seconds

    measured = interleave({"a": lambda: way("a", 6.0), "b": lambda: way("b", 2.0)}, 3)
    assert turns == ["a", "b", "b", "a", "a", "b"]
    assert ratio(measured["a"], measured["b"]) == 3.0


@pytest.mark.long
def test_pull(tmp_path: Path) -> None:
    lines = pulling.bench(tmp_path, 1_000, 1, people=5, barred=False)
    assert len(lines) == 5
    assert all(line.ratio > 0 for line in lines)


@pytest.mark.long
def test_reading_alone() -> None:
    lines = reading.bench(500, 1, smallest=100, largest=1_000)
    assert [line.bar for line in lines] == ["<= 2", ">= 80", "<= 1.15", "<= 80"]
    assert lines[0].ratio > 0
    assert 0 <= lines[3].ratio < 80


@pytest.mark.long
@pytest.mark.postgres
def test_a_first_log_is_stored_on_both_databases(tmp_path: Path) -> None:
    lines = ingesting.bench(tmp_path, 1_000, 1)
    assert [line.bar for line in lines] == ["<= 1.5", "<= 1.5"]
    assert all(line.ratio > 0 for line in lines)


@pytest.mark.long
def test_engine_and_loop_agree() -> None:
    lines = judging.bench(250, 1)
    assert len(lines) == 5
    assert all(line.ratio > 0 for line in lines)


def test_a_year_by_months_is_measured_in_a_process_of_its_own() -> None:
    exponent, memory = year.bench(50, 1)
    assert 0 < exponent.ratio < 2
    assert 0 <= memory.ratio < 400


def test_a_disagreement_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "judge_all", lambda *_: ([], []))
    with pytest.raises(judging.Disagreement):
        judging.bench(10, 1)


@pytest.mark.long
def test_store(tmp_path: Path) -> None:
    assert len(storing.bench(tmp_path, 20, 1)) == 3


@pytest.mark.long
def test_import(tmp_path: Path) -> None:
    assert len(importing.bench(tmp_path, 2_000, 1)) == 2


@pytest.mark.long
def test_a_list_page_and_the_bytes_it_is_measured_against(tmp_path: Path) -> None:
    lines = listing.bench(tmp_path, 600, 1, people=40, deep=3, asked=2)
    assert [line.bar for line in lines] == [">= 0.2", "<= 1.3", "<= 1.3"]
    assert all(line.ratio > 0 for line in lines)


@pytest.mark.long
def test_pages(tmp_path: Path) -> None:
    lines = pages.bench(tmp_path, 2, people=120, searched=300)
    assert [line.bar for line in lines] == ["<= 300", "<= 300", "<= 60", "<= 100"]
    assert all(line.ratio > 0 for line in lines)


@pytest.mark.long
def test_presence(tmp_path: Path) -> None:
    lines = presence.bench(tmp_path, 40, 1)
    assert len(lines) == 3
