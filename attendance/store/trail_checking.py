"""Going along the trail from its first entry, with every row beside it, until something does not fit.

Nothing is written, and no more than a piece of it is held at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session

from attendance.store import trail_chain as chain
from attendance.store.chain_rows import PAPERS
from attendance.store.trail_chain import ERASED, GENESIS, Sealer

PIECE = 4000
_GUARDS = {
    "sqlite": (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        {
            "trail_no_update", "trail_no_delete", "trail_subject_no_update", "trail_subject_no_delete",
            "trail_erasure_no_update", "trail_erasure_no_delete", "trail_detail_no_update", "trail_detail_no_delete",
            "trail_head_no_insert", "trail_head_no_delete", "trail_head_no_update", "chain_entry_no_update",
            "chain_entry_no_delete", "checkpoint_no_update", "checkpoint_no_delete",
            *(f"{table}_touched_{act}" for table in PAPERS for act in ("insert", "update", "delete")),
        },
    ),
    "postgresql": (
        "SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')",
        {
            "trail_no_change", "trail_subject_no_change", "trail_erasure_no_change", "trail_detail_no_update",
            "trail_detail_no_delete", "trail_head_no_change", "trail_head_forwards", "trail_no_truncate",
            "trail_subject_no_truncate", "trail_erasure_no_truncate", "trail_detail_no_truncate",
            "trail_head_no_truncate", "chain_entry_no_change", "chain_entry_no_truncate",
            "checkpoint_no_change", "checkpoint_no_truncate",
            *(f"{table}_touched_{act}" for table in PAPERS for act in ("insert", "update", "delete")),
        },
    ),
}  # fmt: skip
_LOWEST = -(2**63)
ALWAYS_SEALED = ("api", "page")
"""What comes over HTTP is written by a process that has the secret key: such an entry without a seal is not its own."""
_ENTRIES = (
    "SELECT seq, at, actor, user_id, role, via, address, act, kind, key, subjects, detail, link, seal FROM trail "
    "WHERE seq > :last ORDER BY seq LIMIT :piece"
)
_SUBJECTS = "SELECT seq, employee_id FROM trail_subject WHERE seq > :last AND seq <= :upto ORDER BY seq, employee_id"
_DETAILS = "SELECT seq, salt, content FROM trail_detail WHERE seq > :last AND seq <= :upto"
_BEYOND = (
    ("subject", "SELECT min(seq) FROM trail_subject WHERE seq > :last"),
    ("detail", "SELECT min(seq) FROM trail_detail WHERE seq > :last"),
)


@dataclass(frozen=True, slots=True)
class TrailChecked:
    """What came of it. `entries` fit; `broken`: number of the first link that does not, and `wrong` says what it is.

    `head`: the newest link, in hexadecimal, to be noted elsewhere. `unsealed`: entries that were written without the
    secret key. `unchecked`: seals that were not looked at, for want of the key.
    """

    entries: int
    head: str
    broken: int | None = None
    wrong: str = ""
    unsealed: int = 0
    unchecked: int = 0
    erased: int = 0

    @property
    def holds(self) -> bool:
        return self.broken is None


class _Broken(Exception):
    def __init__(self, seq: int, wrong: str) -> None:
        super().__init__(wrong)
        self.seq, self.wrong = seq, wrong


def check_trail(
    session: Session, sealers: Sequence[Sealer] = (), *, noted: tuple[int, str] | None = None
) -> TrailChecked:
    """Check the whole trail. `sealers`: of the present secret key and of those before; without one, seals are counted
    and not checked. `noted`: an entry's number and link (hex) as they were noted elsewhere, which must be there still.
    """
    walk = _Walk(session, sealers, noted)
    try:
        walk.go()
    except _Broken as error:
        return walk.result(error.seq, error.wrong)
    except (DatabaseError, TypeError, ValueError) as error:
        said = str(getattr(error, "orig", error)).splitlines()[0]
        return walk.result(walk.count + 1, f"the tables of the trail cannot be read as they should: {said}")
    return walk.result(None, "")


def missing_guards(session: Session) -> list[str]:
    """The triggers by which the database refuses changes to the trail, and that somebody removed."""
    query, expected = _GUARDS[session.connection().dialect.name]
    return sorted(expected - set(session.execute(text(query)).scalars()))


def newest_seal(session: Session) -> bytes | None:
    """The seal of the head; None: nothing was ever sealed."""
    found: bytes | None = session.execute(text("SELECT seal FROM trail_head WHERE id = 1")).scalar()
    return found


class _Walk:
    def __init__(self, session: Session, sealers: Sequence[Sealer], noted: tuple[int, str] | None) -> None:
        self.noted = noted
        self.session = session
        self.sealers = {sealer.id: sealer for sealer in sealers}
        self.count = 0
        self.link = GENESIS
        self.unsealed = self.unchecked = 0
        self.erased: dict[int, int] = {}
        self.claimed: dict[int, int] = {}
        self.told: set[tuple[int, int]] = set()

    def result(self, broken: int | None, wrong: str) -> TrailChecked:
        erased = len(self.erased)
        return TrailChecked(self.count, self.link.hex(), broken, wrong, self.unsealed, self.unchecked, erased)

    def go(self) -> None:
        self.claimed = dict(self._read("SELECT seq, by_seq FROM trail_erasure"))
        last, head, sealed_link = _LOWEST, self._head(), None
        for rows in self._pieces():
            upto = rows[-1][0]
            subjects = self._subjects(last, upto)
            details = {seq: (salt, content) for seq, salt, content in self._read(_DETAILS, last=last, upto=upto)}
            for row in rows:
                self._entry(row, subjects.pop(row[0], []), details.pop(row[0], None))
                if head is not None and self.count == head[2]:
                    sealed_link = self.link
            self._nothing_left(subjects, "subject")
            self._nothing_left(details, "detail")
            last = upto
        self._ends(head, last, sealed_link)

    def _pieces(self) -> Iterator[list[Any]]:
        last = _LOWEST
        while rows := self._read(_ENTRIES, last=last, piece=PIECE):
            yield rows
            last = rows[-1][0]

    def _read(self, query: str, **values: int) -> list[Any]:
        return [tuple(row) for row in self.session.execute(text(query), values)]

    def _subjects(self, last: int, upto: int) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for seq, number in self._read(_SUBJECTS, last=last, upto=upto):
            found[seq].append(number)
        return found

    def _entry(self, row: Any, subjects: list[int], detail: tuple[bytes, str] | None) -> None:
        seq, (said_subjects, said_detail, said_link, seal) = row[0], row[10:14]
        expected = self.count + 1
        if seq != expected:
            if seq < expected:
                raise _Broken(seq, "there is no entry of this number: it was put in")
            gone = f"entries {expected} to {seq - 1} are missing" if seq - 1 > expected else "it is missing"
            raise _Broken(expected, f"{gone}: what stood there was deleted")
        content = self._canonical(row[:10], said_subjects, said_detail, seq)
        if chain.link(self.link, content) != said_link:
            raise _Broken(seq, "it does not hang on the entry before: it, its link or its place was changed")
        if chain.digest_of_subjects(subjects) != said_subjects:
            raise _Broken(seq, "the people it is about are not those that were written down")
        self._detail(seq, row[7], said_detail, detail)
        self._seal(seq, row[5], said_link, seal)
        if self.noted is not None and self.noted[0] == seq and self.noted[1] != said_link.hex():
            raise _Broken(seq, "its link is not the one that was noted elsewhere: the trail was rewritten up to here")
        self.count, self.link = seq, said_link

    @staticmethod
    def _canonical(fields: tuple[Any, ...], subjects: bytes | None, detail: bytes | None, seq: int) -> bytes:
        try:
            return chain.canonical(fields, subjects, detail)
        except (TypeError, ValueError, AttributeError):
            raise _Broken(seq, "a value in it is of a kind that is never written there") from None

    def _detail(self, seq: int, act: str, said: bytes | None, detail: tuple[bytes, str] | None) -> None:
        if detail is None:
            if said is not None:
                if seq not in self.claimed:
                    raise _Broken(seq, "its detail is gone, and no erasure of it is written down")
                self.erased[seq] = self.claimed[seq]
            elif seq in self.claimed:
                raise _Broken(seq, "an erasure is noted for it, and it never had a detail")
            return
        salt, content = detail
        if not isinstance(salt, bytes) or not isinstance(content, str):
            raise _Broken(seq, "its detail is of a kind that is never written there")
        if said != chain.digest_of_detail(salt, content):
            raise _Broken(seq, "its detail (why, before, after) is not what was written down")
        if seq in self.claimed:
            raise _Broken(seq, "an erasure is noted for it, and its detail is there")
        if act == ERASED:
            self.told |= {(int(each), seq) for each in orjson.loads(content)["after"]["entries"]}

    def _seal(self, seq: int, via: str, link: bytes, seal: bytes | None) -> None:
        if seal is None:
            self.unsealed += 1
            if self.sealers and via in ALWAYS_SEALED:
                raise _Broken(seq, "it bears no seal, which everything that comes over the network has")
            return
        if not self.sealers:
            self.unchecked += 1
            return
        sealer = self._sealer_of(seal)
        if sealer is None:
            raise _Broken(seq, "it is sealed with another secret key; if the key was replaced, give the old one")
        if sealer.of_entry(link) != seal:
            raise _Broken(seq, "its seal was not made with the secret key: it was rewritten from here on")

    def _sealer_of(self, seal: object) -> Sealer | None:
        return self.sealers.get(seal[:4]) if isinstance(seal, bytes) else None

    def _nothing_left(self, beside: dict[int, Any], what: str) -> None:
        if beside:
            raise _Broken(min(beside), f"a {what} lies there for an entry that does not exist")

    def _head(self) -> tuple[int, bytes, int, bytes | None] | None:
        rows = self._read("SELECT count, link, sealed, seal FROM trail_head WHERE id = 1")
        return rows[0] if rows else None

    def _ends(self, head: tuple[int, bytes, int, bytes | None] | None, last: int, sealed_link: bytes | None) -> None:
        """What lies beyond the last entry, the erasures, and the head."""
        for what, query in _BEYOND:
            found = self._read(query, last=last)[0][0]
            self._nothing_left({} if found is None else {found: what}, what)
        if head is None:
            raise _Broken(self.count + 1, "the head of the trail is gone: nothing says where it ends")
        count, link, sealed, seal = head
        if count > self.count:
            raise _Broken(self.count + 1, f"the trail ends here, and its head counts {count} entries: the end was cut")
        if count < self.count:
            raise _Broken(
                count + 1, f"the head of the trail counts {count} entries: it was put in, or the head changed"
            )
        if self.noted is not None and self.noted[0] > self.count:
            raise _Broken(self.count + 1, f"entry {self.noted[0]}, which was noted elsewhere, is gone: the end was cut")
        self._erasures()
        if link != self.link:
            raise _Broken(self.count, "the head of the trail does not name this link: the head was changed")
        if seal is None:
            if sealed:
                raise _Broken(sealed, "the seal of the head is gone")
            return
        if not self.sealers:
            return
        sealer = self._sealer_of(seal)
        found = GENESIS if sealed == 0 else sealed_link
        if sealer is None or found is None or sealer.of_head(sealed, found) != seal:
            raise _Broken(min(sealed, self.count), "the seal of the head does not fit: the end was cut or rewritten")

    def _erasures(self) -> None:
        claimed = set(self.claimed.items())
        if claimed != self.told:
            seq, by_seq = min(claimed ^ self.told)
            if by_seq > self.count:
                raise _Broken(self.count + 1, f"entry {by_seq}, by which a detail was erased, is gone: the end was cut")
            found = (
                "is noted, and no entry says so" if (seq, by_seq) in claimed else "is said by an entry, and not noted"
            )
            raise _Broken(seq, f"an erasure of its detail by entry {by_seq} {found}")
