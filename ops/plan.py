"""Plan a festival from a file, with live progress, and say how far from perfect it may be.

    ./run plan problem.json [--seconds 60] [--seed 1] [--gap 0.05] [-o plan.json]
    ./run plan problem.json --deterministic 20      the same bytes for the same seed, on any machine
    ./run plan problem.json --explain               why no plan places everything, if none does
    ./run plan problem.json --repair old.json --close SCREEN:DAY      days are counted from 1

The shapes of both files are in docs/schemas. Ctrl-C keeps the best plan so far. Exits 0 with a plan,
3 when not everything can be placed, 2 when a file cannot be read: its faulty field is named.
"""

import argparse
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import msgspec
from rich.console import Console
from rich.live import Live
from rich.table import Table

from screenings.checker import check
from screenings.model import Placement, Plan, Problem, Progress, day_of, minute_of
from screenings.planner.explain import Explanation, Remark, explain
from screenings.planner.process import Order, PlannerFailed, solve
from screenings.planner.repair import Repair, closed, repair

POSSIBLE, FAULTY, IMPOSSIBLE = 0, 2, 3
PHYSICS = {"H2"}  # a film is in one place
RULES = {f"H{n}" for n in range(1, 21)} | {f"S{n}" for n in range(1, 15)}
Shape = TypeVar("Shape")
console = Console(stderr=True)


