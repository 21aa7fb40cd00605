"""Plan a festival from a file, with live progress, and say how far from perfect it may be.

    ./run plan problem.json [--seconds 60] [--seed 1] [--gap 0.05] [-o plan.json]
    ./run plan problem.json --deterministic 20      the same bytes for the same seed, on any machine
    ./run plan problem.json --certificate proof.json -o plan.json     what proves the bound, in whole numbers
    ./run plan problem.json --check-certificate plan.json proof.json  and whether it does: no solver is asked
    ./run plan problem.json --explain               why no plan places everything, if none does
    ./run plan problem.json --repair old.json --close SCREEN:DAY      days are counted from 1

The shapes of both files are in docs/schemas. Ctrl-C keeps the best plan so far. Exits 0 with a plan,
3 when not everything can be placed or locks collide, 2 when a file or a word cannot be understood:
its faulty field is named; 1 when the time was too short for an answer, the planner failed, or a
certificate proves less than it says.
"""

import argparse
import codecs
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import msgspec
from rich.console import Console
from rich.live import Live
from rich.table import Table

from festival.language import spoken, t
from screenings.planner.answers.explain import explain
from screenings.planner.answers.repair import repair
from screenings.planner.answers.shapes import Explanation, Repair, closed
from screenings.planner.answers.words import Statement
from screenings.planner.certificate import Certificate, refusals
from screenings.planner.checker import check
from screenings.planner.model import (
    Clash,
    Pin,
    Placement,
    Plan,
    Problem,
    Progress,
    day_of,
    minute_of,
)
from screenings.planner.process import PlannerFailed, PlanTask, certified
from screenings.planner.soundness import repeated, validate
from units.times import clock_face

POSSIBLE, FAILED, FAULTY, IMPOSSIBLE = 0, 1, 2, 3
PROOFS = {"": "proved", "certificate": "proved by certificate", "search": "proved by search"}
LONGEST_S = 24 * 3600.0
Shape = TypeVar("Shape")
console = Console(stderr=True, markup=False, emoji=False, highlight=False)


class Stood(msgspec.Struct, frozen=True):
    """What is read of an older plan, or of what an earlier repair has written."""

    placements: list[Pin] | None = None
    plan: list[Pin] | None = None


def read(path: str, shape: type[Shape]) -> Shape:
    try:
        content = Path(path).read_bytes().removeprefix(codecs.BOM_UTF8)
        return msgspec.json.decode(content, type=shape)
    except OSError as fault:
        raise SystemExit(refused(f"{path}: {fault.strerror}")) from None
    except msgspec.ValidationError as fault:
        raise SystemExit(refused(f"{path}: {fault}")) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise SystemExit(refused(f"{path}: not JSON: {fault}")) from None


def refused(sentence: str) -> int:
    console.print(sentence, style="red")
    return FAULTY


def news(progress: Progress) -> str:
    return (
        f"{progress.seconds:6.1f} s  {progress.phase:<8} cost {progress.best:<6} "
        f"bound {progress.bound:<6} gap {progress.gap:6.1%}  "
        f"{progress.placed} placed, {progress.unplaced} not"
    )


def planned(problem: Problem, given: argparse.Namespace) -> tuple[Plan, Certificate | None]:
    stop = threading.Event()

    def enough(_: int, __: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGINT, enough)
    signal.signal(signal.SIGTERM, enough)
    order = PlanTask(
        problem, given.deterministic or given.seconds, given.seed,
        deterministic=bool(given.deterministic), target=given.gap,
    )  # fmt: skip
    if not console.is_terminal:
        return certified(order, on_progress=lambda p: print(news(p), file=sys.stderr, flush=True),
                         should_stop=stop.is_set)  # fmt: skip
    with Live(console=console) as live:
        return certified(order, on_progress=lambda p: live.update(news(p)), should_stop=stop.is_set)


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
            [f"{clock_face(minute_of(start))} {titles[p.programme]}" + "*" * p.number
             for start, p in shown]
        )  # fmt: skip
    for row in range(max((len(column) for column in columns), default=0)):
        table.add_row(*(column[row] if row < len(column) else "" for column in columns))
    return table


