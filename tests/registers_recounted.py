"""Registers and papers of counts, made as their readers get them, each figure held beside the recount."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from tests.counted_office import COUNTED
from tests.papers_recounted import KINDS, Papers, number, say, share, word
from tests.province import CHANGE, FIRST, LAST, TREE, below, path
from tests.recounted import Day, Recount, Row, cause, changes_with_seasons, tenths

_DAY = timedelta(days=1)
_STATES = ("kept", "no_show", "away", "unverified", "open", "refused")
WEEK, BEFORE = (date(2026, 4, 20), date(2026, 4, 26)), (date(2026, 4, 13), date(2026, 4, 19))
FEWEST = 5


def bag(papers: Papers, told: Iterable[Any], counted: Iterable[Any], where: str) -> None:
    """The same lines, whatever their order."""
    one, other = Counter(told), Counter(counted)
    for line in {**one, **other}:
        papers.compared.same(one[line], other[line], f"{where}: {line}")
        papers.compared.figures += len(line) - 1


def _figures(papers: Papers, text: str, told: dict[str, str], where: str) -> None:
    for name, figure in told.items():
        papers.printed(text, [figure, say(f"register_figure.{name}")], f"{where}: {name}")


# lists ---------------------------------------------------------------------------------------------------------------


def violations(papers: Papers, unit: str, *, printed: bool) -> None:
    found = [
        (day.on.isoformat(), day.employee, day.unit, each["session"], each["type"], each["minutes"],
         each["excused_min"], each["counted_min"], each["status"])
        for day in papers.recount.of(unit) for each in day.row["violations"]
    ]  # fmt: skip
    names = ("date", "employee", "unit", "session", "type", "minutes", "excused_min", "counted_min", "status")
    told = [tuple(row[name] for name in names) for row in papers.data("violations", unit=unit)]
    bag(papers, told, found, f"violations of {unit}")
    head, *rows = papers.rows("violations", unit=unit)
    places = [head.index(name) for name in names]
    counted = [tuple("" if value is None else str(value) for value in line) for line in found]
    bag(papers, [tuple(row[at] for at in places) for row in rows], counted, f"violations CSV of {unit}")
    if not printed:
        return
    text, total = papers.text("violations", unit=unit), len(found)
    status = Counter(line[-1] for line in found)
    _figures(papers, text, {
        "violations": number(total),
        "violations_counted": share(status["counted"] + status["partly_excused"], total),
        "violations_excused": share(status["excused"], total),
        "violations_pending": share(status["pending"], total),
    }, f"violations PDF of {unit}")  # fmt: skip
    for on, code, where, part, kind, minutes, excused, left, stands in found:
        papers.printed(text, [
            f"{date.fromisoformat(on):%d/%m/%Y}", code, papers.recount.names[code], where, word("session", part),
            word("violation", kind), "" if minutes is None else number(minutes), number(excused), number(left),
            word("status", stands),
        ], f"violations PDF of {unit}")  # fmt: skip
    kinds = Counter(line[4] for line in found)
    _bars(papers, text, [(word("violation", kind), kinds[kind]) for kind in KINDS if kinds[kind]])


def _bars(papers: Papers, text: str, bars: list[tuple[str, int]]) -> None:
    papers.printed(text, [part for label, value in bars for part in (label, number(value))], "bars")


def missing_punches(papers: Papers, unit: str) -> None:
    days = papers.recount.of(unit)
    found = [
        (day.employee, day.unit, day.on.isoformat(), each["session"], each["type"], each["status"])
        for day in days for each in day.row["violations"] if each["type"].startswith("missing")
    ]  # fmt: skip
    names = ("employee", "unit", "date", "session", "type", "status")
    told = [tuple(row[name] for name in names) for row in papers.data("missing-punches", unit=unit)]
    bag(papers, told, found, f"missing punches of {unit}")
    due = [day for day in days if day.row["scheduled_min"] > day.row["leave_min"]]
    text, punches = papers.text("missing-punches", unit=unit), len(found)
    handed = papers.recount.handed_in()
    explained = sum((code, on, part, kind) in handed for code, _, on, part, kind, _ in found)
    _figures(papers, text, {
        "missing_punches": number(punches),
        "missing_days": share(len({(line[0], line[2]) for line in found}), len(due)),
        "missing_people": share(len({line[0] for line in found}), len({day.employee for day in due})),
        "missing_explained": share(explained, punches),
        "missing_excused": share(sum(line[-1] == "excused" for line in found), punches),
    }, f"missing punches PDF of {unit}")  # fmt: skip
    for code, where, on, part, kind, stands in found:
        papers.printed(text, [
            code, papers.recount.names[code], where, f"{date.fromisoformat(on):%d/%m/%Y}", word("session", part),
            word("violation", kind), word("status", stands),
        ], f"missing punches PDF of {unit}")  # fmt: skip


def duties(papers: Papers, unit: str) -> None:
    found = list(papers.recount.duties(unit))
    listed = [(f"{each['starts']}:00+07:00", f"{each['ends']}:00+07:00", each["employee"], each["unit"],
               each["minutes"], each["state"]) for each in found]  # fmt: skip
    names = ("starts", "ends", "employee", "unit", "duty_minutes", "duty_state")
    told = [tuple(row[name] for name in names) for row in papers.data("duties", unit=unit)]
    bag(papers, told, listed, f"duties of {unit}")
    states = Counter(each["state"] for each in found)
    over = states["kept"] + states["no_show"]
    text = papers.text("duties", unit=unit)
    _figures(papers, text, {
        "duties": number(len(found)),
        "duties_kept": share(states["kept"], over),
        "duties_no_show": share(states["no_show"], over),
        "duties_unverified": share(states["unverified"], len(found)),
        "posts_open": share(0, 0),
    }, f"duties PDF of {unit}")  # fmt: skip
    _bars(papers, text, [(word("duty_state", state), states[state]) for state in _STATES if states[state]])


# counts --------------------------------------------------------------------------------------------------------------


def units(papers: Papers, top: str) -> None:
    told = papers.data("units", unit=top)
    same, wanted = papers.compared.each, {code: Recount.figures(papers.recount.of(code)) for code in below(top)}
    papers.compared.same([line["unit"] for line in told["items"]], list(wanted), f"units below {top}")
    for line in told["items"]:
        code = line["unit"]
        found = wanted[code]
        same({name: line[name] for name in found}, found, f"compliance of {code}")
        papers.compared.same(line["mark"], _mark(found), f"mark of {code}")
    same({name: told["figures"][name] for name in wanted[top]}, wanted[top], f"compliance of {top}, whole")
    exempt = sum(_due(day) for day in papers.recount.of(top) if day.is_exempt)
    papers.compared.same(told["exempt_sessions"], exempt, f"who need not punch below {top}")
    head, *rows = papers.rows("units", unit=top)
    for row in rows:
        line = dict(zip(head, row, strict=True))
        _sums(papers, line, wanted[line["unit_code"]], f"compliance CSV of {line['unit_code']}")
    text, whole = papers.text("units", unit=top), wanted[top]
    _figures(papers, text, {
        "compliance": share(whole["clear"], whole["known"]),
        "known_sessions": share(whole["known"], whole["due"]),
        "excused_sessions": share(whole["with_excused"], whole["known"]),
        "exempt_sessions": number(exempt),
    }, f"compliance PDF of {top}")  # fmt: skip
    for at, (code, found) in enumerate(wanted.items(), 1):
        papers.printed(text, [str(at), code, code, number(found["people"]), *_printed(found)], f"units PDF: {code}")


def _due(day: Day) -> int:
    return sum(sign in ("+", "KP", "?") for sign in day.row["symbols"].values())


def _mark(found: Row) -> str | None:
    if not found["due"]:
        return None
    if 100 * found["known"] < 80 * found["due"]:
        return "little"
    return "few" if found["people"] < FEWEST else None


def _sums(papers: Papers, line: dict[str, str], found: Row, where: str) -> None:
    counted = {
        "due_sessions": found["due"], "unverified_sessions": found["unverified"], "clear_sessions": found["clear"],
        "clear_sessions_of": found["known"], "counted_times": sum(found["counted"].values()),
        **{f"counted_{kind}": found["counted"].get(kind, 0) for kind in KINDS},
        "excused_times": found["excused"], "pending_times": found["pending"],
    }  # fmt: skip
    told = {name: int(line[name]) for name in counted}
    papers.compared.each(told, counted, where)
    said = "" if found["compliance_percent"] is None else f"{found['compliance_percent']:.1f}"
    papers.compared.same(line["compliance"], said, f"{where} compliance")


def percent(part: int, whole: int) -> str:
    """`97,0%`: one decimal always."""
    return f"{float(tenths(part, whole)):.1f}%".replace(".", ",") if whole else "–"


def _printed(found: Row) -> list[str]:
    counted = found["counted"]
    return [
        number(found["due"]), number(found["unverified"]), f"{number(found['clear'])}/{number(found['known'])}",
        percent(found["clear"], found["known"]), number(sum(counted.values())),
        *(number(counted.get(kind, 0)) for kind in KINDS), number(found["excused"]), number(found["pending"]),
    ]  # fmt: skip


def seasons(papers: Papers, top: str) -> None:
    """The hours of the unit before and after their change; who has hours of their own all year stands apart."""
    days = papers.recount.of(top)
    shared = [day for day in days if changes_with_seasons(day.schedule) or day.is_exempt]
    windows = {"before": (CHANGE - 14 * _DAY, CHANGE - _DAY), "after": (CHANGE, CHANGE + 13 * _DAY)}
    spans = [("season", FIRST, CHANGE - _DAY), ("season", CHANGE, LAST), *((k, *v) for k, v in windows.items())]
    told = papers.data("seasons", unit=top)
    papers.compared.same(
        [(line["stretch"], line["first_on"], line["last_on"]) for line in told],
        [(kind, first.isoformat(), last.isoformat()) for kind, first, last in spans], f"seasons of {top}",
    )  # fmt: skip
    text = papers.text("seasons", unit=top)
    for line, (kind, first, last) in zip(told, spans, strict=True):
        found = Recount.figures([day for day in shared if first <= day.on <= last])
        values = {name: "" if value is None else str(value) for name, value in line.items()}
        _sums(papers, values, found, f"seasons of {top}: {kind} {first}")
        papers.printed(text, _printed(found), f"seasons PDF of {top}: {kind} {first}")
        if kind in windows:
            label = "before_change" if kind == "before" else "after_change"
            _figures(papers, text, {label: share(found["clear"], found["known"])}, f"seasons PDF of {top}")
    others = sum(_due(day) for day in days if not changes_with_seasons(day.schedule) and not day.is_exempt)
    _figures(papers, text, {"other_hours": number(others)}, f"seasons PDF of {top}")


def years(papers: Papers, top: str) -> None:
    found = Recount.figures(papers.recount.of(top))
    told = papers.data("years", unit=top)
    papers.compared.same([line["month_number"] for line in told], [4], f"years of {top}")
    counted = {
        "earlier_clear": 0, "earlier_clear_of": 0, "later_unverified": found["unverified"],
        "later_clear": found["clear"], "later_clear_of": found["known"],
        "later_compliance": f"{found['compliance_percent']:.1f}", "later_counted": sum(found["counted"].values()),
        "later_excused": found["excused"], "difference": "", "is_compared": False,
    }  # fmt: skip
    papers.compared.each({name: told[0][name] for name in counted}, counted, f"years of {top}")
    row = [
        number(found["unverified"]),
        f"{number(found['clear'])}/{number(found['known'])}",
        percent(found["clear"], found["known"]),
        number(counted["later_counted"]),
        number(found["excused"]),
    ]
    papers.printed(papers.text("years", unit=top), row, f"years PDF of {top}")


# the brief -----------------------------------------------------------------------------------------------------------


def brief(papers: Papers, top: str) -> None:
    span = {"unit": top, "from_on": WEEK[0], "to_on": WEEK[1]}
    told, text = papers.data("brief", **span), papers.text("brief", **span)
    weeks = [_week(papers, told[name], top, dates) for name, dates in (("week", WEEK), ("week_before", BEFORE))]
    shares = [f"{percent(each['clear'], each['known'])} ({number(each['clear'])}/{number(each['known'])})"
              for each in weeks]  # fmt: skip
    papers.printed(text, [say("brief.compliance"), *shares], f"brief of {top}")
    papers.printed(text, [say("brief.unverified_sessions"), *(
        f"{number(each['unverified'])}/{number(each['due'])}" for each in weeks
    )], f"brief of {top}")  # fmt: skip
    rows: list[str] = []
    for kind in (*KINDS, None):
        rows.append(say.label("violation", kind) if kind else say("brief.total"))
        for each in weeks:
            rows += [number(_times(each, kind, status)) for status in ("counted", "pending", "excused")]
    papers.printed(text, rows, f"violations in the brief of {top}")
    dark = [f"{number(sum(each['unverified_days'].values()))}/{number(each['due_days'])}" for each in weeks]
    papers.printed(text, dark, f"days not known in the brief of {top}")
    _parts(papers, told["units"], top)


def _week(papers: Papers, told: Row, top: str, dates: tuple[date, date]) -> Row:
    days = papers.recount.of(top, *dates)
    found = Recount.figures(days)
    found |= {
        "due_days": sum(day.row["scheduled_min"] > day.row["leave_min"] for day in days),
        "unverified_days": dict(Counter(cause(day.row) for day in days if day.row["unverified_min"])),
        "duties": dict(Counter(duty["state"] for duty in papers.recount.duties(top, *dates))),
    }
    papers.compared.each({name: told[name] for name in found}, found, f"brief of {top} from {dates[0]}")
    times: Counter[tuple[str, str]] = Counter()
    for day in days:
        if not day.is_exempt:
            for each in day.row["violations"]:
                times[each["type"], "counted" if each["status"] in COUNTED else each["status"]] += 1
    return found | {"times": times}


def _times(week: Row, kind: str | None, status: str) -> int:
    return sum(count for (each, stands), count in week["times"].items() if kind in (None, each) and stands == status)


def _parts(papers: Papers, told: list[Row], top: str) -> None:
    """Units right below, and who serves in the unit itself; few people stand together, and so do the next fewest."""
    children = [code for code, above in TREE.items() if above == top]
    held: dict[str, list[Day]] = {}
    for day in papers.recount.of(top, *WEEK):
        held.setdefault(next((code for code in children if code in path(day.unit)), top), []).append(day)
    figures = {code: Recount.figures(days) for code, days in held.items()}
    named = [part for part in told if part["unit"] is not None]
    for part in named:
        found = figures[part["unit"]]
        papers.compared.each({name: part[name] for name in found}, found, f"brief of {top}: {part['unit']}")
        papers.compared.same(part["people"] >= FEWEST, True, f"brief of {top}: {part['unit']} is not few")
    rest = [code for code in held if code not in {part["unit"] for part in named}]
    for part in told:
        if part["unit"] is None:
            found = Recount.figures([day for code in rest for day in held[code]])
            papers.compared.each({name: part[name] for name in found}, found, f"brief of {top}: small units")
            papers.compared.same(part["small_units"], len([c for c in rest if figures[c]["due"]]), "how many are small")
