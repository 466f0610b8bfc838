"""From a question to the packed packets that answer it, spoilt as the fault of the terminal demands."""

from __future__ import annotations

from device_sync import wire
from device_sync.layouts import PunchLayout
from device_sync.simulator.events import pack_event
from device_sync.simulator.faults import Fault
from device_sync.simulator.machine import Machine, Visit
from device_sync.simulator.mutating import mutate
from device_sync.simulator.spoiling import CONTROLLER, WEB_PAGE, Answer, spoil_chunk, spoil_packet
from device_sync.wire import Command, Packet, Reply

SMALL_PACKET = 1008
GARBAGE_BYTES = 64
FOREIGN = {"not_zk": WEB_PAGE, "controller": CONTROLLER}
USUAL_EVENT = {"uid": 10, "user_id": 12, "pin": 32}


def foreign_greeting(fault: Fault | None) -> bytes | None:
    """What something that is no ZK terminal says to whoever knocks."""
    return None if fault is None else FOREIGN.get(fault.name)


def usual_event_bytes(layout: PunchLayout) -> int:
    """The length in which firmware with these records tells of live punches."""
    return USUAL_EVENT[layout.person]


def answer_question(machine: Machine, visit: Visit, question: Packet, *, framed: bool) -> list[bytes]:
    """The packets in the order in which they leave; none where the terminal stays silent."""
    fault = machine.fault
    if fault is not None and fault.name == "silent":
        return []
    small = not framed or (fault is not None and fault.name == "split")
    packet_bytes = SMALL_PACKET if small else machine.build.packet_bytes
    answers = machine.answer(visit, question.code, bytes(question.data), packet_bytes)
    if fault is None:
        return [_pack(visit, answer, question.number, framed=framed) for answer in answers]
    in_chunk = question.code == Command.READ or any(answer.code == Reply.DATA_FOLLOWS for answer in answers)
    if in_chunk:
        answers = spoil_chunk(fault, answers, visit.session, question.number, framed=framed)
    blocks = []
    for answer in answers:
        packet = _pack(visit, answer, question.number, framed=framed)
        blocks.append(spoil_packet(fault, packet, answer.code, framed=framed) if in_chunk else packet)
    if in_chunk and fault.name == "garbage" and fault.strikes():
        blocks.insert(0, fault.rng.randbytes(GARBAGE_BYTES))
    if fault.name == "mutated":
        blocks, what = mutate(fault.rng, visit, blocks, framed=framed)
        fault.done += [what] * bool(what)
    return _add_strays(machine, fault, visit, blocks, framed=framed)


def _pack(visit: Visit, answer: Answer, number: int, *, framed: bool) -> bytes:
    session = visit.session if answer.session is None else answer.session
    number = number if answer.number is None else answer.number
    return wire.pack_packet(answer.code, session, number, answer.data, framed=framed)


def _add_strays(machine: Machine, fault: Fault, visit: Visit, blocks: list[bytes], *, framed: bool) -> list[bytes]:
    """Packets that come before the answer and must not be taken for it."""
    if not blocks:
        return blocks
    before, visit.last_answer = visit.last_answer, blocks[0]
    if not before:
        return blocks
    if fault.name == "late_reply":
        return [before, *blocks]
    if fault.name.startswith("event"):
        size = int(fault.name[6:] or 32)
        event = pack_event(32 if size == 1016 else size, 1, "1001", 1, 0, machine.clock.read())
        packet = wire.pack_packet(Reply.EVENT, 1, 0, event, framed=framed)
        if framed and size == 1016:
            packet = wire.TOP.pack(wire.MAGIC, size) + packet[wire.TOP_BYTES :]
        return [packet, *blocks]
    return blocks