def show(problem: Problem, placements: list[Placement]) -> None:
    for day in range(problem.days):
        console.print(grid(problem, placements, day))


def write(path: str | None, what: Any) -> None:
    """A plan that cannot be written where it was wished is not lost."""
    document = msgspec.json.format(msgspec.json.encode(what), indent=1) + b"\n"
    try:
        if path:
            Path(path).write_bytes(document)
            return
    except OSError as fault:
        refused(f"{path}: {fault.strerror}; written to the standard output")
    sys.stdout.buffer.write(document)
    sys.stdout.flush()


def explained(problem: Problem, given: argparse.Namespace) -> int:
    explanation: Explanation = explain(problem, seconds=given.seconds)
    write(given.output, explanation)
    say_why(explanation, given.lang)
    return {"possible": POSSIBLE, "impossible": IMPOSSIBLE}.get(explanation.verdict, FAILED)


def say_why(explanation: Explanation, lang: str) -> None:
    """Sentences of the house: a programmer acts on them."""
    console.print(f"{explanation.verdict}, {explanation.seconds:.1f} s")
    for kind, heading, remarks in (
        ("remark", "seen at once", explanation.remarks),
        ("because", "cannot hold together" + ", and none can be left out" * explanation.minimal,
         explanation.core),
        ("letgo", "way out" + ", and fewer do not suffice" * explanation.smallest, explanation.repair),
    ):  # fmt: skip
        if remarks:
            console.print(heading + ":")
        for remark in remarks:
            console.print("  " + t(lang, f"{kind}.{remark.code}", **said(lang, remark)))


def said(lang: str, remark: Statement) -> dict[str, int | str]:
    """A problem on paper knows no weekdays: its days are counted."""
    return {
        key: t(lang, "planner.day", n=value) if key == "day" else value
        for key, value in remark.details.items()
    }


def shut(problem: Problem, closing: str) -> Problem:
    """The festival with a screen shut for a day, as `SCREEN:DAY` says it."""
    screen, _, day = closing.rpartition(":")
    known = {s.id for s in problem.screens}
    days = {str(number + 1): number for number in range(problem.days)}
    if screen not in known or day not in days:
        sentence = f"--close {closing}: SCREEN:DAY, with days from 1 to {problem.days}"
        raise SystemExit(refused(sentence))
    return closed(problem, screen, days[day])


def standing(path: str) -> list[Placement]:
    """The placements of an older plan, whatever has become of its films since."""
    old = read(path, Stood)
    placements = old.plan if old.placements is None else old.placements
    if placements is None:
        raise SystemExit(refused(f"{path}: placements: missing"))
    faults = repeated("placements", "number", (f"{p.programme} {p.number}" for p in placements))
    if sentences := [refused(f"{path}: {fault}") for fault in faults]:
        raise SystemExit(sentences[0])
    return [Placement(p.programme, p.number, p.screen, p.start) for p in placements]


def repaired(problem: Problem, given: argparse.Namespace) -> int:
    was = standing(given.repair)
    for closing in given.close:
        problem = shut(problem, closing)
    outcome: Repair = repair(problem, was, seconds=given.seconds)
    write(given.output, outcome)
    console.print(
        f"{outcome.verdict}: {outcome.moves} moves, {'proved' if outcome.moves_proved else 'at least'} "
        f"{outcome.moves_bound}, cost {outcome.cost}, {outcome.seconds:.1f} s"
    )
    for move in outcome.diff:
        console.print(
            f"  {move.change}: {move.programme} {move.number + 1}: "
            f"{where(move.before)} → {where(move.after)}"
        )
    return {"repaired": POSSIBLE, "impossible": IMPOSSIBLE}.get(outcome.verdict, FAILED)


def where(p: Placement | None) -> str:
    return (
        f"{p.screen} day {day_of(p.start) + 1} {clock_face(minute_of(p.start))}" if p else "nowhere"
    )


