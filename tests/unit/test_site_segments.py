"""Segments: a chain in which nothing can be altered, left out or moved, and readings that unpack within bounds."""

from __future__ import annotations

import hashlib
import random
from datetime import UTC, datetime
from typing import Any

import pytest
import zstandard

from attendance.store import intake_log
from device_sync.agent.framing import Altered, Claim, Holding, pack_request, unpack_request
from device_sync.agent.reading import MAX_LOG_BYTES, Reading, pack_reading, unpack_reading
from device_sync.agent.segment import (
    MAX_CONTENT,
    MAX_PARTS,
    PART_BYTES,
    Segment,
    Unreadable,
    chain_start,
    digest_of,
    join_parts,
    next_segment,
    pack_parts,
    seal_key,
    unpack_part,
)
from tests.builders import keys_of, records

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
CHAIN = "ab" * 16
KEY = seal_key("site_" + "t" * 43)
BODY = records(50)


def facts(**given: Any) -> Reading:
    whole: dict[str, Any] = {
        "site_pull": 1, "terminal": "GATE", "serial": "SIM1", "started_at": AT, "finished_at": AT, "read_at": AT,
        "outcome": "ok", "params": {}, "layout": "zk40", "log_bytes": len(BODY),
        "log_digest": hashlib.sha256(BODY).hexdigest(),
    }  # fmt: skip
    return Reading.model_validate(whole | given)


def packed(body: bytes = BODY) -> bytes:
    return intake_log.compress(body, 40)


def chain(count: int = 3) -> list[Segment]:
    found: list[Segment] = []
    previous = chain_start(CHAIN)
    for number in range(1, count + 1):
        (content,) = pack_parts("SIM1", pack_reading(facts(site_pull=number), packed()))
        found.append(next_segment(number, previous, content))
        previous = found[-1].digest
    return found


def claim(**given: Any) -> Claim:
    last = chain()[-1]
    whole = {"chain": CHAIN, "number": last.number, "digest": last.digest, "at": AT, "nonce": "01" * 16}
    return Claim.model_validate(whole | given)


def test_a_digest_is_what_the_description_says() -> None:
    previous, content = "12" * 32, b"content"
    said = b"attendance segment 1" + (7).to_bytes(8, "big") + bytes.fromhex(previous) + content
    assert digest_of(7, previous, content) == hashlib.sha256(said).hexdigest()


def test_a_reading_comes_out_as_it_went_in() -> None:
    user = {"uid": 7, "pin": "1007", "name": "Lan", "privilege": 14, "name_bytes": b"Lan\0".hex()}
    given = facts(user_table=[user], message="số 7", clock_offset_seconds=-5, params={"reason": "x"})
    found, body = unpack_reading(join_parts(list(pack_parts("SIM1", pack_reading(given, packed())))))
    assert (found, body) == (given, BODY)
    assert len(keys_of(body)) == 50


def test_a_failure_has_no_records() -> None:
    given = facts(outcome="unreachable", layout="", log_bytes=0, log_digest="", read_at=None, serial=None)
    assert unpack_reading(pack_reading(given, b"")) == (given, b"")


@pytest.mark.parametrize("at", [0, 7, 8, 39, 40, 71, 72, 103, 104, 140, -1])
def test_any_altered_byte_of_a_segment_is_noticed(at: int) -> None:
    sound = pack_request(KEY, claim(), [])
    body = bytearray(pack_request(KEY, claim(), chain(1)))
    place = len(sound) + 4 + at if at >= 0 else len(body) - 1
    body[place] ^= 1
    try:
        _, ((segment, sealed),) = unpack_request(KEY, bytes(body))
    except Unreadable:
        return
    from device_sync.agent.framing import segment_seal

    assert not segment.is_true or sealed != segment_seal(KEY, CHAIN, segment)


def test_any_altered_byte_of_a_claim_is_noticed() -> None:
    sound = pack_request(KEY, claim(), [])
    for place in range(len(sound)):
        body = bytearray(sound)
        body[place] ^= 1
        with pytest.raises((Altered, Unreadable)):
            unpack_request(KEY, bytes(body))
    with pytest.raises(Altered):
        unpack_request(seal_key("site_" + "x" * 43), sound)


