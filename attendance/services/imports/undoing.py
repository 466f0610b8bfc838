"""Taking an import back: what it filed is withdrawn, what it ended or changed is restored. Nothing is erased."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from attendance.errors import AttendanceError, Invalid
from attendance.services.imports.filing import people_of
from attendance.services.imports.taking import day
from attendance.sheets import Sentence
from attendance.store import import_batches, import_marks, import_undoing, trail
from attendance.store.database import Database
from attendance.store.import_pen import Pen
from attendance.store.import_undoing import Obstacle
from attendance.store.register_tables import PaperRow
from attendance.store.trail import Actor

_STAMPS = ("id", "recorded_at", "withdrawn_at")
_NAMED = 5


class StillNeeded(AttendanceError):
    """A batch that later facts rest on. `sentences` name them, the first few."""

    code = "still_needed"

    def __init__(self, batch: int, found: list[Obstacle]) -> None:
        listed = "; ".join(_english(obstacle) for obstacle in found[:_NAMED])
        more = f"; and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        super().__init__(
            f"Import {batch} cannot be undone, because later facts rest on it: {listed}{more}. Take those back first."
        )
        self.batch, self.total = batch, len(found)
        self.sentences = tuple(_sentence(obstacle) for obstacle in found[:_NAMED])


class UndoneBefore(AttendanceError):
    """A batch that was undone already."""

    code = "undone_before"

    def __init__(self, batch: int, by: str) -> None:
        super().__init__(f"Import {batch} was undone before, by {by}; nothing was changed.")
        self.sentences = (Sentence("imports.undo.before", {"batch": batch, "by": by}),)


@dataclass(frozen=True, slots=True)
class Undone:
    """`batch` is the undoing's own number, `withdrawn` and `restored` count rows of the store."""

    batch: int
    withdrawn: int
    restored: int
    days_marked: int


def undo(database: Database, number: int, *, actor: Actor, only_own: bool = False, now: datetime) -> Undone:
    """Undo a batch whole. `only_own`: for whoever does not see the whole office, and so not what others filed.

    Raises NotFound, UndoneBefore, StillNeeded; nothing is changed then.
    """
    with database.writing() as session:
        import_batches.one_at_a_time(session)
        batch = import_batches.get(session, number, (actor.user_id or -1) if only_own else None)
        if batch.undone_at is not None:
            raise UndoneBefore(number, batch.undone_by)
        effects = import_batches.effects_of(session, number)
        found = import_undoing.obstacles(session, effects)
        if found:
            raise StillNeeded(number, found)
        pen = Pen(session, now, actor)
        again: dict[int, int] = {}  # papers that are restored have another number
        papers_first = sorted(effects, key=lambda effect: effect.table is not PaperRow)
        for effect in papers_first:
            if effect.act == "set":
                pen.change(effect.table, effect.number, 0, effect.field, effect.after, effect.before)
            elif effect.act == "added":
                if "withdrawn_at" in effect.before:
                    pen.end(effect.table, effect.number, 0, effect.before)
            else:
                kept = {name: value for name, value in effect.before.items() if name not in _STAMPS}
                if kept.get("paper_id") is not None:
                    kept["paper_id"] = again.get(kept["paper_id"], kept["paper_id"])
                if effect.table is PaperRow:
                    kept |= {"withdrawn_by": "", "withdrawn_by_id": None, "withdrawal_note": ""}
                number_again = pen.add(effect.table, 0, restores=effect.number, **kept)
                if effect.table is PaperRow:
                    again[effect.number] = number_again
        counts = {act: sum(effect.act == act for effect in pen.effects.values()) for act in ("added", "ended", "set")}
        reversal = import_batches.add(
            session, batch.kind, actor, rows=batch.rows, counts=counts, reverses=batch, at=now
        )
        written = list(pen.effects.values())
        try:
            days = import_marks.write(session, pen, reversal)
        except Invalid as error:
            raise StillNeeded(number, [Obstacle("hours", "schedule_version", "")]) from error
        misplaced = import_undoing.misplaced(session, written)
        if misplaced:
            raise StillNeeded(number, misplaced)
        trail.record(
            session, actor, "import.undone", kind="import", key=str(number), employees=people_of(written),
            before={"kind": batch.kind, "file": batch.file_name, **batch.counts}, after=counts, at=now,
        )  # fmt: skip
    return Undone(reversal, counts["ended"], counts["added"] + counts["set"], days)


def _sentence(obstacle: Obstacle) -> Sentence:
    return Sentence(
        f"imports.undo.{obstacle.why}", {"thing": obstacle.table, "who": obstacle.who, "on": day(obstacle.on)}
    )


_WHY = {
    "changed": "{thing} of {who}{on} was changed since",
    "needed": "{thing} of {who}{on} was filed since",
    "taken": "another {thing} of {who}{on} holds by now",
    "gone": "{thing} {who} is no longer there",
    "hours": "people would be left without hours on dates on which they have them",
}


def _english(obstacle: Obstacle) -> str:
    on = f" from {obstacle.on.isoformat()}" if obstacle.on is not None else ""
    return _WHY[obstacle.why].format(thing=obstacle.table.replace("_", " "), who=obstacle.who, on=on)