def laid(problem: Problem, given: argparse.Namespace) -> int:
    try:
        plan, certificate = planned(problem, given)
    except PlannerFailed as fault:
        console.print(f"the planner failed: {fault}", style="red")
        return FAILED
    report = check(problem, plan)
    if report.violations:
        console.print("the judge refuses what the planner found:", style="red")
        say_broken("broken", report.violations)
        return FAILED
    write(given.output, plan)
    if given.certificate:
        prove(given.certificate, plan, certificate)
    show(problem, plan.placements)
    console.print(
        f"cost {plan.cost} {plan.cost_by_rule}, bound {plan.bound}, gap {plan.gap:.1%}, "
        f"{PROOFS[plan.proof] if plan.proved else 'best known'}, {plan.seconds:.1f} s, seed {plan.seed}"
    )
    say_broken("broken by locks alone", report.of_pins)
    for lost in plan.unplaced:
        why = t(given.lang, f"unplaced.{lost.reason}")
        name = f"{lost.programme} {lost.number + 1}"
        console.print(f"  not placed: {name}: {why} ({lost.reason})", style="red")
    if plan.unplaced or report.of_pins:
        say_why(explain(problem, seconds=min(60.0, given.seconds)), given.lang)
        return IMPOSSIBLE
    return POSSIBLE


def prove(path: str, plan: Plan, certificate: Certificate | None) -> None:
    """A search that has ended leaves no certificate: then the best that was certified is written."""
    certificate = certificate or Certificate(0, 1, len(plan.unplaced), len(plan.unplaced))
    write(path, certificate)
    if certificate.bound < plan.bound:
        console.print(
            f"certified: {certificate.bound}; {plan.bound} by a search, which has no certificate"
        )


def checked(problem: Problem, given: argparse.Namespace) -> int:
    plan = read(given.check_certificate[0], Plan)
    certificate = read(given.check_certificate[1], Certificate)
    if faults := refusals(problem, plan, certificate):
        for fault in faults:
            console.print(fault, style="red")
        return FAILED
    console.print(f"no plan costs less than {certificate.bound}; this one costs {plan.cost}")
    return POSSIBLE


def say_broken(heading: str, clashes: list[Clash]) -> None:
    for clash in clashes:
        names = ", ".join(f"{programme} {number + 1}" for programme, number in clash.screenings)
        console.print(f"  {heading}: {clash.code} {names}", style="red")


def within(least: float, most: float) -> Callable[[str], float]:
    """A number of the command line, within its bounds."""

    def number(text: str) -> float:
        value = float(text)
        if not least <= value <= most:  # false of what is not a number at all, too
            raise argparse.ArgumentTypeError(f"{text}: from {least:g} to {most:g}")
        return value

    return number


def whole(text: str) -> int:
    value = int(text)
    if not 0 <= value < 1 << 31:
        raise argparse.ArgumentTypeError(f"{text}: from 0 to {(1 << 31) - 1}")
    return value


def asked() -> argparse.Namespace:
    reader = argparse.ArgumentParser(
        prog="./run plan", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("problem")
    reader.add_argument("--seconds", type=within(0.1, LONGEST_S), default=60.0)
    reader.add_argument("--seed", type=whole, default=1)
    reader.add_argument("--deterministic", type=within(0.01, LONGEST_S), default=0.0, metavar="N")
    reader.add_argument("--gap", type=within(0, 1), default=0.0)
    what = reader.add_mutually_exclusive_group()
    what.add_argument("--explain", action="store_true")
    what.add_argument("--repair", metavar="OLD")
    reader.add_argument("--close", action="append", default=[], metavar="SCREEN:DAY")
    what.add_argument("--check-certificate", nargs=2, metavar=("PLAN", "FILE"))
    reader.add_argument("--certificate", metavar="FILE", help="where the proof of the bound goes")
    reader.add_argument("--lang", choices=spoken(), default="en", help="of the sentences")
    reader.add_argument("-o", "--output")
    given = reader.parse_args()
    if given.close and not given.repair:
        reader.error("argument --close: only with --repair")
    if given.output and not Path(given.output).absolute().parent.is_dir():
        reader.error(f"argument -o: no folder {Path(given.output).parent}")
    return given


def main() -> int:
    given = asked()
    problem = read(given.problem, Problem)
    faults = validate(problem)
    if faults:
        return max(refused(f"{given.problem}: {fault}") for fault in faults)
    if given.explain:
        return explained(problem, given)
    if given.check_certificate:
        return checked(problem, given)
    return repaired(problem, given) if given.repair else laid(problem, given)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