def read(path: str, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(Path(path).read_bytes(), type=shape)
    except OSError as fault:
        raise SystemExit(refused(f"{path}: {fault.strerror}")) from None
    except msgspec.ValidationError as fault:
        raise SystemExit(refused(f"{path}: {fault}")) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise SystemExit(refused(f"{path}: not JSON: {fault}")) from None


def refused(sentence: str) -> int:
    console.print(sentence, style="red", markup=False, highlight=False)
    return FAULTY


def sound(problem: Problem) -> list[str]:
    """What no shape can say: names that lead nowhere, twice the same, hours for too few days."""
    faults = []
    if problem.days < 1:
        faults.append("days: at least 1")
    if problem.step < 1:
        faults.append("step: at least 1 minute")
    for n, screen in enumerate(problem.screens):
        if len(screen.hours) < problem.days:
            faults.append(f"screens[{n}].hours: {len(screen.hours)} of {problem.days} days")
    return [*faults, *twice(problem), *strangers(problem)]


def twice(problem: Problem) -> Iterator[str]:
    for field, things in (("screens", problem.screens), ("programmes", problem.programmes)):
        names = [thing.id for thing in things]
        for n, name in enumerate(names):
            if name in names[:n]:
                yield f"{field}[{n}].id: {name} is there twice"


def strangers(problem: Problem) -> Iterator[str]:
    known = {
        "screen": {s.id for s in problem.screens},
        "programme": {p.id for p in problem.programmes},
        "rule": RULES,
    }
    for kind, field, name in (*by_number(problem), *by_list(problem)):
        if name not in known[kind]:
            yield f"{field}: no {kind} {name}"
    for code, setting in problem.settings.items():
        if code in PHYSICS and (setting.hard is False or not setting.on):
            yield f"settings.{code}: nobody can let go of this one"


Named = tuple[str, str, str]  # kind, field, name


def by_number(problem: Problem) -> Iterator[Named]:
    """Things that name one programme or one screen."""
    for field in ("pins", "holds", "old", "reservations"):
        for n, thing in enumerate(getattr(problem, field)):
            for kind in ("screen", "programme"):
                name = getattr(thing, kind, None)
                if name is not None:
                    yield kind, f"{field}[{n}].{kind}", name
    for n, order in enumerate(problem.orders):
        yield "programme", f"orders[{n}].first", order.first
        yield "programme", f"orders[{n}].then", order.then
    for code in problem.settings:
        yield "rule", f"settings.{code}", code


def by_list(problem: Problem) -> Iterator[Named]:
    """Things that name several."""
    for field in ("guests", "juries", "resources"):
        for n, thing in enumerate(getattr(problem, field)):
            for name in thing.programmes:
                yield "programme", f"{field}[{n}].programmes", name
    for n, crew in enumerate(problem.crews):
        for name in crew.screens:
            yield "screen", f"crews[{n}].screens", name
    for field in ("pairs", "never_together"):
        for n, pair in enumerate(getattr(problem, field)):
            yield "programme", f"{field}[{n}]", pair[0]
            yield "programme", f"{field}[{n}]", pair[1]


def news(progress: Progress) -> str:
    return (
        f"{progress.seconds:6.1f} s  {progress.phase:<8} cost {progress.best:<6} "
        f"bound {progress.bound:<6} gap {progress.gap:6.1%}  "
        f"{progress.placed} placed, {progress.unplaced} not"
    )


def planned(problem: Problem, given: argparse.Namespace) -> Plan:
    stop = threading.Event()

    def enough(_: int, __: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGINT, enough)
    signal.signal(signal.SIGTERM, enough)
    order = Order(
        problem, given.deterministic or given.seconds, given.seed,
        deterministic=bool(given.deterministic), target=given.gap,
    )  # fmt: skip
    if not console.is_terminal:
        return solve(order, on_progress=lambda p: print(news(p), file=sys.stderr, flush=True),
                     should_stop=stop.is_set)  # fmt: skip
    with Live(console=console) as live:
        return solve(order, on_progress=lambda p: live.update(news(p)), should_stop=stop.is_set)


def clock(minute: int) -> str:
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def grid(problem: Problem, placements: list[Placement], day: int) -> Table:
    """One day: a column for each screen, films in the order of time."""
    titles = {p.id: p.title for p in problem.programmes}
    table = Table(title=f"day {day + 1}", title_justify="left")
    columns = []
    for screen in problem.screens:
        shown = sorted(
            (p.start, p) for p in placements if p.screen == screen.id and day_of(p.start) == day
        )
        table.add_column(screen.name, overflow="fold")
        columns.append(
            [f"{clock(minute_of(start))} {titles[p.programme]}" + "*" * p.number
             for start, p in shown]
        )  # fmt: skip
    for row in range(max((len(column) for column in columns), default=0)):
        table.add_row(*(column[row] if row < len(column) else "" for column in columns))
    return table


def show(problem: Problem, placements: list[Placement]) -> None:
    for day in range(problem.days):
        console.print(grid(problem, placements, day))


def write(path: str | None, what: Any) -> None:
    found = msgspec.json.format(msgspec.json.encode(what), indent=1)
    if path:
        Path(path).write_bytes(found + b"\n")
    else:
        sys.stdout.buffer.write(found + b"\n")


def told(remark: Remark) -> str:
    details = ", ".join(f"{key} {value}" for key, value in remark.details.items())
    return f"  {remark.code}: {details}"


def explained(problem: Problem, given: argparse.Namespace) -> int:
    found: Explanation = explain(problem, seconds=given.seconds)
    write(given.output, found)
    say_why(found)
    return {"possible": POSSIBLE, "impossible": IMPOSSIBLE}.get(found.verdict, IMPOSSIBLE)


def say_why(found: Explanation) -> None:
    console.print(f"{found.verdict}, {found.seconds:.1f} s")
    for heading, remarks in (
        ("seen at once", found.remarks),
        ("these cannot hold together" + (" (none can be left out)" if found.minimal else ""),
         found.core),
        ("let go of" + (" (fewer do not suffice)" if found.smallest else ""), found.repair),
    ):  # fmt: skip
        if remarks:
            console.print(heading + ":")
            for remark in remarks:
                console.print(told(remark), markup=False, highlight=False)


def repaired(problem: Problem, given: argparse.Namespace) -> int:
    old = read(given.repair, Plan)
    for closing in given.close:
        screen, _, day = closing.rpartition(":")
        if screen not in {s.id for s in problem.screens} or not day.isdigit():
            return refused(f"--close {closing}: SCREEN:DAY, days are counted from 1")
        problem = closed(problem, screen, int(day) - 1)
    found: Repair = repair(problem, old.placements, seconds=given.seconds)
    write(given.output, found)
    console.print(
        f"{found.verdict}: {found.moves} moves, {'proved' if found.moves_proved else 'at least'} "
        f"{found.moves_bound}, cost {found.cost}, {found.seconds:.1f} s"
    )
    return POSSIBLE if found.verdict == "repaired" else IMPOSSIBLE


def laid(problem: Problem, given: argparse.Namespace) -> int:
    try:
        plan = planned(problem, given)
    except PlannerFailed as fault:
        console.print(f"the planner failed: {fault}", style="red", markup=False)
        return 1
    report = check(problem, plan)
    write(given.output, plan)
    show(problem, plan.placements)
    console.print(
        f"cost {plan.cost} {plan.cost_by_rule}, bound {plan.bound}, gap {plan.gap:.1%}, "
        f"{'proved' if plan.proved else 'best known'}, {plan.seconds:.1f} s, seed {plan.seed}"
    )
    for clash in report.violations:
        console.print(f"  broken: {clash.code} {clash.screenings}", style="red", markup=False)
    for lost in plan.unplaced:
        console.print(f"  not placed: {lost.programme} {lost.number + 1}: {lost.reason}",
                      style="red", markup=False)  # fmt: skip
    if plan.unplaced:
        say_why(explain(problem, seconds=min(60.0, given.seconds)))
        return IMPOSSIBLE
    return POSSIBLE


def main() -> int:
    reader = argparse.ArgumentParser(
        prog="./run plan", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("problem")
    reader.add_argument("--seconds", type=float, default=60.0)
    reader.add_argument("--seed", type=int, default=1)
    reader.add_argument("--deterministic", type=float, default=0.0, metavar="N")
    reader.add_argument("--gap", type=float, default=0.0)
    reader.add_argument("--explain", action="store_true")
    reader.add_argument("--repair", metavar="OLD")
    reader.add_argument("--close", action="append", default=[], metavar="SCREEN:DAY")
    reader.add_argument("-o", "--output")
    given = reader.parse_args()
    problem = read(given.problem, Problem)
    faults = sound(problem)
    if faults:
        return max(refused(f"{given.problem}: {fault}") for fault in faults)
    if given.explain:
        return explained(problem, given)
    return repaired(problem, given) if given.repair else laid(problem, given)


if __name__ == "__main__":
    sys.exit(main())
