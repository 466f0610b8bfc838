"""Things of the marked office that a generated case can be pointed at, and what answers have added to them since."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from tests.access.calls import CALLS, SHEETS
from tests.access.marks import PASSWORD
from tests.access.office import PAPERS, World

MOST_KEPT = 40
DATES = ("2026-11-16", "2026-11-17", "2026-11-19", "2026-11-20", "2026-11-24", "2026-12-01", "2026-12-07", "2027-01-04")
TIMES = ("07:30", "12:00", "13:30", "18:00", "20:00")
OF_ADDRESS = (  # the beginning of an address, the name of its parameter, the kind of thing it stands for
    ("/units/", "code", "unit"),
    ("/units/", "term", "term"),
    ("/employees/", "code", "employee"),
    ("/terminals/pushing/", "serial", "serial"),
    ("/terminals/", "code", "terminal"),
    ("/terminals/", "alarm", "alarm"),
    ("/users/", "name", "user"),
    ("/grants/", "id", "grant"),
    ("/violations/", "id", "violation"),
    ("/assignments/", "id", "assignment"),
    ("/rosters/posts/", "id", "post"),
    ("/rosters/", "id", "duty"),
    ("/absences/", "id", "leave"),
    ("/missions/", "id", "mission"),
    ("/exemptions/", "id", "exemption"),
    ("/protections/", "id", "protection"),
    ("/overtime/", "id", "overtime"),
    ("/site-facts/", "id", "site"),
    ("/outages/", "id", "outage"),
    ("/calendar/", "id", "decision"),
    ("/papers/", "id", "paper"),
    ("/sessions/", "id", "session"),
    ("/tokens/", "id", "token"),
    ("/imports/", "batch", "batch"),
    ("/me/requests/", "id", "request"),
    ("/personal-data/requests/", "id", "request"),
    ("/personal-data/", "id", "of personal data"),
)
OF_FIELD = {
    "unit": "unit", "parent": "unit", "into": "unit", "employee": "employee", "substitute": "employee",
    "terminal": "terminal", "schedule": "schedule", "terminals": "terminal", "digest": "digest", "username": "user",
}  # fmt: skip
DAYS = frozenset({"from", "to", "on", "date", "week", "first", "last", "until", "from_on", "to_on"})
MOMENTS = frozenset({"begins", "ends", "starts", "as_of", "approved_at", "starts_at", "ends_at"})
PASSWORDS = frozenset({"old", "password"})


class Known:
    """What can be named, by kind; the latest come first and old ones are let go."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.things: dict[str, deque[str]] = {}
        self.forget()

    def forget(self) -> None:
        """Back to what the office had at the beginning."""
        self.things = {"schedule": deque(["HC"]), "paper": deque()}
        for place in self.world.places.values():
            for kind, value in place.fills().items():
                self.add(kind, value)
                if kind in PAPERS:
                    self.add("paper", value)

    def add(self, kind: str, value: str) -> None:
        kept = self.things.setdefault(kind, deque(maxlen=MOST_KEPT))
        if value not in kept:
            kept.append(value)

    def learn(self, path: str, answer: Any) -> None:
        """Keep the ids and codes that an answer of this address names."""
        if isinstance(answer, dict) and path == "/notice":
            self.add("digest", str(answer["digest"]))
        for row in _rows(answer):
            for start, name, kind in OF_ADDRESS:
                said = row.get(name)
                if f"{path}/".startswith(start) and name in ("id", "code", "name", "batch") and said is not None:
                    self.add(kind, str(said))
                    break

    def point(self, path: str, case: Any, random: Random, part: float = 0.85) -> None:
        """Put things that exist in place of the most part of those that were generated."""
        for name in list(case.path_parameters or {}):
            kind = next((kind for start, named, kind in OF_ADDRESS if path.startswith(start) and named == name), None)
            if kind and self.things.get(kind) and random.random() < part:
                case.path_parameters[name] = random.choice(self.things[kind])
        for name in list(case.query or {}):
            if name in case.query and random.random() < part:
                case.query[name] = self.instead(name, case.query[name], random)
        if "If-Match" in (case.headers or {}) and random.random() < 0.5:
            del case.headers["If-Match"]  # it is seldom the version that stands, and then hides what comes after it
        elif "If-Match" in (case.headers or {}) and random.random() < part:
            case.headers["If-Match"] = random.choice(('"1"', "1", "*", 'W/"2"', '"999999999"'))
        if isinstance(case.body, dict):
            self._point_within(case.body, random, part)

    def _point_within(self, body: dict[str, Any], random: Random, part: float) -> None:
        for name, value in list(body.items()):
            if isinstance(value, dict):
                self._point_within(value, random, part)
            elif random.random() < part:
                body[name] = self.instead(name, value, random)

    def instead(self, name: str, value: Any, random: Random) -> Any:
        if name in OF_FIELD and self.things.get(OF_FIELD[name]):
            found = random.choice(self.things[OF_FIELD[name]])
            return [found] if isinstance(value, list) else found
        if name in PASSWORDS and isinstance(value, str):
            return PASSWORD
        if name in DAYS and isinstance(value, str):
            return random.choice(DATES)
        if name in MOMENTS and isinstance(value, str):
            time = random.choice(TIMES)
            return random.choice((time, f"{random.choice(DATES)}T{time}:00+07:00", f"{random.choice(DATES)}T{time}"))
        return value

    def sound(self, operation: str, random: Random) -> Mapping[str, Any] | None:
        """A body that this address takes where what it names is in the right state; None where none is known."""
        calls = [call for call in CALLS.get(operation, ()) if isinstance(call.body, Mapping)]
        if not calls:
            return None
        things = {kind: random.choice(kept) for kind, kept in self.things.items() if kept}
        return dict(random.choice(calls).filled(things).body)

    def sheet(self, operation: str, random: Random) -> str | None:
        """The text of a sheet of this kind, some of its signs spoilt; None where this address takes no sheet."""
        if operation not in SHEETS or SHEETS[operation][0].form is None:
            return None
        name = random.choice((*self.world.places, "OWN", "OWN", "SIS"))
        fills: Mapping[str, str] = self.world[name].fills()
        text = str(SHEETS[operation][0].form["text"]).format_map(fills)
        head, _, row = text.partition("\n")
        cells = row.split("\t")
        rows = [head]
        for number in range(random.choice((1, 1, 2, 3))):
            spoilt = list(cells)
            if random.random() < 0.35:
                spoilt[random.randrange(len(spoilt))] = random.choice(ODD_CELLS)
            rows.append("\t".join(spoilt).replace("NEW-1", f"NEW-{random.randrange(9)}{number}"))
        return "\n".join(rows)


ODD_CELLS = (
    "", " ", "31/02/2026", "2026-13-01", "24/12/26", "99999999999999999999", "-1", "1e400", "NaN", "=1+1", "'", '"',
    "24/12/9999", "00:00", "25:61", "Đ" * 300, "\u0000", "😀", "a\u0301\u0323", "\u202e", "true",
)  # fmt: skip


def _rows(answer: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(answer, dict):
        yield answer
        for row in (answer.get("items") or [])[:10] if isinstance(answer.get("items"), list) else []:
            if isinstance(row, dict):
                yield row