def test_a_request_that_is_cut_anywhere_is_refused_or_shorter() -> None:
    whole = pack_request(KEY, claim(), chain(3))
    ends = {len(pack_request(KEY, claim(), chain(count))) for count in range(4)}
    for length in range(0, len(whole), 7):
        if length in ends:
            continue
        with pytest.raises((Altered, Unreadable)):
            unpack_request(KEY, whole[:length])


def test_random_bytes_are_refused_and_nothing_else() -> None:
    rng = random.Random(5)
    whole = pack_request(KEY, claim(), chain(2))
    for _ in range(2000):
        body = bytearray(whole)
        for _ in range(rng.randint(1, 8)):
            body[rng.randrange(len(body))] = rng.randrange(256)
        try:
            _, found = unpack_request(KEY, bytes(body[: rng.randrange(len(body) + 1)]))
        except (Altered, Unreadable):
            continue
        for segment, _ in found:
            if segment.is_true:
                unpack_reading(join_parts([segment.content]))


@pytest.mark.parametrize(
    "given",
    [
        {"layout": "zk41"},
        {"layout": ""},
        {"serial": None},
        {"read_at": None},
        {"log_bytes": 40},
        {"begins_at": 40},
        {"begins_at": 20, "before": "ab" * 32, "log_bytes": len(BODY) + 20},
        {"begins_at": 40, "before": "ab" * 32},
        {"outcome": "ok", "log_digest": ""},
        {"read_at": datetime(9500, 1, 1, tzinfo=UTC)},
        {"message": "a\0b"},
    ],
)
def test_facts_that_contradict_themselves_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        unpack_reading(pack_reading(facts(**given), packed()))


def test_what_would_unpack_beyond_bounds_is_refused_before_it_is_unpacked() -> None:
    bomb = b"\0" + zstandard.ZstdCompressor(level=1).compress(bytes(MAX_LOG_BYTES + 1))
    assert len(bomb) < 100_000
    with pytest.raises(Unreadable, match="64 MiB"):
        unpack_reading(pack_reading(facts(), bomb))
    nameless = zstandard.ZstdCompressor(level=1, write_content_size=False).compress(BODY)
    with pytest.raises(Unreadable):
        unpack_reading(pack_reading(facts(), b"\0" + nameless))
    lying = bytearray(packed())
    assert zstandard.frame_content_size(bytes(lying[1:])) == len(BODY)
    at = lying.index((len(BODY) - 256).to_bytes(2, "little"))
    lying[at : at + 2] = (10).to_bytes(2, "little")
    with pytest.raises(Unreadable):
        unpack_reading(pack_reading(facts(), bytes(lying)))


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\0\0\4abcd", b"\xff" * 40, b"\0\0\0\0", b"\0\0\0\0\1"])
def test_readings_that_are_none_are_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        unpack_reading(data)


def test_parts_are_bounded_and_must_follow_each_other() -> None:
    rng = random.Random(1)
    reading = rng.randbytes(PART_BYTES * 2 + 5)
    parts = list(pack_parts("SIM1", reading))
    assert len(parts) == 3
    assert max(map(len, parts)) <= MAX_CONTENT
    assert join_parts(parts) == reading
    assert [unpack_part(part)[0].part for part in parts] == [1, 2, 3]
    for wrong in ([], parts[:2], parts[1:], [parts[0], parts[2], parts[1]], [*parts, parts[2]]):
        with pytest.raises((Unreadable, IndexError)):
            join_parts(wrong)
    with pytest.raises(Unreadable):
        list(pack_parts("SIM1", bytes(PART_BYTES * MAX_PARTS + 1)))
    with pytest.raises(Unreadable):
        unpack_part(parts[0] + bytes(MAX_CONTENT))


def test_an_answer_is_believed_only_under_the_seal_of_its_question() -> None:
    said = Holding(site="S", chain=CHAIN, number=3, digest="cd" * 32, at=AT).sealed(KEY, "01" * 16)
    told = Holding.model_validate_json(said.model_dump_json())
    assert told.is_sealed(KEY, "01" * 16)
    assert not told.is_sealed(KEY, "02" * 16)
    assert not told.is_sealed(seal_key("another token of another site, long"), "01" * 16)
    for altered in ({"number": 4}, {"digest": "ce" * 32}, {"chain": ""}, {"site": "T"}):
        assert not told.model_copy(update=altered).is_sealed(KEY, "01" * 16)
