"""Checking kept checkpoints, and those that somebody noted elsewhere, against the chains as they are now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from itertools import islice

from attendance.errors import EvidenceBroken
from attendance.services.evidence import checkpoints as making
from attendance.services.evidence import notes
from attendance.services.evidence.notes import FIRST, OF_THE_MOMENT, Given, Note
from attendance.store import checkpoints, trail_reading
from attendance.store.checkpoint_tables import CheckpointRow
from attendance.store.database import Session
from attendance.store.merkle import Peaks

_NOTED_ELSEWHERE = ", which was noted elsewhere"


@dataclass(frozen=True, slots=True)
class CheckpointsChecked:
    """How many kept ones and how many from elsewhere hold. `broken`: the first place that differs, `wrong`: how."""

    kept: int
    given: int
    broken: str | None = None
    wrong: str = ""

    @property
    def holds(self) -> bool:
        return self.broken is None


class Broken(Exception):
    def __init__(self, where: str, wrong: str) -> None:
        super().__init__(wrong)
        self.where, self.wrong = where, wrong


@dataclass(frozen=True, slots=True)
class _Expected:
    """What a checkpoint says of one chain."""

    number: int
    is_given: bool
    peaks: Peaks

    @property
    def by(self) -> str:
        return f"checkpoint {self.number}" + (_NOTED_ELSEWHERE if self.is_given else "")


def check_checkpoints(
    session: Session, given: Sequence[Given] = (), *, own: Mapping[str, bytes] | None = None
) -> CheckpointsChecked:
    """Hold the chains to every kept checkpoint and to those noted elsewhere, and kept ones to one another.

    `own`: keys known to be this office's beside those the database names. Where several places differ, the one under
    the oldest checkpoint is named: before it nothing was changed.
    """
    walk = _Walk(session, making.known_keys(session) | dict(own or {}))
    try:
        try:
            walk.kept()
            walk.noted(given)
        except Broken as error:
            # where the chains differ says more than that a checkpoint does
            walk.place(given, only_trusted=True)
            raise error from None
        walk.place(given)
        walk.entries_of_trail()
    except Broken as error:
        return CheckpointsChecked(walk.count, 0, error.where, error.wrong)
    return CheckpointsChecked(walk.count, len(given))


class _Walk:
    def __init__(self, session: Session, keys: Mapping[str, bytes]) -> None:
        self.session, self.keys = session, keys
        self.count = 0
        self.digests: dict[int, str] = {}
        self.anchored = 0
        self.trail: dict[int, tuple[str, str]] = {}
        self.expected: dict[str, list[_Expected]] = defaultdict(list)

    def kept(self) -> None:
        """Each kept one by itself and against the one before it."""
        before: Note | None = None
        sizes: dict[str, int] = {}
        for row in checkpoints.every(self.session):
            number = before.number + 1 if before is not None else 1
            if row.number != number:
                raise Broken(f"checkpoint {number}", "it is missing")
            note, heads = self._kept(row)
            if note.previous != (before.digest if before is not None else FIRST):
                raise Broken(f"checkpoint {number}", "it does not follow the one before it")
            shrunk = [chain for chain, size in sizes.items() if chain not in heads or heads[chain].size < size]
            if shrunk:
                raise Broken(f"checkpoint {number}", f"it says less of {shrunk[0]} than the one before it")
            for chain, peaks in heads.items():
                if peaks.size != sizes.get(chain):
                    self.expected[chain].append(_Expected(number, False, peaks))
                sizes[chain] = peaks.size
            self._of_trail(note, f"checkpoint {number}")
            self.digests[number] = note.digest
            self.count, before = self.count + 1, note
        made = trail_reading.newest_key(self.session, making.MADE)
        if made is not None and made != str(self.count):
            raise Broken(f"checkpoint {self.count + 1}", f"the trail knows of {made}, and {self.count} are kept")

    def _kept(self, row: CheckpointRow) -> tuple[Note, Mapping[str, Peaks]]:
        where = f"checkpoint {row.number}"
        try:
            found = making.kept(row)
        except EvidenceBroken:
            raise Broken(where, "it cannot be read") from None
        note = found.note
        said = (note.number, note.size, note.root, note.digest, note.at)
        if said != (row.number, row.size, row.root, row.digest, row.at.astimezone(UTC)):
            raise Broken(where, "its columns are not those of its text")
        if notes.root_of(found.heads) != note.root or len(found.heads) != note.chains:
            raise Broken(where, "its root is not that of the trees kept with it")
        self._signed(note, where)
        return note, found.heads

    def _signed(self, note: Note, where: str) -> None:
        public = self.keys.get(note.key)
        if public is None:
            raise Broken(where, f"the key {note.key} that signed it is not known here")
        if not notes.is_by(note, public):
            raise Broken(where, "its signature is not over its text")

    def _of_trail(self, note: Note, by: str) -> None:
        entry, link = note.trail
        if entry and self.trail.setdefault(entry, (link, by))[0] != link:
            raise Broken(f"trail, entry {entry}", f"{by} says another link of it than {self.trail[entry][1]}")

    def noted(self, given: Sequence[Given]) -> None:
        """Each from elsewhere against the kept one of its number. It vouches for that one and all before it."""
        for each in given:
            for number, digest in ((each.note.number, each.note.digest), (each.note.number - 1, each.note.previous)):
                if self.digests.get(number) == digest:
                    self.anchored = max(self.anchored, number)
        for each in sorted(given, key=lambda one: one.note.number):
            note = each.note
            where = f"checkpoint {note.number}{_NOTED_ELSEWHERE}"
            self._signed(note, where)
            self._of_trail(note, where)
            if note.number == OF_THE_MOMENT:
                if each.heads is None:
                    raise Broken(where, "it was never kept, and what its root is made of does not stand below it")
                continue
            kept = self.digests.get(note.number)
            if kept is None:
                raise Broken(where, f"it is gone: the newest kept here is {max(self.digests, default=0)}")
            if kept != note.digest:
                since = f", and after checkpoint {self.anchored}, which agrees" if self.anchored else ""
                raise Broken(where, f"another is kept here under its number: what was before it{since} was rewritten")

    def place(self, given: Sequence[Given], *, only_trusted: bool = False) -> None:
        """Every chain against its trees, each entry read once; `only_trusted`: kept ones only as far as vouched for."""
        if only_trusted:
            for chain, listed in self.expected.items():
                self.expected[chain] = [said for said in listed if said.number <= self.anchored]
        for each in given:
            for chain, peaks in (each.heads or {}).items():
                self.expected[chain].append(_Expected(each.note.number, True, peaks))
        wrong = [
            found
            for chain in sorted(self.expected)
            if self.expected[chain] and (found := self._chain(chain)) is not None
        ]
        if wrong:
            _, chain, text, by = min(wrong)
            raise Broken(f"{chain}, {text}", f"{'it is' if text.startswith('entry') else 'they are'} not as under {by}")

    def _chain(self, chain: str) -> tuple[int, str, str, str] | None:
        """The oldest checkpoint that a chain does not agree with, the chain, which entries, and whose word it is."""
        tree, good = Peaks(), 0
        expected = sorted(self.expected[chain], key=lambda one: (one.peaks.size, one.number))
        links = checkpoints.links(self.session, chain, 1, expected[-1].peaks.size)
        for said in expected:
            size = said.peaks.size
            for link in islice(links, size - tree.size):
                tree.add(link)
            if tree.size < size:
                return said.number, chain, f"entry {tree.size + 1}", said.by
            if tree.roots == said.peaks.roots:
                good = size
                continue
            spans = zip(tree.spans(), tree.roots, said.peaks.roots, strict=True)
            first, last = next(span for span, here, there in spans if here != there)
            first = max(first, good + 1)
            return said.number, chain, f"entry {first}" if first == last else f"entries {first} to {last}", said.by
        return None

    def entries_of_trail(self) -> None:
        """The links of the trail that checkpoints name."""
        links = trail_reading.links(self.session, sorted(self.trail))
        for entry, (link, by) in sorted(self.trail.items()):
            if links.get(entry) != link:
                wrong = "it is gone" if entry not in links else "its link is another"
                raise Broken(f"trail, entry {entry}", f"{wrong} than under {by}" if entry in links else wrong)
